"""Checks that a spec has only keywords that the library, the checker and the client generator can all judge."""

import re
from collections.abc import Iterator
from typing import Any

from .documents import pointer
from .validity import ALTERNATIVES

# The keywords of an object of each kind, with the kind of each value; the value of None is not looked into. "*" stands
# for any name. The library or the checker would ignore a keyword that is missing here, so it is refused.
_ANNOTATIONS = ("title", "description", "example", "examples", "default", "deprecated", "externalDocs")
_LIMITS = ("type", "required", "enum", "pattern", "format", "minLength", "maxLength", "minItems", "maxItems")
_NUMBERS = ("minimum", "maximum", "maxProperties")
_KINDS: dict[str, dict[str, str | None]] = {
    "document": {
        **dict.fromkeys(("openapi", "info", "servers", "tags", "security", "externalDocs")),
        "paths": "paths", "components": "components",
    },
    "paths": {"*": "path"},
    "path": {**dict.fromkeys(("get", "post", "put", "patch", "delete"), "operation")},
    "operation": {
        **dict.fromkeys(("operationId", "tags", "summary", "description", "security", "deprecated", "externalDocs")),
        "parameters": "parameters", "requestBody": "body", "responses": "responses",
    },
    "parameters": {"*": "parameter"},
    "parameter": {
        **dict.fromkeys(("name", "in", "required", "style", "explode", *_ANNOTATIONS)), "schema": "schema",
    },
    "body": {"required": None, "description": None, "content": "content"},
    "content": {"*": "media"},
    "media": {"schema": "schema", "example": None, "examples": None, "encoding": "encodings"},
    "encodings": {"*": "encoding"},
    "encoding": {"contentType": None},
    "responses": {"*": "response"},
    "named": {"*": "response"},
    "response": {"description": None, "content": "content", "headers": None, "links": None},
    "components": {
        "securitySchemes": "schemes", "parameters": "parameters", "responses": "named", "schemas": "schemas",
        "examples": None, "headers": None, "links": None,
    },
    "schemes": {"*": "scheme"},
    "scheme": dict.fromkeys(("type", "scheme", "bearerFormat", "in", "name", "description")),
    "schemas": {"*": "schema"},
    "schema": {
        **dict.fromkeys(_ANNOTATIONS + _LIMITS + _NUMBERS), "properties": "schemas", "items": "schema",
        "additionalProperties": "schema", **dict.fromkeys(ALTERNATIVES, "alternatives"),
    },
    "alternatives": {"*": "schema"},
}  # fmt: skip
_HEADER_NAME = r"[!#$%&'*+.^_`|~0-9A-Za-z-]+"
_REFERABLE = ("parameter", "response", "schema")
# Keywords of which only some values can be judged; and, below, objects in which only some names can be.
_VALUES = {
    ("schema", "format"): "date-time|binary",
    ("scheme", "type"): "http|apiKey",
    ("scheme", "scheme"): "bearer|basic",
    ("scheme", "in"): "header",
    ("scheme", "name"): _HEADER_NAME,
    ("header parameter", "name"): _HEADER_NAME,
    # What these mean where they may stand is what a parameter without `style` means.
    ("parameter", "style"): "form|simple",
    ("parameter", "in"): "query|header|path",
}
_IN_HEADERS = ": the library sends a credential in a header only, as URLs and cookies are often logged"
_NAMES = {
    "content": r"multipart/form-data|application/(\*|x-www-form-urlencoded|([^;]+\+)?json(;.*)?)",
    "responses": r"\d{3}|[245]XX|default",
}


def problems(node: Any, kind: str = "document", at: str = "") -> Iterator[tuple[str, str]]:
    """Each keyword, value or name that nothing here judges: its JSON pointer, and a sentence."""
    if kind in ("parameters", "alternatives") and isinstance(node, list):
        node = dict(enumerate(node))
    if not isinstance(node, dict):
        yield at, f"nothing here judges {node!r} as a {kind}"
        return
    if kind in _REFERABLE and "$ref" in node:
        beside = sorted(node.keys() - {"$ref", "summary", "description"})
        if beside:
            yield at, f"nothing here judges {', '.join(beside)} beside a $ref"
        return
    if kind == "content" and len(node) != 1:
        yield at, f"nothing here judges {len(node)} media types at once"
    allowed = _KINDS[kind]
    for key, value in node.items():
        here = pointer([key], at)
        # A name is a name whatever it starts with; only among keywords is `x-` an extension.
        if str(key).startswith("x-") and ("*" not in allowed or kind == "paths"):
            continue
        if key not in allowed and "*" not in allowed:
            yield here, f"nothing here judges the keyword {key!r} of a {kind}"
            continue
        sort = "header parameter" if kind == "parameter" and node.get("in") == "header" and key == "name" else kind
        if isinstance(value, str) and not re.fullmatch(_VALUES.get((sort, key), ".*"), value, re.S):
            why = _IN_HEADERS if (kind, key) == ("scheme", "in") else ""
            yield here, f"nothing here judges the value {value!r}{why}"
        if not re.fullmatch(_NAMES.get(kind, ".*"), str(key), re.S):
            yield here, f"nothing here judges the {'status' if kind == 'responses' else 'media type'} {key!r}"
        child = allowed.get(key, allowed.get("*"))
        if child is not None and not (key == "additionalProperties" and isinstance(value, bool)):
            yield from problems(value, child, here)
