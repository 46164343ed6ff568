"""Answers that break HTTP, or stretch it."""

from typing import Any

from faults.answers import chunk
from faults.fault import APPLIED, DOCUMENTED, UNKNOWN, add
from faults.server import Wire

_JSON = ("Content-Type: application/json",)
_GOOD = (*_JSON, "Content-Length: LENGTH")
_CHUNKED = (*_JSON, "Transfer-Encoding: chunked")


def _say(
    name: str, does: str, truth: str, line: str, *headers: str, body: bytes = b"BODY", end: str = "\r\n", **more: Any
) -> None:
    """A fault that is its answer. STATUS, LENGTH, BODY and CHUNK stand for the documented success."""
    answer = f"{end.join((line, *headers))}{end}{end}".encode("latin-1") + body

    def play(wire: Wire) -> None:
        wire.request()
        own = wire.stage.body
        filled = answer.replace(b"STATUS", b"%d" % wire.stage.status).replace(b"LENGTH", b"%d" % len(own))
        given = "".join(f"{name}: {value}\r\n" for name, value in wire.stage.headers.items()).encode()
        filled = filled.replace(b"Content-Type:", given + b"Content-Type:")
        wire.send(filled.replace(b"CHUNK", chunk(own)).replace(b"BODY", own))
        wire.finish()

    add(name, does, play, truth, **more)


def _nothing_told() -> None:
    _say("garbage_status_line", "answers as a mail server does", UNKNOWN, "220 mail.test ESMTP", body=b"")
    _say("no_http", "answers with bytes of any kind", UNKNOWN, "".join(map(chr, range(256))))
    _say("http_2", "answers with the settings of HTTP/2", UNKNOWN, "\0\0\6\4\0\0\0\0\0\0\3\0\0\0\x64", body=b"")
    _say("http_0_9", "answers with a body only", UNKNOWN, "BODY")
    _say("status_of_two_digits", "answers 20", UNKNOWN, "HTTP/1.1 20 X", *_GOOD)
    _say("status_of_four_digits", "answers 2020", UNKNOWN, "HTTP/1.1 2020 X", *_GOOD)
    _say("status_of_letters", "answers OK", UNKNOWN, "HTTP/1.1 OK", *_GOOD)
    _say("informational_then_nothing", "answers 100, and closes", UNKNOWN, "HTTP/1.1 100 Continue", body=b"")
    _say("switching_protocols", "answers 101, unasked", UNKNOWN, "HTTP/1.1 101 X", "Upgrade: x", body=b"")


def _unusual() -> None:
    whole: dict[str, Any] = {"status": DOCUMENTED, "receipt": True}
    final = b"HTTP/1.1 STATUS X\r\nContent-Type: application/json\r\nContent-Length: LENGTH\r\n\r\nBODY"
    odd = ("Date: 31 Feb 12026 25:61", "Retry-After: -1", "Expires: 0")
    line = "HTTP/1.1 STATUS X"
    _say("no_reason", "gives no reason", APPLIED, "HTTP/1.1 STATUS", *_GOOD, **whole)
    _say("empty_reason", "gives an empty reason", APPLIED, "HTTP/1.1 STATUS ", *_GOOD, **whole)
    _say("http_1_0", "speaks HTTP/1.0, and closes to end its answer", APPLIED, "HTTP/1.0 STATUS X", *_JSON, **whole)
    _say("odd_date", "has dates that are none", APPLIED, line, *odd, *_GOOD, **whole)
    _say("line_feeds_only", "ends its lines with LF only", APPLIED, line, *_GOOD, end="\n")
    _say("continue_then_success", "answers 100 first", APPLIED, "HTTP/1.1 100 Continue", body=final, **whole)
    _say("hints_then_success", "answers 103 first", APPLIED, "HTTP/1.1 103 X", "Link: </x>", body=final, **whole)
    _say("chunked", "answers in chunks", APPLIED, line, *_CHUNKED, body=b"CHUNK0\r\n\r\n", **whole)
    _say("no_content_type", "gives no type", APPLIED, line, "Content-Length: LENGTH", **whole)


def _broken_headers() -> None:
    """The status line of a success is seen; the headers break HTTP. It acted all the same."""
    line = "HTTP/1.1 STATUS X"
    both = ("Content-Length: 3", *_CHUNKED)
    _say("broken_header", "sends a header without a colon", APPLIED, line, "no header")
    _say("nul_in_header", "sends a NUL in a header", APPLIED, line, "X-Nul: \0", *_GOOD)
    _say("lengths_that_differ", "sends two Content-Lengths", APPLIED, line, "Content-Length: 3", *_GOOD)
    _say("length_twice", "sends its Content-Length twice", APPLIED, line, "Content-Length: LENGTH", *_GOOD)
    _say("length_that_is_none", "sends a Content-Length of -1", APPLIED, line, "Content-Length: -1")
    _say("length_and_chunks", "sends Content-Length and chunks", APPLIED, line, *both, body=b"CHUNK0\r\n\r\n")
    _say("unknown_transfer_encoding", "sends a coding of its own", APPLIED, line, "Transfer-Encoding: own")
    _say("huge_header", "sends a header of 1 MB", APPLIED, line, f"X-Huge: {'x' * 1_000_000}", *_GOOD)
    _say("many_headers", "sends 20000 headers", APPLIED, line, *["X-Many: x"] * 20_000, *_GOOD)


def _broken_bodies() -> None:
    """Status and headers are seen; the body breaks HTTP."""
    line = "HTTP/1.1 STATUS X"
    told: dict[str, Any] = {"status": DOCUMENTED}
    short = (*_JSON, "Content-Length: 10")
    _say("content_length_too_short", "announces less than it sends", APPLIED, line, *short, **told)
    _say("invalid_chunk_size", "sends xyz as a chunk's size", APPLIED, line, *_CHUNKED, body=b"xyz\r\nBODY", **told)
    _say("negative_chunk_size", "sends -5 as a chunk's size", APPLIED, line, *_CHUNKED, body=b"-5\r\nBODY", **told)
    _say("huge_chunk_size", "sends a size of 30 digits", APPLIED, line, *_CHUNKED, body=b"f" * 30 + b"\r\nB", **told)
    _say("chunk_too_long", "sends more than a chunk's size", APPLIED, line, *_CHUNKED, body=b"2\r\nBODY", **told)


_nothing_told()
_unusual()
_broken_headers()
_broken_bodies()
