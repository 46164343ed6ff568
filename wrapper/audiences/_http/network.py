"""Connections that keep to one attempt's deadline and number of bytes, and that can be ended from outside."""

import socket
import ssl
import time
from collections.abc import Iterable
from concurrent.futures import Future
from contextlib import suppress
from ipaddress import ip_address
from threading import RLock, Thread
from typing import Any

import anyio
import httpcore2

from .trace import AttemptTrace

_PIECE = 64 * 1024
"""Bytes between two looks at the time. Half the CPU of 16 KiB, without TLS; more is no faster, and a server that reads
slowly would hold a call up for a multiple of its total time."""
_LATE = 0.02
"""Seconds for what came in time, and is read after it."""


class Line:
    """What a connection and those that it is made of share: the attempt that they serve now, and the socket."""

    def __init__(self) -> None:
        self.trace: AttemptTrace
        self.connecting: anyio.CancelScope | None = None
        """Of a connection of the event loop that is being made."""
        self._used: Any = None
        self._own: Any = None
        """A descriptor of the same connection that nobody else closes, so that its number is never another's."""
        self._over = False
        self._guard = RLock()

    def connected(self, stream: Any) -> None:
        """Raises ConnectError, and closes the socket, where the call was ended meanwhile."""
        self._used = stream.get_extra_info("socket")
        self._own = self._used.dup()
        if self._over:
            self.close()
            raise httpcore2.ConnectError("close() ended the call")

    def secured(self, used: ssl.SSLSocket) -> None:
        """TLS has taken the socket's place."""
        self._used = used

    def end(self) -> None:
        """End what goes on, from any thread or signal handler: who uses the socket sees its end, and closes it."""
        self._over = True
        if self.connecting:
            self.connecting.cancel()
        with self._guard, suppress(OSError):
            if self._own is not None:
                self._own.shutdown(socket.SHUT_RDWR)

    def close(self, *, used: bool = True) -> None:
        """Close the descriptors, whatever state an interrupt has left what used them in; an event loop closes the one
        that it uses itself.
        """
        with self._guard, suppress(OSError):
            if self._own is not None:
                self._own.close()
            if used and self._used is not None:
                self._used.close()


class _Held:
    """Has a request's head go out with the first piece of its body: in one packet, and not before there is a body.

    What comes before a request, as with a SOCKS proxy, goes out at once, and is not a part of it.
    """

    _line: Line
    _head: bytes | None = b""

    def _due(self, data: bytes) -> bytes:
        """What is to be written now."""
        if self._head is None:
            return data
        if not self._head:
            is_head = data.endswith(b"\r\n\r\n")
            self._head = data if is_head else b""
            return b"" if is_head else data
        whole, self._head = self._head + data, None
        self._line.trace.leaves(whole)
        return whole

    def _heard(self, data: bytes) -> bytes:
        self._head = b""
        if not self._line.trace.take(data):
            raise httpcore2.ReadError("more bytes than the answer may have")
        return data


class _Stream(_Held, httpcore2.NetworkStream):
    def __init__(self, inner: httpcore2.NetworkStream, line: Line) -> None:
        self._inner, self._line = inner, line

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        trace = self._line.trace
        seconds = trace.seconds(timeout)
        if seconds is None and (trace.too_late or not self.get_extra_info("is_readable")):
            raise httpcore2.ReadTimeout("the total time is over")
        return self._heard(self._inner.read(max_bytes, seconds or _LATE))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        data = self._due(buffer)
        for start in range(0, len(data), _PIECE):
            seconds = self._line.trace.seconds(timeout)
            if seconds is None:
                raise _stuck(self, httpcore2.WriteTimeout("the total time is over"))
            try:
                self._inner.write(data[start : start + _PIECE], seconds)
            except httpcore2.WriteTimeout as error:
                raise _stuck(self, error) from None

    def close(self) -> None:
        self._line.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore2.NetworkStream:
        seconds = self._line.trace.seconds(timeout)
        if seconds is None:
            self.close()  # as after any other failure in here; the pool does not know the connection yet
            raise httpcore2.ConnectTimeout("the total time is over")
        plain = self._inner.get_extra_info("socket")
        if isinstance(plain, ssl.SSLSocket):  # of a proxy
            return _Stream(self._inner.start_tls(ssl_context, server_hostname, seconds), self._line)
        try:
            # In two steps, so that an interrupted handshake's socket is known, and is closed.
            secure = ssl_context.wrap_socket(plain, server_hostname=server_hostname, do_handshake_on_connect=False)
            self._line.secured(secure)
            secure.settimeout(seconds)
            secure.do_handshake()
        except OSError as error:
            self.close()
            kind = httpcore2.ConnectTimeout if isinstance(error, TimeoutError) else httpcore2.ConnectError
            raise kind(str(error)) from error
        return _Stream(type(self._inner)(secure), self._line)  # type: ignore[call-arg]  # httpcore2 does not name it

    def get_extra_info(self, info: str) -> Any:
        return self._inner.get_extra_info(info)


