"""A server made of sockets and threads, on loopback: each connection is played the same piece."""

import contextlib
import socket
import ssl
import struct
import threading
import time
from collections.abc import Callable, Mapping
from types import TracebackType
from typing import Self

from faults.reading import Reading, Seen

Play = Callable[["Wire"], None]
"""What the server does with one connection."""
_AT_ONCE = struct.pack("ii", 1, 0)
_NARROW = 4096


class GoneError(Exception):
    """The client has closed, or the stage ends."""


class Wire:
    """One connection: whatever comes is counted, and any bytes at all can go out."""

    def __init__(self, connection: socket.socket, stage: "Stage") -> None:
        self.socket = connection
        self.stage = stage
        self._reading = Reading(stage.begin)
        self._taken = 0
        self._came, self._start, self._line = 0, b"", ""

    def receive(self, size: int = 262_144) -> bytes:
        data = self.socket.recv(size)
        if not data:
            self.stage.note("the client closed")
            raise GoneError
        self._note(data)
        self._reading.feed(data)
        return data

    def _note(self, data: bytes) -> None:
        """One line for what comes without an answer between."""
        if not self._came or self.stage.log[-1:] != [self._line]:
            self._came, self._start = 0, data[:60]
        elif self._came < 60:
            self._start = (self._start + data)[:60]
        if self._came:
            self.stage.log.pop()
        self._came += len(data)
        self._line = self.stage.note(f"got {self._came} bytes {self._start!r}")

    def head(self, size: int = 262_144) -> Seen:
        """The next request, read to the end of its head."""
        while self._reading.heads <= self._taken:
            self.receive(size)
        return self._reading.requests[self._taken]

    def request(self) -> Seen:
        """The next request, read to its end."""
        seen = self.head()
        while not seen.whole:
            self.receive()
        self._taken += 1
        return seen

    def send(self, data: bytes) -> None:
        self.stage.note(f"sent {len(data)} bytes {data[:60]!r}")
        self.socket.sendall(data)

    def drip(self, data: bytes, seconds: float = 0.2) -> None:
        """One byte at a time."""
        for byte in data:
            self.send(bytes([byte]))
            self.pause(seconds)

    def pause(self, seconds: float) -> None:
        if self.stage.stopping.wait(seconds):
            raise GoneError

    def hold(self) -> None:
        """Say nothing more, and read what comes, until the client goes."""
        self.stage.note("holds")
        while True:
            self.receive()

    def ignore(self) -> None:
        """Neither say nor read anything more."""
        self.stage.note("ignores")
        self.stage.stopping.wait()

    def finish(self) -> None:
        """Close in order: the client sees an end of file and no reset, because all that it sends is still read."""
        self.stage.note("closes")
        self.socket.shutdown(socket.SHUT_WR)
        self.hold()

    def close(self) -> None:
        """Close at once; the kernel answers what was not read, or still comes, with a reset."""
        self.stage.note("closes at once")
        self.socket.close()

    def reset(self) -> None:
        self.stage.note("resets")
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _AT_ONCE)
        self.socket.close()

    def assume(self) -> None:
        """Count this connection as a request that was begun: nobody will look."""
        self.stage.begin().assumed = True

    def secure(self, context: ssl.SSLContext) -> None:
        """The server's side of a TLS handshake."""
        wrapped = context.wrap_socket(self.socket, server_side=True, do_handshake_on_connect=False)
        self.socket = wrapped
        wrapped.do_handshake()
        self.stage.note(f"speaks {wrapped.version()}")

    def abort(self) -> None:
        with contextlib.suppress(OSError):  # it may be closed already
            self.socket.shutdown(socket.SHUT_RDWR)


class Stage:
    """Listens while the block lasts. `requests` has what a provider could take for a request."""

    def __init__(
        self, play: Play, status: int, body: bytes, headers: Mapping[str, str] | None = None, *, narrow: bool = False
    ) -> None:
        self.status, self.body, self.headers = status, body, headers or {}
        """The documented success of the provider that is played."""
        self.location = ""
        """A URL on another host, which nobody should ask."""
        self.stopping = threading.Event()
        self.connections = 0
        self.log: list[str] = []
        self._play = play
        self._narrow = narrow
        self._all: list[Seen] = []
        self._wires: list[Wire] = []
        self._threads: list[threading.Thread] = []
        self._lock = threading.Lock()
        self._begun = time.monotonic()

    def __enter__(self) -> Self:
        self._listener = socket.socket()
        self._listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if self._narrow:  # so that the kernel does not take the body in the server's place
            self._listener.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, _NARROW)
        self._listener.bind(("127.0.0.1", 0))
        self._listener.listen(16)
        self.port = int(self._listener.getsockname()[1])
        self._thread = threading.Thread(target=self._accept, daemon=True)
        self._thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.stop()
        self._thread.join()
        for thread in self._threads:
            thread.join()
        self._listener.close()

    def settle(self) -> None:
        """Read what a client that is gone has left, so that all is counted."""
        self.stopping.set()
        for thread in list(self._threads):
            thread.join(2)

    def stop(self) -> None:
        """End everything; a client that still waits is told so by its connection."""
        self.stopping.set()
        with contextlib.suppress(OSError):  # it may be stopped already
            self._listener.shutdown(socket.SHUT_RDWR)
        with self._lock:
            for wire in self._wires:
                wire.abort()

    @property
    def requests(self) -> list[Seen]:
        with self._lock:
            return [seen for seen in self._all if seen.counts]

    @property
    def tunnels(self) -> list[Seen]:
        with self._lock:
            return [seen for seen in self._all if seen.tunnel]

    def begin(self) -> Seen:
        seen = Seen()
        with self._lock:
            self._all.append(seen)
        return seen

    def note(self, text: str) -> str:
        line = f"{time.monotonic() - self._begun:5.2f} s  {text}"
        if len(self.log) < 40:
            self.log.append(line)
        return line

    def _accept(self) -> None:
        while not self.stopping.is_set():
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            wire = Wire(connection, self)
            thread = threading.Thread(target=self._serve, args=(wire,), daemon=True)
            with self._lock:
                self.connections += 1
                self._wires.append(wire)
            self.note(f"accepted connection {self.connections}")
            thread.start()
            self._threads.append(thread)  # not before, because only a thread that was started can be joined

    def _serve(self, wire: Wire) -> None:
        try:
            self._play(wire)
        except (GoneError, OSError) as error:
            self.note(f"ended: {type(error).__name__} {error}")
        finally:
            wire.socket.close()
