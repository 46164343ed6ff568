"""Sends one attempt: over a connection of our own, or over a transport of the caller's."""

import sys
import time
from collections import deque
from collections.abc import AsyncIterator, Iterable, Iterator
from contextlib import suppress
from functools import cache, lru_cache, partial
from itertools import islice
from typing import Any

import httpx2

from .. import _checks, _observe
from .._errors import AudiencesError, ConfigurationError
from .._reason import UploadError
from .._request import Request
from .._secret import Secret
from .._sides import AsyncSide, DeadlineError, Flow, Side
from .._upload import Reader, Upload
from .connections import Connection, ConnectionSettings
from .proxies import origin, tls, written
from .quiet import quiet
from .trace import GRACE, AttemptTrace

_AT_ONCE = 16
"""Chunks of a file (64 KiB each) that a worker thread is asked for at once."""
_LONG = 0.1
"""Seconds after which the thread returns the chunks that it has read by then."""


class Body:
    """The body of a request, to be read once. It reports progress; on an event loop, its files are read in a thread."""

    def __init__(self, stream: Iterable[bytes], total: int | None, seen: AttemptTrace) -> None:
        self._stream, self._total, self._how = stream, total, seen.how
        self._sent, self._begun, self._dropped = 0, False, False

    def __iter__(self) -> Iterator[bytes]:
        chunks = self._chunks()
        while chunk := _some(chunks):
            yield chunk
            self._tell(chunk)

    async def __aiter__(self) -> AsyncIterator[bytes]:
        chunks = self._chunks()
        while chunk := await AsyncSide.work(lambda: _some(chunks), self._how.remaining):
            yield chunk
            self._tell(chunk)

    def _chunks(self) -> Iterator[bytes]:
        if self._begun:  # a caller's transport sends the request twice
            raise UploadError("the transport reads the file twice, and it would be empty now")
        self._begun = True
        return iter(self._stream)

    def _tell(self, chunk: bytes) -> None:
        self._sent += len(chunk)
        observer = self._how.on_progress
        raised = _observe.tell(observer, self._sent, self._total) if observer else None
        if raised and not self._dropped:  # an observer that fails does not end the call, and is logged once
            _observe.dropped("on_progress", raised)
            self._dropped = True


@cache
def body_class(library: Any) -> type[Body]:
    """The class for the requests of httpx or of httpx2, whose transports ask for streams of their own."""
    return type("Outgoing", (Body, library.SyncByteStream, library.AsyncByteStream), {})


def _some(chunks: Iterator[bytes]) -> bytes:
    end, some = time.monotonic() + _LONG, bytearray()
    for chunk in islice(chunks, _AT_ONCE):
        some += chunk
        if time.monotonic() > end:
            break
    return bytes(some)


_OURS = frozenset({"builtins", "socket", "ssl", "httpcore2", "httpx2", "h11", "anyio", "trio", "audiences"})
"""The packages whose exceptions an exchange over our own connections may raise."""
_KINDS = ("connect", "read", "write", "pool")

BlockingTransport = httpx2.BaseTransport
AsyncTransport = httpx2.AsyncBaseTransport


def check_transport(given: Any, *, awaits: bool) -> None:
    """Raises ConfigurationError for what is neither a transport nor None, and for a blocking transport where an
    asynchronous one is needed, or the reverse: a call would fail in the middle, with an unknown outcome.
    """
    if given is None:
        return
    name = "AsyncBaseTransport" if awaits else "BaseTransport"
    library: Any = _library(given)
    if not isinstance(given, getattr(library, name)):
        raise ConfigurationError(f"transport must be an httpx2.{name}, or an httpx.{name}")
    if isinstance(given, library.MockTransport):
        _checks.function("transport", given.handler, awaits=awaits)  # it is of both kinds, whatever its function is


