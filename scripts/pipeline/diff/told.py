"""What two documents say to people, in places that both have."""

from collections.abc import Iterator
from typing import Any

from ..documents import pointer, resolve
from .change import Change, Kind
from .sentence import differing
from .words import SAID


def changes(old: dict[str, Any], new: dict[str, Any]) -> Iterator[Change]:
    for at, after in _objects(new, ""):
        before = resolve(old, at)
        words = [{key: each[key] for key in SAID if key in each} for each in (before, after) if isinstance(each, dict)]
        if words[0] != words[-1]:
            yield Change(Kind.DOCUMENTATION, at, at, f"{at or 'the document'}: {differing(*words)}")


def _objects(node: Any, at: str) -> Iterator[tuple[str, dict[str, Any]]]:
    # Below "properties" stand names, whatever they are.
    if isinstance(node, dict) and not at.endswith("/properties"):
        yield at, node
    for key, child in node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ():
        yield from _objects(child, pointer([key], at))
