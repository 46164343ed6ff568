"""Masks what may be personal in a message, by the spec's schemas.

What a schema documents as a single value, such as a name, is shown. Files, the items of lists, and what no spec names
may be about a person, whatever they are called: they are masked.
"""

import json
import re
from collections.abc import Mapping
from typing import Any

from . import multipart, schema, strict_json, urlencoded
from .media import MediaType, entry_of, media_of
from .messages import Request, Response
from .quotes import MASKED, Quotes
from .spec import Node
from .violation import UnreadableError

_NAME = re.compile(r"(?!.*\d{5})[^\W\d][\w.$\[\]-]{0,60}")
"""A name as programmers give them; one with personal data in it would hardly look like this."""
_SCALARS = {str: {"string"}, int: {"integer", "number"}, float: {"number"}}


def masked_bytes(content: bytes) -> str:
    """The mask of content: it shows nothing but the size."""
    return f"[masked: {len(content):,} bytes]"


class Masks:
    """Masks bodies and fields; with `learns`, what it hides is remembered by `quotes`."""

    def __init__(self, quotes: Quotes, *, learns: bool) -> None:
        self._quotes, self._learns = quotes, learns

    def hidden(self, value: Any) -> str:
        """The mask that stands for a value; with `learns`, the value is remembered."""
        if self._learns:
            self._quotes.learn(value)
        return masked_bytes(value) if isinstance(value, bytes) else MASKED

    def is_shown(self, value: Any, kind: Node | None, *, listed: bool = False) -> bool:
        """Whether a value is documented as a single one; of a list, only null, booleans and values of an `enum` are."""
        kinds = _kinds(kind)
        if value is None or isinstance(value, bool) or any(value in each.plain("enum", ()) for each in kinds):
            return True
        types = {name for each in kinds for name in schema.types(each)}
        files = any(each.get(name) for each in kinds for name in ("contentMediaType", "contentEncoding"))
        binary = files or any(each.plain("format") in ("binary", "byte") for each in kinds)
        if listed or binary or not types & _SCALARS.get(type(value), set()):
            return False
        text = str(value)
        # One line that says more than a name or an id may say anything.
        written = self._quotes.masked(text) if re.search(r"[\s,;]", text) else self._quotes.known(text)
        return len(text.splitlines()) < 2 and written == text

    def _value(self, value: Any, kind: Node | None, *, listed: bool = False) -> Any:
        known = properties(kind)
        items = next((found for each in _kinds(kind) if (found := each.get("items"))), None)
        if isinstance(value, dict) and known:
            names = {name: name if name in known or _NAME.fullmatch(name) else self.hidden(name) for name in value}
            return {names[name]: self._value(child, known.get(name), listed=listed) for name, child in value.items()}
        if isinstance(value, list) and items:
            return [self._value(each, items, listed=True) for each in value]
        return value if self.is_shown(value, kind, listed=listed) else self.hidden(value)

    def body(self, message: Request | Response, content: Node | None) -> bytes:
        """The body, by the content map that documents it."""
        kind, entry = media_of(message), entry_of(content, message)
        documented = entry.get("schema") if entry else None
        try:
            if kind and kind.essence == "multipart/form-data":
                return self._parts(kind, message.body, documented)
            if kind and kind.essence == "application/x-www-form-urlencoded":
                return self.pairs(message.body.decode("latin-1"), properties(documented)).encode("latin-1")
            if kind and kind.is_json:
                value = strict_json.loads(message.body)
                shown = self._value(value, documented)
                return message.body if shown == value else json.dumps(shown, ensure_ascii=False).encode()
        except UnreadableError:
            pass
        return self.hidden(message.body).encode()

    def pairs(self, text: str, declared: Mapping[str, Node]) -> str:
        """Fields of a form or a query; a name without `=` counts as a value."""
        return "&".join(self._pair(pair, declared) for pair in text.split("&"))

    def _pair(self, pair: str, declared: Mapping[str, Node]) -> str:
        raw, mark, value = pair.partition("=")
        name, text = urlencoded.decode(raw, plus=True), urlencoded.decode(value, plus=True)
        kind = declared.get(name or "")
        if kind and text is not None and self.is_shown(schema.from_text(kind, text), kind):
            return pair
        named = kind or (mark and _NAME.fullmatch(name or ""))
        return (raw if named or not raw else self.hidden(name or raw)) + mark + (value and self.hidden(text or value))

    def _parts(self, kind: MediaType, body: bytes, documented: Node | None) -> bytes:
        parts, known, shown, at = multipart.read(kind, body), properties(documented), body, 0
        end = b"\r\n--" + kind.parameters["boundary"].encode("latin-1", "replace")
        for part in parts:
            if self._is_part_shown(part, known.get(part.name)):
                continue
            # Masked in place, so that all around it stays as it was sent.
            start = shown.find(b"\n" + part.data + end, at)
            if start < 0 or not (part.name in known or _NAME.fullmatch(part.name)):
                return self.hidden(body).encode()
            mask = self.hidden(part.data).encode() if part.data else b""
            shown = shown[: start + 1] + mask + shown[start + 1 + len(part.data) :]
            at = start + 1 + len(mask)
        return shown

    def _is_part_shown(self, part: multipart.Part, kind: Node | None) -> bool:
        try:
            value = schema.from_text(kind, part.text) if kind else part.text
        except UnreadableError:
            return False
        return part.filename is None and self.is_shown(value, kind)


def _kinds(kind: Node | None) -> list[Node]:
    """A schema, and those that it is made of."""
    return schema.every((kind,) if kind else ())


def properties(kind: Node | None) -> dict[str, Node]:
    """The properties that a schema names, its alternatives' among them; of several with one name, the first."""
    named = [found for each in reversed(_kinds(kind)) if (found := each.get("properties"))]
    return {name: each for found in named for name in found.value if (each := found.get(name))}
