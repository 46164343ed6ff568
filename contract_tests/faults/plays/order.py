"""Answers that come before they are asked for, or twice."""

from faults.answers import error, success
from faults.fault import APPLIED, DOCUMENTED, REJECTED, UNKNOWN, fault
from faults.server import Wire


@fault(APPLIED)
def close_after_status_line(wire: Wire) -> None:
    """Sends the status line of its success, and closes"""
    wire.request()
    wire.send(success(wire).partition(b"\r\n")[0] + b"\r\n")
    wire.finish()


@fault(APPLIED, status=DOCUMENTED)
def response_before_request(wire: Wire) -> None:
    """Answers with its success as soon as it is connected to, then reads the request"""
    wire.send(success(wire))
    wire.request()
    wire.finish()


@fault(UNKNOWN, status=408)
def timeout_before_request(wire: Wire) -> None:
    """Answers 408 as soon as it is connected to, then reads the request"""
    wire.send(error(408))
    wire.request()
    wire.finish()


@fault(APPLIED, receipt=True, status=DOCUMENTED)
def two_responses(wire: Wire) -> None:
    """Answers with its success twice"""
    wire.request()
    wire.send(success(wire, Connection="keep-alive") * 2)
    wire.hold()


@fault(REJECTED, status=400, calls=2, most=2)
def two_responses_to_the_first_request(wire: Wire) -> None:
    """Answers the first request twice with its success, and refuses the second request"""
    while True:
        wire.request()
        first = len(wire.stage.requests) == 1
        wire.send(success(wire, Connection="keep-alive") * 2 if first else error(400))


@fault(UNKNOWN, status=500, most=2)
def two_responses_to_a_refusal(wire: Wire) -> None:
    """Answers 429 with Retry-After and, unasked, its success; what is then repeated fails with 500"""
    while True:
        wire.request()
        refusal = error(429, Connection="keep-alive", Retry_After="0")
        first = len(wire.stage.requests) == 1
        wire.send(refusal + success(wire, Connection="keep-alive") if first else error(500))


@fault(REJECTED, status=400, calls=2, most=2, between=0.7)
def late_second_response(wire: Wire) -> None:
    """Keeps the connection, and sends a second success on it before the next request, which it refuses"""
    while True:
        wire.request()
        first = len(wire.stage.requests) == 1
        wire.send(success(wire, Connection="keep-alive") if first else error(400))
        if first:
            wire.pause(0.1)
            wire.send(success(wire, Connection="keep-alive"))
