"""The changes of a schema: each keyword removed, and changed in the ways that its kind allows."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from audience_contract.spec import Node

REMOVED: Any = object()
_ANNOTATIONS = {"title", "description", "example", "examples", "default", "deprecated", "externalDocs"}
_TYPES = ("string", "integer", "number", "boolean", "array", "object")


@dataclass(frozen=True)
class Change:
    """What is put at `path` below `pointer` in a document (REMOVED: nothing), and that in words."""

    pointer: str
    path: tuple[str | int, ...]
    value: Any
    words: str


def changes(schema: Node) -> Iterator[Change]:
    """Those of a schema and of all schemas in it; raises LookupError for a keyword of which none are known."""
    for keyword, value in schema.value.items():
        if keyword in _ANNOTATIONS or keyword.startswith("x-"):
            continue
        if keyword == "properties":
            yield from _properties(schema)
        elif keyword == "items":
            yield Change(schema.pointer, ("items",), {}, "items emptied")
            yield from changes(schema["items"])
        else:
            said = "type beside an enum" if keyword == "type" and "enum" in schema.value else keyword
            yield Change(schema.pointer, (keyword,), REMOVED, f"{said} removed")
            if keyword in ("oneOf", "anyOf"):
                for alternative in schema[keyword]:
                    yield from changes(alternative)
            if keyword == "type" and "null" not in value:
                yield _nullable(schema, value, said)
            for other, words in _OTHERS[keyword](value):
                yield Change(schema.pointer, (keyword,), other, f"{said}: {words}")


def _properties(schema: Node) -> Iterator[Change]:
    required = schema.plain("required", [])
    for name in schema["properties"].value:
        yield Change(schema.pointer, ("properties", name), {}, f"{name}: emptied")
        if name not in required:
            yield Change(schema.pointer, ("required",), [*required, name], f"{name} required")
        yield from changes(schema["properties"][name])


def _type(value: Any) -> Iterator[tuple[Any, str]]:
    for other in _TYPES:
        if other != value and (other, value) not in (("number", "integer"),):
            yield other, f"only {other}" if other in value else other


def _nullable(schema: Node, value: Any, said: str) -> Change:
    if schema.root.version == "3.0":
        return Change(schema.pointer, ("nullable",), True, f"{said}: or null")
    kinds = [value] if isinstance(value, str) else value
    return Change(schema.pointer, ("type",), [*kinds, "null"], f"{said}: or null")


def _enum(value: list[Any]) -> Iterator[tuple[Any, str]]:
    for each in value if len(value) > 1 else ():
        yield [other for other in value if other != each], f"{each} removed"
    if all(isinstance(each, str) for each in value):
        # Values that are near: nobody can try all that there are.
        yield [*value, *(each.upper() for each in value)], "capitals added"
        yield [*value, *(each + "x" for each in value)], "longer ones added"
        yield [*value, ""], "an empty one added"


def _required(value: list[str]) -> Iterator[tuple[Any, str]]:
    for each in value:
        yield [other for other in value if other != each], f"{each} removed"


def _limit(value: int) -> Iterator[tuple[Any, str]]:
    for other in (value - 1, value + 1):
        if other >= 0:
            yield other, f"{other}"


def _pattern(value: str) -> Iterator[tuple[Any, str]]:
    for anchor in ("^", "$"):
        if anchor in (value[:1], value[-1:]):
            yield value.strip(anchor) if anchor == "^" else value.rstrip("$"), f"{anchor} removed"
    found = re.search(r"\[\^?(.*?)\]", value)
    if found:
        for piece in re.findall(r".-.|\\.|.", found[1]):
            yield value.replace(found[1], found[1].replace(piece, "", 1), 1), f"{piece} not allowed"
        for more in (" ", ".", "/", "é"):
            yield value.replace(found[1], more + found[1], 1), f"{more!r} allowed"
    if "*" in value:
        yield value.replace("*", "+", 1), "* becomes +"


def _format(value: str) -> Iterator[tuple[Any, str]]:
    yield ("date-time" if value == "binary" else "binary"), "another"


def _none(_: Any) -> Iterator[tuple[Any, str]]:
    yield from ()


_OTHERS: dict[str, Callable[[Any], Iterator[tuple[Any, str]]]] = {
    **dict.fromkeys(("oneOf", "anyOf", "additionalProperties", "maxProperties"), _none),
    "type": _type,
    "enum": _enum,
    "required": _required,
    "pattern": _pattern,
    "format": _format,
    **dict.fromkeys(("minLength", "maxLength", "minItems", "maxItems", "minimum", "maximum"), _limit),
}
