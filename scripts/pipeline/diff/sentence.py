"""What differs between two objects, in words."""

import json
from collections.abc import Mapping
from typing import Any

_LONGEST = 120


def differing(old: Any, new: Any) -> str:
    """Which keywords differ, with both values where they are short."""
    if not (isinstance(old, Mapping) and isinstance(new, Mapping)):
        return f"{_short(old)} → {_short(new)}"
    told = []
    for key in sorted({*old, *new}):
        if old.get(key) == new.get(key) and (key in old) == (key in new):
            continue
        if key not in new:
            told.append(f"{key} {_short(old[key])} is removed")
        elif key not in old:
            told.append(f"{key} {_short(new[key])} is added")
        else:
            told.append(f"{key} {_short(old[key])} → {_short(new[key])}")
    return ", ".join(told)


def _short(value: Any) -> str:
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"
