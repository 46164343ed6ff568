"""A schema as plain JSON Schema 2020-12 with nothing but what refuses, however references spell it."""

import json
import re
from typing import Any

from .change import Side
from .node import Node
from .words import BASE64, BOUNDS, LISTED, NAMED, NOT_ASSERTED, NOT_JUDGED, SIDED, SINGLE, said

Schema = dict[str, Any] | bool
# One kind of character, so and so many times, and nothing else.
_REPEATED = re.compile(r"\^(\[(?:\\.|[^\]\\])+\]|\\[dDwWsS]|\.)(?:\{(\d+)(,)?(\d*)\}|([*+?]))\$")
_COUNTS = {"*": (0, None), "+": (1, None), "?": (0, 1)}
_ANY_CHARACTER = {"[^]", r"[\s\S]", r"[\S\s]", r"[\d\D]", r"[\D\d]", r"[\w\W]", r"[\W\w]"}


def plain(node: Node, side: Side, prefix: str = "", *, told: bool = False) -> Schema:
    """Recursive references lead to `$defs`, numbered as they are met, so that a component's name counts for nothing.

    `prefix` goes before those numbers; `told` keeps what is said to people only.
    """
    maker = _Maker(side, prefix, told=told)
    schema: Schema = maker.schema(node)
    if maker.definitions and isinstance(schema, dict):
        # What is at the top is written out, for those who look at the first level only.
        top = maker.definitions.get(schema.get("$ref", "").rpartition("/")[2], schema)
        schema = {**top, "$defs": maker.definitions}
    return schema


def keywords(node: Node, side: Side) -> dict[str, Any]:
    """The keywords of one schema object in the newer spelling, children left as they are."""
    value = node.value
    out = {key: value[key] for key in value if key not in NOT_JUDGED and not key.startswith("x-")}
    hidden = {name for name, child in node.members("properties").items() if is_hidden(child, side)}
    if "required" in out:
        out["required"] = sorted(set(out["required"]) - hidden)
    if "enum" in out:
        out["enum"] = sorted(out["enum"], key=lambda item: json.dumps(item, sort_keys=True))
    _format(out)
    if isinstance(out.get("pattern"), str):
        _lengths(out)
    return {key: item for key, item in out.items() if not (key == "required" and not item)}


def is_hidden(node: Node, side: Side) -> bool:
    """Whether what this describes is not there on this side: readOnly in a request, writeOnly in a response."""
    return isinstance(node.value, dict) and node.value.get(SIDED.get(side, "")) is True


def _format(out: dict[str, Any]) -> None:
    name = out.get("format")
    if name in BOUNDS and out.get("type") in ("integer", "number"):
        low, high = BOUNDS[name]
        out["minimum"], out["maximum"] = max(low, out.get("minimum", low)), min(high, out.get("maximum", high))
    if name == "byte":
        out.setdefault("pattern", BASE64)
    if name in BOUNDS or name in NOT_ASSERTED or name == "byte":
        del out["format"]


def _lengths(out: dict[str, Any]) -> None:
    """A pattern says how long a text is, as the keywords for that do, which no automaton has to count."""
    found = _REPEATED.fullmatch(out["pattern"])
    if found is None:
        return
    kind, least, comma, most, sign = found.groups()
    low, high = _COUNTS[sign] if sign else (int(least), int(most or least) if most or not comma else None)
    if low:
        out["minLength"] = max(low, out.get("minLength", 0))
    if high is not None:
        out["maxLength"] = min(high, out.get("maxLength", high))
    out["pattern"] = f"^{kind}*$"
    if kind in _ANY_CHARACTER:
        del out["pattern"]


class _Maker:
    def __init__(self, side: Side, prefix: str, *, told: bool) -> None:
        self.side: Side = side
        self.prefix = prefix
        self.told = told
        self.open: dict[str, str | None] = {}
        self.definitions: dict[str, Any] = {}
        self.named = 0

    def schema(self, node: Node) -> Any:
        node = node.resolved()
        if not isinstance(node.value, dict):
            return node.value
        if is_hidden(node, self.side):
            return False
        if node.pointer in self.open:
            if self.open[node.pointer] is None:
                self.open[node.pointer] = f"{self.prefix}d{self.named}"
                self.named += 1
            return {"$ref": f"#/$defs/{self.open[node.pointer]}"}
        self.open[node.pointer] = None
        made = self._members(node)
        name = self.open.pop(node.pointer)
        if name is None:
            return made
        self.definitions[name] = made
        return {"$ref": f"#/$defs/{name}"}

    def _members(self, node: Node) -> dict[str, Any]:
        out: dict[str, Any] = said(node.value) if self.told else {}
        for key, value in keywords(node, self.side).items():
            if key == "$ref":
                out.setdefault("allOf", []).append(self.schema(node.target()))
            elif key in NAMED:
                inside = node.child(key)
                out[key] = {name: self.schema(inside.child(name)) for name in sorted(value)}
            elif key in SINGLE:
                out[key] = self.schema(node.child(key))
            elif key in LISTED:
                inside = node.child(key)
                out.setdefault(key, []).extend(self.schema(inside.child(number)) for number in range(len(value)))
            else:
                out[key] = value
        return out
