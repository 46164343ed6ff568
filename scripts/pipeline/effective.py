"""The effective spec: valid by OpenAPI's own rules, and made only of keywords that everything here can judge."""

import json
from pathlib import Path
from typing import Any

import yaml
from jsonschema.exceptions import best_match
from openapi_spec_validator import OpenAPIV30SpecValidator, OpenAPIV31SpecValidator

from . import overlay
from ._errors import PipelineError
from .rooms import Provider

# What may stand in an object of each kind, and of which kind its value is. Below "*" stands any name. None: not looked
# into. A keyword that is missing here would be ignored by the judges of the library or the checker, so it is refused.
_ANNOTATIONS = ("title", "description", "example", "default")
_LIMITS = ("type", "required", "enum", "pattern", "format", "minLength", "maxLength", "minItems", "maxItems")
_NUMBERS = ("minimum", "maximum")
_KINDS: dict[str, dict[str, str | None]] = {
    "document": {
        "openapi": None, "info": None, "servers": None, "tags": None, "security": None,
        "paths": "paths", "components": "components",
    },
    "paths": {"*": "path"},
    "path": {**dict.fromkeys(("get", "post", "put", "patch", "delete"), "operation")},
    "operation": {
        "operationId": None, "tags": None, "summary": None, "description": None, "security": None,
        "parameters": "parameters", "requestBody": "body", "responses": "responses",
    },
    "parameters": {"*": "parameter"},
    "parameter": {
        "name": None, "in": None, "required": None, "description": None, "example": None, "$ref": None,
        "schema": "schema",
    },
    "body": {"required": None, "description": None, "content": "content"},
    "content": {"*": "media"},
    "media": {"schema": "schema", "example": None, "encoding": "encodings"},
    "encodings": {"*": "encoding"},
    "encoding": {"contentType": None},
    "responses": {"*": "response"},
    "response": {"$ref": None, "description": None, "content": "content"},
    "components": {
        "securitySchemes": "schemes", "parameters": "parameters", "responses": "responses", "schemas": "schemas",
    },
    "schemes": {"*": "scheme"},
    "scheme": dict.fromkeys(("type", "scheme", "in", "name", "description")),
    "schemas": {"*": "schema"},
    "schema": {
        **dict.fromkeys(_ANNOTATIONS + _LIMITS + _NUMBERS), "$ref": None,
        "properties": "schemas", "items": "schema",
    },
}  # fmt: skip
_VALUES = {
    ("schema", "format"): {"date-time", "binary"},
    ("scheme", "type"): {"http", "apiKey"},
    ("scheme", "scheme"): {"bearer"},
    ("parameter", "in"): {"query", "header", "path"},
}


def load(file: Path) -> dict[str, Any]:
    """A spec from a .json or .yaml file."""
    read = json.loads if file.suffix == ".json" else yaml.safe_load
    try:
        document = read(file.read_text("utf-8"))
    except (ValueError, yaml.YAMLError) as error:
        raise PipelineError(f"{file}: {error}") from error
    if not isinstance(document, dict) or "openapi" not in document:
        raise PipelineError(f"{file}: not an OpenAPI document: it has no key 'openapi'")
    return document


def build(provider: Provider) -> dict[str, Any]:
    """Upstream spec and overlay, made one and checked."""
    spec = load(provider.upstream)
    validate(spec, provider.upstream)
    if provider.overlay.exists():
        spec = overlay.apply(spec, provider.overlay)
        validate(spec, provider.overlay)
    check_keywords(spec, "document", "", provider.overlay if provider.overlay.exists() else provider.upstream)
    return spec


def dump(spec: dict[str, Any]) -> str:
    return json.dumps(spec, indent=2, ensure_ascii=False) + "\n"


def validate(spec: dict[str, Any], file: Path) -> None:
    """Raises PipelineError with file, JSON pointer and rule for a document that breaks OpenAPI's schema."""
    version = str(spec["openapi"])
    validators = {"3.0": OpenAPIV30SpecValidator, "3.1": OpenAPIV31SpecValidator}
    if version[:3] not in validators:
        raise PipelineError(f"{file}: /openapi: version {version} is not one of {', '.join(validators)}")
    error = best_match(validators[version[:3]](spec).iter_errors())
    if error is not None:
        pointer = "".join(f"/{_escape(str(part))}" for part in error.absolute_path)
        raise PipelineError(f"{file}: {pointer or '/'}: {error.message[:300]} (rule: {error.validator})")


def check_keywords(node: Any, kind: str, pointer: str, file: Path) -> None:
    """Raises PipelineError for a keyword, or a keyword's value, that nothing here judges."""
    if kind == "parameters" and isinstance(node, list):
        node = {str(number): entry for number, entry in enumerate(node)}
    if not isinstance(node, dict):
        raise PipelineError(f"{file}: {pointer}: nothing here judges {node!r} as a {kind}")
    allowed = _KINDS[kind]
    for key, value in node.items():
        at = f"{pointer}/{_escape(key)}"
        if key.startswith("x-"):
            continue
        if key not in allowed and "*" not in allowed:
            raise PipelineError(f"{file}: {at}: nothing here judges the keyword '{key}' of a {kind}")
        if isinstance(value, str) and value not in _VALUES.get((kind, key), {value}):
            raise PipelineError(f"{file}: {at}: nothing here judges the value '{value}'")
        if key == "$ref" and not str(value).startswith("#/"):
            raise PipelineError(f"{file}: {at}: a reference out of the document is refused")
        child = allowed.get(key, allowed.get("*"))
        if child is not None:
            check_keywords(value, child, at, file)


def _escape(token: str) -> str:
    return token.replace("~", "~0").replace("/", "~1")
