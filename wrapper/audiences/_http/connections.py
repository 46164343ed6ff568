"""Our own connections: one for each call, so that no call finds what another one left."""

import os
import ssl
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import h11
import httpx2

from .._sides import Flow, Side
from .proxies import Origin, credentials, origin, tls
from .trace import AttemptTrace
from .wire import Wire

_KEPT = 1.0
"""Seconds for which an idle connection is kept where a call may use it again: a server may close it at any time."""
_LONGEST_HEAD = 100 * 1024
"""Bytes of an answer's head."""


@dataclass(frozen=True, slots=True, repr=False)
class ConnectionSettings:
    """How a provider object reaches its servers."""

    user_agent: str
    tls: ssl.SSLContext | None
    proxies: Mapping[Origin, str]


class Connection:
    """HTTP/1.1 to an origin. Raises exceptions of httpx2's and h11's kinds."""

    def __init__(self, side: Side, url: str) -> None:
        self.origin, self._process = origin(url), os.getpid()
        self._side: Any = side
        self._wire = Wire(side)
        self._http = h11.Connection(h11.CLIENT, _LONGEST_HEAD)
        self._kept_until = 0.0
        self.close = self._wire.close

    @property
    def is_stale(self) -> bool:
        """Whether it is of no use any more. A parent process has its own."""
        return self._process != os.getpid() or time.monotonic() > self._kept_until or self._wire.is_readable

    def serve(self, trace: AttemptTrace) -> None:
        """Carry the attempt from here on."""
        self._wire.trace, trace.connects = trace, True

    def open(self, settings: ConnectionSettings) -> Flow[None]:
        proxy, (scheme, host, port) = settings.proxies.get(self.origin), self.origin
        with self._doing("Connect"):
            yield from self._wire.connect(*(origin(proxy) if proxy else self.origin)[1:])
        if proxy:
            yield from self._tunnel(f"[{host}]:{port}" if ":" in host else f"{host}:{port}", credentials(proxy))
        if scheme == "https":
            with self._doing("Connect"):
                yield from self._wire.secure(settings.tls or tls(), host)

    def _tunnel(self, target: str, told: tuple[tuple[str, str], ...]) -> Flow[None]:
        asked = h11.Connection(h11.CLIENT, _LONGEST_HEAD)
        headers = [("Host", target), ("Accept", "*/*"), *told]
        head = asked.send(h11.Request(method="CONNECT", target=target, headers=headers))
        yield from self._write(head or b"")
        asked.send(h11.EndOfMessage())
        answer = yield from self._event(asked)
        if not 200 <= answer.status_code < 300:
            raise httpx2.ProxyError(str(answer.status_code))

    def exchange(self, request: Any) -> Flow[bool]:
        """Send the request, and tell the trace what comes. Whether the connection may be used again,
        which it may not where the request or the answer said so.
        """
        trace = self._wire.trace
        head = h11.Request(method=request.method, target=request.url.raw_path, headers=request.headers.raw)
        try:
            yield from self._send(head, request.stream)
        except httpx2.WriteError:
            pass  # a server that does not want all of it may have answered
        except httpx2.WriteTimeout:
            if not self._wire.is_readable:
                raise
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
        """A head waits for the first of its body: in one packet, and not before there is a body."""
        due = self._http.send(request) or b""
        chunks = self._side.iterate(body)
        try:
            while (chunk := (yield self._side.following(chunks, None))) is not None:
                due += self._http.send(h11.Data(chunk)) or b""
                self._wire.trace.left = True
                yield from self._write(due)
                due = b""
        finally:
            yield getattr(chunks, self._side.close)()
        due += self._http.send(h11.EndOfMessage()) or b""
        self._wire.trace.left = True
        yield from self._write(due)

    def _event(self, http: h11.Connection) -> Flow[Any]:
        """The next one, but for interim answers."""
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
            data = yield from self._wire.read()
        if not self._wire.trace.take(data):
            raise httpx2.ReadError("more bytes than the answer may have")
        return data

    def _write(self, data: bytes) -> Flow[None]:
        with self._doing("Write"):
            yield from self._wire.write(data)

    @contextmanager
    def _doing(self, what: str) -> Iterator[None]:
        """Have what goes wrong be of httpx2's kinds."""
        self._wire.connecting = time.monotonic() if what == "Connect" else None
        try:
            yield
        except (OSError, UnicodeError) as error:
            late = isinstance(error, TimeoutError) and error.errno is None
            raise getattr(httpx2, what + ("Timeout" if late else "Error"))("") from error
