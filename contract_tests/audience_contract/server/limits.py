"""Sends a run's requests within its limits, and repeats those to which a server says that it is busy."""

import re
import time
from collections import Counter
from collections.abc import Callable, Collection, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from ..judging import Observation
from ..messages import Request
from ..mock.provider import facts_of
from ..report import Finding, counted
from ..spec import Operation
from .audiences import Audiences, NotOursError
from .send import BUSY, NOT_SENT, PLAIN, UNREACHABLE, Sender, Wire
from .target import Target

CLEAN_UP, ONCE_MORE = "clean-up", "once more"
"""The phases after all others: remove what was created, and send again what showed a finding."""
_PATIENCE = 5.0
"""About how many seconds the run waits at most for what may be shown late."""
_NOT_FOUND = 404
_REFUSALS = frozenset({400, _NOT_FOUND, 409, 422, 425})
"""Statuses by which a server may say that something cannot be changed yet."""
_AT_ONCE = 4
"""How many requests may be sent before the first is judged. It is below the number of unanswered requests after which
a server counts as gone."""
_TIMES = 5
"""How often, at most, a request is repeated when the server is busy."""


class RunEnded(KeyboardInterrupt):
    """Ends the current work at once. It is a KeyboardInterrupt because Hypothesis lets no other exception through."""


class UsedUp(RunEnded):
    """Ends the current work on an operation that has used up its requests."""


