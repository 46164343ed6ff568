"""`functools.cached_property` without its lock, which Python 3.11 has: a fork would leave it locked for ever."""

from collections.abc import Callable
from typing import Any, Generic, TypeVar

R = TypeVar("R")


class lazy(Generic[R]):  # noqa: N801  # a decorator
    """Worked out when it is first asked; by two threads at the same time, twice."""

    def __init__(self, make: Callable[[Any], R]) -> None:
        self._make = make
        self.__doc__ = make.__doc__

    def __get__(self, instance: object, owner: type) -> R:
        found = instance.__dict__[self._make.__name__] = self._make(instance)
        return found
