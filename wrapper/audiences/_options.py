"""The options of provider objects and of single calls."""

import ssl
import time
from collections.abc import Awaitable, Callable, Mapping
from os import PathLike
from typing import Generic, TypedDict, TypeVar

from . import _checks
from ._call_settings import RetryPolicy, Timeouts
from ._errors import ConfigurationError
from ._lock import Lock
from ._outcome import Response
from ._request import Request

T = TypeVar("T")
MAX_BYTES = 8 * 1024 * 1024


class _Shared(TypedDict, total=False):
    timeout: Timeouts | float
    """Seconds for each kind of wait and in total, or one number for all."""
    max_response_bytes: int
    """The most bytes of an answer that are read, counted after decompression; 8 MiB by default."""
    on_progress: Callable[[int, int | None], object]
    """Called while a file is sent, with the number of bytes of the body that were sent, and the number of all its bytes
    (None if a file's length is not known); each attempt begins anew. It is not awaited. What it raises is dropped, and
    its type is logged once an attempt."""


class CallOptions(_Shared, total=False):
    """Options of one call, instead of those of the provider object."""

    policy: RetryPolicy
    """When this call is repeated automatically."""
    extra_headers: Mapping[str, str]
    """More headers of the request, such as one for tracing, but none that the library sets. Hooks see them, log records
    do not have them. They are no place for secrets."""


class Options(_Shared, Generic[T], total=False):
    """Options of every provider object."""

    base_url: str
    """The URL to use instead of the spec's server. It may hold the spec's variables, such as Batch's `{version}`."""
    allow_http: bool
    """Whether a base URL with plain http may name another host than this machine: credentials would go unencrypted."""
    create_policy: RetryPolicy
    """When a call that changes something is repeated automatically; `RetryPolicy()` by default."""
    read_policy: RetryPolicy
    """When a call that only reads, or asks for an access token, is repeated automatically; 5 attempts by default."""
    max_per_second: float
    """The most attempts per second of this object, over all its threads or tasks; those at a token endpoint do not
    count. No limit by default."""
    on_request: Callable[[Request], Awaitable[None] | None]
    """Called before each attempt; if it raises, nothing is sent, and a NotSentError says so. It may be asynchronous
    in `audiences.aio`."""
    on_response: Callable[[Request, Response], Awaitable[None] | None]
    """Called with every answer. What it raises is dropped, and its type is logged, so that no answer is lost."""
    reuse_connections: bool
    """Whether a call that changes something may go over a connection that an earlier call has used, which saves a
    handshake. Off by default: if the server closes it just then, the call's outcome is unknown; and a second answer
    that a server sends by mistake would be taken for this call's."""
    user_agent: str
    """The application's name, put before the library's own in the User-Agent header, e.g. `shop/2.1`."""
    verify: str | PathLike[str] | ssl.SSLContext
    """A file of CA certificates, or a TLS context, instead of the system's trust store."""
    proxy: str
    """A proxy's URL, or `"environment"`: what the variables HTTPS_PROXY, ALL_PROXY, NO_PROXY, ... say. By default
    they are not used."""
    allow_undocumented: bool
    """Whether calls may be made for a purpose that no page of the provider documents. Off by default."""
    transport: T
    """A transport of `httpx2` or `httpx` that carries the bytes: the seam for tests (`httpx2.MockTransport`). It brings
    its own `verify` and `proxy`, and the total time is only checked between two pieces of an answer."""


class Pace:
    """Spreads calls evenly over time."""

    def __init__(self, per_second: float | None) -> None:
        if per_second is not None and not (_checks.is_number(per_second) and per_second > 0):
            raise ConfigurationError("max_per_second must be a number above zero")
        self._interval = 1 / per_second if per_second else 0.0
        self._lock = Lock()
        self._next = 0.0

    def wait(self) -> float:
        """Take a turn and return 0, if it is time for one; otherwise return the seconds until then. A caller that waits
        holds no turn, so if it stops waiting, none is left unused.
        """
        with self._lock.held:
            left = self._next - (now := time.monotonic())
            if left <= 0:
                self._next = now + self._interval
            return max(0.0, left)
