"""A schema as one object: what references and `allOf` spread over several, brought together where that is safe."""

from dataclasses import dataclass, field
from typing import Any

from .change import Side
from .node import Node
from .plain import is_hidden, keywords, plain
from .seal import names
from .words import said

# Branches of the same schema may be laid together unless one looks at what its neighbours are.
_LOOKING = ("additionalProperties", "patternProperties", "unevaluatedProperties", "prefixItems", "unevaluatedItems")
_WRAPPERS = ("allOf", "anyOf", "oneOf")


@dataclass
class View:
    """`own` has everything but the children that are walked into."""

    own: dict[str, Any] = field(default_factory=dict)
    properties: dict[str, Node] = field(default_factory=dict)
    items: Node | None = None
    told: dict[str, object] = field(default_factory=dict)

    @property
    def names(self) -> set[str]:
        """The properties that the schema speaks of, those of its alternatives too."""
        return names(self.own) | self.properties.keys()

    @property
    def closed(self) -> bool:
        """Whether the schema itself says what a property it does not name may be."""
        return any(key in self.own for key in _LOOKING)


def view(node: Node, side: Side) -> View | None:
    """None where bringing together could change what is taken, or would not end."""
    found = View()
    return found if _gather(node.resolved(), side, found, set()) else None


def _gather(node: Node, side: Side, into: View, seen: set[str]) -> bool:  # noqa: PLR0912 - one keyword after the other
    if not isinstance(node.value, dict) or node.pointer in seen or is_hidden(node, side):
        return False
    seen.add(node.pointer)
    into.told = {**said(node.value), **into.told}
    members = keywords(node, side)
    for name in node.plain("properties", ()):
        if name in into.properties:
            return False
        into.properties[name] = node.child("properties").child(name)
    if isinstance(members.get("items"), dict):
        if into.items is not None:
            return False
        into.items = node.child("items")
        del members["items"]
    members.pop("properties", None)
    wrapped: list[Node] = []
    if "$ref" in members:
        wrapped.append(node.target().resolved())
        del members["$ref"]
    for key in _WRAPPERS:
        if key in members and (key == "allOf" or len(members[key]) == 1):
            wrapped += [child for _, child in node.child(key).items()]
            del members[key]
    looked = plain(node, side)
    for key in members:
        value = looked[key] if isinstance(looked, dict) and key in looked else members[key]
        if key == "required":
            into.own[key] = sorted({*into.own.get(key, ()), *value})
        elif key in into.own and into.own[key] != value:
            return False
        else:
            into.own[key] = value
    if isinstance(looked, dict) and "$defs" in looked and "$ref" in str(into.own):
        into.own["$defs"] = looked["$defs"]
    if wrapped and any(key in into.own for key in _LOOKING):
        return False
    return all(_gather(child, side, into, seen) for child in wrapped)
