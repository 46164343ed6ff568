"""The headline of a finding: what was sent, what came back, and the rule in a few words."""

import json
import re
from contextlib import suppress
from typing import Any

from ..bodies import json_of, parts_of
from ..messages import Request, Response
from ..spec import Operation, source, tokens
from ..strict_json import at
from ..violation import UnreadableError, Violation
from .audiences import STARTS
from .expectation import Expectation, texts

_LONGEST, _FEW = 80, 3
"""The most characters of a text, and properties or items, that are shown."""
_MARK = re.compile("|".join(rf"{start}[a-z0-9]+?{end or '(?=[0-9]{4})'}" for start, end in STARTS.items()))
"""How the names of a run begin. A number of four digits follows."""
_OF_SEVERAL = re.compile("/(description$|(then|else|dependentSchemas)/)")
"""Rules that may be about what stands beside a value: those in words, and those under a condition."""
_NOTHING = {"", "valid", "undocumented", "success"}
"""Labels that are not shown, because the content of the request tells more."""

_COUNTED = {"Length": "characters", "Items": "items", "Properties": "properties"}


def asked(operation: Operation, request: Request, expectation: Expectation) -> str:
    """A request in a few words: what is wrong with it, or, if nothing is, its content and what is special about it.

    Of its content only the text that is `odd`, if one is.
    """
    broken, label = expectation.broken, expectation.kind
    special = "" if broken or label in _NOTHING or label.startswith(("body", "part")) else f" ({label})"
    try:
        text = odd(operation, request, expectation)
        said = _part(request, broken) if broken else brief(text) if text else _whole(operation, request)
    except UnreadableError:
        said = f"the body {cut(request.body.decode('utf-8', 'backslashreplace'))}{_labelled(operation, request)}"
    return f"{said}{special}"


def odd(operation: Operation, request: Request, expectation: Expectation) -> dict[str, str]:
    """The text that is odd, by its name; {} if none is."""
    return {name: text for name, _, text in texts(operation, request) if name == expectation.odd}


def without_name(text: str) -> str:
    """A text without the name of the run that is in it, and without its middle if it is long."""
    return cut(re.sub(rf"({_MARK.pattern})[0-9]{{4}} ?", "", text))


def rule(operation: Operation, broken: Violation, more: str = "") -> str:
    """What the broken rule of the spec asks for, with `more` after it, and the page that says so."""
    path = [*broken.where.split(" ")[1:], *tokens(broken.pointer)]
    # Of an item, the name is that of its array.
    name = broken.missing or "/".join(path[-2:] if path[-1:] and path[-1].isdecimal() else path[-1:])
    name = name or broken.where
    keyword = broken.rule.rpartition("/")[2]
    limit: Any = None
    with suppress(LookupError):
        limit = operation.node.at(broken.rule).value
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
    if broken.rule.endswith("/required"):
        return rule(operation, broken)
    if broken.rule.endswith("/type"):
        return rule(operation, broken, f", not {broken.message.partition(' breaks ')[0]}")
    place = f"{broken.where} {broken.pointer}"
    if broken.where == "content-type":
        place = f"Content-Type {', '.join(response.values(broken.where))}"
    said = f"no {place.strip()}" if broken.message == "missing" else f"{place.strip()}: {broken.message}"
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
    match place:
        case "header" | "content-type":
            return f"{name or 'Content-Type'}: {cut(', '.join(request.values(name or place))) or '(empty)'}"
        case "query":
            return cut("&".join(re.findall(rf"(?<=[?&]){re.escape(name)}=[^&]*", request.target)) or request.target)
        case "path":
            return cut(request.target)
        case "part":
            return f"part {name} = {cut(_text(request, name))}"
    return _of_json(request, broken)


def _of_json(request: Request, broken: Violation) -> str:
    """The part of a JSON body that breaks a rule, with the keys above it; nothing beside it, unless the rule may be
    about that.
    """
    value, pointer = json_of(request), broken.pointer
    if broken.missing:
        return f"{brief(at(value, pointer))} without {broken.missing}"
    pointer = pointer.rpartition("/")[0] if _OF_SEVERAL.search(broken.rule) else pointer
    found = at(value, pointer)
    for token in reversed(tokens(pointer)):
        found = [found] if token.isdecimal() else {token: found}
    return brief(found)


def _text(request: Request, name: str) -> str:
    file, data = next(((part.filename, part.data) for part in parts_of(request) if part.name == name), ("", b""))
    # The bytes of a workbook tell a reader nothing, and leave no room for the rule in the line.
    return f"{file} of {len(data):,} bytes" if b"\0" in data[_LONGEST:] else data.decode("utf-8", "backslashreplace")


def _whole(operation: Operation, request: Request) -> str:
    body = operation.node.get("requestBody")
    if not body or not request.body:
        return f"{request.method} {cut(request.target)}"
    is_form = "multipart/form-data" in body["content"].value
    said = f"a form of {', '.join(part.name for part in parts_of(request))}" if is_form else brief(json_of(request))
    return said + _labelled(operation, request)


def _labelled(operation: Operation, request: Request) -> str:
    """The Content-Type of a body, unless it is the documented one in its usual form."""
    said = ", ".join(request.values("content-type"))
    media, _, boundary = said.partition("; boundary=")
    is_usual = media in operation.node["requestBody"]["content"].value and bool(boundary) is media.startswith("multi")
    return "" if is_usual else f" with Content-Type {cut(said)}" if said else " without Content-Type"


def brief(value: Any) -> str:
    """A JSON value as a text, with the length of what is long instead of all of it."""
    if not isinstance(value, dict | list):
        return json.dumps(cut(value, _LONGEST // 2) if isinstance(value, str) else value, ensure_ascii=False)
    named = isinstance(value, dict)
    shown = [f"{brief(key)}: {brief(value[key])}" for key in value] if named else [*map(brief, value[:_FEW])]
    if len(value) > _FEW:
        # The last property may be one that no document names.
        shown[1 : -1 if named else None] = [f"… {len(value)} {'properties' if named else 'items'}"]
    return ("{%s}" if named else "[%s]") % ", ".join(shown)


def cut(text: str, longest: int = _LONGEST) -> str:
    """The text, without the run's mark in names, and without its middle if it has more characters than that."""
    short, half = _MARK.sub("…", text), longest // 2
    return short if len(short) <= longest else f"{short[:half]}…{short[-half:]} ({len(text)} characters)"
