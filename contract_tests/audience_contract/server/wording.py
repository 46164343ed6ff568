"""The headline of a finding: what was sent, what came back, and the rule in a few words."""

import json
import re
from typing import Any

from ..bodies import json_of, parts_of
from ..messages import Request
from ..spec import Node, Operation, source, tokens
from ..strict_json import at
from ..violation import UnreadableError, Violation

_LONGEST = 60
_NOTHING = {"", "valid", "undocumented", "success"}
"""Labels that are not shown, because the content of the request tells more."""

_COUNTED = {"Length": "characters", "Items": "items", "Properties": "properties"}


def asked(operation: Operation, request: Request, broken: Violation | None, label: str) -> str:
    """A request in a few words: what is wrong with it, or, if nothing is, its content and what is special about it."""
    if broken:
        return _part(request, broken)
    special = "" if label in _NOTHING or label.startswith(("body", "part")) else f" ({label})"
    return f"{_whole(operation, request)}{special}"


def rule(operation: Operation, broken: Violation) -> str:
    """What the broken rule of the spec asks for, and the page that says so."""
    path = [*broken.where.split(" ")[1:], *tokens(broken.pointer)]
    # Of an item, the name is that of its array.
    name = broken.missing or "/".join(path[-2:] if path[-1:] and path[-1].isdecimal() else path[-1:])
    name = name or broken.where
    keyword = broken.rule.rpartition("/")[2]
    try:
        node: Node | None = operation.node.at(broken.rule)
    except LookupError:
        node = None
    limit = node.value if node else None
    match keyword, limit:
        case "required", _:
            said = f"{name} is required"
        case "type", str() | list():
            kinds = " or ".join([limit] if isinstance(limit, str) else map(str, limit))
            said = f"{name} must be {'an' if kinds[0] in 'aeiou' else 'a'} {kinds}"
        case "enum", list():
            said = f"{name} must be {', '.join(map(str, limit[:4]))}{', …' if limit[4:] else ''}"
        case "maximum" | "minimum" | "exclusiveMaximum" | "exclusiveMinimum", _:
            above = operation.node.at(broken.rule.rpartition("/")[0])
            is_below = "exclusive" in keyword or above.plain(f"exclusive{keyword.title()}") is True
            limits = ("less than", "more than") if is_below else ("at most", "at least")
            said = f"{name} must be {limits['min' in keyword.lower()]} {limit}"
        case _, int() if of := _COUNTED.get(keyword[3:]):
            said = f"{name} must have at {'most' if keyword.startswith('max') else 'least'} {limit} {of}"
        case "pattern" | "format", str():
            said = f"{name} must match {limit}" if keyword == "pattern" else f"{name} must be a {limit}"
        case _:
            said = broken.message
    return with_page(operation, broken.rule, said)


def with_page(operation: Operation, pointer: str, said: str) -> str:
    """A reason, and the last part of the address of the page that it is from, if that is known."""
    # A shared component may come from several pages, so the operation's own page is named.
    place = operation.node.pointer if pointer.startswith("/components/") else pointer
    found = re.findall(r"https?://[^\s;]+", source(operation.spec.key, place))
    return f"{said}; {found[-1].rstrip('/').rpartition('/')[2]}" if found else said


def _part(request: Request, broken: Violation) -> str:
    place, _, name = broken.where.partition(" ")
    if broken.message == "missing" and not broken.missing:
        return f"a request without {name or 'Content-Type' if place == 'content-type' else name or 'a body'}"
    shown = {
        "header": f"{name}: {cut(', '.join(request.values(name)))}",
        "content-type": f"Content-Type: {cut(', '.join(request.values('content-type')))}",
        "query": cut("&".join(re.findall(rf"(?<=[?&]){re.escape(name)}=[^&]*", request.target)) or request.target),
        "path": cut(request.target),
        "part": f"part {name} = {cut(_text(request, name))}",
    }
    return shown[place] if place in shown else _of_json(request, broken)


def _of_json(request: Request, broken: Violation) -> str:
    """The part of a JSON body that breaks a rule, with the keys above it and nothing else."""
    try:
        value = json_of(request)
    except UnreadableError:
        return cut(request.body.decode("utf-8", "backslashreplace"))
    if broken.missing:
        return f"{_json(at(value, broken.pointer))} without {broken.missing}"
    found = at(value, broken.pointer)
    for token in reversed(tokens(broken.pointer)):
        found = [found] if token.isdecimal() else {token: found}
    return _json(found)


def _text(request: Request, name: str) -> str:
    try:
        part = next(part for part in parts_of(request) if part.name == name)
    except (StopIteration, UnreadableError):
        return ""
    # The bytes of a workbook tell a reader nothing, and leave no room for the rule in the line.
    binary = b"\0" in part.data[_LONGEST:]
    return f"{part.filename} of {len(part.data):,} bytes" if binary else part.data.decode("utf-8", "backslashreplace")


def _whole(operation: Operation, request: Request) -> str:
    body = operation.node.get("requestBody")
    if not body or not request.body:
        return f"{request.method} {cut(request.target)}"
    try:
        if "multipart/form-data" in body["content"].value:
            return f"a form of {', '.join(part.name for part in parts_of(request))}"
        return _json(json_of(request)) + ("" if request.values("content-type") else " without Content-Type")
    except UnreadableError:
        return cut(request.body.decode("utf-8", "backslashreplace"))


def _json(value: Any) -> str:
    return cut(json.dumps(value, ensure_ascii=False))


def cut(text: str) -> str:
    """The text, without its middle if it has more than 60 characters."""
    half = _LONGEST // 2
    return text if len(text) <= _LONGEST else f"{text[:half]}…{text[-half:]} ({len(text)} characters)"
