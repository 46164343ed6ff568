"""A large body goes up in pieces: large enough to be fast, small enough for the total time to be kept to."""

import socket
import threading
import time
from collections.abc import Iterator

import httpcore
import pytest

from audiences._http import network

BODY = bytes(range(256)) * 4096  # what is read of a file at once


class Taking(httpcore.NetworkStream):
    """Takes what is written."""

    def __init__(self) -> None:
        self.taken: list[bytes] = []

    def write(self, buffer: bytes, timeout: float | None = None) -> None:  # noqa: ARG002
        self.taken.append(bytes(buffer))


def test_a_mebibyte_is_written_whole_and_in_sixteen_pieces() -> None:
    inner = Taking()
    with network.budget(time.monotonic() + 5, 0, lambda _: None):
        network._Stream(inner).write(BODY)
    assert b"".join(inner.taken) == BODY
    assert [len(piece) for piece in inner.taken] == [64 * 1024] * 16


@pytest.fixture
def slow() -> Iterator[tuple[str, int]]:
    """A server that reads 16 KiB each tenth of a second."""
    over = threading.Event()
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)

        def read() -> None:
            accepted, _ = listener.accept()
            with accepted:
                while not over.wait(0.1) and accepted.recv(16 * 1024):
                    pass

        thread = threading.Thread(target=read)
        thread.start()
        yield listener.getsockname()
        over.set()
        thread.join()


def test_the_total_time_ends_a_body_that_is_read_slowly(slow: tuple[str, int]) -> None:
    small = [(socket.SOL_SOCKET, socket.SO_SNDBUF, 4096)]
    with network.budget(time.monotonic() + 1, 0, lambda _: None):
        stream, begun = network.Backend().connect_tcp(*slow, socket_options=small), time.monotonic()
        with pytest.raises(httpcore.WriteTimeout):
            stream.write(BODY)
        stream.close()
    assert 0.5 < time.monotonic() - begun < 2
