"""Connections to somebody else's server: one for each request, and its final answer."""

import http.client
import re
import ssl
import zlib
from collections.abc import Iterable
from pathlib import Path
from urllib.parse import urlsplit

A_BASE_URL = "http(s)://host[:port][/path], without user, query, fragment, the steps . and .., and what must be encoded"
_MOST_INTERIM = 100
_PIECE = 2**12
_PLAIN_URL = r"https?://[\w.~!$&'()*+,;=%:[\]-]+(/(?!\.\.?(/|$))([\w.~!$&'()*+,;=:@-]|%[0-9a-f]{2})*)*"
_WINDOWS = {"gzip": 16 + zlib.MAX_WBITS, "x-gzip": 16 + zlib.MAX_WBITS, "deflate": zlib.MAX_WBITS}
"""The content codings that are read, and what zlib calls each."""


class FinalAnswer(http.client.HTTPResponse):
    """A response that skips the interim answers before it (RFC 9110, 15.2); `http.client` skips 100 alone.

    A 101 is final. Raises HTTPException where interim answers do not end.
    """

    def begin(self) -> None:
        for _ in range(_MOST_INTERIM):
            super().begin()
            if not 100 <= self.status < 200 or self.status == http.client.SWITCHING_PROTOCOLS:
                return
            # With headers set, the next `begin` would do nothing.
            self.headers = None  # type: ignore[assignment]
        raise http.client.HTTPException("interim answers without end")


def is_base_url(url: str) -> bool:
    """Whether this is `A_BASE_URL`, so that a path can be appended to it and a request line is as RFC 9112 has it."""
    try:
        parts = urlsplit(url)
        _ = parts.port
    except ValueError:
        return False
    return bool(parts.hostname and re.fullmatch(_PLAIN_URL, url, re.ASCII | re.IGNORECASE))


def new(url: str, timeout: float, context: ssl.SSLContext | None) -> http.client.HTTPConnection:
    """A connection to the host of a URL, not open yet; `timeout` in seconds, `context` for https.

    Use it for one request only. On a reused connection, nobody can tell whether a request without an answer was applied
    or never read, and a second answer to one request would be taken for the answer to the next.
    """
    base = urlsplit(url)
    host, port = base.hostname or "", base.port
    made = (
        http.client.HTTPSConnection(host, port, timeout=timeout, context=context)
        if context
        else http.client.HTTPConnection(host, port, timeout=timeout)
    )
    made.response_class = FinalAnswer
    return made


def tls(url: str, ca: Path | None = None) -> ssl.SSLContext | None:
    """For an https URL, a TLS context that trusts the CA certificates of `ca`, or the system's; None for any other."""
    return ssl.create_default_context(cafile=ca) if urlsplit(url).scheme == "https" else None


def body(answer: http.client.HTTPResponse, most: int) -> tuple[bytes, bool]:
    """The body of an answer, cut after `most` bytes, and whether it was cut; raises IncompleteRead if it broke off."""
    found = bytearray()
    # Read in pieces: in one read, a body in tiny chunks takes many times its size until it is joined.
    while len(found) <= most and (piece := answer.read(min(_PIECE, most + 1 - len(found)))):
        found += piece
    if answer.length and len(found) <= most:
        raise http.client.IncompleteRead(bytes(found), answer.length)
    return bytes(memoryview(found)[:most]), len(found) > most


class CodingError(ValueError):
    """A body is not in the content coding that its message names."""


def unpacked(data: bytes, codings: Iterable[str], most: int) -> bytes | None:
    """A body with its content codings undone, cut after `most` bytes; None for a coding that nothing here reads.

    `codings` are the values of Content-Encoding. Raises CodingError for a body that is not in these codings.
    """
    names = [name.strip().lower() for value in codings for name in value.split(",")]
    names = [name for name in names if name not in ("", "identity")]
    if not {*names} <= _WINDOWS.keys():
        return None
    for name in reversed(names if data else ()):
        # Some servers send deflate without the zlib header that RFC 9110, 8.4.1.2 asks for.
        bare = name == "deflate" and (data[0] & 15 != 8 or int.from_bytes(data[:2]) % 31 > 0)
        packed = zlib.decompressobj(-zlib.MAX_WBITS if bare else _WINDOWS[name])
        try:
            data = packed.decompress(data, most)
        except zlib.error:
            raise CodingError from None
        if len(data) < most and (not packed.eof or packed.unused_data):
            raise CodingError
    return data
