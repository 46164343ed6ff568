"""A lock that a fork does not leave locked: the thread that held it is not there in the child."""

import os
import threading
from types import TracebackType
from weakref import WeakSet


class Lock:
    def __init__(self) -> None:
        self._lock = threading.Lock()
        _ALL.add(self)

    def __enter__(self) -> None:
        self._lock.acquire()

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._lock.release()

    def renew(self) -> None:
        self._lock = threading.Lock()


_ALL: WeakSet[Lock] = WeakSet()


def _renew_all() -> None:
    for lock in _ALL:
        lock.renew()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_renew_all)
