"""Single changes of specs, each with the class that a careful reviewer gives it."""

import copy
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from pipeline.documents import read, resolve
from pipeline.folders import ROOT

Json = dict[str, Any]
Edit = Callable[[Json], None]
HERE = Path(__file__).parent
CALLER, READER, UNDECIDED = "breaking-caller", "breaking-reader", "undecided"
COMPATIBLE, DOCUMENTATION, SAME = "compatible", "documentation", "same"


@dataclass(frozen=True)
class Case:
    """`expected`: one class, or several breaking ones with " + " between; the texts of what is the same may move."""

    name: str
    expected: str
    edits: tuple[Edit, ...]
    base: str = "shop"
    before: tuple[Edit, ...] = ()

    def specs(self) -> tuple[Json, Json]:
        old = base(self.base)
        for edit in self.before:
            edit(old)
        new = copy.deepcopy(old)
        for edit in self.edits:
            edit(new)
        return old, new


def base(name: str) -> Json:
    """A vendored spec, or `shop`, in 3.1 or 3.0; the caller may change it."""
    return copy.deepcopy(_base(name))


@cache
def _base(name: str) -> Json:
    ours = name.startswith("shop")
    spec: Json = read(HERE / "shop.yaml" if ours else ROOT / "generated" / "audience_clients" / name / "openapi.json")
    if name == "shop30":
        spec["openapi"] = "3.0.3"
        spec["components"]["schemas"]["NewOrder"]["properties"]["note"] = {"type": "string", "nullable": True}
    return spec


def row(name: str, *edits: Edit) -> tuple[str, tuple[Edit, ...]]:
    return name, edits


def put(at: str, value: Any) -> Edit:
    """Set what is at a pointer."""

    def edit(spec: Json) -> None:
        parent, key = _parent(spec, at)
        if isinstance(parent, list):
            parent[int(key)] = copy.deepcopy(value)
        else:
            parent[key] = copy.deepcopy(value)

    return edit


def add(at: str, **members: Any) -> Edit:
    """Give the object at a pointer more members."""
    return lambda spec: resolve(spec, at).update(copy.deepcopy(members))


def drop(at: str, *names: str) -> Edit:
    def edit(spec: Json) -> None:
        parent, key = _parent(spec, at)
        for name in names or (key,):
            holder = resolve(spec, at) if names else parent
            del holder[int(name) if isinstance(holder, list) else name]

    return edit


def append(at: str, value: Any) -> Edit:
    return lambda spec: resolve(spec, at).append(copy.deepcopy(value))


def move(source: str, target: str) -> Edit:
    def edit(spec: Json) -> None:
        value = resolve(spec, source)
        drop(source)(spec)
        put(target, value)(spec)

    return edit


def wrap(at: str, around: Callable[[Any], Any]) -> Edit:
    """Replace what is at a pointer by what `around` makes of it."""
    return lambda spec: put(at, around(copy.deepcopy(resolve(spec, at))))(spec)


def replace_text(old: str, new: str) -> Edit:
    """Replace a text wherever it stands, names included: a component that is renamed, with all references to it."""

    def swapped(node: Any) -> Any:
        if isinstance(node, dict):
            return {swapped(key): swapped(value) for key, value in node.items()}
        if isinstance(node, list):
            return [swapped(item) for item in node]
        return node.replace(old, new) if isinstance(node, str) else node

    def edit(spec: Json) -> None:
        changed = swapped(spec)
        spec.clear()
        spec.update(changed)

    return edit


def _parent(spec: Json, at: str) -> tuple[Any, str]:
    above, _, key = at.rpartition("/")
    return resolve(spec, above), key.replace("~1", "/").replace("~0", "~")
