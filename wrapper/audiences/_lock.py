"""A lock that no interrupt and no fork leaves locked."""

import os
import threading
from weakref import WeakSet


class Lock:
    """`with lock.held:` locks it, and the same thread may do so again, as a signal handler does.

    `held` is written in C, so no interrupt comes between taking it and the body of a `with`. After a fork, the child
    gets a new one, because the thread that held the old one does not exist there.
    """

    def __init__(self) -> None:
        self.renew()
        _ALL.add(self)

    def renew(self) -> None:
        self.held = threading.RLock()


_ALL: WeakSet[Lock] = WeakSet()


def _renew_all() -> None:
    for lock in _ALL:
        lock.renew()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_renew_all)
