"""Where a rule stands: the line of a file of the spec that a reader has, or else the provider's page."""

import re
from functools import cache
from pathlib import Path
from typing import Any

import yaml  # type: ignore[import-untyped]

from ..report import Finding, Report
from ..spec import tokens


def file_of(report: Report, finding: Finding) -> tuple[str, int | None]:
    """The path of the spec from the report's root, and the line of what is broken, from 1; "" where there is none."""
    path = report.files.get(finding.provider, "")
    return path, line_of(Path(report.root) / path, finding.pointer) if path else None


def page_of(finding: Finding) -> str:
    """The address of the page that the rule comes from; "" for none."""
    found = re.search(r"https?://[^\s;()]+", finding.source)
    return found[0] if found else ""


def line_of(file: Path, pointer: str) -> int | None:
    """The line of a JSON pointer in a file of JSON or YAML, from 1: that of the longest part of it that is there.

    None if no part of it is there, or the file cannot be read.
    """
    node, line = _root(file), None
    for name in tokens(pointer):
        below: dict[str, tuple[Any, Any]] = {}
        if node and node.id == "mapping":
            below = {key.value: (key, value) for key, value in node.value}
        elif node and node.id == "sequence":
            below = {str(at): (each, each) for at, each in enumerate(node.value)}
        if name not in below:
            break
        key, node = below[name]
        line = key.start_mark.line + 1
    return line


@cache
def _root(file: Path) -> Any:
    try:
        return yaml.compose(file.read_text("utf-8"), getattr(yaml, "CSafeLoader", yaml.SafeLoader))
    except (OSError, ValueError, yaml.YAMLError):
        return None
