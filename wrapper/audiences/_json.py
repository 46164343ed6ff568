"""JSON as RFC 8259 has it, read strictly; the parser of the standard library is more lenient than that."""

import json
import math
from typing import Any

MAX_DEPTH = 64
"""Levels of nesting that are read; no documented answer has more than three."""


class UnreadableError(Exception):
    """The bytes are not JSON; says why without showing them."""


def loads(body: bytes) -> Any:
    """The value. Raises UnreadableError also for duplicate keys, NaN, infinities, lone surrogates, deep nesting."""
    try:
        # RFC 8259, 8.1: a reader may ignore a byte order mark.
        value = json.loads(body.decode("utf-8-sig"), object_pairs_hook=_unique)
    except UnicodeDecodeError:
        raise UnreadableError("not UTF-8") from None
    except RecursionError:
        raise UnreadableError("nested too deeply") from None
    except ValueError:
        raise UnreadableError("not JSON" if body.strip() else "empty") from None
    _check(value)
    return value


def dumps(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":")).encode()


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise UnreadableError("an object has the same key twice")
    return found


def _check(value: Any) -> None:
    stack = [(value, 1)]
    while stack:
        node, depth = stack.pop()
        if depth > MAX_DEPTH:
            raise UnreadableError(f"nested more than {MAX_DEPTH} levels deep")
        if isinstance(node, dict):
            stack += [(entry, depth + 1) for pair in node.items() for entry in pair]
        elif isinstance(node, list):
            stack += [(entry, depth + 1) for entry in node]
        elif isinstance(node, str) and not is_unicode(node):
            raise UnreadableError("a string holds half of a surrogate pair")
        elif isinstance(node, float) and not math.isfinite(node):
            raise UnreadableError("a number is not finite")


def is_unicode(text: str) -> bool:
    """False for a text with lone surrogates, which no encoding can carry."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True