class Backend(httpcore2.SyncBackend):
    def __init__(self, line: Line) -> None:
        self._line = line

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore2.NetworkStream:
        trace, failure = self._line.trace, None
        trace.connects = True
        end = time.monotonic() + (trace.seconds(timeout) or 0)
        for address in _resolve(host, port, end - time.monotonic()):
            try:
                left = end - time.monotonic()
                if left <= 0:
                    raise httpcore2.ConnectTimeout("the time to connect is over")
                inner = super().connect_tcp(address, port, left, local_address, socket_options)
            except (httpcore2.ConnectError, httpcore2.ConnectTimeout) as error:
                failure = error
            else:
                self._line.connected(inner)
                return _Stream(inner, self._line)
        raise failure or httpcore2.ConnectError("no address")


def _resolve(host: str, port: int, seconds: float) -> list[str]:
    """The host's addresses. The system's resolver keeps to no time, so it works in a thread that may be left behind."""
    try:
        return [str(ip_address(host))]
    except ValueError:
        found: Future[list[str]] = Future()

    def look() -> None:
        try:
            found.set_result([str(info[4][0]) for info in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)])
        except (OSError, UnicodeError) as error:
            found.set_exception(error)

    Thread(target=look, daemon=True).start()
    try:
        return found.result(seconds)
    except TimeoutError as error:
        raise httpcore2.ConnectTimeout("the host name was not resolved in time") from error
    except (OSError, UnicodeError) as error:
        raise httpcore2.ConnectError(str(error)) from error


def _stuck(stream: "_Stream | _AsyncStream", timeout: Exception) -> Exception:
    """What a write is over with: where an early answer waits, it is read, as after any other failure to write."""
    return httpcore2.WriteError("an answer came") if stream.get_extra_info("is_readable") else timeout


class _AsyncStream(_Held, httpcore2.AsyncNetworkStream):
    def __init__(self, inner: httpcore2.AsyncNetworkStream, line: Line) -> None:
        self._inner, self._line = inner, line

    async def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        trace = self._line.trace
        seconds = trace.seconds(timeout)
        if seconds is None and trace.too_late:
            raise httpcore2.ReadTimeout("the total time is over")
        try:
            data = await self._inner.read(max_bytes, seconds or _LATE)
        except httpcore2.ReadTimeout:
            if trace.seconds(timeout) is not None or trace.too_late:
                raise
            # A process that was stopped meanwhile sees the time-out before what had come.
            data = await self._inner.read(max_bytes, _LATE)
        return self._heard(data)

    async def write(self, buffer: bytes, timeout: float | None = None) -> None:
        data = self._due(buffer)
        if not data:
            return
        seconds = self._line.trace.seconds(timeout)
        if seconds is None:
            raise _stuck(self, httpcore2.WriteTimeout("the total time is over"))
        try:
            await self._inner.write(data, seconds)
        except httpcore2.WriteTimeout as error:
            raise _stuck(self, error) from None

    async def aclose(self) -> None:
        await self._inner.aclose()

    async def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore2.AsyncNetworkStream:
        try:
            inner = await self._inner.start_tls(ssl_context, server_hostname, self._line.trace.seconds(timeout) or 0)
        except BaseException:
            with anyio.CancelScope(shield=True):  # httpcore closes it after an error, not after a cancellation
                await self._inner.aclose()
            raise
        return _AsyncStream(inner, self._line)

    def get_extra_info(self, info: str) -> Any:
        return self._inner.get_extra_info(info)


class AsyncBackend(httpcore2.AsyncNetworkBackend):
    def __init__(self, line: Line) -> None:
        self._line = line
        self._inner: Any = httpcore2.AnyIOBackend()

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore2.AsyncNetworkStream:
        trace = self._line.trace
        trace.connects = True
        seconds, inner = trace.seconds(timeout) or 0, None
        try:
            with anyio.CancelScope() as self._line.connecting:
                inner = await self._inner.connect_tcp(host, port, seconds, local_address, socket_options)
        except BaseExceptionGroup as group:  # anyio tries addresses in a task group
            raise _interrupt_in(group) from None
        if inner is None:
            raise httpcore2.ConnectError("close() ended the call")
        self._line.connected(inner)
        return _AsyncStream(inner, self._line)


def _interrupt_in(group: BaseExceptionGroup[BaseException]) -> BaseException:
    """What a caller knows how to catch: the interrupt, or else the first that there is."""
    found: BaseException = group.subgroup((KeyboardInterrupt, SystemExit)) or group
    while isinstance(found, BaseExceptionGroup):
        found = found.exceptions[0]
    return found
