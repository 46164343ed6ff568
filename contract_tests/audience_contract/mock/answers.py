"""Answers that follow from an operation's schemas alone, where a provider's file has nothing to add."""

import json
from typing import Any

from ..messages import Response
from ..spec import Node, Operation
from .provider import reason, reply

_PLAIN: dict[str, Any] = {"string": "text", "integer": 1, "number": 1.5, "boolean": True, "array": [], "null": None}


def success(operation: Operation) -> Response | None:
    """The first documented success, with the values of the spec's examples; None where none is documented."""
    documented = sorted(status for status in operation.node["responses"].value if status.startswith("2"))
    return _answer(operation, int(documented[0].replace("X", "0")), "text") if documented else None


def error(operation: Operation, status: int) -> Response:
    """The error with this status; where none is documented, one that looks like the first that is."""
    return _answer(operation, status, reason(status))


def _answer(operation: Operation, status: int, words: str) -> Response:
    content = _content(operation, status)
    if content is None:
        documented = operation.response(status)
        return Response(status, (), b"") if documented else reply(status, {"message": words})
    media = next(iter(content.value))
    schema = content[media].get("schema")
    body = json.dumps(_value(schema, status, words), ensure_ascii=False) if schema else "{}"
    return Response(status, (("content-type", media.replace("*", "json")),), body.encode())


def _content(operation: Operation, status: int) -> Node | None:
    """The documented content of a status, or of the first error for an error that is not documented."""
    documented = operation.response(status)
    if not documented and status >= 400:
        others = sorted(code for code in operation.node["responses"].value if code[0] in "45")
        documented = operation.node["responses"][others[0]] if others else None
    return documented.get("content") if documented else None


def _value(schema: Node, status: int, words: str) -> Any:
    """What a schema allows: its example, or else every property."""
    properties = schema.get("properties")
    if properties:
        made = {name: _value(properties[name], status, words) for name in properties.value}
        return {**made, "status": status} if "status" in made and isinstance(made["status"], int) else made
    if "example" in schema.value:
        return schema.value["example"]
    if "enum" in schema.value:
        return schema.value["enum"][0]
    if schema.plain("format") == "date-time":
        return "2025-02-06T07:51:52Z"
    kind = schema.plain("type", "object")
    plain = words if kind == "string" else _PLAIN.get(kind, {})
    if isinstance(plain, str):
        return plain.ljust(schema.plain("minLength", 0), "x")[: schema.plain("maxLength", len(plain) + 9)]
    return max(plain, schema.plain("minimum", plain)) if kind in ("integer", "number") else plain
