"""Says in words what differs between two objects."""

import json
from collections.abc import Mapping
from typing import Any

from ..documents import ABSENT

_LONGEST = 120
_BEFORE = 30


def differing(old: Any, new: Any) -> str:
    """Which keywords differ, and how; long values are cut to the part that differs."""
    if not (isinstance(old, Mapping) and isinstance(new, Mapping)):
        return _changed(old, new)
    pairs = {key: (old.get(key, ABSENT), new.get(key, ABSENT)) for key in sorted({*old, *new})}
    return ", ".join(f"{key} {_changed(*pair)}" for key, pair in pairs.items() if pair[0] != pair[1])


def _changed(old: Any, new: Any) -> str:
    if ABSENT in (old, new):
        return f"{_short(old)} is removed" if new is ABSENT else f"{_short(new)} is added"
    if isinstance(old, list) and isinstance(new, list):
        gone, come = ([item for item in one if item not in other] for one, other in ((old, new), (new, old)))
        both = (("without", gone), ("with", come))
        parts = [f"{said} {_cut(', '.join(map(_text, some)))}" for said, some in both if some]
        return f"now {' and '.join(parts)}" if parts else "in another order"
    one, two = _text(old), _text(new)
    same = next((at for at, (a, b) in enumerate(zip(one, two, strict=False)) if a != b), 0)
    # Of the beginning that two long texts have in common, only the last few words are shown.
    start = same - _BEFORE if len(one) > _LONGEST and same > 2 * _BEFORE else 0
    return f"{_short(old, start)} → {_short(new, start)}"


def _short(value: Any, start: int = 0) -> str:
    return f"{'…' if start else ''}{_cut(_text(value)[start:])}"


def _cut(text: str) -> str:
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"


def _text(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)
