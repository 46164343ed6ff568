"""What was seen of one attempt, and what that says about the call."""

import codecs
import gzip
import io
import re
import time
import zlib

from .._call_settings import CallSettings
from .._errors import AudiencesError, NotSentError, NotSentTimeoutError, UnknownOutcomeError, UnknownTimeoutError
from .._outcome import Headers, Response
from .._reason import reason
from .._redact import redacted


def unpacked(body: bytes, codings: str, limit: int) -> tuple[bytes, str | None]:
    """At most `limit` bytes of the body without its coding (RFC 9110, 8.4), and why they are not all of it, or None.

    A body that cannot be decoded is given as it came. JSON that is only labelled as coded is taken as it is.
    """
    named = [coding for each in codings.split(",") if (coding := each.strip().lower()) not in ("", "identity")]
    why = "the body has a Content-Encoding that was not asked for"
    if named in (["gzip"], ["x-gzip"]):
        try:
            found = gzip.GzipFile(fileobj=io.BytesIO(body)).read(limit + 1)
            return found[:limit], f"more than {limit} bytes" if len(found) > limit else None
        except (EOFError, OSError, zlib.error):
            why = "the compressed body is broken, or cut off"
    return body, why if named and body.removeprefix(codecs.BOM_UTF8).lstrip()[:1] not in (b"{", b"[") else None


_LARGE = 256 * 1024
"""Bytes of an answer above which it is read off the event loop."""
_OVERHEAD = 2**20
"""Bytes that headers and framing of an answer may take beside its body."""
_START = 64 * 1024
GRACE = 0.25
"""Seconds in which what has come of an answer is still read, from the deadline or, if later, the answer's start."""
_STATUS = re.compile(rb"(?>HTTP/\d\.\d 1\d\d(?=[ \r\n])(?s:.*?)\r?\n\r?\n)*+HTTP/\d\.\d ([2-9]\d\d)[ \r\n]")
"""The first status line, after the heads of interim answers (1xx)."""
_NEVER_LEFT = frozenset(
    {"ConnectError", "ConnectTimeout", "PoolTimeout", "ProxyError", "UnsupportedProtocol"}
    | {"LocalProtocolError", "InvalidURL"}
)
_TRANSPORTS = frozenset({"httpx", "httpx2", "httpcore", "httpcore2"})


class AttemptTrace:
    """Filled in while an attempt goes on. Connections of ours report to it; a transport of the caller's does not."""

    def __init__(self, how: CallSettings) -> None:
        self.how = how
        self.begun = time.monotonic()
        self.built = False
        """Whether there is a request: its files are open."""
        self.to = ""
        """Where the connection goes, without a path or credentials."""
        self.connects = False
        """Whether a connection of ours carries it."""
        self.secrets: tuple[str, ...] = ()
        self.unpacked = False
        """Whether a transport of the caller's has unpacked the body."""
        self.problem: str | None = None
        self.left = False
        """Whether bytes of the request went out."""
        self._total_ends, self._late = False, 0.0
        self._room = how.max_response_bytes + _OVERHEAD
        self._start = b""
        self._head: tuple[int, Headers] | None = None
        self._body = bytearray()

    def seconds(self, kind: str, since: float | None = None) -> float:
        """How long the next step may take: at most the time-out of this kind, counted from a moment or from now."""
        spent = time.monotonic() - since if since else 0.0
        timeout: float = getattr(self.how.timeouts, kind) - spent
        left = self.how.remaining
        self._total_ends = left <= timeout
        return max(0.0, min(left, timeout))

    @property
    def is_over(self) -> bool:
        """Whether to stop reading; to be asked once the time is over. What has come by then is still read, for GRACE
        after this was first asked and no longer, because a server may always have more to send.
        """
        self._late = self._late or time.monotonic()
        return time.monotonic() > self._late + GRACE

    def take(self, data: bytes) -> bool:
        """Note bytes that came, and return whether more may come. Those before the request are a proxy's answer."""
        if self.left:
            self._start += data[: _START - len(self._start)]
        self._room -= len(data)
        return self._room >= 0

    def head(self, status: int, headers: tuple[tuple[str, str], ...]) -> None:
        """The status line and the headers came."""
        self._head = status, Headers(headers)

    def body(self, chunk: bytes) -> bool:
        """Keep a piece of the body, and return whether there is room for more."""
        limit = self.how.max_response_bytes
        self._body += chunk[: limit - len(self._body) + 1]
        if len(self._body) > limit:
            self.problem = f"more than {limit} bytes"
        return self.problem is None

    @property
    def large(self) -> bool:
        """Whether it takes long to read what the answer says."""
        return len(self._body) > _LARGE or self._packed is not None

    @property
    def _packed(self) -> str | None:
        if not self._head or not self._body or self.unpacked:
            return None
        return self._head[1].get("content-encoding")

    def failure(self, error: BaseException) -> AudiencesError:
        """The error without what may hold secrets: neither the exception's text, nor the exception itself."""
        if not self.built:
            return NotSentError(f"nothing to send: {reason(error)}")  # e.g. the file is gone
        if not self.left and (self.connects or _never_left(error)):
            late = NotSentTimeoutError if _is_late(error) else NotSentError
            return late(f"no connection to {self.to}: {self._why(error)}")
        return (UnknownTimeoutError if _is_late(error) else UnknownOutcomeError)(f"no answer: {self._why(error)}")

    def result(self, error: BaseException | None = None) -> Response | AudiencesError:
        """The answer as far as it came, or what is known without one; `error` is what cut it short."""
        try:
            return self._result(error)
        except MemoryError as full:
            self._body.clear()  # what is left is that there was an answer
            return self._result(full)

    def _result(self, error: BaseException | None) -> Response | AudiencesError:
        # If the head broke off, its status line is enough for a success; a refusal has to be complete.
        heard = _STATUS.match(self._start)
        status = int(heard[1]) if heard else 0
        if self._head is None and not 200 <= status < 300:
            return self.failure(error or RuntimeError())
        if error is not None:
            self.problem = self.problem or self._why(error)
        status, headers = self._head or (status, Headers())
        body, cut = bytes(self._body), self.problem is not None
        if self._packed is not None and not cut:
            body, self.problem = unpacked(body, self._packed, self.how.max_response_bytes)
        names = [each.lower() for each in self.secrets]
        hidden = tuple(
            (redacted(name.encode(), names).decode(), redacted(value.encode(), self.secrets).decode())
            for name, value in headers.items()
        )
        body = redacted(body, self.secrets, cut=self.problem is not None)
        return Response(status, Headers(hidden), body, self.problem, time.monotonic() - self.begun)

    def _why(self, error: BaseException) -> str:
        """The reason; if a time limit was reached, with the name and the seconds of that limit."""
        why, kind = reason(error), type(error).__name__
        name = kind.removesuffix("Timeout").lower() if kind.endswith("Timeout") else ""
        if kind == "DeadlineError" or (name and self._total_ends):
            name = "total"
        seconds = getattr(self.how.timeouts, name, None) if name else None
        return why if seconds is None else f"{why} (the {name} timeout is {seconds:g} s)"


def _is_late(error: BaseException) -> bool:
    return type(error).__name__.endswith(("Timeout", "TimeoutError", "DeadlineError"))


def _never_left(error: BaseException) -> bool:
    """Whether a transport of httpx's or httpx2's says that it sent nothing."""
    kinds = [kind for kind in type(error).__mro__ if kind.__name__ in _NEVER_LEFT]
    return isinstance(error, UnicodeError) or any(each.__module__.partition(".")[0] in _TRANSPORTS for each in kinds)
