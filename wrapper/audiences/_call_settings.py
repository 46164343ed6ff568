"""The settings of a single call: its time limits, and when it is repeated automatically."""

import random
import time
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass

from . import _checks
from ._errors import (
    AudiencesError,
    ConfigurationError,
    NotSentError,
    RateLimitedError,
    UnavailableError,
    UnknownOutcomeError,
)
from ._outcome import Outcome
from ._sides import Ending, Flow, Side

_LOOK = 0.05
"""Seconds between two checks whether a waiting call was ended."""


@dataclass(frozen=True, slots=True)
class RetryPolicy:
    """How often a call is tried, and how long the waits between the attempts are. Times are in seconds.

    A create is repeated only where it is known to have had no effect: nothing was sent; the provider answered 429 with
    a Retry-After (seconds or a date), which no provider documents; or it answered 401, and the credential has changed
    since (one repeat). A read is repeated after any failure to get an answer, and after any 408, 429 or 5xx.
    `Timeouts.total` limits all attempts together; an attempt that would start after it is not made.

    Raises ConfigurationError for a value of another type, or out of range.
    """

    attempts: int = 3
    """The most attempts, the first one included; 1 means no repeat."""
    first_wait: float = 0.5
    """The wait before the second attempt. Each later wait is twice as long as the one before, up to `max_wait`; each is
    shortened at random, by half at most."""
    max_wait: float = 8.0
    """The longest of these waits."""
    max_retry_after: float = 30.0
    """The longest Retry-After that the call waits for. After a longer one, the error is raised; its `retry_after` has
    the seconds."""
    on_unavailable: bool = False
    """Whether a create is also repeated after a 503 with Retry-After. The provider has probably not acted then, but no
    document says so."""

    def __post_init__(self) -> None:
        _checks.count("attempts", self.attempts)
        for name in ("first_wait", "max_wait", "max_retry_after"):
            _checks.seconds(name, getattr(self, name), above_zero=False)
        _checks.truth("on_unavailable", self.on_unavailable)

    @classmethod
    def of(cls, given: object, name: str) -> "RetryPolicy":
        if not isinstance(given, cls):
            raise ConfigurationError(f"{name} must be a RetryPolicy")
        return given

    def wait(self, error: AudiencesError, attempt: int, *, safe: bool) -> float | None:
        """The seconds before the next attempt, or None if there is none. A `safe` call only reads."""
        if attempt >= self.attempts or not self.may_repeat(error, safe):
            return None
        if error.retry_after is None:
            return self.pause(attempt)
        if error.retry_after > self.max_retry_after:
            return None
        # At least as long as asked, and a little more at random, so that not all callers come back at the same moment.
        return error.retry_after + random.uniform(0, min(1.0, 0.1 * error.retry_after))  # noqa: S311

    def pause(self, attempt: int) -> float:
        """The seconds to wait after this many attempts, where the provider did not say how long to wait."""
        return min(self.max_wait, self.first_wait * 2.0 ** min(attempt - 1, 1000)) * random.uniform(0.5, 1)  # noqa: S311

    def may_repeat(self, error: AudiencesError, safe: bool) -> bool:
        if isinstance(error, NotSentError):
            return True
        if safe:
            unanswered = isinstance(error, UnknownOutcomeError) and error.status in (None, 408)
            return unanswered or isinstance(error, RateLimitedError | UnavailableError)
        if isinstance(error, UnavailableError):
            return self.on_unavailable and error.outcome is Outcome.REJECTED
        return isinstance(error, RateLimitedError) and error.retry_after is not None


CREATES = RetryPolicy()
READS = RetryPolicy(attempts=5)


@dataclass(frozen=True, slots=True)
class Timeouts:
    """Time limits in seconds: for a connection, between two reads, between two writes, for a free place in the pool of
    a `transport`, and in total, over all attempts of a call and the waits between them.

    A file, a function for a secret or an asynchronous hook may take longer than the total time: an asynchronous call
    then ends without it, a blocking call has to wait for it. A hook that blocks holds up both.

    Raises ConfigurationError for anything but a number above zero, of a week at most.
    """

    connect: float = 5.0
    read: float = 30.0
    write: float = 30.0
    pool: float = 5.0
    total: float = 300.0

    def __post_init__(self) -> None:
        for name, seconds in asdict(self).items():
            _checks.seconds(f"the {name} timeout", seconds, above_zero=True)

    @classmethod
    def of(cls, given: "Timeouts | float") -> "Timeouts":
        return given if isinstance(given, Timeouts) else cls(*[_checks.seconds("timeout", given, above_zero=True)] * 5)


@dataclass(frozen=True, slots=True)
class CallSettings:
    """Everything that decides how one call is made."""

    side: Side
    timeouts: Timeouts
    policy: RetryPolicy
    read_policy: RetryPolicy
    """The policy for operations that only read."""
    max_response_bytes: int
    on_progress: Callable[[int, int | None], object] | None
    deadline: float
    """On the monotonic clock."""
    reuse: bool
    """Whether the call may go over a connection that an earlier call has used."""
    ending: Ending
    extra_headers: Mapping[str, str]

    @property
    def remaining(self) -> float:
        """Seconds until the total time is over."""
        return self.deadline - time.monotonic()

    def sleep(self, seconds: float) -> Flow[None]:
        """Wait for the seconds, or until the call is ended."""
        end = time.monotonic() + seconds
        while (left := end - time.monotonic()) > 0 and not self.ending.over:
            yield self.side.pause(min(left, _LOOK))
