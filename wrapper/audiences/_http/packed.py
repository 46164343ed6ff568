"""The body of an answer that was packed although `identity` was asked for."""

import codecs
import zlib

_MEMBERS = 100
"""What may follow each other in one gzip body; each is cheap to send and costly to read."""
_CODINGS = 3
"""Codings on top of each other."""
_GZIP = b"\x1f\x8b"


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
    except _EncodingError as wrong:
        plain = body.removeprefix(codecs.BOM_UTF8).lstrip()[:1] in (b"{", b"[")
        return body, None if plain else str(wrong)
    return data[:limit], f"more than {limit} bytes" if len(data) > limit else None


def _inflated(data: bytes, coding: str, limit: int) -> bytes:
    if coding not in ("gzip", "x-gzip", "deflate"):
        raise _EncodingError("the body has a Content-Encoding that was not asked for")
    whole, kind = b"", zlib.MAX_WBITS | 32  # gzip and zlib, by their heads
    for _ in range(_MEMBERS):
        inflate = zlib.decompressobj(kind)
        try:
            whole += inflate.decompress(data, limit + 1 - len(whole))
        except zlib.error:
            if coding != "deflate" or whole or kind < 0:
                raise _EncodingError("the compressed body is broken") from None
            kind = -zlib.MAX_WBITS  # without the zlib head, as some servers send it
            continue
        if len(whole) > limit:
            return whole
        if not inflate.eof:
            raise _EncodingError("the compressed body is cut off")
        data = inflate.unused_data
        if not data.startswith(_GZIP):
            return whole
    raise _EncodingError(f"the compressed body has more than {_MEMBERS} parts")
