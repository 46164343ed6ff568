"""The body of an answer that was packed although `identity` was asked for."""

import codecs
import gzip
import io
import zlib


def unpacked(body: bytes, codings: str, limit: int) -> tuple[bytes, str | None]:
    """At most `limit` bytes of the body without its coding (RFC 9110, 8.4), and what is wrong with that: then the
    bytes are those that came. JSON under a label that lies is as it is.
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
