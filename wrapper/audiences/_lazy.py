"""A cached property without a lock. That of `functools` has one in Python 3.11, which a fork may leave locked."""

from collections.abc import Callable
from typing import Any, Generic, TypeVar

R = TypeVar("R")


class lazy(Generic[R]):  # noqa: N801  # a decorator
    """An attribute that is computed when it is first read. Two threads at the same time may compute it twice."""

    def __init__(self, make: Callable[[Any], R]) -> None:
        self._make = make
        self.__doc__ = make.__doc__

    def __get__(self, instance: object, owner: type) -> R:
        found = instance.__dict__[self._make.__name__] = self._make(instance)
        return found
