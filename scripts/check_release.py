"""Checks whether this tree may be released under a tag, e.g. v1.2.3: versions, changelog, where its links lead."""

import os
import re
import sys
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]


def reasons_against(tag: str) -> list[str]:
    """What keeps the tree from being released under the tag; empty if nothing does."""
    version, found = tag.removeprefix("v"), []
    for name in ("pyproject.toml", "contract_tests/pyproject.toml"):
        if (said := tomllib.loads((ROOT / name).read_text("utf-8"))["project"]["version"]) != version:
            found.append(f"{name} has version {said}")
    if f'"{version}"' not in (ROOT / "wrapper/audiences/_version.py").read_text("utf-8"):
        found.append("wrapper/audiences/_version.py has another version")
    changelog = (ROOT / "CHANGELOG.md").read_text("utf-8")
    if not re.search(rf"^## \[{re.escape(version)}\] - \d{{4}}-\d\d-\d\d$", changelog, re.MULTILINE):
        found.append(f"CHANGELOG.md has no section '## [{version}] - YYYY-MM-DD'")
    if not os.environ.get("AUDIENCES_REPOSITORY_URL"):
        found.append("AUDIENCES_REPOSITORY_URL does not name the repository that the packages' links lead to")
    for name in ("README.md", "contract_tests/README.md", "docs/packages.md"):
        if "on an index yet" in (ROOT / name).read_text("utf-8"):
            found.append(f"{name} says that the packages are not on an index yet")
    return found


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit("usage: check_release.py TAG, e.g. v1.2.3")
    if reasons := reasons_against(sys.argv[1]):
        sys.exit("\n".join(f"{sys.argv[1]} cannot be released: {reason}" for reason in reasons))
    print(f"{sys.argv[1]} can be released")
