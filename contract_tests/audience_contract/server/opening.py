"""Whether a server can be judged: one that answers everything in the same way tells nothing."""

from dataclasses import dataclass, field

from ..judging import Observation
from ..messages import Request
from ..spec import Operation
from .send import UNREACHABLE
from .target import Target

_OF_REQUESTS = {400, 406, 411, 413, 414, 415, 417, 422, 431}
"""Statuses that speak of the request, and so are wrong where it is right; all others may speak of anything."""


@dataclass
class Opening:
    """The first answers of a server. `valid` has the statuses of requests that should succeed, 0 for no answer."""

    target: Target
    operation: Operation
    valid: set[int] = field(default_factory=set)
    _statuses: set[int] = field(default_factory=set)
    _troubles: set[str] = field(default_factory=set)
    first: Observation | None = None
    """A valid request, and the first answer to one."""

    def add(self, request: Request, seen: Observation, *, valid: bool) -> None:
        status = seen.response.status if seen.response else 0
        # What is said of another method says nothing of this one.
        self._statuses |= {status} if request.method == self.operation.method else set()
        self.valid |= {status} if valid else set()
        self.first = self.first or (seen if valid and seen.response else None)
        self._troubles.add(seen.trouble)

    @property
    def can_be_judged(self) -> bool:
        """Whether what it says of a valid request tells that already."""
        return any(0 < status < 300 or status in _OF_REQUESTS for status in self.valid)

    @property
    def why_not(self) -> str:
        """Why it cannot be judged, once it has answered; "" if it can."""
        if all(trouble.startswith(UNREACHABLE) for trouble in self._troubles):
            return min(self._troubles, default="")
        if self.valid and self.valid <= {401, 403}:
            said = " or ".join(map(str, sorted(self.valid)))
            return f"{self.operation.id}: every valid request was answered {said}; are the credentials right?"
        if len(self._statuses) == 1 and min(self._statuses) >= 300 and not self._statuses <= _OF_REQUESTS:
            asked = f"{self.operation.method} {self.target.url}{self.operation.path}"
            return f"{self.operation.id}: every request was answered {min(self._statuses)}, valid or not: {asked}"
        return ""
