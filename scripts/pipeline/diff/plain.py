"""Writes a schema as plain JSON Schema 2020-12, with only the keywords that refuse values, and references resolved."""

import json
from typing import Any

from .change import Side
from .node import Node
from .words import FLOAT, LISTED, NAMED, NOT_ASSERTED, NOT_JUDGED, SIDED, SINGLE

Schema = dict[str, Any] | bool


def plain(node: Node, side: Side) -> Schema:
    """The plain schema of a node. Recursive references lead to `$defs`, which are numbered in the order in which they
    are met, so that the name of a component does not count.
    """
    maker = _Maker(side)
    schema: Schema = maker.schema(node)
    if maker.definitions and isinstance(schema, dict):
        # The top level is written out, for code that looks at this level only.
        top = maker.definitions.get(schema.get("$ref", "").rpartition("/")[2], schema)
        schema = {**top, "$defs": maker.definitions}
    return schema


def _keywords(node: Node, side: Side) -> dict[str, Any]:
    """The keywords of one schema object in the newer spelling, children left as they are."""
    value = node.value
    out = {key: value[key] for key in value if key not in NOT_JUDGED and not key.startswith("x-")}
    hidden = {name for name, child in node.members("properties").items() if _is_hidden(child, side)}
    required = sorted(set(out.pop("required", ())) - hidden)
    if "enum" in out:
        out["enum"] = sorted(out["enum"], key=lambda item: json.dumps(item, sort_keys=True))
    _format(out)
    return out | ({"required": required} if required else {})


def _is_hidden(node: Node, side: Side) -> bool:
    """Whether the value is absent on this side: readOnly in a request, writeOnly in a response."""
    return isinstance(node.value, dict) and node.value.get(SIDED.get(side, "")) is True


def _format(out: dict[str, Any]) -> None:
    if out.get("format") == "float" and out.get("type") in ("integer", "number"):
        out["minimum"], out["maximum"] = max(-FLOAT, out.get("minimum", -FLOAT)), min(FLOAT, out.get("maximum", FLOAT))
    if out.get("format") in NOT_ASSERTED:
        del out["format"]


class _Maker:
    def __init__(self, side: Side) -> None:
        self.side: Side = side
        self.open: dict[str, str | None] = {}
        self.definitions: dict[str, Any] = {}
        self.named = 0

    def schema(self, node: Node) -> Any:
        node = node.resolved()
        if not isinstance(node.value, dict):
            return node.value
        if _is_hidden(node, self.side):
            return False
        if node.pointer in self.open:
            if self.open[node.pointer] is None:
                self.open[node.pointer] = f"d{self.named}"
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
        out: dict[str, Any] = {}
        for key, value in _keywords(node, self.side).items():
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
