"""The one place that knows httpx: sends a prepared request once, reads a bounded answer, and tells what happened."""

import ssl
import threading
import time
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, ExitStack, suppress
from dataclasses import asdict
from functools import cache
from typing import Any

import anyio.lowlevel
import anyio.to_thread
import httpx

from ._errors import AudiencesError, NotSentError, UnknownOutcomeError
from ._options import Timeouts
from ._secret import Secret
from ._version import __version__
from ._wire import Headers, Request, Response

BlockingTransport = httpx.BaseTransport
AsyncTransport = httpx.AsyncBaseTransport
_LOCK = threading.Lock()
"""Held while a client is made or given up: one for all threads, and one TLS context for all."""
MAX_BYTES = 8 * 1024 * 1024
"""The most that is read of an answer, decompressed, in bytes."""
_NEVER_LEFT = (
    httpx.ConnectError,
    httpx.ConnectTimeout,
    httpx.PoolTimeout,
    httpx.ProxyError,
    httpx.UnsupportedProtocol,
    httpx.LocalProtocolError,
    httpx.InvalidURL,
    UnicodeError,
)


class _Exchange:
    """What was seen of one exchange. httpcore reports its progress to `trace`; other transports do not."""

    def __init__(self) -> None:
        self.begun = time.monotonic()
        self.built = self.tunnel = self.head_sent = False
        self.body = bytearray()
        self.problem: str | None = None

    def trace(self, event: str, info: Mapping[str, Any]) -> None:
        if event.endswith("send_request_headers.started"):
            # Asking a proxy for a tunnel is not yet the request.
            self.tunnel = info["request"].method == b"CONNECT"
        elif event.endswith("send_request_headers.complete"):
            self.head_sent = not self.tunnel

    async def atrace(self, event: str, info: Mapping[str, Any]) -> None:
        self.trace(event, info)

    def failure(self, error: Exception) -> AudiencesError:
        """The error without what may hold secrets: neither the exception's text, nor the exception itself."""
        if not self.built:
            return NotSentError(f"nothing to send: {_reason(error)}")  # e.g. the file is gone
        if not self.head_sent and (self.tunnel or isinstance(error, _NEVER_LEFT)):
            return NotSentError(f"no connection: {_reason(error)}")
        return UnknownOutcomeError(f"no answer: {_reason(error)}")

    def take(self, chunk: bytes) -> bool:
        """Whether there is room for more."""
        self.body += chunk[: MAX_BYTES - len(self.body) + 1]
        if len(self.body) > MAX_BYTES:
            self.problem = f"more than {MAX_BYTES} bytes"
        return self.problem is None

    def response(self, response: httpx.Response) -> Response:
        headers = Headers(tuple(response.headers.multi_items()))
        elapsed = time.monotonic() - self.begun
        return Response(response.status_code, headers, bytes(self.body), self.problem, elapsed)


class BlockingSender:
    """Sends from threads. The client is made at the first call, once for all threads."""

    def __init__(self, timeouts: Timeouts, transport: BlockingTransport | None) -> None:
        self._options = _options(timeouts, transport)
        self._client: httpx.Client | None = None

    def send(self, request: Request) -> Response:
        client = self._open()
        seen = _Exchange()
        with ExitStack() as files:
            response = self._start(client, request, files, seen)
            if isinstance(response, AudiencesError):
                raise response
            try:
                for chunk in response.iter_bytes():
                    if not seen.take(chunk):
                        break
            except Exception as error:  # noqa: BLE001  # the status is known, and is not lost
                seen.problem = _reason(error)
            finally:
                with suppress(Exception):  # all is known by now
                    response.close()
        return seen.response(response)

    def _start(
        self, client: httpx.Client, request: Request, files: ExitStack, seen: _Exchange
    ) -> httpx.Response | AudiencesError:
        """The response, its body unread, or an error: returned, so that no exception with its request hangs on it."""
        try:
            built = _build(client, request, files, seen.trace)
            seen.built = True
            return client.send(built, stream=True)
        except AssertionError:
            raise  # a test's transport speaking to its test
        except Exception as error:  # noqa: BLE001  # whatever a transport raises, the caller learns the outcome
            return seen.failure(error)

    def _open(self) -> httpx.Client:
        with _LOCK:
            self._client = self._client or httpx.Client(**_with_tls(self._options))
            return self._client

    def close(self) -> None:
        with _LOCK:
            client, self._client = self._client, None
        if client is not None:
            client.close()


