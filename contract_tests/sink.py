"""A server that takes bodies of any size, of which it keeps some, and can be late to listen."""

import re
import socket
import threading
from dataclasses import dataclass, field
from types import TracebackType
from typing import Self

_END = b"\r\n0\r\n\r\n"
"""Of a chunked body."""


@dataclass
class Taken:
    """One request. `start` has the first bytes of the body, as it came."""

    head: bytes
    kept: int
    size: int = 0
    start: bytes = b""
    whole: bool = False
    _end: bytes = b""

    @property
    def length(self) -> int | None:
        """Its Content-Length."""
        found = re.search(rb"(?i)content-length: *(\d+)", self.head)
        return int(found[1]) if found else None

    @property
    def body(self) -> bytes:
        """All of the body, out of its chunks."""
        assert self.size == len(self.start)
        if self.length is not None:
            return self.start
        body, rest = b"", self.start
        while rest:
            size, _, rest = rest.partition(b"\r\n")
            body, rest = body + rest[: int(size, 16)], rest[int(size, 16) + 2 :]
        return body

    def feed(self, data: memoryview) -> None:
        self.size += len(data)
        self.start += data[: max(0, self.kept - len(self.start))]
        self._end = (self._end + data[-len(_END) :])[-len(_END) :]
        self.whole = self._end == _END if self.length is None else self.size == self.length


@dataclass
class Sink:
    """Answers each whole request with the next of `answers`, the last one for ever, and keeps the connection."""

    answers: list[bytes]
    kept: int = 64 * 1024
    """Bytes of a body that are kept."""
    late: bool = False
    """Refuses connections until `listen` is called."""
    taken: list[Taken] = field(default_factory=list)

    def __enter__(self) -> Self:
        self._listener = socket.socket()
        self._listener.bind(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._listener.getsockname()[1]}"
        if not self.late:
            self.listen()
        return self

    def listen(self) -> None:
        self._listener.listen()
        threading.Thread(target=self._accept, daemon=True).start()

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()

    def _accept(self) -> None:
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection: socket.socket) -> None:
        buffer = memoryview(bytearray(1024 * 1024))
        head, current = b"", None
        with connection:
            try:
                while size := connection.recv_into(buffer):
                    data = buffer[:size]
                    if current is None:
                        head += data
                        if b"\r\n\r\n" not in head:
                            continue
                        head, _, rest = head.partition(b"\r\n\r\n")
                        current, data = Taken(head, self.kept), memoryview(rest)
                        self.taken.append(current)
                    current.feed(data)
                    if current.whole:
                        head, current = b"", None
                        connection.sendall(self.answers.pop(0) if len(self.answers) > 1 else self.answers[0])
            except OSError:
                return
