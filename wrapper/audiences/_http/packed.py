"""The body of an answer that was packed although `identity` was asked for."""

import codecs
import gzip
import io
import zlib

_CODINGS = 3
"""Codings on top of each other."""
_KNOWN = frozenset({"gzip", "x-gzip", "deflate"})


def unpacked(body: bytes, codings: str, limit: int) -> tuple[bytes, str | None]:
    """At most `limit` bytes of the body without its codings (RFC 9110, 8.4), and what is wrong with them: then the
    bytes are those that came. JSON under a label that lies is as it is.
    """
    named = [coding for each in codings.split(",") if (coding := each.strip().lower()) not in ("", "identity")]
    data, why = body, "the body has a Content-Encoding that was not asked for"
    if len(named) <= _CODINGS and _KNOWN.issuperset(named):
        try:
            for coding in reversed(named):
                data = _inflated(data, coding, limit)
            return data[:limit], f"more than {limit} bytes" if len(data) > limit else None
        except (EOFError, OSError, zlib.error):
            why = "the compressed body is broken, or cut off"
    return body, None if body.removeprefix(codecs.BOM_UTF8).lstrip()[:1] in (b"{", b"[") else why


def _inflated(data: bytes, coding: str, limit: int) -> bytes:
    if coding != "deflate":
        return gzip.GzipFile(fileobj=io.BytesIO(data)).read(limit + 1)
    for window in (zlib.MAX_WBITS, -zlib.MAX_WBITS):  # the second without the zlib head, as some servers send it
        inflate = zlib.decompressobj(window)
        try:
            found = inflate.decompress(data, limit + 1)
        except zlib.error:
            continue
        if inflate.eof or len(found) > limit:
            return found
    raise EOFError
