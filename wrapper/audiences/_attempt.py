"""What became of one attempt at a call, and how it is told as JSON, like every other result."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, field, fields, is_dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from ._outcome import Outcome


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


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    operation: str
    """The spec's operationId: that of the call, or of asking for the access token which it needs."""
    number: int
    """1 for the operation's first."""
    what: str
    """What happened, without names or the provider's words."""
    outcome: Outcome | None
    """None for a call that only reads."""
    started: datetime
    """When, in UTC."""
    elapsed: float
    """Seconds."""
    status: int | None
    """The HTTP status, if one was seen."""
    request_id: str | None = field(repr=False)
    """The response's X-Request-Id, if any."""
    failed: bool
    """Whether it gave an error."""

    def to_dict(self) -> dict[str, Any]:
        """The same as values of JSON."""
        return as_json(self, *(each.name for each in fields(self)))
