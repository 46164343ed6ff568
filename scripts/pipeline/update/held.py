"""Compares a page's claims with the spec that we wrote from it: which place each is about, and whether they agree."""

from collections.abc import Iterator
from typing import Any

from audience_contract.security import header, is_bearer
from audience_contract.spec import Node

from ..documents import pointer
from ..operations import operations, parameters, schemas
from .claims import Claim

Json = dict[str, Any]
# The part of an operation in which a missing thing would be.
_PLACES = {"query": "parameters", "header": "parameters", "request property": "requestBody"}


# The place in the spec that a claim is about, or would be; and what the spec says otherwise, if it does.
Held = tuple[str, str | None]
# What the spec says of a kind and a name: the place, and the facts.
Statement = tuple[str, str, str, Json]


def hold(claim: Claim, spec: Json) -> Held:
    """The place of a claim, and what the spec says otherwise. A claim without an operation may be about any of them, so
    it agrees with the spec if it agrees with one.
    """
    if claim["kind"] == "operation":
        return _operation(claim, spec)
    kind, name = claim["kind"], str(claim.get("status", claim.get("name")))
    name = name.lower() if kind in ("query", "header") else name
    found = [(at, _against(claim, facts)) for *about, at, facts in _statements(spec) if about == [kind, name]]
    if not found:
        at = f"{next(operations(spec)).node.pointer}/{_PLACES.get(kind, 'responses')}"
        return at, f"no such {kind.rpartition(' ')[2]}"
    return next((held for held in found if held[1] is None), found[0])


def _against(claim: Claim, facts: Json) -> str | None:
    """How the facts of the spec contradict a claim; None if they do not."""
    values, kind, required = (facts.get(name) for name in ("values", "type", "required"))
    if claim.get("value", "{}") != "{}" and values and claim["value"] not in values:
        return f"it is one of {', '.join(map(str, values))}"
    if "type" in claim and kind not in (None, claim["type"]) and (kind, claim["type"]) != ("number", "integer"):
        return f"its type is {kind}"
    if "required" in claim and required not in (None, claim["required"]):
        return f"it is {'' if required else 'not '}required"
    return None


def _statements(spec: Json) -> Iterator[Statement]:
    for operation in operations(spec):
        for parameter in parameters(operation):
            said, name = parameter.value, parameter.value["name"].lower()
            facts = {"required": said.get("required", False), "values": parameter["schema"].plain("enum")}
            yield said["in"], name, parameter.pointer, facts
        body = operation.node.get("requestBody")
        for media, schema in schemas(body).items():
            yield "header", "content-type", f"{operation.node.pointer}/requestBody/content", {"values": [media]}
            yield from _properties(schema, "request property", "")
        for status in operation.node["responses"].value:
            yield "answer", status, f"{operation.node.pointer}/responses/{status}", {}
            for schema in schemas(operation.node["responses"][status]).values() if status.startswith("2") else ():
                yield from _properties(schema, "answer property", "")
        for scheme in operation.spec.schemes:
            values = ["Bearer {}"] if is_bearer(scheme) else None
            yield "header", header(scheme).lower(), scheme.pointer, {"values": values}


def _properties(schema: Node, kind: str, above: str) -> Iterator[Statement]:
    for name in schema.plain("properties", ()):
        child = schema["properties"][name]
        facts = {"type": child.plain("type"), "required": name in schema.plain("required", ())}
        yield kind, f"{above}{name}", child.pointer, facts
        yield from _properties(child, kind, f"{above}{name}/")


def _operation(claim: Claim, spec: Json) -> Held:
    """The operation of a claim, which names a path, or a server's address and a path.

    The library calls the first server, so a page that now uses another one disagrees with the spec.
    """
    method, path = claim["method"].lower(), claim["path"]
    servers = [server["url"].rstrip("/") for server in spec.get("servers", [])]
    for known, item in spec["paths"].items():
        if method not in item:
            continue
        if path in (known, *(f"{server}{known}" for server in servers[:1])):
            return pointer(["paths", known, method]), None
        for number, server in enumerate(servers):
            if path == f"{server}{known}":
                return f"/servers/{number}", f"the default is {servers[0]}; put this one first in `servers`"
    return "/paths", "no such operation"
