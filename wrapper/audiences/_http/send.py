"""Sends one attempt over a transport: ours, or one of the caller's."""

import sys
import threading
import time
from collections.abc import AsyncGenerator, Callable, Iterator
from contextlib import aclosing, suppress
from functools import lru_cache, partial
from typing import Any

import anyio
import anyio.to_thread
import httpx2

from .. import _checks
from .._errors import AudiencesError, ConfigurationError
from .._reader import Reader
from .._reason import UploadError
from .._response import Response
from .._secret import Secret
from .._steps import R
from .._upload import Upload
from .body import outgoing
from .connections import REUSE, TRACE, AsyncConnections, Connections, ConnectionSettings
from .quiet import quiet
from .trace import AttemptTrace, DeadlineError, Send

_OURS = frozenset({"builtins", "socket", "ssl", "httpcore2", "httpx2", "h11", "socksio", "anyio", "trio", "audiences"})
"""The packages of what goes wrong in an exchange over our own connections."""

BlockingTransport = httpx2.BaseTransport
AsyncTransport = httpx2.AsyncBaseTransport


def check_transport(given: Any, *, awaits: bool) -> None:
    """None is fine, too. Raises ConfigurationError for a transport of the other side: with it, a call would fail in the
    middle, and its outcome would be unknown.
    """
    if given is None:
        return
    name = "AsyncBaseTransport" if awaits else "BaseTransport"
    library: Any = _library(given)
    if not isinstance(given, getattr(library, name)):
        raise ConfigurationError(f"transport must be an httpx2.{name}, or an httpx.{name}")
    if isinstance(given, library.MockTransport):
        _checks.function("transport", given.handler, awaits=awaits)  # it is of both kinds, whatever its function is


class BlockingSender:
    """Sends from threads."""

    def __init__(self, way: ConnectionSettings, transport: BlockingTransport | None) -> None:
        self._way, self._own = way, transport is None
        self._transport: Any = transport or Connections(way)
        self._library = _library(self._transport)

    def send(self, step: Send) -> Response:
        """The answer, as far as it came. Raises the AudiencesError for none."""
        result = self._try(step)
        if isinstance(result, AudiencesError):
            raise result
        return result

    def _try(self, step: Send) -> Response | AudiencesError:
        """Either is returned, so that no exception with its request hangs on the error."""
        seen, files = step.seen, _Files()
        try:
            with quiet():
                request = _built(self._library, step, self._way, files)
                seen.built = True
                response = self._transport.handle_request(request)
                try:
                    for piece in _pieces(seen, response):
                        if not seen.body(piece):
                            break
                        if not self._own and seen.seconds(None) is None and seen.too_late:
                            raise DeadlineError
                finally:
                    with suppress(Exception):  # all is known by now
                        response.close()
        except (AssertionError, AudiencesError):
            raise  # a test's transport speaking to its test; what is wrong with the settings
        except Exception as error:
            if self._own and _is_foreign(error):
                raise
            return seen.result(error)  # whatever a transport raises, the caller learns the outcome
        finally:
            files.close()
        return seen.result()

    def close(self) -> None:
        self._transport.close()


class AsyncSender:
    """Sends from event loops; files are opened and read off them."""

    def __init__(self, way: ConnectionSettings, transport: AsyncTransport | None) -> None:
        self._way, self._own = way, transport is None
        self._transport: Any = transport or AsyncConnections(way)
        self._library = _library(self._transport)

    async def send(self, step: Send) -> Response:
        """The answer, as far as it came. Raises the AudiencesError for none."""
        result = await self._try(step)
        if isinstance(result, AudiencesError):
            raise result
        return result

    async def _try(self, step: Send) -> Response | AudiencesError:
        """See the blocking one."""
        seen = step.seen
        error: Exception | None = None
        # Connections of ours keep to the deadline themselves, and read what came before it.
        left = step.how.deadline - time.monotonic() if not self._own or step.request.parts else float("inf")
        scope = anyio.CancelScope(deadline=anyio.current_time() + left)
        try:
            with scope, quiet():
                await self._exchange(step)
        except (AssertionError, AudiencesError):
            raise  # a test's transport speaking to its test; what is wrong with the settings
        except Exception as raised:
            if self._own and _is_foreign(raised):
                raise
            error = raised  # whatever a transport raises, the caller learns the outcome
        result = partial(seen.result, DeadlineError() if scope.cancelled_caught else error)
        return (await aside(result)) if seen.large else result()

    async def _exchange(self, step: Send) -> None:
        seen, files = step.seen, _Files()
        try:
            build = partial(_built, self._library, step, self._way, files)
            # A call that is over does not wait for a file that takes long to open.
            parts = step.request.parts
            request = await anyio.to_thread.run_sync(build, abandon_on_cancel=True) if parts else build()
            seen.built = True
            response = await self._transport.handle_async_request(request)
            try:
                async with aclosing(_apieces(seen, response)) as pieces:
                    async for piece in pieces:
                        if not seen.body(piece):
                            break
                        if not self._own and seen.seconds(None) is None and seen.too_late:
                            raise DeadlineError  # a stream that never waits is never cancelled
            finally:
                with suppress(Exception):  # all is known by now
                    await response.aclose()
        finally:
            files.close()

    async def close(self) -> None:
        await self._transport.aclose()


