"""What the build of our packages adds: project URLs, whole links in README, and the specs of audience-contract."""

import os
import re
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface
from hatchling.metadata.plugin.interface import MetadataHookInterface


class Links(MetadataHookInterface):
    """Links lead to the repository that AUDIENCES_REPOSITORY_URL names, at the tag of the release.

    Without this variable nobody knows where they would lead: there are no URLs, and a link in README is its text.
    """

    def update(self, metadata: dict[str, Any]) -> None:
        readme = (Path(self.root) / "README.md").read_text("utf-8")
        if url := os.environ.get("AUDIENCES_REPOSITORY_URL"):
            tag = f"v{metadata['version']}"
            changes = f"{url}/blob/{tag}/CHANGELOG.md"
            metadata["urls"] = {"Source": url, "Changelog": changes, "Issues": f"{url}/issues"}
            # A picture is shown from where its bytes are, a page where it can be read.
            readme = re.sub(r"(!\[[^]]*\]\()(?![a-z]+:)", rf"\1{url}/raw/{tag}/", readme)
            readme = re.sub(r"\]\((?![a-z]+:|#)", f"]({url}/blob/{tag}/", readme)
        else:
            readme = re.sub(r"!?\[([^]]*)\]\((?![a-z]+:|#)[^)]*\)", r"\1", readme)
        metadata["readme"] = {"content-type": "text/markdown", "text": readme}


class Specs(BuildHookInterface):  # type: ignore[type-arg]
    """Wheel and sdist of audience-contract carry a copy of the effective specs; an editable one reads generated/."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        if version != "editable":
            # Nothing is found where an sdist is built from: it has them inside.
            for path in Path(self.root).parent.glob("generated/audience_clients/*/*.json"):
                build_data["force_include"][str(path)] = f"audience_contract/specs/{path.parent.name}/{path.name}"
