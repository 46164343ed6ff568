"""Compares the answers of two operations: their statuses, headers and bodies."""

from collections.abc import Iterator

from . import parameters
from .change import Change, Kind
from .media import content
from .node import Node


def compare(old: Node, new: Node, where: str) -> Iterator[Change]:
    every = (each.members("responses").items() for each in (old, new))
    before, after = ({key: node for key, node in each if not key.startswith("x-")} for each in every)
    for key, node in after.items():
        name = f"{where}, answer {key}"
        known = _for(before, key)
        if known is not None:
            yield from _pair(known, node, name)
        if key not in before:
            kind = Kind.BREAKING_READER if key.startswith("2") and known is None else Kind.COMPATIBLE
            # Its own place: the component that it refers to may be an older answer's.
            yield Change(kind, None, f"{new.pointer}/responses/{key}", f"{name} is added", "response")
    for key, node in before.items():
        if key in after:
            continue
        name = f"{where}, answer {key}"
        meant = _for(after, key)
        if meant is not None:
            yield from _pair(node, meant, name)
        within = [other for other in after if key.endswith("XX") and other[0] == key[0]]
        kind = Kind.BREAKING_READER if key.startswith("2") and meant is None and not within else Kind.COMPATIBLE
        yield Change(kind, f"{old.pointer}/responses/{key}", None, f"{name} is removed", "response")


def _for(responses: dict[str, Node], status: str) -> Node | None:
    """The response that documents a status: its own, that of its range, or the default; None without any."""
    return responses.get(status) or responses.get(f"{status[0]}XX") or responses.get("default")


def _pair(old: Node, new: Node, where: str) -> Iterator[Change]:
    yield from parameters.compare(parameters.of_response(old), parameters.of_response(new), where, "response")
    yield from content(old, new, "response", where)
    if old.plain("links") != new.plain("links"):
        yield Change(Kind.UNDECIDED, old.pointer, new.pointer, f"{where}: its links differ", "response")
