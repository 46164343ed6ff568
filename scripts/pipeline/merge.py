"""One document of a provider's several: what each says, and, where they disagree, what the overlay decides.

Entries are united where a document lists what there is: paths and their methods, components by their kind and name,
and what describes the whole document (info, tags, servers). An entry that several have must be the same in all.
"""

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from .documents import ABSENT, fingerprint, pointer

Json = dict[str, Any]
_UNITED = re.compile(r"/paths(/[^/]*)?|/components(/[^/]*)?|/(info|tags|servers)(/.*)?")
# What a document says of all its operations: one without it says something else than one with it.
_OF_ALL = ("openapi", "servers", "security")
_LONG = 60


class Disputed(str):
    """Stands where documents disagree, and says what each of them has there, until an overlay puts a value there."""

    __slots__ = ()


def merged(documents: Mapping[str, Json]) -> Json:
    """The documents as one, whatever their order; each is named as messages name it."""
    found: Json = _merged(documents, "")
    return found


def disputed(node: Any, at: str = "") -> Iterator[tuple[str, str]]:
    """The JSON pointers of what is disputed, and what the documents say there."""
    if isinstance(node, Disputed):
        yield at, str(node)
    members = node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ()
    for token, child in members:
        yield from disputed(child, pointer([token], at))


def _merged(values: Mapping[str, Any], at: str) -> Any:
    first, *others = values.values()
    if not others or all(type(first) is type(value) and first == value for value in others):
        return first
    if all(isinstance(value, list) for value in values.values()):
        return _lists(values, at)
    if not all(isinstance(value, dict) for value in values.values()):
        return _dispute(values)
    names = dict.fromkeys(name for value in values.values() for name in value)
    return {name: _member(values, name, at) for name in names}


def _member(values: Mapping[str, Json], name: str, at: str) -> Any:
    own = {key: value.get(name, ABSENT) for key, value in values.items()}
    if (at == "" and name not in _OF_ALL) or _UNITED.fullmatch(at):
        own = {key: value for key, value in own.items() if value is not ABSENT}
    return _merged(own, pointer([name], at))


def _lists(values: Mapping[str, list[Any]], at: str) -> Any:
    if at == "/tags":
        by_name = _merged({key: {tag["name"]: tag for tag in tags} for key, tags in values.items()}, at)
        return list(by_name.values())
    if len({len(value) for value in values.values()}) > 1:
        return _dispute(values)
    count = len(next(iter(values.values())))
    return [_merged({key: value[n] for key, value in values.items()}, f"{at}/{n}") for n in range(count)]


def _dispute(values: Mapping[str, Any]) -> Disputed:
    return Disputed("; ".join(f"{key}: {_told(value)}" for key, value in sorted(values.items())))


def _told(value: Any) -> str:
    """A value; a long one by its start and its hash."""
    text = "absent" if value is ABSENT else json.dumps(value, sort_keys=True, ensure_ascii=False)
    return text if len(text) <= _LONG else f"{text[:_LONG]}… (sha256 {fingerprint(value)[:12]})"
