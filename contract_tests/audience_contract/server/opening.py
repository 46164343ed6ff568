"""Whether a server can be judged: one that answers everything in the same way tells nothing."""

import re
from dataclasses import dataclass, field

from ..judging import Observation
from ..spec import Operation
from .send import UNREACHABLE
from .target import Target

_OF_REQUESTS = {400, 406, 411, 413, 414, 415, 417, 422, 431}
"""Statuses that speak of the request, and so are wrong where it is right; all others may speak of anything."""


ABSENT = frozenset({404, 405, 501})
"""Statuses that a server has for an operation that it lacks."""


@dataclass
class Opening:
    """The first answers of a server. `valid` has the statuses of requests that should succeed, 0 for no answer.

    `incomplete` are those of requests that lack something which is required, and are no others.
    """

    target: Target
    operation: Operation
    valid: set[int] = field(default_factory=set)
    incomplete: set[int] = field(default_factory=set)
    _others: set[str] = field(default_factory=set)
    _statuses: set[int] = field(default_factory=set)
    _troubles: set[str] = field(default_factory=set)
    first: Observation | None = None
    """The first exchange, of the least request that is valid."""

    def add(self, seen: Observation, *, valid: bool, incomplete: bool) -> None:
        request, status = seen.request, seen.response.status if seen.response else 0
        # What is said of another method says nothing of this one.
        self._statuses |= {status} if request.method == self.operation.method else set()
        if seen.response and status == 405 and request.method == self.operation.method:
            # Where there are other methods only, the path is served, but not as documented.
            allowed = set(re.findall("[A-Z]+", ",".join(map(str, seen.response.values("allow"))))) - {"OPTIONS", "HEAD"}
            documented = self.operation.spec.methods(request.target.partition("?")[0])
            self._others |= allowed if not allowed & {*documented} else set()
        self.valid |= {status} if valid else set()
        self.incomplete |= {status} if incomplete else set()
        self.first = self.first or (seen if seen.response else None)
        self._troubles.add(seen.trouble)

    @property
    def can_be_judged(self) -> bool:
        """Whether what it says of a valid request tells that already."""
        return any(0 < status < 300 or status in _OF_REQUESTS for status in self.valid)

    def absent(self, *, known: bool) -> int:
        """The status that says that the operation is not served at all; 0 where it is.

        Of a server that is `known` to serve another one, a refusal of credentials speaks for this one, too, where no
        request was valid for certain.
        """
        if self._others:
            return 0
        said = (self.valid or self._statuses - (set() if known else {401, 403})) | self.incomplete
        return min(said) if len(said) == 1 and said <= ABSENT else 0

    @property
    def is_served(self) -> bool:
        """Whether that is known already."""
        return not self.valid <= ABSENT

    @property
    def why_not(self) -> str:
        """Why it cannot be judged, once it has answered; "" if it can."""
        if all(trouble.startswith(UNREACHABLE) for trouble in self._troubles):
            return min(self._troubles, default="")
        if self.valid and self.valid <= {401, 403}:
            said = " or ".join(map(str, sorted(self.valid)))
            return f"{self.operation.id}: every valid request was answered {said}; are the credentials right?"
        if len(self._statuses) == 1 and min(self._statuses) >= 300 and not self._statuses <= _OF_REQUESTS:
            return f"{self.operation.id}: every request was answered {min(self._statuses)}, valid or not: {self.asked}"
        return ""

    @property
    def asked(self) -> str:
        """What was asked for."""
        return f"{self.operation.method} {self.target.url}{self.operation.path}"
