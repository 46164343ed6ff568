"""How a single call is made, and when it is repeated by itself."""

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
from ._sides import Ending, Side


@dataclass(frozen=True, slots=True)
class RetryPolicy:
    """How often a call is tried, and how long is waited in between. Times are in seconds.

    A create is repeated only where it is known to have had no effect: nothing was sent; the provider answered 429 with
    a Retry-After (seconds or a date), which no provider documents; or a 401 came, and the credential has changed since
    (once). A read is repeated after any failure to get an answer and any 408, 429 or 5xx. The deadline over all
    attempts is `Timeouts.total`; an attempt that would start after it is not made.

    Raises ConfigurationError for what is no number, or out of range.
    """

    attempts: int = 3
    """At most so many, the first included; 1 never repeats."""
    first_wait: float = 0.5
    """The wait before the second attempt. It doubles each time; each is shortened at random, by half at most."""
    max_wait: float = 8.0
    """The longest of these waits."""
    max_retry_after: float = 30.0
    """The longest Retry-After that is waited for. A longer one is raised, with `retry_after` on the error."""
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
        """The seconds before the next attempt, or None if there is none. `safe` calls have no effect to repeat."""
        if attempt >= self.attempts or not self.may_repeat(error, safe):
            return None
        if error.retry_after is None:
            return self.pause(attempt)
        if error.retry_after > self.max_retry_after:
            return None
        # At least as long as asked, and a little more at random, so that not all callers come back at the same moment.
        return error.retry_after + random.uniform(0, min(1.0, 0.1 * error.retry_after))  # noqa: S311

    def pause(self, attempt: int) -> float:
        """The seconds to wait after so many attempts, where the provider did not say how many."""
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
    """Seconds to wait: for a connection, between two reads, between two writes, and for a free place in the pool; and
    in total, over all attempts of a call and the waits between them. Only asynchronous calls can leave a file, a
    function for a secret or an asynchronous hook that makes them wait; a hook that blocks holds up both.

    Raises ConfigurationError for what is no number above zero, or more than a week.
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
        return given if isinstance(given, Timeouts) else cls(given, given, given, given, given)


@dataclass(frozen=True, slots=True)
class CallSettings:
    """How one call is made."""

    side: Side
    timeouts: Timeouts
    policy: RetryPolicy
    read_policy: RetryPolicy
    """The same for what only reads."""
    max_response_bytes: int
    on_progress: Callable[[int, int | None], object] | None
    deadline: float
    """On the monotonic clock."""
    reuse: bool
    """Whether a connection may be used that an earlier call has used."""
    ending: Ending
    extra_headers: Mapping[str, str]

    @property
    def remaining(self) -> float:
        """Seconds until the total time is over."""
        return self.deadline - time.monotonic()
