"""Sends a request exactly as its bytes are given, so that malformed ones can be sent, too."""

import contextlib
import http.client
import io
import select
import socket
import ssl
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from .. import connections
from ..connections import CodingError
from ..judging import Observation
from ..messages import Headers, Request, Response

BUSY = frozenset({429, 503})
"""Statuses that mean "later", and tell nothing about the request."""
_MAX_JUDGED = 16 * 2**20
"""The most bytes of an answer that are read; a longer answer is judged as if it ended there."""


class UnreachableError(OSError):
    """No connection to the server can be made."""


@dataclass(frozen=True)
class Wire:
    """The unusual ways in which a request is put on the wire; none by default.

    `chunked` sends the body in two chunks; `absolute` puts the whole URL into the request line; `expect` asks for a
    100 before the body.
    """

    chunked: bool = False
    absolute: bool = False
    expect: bool = False


PLAIN = Wire()
BROKEN_OFF = "the connection was closed"
"""`Observation.trouble` where the server ended the connection without an answer."""
UNREACHABLE = "no connection: "
"""The beginning of `Observation.trouble` where no connection was made."""
NOT_SENT = "not sent: "
"""The beginning of `Observation.trouble` where nothing of the request was sent."""
LATE = "no answer in time"
"""`Observation.trouble` where no complete answer came before the time-out."""


@dataclass(frozen=True)
class Sender:
    """Sends requests to one base URL, each once and over its own connection. `timeout` is the seconds for an answer."""

    url: str
    timeout: float
    ca: Path | None = None
    """A file of certificates to trust, in place of the system's."""

    def send(self, request: Request, wire: Wire = PLAIN) -> Observation:
        """Send a request, whose target is below the base URL, and wait for the answer.

        Raises nothing if that fails: `Observation.trouble` then says what went wrong.
        """
        started, base, url = time.monotonic(), urlsplit(self.url), f"{self.url}{request.target}"
        target = url if wire.absolute else f"{base.path}{request.target}"
        host = () if request.values("host") else (("Host", base.netloc),)
        body = b"".join(_chunks(request.body)) if wire.chunked else request.body
        sent = Request(request.method, target, (*host, *_headers(request, wire)), body)
        seen = Observation(url, request, sent=sent)
        connection = connections.new(self.url, self.timeout, self._tls)
        try:
            response = self._exchange(connection, sent)
            return replace(seen, response=response, seconds=time.monotonic() - started)
        except (OSError, http.client.HTTPException, ValueError) as error:
            return replace(seen, seconds=time.monotonic() - started, trouble=_reason(error))
        finally:
            connection.close()

    @cached_property
    def _tls(self) -> ssl.SSLContext | None:
        return connections.tls(self.url, self.ca)

    def _exchange(self, connection: http.client.HTTPConnection, request: Request) -> Response:
        try:
            connection.connect()
        except OSError as error:
            raise UnreachableError(_reason(error)) from None
        connection.putrequest(request.method, request.target, skip_host=True, skip_accept_encoding=True)
        for name, value in request.headers:
            connection.putheader(name, value.encode("latin-1"))
        # A server may answer and close the connection before it has read all of the request.
        with contextlib.suppress(BrokenPipeError, ConnectionResetError):
            connection.endheaders()
            if request.values("expect") and connection.sock:
                # Not every server answers 100, so the body is sent after a second in any case (RFC 9110, 10.1.1).
                select.select([connection.sock], [], [], 1.0)
            if request.body:
                connection.send(request.body)
        coming = _Until(connection.sock, time.monotonic() + self.timeout)
        answer = connections.FinalAnswer(coming, method=request.method)  # type: ignore[arg-type]
        answer.begin()
        data, _ = connections.body(answer, _MAX_JUDGED)
        headers: Headers = tuple(answer.getheaders())
        plain = connections.unpacked(data, answer.headers.get_all("content-encoding", []), _MAX_JUDGED)
        # A body in a content coding that cannot be undone here is judged as it is: no request asked for that coding.
        return Response(answer.status, headers, data if plain is None else plain)


class _Until(io.RawIOBase):
    """Reads from a socket until a moment. A socket's own time-out would start anew with each piece of an answer."""

    def __init__(self, connection: socket.socket, end: float) -> None:
        self._connection, self._end = connection, end

    def makefile(self, _mode: str) -> io.BufferedReader:
        """The file that `http.client` reads the answer from."""
        return io.BufferedReader(self)

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        left = self._end - time.monotonic()
        if left <= 0:
            raise TimeoutError
        self._connection.settimeout(left)
        return self._connection.recv_into(buffer)


def _headers(request: Request, wire: Wire) -> Iterator[tuple[str, str]]:
    yield from request.headers
    if wire.expect:
        yield "Expect", "100-continue"
    if wire.chunked:
        yield "Transfer-Encoding", "chunked"
    elif not request.values("content-length") and (request.body or request.method in ("POST", "PUT", "PATCH")):
        yield "Content-Length", str(len(request.body))


def _chunks(body: bytes) -> Iterator[bytes]:
    middle = len(body) // 2
    for piece in filter(None, (body[:middle], body[middle:])):
        yield f"{len(piece):x}\r\n".encode() + piece + b"\r\n"
    yield b"0\r\n\r\n"


_REASONS: tuple[tuple[tuple[type[Exception], ...], str], ...] = (
    ((TimeoutError,), LATE),
    ((ConnectionResetError, BrokenPipeError), BROKEN_OFF),
    ((http.client.IncompleteRead,), "the answer broke off in its body"),
    ((CodingError,), "the answer's content coding cannot be undone"),
    ((http.client.HTTPException,), "the answer is no HTTP message"),
)


def _reason(error: Exception) -> str:
    if isinstance(error, UnreachableError):
        return f"{UNREACHABLE}{error}"
    own = error.strerror if isinstance(error, OSError) else None
    known = (said for kinds, said in _REASONS if isinstance(error, kinds))
    return next(known, own or f"{NOT_SENT}{type(error).__name__}")
