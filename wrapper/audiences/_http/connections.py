"""Our own connections. A call that changes something has a new one unless `reuse_connections` is set, so that it finds
nothing that another call left.
"""

import os
import socket
import ssl
import time
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Future
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from errno import ECONNABORTED, EINPROGRESS, EWOULDBLOCK
from functools import partial
from threading import RLock, Thread
from typing import Any

import h11
import httpx2

from .._sides import BlockingSide, Flow, Side
from .proxies import PROTOCOLS, Origin, credentials, origin, tls
from .trace import AttemptTrace

_PIECE = 64 * 1024
"""Bytes that are sent or read at once, between two checks of the time. Without TLS, this takes half the CPU time that
16 KiB take. More is no faster, and with a server that reads slowly, a call would far exceed its total time."""
_NEXT = 1.0
"""Seconds after which the next of a host's addresses is tried."""
_KEPT = 1.0
"""Seconds for which an idle connection may be used again. They are few: a server may close it at any time."""
_LONGEST_HEAD = 100 * 1024
"""The most bytes of an answer's head, which is its status line and headers."""


@dataclass(frozen=True, slots=True, repr=False)
class ConnectionSettings:
    """How a provider object reaches its servers."""

    user_agent: str
    tls: ssl.SSLContext | None
    proxies: Mapping[Origin, str]


