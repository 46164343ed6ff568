"""Two schemas, place by place: what differs where, and what that means to the side that it is on."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any

from .change import Change, Kind, Side, Witness
from .decide import decide, equivalent
from .embed import Step, embed
from .judge import Judge
from .node import Node
from .plain import Schema, plain
from .sentence import differing
from .view import View, view
from .words import LISTED, NAMED, SINGLE, said


@dataclass
class Walk:
    """`old` and `new` are the roots; `name` says in sentences what they are the schemas of."""

    old: Node
    new: Node
    side: Side
    name: str
    text: bool = False
    seen: set[tuple[str, str]] = field(default_factory=set)

    def changes(self) -> Iterator[Change]:
        yield from self._at(self.old, self.new, ())

    def _at(self, old: Node, new: Node, steps: tuple[Step, ...]) -> Iterator[Change]:
        beside_old, beside_new = _beside(old), _beside(new)
        old, new = old.resolved(), new.resolved()
        if beside_old != beside_new:
            text = differing(beside_old, beside_new)
            yield self._change(Kind.DOCUMENTATION, old, new, steps, f"beside its reference, {text}")
        if (old.pointer, new.pointer) in self.seen:
            return
        self.seen.add((old.pointer, new.pointer))
        before, after = view(old, self.side), view(new, self.side)
        yield from self._said(old, new, before, after, steps)
        if before is None or after is None:
            yield from self._judged(old, new, plain(old, self.side), plain(new, self.side), steps)
            return
        shells = _shells(before, after, self.side)
        yield from self._judged(old, new, *shells, steps)
        yield from self._names(old, new, before, after, steps)
        for name, child in before.properties.items():
            if name in after.properties:
                yield from self._at(child, after.properties[name], (*steps, Step(before, after, name)))
        if before.items is not None and after.items is not None:
            yield from self._at(before.items, after.items, (*steps, Step(before, after, None)))

    def _judged(self, old: Node, new: Node, before: Schema, after: Schema, steps: tuple[Step, ...]) -> Iterator[Change]:
        if before == after:
            return
        forward = self.side == "request"
        given, accepting = (before, after) if forward else (after, before)
        change = self._change(Kind.UNDECIDED, old, new, steps, differing(before, after))
        giving = plain(old if forward else new, self.side)
        verdict = decide(given, accepting, giving, text=self.text)
        if verdict.contained:
            if not equivalent(given, accepting, text=self.text):
                yield replace(change, kind=Kind.COMPATIBLE)
            return
        witness = verdict.witness and self._whole(verdict.witness, steps)
        if witness is None:
            yield replace(change, sentence=f"{change.sentence}: neither a proof nor a witness was found")
        else:
            kind = Kind.BREAKING_CALLER if forward else Kind.BREAKING_READER
            yield replace(change, kind=kind, witness=witness)

    def _whole(self, witness: Witness, steps: tuple[Step, ...]) -> Witness | None:
        """The witness inside a whole value, which the one root takes and the other refuses."""
        forward = self.side == "request"
        gives = plain(self.old if forward else self.new, self.side)
        takes = plain(self.new if forward else self.old, self.side)
        value = embed(witness.value, steps, self.side, old_gives=forward)
        sure = Judge(gives).surely(value, taken=True) and Judge(takes).surely(value, taken=False, text=self.text)
        return Witness(value) if sure else None

    def _names(self, old: Node, new: Node, before: View, after: View, steps: tuple[Step, ...]) -> Iterator[Change]:
        for name in after.properties.keys() - before.names:
            node = after.properties[name]
            change = self._change(Kind.COMPATIBLE, old, new, steps, f"property {name!r} is added")
            yield replace(change, pointer_old=None, pointer_new=node.pointer)
        for name in before.properties.keys() - after.names:
            node = before.properties[name]
            ignored = " and may be ignored from now on" if self.side == "request" else ""
            change = self._change(Kind.COMPATIBLE, old, new, steps, f"property {name!r} is removed{ignored}")
            yield replace(change, pointer_old=node.pointer, pointer_new=None)

    def _said(
        self, old: Node, new: Node, before: View | None, after: View | None, steps: tuple[Step, ...]
    ) -> Iterator[Change]:
        told_old = before.told if before and after else said(old.value)
        told_new = after.told if before and after else said(new.value)
        if told_old != told_new:
            yield self._change(Kind.DOCUMENTATION, old, new, steps, differing(told_old, told_new))
        elif _only_told(old, new, before, after, self.side):
            yield self._change(Kind.DOCUMENTATION, old, new, steps, "what is said in the alternatives differs")
        for key in ("default", "discriminator"):
            one, two = _plain(old, key), _plain(new, key)
            if one == two:
                continue
            kind = Kind.UNDECIDED
            if key == "default":
                kind = Kind.DOCUMENTATION if self.side == "response" else Kind.COMPATIBLE if one is None else kind
            open_question = ": no value can show what that means" if kind is Kind.UNDECIDED else ""
            text = differing({} if one is None else {key: one}, {} if two is None else {key: two})
            yield self._change(kind, old, new, steps, text + open_question)

    def _change(self, kind: Kind, old: Node, new: Node, steps: tuple[Step, ...], text: str) -> Change:
        place = "".join("[]" if step.name is None else f".{step.name}" for step in steps).lstrip(".")
        sentence = f"{self.name}{f', {place}' if place else ''}: {text}"
        return Change(kind, old.pointer, new.pointer, sentence, self.side)


def _beside(node: Node) -> dict[str, object]:
    """What is said beside a reference."""
    is_reference = isinstance(node.value, dict) and "$ref" in node.value and node.bare_reference
    return said(node.value) if is_reference else {}


def _plain(node: Node, key: str) -> Any:
    return node.value.get(key) if isinstance(node.value, dict) else None


def _shells(before: View, after: View, side: Side) -> tuple[Schema, Schema]:
    """The two without what is compared further down: children that both have stand for themselves."""
    given, accepting = (before, after) if side == "request" else (after, before)
    shells = []
    for this, other in ((before, after), (after, before)):
        out = dict(this.own)
        properties: dict[str, Schema] = {
            name: True
            if name in other.properties or (this is accepting and not given.closed and name not in given.names)
            else _hoisted(child, side, name, out)
            for name, child in this.properties.items()
        }
        # A name that only the other knows is none that may come by chance.
        if this is given and not this.closed:
            properties |= dict.fromkeys(other.properties.keys() - this.properties.keys(), True)
        if properties:
            out["properties"] = properties
        if this.items is not None:
            out["items"] = True if other.items is not None else _hoisted(this.items, side, "[]", out)
        shells.append(out)
    return shells[0], shells[1]


def _hoisted(node: Node, side: Side, name: str, into: dict[str, Any]) -> Schema:
    """A child whose definitions are moved to the top, where its references look for them."""
    schema = plain(node, side, f"{name}-")
    if isinstance(schema, dict) and "$defs" in schema:
        into["$defs"] = {**into.get("$defs", {}), **schema.pop("$defs")}
    return schema


def _told(node: Node, seen: View | None, side: Side, *, told: bool = True) -> Any:
    """The children that are not walked into, with what they say."""
    schema = plain(node, side, told=told)
    if seen is None or not isinstance(schema, dict):
        return schema
    return {key: schema[key] for key in schema if key in seen.own and key in (*SINGLE, *LISTED, *NAMED)}


def _only_told(old: Node, new: Node, before: View | None, after: View | None, side: Side) -> bool:
    same: bool = _told(old, before, side, told=False) == _told(new, after, side, told=False)
    differs: bool = _told(old, before, side) != _told(new, after, side)
    return same and differs
