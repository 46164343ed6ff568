"""Answers as bytes."""

import gzip
import json
import ssl
import zlib
from collections.abc import Callable

from faults import certificates
from faults.server import Play, Wire
from raw_server import http

ZEROS = 1 << 20


def success(wire: Wire, **headers: str) -> bytes:
    """The documented success, whole; a `Connection` header can keep the connection open."""
    return http(wire.stage.status, wire.stage.body, **wire.stage.headers, **headers)


def head(wire: Wire, *lines: str) -> bytes:
    """The status line of the documented success, with these headers only."""
    own = (f"{name}: {value}" for name, value in wire.stage.headers.items())
    rest = "".join(f"{line}\r\n" for line in ("Content-Type: application/json", *own, *lines))
    return f"HTTP/1.1 {wire.stage.status} X\r\n{rest}\r\n".encode()


def half(wire: Wire) -> bytes:
    """The documented success without the end of its body."""
    return head(wire, "Content-Length: 1000") + wire.stage.body[:10]


def chunk(data: bytes) -> bytes:
    return b"%x\r\n%b\r\n" % (len(data), data)


def gzipped(wire: Wire, body: bytes, encoding: str = "gzip") -> bytes:
    return http(wire.stage.status, body, **wire.stage.headers, Content_Encoding=encoding)


def members(*parts: bytes, blanks: int = 0) -> bytes:
    """A gzip file of several members, each whole by itself."""
    return gzip.compress(b" ") * blanks + b"".join(gzip.compress(part) for part in parts)


def bomb(mebibytes: int, layers: int = 1) -> bytes:
    """Zeros, gzipped, and gzipped again for each further layer."""
    # A full flush ends each piece on a byte and forgets what was before, so that one piece can be repeated.
    packer = zlib.compressobj(9, wbits=-15)
    piece = packer.compress(bytes(ZEROS)) + packer.flush(zlib.Z_FULL_FLUSH)
    packed = b"\x1f\x8b\x08" + bytes(7) + piece * mebibytes
    for _ in range(layers - 1):
        packed = gzip.compress(packed)
    return packed


def error(status: int | str, **headers: str) -> bytes:
    body = json.dumps({"message": "words", "error_message": "words", "description": "words"})
    return http(status, body.encode(), **headers)


def answering(answer: bytes | Callable[[Wire], bytes], then: Play = Wire.finish) -> Play:
    """Read the request, answer it, and go on with `then`."""

    def play(wire: Wire) -> None:
        wire.request()
        wire.send(answer if isinstance(answer, bytes) else answer(wire))
        then(wire)

    return play


def over_tls(play: Play, context: Callable[[], ssl.SSLContext] = certificates.good) -> Play:
    def secured(wire: Wire) -> None:
        wire.secure(context())
        play(wire)

    return secured


def through(play: Play) -> Play:
    """Make a tunnel, as a proxy does, and play the provider at its end too."""

    def tunnelled(wire: Wire) -> None:
        wire.request()
        wire.send(b"HTTP/1.1 200 Established\r\n\r\n")
        play(wire)

    return tunnelled
