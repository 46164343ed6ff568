"""The options that every provider object takes."""

import math
import threading
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Generic, TypedDict, TypeVar

from ._errors import ConfigurationError
from ._wire import Request, Response

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Timeouts:
    """Seconds to wait: for a connection, between two reads, between two writes, and for a free place in the pool."""

    connect: float = 5.0
    read: float = 30.0
    write: float = 30.0
    pool: float = 5.0

    def __post_init__(self) -> None:
        for name, seconds in asdict(self).items():
            if not (isinstance(seconds, int | float) and 0 < seconds < math.inf):
                raise ConfigurationError(f"the {name} timeout must be a number of seconds above zero")


class Options(TypedDict, Generic[T], total=False):
    """Options of every provider object."""

    base_url: str
    """Instead of the spec's server; may hold the spec's variables, such as Batch's `{version}`."""
    timeout: Timeouts | float
    """Seconds for each kind of wait, or one number for all."""
    transport: T
    """An `httpx` transport that carries the bytes: the seam for tests (`httpx.MockTransport`), a proxy or a CA file
    (`httpx.HTTPTransport(proxy=..., verify=...)`). Proxy variables of the environment are not used."""
    on_request: Callable[[Request], None]
    """Called before a request is sent; if it raises, nothing is sent, and a NotSentError says so."""
    on_response: Callable[[Request, Response], None]
    """Called with every answer, before it is judged. What it raises is dropped: the answer comes first."""
    max_per_second: float
    """A limit of one's own on the calls of this object, over all its threads or tasks. Off by default."""


class Pace:
    """Spreads calls evenly over time."""

    def __init__(self, per_second: float | None) -> None:
        if per_second is not None and not (isinstance(per_second, int | float) and per_second > 0):
            raise ConfigurationError("max_per_second must be above zero")
        self._interval = 1 / per_second if per_second else 0.0
        self._lock = threading.Lock()
        self._next = 0.0

    def reserve(self) -> float:
        """Seconds to wait before the call that reserves now."""
        with self._lock:
            now = time.monotonic()
            start = max(now, self._next)
            self._next = start + self._interval
        return start - now
