"""A spec with one change, and which changes there are in a document: found by keyword, whatever the spec is about."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from audience_contract import Operation, load
from audience_contract.spec import Node, parse
from mutants import schemas
from mutants.schemas import REMOVED, Change

_OTHER_STATUS = {"2": ("200", "201", "204"), "4": ("400", "402"), "5": ("500", "501")}


@dataclass(frozen=True)
class Mutant:
    """A spec's key, an operation's id, on which `side` ("request" or "response") it is changed, where, and how."""

    key: str
    of: str
    side: str
    pointer: str
    change: str
    document: Any = field(compare=False, repr=False)

    @property
    def text(self) -> str:
        """The changed document."""
        return json.dumps(self.document)

    @property
    def name(self) -> str:
        return f"{self.key} {self.side} {self.pointer}: {self.change}"

    @property
    def operation(self) -> Operation:
        """The operation as it is in the mutated spec."""
        # Without an operationId, another method or path is another id.
        others = {each.id for each in load(self.key).operations} - {self.of}
        return next(found for found in parse(self.key, self.text).operations if found.id not in others)

    @property
    def right(self) -> Operation:
        """The operation as it is."""
        return next(found for found in load(self.key).operations if found.id == self.of)


def mutants(key: str) -> list[Mutant]:
    """Every change of every keyword of a spec, in the order of the document, each once for a side that it is on."""
    found: dict[tuple[str, str, str], Mutant] = {}
    for operation in load(key).operations:
        for side, change in _of_operation(operation):
            made = Mutant(key, operation.id, side, change.pointer, change.words, _changed(operation, change))
            found.setdefault((side, change.pointer, change.words), made)
    return list(found.values())


def _of_operation(operation: Operation) -> Iterator[tuple[str, Change]]:
    for change in (*_place(operation), *_security(operation)):
        yield "request", change
    for parameter in operation.node.get("parameters") or ():
        for change in _parameter(parameter):
            yield "request", change
    body = operation.node.get("requestBody")
    if body:
        if "required" in body.value:
            yield "request", Change(body.pointer, ("required",), REMOVED, "required removed")
        for change in _content(body["content"], ("application/json", "application/x-www-form-urlencoded")):
            yield "request", change
    for change in _responses(operation.node["responses"]):
        yield "response", change


def _place(operation: Operation) -> Iterator[Change]:
    paths, method = operation.spec.node["paths"], operation.method.lower()
    at = paths[operation.path]
    other = {**_without(paths.value, operation.path), f"{operation.path}-2": at.value}
    yield Change(paths.pointer, (), other, f"{operation.path} becomes {operation.path}-2")
    new = "patch" if method == "put" else "put"
    yield Change(at.pointer, (), {**_without(at.value, method), new: at.value[method]}, f"{method} becomes {new}")


def _security(operation: Operation) -> Iterator[Change]:
    security = operation.security
    if not security:
        return
    yield Change(security.pointer, (), [], "emptied")
    for number, alternative in enumerate(security.value):
        if len(alternative) > 1:
            for name in alternative:
                yield Change(security.pointer, (number,), _without(alternative, name), f"{name} removed")
    for name, scheme in operation.spec.node["components"]["securitySchemes"].value.items():
        where = f"/components/securitySchemes/{name}"
        if scheme["type"] == "http":
            yield Change(where, (), {"type": "apiKey", "in": "header", "name": "x-api-token"}, "a key in a header")
        else:
            yield Change(where, ("name",), f"{scheme['name']}-2", "another name")
            yield Change(where, (), {"type": "http", "scheme": "bearer"}, "a bearer token")


def _parameter(parameter: Node) -> Iterator[Change]:
    where, value = parameter.pointer, parameter.value
    yield Change(where, ("required",), not value.get("required", False), "required turned")
    yield Change(where, ("name",), f"{value['name']}-2", "another name")
    if "explode" in value:
        yield Change(where, ("explode",), not value["explode"], "explode turned")
    yield Change(where, ("in",), "query" if value["in"] == "header" else "header", "in another place")
    for change in schemas.changes(parameter["schema"]):
        if change.path == ("type",) and change.value == "array":
            # A list of which nobody knows the items cannot be read out of a header.
            value = {**parameter["schema"].value, "type": "array", "items": {"type": "string"}}
            yield Change(change.pointer, (), value, change.words)
        else:
            yield change


def _content(content: Node, others: tuple[str, ...]) -> Iterator[Change]:
    for media in content.value:
        for other in others:
            if other not in content.value:
                # No schema can judge what is not JSON or a form.
                entry = {} if other.startswith("text/") else content[media].value
                yield Change(content.pointer, (), {**_without(content.value, media), other: entry}, f"{other} instead")
                yield Change(content.pointer, (other,), entry, f"{other} added")
        entry = content[media]
        if entry.get("schema"):
            yield Change(entry.pointer, ("schema",), {}, "schema emptied")
            yield from schemas.changes(entry["schema"])
        for name in entry.plain("encoding", {}):
            kinds = [kind.strip() for kind in entry["encoding"][name].value["contentType"].split(",")]
            at = f"{entry.pointer}/encoding/{name}"
            for kind in kinds if len(kinds) > 1 else ():
                rest = ", ".join(other for other in kinds if other != kind)
                yield Change(at, ("contentType",), rest, f"{kind} removed")
            yield Change(at, ("contentType",), ", ".join([*kinds, "application/pdf"]), "application/pdf added")
            yield Change(entry.pointer, ("encoding",), REMOVED, "encoding removed")


def _responses(responses: Node) -> Iterator[Change]:
    for status in responses.value:
        yield Change(responses.pointer, (status,), REMOVED, f"{status} removed")
        for other in _OTHER_STATUS.get(status[0], ()):
            if other not in responses.value:
                changed = {**_without(responses.value, status), other: responses.value[status]}
                yield Change(responses.pointer, (), changed, f"{status} becomes {other}")
        response = responses[status]
        if response.get("content"):
            yield Change(response.pointer, ("content",), REMOVED, "content removed")
            yield from _content(response["content"], ("text/plain", "application/problem+json"))


def _without(value: dict[str, Any], name: str) -> dict[str, Any]:
    return {key: child for key, child in value.items() if key != name}


def _changed(operation: Operation, change: Change) -> Any:
    return _with(operation.spec.node.value, [*_tokens(change.pointer), *change.path], change.value)


def _with(value: Any, path: list[Any], new: Any) -> Any:
    """The value with another at a path, or without the one that was there."""
    if not path:
        return new
    changed: Any = value.copy()
    at = int(path[0]) if isinstance(value, list) else path[0]
    if path[1:] or new is not REMOVED:
        changed[at] = _with(changed[at] if path[1:] else None, path[1:], new)
    else:
        del changed[at]
    return changed


def _tokens(pointer: str) -> list[str]:
    return [token.replace("~1", "/").replace("~0", "~") for token in pointer.split("/")[1:]]
