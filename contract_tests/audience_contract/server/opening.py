"""Whether a server can be judged: a server that answers every request in the same way cannot."""

import re
from dataclasses import dataclass, field

from ..judging import Observation
from ..spec import Operation
from .send import UNREACHABLE
from .target import Target

_OF_REQUESTS = {400, 406, 411, 413, 414, 415, 417, 422, 431}
"""Statuses that blame the request, so a server is wrong to give them to a valid one; others may have any cause."""


ABSENT = frozenset({404, 405, 501})
"""Statuses by which a server says that it does not have an operation."""


@dataclass
class Opening:
    """A server's first answers to the requests of an operation.

    `valid` has the statuses of requests that should succeed, and `invalid` those of requests that lack something
    required; 0 stands for no answer.
    """

    target: Target
    operation: Operation
    valid: set[int] = field(default_factory=set)
    invalid: set[int] = field(default_factory=set)
    _allowed: set[str] = field(default_factory=set)
    _statuses: set[int] = field(default_factory=set)
    _troubles: set[str] = field(default_factory=set)
    first: Observation | None = None
    """The first exchange that had an answer: that of the smallest valid request, unless it got none."""

    def add(self, seen: Observation, *, valid: bool, invalid: bool) -> None:
        """Take an exchange into account; `valid` says that it should succeed, `invalid` that it lacks something."""
        request, status = seen.request, seen.status
        # A status for another method says nothing about this one.
        self._statuses |= {status} if request.method == self.operation.method else set()
        if seen.response and status == 405:
            own, allow = self.operation.method, ",".join(map(str, seen.response.values("allow")))
            allowed = set(re.findall("[A-Z]+", allow)) - {"OPTIONS", "HEAD"}
            documented = {*self.operation.spec.methods(request.target.partition("?")[0])}
            # Where Allow has no documented method, the path is served, but not as documented. If another method was
            # asked for and Allow has this one, the path is served as documented.
            is_served = not allowed & documented if request.method == own else own in allowed
            self._allowed |= allowed if is_served else set()
        self.valid |= {status} if valid else set()
        self.invalid |= {status} if invalid else set()
        self.first = self.first or (seen if seen.response else None)
        self._troubles.add(seen.trouble)

    @property
    def is_there(self) -> bool:
        """Whether an answer says more than that the operation, or what it is asked about, is not there."""
        return bool(self._statuses - ABSENT or self._allowed)

    @property
    def can_be_judged(self) -> bool:
        """Whether an answer to a valid request shows already that the server can be judged."""
        return any(0 < status < 300 or status in self._of_the_operation for status in self.valid)

    def absent(self, *, known: bool) -> int:
        """The status that says that the operation is not served at all; 0 if it may be served.

        Where no request was certainly valid, a refusal of credentials counts as a sign that the operation is served,
        but only of a server that is `known` to serve another operation.
        """
        if self._allowed:
            return 0
        said = (self.valid or self._statuses - (set() if known else {401, 403})) | self.invalid
        return min(said) if len(said) == 1 and said <= ABSENT else 0

    @property
    def why_not(self) -> str:
        """Why the server cannot be judged by its answers so far; "" if it can."""
        if all(trouble.startswith(UNREACHABLE) for trouble in self._troubles):
            return min(self._troubles, default="")
        if self.valid and self.valid <= {401, 403}:
            said = " or ".join(map(str, sorted(self.valid)))
            return f"{self.operation.id}: every valid request was answered {said}; are the credentials right?"
        if len(self._statuses) == 1 and min(self._statuses) >= 300 and not self._statuses <= self._of_the_operation:
            return f"{self.operation.id}: every request was answered {min(self._statuses)}, valid or not: {self.asked}"
        return ""

    @property
    def _of_the_operation(self) -> set[int]:
        """Statuses other than 2xx that show how the server treats the operation."""
        redirects = {int(code) for code in self.operation.node["responses"].value if re.fullmatch("3[0-9]{2}", code)}
        return _OF_REQUESTS | redirects

    @property
    def asked(self) -> str:
        """The method and URL that were asked for."""
        return f"{self.operation.method} {self.target.url}{self.operation.path}"