@dataclass(frozen=True)
class Options:
    """The options of a run. Raises ValueError for a `run_id` that is not 1 to 16 small letters and digits.

    - `seed`: the seed of what is random.
    - `run_id`: a text of small letters and digits in all names and boundaries; drawn at random if "".
    - `requests`: the most requests for each operation, with those that make audiences for it; None for no limit.
    - `seconds`: the longest time that the run may take; None for no limit.
    - `timeout`: the seconds to wait for each answer.
    - `creates`: the most requests that may have created something; None for no limit.
    - `rate`: the most requests a second; None for no limit.
    - `read_only`: send only requests that read.
    - `stop_first`: end at the first finding that is seen again and not `accepted`.
    - `strict`: advice counts as well.
    - `accepted`: tells whether a finding is already known, and so does not count.
    - `operations`: the ids of the operations to judge; if empty, all that the server has.
    - `rules`: the rules to try; all if empty.
    - `keep`: leave at the server what the run has created.
    - `patience`: the longest pause, in seconds, for a server that says it is busy, if `seconds` is None. It also
      limits, to 5 seconds at most, how long a run waits in vain for audiences that were just made and are not found.
    - `jobs`: how many requests are sent at once where their order does not matter; the findings do not depend on it.
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


class LimitedSender:
    """Sends and counts requests, and raises RunEnded when a limit is reached.

    It calls `sending` before each request, and `busy` with each answer that means "later". `requests` counts all that
    was sent, and `waits` the repeats to a busy server. `created` counts the creates that succeeded, and `unclear` other
    creates that may have created something. `phase` is the phase of the run.
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
        self._patience = min(options.patience, _PATIENCE)
        self.created = self.unclear = self.waits = 0
        self.phase = ""
        self.limited = False
        """Whether an operation's own limit was reached."""

    @property
    def requests(self) -> int:
        """How many requests were sent."""
        return self._by_operation.total()

    def send(
        self, operation: Operation, request: Request, wire: Wire = PLAIN, of: Operation | None = None
    ) -> Observation:
        """Send a request, and return the exchange. It counts for the operation `of`, if that is what it is sent for."""
        self.check_and_count(operation, request, of)
        return self.repeated_if_busy(operation, self._sent(operation, request, wire), wire, of)

    def send_all(self, operation: Operation, asked: Sequence[tuple[Request, Wire]]) -> list[Observation]:
        """Send requests that were counted before, at most `jobs` at once, and return their exchanges, in order."""

        def sent(one: tuple[Request, Wire]) -> Observation:
            return self._sent(operation, *one)

        if self._options.jobs == 1 or len(asked) == 1:
            return list(map(sent, asked))
        pool = ThreadPoolExecutor(self._options.jobs)
        try:
            return list(pool.map(sent, asked))
        finally:
            # An interrupt must not wait for the answers that are still missing.
            pool.shutdown(wait=False, cancel_futures=True)

    def _sent(self, operation: Operation, request: Request, wire: Wire) -> Observation:
        return replace(self._sender.send(request, wire), operation=operation.id)

    @property
    def at_once(self) -> int:
        """How many requests may be sent before the first of them is judged; `jobs` does not change it."""
        options = self._options
        one_by_one = options.creates is not None or options.rate or options.stop_first
        return 1 if one_by_one else _AT_ONCE

    def check_and_count(self, operation: Operation, request: Request, of: Operation | None = None) -> None:
        """Check and count a request before it is sent, and wait if `rate` asks for that. Every request passes here.

        Raises NotOursError if the request must not be sent, UsedUp if its operation has used up its requests,
        and RunEnded if another limit is reached.
        """
        if not self._audiences.may_be_sent(request):
            raise NotOursError("a request could change what this run has not made")
        options, creates = self._options, facts_of(operation).creates
        counted_for = (of or operation).id
        if not self.is_late and options.requests is not None and self._by_operation[counted_for] >= options.requests:
            self.limited = True
            raise UsedUp
        if self.phase != CLEAN_UP and options.seconds is not None and self.seconds >= options.seconds:
            raise RunEnded(f"ended at the limit of {options.seconds:g} seconds")
        if creates and not self.may_create(on_purpose=False):
            unclear = ", some of which may not exist" if self.unclear else ""
            raise RunEnded(f"ended at the limit of {counted(options.creates or 0, 'audience')}{unclear}")
        if options.rate and self.requests:
            time.sleep(max(0.0, self.requests / options.rate - self.seconds))
        self._sending()
        self._by_operation[counted_for] += 1

    @property
    def is_late(self) -> bool:
        """Whether all other phases are over, so that the limit of requests for each operation no longer holds."""
        return self.phase in (CLEAN_UP, ONCE_MORE)

    def repeated_if_busy(
        self, operation: Operation, seen: Observation, wire: Wire = PLAIN, of: Operation | None = None
    ) -> Observation:
        """The exchange, or a later one if the server says that it is busy. Counts what each may have created."""
        self._count(operation, seen)
        for number in range(_TIMES):
            if seen.response is None or seen.status not in BUSY:
                break
            asked_for = _retry_after("".join(seen.response.values("retry-after")[:1]))
            pause = 0.1 * 4**number if asked_for is None else asked_for
            left = self._options.patience if self._options.seconds is None else self._options.seconds - self.seconds
            if pause > left:
                break
            self.waits += 1
            self._busy(operation, seen)
            seen = self._again(operation, seen.request, pause, wire, of)
            self._count(operation, seen)
        return seen

    def repeated_while(
        self, operation: Operation, seen: Observation, is_early: Callable[[Observation], object] | None = None
    ) -> Observation:
        """The exchange, or a later one: what was just made or changed may take a while until it is shown.

        Unless `is_early` says otherwise, a read is early that finds nothing, and a change is that is refused: no
        document says that an audience can be changed at once.
        """
        early = {_NOT_FOUND} if facts_of(operation).reads else _REFUSALS
        is_early = is_early or (lambda seen: seen.status in early)
        pause, left = 0.1, self._patience if seen.status in _REFUSALS else min(self._options.patience, _PATIENCE)
        while is_early(seen) and left > 0:
            left -= pause
            seen = self.repeated_if_busy(operation, self._again(operation, seen.request, pause))
            pause *= 2
        # Only a wait in vain uses up the patience: many audiences may each be found after a short wait.
        self._patience = left if seen.status in _REFUSALS else self._patience
        return seen

    def _again(
        self, operation: Operation, request: Request, pause: float, wire: Wire = PLAIN, of: Operation | None = None
    ) -> Observation:
        time.sleep(pause)
        self.check_and_count(operation, request, of)
        return self._sent(operation, request, wire)

    def _count(self, operation: Operation, seen: Observation) -> None:
        creates = facts_of(operation).creates
        self.created += creates and seen.is_success
        self.unclear += creates and not seen.is_success and may_have_acted(seen)

    @property
    def seconds(self) -> float:
        """The seconds since the run began."""
        return time.monotonic() - self._started

    def may_create(self, *, on_purpose: bool = True) -> bool:
        """Whether more may be created; the last creation is kept for one that is not `on_purpose`, but a mistake."""
        limit = self._options.creates
        return limit is None or self.created + self.unclear < (max(limit - 1, 1) if on_purpose else limit)


def _retry_after(after: str) -> float | None:
    """The seconds that a Retry-After header asks for; None if it cannot be read."""
    if after.isdecimal():
        return float(after)
    with suppress(ValueError, TypeError):
        return max(0.0, (parsedate_to_datetime(after) - datetime.now(UTC)).total_seconds())
    return None


def may_have_acted(seen: Observation) -> bool:
    """Whether a server may have done what was asked: true for anything but a clear refusal."""
    if seen.response is None:
        return not seen.trouble.startswith((UNREACHABLE, NOT_SENT))
    status = seen.response.status
    # That a server did nothing if it answers 503 with Retry-After is our own reading; no provider says so.
    return not (400 <= status < 500 and status != 408) and not (status == 503 and seen.response.values("retry-after"))
