"""A large body goes up in pieces that are small enough for the total time to be kept to."""

import socket
import threading
import time
from collections.abc import Iterator

import pytest
from anyio.from_thread import BlockingPortal

from audiences import Audience, PhoneFile, UnknownOutcomeError
from callers import Caller


@pytest.fixture
def slow() -> Iterator[str]:
    """A server that reads 16 KiB each tenth of a second."""
    over = threading.Event()
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        listener.settimeout(10)

        def read() -> None:
            accepted, _ = listener.accept()
            with accepted:
                while not over.wait(0.1) and accepted.recv(16 * 1024):
                    pass

        thread = threading.Thread(target=read)
        thread.start()
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        over.set()
        thread.join()


def test_the_total_time_ends_a_body_that_is_read_slowly(slow: str, face: BlockingPortal | None) -> None:
    caller = Caller("commbox", slow, face)
    file = PhoneFile(b"phone1\r\n" + b"442079832100\r\n" * 2**21, "x.csv")
    begun = time.monotonic()
    error = caller.create(Audience(name="VIP", members=file), timeout=1)
    assert 0.5 < time.monotonic() - begun < 20
    assert isinstance(error, UnknownOutcomeError)
    assert "(the total timeout is 1 s)" in str(error)
    caller.close()
