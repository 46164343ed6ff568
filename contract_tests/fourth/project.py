"""A copy of the project in which more providers are laid out and filled in."""

import difflib
import hashlib
import os
import shutil
import sys
import tomllib
from pathlib import Path

import processes
from pipeline.folders import ROOT

HERE = Path(__file__).parent
KEY, NAME = "osprey", "Osprey"
_LEFT = shutil.ignore_patterns(".*", "build", "dist", "test_fourth.py")


def copy(target: Path) -> Path:
    """The project without what git does not keep."""
    return Path(shutil.copytree(ROOT, target, ignore=_LEFT))


def run(project: Path, *arguments: str, **variables: str) -> processes.Ended:
    """A Python module of the copy."""
    roots = [str(project / name) for name in ("wrapper", "generated", "contract_tests", "scripts")]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(roots), "PYTHONUTF8": "1", **variables}
    command = [sys.executable, "-m", *arguments]
    return processes.run(command, cwd=project, env=environment, seconds=570)


def fill_in(project: Path, what: str) -> dict[str, int]:
    """Write by hand what `<what>.toml` says: by file, how many lines that are, without blank ones and comments."""
    texts: dict[str, dict[str, str]] = tomllib.loads((HERE / f"{what}.toml").read_text("utf-8"))
    return {name: _fill(project / name, parts) for name, parts in texts.items()}


def _fill(file: Path, texts: dict[str, str]) -> int:
    before = after = file.read_text("utf-8")
    for old, new in texts.items():
        assert after.count(old) == 1, f"{file}: {old!r} is there {after.count(old)} times"
        after = after.replace(old, new.removeprefix("\n"))
    file.write_text(after, "utf-8")
    lines = difflib.ndiff(before.splitlines(), after.splitlines())
    added = [line.removeprefix("+ ").strip() for line in lines if line.startswith("+ ")]
    return sum(bool(line) and not line.startswith("#") for line in added)


def hashes(project: Path) -> dict[str, str]:
    """Every file, with its sha256."""
    return {
        path.relative_to(project).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in project.rglob("*")
        if path.is_file() and not {"__pycache__", ".pytest_cache", ".hypothesis", ".mypy_cache"} & {*path.parts}
    }
