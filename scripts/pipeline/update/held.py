"""Hold a page's claims against the spec that we wrote from it: which place each is about, and whether they agree."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ruamel.yaml.nodes import MappingNode, SequenceNode

from .. import safe_yaml
from ..documents import ABSENT, pointer, resolve
from ..published import each_operation
from .claims import Claim

Json = dict[str, Any]


@dataclass(frozen=True)
class Held:
    """`at` is the place in the spec that a claim is about, or would be; `said` what the spec says otherwise."""

    at: str
    said: str | None = None

    @property
    def agrees(self) -> bool:
        return self.said is None


def hold(claim: Claim, spec: Json) -> Held:
    """A claim that names no operation may be about each: where it agrees with one, it agrees."""
    if claim["kind"] == "operation":
        return _operation(claim, spec)
    found = [_in_operation(claim, operation, at, spec) for operation, at in _operations(spec)]
    return next((held for held in found if held.agrees), found[0])


def _in_operation(claim: Claim, operation: Json, at: str, spec: Json) -> Held:
    kind = claim["kind"]
    if kind in ("query", "header"):
        return _sent(claim, operation, at, spec)
    if kind == "answer":
        here = f"{at}/responses/{claim['status']}"
        return Held(here, None if str(claim["status"]) in operation["responses"] else "no such status")
    base = f"{at}/requestBody" if kind == "request property" else f"{at}/responses/{_success(operation)}"
    return _property(claim, base, spec)


def line_of(file: Path, at: str) -> int:
    """The line in which a place of a YAML or JSON file begins; of one that is not there, that of the nearest around."""
    node: Any = safe_yaml.compose(file.read_text("utf-8"))
    line = 1
    for token in at.split("/")[1:]:
        key = token.replace("~1", "/").replace("~0", "~")
        if isinstance(node, MappingNode):
            found = next(((k, value) for k, value in node.value if k.value == key), None)
        elif isinstance(node, SequenceNode) and key.isdecimal() and int(key) < len(node.value):
            found = (node.value[int(key)], node.value[int(key)])
        else:
            found = None
        if found is None:
            break
        line, node = found[0].start_mark.line + 1, found[1]
    return line


def _operations(spec: Json) -> Iterator[tuple[Json, str]]:
    return ((operation, pointer(["paths", path, method])) for method, path, operation in each_operation(spec))


def _operation(claim: Claim, spec: Json) -> Held:
    """A claim's own operation: at a path, or at a server's address and a path.

    The library calls the first server; a page that has moved to another one is not what the library does.
    """
    method, path = claim["method"].lower(), claim["path"]
    servers = [server["url"].rstrip("/") for server in spec.get("servers", [])]
    for known, item in spec["paths"].items():
        if method not in item:
            continue
        if path in (known, *(f"{server}{known}" for server in servers[:1])):
            return Held(pointer(["paths", known, method]))
        for number, server in enumerate(servers):
            if path == f"{server}{known}":
                return Held(f"/servers/{number}", f"the default is {servers[0]}; put this one first in `servers`")
    return Held("/paths", "no such operation")


def _success(operation: Json) -> str:
    return next((status for status in operation["responses"] if status.startswith("2")), "default")


def _sent(claim: Claim, operation: Json, at: str, spec: Json) -> Held:
    name, value = claim["name"], claim["value"]
    for number, given in enumerate(operation.get("parameters", [])):
        parameter = resolve(spec, given["$ref"][1:]) if "$ref" in given else given
        if parameter["in"] == claim["kind"] and parameter["name"].lower() == name.lower():
            here = f"{at}/parameters/{number}"
            if claim.get("required") and not parameter.get("required"):
                return Held(here, "it is not required")
            values = parameter["schema"].get("enum")
            if values is None or "{}" in value or value in values:
                return Held(here)
            return Held(here, f"it is one of {', '.join(map(str, values))}")
    if claim["kind"] == "header" and name.lower() == "content-type":
        types = operation.get("requestBody", {}).get("content", {})
        return Held(f"{at}/requestBody/content", None if value in types else f"it is {', '.join(types) or 'none'}")
    for key, scheme in spec.get("components", {}).get("securitySchemes", {}).items():
        by_name = scheme["type"] == "apiKey" and scheme["name"].lower() == name.lower()
        bearer = scheme["type"] == "http" and name.lower() == "authorization" and value.lower().startswith("bearer ")
        if claim["kind"] == "header" and (by_name or bearer):
            return Held(f"/components/securitySchemes/{key}")
    return Held(f"{at}/parameters", "no such parameter")


def _property(claim: Claim, base: str, spec: Json) -> Held:
    content = resolve(spec, f"{base}/content")
    if not isinstance(content, dict):
        return Held(base, "no body")
    media = next(iter(content))
    here, needed = f"{pointer([media], f'{base}/content')}/schema", False
    for token in claim["name"].split("/"):
        around, schema = here, resolve(spec, here)
        reference = schema.get("$ref") if isinstance(schema, dict) else None
        around = reference[1:] if reference else around
        here = pointer(["properties", token], around)
        if resolve(spec, here) is ABSENT:
            return Held(here, "no such property")
        needed = token in resolve(spec, around).get("required", [])
    schema = resolve(spec, here)
    said = schema.get("type")
    if "type" in claim and said not in (None, claim["type"]) and (said, claim["type"]) != ("number", "integer"):
        return Held(f"{here}/type", f"its type is {said}")
    if "required" in claim and claim["required"] != needed:
        return Held(here, f"it is {'' if needed else 'not '}required")
    return Held(here)
