"""A connection's bytes: they keep to one attempt's deadline."""

import os
import socket
import ssl
from collections.abc import Callable
from concurrent.futures import Future
from contextlib import suppress
from errno import EINPROGRESS, EWOULDBLOCK
from functools import partial
from threading import Thread
from typing import Any

from .._sides import BlockingSide, Flow, Side
from .trace import AttemptTrace

_PIECE = 64 * 1024
"""Bytes between two looks at the time. Half the CPU of 16 KiB, without TLS; more is no faster, and a server that reads
slowly would hold a call up for a multiple of its total time."""
_NEXT = 1.0
"""Seconds after which the next of a host's addresses is tried."""


class Wire:
    """A TCP connection, and the attempt that it serves now. Raises TimeoutError where a time was over, else OSError."""

    trace: AttemptTrace

    def __init__(self, side: Side) -> None:
        self._side: Any = side
        self._socket: Any = None
        self.connecting: float | None = None
        """Since when, if it is not connected yet."""

    def close(self) -> None:
        if self._socket:
            self._socket.close()

    @property
    def is_readable(self) -> bool:
        return bool(getattr(self._socket, "pending", int)()) or BlockingSide.ready(self._socket, 0)

    def connect(self, host: str, port: int) -> Flow[None]:
        found = yield from self._addresses(host, port)
        failure = OSError()
        while found:
            family, kind, protocol, _, address = found.pop(0)
            try:
                self.close()
                made = self._socket = socket.socket(family, kind, protocol)
                made.setblocking(False)
                made.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                code = made.connect_ex(address)
                if code in (EINPROGRESS, EWOULDBLOCK):
                    yield from self._wait(_NEXT if found else None, writing=True)
                    code = made.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
                if code:
                    raise OSError(code, os.strerror(code))
            except OSError as error:
                failure = error
            else:
                return
        raise failure

    def _addresses(self, host: str, port: int) -> Flow[list[Any]]:
        """The system's resolver keeps to no time, so it works in a thread that may be left behind."""
        with suppress(socket.gaierror):
            return socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_NUMERICHOST)
        found = Future[list[Any]]()
        self._socket, other = socket.socketpair()

        def look() -> None:
            with other:
                try:
                    found.set_result(socket.getaddrinfo(host, port, type=socket.SOCK_STREAM))
                except OSError as error:
                    found.set_exception(error)

        Thread(target=look, daemon=True).start()
        yield from self._wait()
        return found.result(0)

    def _wait(self, most: float | None = None, *, writing: bool = False) -> Flow[None]:
        kind = "connect" if self.connecting else "write" if writing else "read"
        seconds = self.trace.seconds(kind, self.connecting)
        ready = yield self._side.ready(self._socket, min(seconds, most or seconds), writing=writing)
        # Of what came in time, a process that was stopped meanwhile may see the time-out first.
        if not ready and not BlockingSide.ready(self._socket, 0, writing=writing):
            raise TimeoutError

    def secure(self, context: ssl.SSLContext, host: str) -> Flow[None]:
        """From here on, TLS."""
        context.set_alpn_protocols(["http/1.1"])
        self._socket = context.wrap_socket(self._socket, server_hostname=host, do_handshake_on_connect=False)
        yield from self._done(self._socket.do_handshake)

    def read(self) -> Flow[bytes]:
        """What came; nothing at the end."""
        data: bytes = yield from self._done(lambda: self._socket.recv(_PIECE))
        return data

    def write(self, data: bytes) -> Flow[None]:
        rest = memoryview(data)
        while rest:
            if self.trace.how.remaining <= 0:
                raise TimeoutError
            piece = rest[:_PIECE]
            rest = rest[(yield from self._done(partial(self._socket.send, piece), writing=True)) :]

    def _done(self, act: Callable[[], Any], *, writing: bool = False) -> Flow[Any]:
        while True:
            try:
                return act()
            except ssl.SSLWantReadError:
                wants_to_write = False
            except ssl.SSLWantWriteError:
                wants_to_write = True
            except BlockingIOError:
                wants_to_write = writing
            yield from self._wait(writing=wants_to_write)
