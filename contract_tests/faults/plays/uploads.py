"""Requests of several MB, and servers that do not take them, or not at once."""

from faults.answers import error, success
from faults.fault import APPLIED, DOCUMENTED, REJECTED, UNKNOWN, fault
from faults.server import Wire

_EARLY = 65_536


@fault(UNKNOWN, large=True, narrow=True)
def stops_reading(wire: Wire) -> None:
    """Reads the beginning of the body, and no more"""
    wire.head(_EARLY)
    wire.ignore()


@fault(UNKNOWN, large=True, narrow=True)
def reads_slowly(wire: Wire) -> None:
    """Reads the body, 1 KB each 0.05 s"""
    wire.head(1024)
    while True:
        wire.receive(1024)
        wire.pause(0.05)


@fault(UNKNOWN, large=True)
def reset_while_uploading(wire: Wire) -> None:
    """Reads the beginning of the body, and resets"""
    wire.head(_EARLY)
    wire.reset()


@fault(UNKNOWN, large=True)
def close_while_uploading(wire: Wire) -> None:
    """Reads the beginning of the body, closes its side, and reads the rest"""
    wire.head(_EARLY)
    wire.finish()


@fault(APPLIED, large=True, status=DOCUMENTED, receipt=True, timeouts={"total": 5.0})
def large_and_taken(wire: Wire) -> None:
    """Reads all of it, and answers with its success"""
    wire.request()
    wire.send(success(wire))
    wire.finish()


@fault(APPLIED, large=True, status=DOCUMENTED, receipt=True, timeouts={"total": 5.0})
def success_while_uploading(wire: Wire) -> None:
    """Answers with its success before it has the body, then reads it"""
    wire.head(_EARLY)
    wire.send(success(wire, Connection="keep-alive"))
    wire.hold()


@fault(REJECTED, large=True, status=413, timeouts={"total": 5.0})
def early_413(wire: Wire) -> None:
    """Answers 413 before it has the body, then reads it"""
    wire.head(_EARLY)
    wire.send(error(413, Connection="keep-alive"))
    wire.hold()


@fault(REJECTED, large=True, status=413, timeouts={"total": 5.0})
def early_413_and_close(wire: Wire) -> None:
    """Answers 413 before it has the body, closes its side, and reads the rest"""
    wire.head(_EARLY)
    wire.send(error(413))
    wire.finish()


@fault(REJECTED, large=True, narrow=True, status=413)
def early_413_and_no_reading(wire: Wire) -> None:
    """Answers 413 before it has the body, and never reads the rest"""
    wire.head(_EARLY)
    wire.send(error(413, Connection="keep-alive"))
    wire.ignore()


# A reset may overtake the answer and destroy it (RFC 9112, 9.6); who did not get it cannot tell.
@fault(REJECTED, UNKNOWN, large=True)
def early_413_and_reset(wire: Wire) -> None:
    """Answers 413 before it has the body, and closes at once, which resets the connection"""
    wire.head(_EARLY)
    wire.send(error(413))
    wire.close()


# Who has the answer by then can tell; asyncio throws away what it has not read yet when a write fails.
@fault(REJECTED, UNKNOWN, large=True, narrow=True)
def early_413_and_late_reset(wire: Wire) -> None:
    """Answers 413 before it has the body, waits until the client must have it, and resets"""
    wire.head(_EARLY)
    wire.send(error(413))
    wire.pause(0.3)
    wire.close()
