"""What the caller gets when the provider acted."""

from dataclasses import dataclass, field
from typing import Any

from ._as_json import as_json
from ._attempt import Attempt
from ._errors import Deviation
from ._outcome import Outcome, State
from ._response import Response


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """Proof that the provider acted on a call."""

    provider: str
    operation: str
    """The spec's operationId."""
    name: str | None = field(repr=False)
    """The audience's name, as sent; None where only its id was."""
    id: str | None
    """The provider's id of the audience, if it gave one."""
    operation_token: str | None
    """The token by which a provider that works asynchronously (Batch) can be asked for progress, if it gave one."""
    state: State
    empty: bool = False
    """True for a create that carried no members, or a file seen to have none: they have to be added by other means."""
    left_out: tuple[str, ...] = ()
    """The draft's fields that were not sent, because the provider cannot be told and the caller had them left out."""
    response: Response = field(repr=False)
    """The raw response."""
    model: Any = field(repr=False, hash=False)
    """The generated model of the response's body, or None for the reason in `model_problem`."""
    model_problem: str | None = None
    deviations: tuple[Deviation, ...] = field(default=(), repr=False)
    """Where the response leaves the effective spec: undocumented fields, new enum values, other types."""
    attempts: tuple[Attempt, ...] = field(default=(), repr=False)
    """Every attempt at the call; the last one is the one that succeeded."""
    filename: str | None = field(default=None, repr=False)
    """The name under which a file was sent: without its folders, and without white space around it."""
    warnings: tuple[str, ...] = ()
    """What looks wrong near the top of the file that was sent, or that it was not looked at: counts, numbers of rows
    and kinds, and nothing of its content. The rules are ours, and no row was left out.
    """

    def to_dict(self) -> dict[str, Any]:
        """What is known, as values of JSON, the audience's name among them; `--json` prints them."""
        names = ("provider", "outcome", "status", "request_id", "deviations", "name", "id", "operation_token", "state")
        known = as_json(self, *names, "empty", "left_out", "warnings")
        return known | {"seconds": round(self.elapsed, 3)} | as_json(self, "attempts", "filename")

    @property
    def outcome(self) -> Outcome:
        return Outcome.APPLIED

    @property
    def status(self) -> int:
        """The HTTP status."""
        return self.response.status

    @property
    def elapsed(self) -> float:
        """Seconds from sending to the end of the answer."""
        return self.response.elapsed

    @property
    def request_id(self) -> str | None:
        """The response's X-Request-Id, if any; no provider documents one."""
        return self.response.request_id
