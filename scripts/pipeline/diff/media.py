"""Media types, and what is in a body of each."""

from collections.abc import Iterator
from dataclasses import replace

from .change import Change, Kind, Side
from .node import Node
from .sentence import differing
from .walk import Walk

_FORMS = ("multipart/", "application/x-www-form-urlencoded")


def content(old: Node, new: Node, side: Side, name: str) -> Iterator[Change]:
    """The `content` of two bodies, either of which may have none."""
    before, after = _types(old), _types(new)
    kind = Kind.BREAKING_CALLER if side == "request" else Kind.BREAKING_READER
    for key, node in before.items():
        # A caller keeps to what he sends; a reader can read what is no more than what he could read before.
        kept = [other for other in after if (within(key, other) if side == "request" else within(other, key))]
        if not kept:
            yield Change(kind, node.pointer, None, f"{name}: {key} is no longer {_verb(side)}", side)
        for other in sorted(kept, key=lambda other: other != key)[: 1 if side == "request" else None]:
            yield from _media(node, after[other], side, f"{name} ({other})", key)
    for key, node in after.items():
        if key not in before:
            known = any(within(key, other) for other in before)
            wider = side == "response" and not known and any(within(other, key) for other in before)
            if not wider:
                yield Change(Kind.COMPATIBLE, None, node.pointer, f"{name}: {key} is {_verb(side)}", side)


def _media(old: Node, new: Node, side: Side, name: str, key: str) -> Iterator[Change]:
    one, two = old.get("schema"), new.get("schema")
    form = key.startswith(_FORMS)
    anything = Node(old.root, old.pointer, {})
    if one is not None or two is not None:
        yield from Walk(one or anything, two or replace(anything, pointer=new.pointer), side, name, text=form).changes()
    if form:
        yield from _encodings(old, new, side, name)


def _encodings(old: Node, new: Node, side: Side, name: str) -> Iterator[Change]:
    before, after = old.members("encoding"), new.members("encoding")
    for part in sorted({*before, *after}):
        one = before[part].value if part in before else {}
        two = after[part].value if part in after else {}
        lost = _listed(one.get("contentType")) - _listed(two.get("contentType")) if "contentType" in two else set()
        rest = [{key: value for key, value in item.items() if key != "contentType"} for item in (one, two)]
        pointers = (f"{old.pointer}/encoding/{part}", f"{new.pointer}/encoding/{part}")
        where = f"{name}, part {part!r}: {differing(one, two)}"
        if lost or ("contentType" in two and "contentType" not in one):
            yield Change(Kind.BREAKING_CALLER if side == "request" else Kind.UNDECIDED, *pointers, where, side)
        elif _listed(one.get("contentType")) != _listed(two.get("contentType")):
            yield Change(Kind.COMPATIBLE if side == "request" else Kind.BREAKING_READER, *pointers, where, side)
        if rest[0] != rest[1]:
            yield Change(Kind.UNDECIDED, *pointers, where, side)


def within(inner: str, outer: str) -> bool:
    """Whether all that a media type, or a range of them, stands for is in another."""
    if outer in (inner, "*/*"):
        return True
    return outer.endswith("/*") and inner.startswith(outer.removesuffix("*"))


def media_type(text: str) -> str:
    """Names count in any case and parameters in any order; UTF-8 is what there is without a charset."""
    kind, *parameters = [part.strip().lower() for part in text.split(";")]
    pairs = sorted(tuple(item.strip().strip('"') for item in part.partition("=")[::2]) for part in parameters if part)
    return "; ".join([kind, *(f"{key}={value}" for key, value in pairs if (key, value) != ("charset", "utf-8"))])


def _types(body: Node) -> dict[str, Node]:
    return {media_type(key): node for key, node in body.members("content").items()}


def _listed(content_type: str | None) -> set[str]:
    return {media_type(item) for item in (content_type or "").split(",") if item.strip()}


def _verb(side: Side) -> str:
    return "taken" if side == "request" else "answered"
