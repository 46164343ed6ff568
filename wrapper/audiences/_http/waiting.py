"""The two ways to go through an exchange, which is a flow that yields what may take long: in a thread, where that is
done by then, and on an event loop, where it is something to await.
"""

import os
import selectors
import socket
from collections.abc import Callable, Generator
from contextlib import AbstractContextManager, nullcontext
from inspect import GEN_CLOSED, getgeneratorstate
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


class BlockingSide:
    awaits = False
    pool, handle, close = httpx2.HTTPTransport, "handle_request", "close"
    """A transport, and what the methods of one are called."""
    iterate, following = iter, next

    @staticmethod
    def owner() -> tuple[int, object]:
        """The process and the event loop in which a call is made."""
        return os.getpid(), None

    @staticmethod
    def run(flow: Flow[R]) -> R:
        done, thrown = None, list[BaseException]()
        while True:
            try:
                done = flow.throw(thrown.pop()) if thrown else flow.send(done)
            except StopIteration as stop:
                result: R = stop.value
                return result
            except BaseException as error:
                if getgeneratorstate(flow) == GEN_CLOSED:
                    raise
                thrown.append(error)  # an interrupt that came in here

    @staticmethod
    def ready(of: socket.socket, seconds: float, *, writing: bool = False) -> bool:
        """Whether the socket can be used before the seconds are over."""
        with _Selector() as selector:
            selector.register(of, selectors.EVENT_WRITE if writing else selectors.EVENT_READ)
            return bool(selector.select(seconds))

    @staticmethod
    def work(do: Callable[[], R], seconds: float | None = None) -> R:  # noqa: ARG004  # the thread is the caller's
        return do()

    @staticmethod
    def until(seconds: float) -> AbstractContextManager[Any]:  # noqa: ARG004
        """What leaves its body alone after the seconds, where that is something to await."""
        return nullcontext(SimpleNamespace(cancelled_caught=False))


class AsyncSide:
    """See the blocking one."""

    awaits = True
    pool, handle, close = httpx2.AsyncHTTPTransport, "handle_async_request", "aclose"
    iterate, following, until = aiter, anext, staticmethod(anyio.move_on_after)

    @staticmethod
    def owner() -> tuple[int, object]:
        token: object = anyio.lowlevel.current_token()
        return os.getpid(), getattr(token, "native_token", token)  # newer versions wrap it anew each time

    @staticmethod
    async def run(flow: Flow[R]) -> R:
        done, thrown = None, list[BaseException]()
        try:
            while True:
                # Outside of `except`, and as no local: what the flow makes of it must not hang on it.
                awaited = flow.throw(thrown.pop()) if thrown else flow.send(done)
                try:
                    done = await awaited
                except BaseException as error:  # noqa: BLE001  # the flow decides what it means
                    thrown.append(error)
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
    async def work(do: Callable[[], R], seconds: float | None = None) -> R:
        """In a thread, which is left alone after the seconds. Without those, no cancellation and no lack of free
        threads takes away what it finds.
        """
        found = list[R]()  # not as a result: asyncio's debug mode logs one that is handed to its loop
        is_left = seconds is not None
        with anyio.CancelScope(shield=not is_left), anyio.move_on_after(seconds):
            limiter = None if is_left else anyio.CapacityLimiter(1)
            await anyio.to_thread.run_sync(lambda: found.append(do()), abandon_on_cancel=is_left, limiter=limiter)
        if not found:
            raise DeadlineError
        return found.pop()


Side = type[BlockingSide | AsyncSide]
