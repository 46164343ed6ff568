"""The places of an operation's requests: its parameters, and the properties, fields or parts of its body."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from ..bodies import FORMS
from ..media import parse
from ..mock.provider import facts_of
from ..mock.provider import load as provider_of
from ..parameters import DEEP
from ..schema import is_file, is_object, properties, required, types
from ..spec import Node, Operation

_DEEP = 5
"""How many levels of a body are searched for places; a limit is needed because a schema may refer to itself."""
_MOST = 1000
"""A body with so many places is searched less deeply: no run has the requests to try more."""


@dataclass(frozen=True)
class Place:
    """One place of a request where a value stands.

    `kind` is "path", "query", "header" or "cookie" for a parameter, and "body" for a property, a field or a part. The
    `name` of a nested place is its path ("data/name"; "data/0/name" in the first item of an array). A place that no
    document names has no `schema`.
    """

    kind: str
    name: str
    schema: Node | None = None
    required: bool = False

    def says(self, keyword: str, default: Any = None) -> Any:
        """The value of a keyword of its schema; `default` where the schema does not have the keyword."""
        return self.schema.plain(keyword, default) if self.schema else default

    @property
    def is_file(self) -> bool:
        """Whether it takes a file."""
        return bool(self.schema and is_file(self.schema))

    @property
    def is_text(self) -> bool:
        """Whether it takes free text: a string that is no file and is not chosen from a list."""
        return bool(self.schema and "string" in types(self.schema)) and not self.says("enum") and not self.is_file


@lru_cache(maxsize=1024)
def places(operation: Operation) -> tuple[Place, ...]:
    """All places of an operation: parameters, and those of the body, level by level, in the spec's order."""
    found: list[Place] = []
    for each in operation.node.get("parameters") or ():
        place = Place(each.value["in"], str(each.value["name"]), each["schema"], bool(each.plain("required")))
        found += _of_field(place) if each.plain("style") == DEEP else [place]
    schema, media = operation.body, parse(operation.media)
    if not schema or not media:
        return tuple(found)
    if media.is_json:
        return (*found, *_in_body(schema))
    if media.essence in FORMS:
        return (*found, *(place for each in _below(schema, "") for place in _of_field(each)))
    return (*found, Place("body", "", schema, required=True))


def _of_field(place: Place) -> Iterator[Place]:
    """A parameter or field as a place; one that is an object as a place for each property, named `name[key]`."""
    if not place.schema or not is_object(place.schema):
        yield place
        return
    needed, others = required(place.schema), place.schema.get("additionalProperties")
    kinds = properties(place.schema) or ({"check": others} if others and others.value else {})
    for name, kind in kinds.items():
        yield Place(place.kind, f"{place.name}[{name}]", kind, place.required and name in needed)


@lru_cache(maxsize=1024)
def key_of(operation: Operation) -> str:
    """The name of the place that tells which audience a request is about; "" if there is none.

    This is the last path parameter that takes a value from an audience's creation; without one, the place of the
    audience's name, in a create and at a provider that identifies audiences by name; at others, a property that is
    required and takes such a value.
    """
    ours = provider_of(operation.spec.key)
    linked = [place for place in places(operation) if place.name in facts_of(operation).linked]
    own = [place.name for place in linked if place.required and not ours.is_by_name and place.kind == "body"]
    own += [place.name for place in linked if place.kind == "path"]
    is_by_name = ours.is_by_name or facts_of(operation).creates
    return own[-1] if own else ours.named if is_by_name else ""


@lru_cache(maxsize=1024)
def is_about_one(operation: Operation) -> bool:
    """Whether a request says which audience it is about. An optional query parameter does not: it is a filter."""
    own = [place for place in places(operation) if place.required or place.kind not in ("header", "query")]
    return key_of(operation) in (place.name for place in own if place.kind != "header")


def _in_body(schema: Node) -> list[Place]:
    """The places of a JSON body, level by level, down to the level above which there are not too many."""
    found, level = list[Place](), [*_objects("", schema)]
    for _ in range(_DEEP):
        # Counted before they are made: there may be millions.
        if found and len(found) + sum(len(properties(kind)) for _, kind in level) > _MOST:
            break
        below = [place for above, kind in level for place in _below(kind, above)]
        found += below
        level = [each for place in below if place.schema for each in _objects(f"{place.name}/", place.schema)]
    return found[:_MOST]


def _objects(above: str, schema: Node) -> Iterator[tuple[str, Node]]:
    """What may have properties: the schema, and that of its items; each with what the names there begin with."""
    yield above, schema
    if items := schema.get("items"):
        yield f"{above}0/", items


def _below(schema: Node, above: str) -> Iterator[Place]:
    needed = required(schema)
    for name, kind in properties(schema).items():
        if "/" not in name and not kind.plain("readOnly"):
            yield Place("body", f"{above}{name}", kind, name in needed)
