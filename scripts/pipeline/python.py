"""Runs Python in a process of its own."""

import os
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path

Ran = subprocess.CompletedProcess[str]


def run(*arguments: str, roots: Iterable[Path | str], cwd: Path | None = None, seconds: int | None = None) -> Ran:
    """Run Python with `roots` as folders of modules and types, without the environment's settings of pytest and mypy.

    Raises subprocess.TimeoutExpired after `seconds`.
    """
    told = {name: value for name, value in os.environ.items() if not name.startswith(("PYTEST_", "MYPY"))}
    path = os.pathsep.join(map(str, roots))
    environment = told | {"PYTHONPATH": path, "MYPYPATH": path, "PYTHONUTF8": "1", "COLUMNS": "200"}
    return subprocess.run(
        [sys.executable, *arguments], cwd=cwd, env=environment | {"PYTHONDONTWRITEBYTECODE": "1"}, capture_output=True,
        text=True, encoding="utf-8", errors="replace", check=False, timeout=seconds,
    )  # fmt: skip


def last(*said: str) -> str:
    """The last line of the first of these texts that is not empty."""
    lines = next((text.strip() for text in said if text.strip()), "no output").splitlines()
    return lines[-1]
