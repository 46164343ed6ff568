"""JSON as RFC 8259 has it for exchange between systems: what two readers could understand differently is unreadable."""

import json
from itertools import chain
from typing import Any, NoReturn

from .spec import tokens
from .violation import UnreadableError

CONTAINERS = (dict, list)
"""The types of JSON values that hold others. It takes longer to write them as a union, which is made each time."""
MAX_DEPTH = 128
"""Containers inside each other; deeper ones are unreadable, on every Python at the same depth."""


def loads(data: bytes) -> Any:
    """The value of a JSON text.

    Raises UnreadableError for anything but one JSON value in UTF-8: a byte order mark, a key that an object has twice,
    NaN or Infinity, a lone surrogate, text after the value, an integer of thousands of digits, too deep nesting.
    """
    try:
        value = json.loads(data.decode("utf-8"), object_pairs_hook=_object, parse_constant=_constant)
    except UnicodeDecodeError as error:
        raise UnreadableError(f"not UTF-8 at byte {error.start}") from None
    except json.JSONDecodeError as error:
        raise UnreadableError(f"not JSON at character {error.pos}") from None
    except RecursionError:
        raise UnreadableError(f"nested deeper than {MAX_DEPTH}") from None
    except UnreadableError:
        raise
    except ValueError:
        # Python's own limit on the digits of an integer.
        raise UnreadableError("an integer of too many digits") from None
    level, depth = [value], 0
    while holding := [each for each in level if isinstance(each, CONTAINERS)]:
        depth += 1
        if depth > MAX_DEPTH:
            raise UnreadableError(f"nested deeper than {MAX_DEPTH}")
        level = [*chain.from_iterable(each.values() if isinstance(each, dict) else each for each in holding)]
    try:
        # In UTF-8, half of a surrogate pair can only come from an escape.
        json.dumps(value if b"\\u" in data else None, ensure_ascii=False).encode("utf-8")
    except UnicodeEncodeError:
        raise UnreadableError("half of a surrogate pair, which is no character") from None
    return value


def at(value: Any, pointer: str) -> Any:
    """What stands at a JSON pointer; None for nothing."""
    for token in tokens(pointer):
        if isinstance(value, list):
            value = value[int(token)] if token.isdecimal() and int(token) < len(value) else None
        else:
            value = value.get(token) if isinstance(value, dict) else None
    return value


def put(value: Any, path: str, child: Any) -> Any:
    """A copy of an object or array, in which something else stands at a path of names and numbers with slashes.

    `...` leaves that place out. What is neither an object nor an array is replaced by an object.
    """
    name, _, below = path.partition("/")
    found = dict(zip(map(str, range(len(value))), value, strict=True)) if isinstance(value, list) else value
    found = found if isinstance(found, dict) else {}
    made = {**found, name: put(found.get(name), below, child) if below else child}
    left = {key: each for key, each in made.items() if each is not ...}
    return list(left.values()) if isinstance(value, list) else left


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    value = dict(pairs)
    if len(value) != len(pairs):
        raise UnreadableError("an object has the same key twice")
    return value


def _constant(_: str) -> NoReturn:
    raise UnreadableError("NaN or Infinity, which JSON does not have")
