"""A value in the smallest whole that has it at its place."""

from dataclasses import dataclass
from typing import Any

from .change import Side
from .judge import Judge
from .node import Node
from .plain import Schema, plain
from .search import search
from .view import View


@dataclass(frozen=True, eq=False)
class Step:
    """One step down: into a property, or into the items of an array, which have no name."""

    old: View
    new: View
    name: str | None


def embed(value: Any, steps: tuple[Step, ...], side: Side, *, old_gives: bool) -> Any:
    for step in reversed(steps):
        around = step.old if old_gives else step.new
        if step.name is None:
            value = _array(value, around, side)
        else:
            least = {
                name: smallest(around.properties[name], side)
                for name in around.own.get("required", ())
                if name != step.name and name in around.properties
            }
            value = {**least, step.name: value}
    return value


def smallest(node: Node, side: Side) -> Any:
    """A small value of a schema; None if none is found, which the check of the whole then tells."""
    return _other(plain(node, side), [])


def _array(value: Any, around: View, side: Side) -> Any:
    least = around.own.get("minItems", 1)
    if around.items is None or least <= 1:
        return [value]
    if not around.own.get("uniqueItems"):
        return [value, *[smallest(around.items, side)] * (least - 1)]
    values = [value]
    while len(values) < least:
        values.append(_other(plain(around.items, side), values))
    return values


def _other(schema: Schema, known: list[Any]) -> Any:
    judge = Judge(schema)
    found = search(schema, lambda value: value not in known and judge.takes(value))
    return found.value if found else None
