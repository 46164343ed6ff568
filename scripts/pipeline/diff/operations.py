"""Compares two documents, operation by operation."""

import re
from collections.abc import Iterator

from ..documents import tokens
from . import parameters, responses, told
from .change import Change, Kind
from .media import content
from .node import Node, whole
from .security import security, servers

_METHODS = ("get", "put", "post", "delete", "options", "head", "patch", "trace", "query")


def changes(old_document: dict[str, object], new_document: dict[str, object]) -> Iterator[Change]:
    old, new = whole(old_document), whole(new_document)
    yield from told.changes(old_document, new_document)
    before, after = _operations(old), _operations(new)
    for key, (path, operation, names) in before.items():
        if key in after:
            path_new, operation_new, names_new = after[key]
            where = f"{key[0].upper()} {_template(path_new)}"
            yield from _pair(path, operation, path_new, operation_new, (names, names_new), where)
        else:
            text = f"{key[0].upper()} {_template(path)} is removed"
            yield Change(Kind.BREAKING_CALLER, operation.pointer, None, text, "request")
    for key, (path, operation, _) in after.items():
        if key not in before:
            text = f"{key[0].upper()} {_template(path)} is added"
            yield Change(Kind.COMPATIBLE, None, operation.pointer, text, "request")
    if old.plain("webhooks", {}) != new.plain("webhooks", {}):
        yield Change(Kind.UNDECIDED, "/webhooks", "/webhooks", "webhooks differ: they are not compared")


def _pair(  # noqa: PLR0917
    path: Node, old: Node, path_new: Node, new: Node, names: tuple[dict[str, str], dict[str, str]], where: str
) -> Iterator[Change]:
    if old.plain("operationId") != new.plain("operationId"):
        text = f"{where}: operationId {old.plain('operationId')} → {new.plain('operationId')}; generated names change"
        yield Change(Kind.COMPATIBLE, old.pointer, new.pointer, text, "request")
    yield from servers([old, path, whole(old.root)], [new, path_new, whole(new.root)], where)
    yield from security(old, new, where)
    before, after = parameters.of_operation(old, names[0]), parameters.of_operation(new, names[1])
    yield from parameters.compare(before, after, where, "request")
    yield from _body(old, new, where)
    yield from responses.compare(old, new, where)
    if old.plain("callbacks", {}) != new.plain("callbacks", {}):
        yield Change(Kind.UNDECIDED, old.pointer, new.pointer, f"{where}: callbacks differ: they are not compared")


def _body(old: Node, new: Node, where: str) -> Iterator[Change]:
    one, two, name = old.get("requestBody"), new.get("requestBody"), f"{where}, body"
    if one is not None and two is None:
        at = f"{old.pointer}/requestBody"
        yield Change(Kind.BREAKING_CALLER, at, None, f"{name} is no longer taken", "request")
    required = two is not None and bool(two.plain("required", False))
    kind = Kind.BREAKING_CALLER if required else Kind.COMPATIBLE
    if one is None and two is not None:
        yield Change(kind, None, two.pointer, f"{name} is added{', and required' if required else ''}", "request")
    if one is not None and two is not None:
        if required != bool(one.plain("required", False)):
            text = f"{name} becomes {'required' if required else 'optional'}"
            yield Change(kind, one.pointer, two.pointer, text, "request")
        yield from content(one, two, "request", name)


def _operations(root: Node) -> dict[tuple[str, str], tuple[Node, Node, dict[str, str]]]:
    """The operations by method and path: path, operation, and the number of each path parameter by its name. In
    the key, the name of a path parameter does not count, only its place.
    """
    found = {}
    for template, path in root.members("paths").items():
        names = {name: f"{number}" for number, name in enumerate(re.findall(r"\{([^}]*)\}", template))}
        shape = re.sub(r"\{[^}]*\}", "{}", template)
        for method in _METHODS:
            operation = path.get(method)
            if operation is not None:
                found[method, shape] = (path, operation, names)
    return found


def _template(path: Node) -> str:
    return tokens(path.pointer)[-1]
