"""Compares the media types of two bodies, and the schema of each."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from .change import Change, Kind, Side
from .node import Node
from .sentence import differing
from .walk import Walk

_FORMS = ("multipart/", "application/x-www-form-urlencoded")


def content(old: Node, new: Node, side: Side, name: str) -> Iterator[Change]:
    """The changes between the `content` of two bodies, either of which may have none."""
    before, after = _types(old), _types(new)
    kind = Kind.BREAKING_CALLER if side == "request" else Kind.BREAKING_READER
    for key, node in before.items():
        # A caller goes on sending the old type, so the new ones must include it. A reader can read a new type only if
        # the old ones include it.
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
    before, after = _encodings(old), _encodings(new)
    if form and before != after:
        text = f"{name}, its parts: {differing(before, after)}"
        yield Change(Kind.UNDECIDED, old.pointer, new.pointer, text, side)


def _encodings(media: Node) -> dict[str, Any]:
    """How each part of a form is encoded, with its media types sorted."""
    parts = {name: node.value for name, node in media.members("encoding").items()}
    return {name: {**part, "contentType": sorted(_listed(part.get("contentType")))} for name, part in parts.items()}


def within(inner: str, outer: str) -> bool:
    """Whether a media type, or a range such as text/*, is within another."""
    if outer in (inner, "*/*"):
        return True
    return outer.endswith("/*") and inner.startswith(outer.removesuffix("*"))


def media_type(text: str) -> str:
    """A media type in one spelling: in lower case, its parameters sorted, and without UTF-8, which is the default."""
    kind, *parameters = [part.strip().lower() for part in text.split(";")]
    pairs = sorted(tuple(item.strip().strip('"') for item in part.partition("=")[::2]) for part in parameters if part)
    return "; ".join([kind, *(f"{key}={value}" for key, value in pairs if (key, value) != ("charset", "utf-8"))])


def _types(body: Node) -> dict[str, Node]:
    return {media_type(key): node for key, node in body.members("content").items()}


def _listed(content_type: str | None) -> set[str]:
    return {media_type(item) for item in (content_type or "").split(",") if item.strip()}


def _verb(side: Side) -> str:
    return "taken" if side == "request" else "answered"
