"""What differs between two objects, in words."""

import json
from collections.abc import Mapping
from typing import Any

_LONGEST = 120


def differing(old: Any, new: Any) -> str:
    """Which keywords differ, with both values where they are short."""
    if not (isinstance(old, Mapping) and isinstance(new, Mapping)):
        return f"{_short(old)} → {_short(new)}"
    removed = {key: f"{_short(old[key])} is removed" for key in old if key not in new}
    added = {key: f"{_short(new[key])} is added" for key in new if key not in old}
    others = {key: f"{_short(old[key])} → {_short(new[key])}" for key in old if key in new and old[key] != new[key]}
    return ", ".join(f"{key} {said}" for key, said in sorted({**removed, **added, **others}.items()))


def _short(value: Any) -> str:
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"
