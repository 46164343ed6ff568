"""Runs Python in a process of its own."""

import os
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import TextIO

Ran = subprocess.CompletedProcess[str]


def run(
    *arguments: str, roots: Iterable[Path | str], output: TextIO | int = subprocess.PIPE, cwd: Path | None = None
) -> Ran:
    """Run Python with `roots` as folders of modules and types, without the environment's settings of pytest and mypy.

    What it writes goes into `output`.
    """
    told = {name: value for name, value in os.environ.items() if not name.startswith(("PYTEST_", "MYPY"))}
    path = os.pathsep.join(map(str, roots))
    told |= {"PYTHONPATH": path, "MYPYPATH": path, "PYTHONUTF8": "1", "COLUMNS": "200", "PYTHONDONTWRITEBYTECODE": "1"}
    return subprocess.run(
        [sys.executable, *arguments], env=told, stdout=output, stderr=subprocess.PIPE,
        text=True, encoding="utf-8", errors="replace", check=False, cwd=cwd,
    )  # fmt: skip


def last(*said: str) -> str:
    """The last line of the first of these texts that is not empty."""
    return next((text.strip() for text in said if text.strip()), "no output").splitlines()[-1]
