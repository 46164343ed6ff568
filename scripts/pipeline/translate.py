"""Brings a valid OpenAPI document into a normal form, so that its readers meet each thing in one way only.

- OpenAPI 3.0 becomes 3.1: `nullable` becomes a type, exclusive limits become numbers, and what 3.0 ignores beside a
  `$ref` is removed.
- The formats `int32` and `int64` become the range that they stand for; `uri`, `uri-reference`, `uuid`, `date` and
  `byte` become a pattern, and a `const` an `enum`.
- The members of `allOf` are written into the schema that has them, if that means the same.
- The request bodies of `components`, and the parameters of a path, are moved to the operations that have them.
- A `content` without a media type is removed, because it says nothing.

`usable` then leaves out what the library does not use.
"""

import copy
import json
import re
from collections.abc import Collection, Iterator
from typing import Any
from urllib.parse import urlsplit

from . import validity
from ._errors import PipelineError
from .documents import referred, tokens
from .published import METHODS, each_operation

Json = dict[str, Any]
PATTERNS = {
    "uri": "^[A-Za-z][A-Za-z0-9+.-]*:[!-~]+$",
    "uri-reference": "^[!-~]*$",
    "uuid": "^[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}$",
    "date": "^[0-9]{4}-[0-9]{2}-[0-9]{2}$",
    "byte": "^([A-Za-z0-9+/]{4})*([A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$",
}
# The formats that limit a value, by JSON Schema (Validation, 7.3) or by OpenAPI. Any other is a word about it.
LIMITING = {
    *("date-time", "time", "duration", "email", "idn-email", "hostname", "idn-hostname", "ipv4", "ipv6"),
    *("iri", "iri-reference", "uri-template", "json-pointer", "relative-json-pointer", "regex"),
    *("binary", *PATTERNS),
}
# The values of `jsonSchemaDialect` that say no more than its absence does.
_DIALECTS = ("https://spec.openapis.org/oas/3.1/dialect/base", "https://json-schema.org/draft/2020-12/schema")
_SAID = ("title", "description", "example", "examples", "default", "deprecated")
# The meaning of these in a member of `allOf` depends on what stands beside them.
_ALONE = ("allOf", "$ref", "additionalProperties", "nullable")
_BITS = {"int32": 31, "int64": 63}
_COMPONENT = re.compile(r'"#/components/(\w+)/([^"/]+)')


def translated(document: Json) -> Json:
    """A copy of the document in the normal form; it is as valid as the original."""
    spec = copy.deepcopy(document)
    old = str(spec["openapi"]).startswith("3.0")
    for _, schema in validity.schemas(spec, ""):
        if (united := _united(spec, schema)) is not None:
            schema.clear()
            schema.update(united)
        if old:
            _modernise(schema)
        if type(schema.get("const")) in (str, int):
            schema["enum"] = [schema.pop("const")]
        _limit(schema)
    for _, path, operation in each_operation(spec):
        own, shared = operation.get("parameters", []), spec["paths"][path].get("parameters", [])
        named = {_name(spec, each) for each in own}
        if shared:
            operation["parameters"] = [*own, *(each for each in shared if _name(spec, each) not in named)]
        while "$ref" in operation.get("requestBody", ()):
            operation["requestBody"] = copy.deepcopy(referred(spec, operation["requestBody"]["$ref"]))
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
            part = referred(spec, part["$ref"])
        if not isinstance(part, dict):
            return None
        for key, value in copy.deepcopy(_united(spec, part, seen) or part).items():
            if key == "properties":
                for name, limits in value.items():
                    both = {"allOf": [found[key][name], limits]} if name in found.get(key, ()) else limits
                    if (one := _united(spec, both, seen) if both is not limits else limits) is None:
                        return None
                    found[key] = found.get(key, {}) | {name: one}
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


