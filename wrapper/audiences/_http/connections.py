"""Our own transports: a connection for each call, so that no call finds what another one left."""

import os
import ssl
import sys
from collections import deque
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from contextlib import aclosing
from dataclasses import dataclass
from typing import Any

import anyio
import anyio.lowlevel
import httpcore2
import httpx2

from .._errors import ConfigurationError
from .network import AsyncBackend, Backend, Line
from .proxies import Origin, origin, proxy_of, tls

TRACE = "audiences.trace"
REUSE = "audiences.reuse"
_KEPT = 1.0
"""Seconds for which an idle connection is kept where a call may use it again: a server may close it at any time."""


@dataclass(frozen=True, slots=True, repr=False)
class ConnectionSettings:
    """How a provider object reaches its servers."""

    user_agent: str
    tls: ssl.SSLContext | None
    proxies: Mapping[Origin, str]

    def options(self, url: str) -> dict[str, Any]:
        """Those of one of httpcore's pools. No pool is used: it only makes the connection."""
        context, proxy = self.tls or tls(), self.proxies.get(origin(url))
        return {"ssl_context": context} | ({"proxy": proxy_of(proxy, context)} if proxy else {})


Owner = tuple[int, object]
"""The process and the event loop in which a connection can be used."""


@dataclass(slots=True, repr=False, eq=False)
class _Lease:
    """A connection, and the call that has it to itself."""

    connection: Any
    line: Line
    owner: Owner
    origin: httpcore2.Origin


class _Own:
    """What both transports share: nothing here is locked, so that no interrupt can leave a lock behind."""

    def __init__(self, way: ConnectionSettings) -> None:
        self._way = way
        self._idle: deque[_Lease] = deque()
        self._leased: set[_Lease] = set()

    def _lease(self, request: httpx2.Request, pool: Any, backend: Any, owner: Owner) -> tuple[Any, _Lease]:
        url = request.url
        core = httpcore2.Request(
            request.method,
            httpcore2.URL(scheme=url.raw_scheme, host=url.raw_host, port=url.port, target=url.raw_path),
            headers=request.headers.raw,
            content=request.stream,
            extensions=request.extensions,
        )
        lease = None
        if request.extensions[REUSE]:
            kept = self._taken(lambda each: (each.owner, each.origin) == (owner, core.url.origin), most=1)
            lease = kept[0] if kept else None
        if lease is None:
            line = Line()
            made = pool(network_backend=backend(line), keepalive_expiry=_KEPT, **self._way.options(str(url)))
            # respx stands before a pool, and lets through what the pool would do.
            mocked = _is_mocked()
            request.extensions[REUSE] = request.extensions[REUSE] and not mocked
            connection = made if mocked else made.create_connection(core.url.origin)
            lease = _Lease(connection, line, owner, core.url.origin)
        lease.line.trace = trace = request.extensions[TRACE]
        trace.end_connection = lease.line.end
        if trace.ended:
            lease.line.end()
        return core, lease

    def _stale(self, owner: Owner) -> list[_Lease]:
        """The idle connections that are of no use any more, to be closed."""
        return self._taken(lambda each: each.owner == owner and each.connection.has_expired())

    def _taken(self, fits: Callable[[_Lease], bool], most: int | None = None) -> list[_Lease]:
        taken = list[_Lease]()
        for _ in range(len(self._idle)):
            try:
                lease = self._idle.pop()  # no two threads get the same one
            except IndexError:
                break
            if len(taken) != most and fits(lease):
                taken.append(lease)
            elif _is_of_use(lease.owner):
                self._idle.appendleft(lease)
        return taken

    def keep(self, lease: _Lease) -> None:
        self._leased.discard(lease)
        self._idle.append(lease)

    def _end(self, owner: Owner) -> list[_Lease]:
        """End the calls in flight; those who make them close their connections. Gives back the idle ones."""
        for lease in [*self._leased]:
            if lease.owner == owner:
                lease.line.end()
        return self._taken(lambda each: each.owner == owner)


