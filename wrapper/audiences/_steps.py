"""What a flow asks its driver to do. A flow does no I/O itself, so that blocking and asynchronous code share it."""

from collections.abc import Awaitable, Callable, Generator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from ._http.seen import Seen
    from ._options import How
    from ._wire import Request


@dataclass(frozen=True, slots=True)
class Send:
    """One attempt. `seen` is filled in on the way, so that an interrupt cannot take with it what is known."""

    request: "Request"
    how: "How"
    seen: "Seen"


@dataclass(frozen=True, slots=True)
class Wait:
    seconds: float


@dataclass(frozen=True, slots=True)
class Work:
    """Something that may take long or read a file, and so must not run on an event loop."""

    do: Callable[[], Any]


@dataclass(frozen=True, slots=True)
class Await:
    """What an asynchronous function of the caller's gave; only `audiences.aio` can."""

    what: Awaitable[Any]


R = TypeVar("R")
Step = Send | Wait | Work | Await
Flow = Generator[Step, Any, R]
