"""One httpx client for each event loop: connections are of no use in another one."""

import os
from collections.abc import Callable
from weakref import WeakKeyDictionary

import anyio.lowlevel
import anyio.to_thread
import httpx

from .._lock import Lock


class Clients:
    def __init__(self, make: Callable[[], httpx.AsyncClient]) -> None:
        self._make = make
        self._lock = Lock()
        self._all: WeakKeyDictionary[object, tuple[int, httpx.AsyncClient]] = WeakKeyDictionary()

    async def get(self) -> httpx.AsyncClient:
        """The client of this event loop. Making one takes tens of milliseconds, most of them for TLS."""
        loop = _loop()
        client = self._known(loop)
        return client if client is not None else await anyio.to_thread.run_sync(self._open, loop)

    async def close(self) -> None:
        """Close the client of this event loop; in no other one can it be closed."""
        loop = _loop()
        client = self._known(loop)
        self._all.pop(loop, None)
        if client is not None:
            await client.aclose()

    def _known(self, loop: object) -> httpx.AsyncClient | None:
        process, client = self._all.get(loop, (0, None))
        return client if process == os.getpid() else None

    def _open(self, loop: object) -> httpx.AsyncClient:
        with self._lock:
            client = self._known(loop)
            if client is None:
                for other in [*self._all]:
                    if getattr(other, "is_closed", bool)():  # its connections would keep it for ever
                        del self._all[other]
                client = self._make()
                self._all[loop] = os.getpid(), client
            return client


def _loop() -> object:
    token: object = anyio.lowlevel.current_token()
    return getattr(token, "native_token", token)  # newer versions wrap it anew each time
