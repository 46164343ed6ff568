"""Connections that keep to a deadline and to a number of bytes."""

import ssl
import time
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from ipaddress import ip_address
from socket import SOCK_STREAM, getaddrinfo
from threading import Thread
from typing import Any

import anyio
import httpcore
import httpx

_OVERHEAD = 2**20
_PIECE = 64 * 1024
"""Bytes between two looks at the time. Half the CPU of 16 KiB, without TLS; more is no faster, and a server that reads
slowly would hold a call up for a multiple of its total time."""


@dataclass
class Budget:
    """What the exchange that goes on may still take: until when, on the monotonic clock, and how many bytes."""

    deadline: float
    room: int
    hear: Callable[[bytes], None]

    def seconds(self, timeout: float | None, over: type[Exception]) -> float:
        left = self.deadline - time.monotonic()
        if left <= 0:
            raise over("the deadline is over")
        return left if timeout is None else min(timeout, left)

    def take(self, data: bytes) -> None:
        self.hear(data)
        self.room -= len(data)
        if self.room < 0:
            raise httpcore.ReadError("more bytes than the body may have")


_BUDGET: ContextVar[Budget] = ContextVar("audiences_budget")


@contextmanager
def budget(deadline: float, limit: int, hear: Callable[[bytes], None]) -> Iterator[None]:
    """Bind the connections that are used from here, and hear what comes from them. Headers and framing of a body of up
    to `limit` bytes may take another megabyte.
    """
    token = _BUDGET.set(Budget(deadline, limit + _OVERHEAD, hear))
    try:
        yield
    finally:
        _BUDGET.reset(token)


def exchanging() -> bool:
    return _BUDGET.get(None) is not None


class _Spoilable:
    """A connection that may be given up for further calls."""

    _inner: Any
    _spoiled = False

    def spoil(self) -> None:
        self._spoiled = True

    def get_extra_info(self, info: str) -> Any:
        # The pool takes an idle connection on which something comes for a broken one.
        return True if self._spoiled and info == "is_readable" else self._inner.get_extra_info(info)

    def _stuck(self, timeout: Exception) -> Exception:
        """What a write is over with: where an early answer waits, it is read, as after any other failure to write."""
        return httpcore.WriteError("an answer came") if self.get_extra_info("is_readable") else timeout


def spoil(response: httpx.Response) -> None:
    """Have the answer's connection not used again."""
    stream = response.extensions.get("network_stream")
    if isinstance(stream, _Spoilable):
        stream.spoil()


class _Stream(_Spoilable, httpcore.NetworkStream):
    def __init__(self, inner: httpcore.NetworkStream) -> None:
        self._inner = inner

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        own = _BUDGET.get()
        data: bytes = self._inner.read(max_bytes, own.seconds(timeout, httpcore.ReadTimeout))
        own.take(data)
        return data

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        own = _BUDGET.get()
        for start in range(0, len(buffer), _PIECE):
            try:
                self._inner.write(buffer[start : start + _PIECE], own.seconds(timeout, httpcore.WriteTimeout))
            except httpcore.WriteTimeout as error:
                raise self._stuck(error) from None

    def close(self) -> None:
        self._inner.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        try:
            seconds = _BUDGET.get().seconds(timeout, httpcore.ConnectTimeout)
        except httpcore.ConnectTimeout:
            self.close()  # as after any other failure in here; the pool does not know the connection yet
            raise
        return _Stream(self._inner.start_tls(ssl_context, server_hostname, seconds))


class Backend(httpcore.SyncBackend):
    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.NetworkStream:
        own, failure = _BUDGET.get(), None
        end = time.monotonic() + own.seconds(timeout, httpcore.ConnectTimeout)
        for address in _resolve(host, port, end - time.monotonic()):
            try:
                left = end - time.monotonic()
                if left <= 0:
                    raise httpcore.ConnectTimeout("the time to connect is over")
                return _Stream(super().connect_tcp(address, port, left, local_address, socket_options))
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
                failure = error
        raise failure or httpcore.ConnectError("no address")


def _resolve(host: str, port: int, seconds: float) -> list[str]:
    """The host's addresses. The system's resolver keeps to no time, so it works in a thread that may be left behind."""
    try:
        return [str(ip_address(host))]
    except ValueError:
        found: Future[list[str]] = Future()

    def look() -> None:
        try:
            found.set_result([str(info[4][0]) for info in getaddrinfo(host, port, type=SOCK_STREAM)])
        except (OSError, UnicodeError) as error:
            found.set_exception(error)

    Thread(target=look, daemon=True).start()
    try:
        return found.result(seconds)
    except TimeoutError as error:
        raise httpcore.ConnectTimeout("the host name was not resolved in time") from error
    except (OSError, UnicodeError) as error:
        raise httpcore.ConnectError(str(error)) from error


class _AsyncStream(_Spoilable, httpcore.AsyncNetworkStream):
    """Keeps to the bytes only: a cancel scope keeps to the deadline."""

    def __init__(self, inner: httpcore.AsyncNetworkStream) -> None:
        self._inner = inner

    async def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        data: bytes = await self._inner.read(max_bytes, timeout)
        _BUDGET.get().take(data)
        return data

    async def write(self, buffer: bytes, timeout: float | None = None) -> None:
        try:
            await self._inner.write(buffer, timeout)
        except httpcore.WriteTimeout as error:
            raise self._stuck(error) from None

    async def aclose(self) -> None:
        await self._inner.aclose()

    async def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,
    ) -> httpcore.AsyncNetworkStream:
        try:
            return _AsyncStream(await self._inner.start_tls(ssl_context, server_hostname, timeout))
        except BaseException:
            with anyio.CancelScope(shield=True):  # httpcore closes it after an error, not after a cancellation
                await self._inner.aclose()
            raise


class AsyncBackend(httpcore.AsyncNetworkBackend):
    def __init__(self) -> None:
        self._inner: Any = httpcore.AnyIOBackend()

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        return _AsyncStream(await self._inner.connect_tcp(host, port, timeout, local_address, socket_options))
