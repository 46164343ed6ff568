"""Merges a provider's documents into one. Where they disagree, the overlay has to decide.

The entries of a document's lists are united: paths and their methods, components by their kind and name, and what
describes the whole document (info, tags, servers). An entry that several documents have must be the same in all; only
their versions may differ, and all of them are named.
"""

import json
import re
from collections.abc import Collection, Iterator, Mapping
from pathlib import PurePath
from typing import Any

from .documents import ABSENT, fingerprint, places, pointer

Json = dict[str, Any]
_UNITED = re.compile(r"/paths(/[^/]*)?|/components(/[^/]*)?|/(info|tags|servers)(/.*)?")
# What a document says of all its operations: a document without it disagrees with one that has it.
_OF_ALL = ("openapi", "servers", "security")
_LONG = 60


class Disputed(str):
    """A mark for a place where documents disagree: its text says what each has there. An overlay replaces it."""

    __slots__ = ("values",)
    values: Mapping[str, Any]

    def __deepcopy__(self, _: object) -> "Disputed":
        return self


def merged(documents: Mapping[str, Json]) -> Json:
    """The documents as one, whatever their order. The keys are the names that messages use."""
    found: Json = _merged(documents, "")
    return found


def disputed(spec: Json) -> Iterator[tuple[str, str]]:
    """The JSON pointers of what is disputed, and what the documents say there."""
    return ((at, str(value)) for at, value in places(spec) if isinstance(value, Disputed))


def decided(node: Any, new: Collection[str]) -> Any:
    """The node with the value of one document at each disputed place: of a document in `new`, or else of the first."""
    if isinstance(node, Disputed):
        return node.values[next((name for name in node.values if name in new), next(iter(node.values)))]
    if isinstance(node, list):
        return [value for each in node if (value := decided(each, new)) is not ABSENT]
    if isinstance(node, dict):
        return {key: value for key, each in node.items() if (value := decided(each, new)) is not ABSENT}
    return node


def _merged(values: Mapping[str, Any], at: str) -> Any:
    first = next(iter(values.values()))
    if len(set(map(_text, values.values()))) == 1:
        return first
    if all(isinstance(value, dict) for value in values.values()):
        names = dict.fromkeys(name for value in values.values() for name in value)
        return {name: _member(values, name, at) for name in names}
    if at == "/info/version" and all(isinstance(value, str) for value in values.values()):
        # Each page has its own day: a new version of one is no contradiction.
        return ", ".join(sorted({*values.values()}))
    if at == "/tags":
        by_name = _merged({key: {tag["name"]: tag for tag in tags} for key, tags in values.items()}, at)
        return [by_name[name] for name in sorted(by_name)]
    if len({_length(value, at) for value in values.values()}) > 1 or not isinstance(first, list):
        return _disputed(values)
    return [_merged({key: value[n] for key, value in values.items()}, f"{at}/{n}") for n in range(len(first))]


def _member(values: Mapping[str, Json], name: str, at: str) -> Any:
    own = {key: value.get(name, ABSENT) for key, value in values.items()}
    if (at == "" and name not in _OF_ALL) or _UNITED.fullmatch(at):
        own = {key: value for key, value in own.items() if value is not ABSENT}
    return _merged(own, pointer([name], at))


def _disputed(values: Mapping[str, Any]) -> Disputed:
    """A mark with what the documents say, each value once. Their names have no suffix: JSON or YAML does not matter."""
    saying: dict[str, list[str]] = {}
    for name, value in sorted(values.items()):
        saying.setdefault(_told(value), []).append(PurePath(name).stem)
    found = Disputed("; ".join(f"{told} in {', '.join(names)}" for told, names in saying.items()))
    found.values = values
    return found


def _length(value: Any, at: str) -> Any:
    """What lists must share to be compared entry by entry: their length or, for servers, the URLs."""
    if not isinstance(value, list):
        return None
    return tuple(server["url"] for server in value) if at == "/servers" else len(value)


def _text(value: Any) -> str:
    return "absent" if value is ABSENT else json.dumps(value, sort_keys=True, ensure_ascii=False)


def _told(value: Any) -> str:
    """A value as text; a long one as its start and its hash."""
    text = _text(value)
    return text if len(text) <= _LONG else f"{text[:_LONG]}… (sha256 {fingerprint(value)[:12]})"
