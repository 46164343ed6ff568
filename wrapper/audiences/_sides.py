"""The two sides that run a flow, blocking and asynchronous. A flow is a generator that yields each step that may take
long. In blocking code, the step is done by then, and its result is yielded; on an event loop, an awaitable is yielded,
and is awaited. So blocking and asynchronous code share every flow.
"""

import os
import selectors
import socket
import time
from collections.abc import Awaitable, Callable, Generator
from contextlib import AbstractContextManager, nullcontext
from inspect import GEN_CLOSED, getgeneratorstate, isawaitable, iscoroutine
from types import SimpleNamespace
from typing import Any, TypeVar

import anyio
import anyio.lowlevel
import anyio.to_thread

from ._errors import ConfigurationError, NotSentTimeoutError

R = TypeVar("R")
Flow = Generator[Any, Any, R]
_Selector = getattr(selectors, "PollSelector", selectors.SelectSelector)
"""A selector without a descriptor of its own, which an interrupt could leave open."""


class DeadlineError(Exception):
    """The call's total time is over."""


class Ending:
    """The means to end a call from outside: for `close()`, or because other calls were interrupted."""

    over = False
    end_connection: Callable[[], None] | None = None
    """Ends the connection of ours that carries the call now; a transport of the caller's ends its own connections."""

    def end(self) -> None:
        self.over = True
        if end := self.end_connection:  # once: another thread may take it away meanwhile
            end()


class BlockingSide:
    awaits = False
    handle, close = "handle_request", "close"
    """What the methods of a transport are called."""
    iterate, following, pause = iter, next, staticmethod(time.sleep)

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
    def wait_for(what: Awaitable[R], seconds: float) -> R:  # noqa: ARG004
        """What an asynchronous function of the caller's gives."""
        if iscoroutine(what):
            what.close()
        raise ConfigurationError("a function or an iterable is asynchronous, and only audiences.aio awaits those")

    @staticmethod
    def until(seconds: float) -> AbstractContextManager[Any]:  # noqa: ARG004
        """A context that ends its body after the seconds, where the body awaits; in blocking code it never does."""
        return nullcontext(SimpleNamespace(cancelled_caught=False))


class AsyncSide:
    """The same for an event loop."""

    awaits = True
    handle, close = "handle_async_request", "aclose"
    iterate, following, pause = aiter, anext, staticmethod(anyio.sleep)
    until = staticmethod(anyio.move_on_after)

    @staticmethod
    def owner() -> tuple[int, object]:
        token: object = anyio.lowlevel.current_token()
        return os.getpid(), getattr(token, "native_token", token)  # newer versions wrap it anew each time

    @staticmethod
    async def run(flow: Flow[R]) -> R:
        done, thrown = None, list[BaseException]()
        try:
            while True:
                # Outside of `except`, and not in a local variable: what the flow raises next must not refer to `error`.
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
        """The result of a function that runs in a thread. After `seconds`, the thread is left to itself, and
        DeadlineError is raised. Without a limit, neither a cancellation nor a lack of free threads can lose the result.
        """
        found = list[R]()  # not as a result: asyncio's debug mode logs one that is handed to its loop
        is_left = seconds is not None
        with anyio.CancelScope(shield=not is_left), anyio.move_on_after(seconds):
            limiter = None if is_left else anyio.CapacityLimiter(1)
            await anyio.to_thread.run_sync(lambda: found.append(do()), abandon_on_cancel=is_left, limiter=limiter)
        if not found:
            raise DeadlineError
        return found.pop()

    @staticmethod
    async def wait_for(what: Awaitable[R], seconds: float) -> R:
        with anyio.move_on_after(seconds):
            return await what
        raise DeadlineError


Side = type[BlockingSide | AsyncSide]


class Given:
    """What a function of the caller's gave or raised, either of which may hold a secret.

    What goes to an event loop must have no telling repr: in its debug mode, asyncio logs it.
    """

    def __init__(self, value: Any = None, raised: Exception | None = None) -> None:
        self.value, self.raised = value, raised


def called(function: Callable[..., object], *arguments: object) -> Given:
    try:
        return Given(function(*arguments))
    except Exception as error:  # noqa: BLE001
        return Given(raised=error)


def awaited(asked: Given, side: Side, seconds: float, during: str) -> Flow[Given]:
    """What an asynchronous function gave or raised when awaited; `asked` itself if there is nothing to await."""
    if not isawaitable(asked.value):
        return asked
    try:
        return (yield from in_time(side.wait_for(settled(asked), seconds), during))
    finally:
        if iscoroutine(asked.value):
            asked.value.close()  # where nothing awaited it


async def settled(asked: Given) -> Given:
    """The same as `awaited`, without a limit."""
    try:
        return Given(await asked.value) if isawaitable(asked.value) else asked
    except Exception as error:  # noqa: BLE001
        return Given(raised=error)


def in_time(made: R | Awaitable[R], during: str) -> Flow[R]:
    """The result of a step before anything is sent. Raises NotSentTimeoutError if the total time ends meanwhile."""
    try:
        found: R = yield made
    except DeadlineError:
        raise NotSentTimeoutError(f"nothing was sent: the total time was over in {during}") from None
    return found
