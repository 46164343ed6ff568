"""What is worked out when it is first asked."""

import threading

from audiences._lazy import lazy


class Thing:
    def __init__(self, wait: threading.Event | None = None) -> None:
        self.made, self.begun, self._wait = 0, threading.Event(), wait

    @lazy
    def value(self) -> int:
        self.begun.set()
        if self._wait:
            self._wait.wait(60)
        self.made += 1
        return self.made


def test_it_is_worked_out_once() -> None:
    thing = Thing()
    assert [thing.value, thing.value, Thing().value] == [1, 1, 1]


def test_no_lock_is_held_meanwhile_which_a_fork_would_leave_locked() -> None:
    go_on = threading.Event()
    slow = Thing(go_on)
    first = threading.Thread(target=lambda: slow.value)
    first.start()
    slow.begun.wait(60)
    other = threading.Thread(target=lambda: Thing().value)
    other.start()
    other.join(20)
    assert not other.is_alive()
    go_on.set()
    first.join()
    other.join()