class Sender:
    """Sends requests from threads or from event loops; with the latter, files are opened and read in worker threads.
    Nothing here is locked, so that no interrupt can leave a lock behind.
    """

    def __init__(self, side: Side, settings: ConnectionSettings, transport: Any) -> None:
        self._side: Any = side
        self._settings, self._transport = settings, transport
        self._idle = deque[Connection]()

    def send(self, given: Request, seen: AttemptTrace, *, reuse: bool) -> Flow[Exception | None]:
        """Send a request. `seen` is filled in on the way, so that after an interrupt it still says what is known.

        Returns what cut the exchange short. It is not raised, so that it is the context of no error: it may hold the
        request.
        """
        files, failure = _Files(), None
        transport = self._transport or self._mocked(given.url)
        proxy = None if self._transport else self._settings.proxies.get(origin(given.url))
        seen.to = " through ".join(map(written, map(origin, filter(None, (given.url, proxy)))))
        try:
            build = partial(_built, transport, given, seen, self._settings.user_agent, files, reuse=reuse)
            # A call that is over does not wait for a file that takes long to open.
            request = (yield self._side.work(build, seen.how.remaining)) if given.parts else build()
            seen.built = True
            if transport:
                yield from self._lent(transport, request, seen)
            else:
                yield from self._own(request, given.url, seen, reuse=reuse)
        except (AssertionError, AudiencesError):
            raise  # from a test's transport, for the test; or about wrong settings
        except Exception as error:
            if not self._transport and type(error).__module__.partition(".")[0] not in _OURS:
                raise  # it came into a call from elsewhere, as from a signal handler when a job takes too long
            failure = error.with_traceback(None)  # whatever a transport raises, the caller learns the outcome
        finally:
            files.close()
            if transport and transport is not self._transport:
                yield getattr(transport, self._side.close)()
        return failure

    def _own(self, request: Any, url: str, seen: AttemptTrace, *, reuse: bool) -> Flow[None]:
        kept = self._kept(url, reuse=reuse)
        connection = kept or Connection(self._side, url)
        whole, ending = False, seen.how.ending
        try:
            connection.serve(seen)
            if not kept:
                yield from connection.open(self._settings)
            whole = yield from connection.exchange(request)
        finally:
            ending.end_connection = None  # first: then it may be another call's
            # A connection is used again only where the answer was read to its end, and nothing interrupted this.
            self._idle.append(connection) if whole else connection.close()

    def _kept(self, url: str, *, reuse: bool) -> Connection | None:
        """An idle connection to the URL's origin. Those that are of no use any more are closed."""
        for _ in range(len(self._idle)):
            try:
                each = self._idle.popleft()  # no two threads get the same one
            except IndexError:
                break
            if each.is_stale:
                each.close()
            elif reuse and each.origin == origin(url):
                return each
            else:
                self._idle.append(each)
        return None

    def _lent(self, transport: Any, request: Any, seen: AttemptTrace) -> Flow[None]:
        """The exchange over a transport that is not ours."""
        side, pieces = self._side, None
        with side.until(seen.how.remaining) as scope, quiet():
            response = yield getattr(transport, side.handle)(request)
            end = time.monotonic() + max(seen.how.remaining, 0.0) + GRACE
            try:
                seen.head(response.status_code, tuple(response.headers.multi_items()))
                seen.unpacked = response.is_stream_consumed  # by the transport, which has unpacked the body
                if seen.unpacked:
                    seen.body(response.content)
                else:
                    pieces = side.iterate(response.stream)
                    while (piece := (yield side.following(pieces, None))) is not None and seen.body(piece):
                        if time.monotonic() > end:
                            raise DeadlineError  # a stream that never waits is never cancelled
            finally:
                for each in (pieces, response):
                    with suppress(Exception):  # all is known by now
                        yield getattr(each, side.close)()
        if scope.cancelled_caught:
            raise DeadlineError

    def _mocked(self, url: str) -> Any:
        """A transport of httpx2 while a respx router is active for httpcore2, so that it sees the call; else None.

        Raises ConfigurationError while one is active for another library only: a test's create would reach a server.
        """
        mocks = sys.modules.get("respx.mocks")
        active = {name for name, mocker in mocks.Mocker.registry.items() if mocker.routers} if mocks else ()
        if active and "httpcore2" not in active:
            raise ConfigurationError(
                'write respx.mock(using="httpcore2"), and install pytest-httpx2, which brings it: a respx router is '
                "active for another HTTP library than the one that sends here, so that this call would have reached "
                "the network"
            )
        if not active:
            return None
        proxy = self._settings.proxies.get(origin(url))
        pool = httpx2.AsyncHTTPTransport if self._side.awaits else httpx2.HTTPTransport
        return pool(verify=self._settings.tls or tls(), proxy=proxy, trust_env=False)

    def close(self) -> Flow[None]:
        """Close the idle connections; a call that goes on closes its own."""
        while self._idle:
            with suppress(IndexError):
                self._idle.pop().close()
        if self._transport:
            yield getattr(self._transport, self._side.close)()


def _library(transport: Any) -> Any:
    """httpx2, or httpx where the transport is one of its."""
    old = sys.modules.get("httpx")
    return old if old and isinstance(transport, old.BaseTransport | old.AsyncBaseTransport) else httpx2


class _Files:
    """The files of an attempt. A thread that opens one after the attempt is over closes it itself.

    It is no ExitStack, because after an interrupt one may keep its files open until the garbage is collected.
    """

    def __init__(self) -> None:
        self._open, self._over = list[Reader](), False

    def open(self, upload: Upload) -> Reader:
        reader = upload.open()
        self._open.append(reader)
        if self._over:
            reader.close()
        return reader

    def close(self) -> None:
        self._over = True
        for reader in self._open:
            reader.close()


def _built(transport: Any, request: Request, seen: AttemptTrace, user_agent: str, files: _Files, *, reuse: bool) -> Any:
    """The request with its secrets and its open files."""
    library = _library(transport)
    headers = {name: v.reveal() if isinstance(v, Secret) else v for name, v in request.headers.items()}
    headers |= {"User-Agent": user_agent, "Accept-Encoding": "identity"}
    if not reuse:
        headers["Connection"] = "close"
    body = request.body.reveal().encode() if isinstance(request.body, Secret) else request.body
    url = _parsed(library, request.url)
    parts = []
    for part in request.parts:
        content = part.content if isinstance(part.content, bytes) else files.open(part.content)
        parts.append((part.name, (part.filename, content, part.media_type)))
    left = max(seen.how.remaining, 0.001)
    # The transport's own time-out comes first and says what was waited for, such as a place in the caller's pool; a
    # cancellation at the deadline would not.
    sooner = left - min(0.1 * left, 0.1)
    built = library.Request(
        request.method,
        url,
        headers=headers,
        content=body,
        files=parts or None,
        extensions={"timeout": {kind: min(getattr(seen.how.timeouts, kind), sooner) for kind in _KINDS}},
    )
    if request.parts:
        length = built.headers.get("Content-Length")
        built.stream = body_class(library)(built.stream, int(length) if length else None, seen)
    return built


@lru_cache(64)
def _parsed(library: Any, url: str) -> Any:
    """A URL of the library. It is cached, because parsing takes a tenth of a call's time."""
    return library.URL(url)