class Connections(_Own, httpx2.BaseTransport):
    def handle_request(self, request: httpx2.Request) -> httpx2.Response:
        owner = process()
        for stale in self._stale(owner):
            self.drop(stale)
        core, lease = self._lease(request, httpcore2.ConnectionPool, Backend, owner)
        try:
            self._leased.add(lease)
            answer = lease.connection.handle_request(core)
        except BaseException:
            self.drop(lease)
            raise
        body = _Body(answer.stream, lease, self, reuse=request.extensions[REUSE])
        return httpx2.Response(answer.status, headers=answer.headers, stream=body)

    def close(self) -> None:
        for idle in self._end(process()):
            self.drop(idle)

    def drop(self, lease: _Lease) -> None:
        lease.line.close()
        self._leased.discard(lease)


class _Body(httpx2.SyncByteStream):
    def __init__(self, inner: Any, lease: _Lease, own: Connections, *, reuse: bool) -> None:
        self._inner, self._lease, self._own, self._reuse, self._whole = inner, lease, own, reuse, False

    def __iter__(self) -> Iterator[bytes]:
        yield from self._inner
        self._whole = True

    def close(self) -> None:
        """A connection is used again only where the answer was read to its end, and nothing interrupted this."""
        try:
            if self._whole and self._reuse:
                self._inner.close()
                if self._lease.connection.is_idle():
                    self._own.keep(self._lease)
                    return
        except BaseException:
            self._own.drop(self._lease)
            raise
        self._own.drop(self._lease)


class AsyncConnections(_Own, httpx2.AsyncBaseTransport):
    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        owner = event_loop()
        for stale in self._stale(owner):
            await self.drop(stale)
        core, lease = self._lease(request, httpcore2.AsyncConnectionPool, AsyncBackend, owner)
        try:
            self._leased.add(lease)
            answer = await lease.connection.handle_async_request(core)
        except BaseException as error:
            await self.drop(lease, waits=not isinstance(error, GeneratorExit))
            raise
        body = _AsyncBody(answer.stream, lease, self, reuse=request.extensions[REUSE])
        return httpx2.Response(answer.status, headers=answer.headers, stream=body)

    async def aclose(self) -> None:
        for idle in self._end(event_loop()):
            await self.drop(idle)

    async def drop(self, lease: _Lease, *, waits: bool = True) -> None:
        lease.line.end()
        self._leased.discard(lease)
        if waits:
            with anyio.CancelScope(shield=True):
                await lease.connection.aclose()
        lease.line.close(used=False)


class _AsyncBody(httpx2.AsyncByteStream):
    def __init__(self, inner: Any, lease: _Lease, own: AsyncConnections, *, reuse: bool) -> None:
        self._inner, self._lease, self._own, self._reuse, self._whole = inner, lease, own, reuse, False

    async def __aiter__(self) -> AsyncIterator[bytes]:
        async with aclosing(self._inner.__aiter__()) as chunks:
            async for chunk in chunks:
                yield chunk
        self._whole = True

    async def aclose(self) -> None:
        """See the blocking one."""
        try:
            if self._whole and self._reuse:
                await self._inner.aclose()
                if self._lease.connection.is_idle():
                    self._own.keep(self._lease)
                    return
        except BaseException as error:
            await self._own.drop(self._lease, waits=not isinstance(error, GeneratorExit))
            raise
        await self._own.drop(self._lease)


def process() -> Owner:
    return os.getpid(), None


def event_loop() -> Owner:
    token: object = anyio.lowlevel.current_token()
    return os.getpid(), getattr(token, "native_token", token)  # newer versions wrap it anew each time


def _is_of_use(owner: Owner) -> bool:
    """Whether a connection can still be used or closed: a parent process has its own, a closed event loop none."""
    process, loop = owner
    return process == os.getpid() and not getattr(loop, "is_closed", bool)()


def _is_mocked() -> bool:
    """Whether respx stands before our connections.

    Raises ConfigurationError where it stands before those of another library: a test's create would reach a server.
    """
    mocks = sys.modules.get("respx.mocks")
    active = {name for name, mocker in mocks.Mocker.registry.items() if mocker.routers} if mocks else ()
    if active and "httpcore2" not in active:
        raise ConfigurationError(
            'write respx.mock(using="httpcore2"), and install pytest-httpx2, which brings it: a respx router is active '
            "for another HTTP library than the one that sends here, so that this call would have reached the network"
        )
    return bool(active)
