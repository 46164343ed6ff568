"""The classified differences of two specs, as this report has them."""

import importlib
from collections.abc import Callable, Sequence
from typing import Any

from .result import Change

Compare = Callable[[dict[str, Any], dict[str, Any]], Sequence[Any]]
"""`pipeline.diff.compare`: each of its changes has a kind, a pointer in the old and in the new spec, a sentence, and a
witness or none."""


def differences(old: dict[str, Any], new: dict[str, Any], compare: Compare | None = None) -> list[Change]:
    judge: Compare = compare or importlib.import_module("pipeline.diff").compare
    found = [_change(change.to_json()) for change in judge(old, new)]
    if not found and old != new:
        return [Change("documentation", ("",), "the specs differ in what means nothing")]
    return found


def _change(given: dict[str, Any]) -> Change:
    pointers = dict.fromkeys(given[side] for side in ("pointer_new", "pointer_old") if given[side] is not None)
    return Change(
        str(given["kind"]), tuple(pointers), given["sentence"], given["witness"], side=str(given.get("side", ""))
    )
