"""JSON as RFC 8259 has it, read strictly; the parser of the standard library is more lenient than that."""

import json
import math
import re
import sys
from itertools import chain
from typing import Any

MAX_DEPTH = 64
"""Levels of nesting that are read; no documented answer has more than three."""
SMALL = 64 * 1024
"""Bytes that are read whatever is in them."""
_MOST = 17
"""Bytes of memory that reading a larger text may take for each of its own, which are there three times beside."""
# Also one without an end, or else that would be sought again from each quotation mark within it.
_STRING = re.compile(r'"(?:[^"\\]++|\\.)*+"?', re.DOTALL)
_KEY = re.compile(rf"({_STRING.pattern})[ \t\r\n]*+(:?)", re.DOTALL)
_SURROGATE = re.compile(r"[\ud800-\udfff]")
_BEGINNING = 10_000
"""Values in the beginning of a large answer."""


class UnreadableError(Exception):
    """The bytes are not JSON; says why without showing them."""


def loads(body: bytes) -> Any:
    """The value. Raises UnreadableError also for duplicate keys, NaN, infinities, lone surrogates, deep nesting, and
    for what would take more than 20 times its size in memory: values of three bytes each, by the hundred thousand.
    """
    try:
        text = body.decode("utf-8-sig")  # RFC 8259, 8.1: a reader may ignore a byte order mark
        outline, strings = _STRING.subn("", text)
        if len(body) > SMALL and _memory(text, outline, strings) > _MOST * len(body):
            raise UnreadableError("so many values in so few bytes are not read")
        value = json.loads(text)
        properties = _check(value)
    except UnicodeDecodeError:
        raise UnreadableError("not UTF-8") from None
    except RecursionError:
        raise UnreadableError("nested too deeply") from None
    except ValueError:
        raise UnreadableError("not JSON" if body.strip() else "empty") from None
    # Where a key stands twice, the parser keeps one.
    if properties != outline.count(":"):
        raise UnreadableError("an object has the same key twice")
    return value


def beginning(value: Any) -> Any:
    """The value with its first entries; the properties of an object on the outside are all there."""
    room = iter(range(_BEGINNING))

    def cut(node: Any) -> Any:
        if isinstance(node, dict):
            return {name: cut(entry) for (name, entry), _ in zip(node.items(), room, strict=False)}
        return [cut(entry) for entry, _ in zip(node, room, strict=False)] if isinstance(node, list) else node

    return {name: cut(entry) for name, entry in value.items()} if isinstance(value, dict) else cut(value)


def dumps(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":")).encode()


def _memory(text: str, outline: str, strings: int) -> int:
    """The bytes that the parser takes at most for a text; `outline` is the text without its strings.

    The numbers are CPython's, of objects and of their places in others. A key is kept once, however often it stands.
    """
    lists, objects, keys, commas = map(outline.count, "[{:,")
    string, values = 58 if text.isascii() else 89, strings - keys
    found = sys.getsizeof(text) + len(text) + string * values + 37 * max(0, commas - values)
    found += 97 * lists + 193 * objects + 90 * max(0, keys - 5 * objects)
    if found + (string + 90) * keys > _MOST * len(text):
        keys = len({hash(key[1]) for key in _KEY.finditer(text) if key[2]})
    return found + (string + 90) * keys


def _check(node: Any, depth: int = 1) -> int:
    """How many properties all of its objects have together."""
    if isinstance(node, str) and not is_unicode(node):
        raise UnreadableError("a string holds half of a surrogate pair")
    if isinstance(node, float) and not math.isfinite(node):
        raise UnreadableError("a number is not finite")
    if not isinstance(node, dict | list):
        return 0
    if depth > MAX_DEPTH:
        raise UnreadableError(f"nested more than {MAX_DEPTH} levels deep")
    properties, inner = (len(node), chain(node, node.values())) if isinstance(node, dict) else (0, node)
    return properties + sum(_check(each, depth + 1) for each in inner)


def is_unicode(text: str) -> bool:
    """False for a text with lone surrogates, which no encoding can carry."""
    return text.isascii() or _SURROGATE.search(text) is None
