"""Brings a valid OpenAPI document into a normal form, so that its readers meet each thing in one way only.

- OpenAPI 3.0 becomes 3.1: `nullable` becomes a type, exclusive limits become numbers, and what 3.0 ignores beside a
  `$ref` is removed.
- The formats `int32` and `int64` become the range that they stand for; `uri`, `uuid` and `date` become a pattern.
- The members of `allOf` are written into the schema that has them, if that means the same.
- The request bodies of `components`, and the parameters of a path, are moved to the operations that have them.
- Removed are a `content` without a media type, which says nothing, and the format of an answer's header, which is text.
"""

import copy
import json
import re
from collections.abc import Collection
from typing import Any
from urllib.parse import urlsplit

from . import validity
from ._errors import PipelineError
from .documents import resolve
from .published import each_operation

Json = dict[str, Any]
PATTERNS = {
    "uri": "^[A-Za-z][A-Za-z0-9+.-]*:[!-~]+$",
    "uuid": "^[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}$",
    "date": "^[0-9]{4}-[0-9]{2}-[0-9]{2}$",
}
_SAID = ("title", "description", "example", "examples", "default", "deprecated")
# The meaning of these in a member of `allOf` depends on what stands beside them.
_ALONE = ("allOf", "$ref", "additionalProperties", "nullable")
_BITS = {"int32": 31, "int64": 63}
_HEADER = re.compile(r".*/headers/[^/]+/schema")
_COMPONENT = re.compile(r'"#/components/(\w+)/([^"/]+)')


def translated(document: Json) -> Json:
    """A copy of the document in the normal form; it is as valid as the original."""
    spec = copy.deepcopy(document)
    old = str(spec["openapi"]).startswith("3.0")
    for at, schema in validity.schemas(spec, ""):
        if (united := _united(spec, schema)) is not None:
            schema.clear()
            schema.update(united)
        if old:
            _modernise(schema)
        if _HEADER.fullmatch(at):
            schema.pop("format", None)
        _limit(schema)
    for _, path, operation in each_operation(spec):
        own, shared = operation.get("parameters", []), spec["paths"][path].get("parameters", [])
        named = {_name(spec, each) for each in own}
        if shared:
            operation["parameters"] = [*own, *(each for each in shared if _name(spec, each) not in named)]
        while "$ref" in operation.get("requestBody", ()):
            operation["requestBody"] = copy.deepcopy(resolve(spec, operation["requestBody"]["$ref"][1:]))
        for response in operation.get("responses", {}).values():
            if response.get("content") == {}:
                del response["content"]
    for item in spec["paths"].values():
        item.pop("parameters", None)
    spec.get("components", {}).pop("requestBodies", None)
    return spec | ({"openapi": "3.1.0"} if old else {})


def _united(spec: Json, schema: Json, above: Collection[str] = ()) -> Json | None:
    """The schema with the members of its `allOf` in it. None if it has no `allOf`, or if that would not mean the same:
    if two of the members limit the same thing, or one has a keyword whose meaning depends on what stands beside it.
    """
    if "allOf" not in schema:
        return None
    found: Json = {}
    for member in ({key: value for key, value in schema.items() if key != "allOf"}, *schema["allOf"]):
        part, seen = member, {*above}
        while isinstance(part, dict) and "$ref" in part and part["$ref"] not in seen:
            seen.add(part["$ref"])
            part = resolve(spec, part["$ref"][1:])
        if not isinstance(part, dict):
            return None
        for key, value in copy.deepcopy(_united(spec, part, seen) or part).items():
            if key == "properties" and not found.get(key, {}).keys() & value.keys():
                found[key] = found.get(key, {}) | value
            elif key == "required":
                found[key] = [*dict.fromkeys([*found.get(key, ()), *value])]
            elif key in _ALONE or (key not in _SAID and found.get(key, value) != value):
                return None
            else:
                found.setdefault(key, value)
    return found


def _limit(schema: Json) -> None:
    """Write a format as the limits that it stands for."""
    if schema.get("format") in _BITS and "integer" in schema.get("type", ()):
        most = 2 ** _BITS[schema.pop("format")] - 1
        schema["minimum"] = max(schema.get("minimum", -most - 1), -most - 1)
        schema["maximum"] = min(schema.get("maximum", most), most)
    if schema.get("format") in PATTERNS and "pattern" not in schema:
        schema["pattern"] = PATTERNS[schema.pop("format")]


def _modernise(schema: Json) -> None:
    if "$ref" in schema:
        for key in schema.keys() - {"$ref"}:
            del schema[key]
    if schema.pop("nullable", False) and "type" in schema:
        schema["type"] = [schema["type"], "null"]
    for limit, exclusive in (("minimum", "exclusiveMinimum"), ("maximum", "exclusiveMaximum")):
        if schema.pop(exclusive, False) and limit in schema:
            schema[exclusive] = schema.pop(limit)


def with_bearer(spec: Json) -> Json:
    """The document with bearer tokens (RFC 6750) in place of OAuth 2 and OpenID Connect; and with the names of HTTP
    schemes in lower case, because their case does not matter.
    """
    for scheme in spec.get("components", {}).get("securitySchemes", {}).values():
        if scheme.get("type") in ("oauth2", "openIdConnect"):
            for key in scheme.keys() - {"description"}:
                del scheme[key]
            scheme |= {"type": "http", "scheme": "bearer"}
        elif "scheme" in scheme:
            scheme["scheme"] = scheme["scheme"].lower()
    return spec


def moved(spec: Json, below: str, name: str) -> Json:
    """The document with the path of its server moved to its paths. Raises PipelineError if no server has that path."""
    servers = [
        server | {"url": server["url"].rstrip("/").removesuffix(below)}
        for server in spec.get("servers", ()) if urlsplit(server["url"]).path.rstrip("/") == below
    ]  # fmt: skip
    if not servers:
        found = ", ".join(server["url"] for server in spec.get("servers", ())) or "none"
        raise PipelineError(f"{name}: /servers: none has the path {below}: {found}; correct `below` in SOURCE.toml")
    return spec | {"servers": servers, "paths": {f"{below}{path}": item for path, item in spec["paths"].items()}}


def cut(spec: Json, wanted: Collection[str]) -> tuple[Json, list[str]]:
    """The document with only these operations, by id, and the components that they need; and the ids that it lacks."""
    paths: Json = {}
    for method, path, operation in each_operation(spec):
        if operation.get("operationId") in wanted:
            paths.setdefault(path, {})[method] = operation
    missing = {*wanted} - {operation["operationId"] for item in paths.values() for operation in item.values()}
    found, new = set[tuple[str, str]](), _referred(paths)
    while new:
        found |= new
        new = set().union(*(_referred(spec["components"][kind][each]) for kind, each in new)) - found
    kept = {
        kind: {each: entry for each, entry in entries.items() if kind == "securitySchemes" or (kind, each) in found}
        for kind, entries in spec.get("components", {}).items()
    }
    components = {kind: entries for kind, entries in kept.items() if entries}
    tags = [tag for tag in spec.get("tags", ()) if f'"{tag["name"]}"' in json.dumps(paths)]
    return spec | {"paths": paths, "components": components, "tags": tags}, sorted(missing)


def _referred(part: Json) -> set[tuple[str, str]]:
    return {(kind, name) for kind, name in _COMPONENT.findall(json.dumps(part))}


def _name(spec: Json, parameter: Json) -> tuple[str, str]:
    found = resolve(spec, parameter["$ref"][1:]) if "$ref" in parameter else parameter
    return found["in"], found["name"]
