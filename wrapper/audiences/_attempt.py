"""What became of one attempt at a call."""

from dataclasses import dataclass, field, fields
from datetime import datetime
from typing import Any

from ._as_json import as_json
from ._outcome import Outcome


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
