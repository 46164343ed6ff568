"""The classified differences of two specs, as this report has them."""

import importlib
from collections.abc import Callable, Sequence
from typing import Any

from .result import Change

Compare = Callable[[dict[str, Any], dict[str, Any]], Sequence[Any]]
"""`pipeline.diff.compare`: what it gives has `kind`, `pointers`, `sentence` and `witness`."""


def differences(old: dict[str, Any], new: dict[str, Any], compare: Compare | None = None) -> list[Change]:
    judge: Compare = compare or importlib.import_module("pipeline.diff").compare
    found = [Change(str(c.kind), tuple(c.pointers), c.sentence, c.witness) for c in judge(old, new)]
    if not found and old != new:
        return [Change("undecided", ("",), "the specs differ, and nothing says how")]
    return found
