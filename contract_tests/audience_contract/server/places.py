"""The places of an operation's requests: its parameters, and what its body has at any depth."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from ..facts import Effect, facts_of
from ..mock.provider import load as provider_of
from ..schema import properties, required, types
from ..spec import Node, Operation

_DEEP = 5
"""Levels below which nothing is looked at: a schema may refer to itself."""


@dataclass(frozen=True)
class Place:
    """A parameter in the "path", the "query", a "header" or a "cookie"; or what a "body" has: a property, a field
    or a part.

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


@lru_cache(maxsize=1024)
def places(operation: Operation) -> tuple[Place, ...]:
    """All places of an operation, in the spec's order."""
    found = [
        Place(each.value["in"], str(each.value["name"]), each["schema"], bool(each.plain("required")))
        for each in operation.node.get("parameters") or ()
    ]
    body = operation.node.get("requestBody")
    schema = body["content"][media_of(operation)].get("schema") if body else None
    items = schema.get("items") if schema else None
    return (*found, *_below(schema, "", _DEEP), *_below(items, "0/", _DEEP))


@lru_cache(maxsize=1024)
def key_of(operation: Operation) -> str:
    """The name of the place that says which audience a request is about: what its creation answered, where that stands
    in the path, or else its name; "" where there is none.
    """
    fed = facts_of(operation).fed
    own = [place.name for place in places(operation) if place.kind == "path" and place.name in fed]
    ours = provider_of(operation.spec.key)
    is_by_name = ours.is_by_name or facts_of(operation).effect is Effect.CREATES
    return own[-1] if own else ours.named if is_by_name else ""


@lru_cache(maxsize=1024)
def is_about_one(operation: Operation) -> bool:
    """Whether a request says which audience it is about. What a query need not have is a filter."""
    own = [place for place in places(operation) if place.required or place.kind not in ("header", "query")]
    return key_of(operation) in (place.name for place in own if place.kind != "header")


def _below(schema: Node | None, above: str, deep: int) -> Iterator[Place]:
    needed = required(schema) if schema else []
    for name, kind in properties(schema).items() if schema and deep else ():
        if "/" not in name and not kind.plain("readOnly"):
            place = Place("body", f"{above}{name}", kind, name in needed)
            yield place
            yield from _below(kind, f"{place.name}/", deep - 1)
            yield from _below(kind.get("items"), f"{place.name}/0/", deep - 1)
