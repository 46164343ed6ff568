"""What a flow asks its driver to do. A flow does no I/O itself, so that blocking and asynchronous code share it."""

from collections.abc import Callable, Generator
from dataclasses import dataclass
from typing import Any, TypeVar

from ._wire import Request


@dataclass(frozen=True, slots=True)
class Send:
    request: Request


@dataclass(frozen=True, slots=True)
class Wait:
    seconds: float


@dataclass(frozen=True, slots=True)
class Work:
    """Something that may read a file, and so must not run on an event loop."""

    do: Callable[[], Any]


R = TypeVar("R")
Flow = Generator[Send | Wait | Work, Any, R]
