"""Connections that end."""

from faults.answers import answering, half, head, success
from faults.fault import APPLIED, DOCUMENTED, REJECTED, UNKNOWN, add, fault
from faults.server import Wire
from raw_server import http


@fault(UNKNOWN)
def accept_and_close(wire: Wire) -> None:
    """accepts, and closes without a look"""
    wire.assume()
    wire.close()


@fault(UNKNOWN)
def close_after_headers(wire: Wire) -> None:
    """Reads the headers, and closes"""
    wire.head(size=1)
    wire.finish()


add("close_after_body", "reads the request, and closes", answering(b""), UNKNOWN)


@fault(UNKNOWN)
def reset_after_headers(wire: Wire) -> None:
    """Reads the headers, and resets"""
    wire.head(size=1)
    wire.reset()


add("reset_after_body", "reads the request, and resets", answering(b"", Wire.reset), UNKNOWN)


@fault(UNKNOWN)
def close_then_success(wire: Wire) -> None:
    """Closes after the first request; would take a second"""
    wire.request()
    if len(wire.stage.requests) > 1:
        wire.send(success(wire))
    wire.finish()


@fault(APPLIED, status=DOCUMENTED)
def content_length_too_long(wire: Wire) -> None:
    """Answers with its success, 10 bytes less than announced, and closes"""
    wire.request()
    wire.send(head(wire, f"Content-Length: {len(wire.stage.body) + 10}") + wire.stage.body)
    wire.finish()


@fault(APPLIED, status=DOCUMENTED)
def reset_mid_body(wire: Wire) -> None:
    """Answers with half of its success, and resets"""
    wire.request()
    wire.send(half(wire))
    wire.pause(0.1)
    wire.reset()


@fault(APPLIED, status=DOCUMENTED)
def chunks_without_an_end(wire: Wire) -> None:
    """Closes before the last chunk of its success"""
    wire.request()
    wire.send(head(wire, "Transfer-Encoding: chunked") + b"5\r\n{    \r\n")
    wire.finish()


@fault(REJECTED, status=400)
def cut_refusal(wire: Wire) -> None:
    """Answers 400, and closes in its body"""
    wire.request()
    wire.send(http(400, b'{"message": ', Content_Length="1000"))
    wire.finish()


@fault(UNKNOWN, status=500)
def cut_failure(wire: Wire) -> None:
    """Answers 500, and closes in its body"""
    wire.request()
    wire.send(http(500, b'{"message": ', Content_Length="1000"))
    wire.finish()


@fault(APPLIED, calls=2, most=2, receipt=True, between=0.2)
def idle_connection_closed(wire: Wire) -> None:
    """Closes the kept connection after an answer, before it is used again"""
    wire.request()
    wire.send(success(wire, Connection="keep-alive"))
    wire.finish()


@fault(UNKNOWN, calls=2, most=2)
def idle_connection_closed_as_it_is_reused(wire: Wire) -> None:
    """Keeps the connection after an answer, and closes it on the first byte of the next request"""
    wire.head()
    if len(wire.stage.requests) == 1:
        wire.request()
        wire.send(success(wire, Connection="keep-alive"))
        wire.receive(1)
    wire.close()


@fault(UNKNOWN, calls=2, most=2)
def idle_connection_closed_after_the_next_request(wire: Wire) -> None:
    """Keeps the connection after an answer, reads the next request, and closes"""
    while True:
        wire.request()
        if len(wire.stage.requests) == 2:
            wire.finish()
        wire.send(success(wire, Connection="keep-alive"))


@fault(APPLIED, calls=2, most=2, receipt=True)
def kept_connection_works(wire: Wire) -> None:
    """Keeps the connection, and answers the next request on it"""
    while True:
        wire.request()
        wire.send(success(wire, Connection="keep-alive"))
