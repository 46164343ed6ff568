"""Answers that come slowly, or do not end: only a deadline or a limit ends them."""

from faults.answers import chunk, head, success
from faults.fault import APPLIED, DOCUMENTED, REJECTED, UNKNOWN, fault
from faults.server import Wire
from raw_server import http

_PACE = 0.01
"""Seconds between pieces of what has no end: the client shall have too much, not the machine that tests it."""


@fault(UNKNOWN)
def drip_status_line(wire: Wire) -> None:
    """Sends its status line, a byte each 0.2 s: by the deadline, the status is not told"""
    wire.request()
    wire.drip(success(wire))


@fault(APPLIED)
def drip_headers(wire: Wire) -> None:
    """Sends the status line of its success, then a header without an end, a byte each 0.2 s"""
    wire.request()
    wire.send(success(wire).partition(b"\r\n")[0] + b"\r\nX-Drip: ")
    wire.drip(b"x" * 1000)


@fault(APPLIED, status=DOCUMENTED)
def drip_body(wire: Wire) -> None:
    """Sends the body of its success, a byte each 0.2 s"""
    wire.request()
    wire.send(head(wire, "Content-Length: 1000"))
    wire.drip(b" " * 1000)


@fault(REJECTED, status=400)
def drip_refusal(wire: Wire) -> None:
    """Sends the body of a 400, a byte each 0.2 s"""
    wire.request()
    wire.send(http(400, Content_Length="1000"))
    wire.drip(b" " * 1000)


@fault(UNKNOWN, status=502)
def drip_failure(wire: Wire) -> None:
    """Sends the body of a 502, a byte each 0.2 s"""
    wire.request()
    wire.send(http(502, Content_Length="1000"))
    wire.drip(b" " * 1000)


@fault(APPLIED, status=DOCUMENTED)
def drip_chunks(wire: Wire) -> None:
    """Sends chunks of one byte each 0.2 s"""
    wire.request()
    wire.send(head(wire, "Transfer-Encoding: chunked"))
    while True:
        wire.send(chunk(b" "))
        wire.pause(0.2)


@fault(APPLIED, status=DOCUMENTED)
def drip_chunk_extension(wire: Wire) -> None:
    """Sends a chunk's extension, a byte each 0.2 s: no byte of the body ever comes"""
    wire.request()
    wire.send(head(wire, "Transfer-Encoding: chunked") + b"5;x=")
    wire.drip(b"x" * 1000)


@fault(APPLIED, status=DOCUMENTED)
def drip_trailers(wire: Wire) -> None:
    """Sends its success in chunks, and then trailers, a byte each 0.2 s"""
    wire.request()
    wire.send(head(wire, "Transfer-Encoding: chunked") + chunk(wire.stage.body) + b"0\r\nX-Drip: ")
    wire.drip(b"x" * 1000)


@fault(UNKNOWN)
def drip_informational(wire: Wire) -> None:
    """Sends a 102 each 0.2 s, and no answer"""
    wire.request()
    while True:
        wire.send(b"HTTP/1.1 102 Processing\r\n\r\n")
        wire.pause(0.2)


@fault(UNKNOWN)
def flood_of_informational(wire: Wire) -> None:
    """Sends 100s without an end, and no answer"""
    wire.request()
    while True:
        wire.send(b"HTTP/1.1 100 Continue\r\n\r\n" * 20)
        wire.pause(_PACE)


@fault(UNKNOWN)
def endless_status_line(wire: Wire) -> None:
    """Sends a status line without an end, and without a status"""
    wire.request()
    wire.send(b"HTTP/1.1 ")
    while True:
        wire.send(b"x" * 8192)
        wire.pause(_PACE)


@fault(APPLIED)
def endless_headers(wire: Wire) -> None:
    """Sends the status line of its success, then headers without an end"""
    wire.request()
    wire.send(success(wire).partition(b"\r\n")[0] + b"\r\n")
    while True:
        wire.send(b"X-More: more\r\n" * 500)
        wire.pause(_PACE)


@fault(APPLIED, status=DOCUMENTED)
def endless_body(wire: Wire) -> None:
    """Sends chunks without an end"""
    wire.request()
    wire.send(head(wire, "Transfer-Encoding: chunked"))
    while True:
        wire.send(chunk(b" " * 262_144))
        wire.pause(_PACE)


@fault(REJECTED, status=403)
def endless_refusal(wire: Wire) -> None:
    """Answers 403 with a body without an end"""
    wire.request()
    wire.send(b"HTTP/1.1 403 X\r\n\r\n")
    while True:
        wire.send(b" " * 262_144)
        wire.pause(_PACE)
