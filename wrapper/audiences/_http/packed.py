"""The body of an answer that was packed although `identity` was asked for."""

import codecs
import gzip
import io
import zlib

_CODINGS = 3
"""Codings on top of each other."""


class _EncodingError(Exception):
    """What is wrong with a Content-Encoding; the text says nothing of the content."""


def unpacked(body: bytes, codings: str, limit: int) -> tuple[bytes, str | None]:
    """At most `limit` bytes of the body without its codings (RFC 9110, 8.4), and what is wrong with them: then the
    bytes are those that came. JSON under a label that lies is as it is.
    """
    named = [coding for each in codings.split(",") if (coding := each.strip().lower()) not in ("", "identity")]
    data = body
    try:
        if len(named) > _CODINGS:
            raise _EncodingError(f"the body has more than {_CODINGS} content codings")
        for coding in reversed(named):
            data = _inflated(data, coding, limit)
    except (_EncodingError, EOFError, OSError, zlib.error) as error:
        plain = body.removeprefix(codecs.BOM_UTF8).lstrip()[:1] in (b"{", b"[")
        why = str(error) if isinstance(error, _EncodingError) else "the compressed body is broken, or cut off"
        return body, None if plain else why
    return data[:limit], f"more than {limit} bytes" if len(data) > limit else None


def _inflated(data: bytes, coding: str, limit: int) -> bytes:
    if coding in ("gzip", "x-gzip"):
        return gzip.GzipFile(fileobj=io.BytesIO(data)).read(limit + 1)
    if coding != "deflate":
        raise _EncodingError("the body has a Content-Encoding that was not asked for")
    for kind in (zlib.MAX_WBITS, -zlib.MAX_WBITS):  # the second without the zlib head, as some servers send it
        inflate = zlib.decompressobj(kind)
        try:
            found = inflate.decompress(data, limit + 1)
        except zlib.error:
            continue
        if inflate.eof or len(found) > limit:
            return found
    raise EOFError
