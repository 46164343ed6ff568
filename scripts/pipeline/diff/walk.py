"""Compares two schemas, place by place: what differs, and what that means on the side of the request or response."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any

from jsonschema_rs.canonical import Containment

from .change import Change, Kind, Side
from .decide import decide, equivalent
from .node import Node
from .plain import Schema, plain
from .seal import names
from .sentence import differing
from .words import added


@dataclass
class Walk:
    """A comparison of the schemas `old` and `new`. `name` is what the sentences call the thing that they describe."""

    old: Node
    new: Node
    side: Side
    name: str
    text: bool = False
    seen: set[tuple[str, str]] = field(default_factory=set)

    def changes(self) -> Iterator[Change]:
        yield from self._at(self.old, self.new, "")

    def _at(self, old: Node, new: Node, place: str) -> Iterator[Change]:
        old, new = old.resolved(), new.resolved()
        if (old.pointer, new.pointer) in self.seen:
            return
        self.seen.add((old.pointer, new.pointer))
        yield from self._defaults(old, new, place)
        before, after = plain(old, self.side), plain(new, self.side)
        children_old, children_new = _properties(old), _properties(new)
        ignored = " and may be ignored from now on" if self.side == "request" else ""
        for name in children_new.keys() - names(before):
            at = children_new[name].pointer
            kind, rest = added(name, names(before), self.name if self.side == "response" else "")
            yield self._change(kind, None, at, place, f"property {name!r} is added{rest}")
        for name in children_old.keys() - names(after):
            at = children_old[name].pointer
            yield self._change(Kind.COMPATIBLE, at, None, place, f"property {name!r} is removed{ignored}")
        shared = children_old.keys() & children_new.keys()
        items = [node.get("items") for node in (old, new)]
        deeper = None not in items
        was, now = (_shell(each, shared, items=deeper) for each in (before, after))
        yield from self._judged(old, new, was, now, place)
        for name in sorted(shared):
            yield from self._at(children_old[name], children_new[name], f"{place}.{name}")
        if deeper:
            yield from self._at(old.child("items"), new.child("items"), f"{place}[]")

    def _judged(self, old: Node, new: Node, before: Schema, after: Schema, place: str) -> Iterator[Change]:
        if before == after:
            return
        forward = self.side == "request"
        given, accepting = (before, after) if forward else (after, before)
        change = self._change(Kind.UNDECIDED, old.pointer, new.pointer, place, differing(_named(before), _named(after)))
        verdict = decide(given, accepting, text=self.text)
        if verdict is Containment.NO:
            yield replace(change, kind=Kind.BREAKING_CALLER if forward else Kind.BREAKING_READER)
        elif verdict is Containment.UNKNOWN:
            yield replace(change, sentence=f"{change.sentence}: nothing here can tell what that means")
        elif _rest(before) != _rest(after) and not equivalent(given, accepting, text=self.text):
            yield replace(change, kind=Kind.COMPATIBLE)

    def _defaults(self, old: Node, new: Node, place: str) -> Iterator[Change]:
        """The changes of keywords that refuse no value, though a program may act on them."""
        for key in ("default", "discriminator"):
            one, two = ({key: value[key]} if key in value else {} for value in map(_object, (old, new)))
            if one == two:
                continue
            kind = Kind.UNDECIDED
            if key == "default" and (self.side == "response" or not one):
                kind = Kind.DOCUMENTATION if self.side == "response" else Kind.COMPATIBLE
            yield self._change(kind, old.pointer, new.pointer, place, differing(one, two))

    def _change(self, kind: Kind, old: str | None, new: str | None, place: str, text: str) -> Change:
        where = ", ".join(part for part in (self.name, place.lstrip(".")) if part)
        return Change(kind, old, new, f"{where}: {text}", self.side)


def _object(node: Node) -> dict[str, Any]:
    return node.value if isinstance(node.value, dict) else {}


def _properties(node: Node) -> dict[str, Node]:
    names = _object(node).get("properties", {})
    return {name: node.child("properties").child(name) for name in names}


def _shell(schema: Schema, shared: set[str], *, items: bool) -> Schema:
    """The schema without the parts that are compared at their own places."""
    if not isinstance(schema, dict):
        return schema
    out = {**schema, "properties": {**schema.get("properties", {}), **dict.fromkeys(shared, True)}}
    if items:
        out["items"] = True
    return {key: value for key, value in out.items() if key != "properties" or value}


def _named(schema: Schema) -> Schema:
    """The schema with only the names of its properties: what differs within one is reported at its own place."""
    if not isinstance(schema, dict):
        return schema
    own = sorted(name for name, child in schema.get("properties", {}).items() if child is not True)
    return {**schema, "properties": own} if own else _rest(schema)


def _rest(schema: Schema) -> Schema:
    """The schema without its properties: each that is added or removed is a change of its own."""
    return {key: schema[key] for key in schema if key != "properties"} if isinstance(schema, dict) else schema
