"""Sends a run's requests, within its limits, and again where a server says that it is busy."""

import re
import time
from collections import Counter
from collections.abc import Callable, Collection, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from ..facts import Effect, facts_of
from ..judging import Observation
from ..messages import Request
from ..report import Finding
from ..spec import Operation
from .audiences import Audiences, NotOursError
from .send import NOT_SENT, PLAIN, UNREACHABLE, Sender, Wire
from .target import Target

CLEAN_UP, ONCE_MORE = "clean-up", "once more"
"""Phases after all others: what was created is removed, and what showed a finding is sent again."""
BUSY = frozenset({429, 503})
"""Statuses that say "later", and nothing about the request."""
_AT_ONCE = 4
"""Requests that may be on their way at once: fewer than the unanswered ones after which a server counts as gone."""
_TIMES = 5
"""How often a request is sent again, at most."""


class Enough(KeyboardInterrupt):
    """Ends what is under way at once; Hypothesis lets no other exception through."""


class UsedUp(Enough):
    """Ends what is under way for an operation that has had all of its requests."""


@dataclass(frozen=True)
class Options:
    """How a run is made.

    `seed` decides what is random; `run_id` is in all names and boundaries, one of letters and digits, drawn where none
    is given. `requests` is the most that are sent for each operation, those that make audiences for it among them; None
    without a limit. `seconds` is the most that the run takes, `timeout` seconds for each answer. `creates` is the most
    requests that may have created something, `rate` requests a second at most. `read_only` sends nothing but what only
    reads. `stop_first` ends at the first finding that is seen again and not `accepted`. With `strict`, advice counts.
    `keep` leaves at the server what was created. `patience` is how many seconds are waited at most for a server that
    says it is busy, where `seconds` does not say; and, five at most, in all for an audience that was just made, and is
    not found. `operations` are those that are judged, all that are served where none is named; `rules` those that are
    tried, all where none is named. `jobs` is how many requests are sent at once, where their order does not matter;
    nothing that is found depends on it. Raises ValueError for a run id that no name can have in it.
    """

    seed: int = 1
    run_id: str = ""
    requests: int | None = 400
    seconds: float | None = None
    timeout: float = 10.0
    creates: int | None = None
    rate: float | None = None
    read_only: bool = False
    stop_first: bool = False
    strict: bool = False
    accepted: Callable[[Finding], bool] = lambda _: False
    operations: Collection[str] = ()
    rules: Collection[str] = ()
    keep: bool = False
    patience: float = 60.0
    jobs: int = 1

    def __post_init__(self) -> None:
        if self.run_id and not re.fullmatch("[a-z0-9]{1,16}", self.run_id):
            raise ValueError("a run id has 1 to 16 small letters and digits")


