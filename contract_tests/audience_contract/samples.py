"""Values that a schema allows: its own example if that keeps to it, or else one that is made."""

import math
import random
from contextlib import suppress
from functools import lru_cache, partial
from typing import Any

from .schema import alternatives, check, parts, properties, required, types
from .spec import Node

FORMATS = {
    "date-time": "2025-02-06T07:51:52Z",
    "date": "2025-02-06",
    "time": "07:51:52Z",
    "email": "check@example.com",
    "uuid": "8f14e45f-ceea-467f-a9a2-4d7f0a4f3c5d",
    "uri": "https://example.com/check",
    "url": "https://example.com/check",
    "hostname": "example.com",
    "ipv4": "192.0.2.1",
    "ipv6": "2001:db8::1",
    "byte": "Y2hlY2s=",
    "duration": "P1D",
}
"""A text of each format."""
_LIMITS = ("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf")
_DEEP, _DEEPEST = 4, 12
"""Levels of nesting below which only required properties are made, and only a text: a schema may refer to itself."""


@lru_cache(maxsize=4096)
def sample(schema: Node, text: str = "check", *, smallest: bool = False, level: int = 0) -> Any:
    """A value of the schema, cached and so not to be changed.

    `text` stands where any text may. With `smallest`, only required properties are made. `level` is how deeply the
    value is nested.
    """
    smallest = smallest or level > _DEEP
    if not isinstance(schema.value, dict) or level > _DEEPEST:
        return text
    given = [part.value[key] for part in parts(schema) for key in ("example", "default") if key in part.value]
    given += [each for part in parts(schema) for each in part.plain("examples", [])[:1]]
    own = _made(schema, text, smallest=smallest, level=level)
    # Deep down, the alternative that requires least comes first, because a schema may be within itself.
    kinds = sorted(alternatives(schema), key=lambda each: level > _DEEP and len(required(each)))
    others = [sample(each, text, smallest=smallest, level=level + 1) for each in kinds]
    # What stands beside alternatives counts as well.
    both = [{**each, **own} if isinstance(each, dict) and isinstance(own, dict) else each for each in others]
    chosen = [part.value["const"] for part in parts(schema) if "const" in part.value]
    made = next(filter(None, (part.plain("enum") for part in parts(schema))), chosen) or [*both, own]
    # An example of an object may have what is not required.
    found = [*made, *given] if smallest and properties(schema) else [*given, *made]
    # Of one value alone there is nothing to choose.
    return next((each for each in found if found[1:] and not any(check(schema, each, ""))), made[0])


def without_read_only(schema: Node, value: Any) -> Any:
    """A value without the properties that only a server sends."""
    if isinstance(value, list):
        items = next((items for part in parts(schema) if (items := part.get("items"))), None)
        return [without_read_only(items, each) for each in value] if items else value
    if not isinstance(value, dict):
        return value
    kinds = properties(schema)
    kept = {name: each for name, each in value.items() if name not in kinds or not kinds[name].plain("readOnly")}
    return {name: without_read_only(kinds[name], each) if name in kinds else each for name, each in kept.items()}


def _made(schema: Node, text: str, *, smallest: bool, level: int) -> Any:
    items = next((items for part in parts(schema) if (items := part.get("items"))), None)
    match next(iter(types(schema)), _untyped(schema)):
        case "object":
            known, needed = properties(schema), required(schema)
            named = [*known, *(name for name in needed if name not in known)]
            names = needed if smallest or len(named) > schema.plain("maxProperties", math.inf) else named
            below = partial(sample, text=text, smallest=smallest, level=level + 1)
            other = schema.get("additionalProperties")
            is_named = all(name in known for name in names)
            rest = below(other) if other and isinstance(other.value, dict) and not is_named else text
            return {name: below(known[name]) if name in known else rest for name in names}
        case "array":
            first = [each for part in parts(schema) for each in part.get("prefixItems") or ()]
            if first:
                return [sample(each, text, smallest=smallest, level=level + 1) for each in first]
            # An empty array may be refused, and tests nothing.
            size = max(schema.plain("minItems", 0), 1 if items and level <= _DEEP else 0)
            return [sample(items, text, smallest=smallest, level=level + 1) if items else text for _ in range(size)]
        case "integer" | "number" as kind:
            limits = [part.plain(key) for part in parts(schema) for key in _LIMITS]
            near = [limit + step for limit in limits if type(limit) in (int, float) for step in (0, 1, -1)]
            found = [1 if kind == "integer" else 1.5, 0, *near]
            found = [math.ceil(number) for number in found] if kind == "integer" else found
            return next((number for number in found if not any(check(schema, number, ""))), found[0])
        case "boolean" | "null" as kind:
            return True if kind == "boolean" else None
        case _:
            return _text(schema, text)


def _untyped(schema: Node) -> str:
    said = {keyword for part in parts(schema) for keyword in part.value}
    return "object" if said & {"properties", "required", "additionalProperties"} else "array" if "items" in said else ""


def _text(schema: Node, text: str) -> str:
    said = {keyword: limit for part in reversed([*parts(schema)]) for keyword, limit in part.value.items()}
    if said.get("format") in FORMATS:
        return FORMATS[said["format"]]
    plain = text.ljust(said.get("minLength", 0), "x")[: said.get("maxLength")]
    if "pattern" not in said or not any(check(schema, plain, "")):
        return plain
    fitting = _fitting(schema, str(said["pattern"]))
    return plain if fitting is None else fitting


@lru_cache(maxsize=1024)
def _fitting(schema: Node, pattern: str) -> str | None:
    """A text that fits a pattern and the whole schema; None if none is found."""
    from hypothesis import Phase, errors, find, settings, strategies  # noqa: PLC0415 - slow to import, and seldom needed

    made: strategies.SearchStrategy[str] = strategies.from_regex(pattern)
    with suppress(errors.NoSuchExample, errors.Unsatisfiable):
        return find(
            made,
            lambda found: not any(check(schema, found, "")),
            settings=settings(database=None, deadline=None, max_examples=1000, phases=[Phase.generate]),
            random=random.Random(0),  # noqa: S311 - the same each time
        )
    return None
