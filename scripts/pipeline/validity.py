"""Checks whether a document is a valid OpenAPI description; if not, says where, and by which rule."""

import json
from collections.abc import Iterator
from functools import lru_cache
from typing import Any
from urllib.parse import quote

from jsonschema import SchemaError
from jsonschema.exceptions import best_match
from jsonschema.validators import validator_for
from openapi_schema_validator import OAS30Validator, OAS31Validator, oas30_format_checker, oas31_format_checker
from openapi_spec_validator import OpenAPIV30SpecValidator, OpenAPIV31SpecValidator
from openapi_spec_validator.schemas import schema_v30, schema_v31
from referencing import Registry, Resource

from .documents import ABSENT, describe, members, pointer, referred

# By version: the schema of the document, the schema dialect with its formats, and the library's own further rules.
_RULES = {
    "3.0": (schema_v30, OAS30Validator, oas30_format_checker, OpenAPIV30SpecValidator),
    "3.1": (schema_v31, OAS31Validator, oas31_format_checker, OpenAPIV31SpecValidator),
}
ALTERNATIVES = ("oneOf", "anyOf")
_DATA = ("example", "examples", "default", "enum")


def problems(spec: Any) -> tuple[str, ...]:
    """What is invalid: for each problem, JSON pointer and rule. Each step relies on the one before, so
    only the first problem is certain.
    """
    return _problems(json.dumps(spec))


# A document is read again at each step that needs it, and the check takes most of the time of reading.
@lru_cache(64)
def _problems(text: str) -> tuple[str, ...]:
    return tuple(_found(json.loads(text)))


def _found(spec: Any) -> Iterator[str]:
    version = spec.get("openapi") if isinstance(spec, dict) else None
    if not isinstance(version, str) or version[:3] not in _RULES:
        yield f"/openapi: {version!r} is not a version among {', '.join(_RULES)} (rule: enum)"
        return
    structure, dialect, formats, rest = _RULES[version[:3]]
    # Our own steps come first: for schemas and references, the library's errors lack the path to the place.
    error = best_match(validator_for(structure)(structure).iter_errors(spec))
    if error is not None:
        yield describe(error)
        return
    # References to other documents come first: one within this document may lead to such a one, which is what is wrong.
    every = [(f"{at}: {reference!r}", reference) for at, reference in _references(spec, "")]
    broken = [f"{at} is in another document, which is not followed" for at, each in every if not each.startswith("#")]
    broken += [f"{at} leads to nothing in this document" for at, each in every if not _leads_somewhere(spec, each)]
    if broken:
        yield f"{broken[0]} (rule: $ref)"
        return
    sound = True
    whole = Registry().with_resource("urn:spec", Resource.opaque(spec))
    for at, schema in schemas(spec, ""):
        try:
            dialect.check_schema(schema, format_checker=formats)
        except SchemaError as wrong:
            yield describe(wrong, at)
            return
        if "default" in schema:
            judge = dialect({"$ref": f"urn:spec#{quote(at, safe='/~')}"}, registry=whole, format_checker=formats)
            for error in judge.iter_errors(schema["default"]):
                yield describe(error, f"{at}/default")
                sound = False
    # The library's own rules are about defaults, too, without the path to the place.
    for other in rest(spec).iter_errors() if sound else ():
        yield f"/paths: {' '.join(other.message.split())} (rule: {type(other).__name__})"


def _references(node: Any, at: str) -> Iterator[tuple[str, str]]:
    """Every `$ref`, with its own pointer."""
    if isinstance(node, dict) and isinstance(node.get("$ref"), str):
        yield f"{at}/$ref", node["$ref"]
    for token, child in _children(node):
        yield from _references(child, pointer([token], at))


def _leads_somewhere(spec: Any, reference: str) -> bool:
    seen = set()
    while reference.startswith("#/") and reference not in seen:
        seen.add(reference)
        target = referred(spec, reference)
        if not (isinstance(target, dict) and isinstance(target.get("$ref"), str)):
            return target is not ABSENT
        reference = target["$ref"]
    return False


def schemas(node: Any, at: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """Every schema, with its pointer: those of parameters, media types and components, and those within them."""
    for name, child in _children(node):
        here = pointer([name], at)
        if isinstance(child, dict) and (name == "schema" or at == "/components/schemas"):
            yield from _within(child, here)
        else:
            yield from schemas(child, here)


def _within(schema: dict[str, Any], at: str) -> Iterator[tuple[str, dict[str, Any]]]:
    yield at, schema
    inner = {f"{at}/{key}": schema.get(key) for key in ("items", "additionalProperties", "not")}
    inner |= {pointer([name], f"{at}/properties"): child for name, child in schema.get("properties", {}).items()}
    for key in (*ALTERNATIVES, "allOf"):
        inner |= {f"{at}/{key}/{number}": child for number, child in enumerate(schema.get(key, ()))}
    for here, child in inner.items():
        if isinstance(child, dict):
            yield from _within(child, here)


def _children(node: Any) -> Iterator[tuple[str, Any]]:
    return ((str(token), child) for token, child in members(node) if token not in _DATA)