def _is_foreign(error: Exception) -> bool:
    """Whether it came into a call from elsewhere, as what a signal handler raises does when a job takes too long."""
    return type(error).__module__.partition(".")[0] not in _OURS


def _library(transport: Any) -> Any:
    """httpx2, or httpx where the transport is one of its."""
    old = sys.modules.get("httpx")
    return old if old and isinstance(transport, old.BaseTransport | old.AsyncBaseTransport) else httpx2


class _Files:
    """The files of an attempt. A thread that opens one after the attempt is over closes it itself.

    No ExitStack: one in which an interrupt comes keeps its files open until the garbage is collected.
    """

    def __init__(self) -> None:
        self._open, self._over, self._guard = list[Reader](), False, threading.RLock()

    def open(self, upload: Upload) -> Reader:
        reader = upload.open()
        with self._guard:
            if not self._over:
                self._open.append(reader)
                return reader
        reader.close()
        raise UploadError("the call is over")

    def close(self) -> None:
        with self._guard:
            self._over = True
        for reader in self._open:
            reader.close()


def _built(library: Any, step: Send, way: ConnectionSettings, files: _Files) -> Any:
    """The request with its secrets and its open files."""
    request, how, t = step.request, step.how, step.how.timeouts
    left = max(how.deadline - time.monotonic(), 0.001)
    # Else a cancellation at the deadline would hide that a place in the caller's own pool was waited for until then.
    sooner = left - min(0.1 * left, 0.1)
    headers = {name: v.reveal() if isinstance(v, Secret) else v for name, v in request.headers.items()}
    headers |= {"User-Agent": way.user_agent, "Accept-Encoding": "identity"}
    if not step.reuse:
        headers["Connection"] = "close"
    parts = []
    for part in request.parts:
        content = part.content if isinstance(part.content, bytes) else files.open(part.content)
        parts.append((part.name, (part.filename, content, part.media_type)))
    timeouts = {"connect": min(t.connect, left), "read": min(t.read, left), "write": min(t.write, left)}
    built = library.Request(
        request.method,
        _parsed(library, request.url),
        headers=headers,
        content=request.body.reveal().encode() if isinstance(request.body, Secret) else request.body,
        files=parts or None,
        extensions={"timeout": timeouts | {"pool": min(t.pool, sooner)}, TRACE: step.seen, REUSE: step.reuse},
    )
    if request.parts:
        length = built.headers.get("Content-Length")
        built.stream = outgoing(library)(built.stream, int(length) if length else None, how.on_progress)
    return built


@lru_cache(64)
def _parsed(library: Any, url: str) -> Any:
    """Parsing takes a tenth of a call."""
    return library.URL(url)


def _pieces(seen: AttemptTrace, response: Any) -> Iterator[bytes]:
    """Those of the body, as they came. One that was read already, by a transport of the caller's, is unpacked."""
    seen.head(response.status_code, tuple(response.headers.multi_items()))
    if response.is_stream_consumed:
        seen.unpacked = True
        yield response.content
    else:
        yield from response.stream


async def _apieces(seen: AttemptTrace, response: Any) -> AsyncGenerator[bytes]:
    seen.head(response.status_code, tuple(response.headers.multi_items()))
    if response.is_stream_consumed:
        seen.unpacked = True
        yield response.content
    else:
        pieces = response.stream.__aiter__()
        try:
            async for piece in pieces:
                yield piece
        finally:
            if hasattr(pieces, "aclose"):
                await pieces.aclose()


async def aside(read: Callable[[], R]) -> R:
    """What an answer says, found out in a thread: no cancellation and no lack of free threads takes it away."""
    found: list[R] = []
    with anyio.CancelScope(shield=True):
        found.append(await anyio.to_thread.run_sync(read, limiter=anyio.CapacityLimiter(1)))
    return found.pop()
