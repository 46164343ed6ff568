"""What was seen of one attempt, and what that says about the call."""

import re
import time
from collections.abc import Mapping
from typing import Any

import httpx

from .._errors import AudiencesError, NotSentError, UnknownOutcomeError
from .._reason import reason
from .._redact import name_without, redacted
from .._wire import Headers, Response

NEVER_LEFT = (
    httpx.ConnectError,
    httpx.ConnectTimeout,
    httpx.PoolTimeout,
    httpx.ProxyError,
    httpx.UnsupportedProtocol,
    httpx.LocalProtocolError,
    httpx.InvalidURL,
    UnicodeError,
)


_LARGE = 64 * 1024
"""Bytes of an answer above which it is read off the event loop."""
_START = 64 * 1024
_ANSWER = b"HTTP/1."
_STATUS_LINE = re.compile(rb"HTTP/1\.[01] ([1-9]\d\d)[ \r\n]")


class Seen:
    """Filled in while an attempt goes on. httpcore reports its progress to `trace`; other transports do not."""

    def __init__(self) -> None:
        self.begun = time.monotonic()
        self.built = False
        """Whether there is a request: its files are open."""
        self.secrets: tuple[str, ...] = ()
        self.problem: str | None = None
        self._traced = self._tunnel = self._left = False
        self._head: tuple[int, Headers] | None = None
        self._body = bytearray()
        self._wire = _Wire()

    def trace(self, event: str, info: Mapping[str, Any]) -> None:
        self._traced = True
        if event.endswith("send_request_headers.started"):
            # Asking a proxy for a tunnel is not yet the request.
            self._tunnel = info["request"].method == b"CONNECT"
            self._left = self._left or not self._tunnel
            self._wire = _Wire()

    async def atrace(self, event: str, info: Mapping[str, Any]) -> None:
        self.trace(event, info)

    def hear(self, data: bytes) -> None:
        """Bytes came from the connection."""
        self._wire.hear(data)

    def head(self, response: httpx.Response) -> None:
        """The status line and the headers came."""
        self._head = response.status_code, Headers(tuple(response.headers.multi_items()))

    @property
    def large(self) -> bool:
        """Whether it takes long to read what the answer says."""
        return len(self._body) > _LARGE

    @property
    def ended(self) -> bool:
        """Whether the answer ended where the bytes did: what comes after it would be taken for the next one."""
        return self._head is not None and self._wire.ended(self._head[1].get("content-length"))

    def take(self, chunk: bytes, limit: int) -> bool:
        """Keep a piece of the body; whether there is room for more."""
        self._body += chunk[: limit - len(self._body) + 1]
        if len(self._body) > limit:
            self.problem = f"more than {limit} bytes"
        return self.problem is None

    def failure(self, error: BaseException) -> AudiencesError:
        """The error without what may hold secrets: neither the exception's text, nor the exception itself."""
        if not self.built:
            return NotSentError(f"nothing to send: {reason(error)}")  # e.g. the file is gone
        never = isinstance(error, NEVER_LEFT) and (self._tunnel or not self._left)
        if never or (self._traced and not self._left):
            return NotSentError(f"no connection: {reason(error)}")
        return UnknownOutcomeError(f"no answer: {reason(error)}")

    def result(self, error: BaseException | None = None) -> Response | AudiencesError:
        """The answer as far as it came, or what is known without one; `error` is what cut it short."""
        # Of a head that broke off, the status line tells a success; a refusal has to be complete.
        status = 0 if self._tunnel else self._wire.status
        if self._head is None and not 200 <= status < 300:
            return self.failure(error or RuntimeError())
        if error is not None:
            self.problem = self.problem or reason(error)
        status, headers = self._head or (status, Headers())
        hidden = tuple(
            (name_without(name, self.secrets), redacted(value.encode(), self.secrets).decode())
            for name, value in headers.items_as_sent
        )
        body = redacted(bytes(self._body), self.secrets, cut=self.problem is not None)
        return Response(status, Headers(hidden), body, self.problem, time.monotonic() - self.begun)


class _Wire:
    """The bytes of an answer, as they came."""

    def __init__(self) -> None:
        self._start, self._tail = b"", b""
        self._count = self._answers = 0

    def hear(self, data: bytes) -> None:
        self._count += len(data)
        self._start += data[: max(0, _START - len(self._start))]
        data = self._tail + data
        self._answers += data.count(_ANSWER)
        self._tail = data[1 - len(_ANSWER) :]

    @property
    def status(self) -> int:
        """Of the first status line that is not of an interim answer (1xx); 0 if there is none."""
        rest = self._start
        while found := _STATUS_LINE.match(rest):
            if found[1] >= b"200":
                return int(found[1])
            rest = rest.partition(b"\r\n\r\n")[2]
        return 0

    def ended(self, length: str | None) -> bool:
        """False where it cannot be told."""
        if length is None:
            return self._answers == 1 and self._tail.endswith(b"0\r\n\r\n")
        if not re.fullmatch("[0-9]{1,18}", length):  # no server's that httpcore reads, but a transport of the caller's
            return False
        head, found, _ = self._start.partition(b"\r\n\r\n")
        return self._count == len(head) + len(found) + int(length)


class DeadlineError(Exception):
    """The call's total time is over."""
