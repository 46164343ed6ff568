"""A value that a schema allows, made without chance."""

from typing import Any

from ..operations import Json, target
from ..translate import URI

TEXT = "text"


def value(spec: Json, schema: Json) -> Any:
    """The schema's example, or else a value with every property."""
    if "$ref" in schema:
        schema = target(spec, schema["$ref"].removeprefix("#"))[1]
    kinds = schema.get("type", "object" if "properties" in schema else "string")
    kind = kinds if isinstance(kinds, str) else next(each for each in kinds if each != "null")
    made: dict[str, Any] = {
        "object": lambda: {name: value(spec, member) for name, member in schema.get("properties", {}).items()},
        "array": lambda: [value(spec, schema["items"])] if "items" in schema else [],
        "integer": lambda: max(1, schema.get("minimum", 1)),
        "number": lambda: max(1.5, schema.get("minimum", 1.5)),
        "boolean": lambda: True,
        "string": lambda: _text(schema),
    }
    given: list[Any] = [schema["example"]] if "example" in schema else schema.get("enum", [])
    alternatives: list[Json] = schema.get("oneOf") or schema.get("anyOf") or []
    if given or not alternatives:
        return given[0] if given else made[kind]()
    return value(spec, alternatives[0])


def _text(schema: Json) -> str:
    if schema.get("format") == "date-time":
        return "2025-02-06T07:51:52Z"
    if schema.get("pattern") == URI:
        return "https://example.com/"
    return TEXT.ljust(schema.get("minLength", 0), "x")[: schema.get("maxLength")]
