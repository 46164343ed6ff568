"""What changed from one OpenAPI document to the next, and for whom that breaks something."""

from dataclasses import replace
from typing import Any

from ..translate import translated
from .change import Change, Kind, Side
from .operations import changes

__all__ = ["Change", "Kind", "Side", "compare"]


def compare(old: dict[str, Any], new: dict[str, Any]) -> list[Change]:
    """The changes, worst first; empty if the documents mean the same. Both must be valid OpenAPI 3.0 or 3.1.

    They are compared as `translated` gives them.
    """
    old, new = translated(old), translated(new)
    found: dict[tuple[object, ...], list[Change]] = {}
    for change in changes(old, new):
        # A shared component is met at each place that uses it, and its change is reported once.
        key = (change.kind, change.pointer_old, change.pointer_new, change.side)
        found.setdefault(key, []).append(change)
    order = list(Kind)
    return sorted(map(_told, found.values()), key=lambda change: order.index(change.kind))


def _told(same: list[Change]) -> Change:
    more = f" (and so in {len(same) - 1} more places)" if len(same) > 1 else ""
    return replace(same[0], sentence=f"{same[0].sentence}{more}")
