"""What a run found, in the forms in which people and programs read it; each form has a module of its own.

No form is imported before it is asked for.
"""

import os
from collections.abc import Mapping, Sequence
from importlib import import_module
from pathlib import Path

from rich.console import Console

from ..report import Report
from .live import Progress

FORMATS = {"junit": "junit", "json": "data", "sarif": "sarif", "html": "page", "markdown": "markdown"}
"""The forms that `write` knows, each with its module."""

__all__ = ["FORMATS", "Progress", "github", "render", "terminal", "write"]


def write(report: Report, paths: Mapping[str, str | Path]) -> None:
    """Writes the forms that are asked for, each to its path; makes the folders. Raises OSError."""
    # All are made before one is written: a form that cannot be made leaves no half of a set behind.
    for path, content in [(Path(path), render(report, form)) for form, path in paths.items()]:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)


def render(report: Report, form: str) -> bytes:
    """The report in one of `FORMATS`."""
    made: bytes = import_module(f"{__name__}.{FORMATS[form]}").render(report)
    return made


def terminal(report: Report, console: Console, places: Sequence[str] = ()) -> None:
    """The report for people, once the run is over; `places` are the files that all of it is written to."""
    from .screen import show  # noqa: PLC0415

    show(report, console, places)


def github(report: Report) -> None:
    """Annotations on standard output, and the report in `$GITHUB_STEP_SUMMARY` where that is set."""
    from . import annotations, markdown  # noqa: PLC0415

    annotations.show(report)
    if summary := os.environ.get("GITHUB_STEP_SUMMARY"):
        with Path(summary).open("ab") as file:
            file.write(markdown.render(report))
