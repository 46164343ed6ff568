"""Sends a run's requests, within its limits, and again where a server says that it is busy."""

import time
from collections.abc import Callable
from dataclasses import dataclass

from ..judging import Observation
from ..report import Finding, counted
from .cases import Case
from .engine import Enough
from .send import NOT_SENT, UNREACHABLE, Sender
from .target import Target

BUSY = frozenset({429, 503})
"""Statuses that say "later", and nothing about the request."""


@dataclass(frozen=True)
class Options:
    """How a run is made.

    `seed` decides what is random; `requests` is the most that are sent, None without a limit; `seconds` the most that
    the run takes; `timeout` seconds for each answer. `creates` is the most requests that may have created something,
    `rate` requests a second at most.
    `read_only` sends nothing but safe methods. `stop_first` ends at the first finding that is not `accepted`.
    `patience` is how many seconds are waited at most, twice, for a server that says it is busy.
    """

    seed: int = 1
    requests: int | None = 1000
    seconds: float | None = None
    timeout: float = 10.0
    creates: int | None = None
    rate: float | None = None
    read_only: bool = False
    stop_first: bool = False
    accepted: Callable[[Finding], bool] = lambda _: False
    patience: float = 5.0


class Courier:
    """Sends, counts, and raises Enough where a limit is reached; `sending` is called before each request.

    `requests` counts what was sent, `waits` what was sent again; `created` counts the successes, and `unclear` what may
    have created something all the same.
    """

    def __init__(self, target: Target, options: Options, sending: Callable[[], None]) -> None:
        self._options, self._sending = options, sending
        self._sender = Sender(target.url, options.timeout)
        self._started = time.monotonic()
        self.requests = self.created = self.unclear = self.waits = 0

    def send(self, case: Case) -> Observation:
        """The answer to a case."""
        self.before()
        return self.patient(case, self._sender.send(case.request, case.wire))

    def before(self, *, may_create: bool = False) -> None:
        """Count a request that is about to be sent."""
        options = self._options
        if may_create and self.spent:
            raise Enough
        if options.requests is not None and self.requests >= options.requests:
            raise Enough(f"ended after {counted(options.requests, 'request')}, as told")
        if options.seconds is not None and self.seconds >= options.seconds:
            raise Enough(f"ended after {options.seconds:g} seconds, as told")
        if self.full:
            unclear = ", or may have been" if self.unclear else ""
            raise Enough(f"ended when {options.creates} audiences had been created{unclear}, as told")
        if options.rate and self.requests:
            time.sleep(max(0.0, self.requests / options.rate - self.seconds))
        self._sending()
        self.requests += 1

    def reserve(self, requests: int) -> bool:
        """Count requests that somebody else is about to send; False if that would be too many."""
        if self._options.requests is not None and self.requests + requests > self._options.requests:
            return False
        self.requests += requests
        return True

    def patient(self, case: Case, seen: Observation) -> Observation:
        """The answer, or a later one where the server says that it is busy; what it may have created is counted."""
        self._count(seen)
        for number in range(2):
            if seen.response is None or seen.response.status not in BUSY:
                break
            self.waits += 1
            told = "".join(seen.response.values("retry-after")[:1])
            time.sleep(min(self._options.patience, float(told) if told.isdecimal() else 0.1 * 4**number))
            self.before()
            seen = self._sender.send(case.request, case.wire)
            self._count(seen)
        return seen

    def _count(self, seen: Observation) -> None:
        success = seen.response is not None and 200 <= seen.response.status < 300
        self.created += success
        self.unclear += not success and _may_have_acted(seen)

    @property
    def seconds(self) -> float:
        """Since the run began."""
        return time.monotonic() - self._started

    @property
    def full(self) -> bool:
        """Whether nothing more may be created, not even by mistake."""
        return self._options.creates is not None and self.created + self.unclear >= self._options.creates

    @property
    def spent(self) -> bool:
        """Whether no more may be created on purpose; one is kept for what a server takes by mistake."""
        most = self._options.creates
        return most is not None and self.created + self.unclear >= max(most - 1, 1)


def _may_have_acted(seen: Observation) -> bool:
    """Whether a server may have done what it did not confirm: anything that is no clear refusal leaves that open."""
    if seen.response is None:
        return not seen.trouble.startswith((UNREACHABLE, NOT_SENT))
    status = seen.response.status
    # That a 503 with Retry-After did nothing is our reading; no provider says so.
    return not (400 <= status < 500 and status != 408) and not (status == 503 and seen.response.values("retry-after"))
