"""How a single call is made."""

import time
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass

from . import _checks
from ._policy import RetryPolicy
from ._sides import Ending, Side


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
