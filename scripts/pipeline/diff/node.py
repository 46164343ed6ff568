"""A place in a document: its value, its JSON pointer, and where its references lead."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote

from .._errors import PipelineError
from ..documents import ABSENT, pointer, resolve
from .words import SAID


@dataclass(frozen=True, eq=False)
class Node:
    root: dict[str, Any]
    pointer: str
    value: Any

    def child(self, key: str | int) -> "Node":
        return Node(self.root, pointer([key], self.pointer), self.value[key])

    def resolved(self) -> "Node":
        """The node that this one's references lead to, if it is a reference only. An `allOf` of one member counts as
        that member. Raises PipelineError for references that lead in a circle, or to nothing.
        """
        node, seen = self, set()
        while isinstance(node.value, dict) and (around := node.value.keys() - SAID) in ({"$ref"}, {"allOf"}):
            if around == {"allOf"} and len(node.value["allOf"]) != 1:
                break
            node = node.target() if around == {"$ref"} else node.child("allOf").child(0)
            if node.pointer in seen:
                raise PipelineError(f"{self.pointer}: a reference that leads back to itself")
            seen.add(node.pointer)
        return node

    def target(self) -> "Node":
        reference = str(self.value["$ref"])
        place = unquote(reference.removeprefix("#"))
        value = resolve(self.root, place) if reference.startswith("#") else ABSENT
        if value is ABSENT:
            raise PipelineError(f"{self.pointer}/$ref: {reference!r} leads to nothing in this document")
        return Node(self.root, place, value)

    def get(self, key: str | int) -> "Node | None":
        """A member, with its references followed."""
        there = self.value.get(key, ABSENT) if isinstance(self.value, dict) else ABSENT
        return None if there is ABSENT else self.child(key).resolved()

    def items(self) -> Iterator[tuple[Any, "Node"]]:
        keys = self.value if isinstance(self.value, dict) else range(len(self.value))
        return ((key, self.child(key).resolved()) for key in keys)

    def members(self, key: str) -> dict[str, "Node"]:
        """The members of the object at `key`, with their references followed; none if there is no such object."""
        inside = self.get(key)
        return {} if inside is None or not isinstance(inside.value, dict) else dict(inside.items())

    def plain(self, key: str, default: Any = None) -> Any:
        return self.value.get(key, default)


def whole(document: dict[str, Any]) -> Node:
    return Node(document, "", document)
