"""Compares the parameters of requests, and the headers of responses."""

from collections.abc import Iterator

from .change import Change, Kind, Side
from .media import content
from .node import Node
from .sentence import differing
from .walk import Walk
from .words import added

_STYLES = {"query": "form", "cookie": "form", "path": "simple", "header": "simple"}
_SINGLE = ("string", "integer", "number", "boolean")


def of_operation(operation: Node, names: dict[str, str]) -> dict[tuple[str, str], Node]:
    """The parameters by place and name. `names` renames path parameters."""
    found, inside = {}, operation.get("parameters")
    for _, node in inside.items() if inside is not None else ():
        place, name = node.value["in"], node.value["name"]
        name = name.lower() if place == "header" else names.get(name, name) if place == "path" else name
        found[place, name] = node
    return found


def of_response(response: Node) -> dict[tuple[str, str], Node]:
    """The headers, except Content-Type: the response's `content` says what that is."""
    named = {name.lower(): node for name, node in response.members("headers").items()}
    return {("header", name): node for name, node in named.items() if name != "content-type"}


def compare(
    old: dict[tuple[str, str], Node], new: dict[tuple[str, str], Node], where: str, side: Side
) -> Iterator[Change]:
    for key in [*old, *(key for key in new if key not in old)]:
        one, two, (place, called) = old.get(key), new.get(key), key
        name = f"{where}, header {called!r}"
        if side == "request":
            name = f"{where}, {place} parameter {(two or one or old[key]).value['name']!r}"
        if one is not None and two is not None:
            yield from _pair(one, two, side, name, place)
        elif two is not None:
            kind, rest = added(called, [name for _, name in old], where if side == "request" else "")
            if side == "request" and two.plain("required", False):
                kind, rest = Kind.BREAKING_CALLER, ", and required"
            yield Change(kind, None, two.pointer, f"{name} is added{rest}", side)
        elif one is not None:
            breaks = side == "response" and one.plain("required", False)
            kind = Kind.BREAKING_READER if breaks else Kind.COMPATIBLE
            ignored = " and may be ignored from now on" if side == "request" else ""
            yield Change(kind, one.pointer, None, f"{name} is removed{ignored}", side)


def _pair(old: Node, new: Node, side: Side, name: str, place: str) -> Iterator[Change]:
    if old.plain("name") != new.plain("name") and place == "path":
        text = f"{name}: called {old.plain('name')!r} before; on the wire that is the same, in generated code it is not"
        yield Change(Kind.COMPATIBLE, old.pointer, new.pointer, text, side)
    one, two = bool(old.plain("required", False)), bool(new.plain("required", False))
    breaking = Kind.BREAKING_CALLER if side == "request" else Kind.BREAKING_READER
    if one != two:
        worse = two if side == "request" else one
        text = f"{name} becomes {'required' if two else 'optional'}"
        yield Change(breaking if worse else Kind.COMPATIBLE, old.pointer, new.pointer, text, side)
    style_old, style_new = _style(old, place), _style(new, place)
    if _is_single(old) and _is_single(new) and place != "path":
        style_new = {**style_new, "style": style_old["style"], "explode": style_old["explode"]}
    if style_old != style_new:
        text = f"{name} is written in another way: {differing(style_old, style_new)}"
        yield Change(breaking, old.pointer, new.pointer, text, side)
    schema_old, schema_new = old.get("schema"), new.get("schema")
    if schema_old is not None and schema_new is not None:
        yield from Walk(schema_old, schema_new, side, name, text=True).changes()
    elif schema_old is not None or schema_new is not None or "content" in old.value:
        yield from content(old, new, side, name)


def _style(node: Node, place: str) -> dict[str, object]:
    """How the value of a parameter is written as text."""
    style = node.plain("style", _STYLES[place])
    explode = node.plain("explode", style == "form")
    return {"style": style, "explode": explode, "allowReserved": node.plain("allowReserved", False)}


def _is_single(node: Node) -> bool:
    """Whether a value cannot be a list or an object: the style of a parameter matters for those only."""
    schema = node.get("schema")
    return schema is not None and isinstance(schema.value, dict) and schema.value.get("type") in _SINGLE