def usable(document: Json) -> Json:
    """The document with what the library uses of it, as far as nothing else can be sent, asked for or judged:

    - Of several media types, the one of JSON: it is what the library sends and asks for.
    - Of several credentials to choose from, those that a header can carry. OAuth 2 and OpenID Connect become bearer
      tokens (RFC 6750), and the names of HTTP schemes lower case, because their case does not matter.
    - Schemas without what does not say which values are right: `xml`, a `discriminator` beside alternatives, and
      `readOnly` and `writeOnly` where nothing is required, or where the other side never has the schema. No
      webhooks, no words about a path, and none of its HEAD, OPTIONS and TRACE.
    - The servers that all paths have are those of the document.
    """
    spec = {key: value for key, value in document.items() if key != "webhooks" and value not in _DIALECTS}
    operations = [operation for _, _, operation in each_operation(spec)]
    asked = _needed(spec, [[each.get(part) for part in ("parameters", "requestBody")] for each in operations])
    answered = _needed(spec, [each.get("responses") for each in operations])
    for at, schema in validity.schemas(spec, ""):
        parts, of_answer = tokens(at), "/responses/" in at
        # Each of these words matters to one side only: `readOnly` to those who ask, `writeOnly` to those who answer.
        meant = {"readOnly": ("schemas", parts[2]) in asked, "writeOnly": ("schemas", parts[2]) in answered}
        if parts[:2] != ["components", "schemas"]:
            meant = {"readOnly": not of_answer, "writeOnly": of_answer}
        schema.pop("xml", None)
        if any(key in schema for key in validity.ALTERNATIVES):
            schema.pop("discriminator", None)
        for name, child in schema.get("properties", {}).items():
            # Who sends a property that is required, and who does not, is left to a person.
            for word, counts in meant.items() if isinstance(child, dict) else ():
                if not counts or name not in schema.get("required", ()):
                    child.pop(word, None)
    for message in _messages(spec):
        media = next((media for media in message.get("content", ()) if is_json(media)), None)
        if media:
            message["content"] = {media: message["content"][media]}
    _secure(spec)
    servers = [item.get("servers") for item in spec["paths"].values()]
    of_all = bool(servers and servers[0]) and all(each == servers[0] for each in servers)
    if of_all:
        spec["servers"] = servers[0]
    for item in spec["paths"].values():
        for key in ("summary", "description", "head", "options", "trace", *(["servers"] if of_all else ())):
            item.pop(key, None)
    return spec


def is_json(media: str) -> bool:
    return re.fullmatch(r"application/([^;]+\+)?json *(;.*)?", media) is not None


def _messages(spec: Json) -> Iterator[Json]:
    """The request bodies and answers."""
    yield from spec.get("components", {}).get("responses", {}).values()
    for _, _, operation in each_operation(spec):
        yield from (each for each in (operation.get("requestBody"), *operation.get("responses", {}).values()) if each)


def _secure(spec: Json) -> None:
    """Bring the credentials into one form, and leave out those that no operation needs."""
    schemes = spec.get("components", {}).get("securitySchemes", {})
    for scheme in schemes.values():
        if scheme.get("type") in ("oauth2", "openIdConnect"):
            for key in scheme.keys() - {"description"}:
                del scheme[key]
            scheme |= {"type": "http", "scheme": "bearer"}
        elif "scheme" in scheme:
            scheme["scheme"] = scheme["scheme"].lower()
    elsewhere = {name for name, scheme in schemes.items() if scheme.get("in", "header") != "header"}
    needed = set[str]()
    for part in (spec, *(operation for _, _, operation in each_operation(spec))):
        choices = part.get("security", ())
        if choices:
            part["security"] = [each for each in choices if elsewhere.isdisjoint(each)] or choices
            needed.update(name for each in part["security"] for name in each)
    for name in schemes.keys() - needed:
        del schemes[name]


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
    """The document with only these operations, by id (or by method and path, where an operation has no id), and the
    components that they need; and what it lacks of `wanted`. What is left out need not be valid.
    """
    paths: Json = {}
    found = set[str]()
    for method, path, operation in each_operation(spec):
        if (name := id_of(method, path, operation)) in wanted:
            found.add(name)
            about = {key: value for key, value in spec["paths"][path].items() if key not in METHODS}
            paths.setdefault(path, about)[method] = operation
    left = {key: value for key, value in spec.items() if key != "webhooks"} | {"paths": paths}
    left["tags"] = [tag for tag in spec.get("tags", ()) if json.dumps(tag.get("name")) in json.dumps(paths)]
    return _trimmed(left), sorted({*wanted} - found)


def _trimmed(spec: Json) -> Json:
    """The document without the components that no operation refers to, also by way of others."""
    needed = _needed(spec, spec["paths"])
    kept = {
        kind: {name: each for name, each in entries.items() if kind == "securitySchemes" or (kind, name) in needed}
        for kind, entries in _components(spec).items()
    }
    return spec | {"components": {kind: entries for kind, entries in kept.items() if entries}}


def _needed(spec: Json, part: Any) -> set[tuple[str, str]]:
    """The components that a part refers to, also by way of others: their kinds and names."""
    held, needed, new = _components(spec), set[tuple[str, str]](), {*_COMPONENT.findall(json.dumps(part))}
    while new:
        needed |= new
        new = {*_COMPONENT.findall(json.dumps([held.get(kind, {}).get(name) for kind, name in new]))} - needed
    return needed


def _components(spec: Json) -> Json:
    parts = spec.get("components")
    return {kind: each for kind, each in parts.items() if isinstance(each, dict)} if isinstance(parts, dict) else {}


def id_of(method: str, path: str, operation: Any) -> str:
    """The id of an operation; where it has none, its method and path."""
    given = operation.get("operationId") if isinstance(operation, dict) else None
    return str(given or f"{method.upper()} {path}")


def _name(spec: Json, parameter: Json) -> tuple[str, str]:
    found = referred(spec, parameter["$ref"]) if "$ref" in parameter else parameter
    return found["in"], found["name"]
