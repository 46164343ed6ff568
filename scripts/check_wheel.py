"""Installs the built wheels apart from the source, runs the tests marked `wheel` on them, and type-checks their use."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

from markdown_it import MarkdownIt

ROOT = Path(__file__).resolve().parents[1]
PLACE = ROOT / "build" / "wheel"
PYTHON = PLACE / "venv" / "bin" / "python"
# As for a user: without the project's own pytest settings.
PYTEST = ("pytest", "-q", "-W", "error", "-p", "no:cacheprovider", "-o", "markers=long\npage\nwheel", "-c", os.devnull)


def run(*command: object) -> None:
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    subprocess.run([str(word) for word in command], cwd=PLACE, env=environment, check=True)


def main() -> None:
    wheels = sorted((ROOT / "dist").glob("*.whl"))
    PLACE.mkdir(parents=True, exist_ok=True)
    uv = (sys.executable, "-m", "uv")
    if not PYTHON.exists():
        run(*uv, "venv", "--quiet", "--python", sys.executable, PLACE / "venv")
    run(*uv, "pip", "sync", "--quiet", "--python", PYTHON, ROOT / "requirements/dev.txt")
    run(*uv, "pip", "install", "--quiet", "--python", PYTHON, "--no-deps", "--reinstall", *wheels)

    tests = PLACE / "tests"
    shutil.rmtree(tests, ignore_errors=True)
    tests.mkdir()
    for folder in ("cases", "wire"):
        shutil.copytree(ROOT / "contract_tests" / folder, tests / folder)
    sources = sorted((ROOT / "contract_tests").glob("*.py"))
    marked = [path.name for path in sources if "mark.wheel" in path.read_text("utf-8")]
    for path in sources:
        shutil.copy(path, tests)
    code = "assert audiences.__file__.startswith(sys.prefix) and audience_contract.__file__.startswith(sys.prefix)"
    run(PYTHON, "-c", f"import audiences, audience_contract, sys; {code}")
    run(PYTHON, "-m", *PYTEST, "--rootdir", tests, "-m", "wheel", *(tests / name for name in marked))

    # The Python of README and of the documentation is type-checked as a user would do it: with the installed wheel.
    files = (ROOT / "README.md", *(ROOT / "docs").rglob("*.md"))
    pages = [MarkdownIt().parse(file.read_text("utf-8")) for file in files]
    blocks = [token.content for page in pages for token in page if token.type == "fence" and token.info == "python"]
    uses = [tests / f"use_{number}.py" for number in range(len(blocks))]
    for path, block in zip(uses, blocks, strict=True):
        path.write_text(block, "utf-8")
    run(PYTHON, "-m", "mypy", "--strict", "--config-file=", *uses)
    run(sys.executable, "-m", "pyright", "--pythonpath", PYTHON, *uses)
    print(f"{', '.join(wheel.name for wheel in wheels)}: installed, tested and type-checked apart from the source")


if __name__ == "__main__":
    main()
