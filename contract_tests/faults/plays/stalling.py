"""Servers that do not go on."""

from faults.answers import answering, half, head, success
from faults.doors import full, no_such_host, one_connection, refused
from faults.fault import APPLIED, DOCUMENTED, NOT_SENT, REJECTED, UNKNOWN, add, fault
from faults.server import Wire


def _nobody(wire: Wire) -> None:
    wire.hold()


add("refused", "does not listen", _nobody, NOT_SENT, door=refused)
add("no_such_host", "has a name that does not resolve", _nobody, NOT_SENT, door=no_such_host)
add("queue_full", "leaves the SYN unanswered", _nobody, NOT_SENT, door=full)
add(
    "queue_full_until_the_deadline",
    "leaves the SYN unanswered; the deadline is sooner than the time-out",
    _nobody,
    NOT_SENT,
    door=full,
    timeouts={"connect": 5.0, "total": 1.0},
)


add("stall_before_status", "reads the request, and says nothing", answering(b"", Wire.hold), UNKNOWN)


@fault(UNKNOWN, timeouts={"read": 30.0, "total": 1.0})
def stall_until_the_deadline(wire: Wire) -> None:
    """Reads the request, and says nothing; the deadline is sooner than the time-out"""
    wire.request()
    wire.hold()


@fault(APPLIED)
def stall_after_status_line(wire: Wire) -> None:
    """Sends the status line of its success, and nothing more"""
    wire.request()
    wire.send(success(wire).partition(b"\r\n")[0] + b"\r\n")
    wire.hold()


add("stall_in_status_line", "sends half a status line, and nothing more", answering(b"HTTP/1.1 ", Wire.hold), UNKNOWN)


@fault(APPLIED, status=DOCUMENTED)
def stall_after_headers(wire: Wire) -> None:
    """Sends the headers of its success, and nothing more"""
    wire.request()
    wire.send(head(wire, "Content-Length: 100"))
    wire.hold()


@fault(APPLIED, status=DOCUMENTED)
def stall_mid_body(wire: Wire) -> None:
    """Sends half of its success, and nothing more"""
    wire.request()
    wire.send(half(wire))
    wire.hold()


@fault(REJECTED, status=400)
def stall_mid_refusal(wire: Wire) -> None:
    """Sends half of a 400, and nothing more"""
    wire.request()
    wire.send(b"HTTP/1.1 400 X\r\nContent-Length: 100\r\n\r\n{")
    wire.hold()


@fault(UNKNOWN, status=500)
def stall_mid_failure(wire: Wire) -> None:
    """Sends half of a 500, and nothing more"""
    wire.request()
    wire.send(b"HTTP/1.1 500 X\r\nContent-Length: 100\r\n\r\n{")
    wire.hold()


@fault(APPLIED, receipt=True, status=DOCUMENTED)
def slow_but_sure(wire: Wire) -> None:
    """Answers with its success, 0.3 s late"""
    wire.request()
    wire.pause(0.3)
    wire.send(success(wire))
    wire.finish()


@fault(NOT_SENT, door=one_connection, calls=2, beside=True, most=1, timeouts={"pool": 0.2, "read": 1.5})
def pool_exhausted(wire: Wire) -> None:
    """Keeps the only connection that the pool may have busy"""
    wire.request()
    wire.hold()
