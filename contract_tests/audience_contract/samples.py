"""Values that a schema allows: its own example where that is one, or else made."""

import math
import random
from contextlib import suppress
from functools import partial
from typing import Any

from .schema import alternatives, check, types
from .spec import Node

_DEEP = 5
"""Levels below which only what is required is made: a schema may refer to itself."""


def sample(schema: Node, text: str = "check", *, least: bool = False, level: int = 0) -> Any:
    """A value of the schema; `text` stands where any text may, and with `least` nothing that is not required."""
    least = least or level > _DEEP
    given = [schema.value[key] for key in ("example", "default") if key in schema.value]
    own = _made(schema, text, least=least, level=level)
    others = [sample(each, text, least=least, level=level + 1) for each in alternatives(schema)]
    # What stands beside alternatives counts as well.
    both = [{**each, **own} if isinstance(each, dict) and isinstance(own, dict) else each for each in others]
    made = schema.plain("enum") or [*both, own]
    # An example of an object may have what is not required.
    first, second = (made, given) if least and schema.get("properties") else (given, made)
    return next((found for found in (*first, *second) if not any(check(schema, found, ""))), made[0])


def _made(schema: Node, text: str, *, least: bool, level: int) -> Any:
    properties, items = schema.get("properties"), schema.get("items")
    match next(iter(types(schema)), "object"):
        case "object":
            required = schema.plain("required", [])
            known = {name: properties[name] for name in properties.value} if properties else {}
            named = [*known, *(name for name in required if name not in known)]
            names = required if least or len(named) > schema.plain("maxProperties", math.inf) else named
            below = partial(sample, text=text, least=least, level=level + 1)
            other = schema.get("additionalProperties")
            rest = below(other) if other and isinstance(other.value, dict) else text
            return {name: below(known[name]) if name in known else rest for name in names}
        case "array":
            # An empty array may be refused, and tells nothing.
            size = max(schema.plain("minItems", 0), 1 if items and level <= _DEEP else 0)
            return [sample(items, text, least=least, level=level + 1) if items else text for _ in range(size)]
        case "integer" | "number" as kind:
            number = max(1 if kind == "integer" else 1.5, schema.plain("minimum", -math.inf))
            number = min(number, schema.plain("maximum", math.inf))
            return math.ceil(number) if kind == "integer" else number
        case "boolean" | "null" as kind:
            return True if kind == "boolean" else None
        case _:
            return _text(schema, text)


def _text(schema: Node, text: str) -> str:
    if schema.plain("format") == "date-time":
        return "2025-02-06T07:51:52Z"
    plain = text.ljust(schema.plain("minLength", 0), "x")[: schema.plain("maxLength")]
    if "pattern" not in schema.value or not any(check(schema, plain, "")):
        return plain
    from hypothesis import Phase, errors, find, settings, strategies  # noqa: PLC0415 - slow to import, and seldom needed

    made: strategies.SearchStrategy[str] = strategies.from_regex(str(schema.value["pattern"]))
    with suppress(errors.NoSuchExample, errors.Unsatisfiable):
        return find(
            made,
            lambda found: not any(check(schema, found, "")),
            settings=settings(database=None, max_examples=1000, phases=[Phase.generate]),
            random=random.Random(0),  # noqa: S311 - the same each time
        )
    return plain