class Connection:
    """An HTTP/1.1 connection to an origin. Its methods raise the exceptions of httpx2 and of h11."""

    _trace: AttemptTrace
    """The trace of the attempt that the connection carries now."""

    def __init__(self, side: Side, url: str) -> None:
        self.origin, self._process = origin(url), os.getpid()
        self._side: Any = side
        self._socket: Any = None
        self._http = h11.Connection(h11.CLIENT, _LONGEST_HEAD)
        self._kept_until = 0.0
        self._connecting: float | None = None
        """The time at which connecting began; None while anything else goes on."""
        self._over, self._guard = False, RLock()

    @property
    def is_stale(self) -> bool:
        """Whether it cannot be used again: it belongs to a parent process, is too old or ended, or has unread bytes."""
        return self._process != os.getpid() or time.monotonic() > self._kept_until or self._first() is not None

    def _first(self) -> bytes | None:
        """The first byte that has come; b"" at the end of the connection; None if nothing has come but messages of TLS
        itself, such as tickets for later sessions.
        """
        try:
            data: bytes = self._socket.recv(1)
        except (BlockingIOError, ssl.SSLWantReadError):
            return None
        except OSError:
            return b""
        return data

    def end(self) -> None:
        """End what goes on, from any thread or signal handler. Whoever uses the socket then finds it at its end."""
        self._over = True
        with self._guard, suppress(OSError):
            if self._socket:
                # Not the shutdown of SSLSocket: after it, the next bytes would be read without decrypting them.
                socket.socket.shutdown(self._socket, socket.SHUT_RDWR)

    def close(self) -> None:
        with self._guard:  # else `end` might use a descriptor that is another file's by then
            if self._socket:
                self._socket.close()

    def _check(self) -> None:
        """Raises ConnectionAbortedError if `end` was called."""
        if self._over:
            raise ConnectionAbortedError(ECONNABORTED, None)

    def serve(self, trace: AttemptTrace) -> None:
        """Carry the attempt from here on."""
        self._trace, trace.connects, trace.how.ending.end_connection = trace, True, self.end
        if trace.how.ending.over:
            self.end()

    def open(self, settings: ConnectionSettings) -> Flow[None]:
        proxy, (scheme, host, port) = settings.proxies.get(self.origin), self.origin
        with self._doing("Connect"):
            yield from self._connect(*(origin(proxy) if proxy else self.origin)[1:])
        if proxy:
            yield from self._tunnel(f"[{host}]:{port}" if ":" in host else f"{host}:{port}", credentials(proxy))
        if scheme == "https":
            with self._doing("Connect"):
                yield from self._secure(settings.tls or tls(), host)

    def _connect(self, host: str, port: int) -> Flow[None]:
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
        """A host's addresses. The system's resolver has no time-out, so it runs in a thread that may be left behind."""
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
        self._check()
        return found.result(0)

    def _wait(self, most: float | None = None, *, writing: bool = False) -> Flow[None]:
        if self._connecting:  # later, what came before the end is still read
            self._check()
        kind = "connect" if self._connecting else "write" if writing else "read"
        seconds = self._trace.seconds(kind, self._connecting)
        if not seconds and self._trace.is_over:
            raise TimeoutError
        ready = yield self._side.ready(self._socket, min(seconds, most or seconds), writing=writing)
        # A process that was stopped for a while sees the time-out first, even of what came in time: look once more.
        if not ready and not BlockingSide.ready(self._socket, 0, writing=writing):
            raise TimeoutError

    def _secure(self, context: ssl.SSLContext, host: str) -> Flow[None]:
        with self._guard:
            self._socket = context.wrap_socket(self._socket, server_hostname=host, do_handshake_on_connect=False)
        yield from self._done(self._socket.do_handshake)
        if self._socket.selected_alpn_protocol() not in (None, *PROTOCOLS):
            raise ssl.SSLError(None, "the TLS context offers another protocol than HTTP/1.1, and the server took it")

    def _tunnel(self, target: str, proxy_headers: tuple[tuple[str, str], ...]) -> Flow[None]:
        asked = h11.Connection(h11.CLIENT, _LONGEST_HEAD)
        headers = [("Host", target), ("Accept", "*/*"), *proxy_headers]
        head = asked.send(h11.Request(method="CONNECT", target=target, headers=headers))
        yield from self._write(head or b"")
        asked.send(h11.EndOfMessage())
        answer = yield from self._event(asked)
        if not 200 <= answer.status_code < 300:
            self._trace.to += f", which answered {answer.status_code}"
            raise httpx2.ProxyError("")

    def exchange(self, request: Any) -> Flow[bool]:
        """Send the request, and report the answer to the trace. Returns whether the connection may be used again: not
        if the request or the answer forbids it, and not if the answer is too long, or bytes follow it.
        """
        trace = self._trace
        with self._doing("Connect"):
            self._check()
        head = h11.Request(method=request.method, target=request.url.raw_path, headers=request.headers.raw)
        try:
            yield from self._send(head, request.stream)
        except httpx2.WriteError:
            pass  # a server that does not want all of it may have answered
        except httpx2.WriteTimeout:
            first = self._first()
            if first is None:
                raise
            trace.take(first)
            self._http.receive_data(first)
        answer = yield from self._event(self._http)
        trace.head(answer.status_code, tuple(httpx2.Headers([*answer.headers]).multi_items()))
        while isinstance(event := (yield from self._event(self._http)), h11.Data):
            if not trace.body(event.data):
                return False
        if (self._http.our_state, self._http.their_state) != (h11.DONE, h11.DONE) or self._http.trailing_data[0]:
            return False
        self._http.start_next_cycle()
        self._kept_until = time.monotonic() + _KEPT
        return True

    def _send(self, request: h11.Request, body: Any) -> Flow[None]:
        """The head is sent with the first bytes of the body: in one packet, and not before the body has any."""
        due = self._http.send(request) or b""
        chunks = self._side.iterate(body)
        try:
            while (chunk := (yield self._side.following(chunks, None))) is not None:
                due += self._http.send(h11.Data(chunk)) or b""
                self._trace.left = True
                yield from self._write(due)
                due = b""
        finally:
            yield getattr(chunks, self._side.close)()
        due += self._http.send(h11.EndOfMessage()) or b""
        self._trace.left = True
        yield from self._write(due)

    def _event(self, http: h11.Connection) -> Flow[Any]:
        """The next event of the answer. Interim answers (1xx) are skipped."""
        while True:
            event = http.next_event()
            if event is h11.NEED_DATA:
                data = yield from self._read()
                if not data and http.their_state is h11.SEND_RESPONSE:
                    raise httpx2.RemoteProtocolError("no answer")
                http.receive_data(data)
            elif not isinstance(event, h11.InformationalResponse):
                return event

    def _read(self) -> Flow[bytes]:
        with self._doing("Read"):
            # TLS may have bytes that were not read yet, though none are waiting at the socket.
            if not (isinstance(self._socket, ssl.SSLSocket) and self._socket.pending()):
                yield from self._wait()
            data: bytes = yield from self._done(partial(self._socket.recv, _PIECE))
            if not data:
                self._check()
        if not self._trace.take(data):
            raise httpx2.ReadError("more bytes than the answer may have")
        return data

    def _write(self, data: bytes) -> Flow[None]:
        rest = memoryview(data)
        with self._doing("Write"):
            while rest:
                if self._trace.seconds("write") <= 0:
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

    @contextmanager
    def _doing(self, what: str) -> Iterator[None]:
        """Raise the exception of httpx2 for what goes wrong in a step: "Connect", "Read" or "Write"."""
        self._connecting = time.monotonic() if what == "Connect" else None
        try:
            yield
        except (OSError, UnicodeError) as error:
            late = isinstance(error, TimeoutError) and error.errno is None
            raise getattr(httpx2, what + ("Timeout" if late else "Error"))("") from error