class AsyncSender:
    """Sends from an event loop; files are opened and read off it."""

    def __init__(self, timeouts: Timeouts, transport: AsyncTransport | None) -> None:
        self._options = _options(timeouts, transport)
        self._client: httpx.AsyncClient | None = None
        self._loop: object = None

    async def send(self, request: Request) -> Response:
        # Making the first client takes tens of milliseconds, most of them for TLS.
        loop = anyio.lowlevel.current_token()
        client = self._client if loop == self._loop else None
        if client is None:
            client = await anyio.to_thread.run_sync(self._open, loop)
        seen = _Exchange()
        async with AsyncExitStack() as files:
            response = await self._start(client, request, files, seen)
            if isinstance(response, AudiencesError):
                raise response
            try:
                async for chunk in response.aiter_bytes():
                    if not seen.take(chunk):
                        break
            except Exception as error:  # noqa: BLE001  # the status is known, and is not lost
                seen.problem = _reason(error)
            finally:
                with suppress(Exception):  # all is known by now
                    await response.aclose()
        return seen.response(response)

    async def _start(
        self, client: httpx.AsyncClient, request: Request, files: AsyncExitStack, seen: _Exchange
    ) -> httpx.Response | AudiencesError:
        """See the blocking one."""
        try:
            built = await anyio.to_thread.run_sync(_build, client, request, files, seen.atrace)
            if request.parts:
                built.stream = _OffLoop(built.stream)
            seen.built = True
            return await client.send(built, stream=True)
        except AssertionError:
            raise  # a test's transport speaking to its test
        except Exception as error:  # noqa: BLE001  # whatever a transport raises, the caller learns the outcome
            return seen.failure(error)

    def _open(self, loop: object) -> httpx.AsyncClient:
        with _LOCK:
            if self._client is None or loop != self._loop:
                # Connections of another loop, which has ended, are of no use, and cannot be closed in this one.
                self._client, self._loop = httpx.AsyncClient(**_with_tls(self._options)), loop
            return self._client

    async def close(self) -> None:
        client, self._client = self._client, None
        if client is not None:
            await client.aclose()


class _OffLoop(httpx.AsyncByteStream):
    """A multipart body that reads its files in a worker thread."""

    def __init__(self, stream: Any) -> None:
        self._chunks = iter(stream)

    async def __aiter__(self) -> AsyncIterator[bytes]:
        while (chunk := await anyio.to_thread.run_sync(next, self._chunks, None)) is not None:
            yield chunk


@cache
def _tls() -> ssl.SSLContext:
    """One for the process: making one costs more than a call does."""
    return httpx.create_ssl_context(trust_env=False)


def _options(timeouts: Timeouts, transport: object) -> dict[str, Any]:
    return {
        "timeout": httpx.Timeout(**asdict(timeouts)),
        "transport": transport,
        "follow_redirects": False,
        "trust_env": False,
        # A server may close an idle connection just as it is used again; what became of the request is then unknown.
        "limits": httpx.Limits(keepalive_expiry=1.0),
        "headers": {"User-Agent": f"audiences/{__version__}"},
    }


def _with_tls(options: dict[str, Any]) -> dict[str, Any]:
    return options if options["transport"] else {**options, "verify": _tls()}


def _build(
    client: httpx.Client | httpx.AsyncClient, request: Request, files: ExitStack | AsyncExitStack, trace: object
) -> httpx.Request:
    """The request with its secrets; files are opened, and closed with the stack."""
    headers = {name: v.reveal() if isinstance(v, Secret) else v for name, v in request.headers.items()}
    parts = []
    for part in request.parts:
        content = part.content
        opened = content if isinstance(content, bytes) else files.enter_context(content.open())
        parts.append((part.name, (part.filename, opened, part.media_type)))
    return client.build_request(
        request.method,
        request.url,
        headers=headers,
        content=request.body,
        files=parts or None,
        extensions={"trace": trace},
    )


def _reason(error: BaseException) -> str:
    """The exception's kind, and what the operating system or TLS said."""
    names, seen = type(error).__name__, error
    while seen is not None:
        if isinstance(seen, ssl.SSLCertVerificationError):
            return f"{names}: {seen.verify_message}"
        if isinstance(seen, OSError) and seen.strerror:
            return f"{names}: {seen.strerror}"
        seen = seen.__cause__ or seen.__context__  # type: ignore[assignment]
    return names
