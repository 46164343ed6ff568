"""The two ways to go through an exchange, which is a flow that yields what may take long: in a thread, where that is
done by then, and on an event loop, where it is something to await.
"""

import os
import selectors
import socket
from collections.abc import AsyncIterator, Callable, Generator, Iterator
from contextlib import AbstractContextManager, nullcontext
from types import SimpleNamespace
from typing import Any

import anyio
import anyio.lowlevel
import anyio.to_thread
import httpx2

from .._steps import R
from .trace import DeadlineError

Flow = Generator[Any, Any, R]
_Selector = getattr(selectors, "PollSelector", selectors.SelectSelector)
"""One without a descriptor of its own, which an interrupt could leave open."""


class Blocking:
    pool = httpx2.HTTPTransport
    handle, close, iterate = "handle_request", "close", "__iter__"
    """What a transport's, a response's and a stream's methods are called."""

    @staticmethod
    def owner() -> tuple[int, object]:
        """The process and the event loop in which a connection is used."""
        return os.getpid(), None

    @staticmethod
    def run(flow: Flow[R]) -> R:
        done = None
        try:
            while True:
                done = flow.send(done)
        except StopIteration as stop:
            result: R = stop.value
            return result

    @staticmethod
    def ready(of: socket.socket, seconds: float, *, writing: bool = False) -> bool:
        """Whether the socket can be used before the seconds are over."""
        with _Selector() as selector:
            selector.register(of, selectors.EVENT_WRITE if writing else selectors.EVENT_READ)
            return bool(selector.select(seconds))

    @staticmethod
    def work(do: Callable[[], R], seconds: float) -> R:  # noqa: ARG004  # nothing leaves the caller's own thread alone
        return do()

    @staticmethod
    def aside(do: Callable[[], R]) -> R:
        return do()

    @staticmethod
    def following(pieces: Iterator[bytes]) -> bytes | None:
        return next(pieces, None)

    @staticmethod
    def until(seconds: float) -> AbstractContextManager[Any]:  # noqa: ARG004
        """What leaves its body alone after the seconds, if that is something to await."""
        return nullcontext(SimpleNamespace(cancelled_caught=False))


class Asynchronous:
    """See the blocking one."""

    pool = httpx2.AsyncHTTPTransport
    handle, close, iterate = "handle_async_request", "aclose", "__aiter__"

    @staticmethod
    def owner() -> tuple[int, object]:
        token: object = anyio.lowlevel.current_token()
        return os.getpid(), getattr(token, "native_token", token)  # newer versions wrap it anew each time

    @staticmethod
    async def run(flow: Flow[R]) -> R:
        try:
            awaited = flow.send(None)
            while True:
                try:
                    done = await awaited
                except BaseException as error:  # noqa: BLE001  # the flow decides what it means
                    awaited = flow.throw(error)
                else:
                    awaited = flow.send(done)
        except StopIteration as stop:
            result: R = stop.value
            return result

    @staticmethod
    async def ready(of: socket.socket, seconds: float, *, writing: bool = False) -> bool:
        with anyio.move_on_after(seconds):
            await (anyio.wait_writable(of) if writing else anyio.wait_readable(of))
            return True
        return False

    @staticmethod
    async def work(do: Callable[[], R], seconds: float) -> R:
        """In a thread, which is left alone after the seconds."""
        found = list[R]()  # not as a result: asyncio's debug mode logs one that is handed to its loop
        with anyio.move_on_after(seconds):
            await anyio.to_thread.run_sync(lambda: found.append(do()), abandon_on_cancel=True)
        if not found:
            raise DeadlineError
        return found.pop()

    @staticmethod
    async def aside(do: Callable[[], R]) -> R:
        """In a thread: no cancellation and no lack of free threads takes away what it finds."""
        found = list[R]()
        with anyio.CancelScope(shield=True):
            limiter = anyio.CapacityLimiter(1)
            await anyio.to_thread.run_sync(lambda: found.append(do()), limiter=limiter)
        return found.pop()

    @staticmethod
    async def following(pieces: AsyncIterator[bytes]) -> bytes | None:
        return await anext(pieces, None)

    @staticmethod
    def until(seconds: float) -> AbstractContextManager[Any]:
        return anyio.move_on_after(seconds)
