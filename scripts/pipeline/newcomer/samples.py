"""Values by a schema, made without chance: one that it allows, and some that break one rule."""

from collections.abc import Iterator
from typing import Any

from ..operations import Json, target

TEXT = "text"
_PLAIN: dict[str, Any] = {"string": TEXT, "integer": 1, "number": 1.5, "boolean": True, "array": []}


def value(spec: Json, schema: Json) -> Any:
    """The schema's example, or else a value with every property."""
    if "$ref" in schema:
        schema = target(spec, schema["$ref"].removeprefix("#"))[1]
    if "example" in schema:
        return schema["example"]
    if "properties" in schema:
        return {name: value(spec, member) for name, member in schema["properties"].items()}
    if "enum" in schema:
        return schema["enum"][0]
    if schema.get("format") == "date-time":
        return "2025-02-06T07:51:52Z"
    if schema.get("type") == "object":
        return {}
    return (
        max(_PLAIN[schema.get("type", "string")], schema.get("minimum", 0))
        if _number(schema)
        else (_PLAIN[schema.get("type", "string")])
    )


def wrong(schema: Json) -> Iterator[tuple[str, Any]]:
    """Values that break one keyword of a property's schema each."""
    kind = schema.get("type")
    if "enum" in schema:
        yield "enum", "no-such-value"
    elif kind:
        yield "type", 5 if kind == "string" else "text"
    if "maxLength" in schema and "pattern" not in schema:
        yield "maxLength", "x" * (schema["maxLength"] + 1)
    if "minimum" in schema:
        yield "minimum", schema["minimum"] - 1
    if "maximum" in schema:
        yield "maximum", schema["maximum"] + 1


def _number(schema: Json) -> bool:
    return schema.get("type") in ("integer", "number")
