"""Percent-encoded text, and application/x-www-form-urlencoded, in which queries and some bodies are written."""

import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import unquote, unquote_plus

from . import schema
from .spec import Node
from .violation import UnreadableError


def decode(text: str, *, plus: bool) -> str | None:
    """The text behind percent-encoded UTF-8, or None where it is none; with `plus`, a plus sign is a space."""
    if not text.isascii() or re.search("%(?![0-9A-Fa-f]{2})", text):
        return None
    try:
        return (unquote_plus if plus else unquote)(text, errors="strict")
    except UnicodeDecodeError:
        return None


def pairs(text: str) -> list[tuple[str, str]]:
    """Names and values in their order, still encoded."""
    return [(name, value) for name, _, value in (pair.partition("=") for pair in text.split("&") if pair)]


def read(body: bytes, kinds: Mapping[str, Node] | None = None) -> dict[str, Any]:
    """The object that the fields of a form or a query make: texts, or values of the types that the `kinds` name.

    `name[key]` is a property of `name`, if that is an object in `kinds`. A field that is sent twice makes an array.
    Raises UnreadableError if `kinds` names the field and it is no array, and for what is not percent-encoded UTF-8.
    """
    found: dict[tuple[str, str], list[str]] = {}
    for pair in pairs(body.decode("latin-1")):
        name, value = (decode(part, plus=True) for part in pair)
        if name is None or value is None:
            raise UnreadableError("not percent-encoded UTF-8")
        inner = re.fullmatch(r"([^\[]+)\[(.*)\]", name)
        kind = kinds.get(inner[1]) if inner and kinds else None
        key = (inner[1], inner[2]) if inner and kind and _has_keys(kind) else (name, "")
        found.setdefault(key, []).append(value)
    made: dict[str, Any] = {}
    for (name, below), texts in found.items():
        kind = kinds.get(name) if kinds else None
        if kind and below:
            inside = schema.properties(kind).get(below) or kind.get("additionalProperties")
            made[name] = {**(made.get(name) or {}), below: _value(inside, texts)}
        else:
            made[name] = _value(kind, texts)
    return made


def _has_keys(kind: Node) -> bool:
    return schema.is_object(kind) or bool(kind.plain("x-not-judged"))


def _value(kind: Node | None, texts: list[str]) -> Any:
    items = kind and kind.get("items")
    if items:
        return [schema.from_text(items, text) for text in texts]
    if kind and len(texts) > 1:
        raise UnreadableError("a field is sent twice")
    values = [schema.from_text(kind, text) if kind else text for text in texts]
    return values if len(values) > 1 else values[0]
