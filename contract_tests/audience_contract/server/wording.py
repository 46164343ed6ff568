"""The headline of a finding: what was sent, what came back, and the rule in a few words."""

import json
import re
from typing import Any

from ..bodies import json_of, parts_of
from ..messages import Request, Response
from ..spec import Node, Operation, source, tokens
from ..strict_json import at
from ..violation import UnreadableError, Violation
from .audiences import PREFIX

_LONGEST, _FEW = 60, 3
"""The most characters of a text, and properties of an object, that are shown."""
_MARK = re.compile(rf"{PREFIX}[a-z0-9]+-")
"""How the names of a run begin."""
_NOTHING = {"", "valid", "undocumented", "success"}
"""Labels that are not shown, because the content of the request tells more."""

_COUNTED = {"Length": "characters", "Items": "items", "Properties": "properties"}


def asked(
    operation: Operation, request: Request, broken: Violation | None, label: str, odd: dict[str, str] | None = None
) -> str:
    """A request in a few words: what is wrong with it, or, if nothing is, its content and what is special about it.

    Of its content only the text that is `odd`, by its name, if one is.
    """
    if broken:
        return _part(request, broken)
    special = "" if label in _NOTHING or label.startswith(("body", "part")) else f" ({label})"
    return f"{cut(brief(odd)) if odd else _whole(operation, request)}{special}"


def rule(operation: Operation, broken: Violation, more: str = "") -> str:
    """What the broken rule of the spec asks for, with `more` after it, and the page that says so."""
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
    return with_page(operation, broken.rule, f"{said}{more}")


def of_answer(operation: Operation, response: Response, broken: Violation) -> str:
    """What is wrong with an answer, and the page that says so."""
    name, inside = broken.where.rpartition(" ")[2].replace("content-type", "Content-Type"), broken.pointer[1:]
    if broken.message == "missing":
        said = f"no {name}"
    elif broken.missing:
        said = f"{inside or 'the body'} has no {broken.missing}"
    elif name == "Content-Type":
        said = f"{name} is {', '.join(response.values(name))}: {broken.message}"
    elif broken.rule.endswith("/type"):
        return rule(operation, broken, f", not {broken.message.partition(' breaks ')[0]}")
    else:
        said = f"{broken.where} {broken.pointer}".strip() + f": {broken.message}"
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
        return f"{cut(brief(at(value, broken.pointer)))} without {broken.missing}"
    found = at(value, broken.pointer)
    for token in reversed(tokens(broken.pointer)):
        found = [found] if token.isdecimal() else {token: found}
    return cut(brief(found))


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
        return cut(brief(json_of(request))) + ("" if request.values("content-type") else " without Content-Type")
    except UnreadableError:
        return cut(request.body.decode("utf-8", "backslashreplace"))


def brief(value: Any) -> str:
    """A JSON value as a text, with the length of what is long instead of all of it."""
    if isinstance(value, str):
        return json.dumps(cut(value, _LONGEST // 2), ensure_ascii=False)
    if isinstance(value, list):
        more = [f"… {len(value)} items"] if value[2:] else []
        return f"[{', '.join([*map(brief, value[: 1 if more else 2]), *more])}]"
    if isinstance(value, dict):
        shown = [f"{brief(name)}: {brief(each)}" for name, each in value.items()]
        shown[1:-1] = [f"… {len(value)} properties"] if len(shown) > _FEW else shown[1:-1]
        return f"{{{', '.join(shown)}}}"
    return json.dumps(value)


def cut(text: str, longest: int = _LONGEST) -> str:
    """The text, without the run's mark in names, and without its middle if it has more characters than that."""
    text, half = _MARK.sub("…", text), longest // 2
    return text if len(text) <= longest else f"{text[:half]}…{text[-half:]} ({len(text)} characters)"
