"""What objects of ours say as values of JSON."""

from collections.abc import Sequence
from dataclasses import asdict, is_dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any


def as_json(of: object, *names: str) -> dict[str, Any]:
    """The attributes of these names. Their values are JSON already, or objects of ours."""
    return {name: _value(getattr(of, name)) for name in names}


def _value(value: Any) -> Any:
    if isinstance(value, StrEnum):
        return str(value)
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, Sequence) and not isinstance(value, str):
        return [_value(each) for each in value]
    if to_dict := getattr(value, "to_dict", None):
        return to_dict()
    return asdict(value) if is_dataclass(value) and not isinstance(value, type) else value
