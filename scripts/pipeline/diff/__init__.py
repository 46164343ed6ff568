"""What changed from one OpenAPI document to the next, and for whom that breaks something."""

from collections import Counter
from dataclasses import replace
from typing import Any

from ..translate import translated
from .change import Change, Kind, Side
from .operations import changes

__all__ = ["Change", "Kind", "Side", "compare"]


def compare(old: dict[str, Any], new: dict[str, Any]) -> list[Change]:
    """The changes, worst first; both documents are valid OpenAPI 3.0 or 3.1. None if they mean the same.

    Documents of which one is 3.0 are compared as `translate` writes them.
    """
    if any(str(spec.get("openapi", "")).startswith("3.0") for spec in (old, new)):
        old, new = translated(old), translated(new)
    found: dict[tuple[object, ...], Change] = {}
    places = Counter[tuple[object, ...]]()
    for change in changes(old, new):
        # What is shared is met at each place that uses it.
        where = change.sentence if change.pointer_old == change.pointer_new is None else None
        key = (change.kind, change.pointer_old, change.pointer_new, change.side, where)
        places[key] += 1
        found.setdefault(key, change)
    order = list(Kind)
    told = [
        replace(change, sentence=f"{change.sentence} (and so in {places[key] - 1} more places)")
        if places[key] > 1 else change
        for key, change in found.items()
    ]  # fmt: skip
    return sorted(told, key=lambda change: order.index(change.kind))