class Courier:
    """Sends, counts, and raises Enough where a limit is reached; `sending` is called before each request, `busy` with
    each answer that says "later".

    `requests` counts what was sent, `waits` what was sent again; `created` counts the successes of creates, and
    `unclear` what may have created something all the same. `phase` is the run's.
    """

    def __init__(
        self,
        target: Target,
        options: Options,
        audiences: Audiences,
        sending: Callable[[], None],
        busy: Callable[[Operation, Observation], None],
    ) -> None:
        self._options, self._audiences, self._sending, self._busy = options, audiences, sending, busy
        self._sender = Sender(target.url, options.timeout, target.ca)
        self._started = time.monotonic()
        self._by_operation: Counter[str] = Counter()
        self._patience = min(options.patience, 5.0)
        self.created = self.unclear = self.waits = 0
        self.phase = ""
        self.limited = False
        """Whether an operation's own limit was reached."""

    @property
    def requests(self) -> int:
        """How many were sent."""
        return self._by_operation.total()

    def send(
        self, operation: Operation, request: Request, wire: Wire = PLAIN, of: Operation | None = None
    ) -> Observation:
        """The answer to a request; it counts as one of the operation `of` where it is made for that one."""
        self.before(operation, request, of)
        return self.patient(operation, request, self._sent(operation, request, wire), wire, of)

    def together(self, operation: Operation, asked: Sequence[tuple[Request, Wire]]) -> list[Observation]:
        """The first answers to requests that were counted, as many of them at once as is allowed."""

        def sent(one: tuple[Request, Wire]) -> Observation:
            return self._sent(operation, *one)

        if self._options.jobs == 1 or len(asked) == 1:
            return list(map(sent, asked))
        pool = ThreadPoolExecutor(self._options.jobs)
        try:
            return list(pool.map(sent, asked))
        finally:
            # An interrupt waits for nobody.
            pool.shutdown(wait=False, cancel_futures=True)

    def _sent(self, operation: Operation, request: Request, wire: Wire) -> Observation:
        return replace(self._sender.send(request, wire), operation=operation.id)

    @property
    def at_once(self) -> int:
        """How many requests may be on their way before the first of them is judged, whatever `jobs` is."""
        options = self._options
        one_by_one = options.creates is not None or options.rate or options.stop_first
        return 1 if one_by_one else _AT_ONCE

    def before(self, operation: Operation, request: Request, of: Operation | None = None) -> None:
        """Count a request that is about to be sent. Every one, whoever sends it, passes here; raises NotOursError."""
        if not self._audiences.may_leave(request):
            raise NotOursError
        options, creates = self._options, facts_of(operation).effect is Effect.CREATES
        if not self.is_late and self.is_used_up(of or operation):
            raise UsedUp
        if self.phase != CLEAN_UP and options.seconds is not None and self.seconds >= options.seconds:
            raise Enough(f"ended after {options.seconds:g} seconds, as told")
        if self.full and creates:
            unclear = ", or may have been" if self.unclear else ""
            raise Enough(f"ended when {options.creates} audiences had been created{unclear}, as told")
        if options.rate and self.requests:
            time.sleep(max(0.0, self.requests / options.rate - self.seconds))
        self._sending()
        self._by_operation[(of or operation).id] += 1

    @property
    def is_late(self) -> bool:
        """Whether the limit of requests to each operation does not hold: all other phases are over."""
        return self.phase in (CLEAN_UP, ONCE_MORE)

    def is_used_up(self, operation: Operation) -> bool:
        """Whether one more request would be too many for an operation."""
        most = self._options.requests
        used_up = most is not None and self._by_operation[operation.id] >= most
        self.limited |= used_up
        return used_up

    def patient(
        self,
        operation: Operation,
        request: Request,
        seen: Observation,
        wire: Wire = PLAIN,
        of: Operation | None = None,
    ) -> Observation:
        """The answer, or a later one where the server says that it is busy; what it may have created is counted."""
        self._count(operation, seen)
        for number in range(_TIMES):
            if seen.response is None or seen.response.status not in BUSY:
                break
            told = _told("".join(seen.response.values("retry-after")[:1]))
            pause = 0.1 * 4**number if told is None else told
            left = self._options.patience if self._options.seconds is None else self._options.seconds - self.seconds
            if pause > left:
                break
            self.waits += 1
            self._busy(operation, seen)
            seen = self._again(operation, request, wire, of, pause)
        return seen

    def until_found(self, operation: Operation, request: Request, seen: Observation) -> Observation:
        """The answer, or a later one: of an audience that was just made, it may take a while until it is found."""
        pause, before = 0.1, self._patience
        while seen.response is not None and seen.response.status == 404 and self._patience > 0:
            self._patience -= pause
            seen = self._again(operation, request, PLAIN, None, pause)
            pause *= 2
        # Only waiting in vain counts: there may be many audiences that are found in the end.
        self._patience = self._patience if seen.response is not None and seen.response.status == 404 else before
        return seen

    def _again(
        self, operation: Operation, request: Request, wire: Wire, of: Operation | None, pause: float
    ) -> Observation:
        time.sleep(pause)
        self.before(operation, request, of)
        seen = self._sent(operation, request, wire)
        self._count(operation, seen)
        return seen

    def _count(self, operation: Operation, seen: Observation) -> None:
        creates = facts_of(operation).effect is Effect.CREATES
        success = seen.response is not None and 200 <= seen.response.status < 300
        self.created += creates and success
        self.unclear += creates and not success and may_have_acted(seen)

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


def _told(after: str) -> float | None:
    """The seconds that a Retry-After asks for; None where it says nothing that can be read."""
    if after.isdecimal():
        return float(after)
    with suppress(ValueError, TypeError):
        return max(0.0, (parsedate_to_datetime(after) - datetime.now(UTC)).total_seconds())
    return None


def may_have_acted(seen: Observation) -> bool:
    """Whether a server may have done what it did not confirm: anything that is no clear refusal leaves that open."""
    if seen.response is None:
        return not seen.trouble.startswith((UNREACHABLE, NOT_SENT))
    status = seen.response.status
    # That a 503 with Retry-After did nothing is our reading; no provider says so.
    return not (400 <= status < 500 and status != 408) and not (status == 503 and seen.response.values("retry-after"))
