"""Query, header and path parameters of a request."""

import re
from collections.abc import Iterator
from functools import lru_cache

from . import schema, urlencoded
from .messages import Request
from .spec import Node, Operation
from .violation import UNNAMED, UnreadableError, Violation

BETWEEN = {"form": (",", ","), "spaceDelimited": ("%20", r"%20|\+"), "pipeDelimited": ("%7C", r"%7[Cc]|\|")}
"""The delimiter between the items of an array in one value, by style: as it is sent, and the pattern that is read."""
DEEP = "deepObject"
"""The style of an object of which each property is a parameter of its own."""
_UNREADABLE = str(UnreadableError("not percent-encoded UTF-8, or in a header not Latin-1"))


def check(operation: Operation, request: Request) -> Iterator[Violation]:
    """What the request's parameters break, and each query parameter that the spec does not name.

    `Accept` is judged as any other header, if the spec names it as a parameter.
    """
    for parameter, place, values in sent(operation, request):
        if parameter.plain("style") == DEEP:
            yield from _check_object(parameter, request)
        else:
            yield from check_one(parameter, f"{place} {parameter.value['name']}", tuple(values))
    declared = [*(operation.node.get("parameters") or ()), *(s for s in operation.spec.schemes if "in" in s.value)]
    known = {str(each.value["name"]) for each in declared if each.value["in"] == "query"}
    objects = {str(each.value["name"]) for each in declared if each.plain("style") == DEEP}
    # An object's properties may stand in the query under any names.
    unjudged = operation.node.plain("x-not-judged-query", [])
    for key in {urlencoded.decode(key, plus=True) for key, _ in _query(request)} - known:
        if key is None:
            yield Violation("query", "", operation.node.pointer, _UNREADABLE)
        elif not unjudged and key.partition("[")[0] not in objects:
            yield Violation(f"query {key}", "", operation.node.pointer, f"a parameter {UNNAMED}")


def sent(operation: Operation, request: Request) -> Iterator[tuple[Node, str, list[str]]]:
    """Each parameter of the operation, where it stands, and the values that it has there, as they were sent."""
    pairs = [(urlencoded.decode(key, plus=True), value) for key, value in _query(request)]
    path = operation.path_values(request.target)
    for parameter in operation.node.get("parameters") or ():
        name, place = str(parameter.value["name"]), str(parameter.value["in"])
        if place == "query":
            values = [value for key, value in pairs if key == name]
        elif place == "path":
            values = [path[name]] if name in path else []
        else:
            values = request.values(name) if place == "header" else request.cookies(name)
        yield parameter, place, values


def _query(request: Request) -> list[tuple[str, str]]:
    """The names and values of the query, as they were sent."""
    return urlencoded.pairs(request.target.partition("?")[2])


# Cached, because most requests of a run differ elsewhere.
@lru_cache(maxsize=256)
def check_one(parameter: Node, where: str, values: tuple[str, ...]) -> tuple[Violation, ...]:
    """What the values of a parameter, or of a header of an answer, break."""
    return tuple(_check_one(parameter, where, [*values]))


def _check_one(parameter: Node, where: str, values: list[str]) -> Iterator[Violation]:
    kind, place = parameter["schema"], parameter.plain("in", "header")
    every, is_there = schema.every((kind,)), bool(values)
    # An array, or null, which no parameter can say.
    repeatable = {name for each in every for name in schema.types(each)} - {"null"} == {"array"}
    if not values and parameter.plain("required"):
        yield Violation(where, "", f"{parameter.pointer}/required", "missing")
    if len(values) > 1 and not repeatable:
        yield Violation(where, "", parameter.pointer, f"sent {len(values)} times")
    if between := in_one(parameter):
        # A comma within an item is encoded, and no item is an empty text.
        values = [item for value in values[:1] for item in re.split(between[1], value) if value]
    encoded = place in ("query", "path")
    texts = [urlencoded.decode(value, plus=place == "query") if encoded else _latin_1(value) for value in values]
    if None in texts:
        yield Violation(where, "", parameter.pointer, _UNREADABLE)
        return
    readable = [text for text in texts if text is not None]
    if repeatable and is_there:
        items = next((found for each in every if (found := each.get("items"))), kind)
        yield from schema.check(kind, [schema.from_text(items, text) for text in readable], where)
    else:
        for text in readable:
            yield from schema.check(kind, schema.from_text(kind, text), where)


def _check_object(parameter: Node, request: Request) -> Iterator[Violation]:
    """What the properties of an object in the query break, each sent as `name[key]=value`."""
    name, kind = str(parameter.value["name"]), parameter["schema"]
    where = f"query {name}"
    named = ((urlencoded.decode(pair[0], plus=True) or "", pair) for pair in _query(request))
    pairs = [pair for key, pair in named if key.partition("[")[0] == name]
    text = "&".join(map("=".join, pairs))
    if not pairs and parameter.plain("required"):
        yield Violation(where, "", f"{parameter.pointer}/required", "missing")
    try:
        for value in urlencoded.read(text.encode("latin-1"), {name: kind}).values():
            yield from schema.check(kind, value, where, undocumented=True)
    except UnreadableError as error:
        yield Violation(where, "", parameter.pointer, str(error))


def in_one(parameter: Node) -> tuple[str, str] | None:
    """The delimiter of an array, as in `BETWEEN`; None where each item is a value of its own."""
    style = parameter.plain("style", "form")
    return None if parameter.plain("explode", style not in list(BETWEEN)[1:]) else BETWEEN.get(style, BETWEEN["form"])


def _latin_1(text: str) -> str | None:
    return text if all(ord(character) < 256 for character in text) else None
