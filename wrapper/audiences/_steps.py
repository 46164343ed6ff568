"""What a flow asks its driver to do. A flow does no I/O itself, so that blocking and asynchronous code share it."""

import math
from collections.abc import Awaitable, Callable, Generator
from dataclasses import dataclass
from inspect import isawaitable, iscoroutine
from typing import Any, TypeVar


class Step:
    """One thing to do; `Send` stands beside the trace that it fills in."""

    __slots__ = ()


@dataclass(frozen=True, slots=True)
class Wait(Step):
    seconds: float


@dataclass(frozen=True, slots=True)
class Work(Step):
    """Something that may take long or read a file, and so must not run on an event loop.

    After the deadline (on the monotonic clock), an event loop leaves it alone and raises NotSentError, which says
    `during` what. What has none is about an answer, and is not left alone.
    """

    do: Callable[[], Any]
    deadline: float = math.inf
    during: str = ""


@dataclass(frozen=True, slots=True)
class Await(Step):
    """What an asynchronous function of the caller's gave; only `audiences.aio` can. The rest is as for `Work`."""

    what: Awaitable[Any]
    deadline: float
    during: str


R = TypeVar("R")
Flow = Generator[Step, Any, R]


class Given:
    """What a function of the caller's gave or raised, either of which may hold a secret.

    What goes through a driver must have no telling repr: in its debug mode, asyncio logs what is handed to its loop.
    """

    def __init__(self, value: Any = None, raised: Exception | None = None) -> None:
        self.value, self.raised = value, raised


def call(function: Callable[[], object]) -> Given:
    try:
        return Given(function())
    except Exception as error:  # noqa: BLE001
        return Given(raised=error)


def awaited(asked: Given, deadline: float, during: str) -> Flow[Given]:
    """The same of what an asynchronous function gave; it is unchanged if that is nothing to await."""
    if not isawaitable(asked.value):
        return asked
    try:
        given: Given = yield Await(_wait(asked), deadline, during)
    finally:
        if iscoroutine(asked.value):
            asked.value.close()  # where nothing awaited it
    return given


async def _wait(asked: Given) -> Given:
    try:
        return Given(await asked.value)
    except Exception as error:  # noqa: BLE001
        return Given(raised=error)
