"""Many calls at once from an event loop."""

import time
from collections import deque
from collections.abc import AsyncIterator, Callable

import httpx


class Spread(httpx.AsyncBaseTransport):
    """Gives each call in flight a pool of its own, the one used last first.

    A pool of httpcore 1.0 walks through all of its connections and waiting calls at least twice a call, so that fifty
    calls at once cost several times as much each as five do; see benchmarks/async_cpu.py.
    """

    def __init__(self, make: Callable[[], httpx.AsyncBaseTransport], keep: float) -> None:
        """`keep`: seconds for which an idle pool is kept."""
        self._make, self._keep = make, keep
        self._all: set[httpx.AsyncBaseTransport] = set()
        self._idle: deque[tuple[float, httpx.AsyncBaseTransport]] = deque()

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        await self._drop_stale()
        pool = self._idle.pop()[1] if self._idle else self._make()
        self._all.add(pool)
        try:
            response = await pool.handle_async_request(request)
        except BaseException:
            self._give_back(pool)
            raise
        if response.is_closed:  # a test's transport made it whole; nobody will close it again
            self._give_back(pool)
        else:
            response.stream = _Leased(response.stream, lambda: self._give_back(pool))
        return response

    async def aclose(self) -> None:
        pools = [*self._all]
        self._all.clear()
        self._idle.clear()
        for pool in pools:
            await pool.aclose()

    def _give_back(self, pool: httpx.AsyncBaseTransport) -> None:
        if pool in self._all:
            self._idle.append((time.monotonic(), pool))

    async def _drop_stale(self) -> None:
        while self._idle and self._idle[0][0] < time.monotonic() - self._keep:
            pool = self._idle.popleft()[1]
            self._all.discard(pool)
            await pool.aclose()


class _Leased(httpx.AsyncByteStream):
    """An answer's body, which gives its pool back when it is closed."""

    def __init__(self, inner: object, done: Callable[[], None]) -> None:
        if not isinstance(inner, httpx.AsyncByteStream):
            raise TypeError("the transport's answer is not asynchronous")
        self._inner, self._done = inner, done

    async def __aiter__(self) -> AsyncIterator[bytes]:
        async for chunk in self._inner:
            yield chunk

    async def aclose(self) -> None:
        try:
            await self._inner.aclose()
        finally:
            done, self._done = self._done, lambda: None
            done()
