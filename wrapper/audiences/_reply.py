"""The results of `ensure` and of `request`."""

from dataclasses import dataclass, field
from typing import Any, Generic

from ._attempt import Attempt, as_json
from ._changed import Changed
from ._errors import Deviation
from ._outcome import Outcome
from ._record import Model, Receipt, Record, Reference
from ._response import Response


@dataclass(frozen=True, slots=True, kw_only=True)
class Ensured(Generic[Model]):
    """An audience that is there: found, or else created."""

    provider: str
    name: str = field(repr=False)
    record: Record | None = None
    """What the provider says of it, where it was found."""
    receipt: Receipt[Model] | None = None
    """That of the call that created it, where it was not."""

    @property
    def is_new(self) -> bool:
        """Whether it was created."""
        return self.receipt is not None

    @property
    def outcome(self) -> Outcome:
        """*applied* where it was created; *not_sent* where it was found, so that nothing had to be changed."""
        return Outcome.APPLIED if self.is_new else Outcome.NOT_SENT

    def to_dict(self) -> dict[str, Any]:
        """What is known, as values of JSON, the audience's name among them."""
        found = self.receipt or self.record
        return {"is_new": self.is_new, **(found.to_dict() if found else {})}


Audiences = str | Receipt | Record | Changed | Ensured | Reference
"""What every verb takes for an audience; a text is a name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """What a call answered that was made with `request`."""

    provider: str
    operation: str
    """The spec's operationId."""
    outcome: Outcome | None
    """None of a call that only reads."""
    value: Any = field(repr=False, hash=False)
    """The body's JSON; None where it has none, or cannot be read."""
    response: Response = field(repr=False)
    """The raw response."""
    deviations: tuple[Deviation, ...] = field(default=(), repr=False)
    """Where the response leaves the effective spec."""
    attempts: tuple[Attempt, ...] = field(default=(), repr=False)

    def to_dict(self) -> dict[str, Any]:
        """What is known, as values of JSON."""
        known = as_json(self, "provider", "operation", "outcome", "deviations", "attempts")
        return known | {"status": self.response.status, "value": self.value}
