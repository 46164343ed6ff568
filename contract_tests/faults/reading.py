"""Requests in a stream of bytes, counted from their first byte on."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field

_LENGTH = re.compile(rb"(?im)^content-length: *(\d+)")
_CHUNKED = re.compile(rb"(?im)^transfer-encoding: *chunked")
_BOUNDARY = re.compile(rb'(?i)boundary="?([^";\r\n]+)')


@dataclass
class Seen:
    """What may be a request: complete, begun, or assumed where a connection was closed without a look at it."""

    head: bytes = b""
    body: bytearray = field(default_factory=bytearray)
    whole: bool = False
    assumed: bool = False

    @property
    def tunnel(self) -> bool:
        return self.head.startswith(b"CONNECT ")

    @property
    def counts(self) -> bool:
        """Whether the provider could take it for a request; a TLS handshake is none."""
        return self.assumed or (self.head[:1].isalpha() and not self.tunnel)

    @property
    def content(self) -> bytes:
        """The body; a multipart boundary, which may be another each time, is left out."""
        found = _BOUNDARY.search(self.head)
        return bytes(self.body.replace(found[1], b"")) if found else bytes(self.body)


class Reading:
    """The requests of one connection, one after the other."""

    def __init__(self, begin: Callable[[], Seen]) -> None:
        self.requests: list[Seen] = []
        self.heads = 0
        """How many heads are complete."""
        self._begin = begin
        self._left: int | None = 0
        """Bytes of the body to come; None for a chunked one."""

    def feed(self, data: bytes) -> None:
        while data:
            if not self.requests or self.requests[-1].whole:
                self.requests.append(self._begin())
            current = self.requests[-1]
            data = self._head(current, data) if self.heads < len(self.requests) else self._body(current, data)

    def _head(self, current: Seen, data: bytes) -> bytes:
        joined = current.head + data
        end = joined.find(b"\r\n\r\n")
        if end < 0 or not joined[:1].isalpha():
            current.head = joined
            return b""
        current.head = joined[: end + 4]
        self.heads += 1
        length = _LENGTH.search(current.head)
        self._left = None if _CHUNKED.search(current.head) else int(length[1]) if length else 0
        current.whole = self._left == 0
        return joined[end + 4 :]

    def _body(self, current: Seen, data: bytes) -> bytes:
        if self._left is None:
            current.body += data
            current.whole = current.body.endswith(b"0\r\n\r\n")
            return b""
        taken, rest = data[: self._left], data[self._left :]
        current.body += taken
        self._left -= len(taken)
        current.whole = self._left == 0
        return rest
