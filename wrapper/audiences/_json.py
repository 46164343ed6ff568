"""Strict JSON, by RFC 8259: the parser of the standard library accepts more than that."""

import json
import math
import re
from itertools import chain
from typing import Any

MAX_DEPTH = 64
"""Levels of nesting that are read; no documented answer has more than three."""
SMALL = 64 * 1024
"""The most bytes of an answer that is judged whole."""
_SURROGATE = re.compile(r"[\ud800-\udfff]")
_BEGINNING = 10_000
"""The number of values of a large answer that are judged."""


class UnreadableError(Exception):
    """The bytes are not JSON. The message says why, without showing them."""


def loads(body: bytes) -> Any:
    """The value of a JSON text in UTF-8.

    Raises UnreadableError for anything else, and for duplicate keys, NaN, infinities, lone surrogates and deep nesting.
    """
    try:
        text = body.decode("utf-8-sig")  # RFC 8259, 8.1: a reader may ignore a byte order mark
        value = _DECODER.decode(text)
        _check(value)
    except UnicodeDecodeError:
        raise UnreadableError("not UTF-8") from None
    except RecursionError:
        raise UnreadableError("nested too deeply") from None
    except ValueError:
        raise UnreadableError("not JSON" if body.strip() else "empty") from None
    return value


def beginning(value: Any) -> Any:
    """The value with its first entries only; an object at the top keeps all its properties."""
    room = iter(range(_BEGINNING))

    def cut(node: Any) -> Any:
        if isinstance(node, dict):
            return {name: cut(entry) for (name, entry), _ in zip(node.items(), room, strict=False)}
        return [cut(entry) for entry, _ in zip(node, room, strict=False)] if isinstance(node, list) else node

    return {name: cut(entry) for name, entry in value.items()} if isinstance(value, dict) else cut(value)


def dumps(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":")).encode()


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise UnreadableError("an object has the same key twice")
    return found


_DECODER = json.JSONDecoder(object_pairs_hook=_object)


def _check(node: Any, depth: int = 1) -> None:
    if isinstance(node, str) and not is_unicode(node):
        raise UnreadableError("a string holds half of a surrogate pair")
    if isinstance(node, float) and not math.isfinite(node):
        raise UnreadableError("a number is not finite")
    if isinstance(node, dict | list):
        if depth > MAX_DEPTH:
            raise UnreadableError(f"nested more than {MAX_DEPTH} levels deep")
        for each in chain(node, node.values() if isinstance(node, dict) else ()):
            _check(each, depth + 1)


def is_unicode(text: str) -> bool:
    """False for a text with lone surrogates, which no encoding can carry."""
    return text.isascii() or _SURROGATE.search(text) is None
