"""The places of an operation's requests: its parameters, and what its body has at any depth."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from ..facts import Effect, facts_of
from ..mock.provider import load as provider_of
from ..schema import types
from ..spec import Node, Operation

_DEEP = 5
"""Levels below which nothing is looked at: a schema may refer to itself."""


@dataclass(frozen=True)
class Place:
    """A parameter in the "path", the "query" or a "header"; or what a "body" has: a property, a field or a part.

    One below others has its path as its name ("data/name"; "data/0/name" in the first item of an array). A place that
    no document names has no schema.
    """

    kind: str
    name: str
    schema: Node | None = None
    required: bool = False

    def says(self, keyword: str, default: Any = None) -> Any:
        """What its schema says; `default` where that says nothing."""
        return self.schema.plain(keyword, default) if self.schema else default

    @property
    def is_file(self) -> bool:
        """Whether it takes a file."""
        return bool(self.says("format") == "binary")

    @property
    def is_text(self) -> bool:
        """Whether it takes texts that are not chosen from a list."""
        return bool(self.schema and "string" in types(self.schema)) and not self.says("enum") and not self.is_file


def media_of(operation: Operation) -> str:
    """The media type of an operation's body, the first of several; "" where it has none."""
    body = operation.node.get("requestBody")
    return str(next(iter(body["content"].value))) if body else ""


@lru_cache(maxsize=256)
def places(operation: Operation) -> tuple[Place, ...]:
    """All places of an operation, in the spec's order."""
    found = [
        Place(each.value["in"], str(each.value["name"]), each["schema"], bool(each.plain("required")))
        for each in operation.node.get("parameters") or ()
    ]
    body = operation.node.get("requestBody")
    schema = body["content"][media_of(operation)].get("schema") if body else None
    return (*found, *_below(schema, "", _DEEP))


@lru_cache(maxsize=256)
def key_of(operation: Operation) -> str:
    """The name of the place that says which audience a request is about: what its creation answered, where that stands
    in the path, or else its name; "" where there is none.
    """
    fed = facts_of(operation).fed
    own = [place.name for place in places(operation) if place.kind == "path" and place.name in fed]
    return own[0] if own else provider_of(operation.spec.key).named


@lru_cache(maxsize=256)
def is_about_one(operation: Operation) -> bool:
    """Whether a request says which audience it is about; what a list is filtered by does not."""
    reads = facts_of(operation).effect is Effect.READS
    found = (place for place in places(operation) if place.kind != "header" and (place.required or not reads))
    return any(place.name == key_of(operation) for place in found)


def _below(schema: Node | None, above: str, deep: int) -> Iterator[Place]:
    properties = schema and deep and schema.get("properties")
    if not schema or not properties:
        return
    for name in properties.value:
        place = Place("body", f"{above}{name}", properties[name], name in schema.plain("required", []))
        yield place
        yield from _below(place.schema, f"{place.name}/", deep - 1)
        yield from _below(properties[name].get("items"), f"{place.name}/0/", deep - 1)
