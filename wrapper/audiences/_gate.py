"""What keeps a job from being half done: no call is sent before all of them can be made."""

import threading
import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from functools import partial as bound

import anyio

from ._errors import NotSentError
from ._steps import Await, Step, Work

INTERRUPTED = "interrupted before anything was sent"
_DURING = "the look at what goes to the others"


class Gate(ABC):
    """Holds each call that is ready until all are. If one of them cannot be made, or on an interrupt, none is sent."""

    def __init__(self, titles: Sequence[str], event: threading.Event | anyio.Event, *, partial: bool) -> None:
        """`titles` are the providers', in the order of the calls. A partial job holds none of them."""
        self._titles, self._event = titles, event
        self._refused: dict[int, bool] = {}
        # Why nothing is sent; empty if all are. Threads and an interrupt may want to settle it at the same time: the
        # first decides, because `setdefault` is one step.
        self._settled: dict[str, str] = {}
        if partial:
            self._settle("")

    def hold(self, place: int) -> Callable[[float], Step]:
        """What the call at that place asks its driver for once it is ready, by its deadline."""
        return bound(self._step, place)

    def leave(self, place: int) -> bool:
        """The call at that place is over. True if it had been let through."""
        if "why" not in self._settled:
            self._arrive(place, refused=True)
        return self._settled.get("why") == ""

    def shut(self) -> bool:
        """Send nothing any more. False if that came too late."""
        return self._settle(INTERRUPTED) != ""

    @abstractmethod
    def _step(self, place: int, deadline: float) -> Step: ...

    def _arrive(self, place: int, *, refused: bool = False) -> None:
        self._refused[place] = refused
        if len(self._refused) == len(self._titles):
            names = dict.fromkeys(title for at, title in enumerate(self._titles) if self._refused[at])
            self._settle(_HALF.format(" and ".join(names)) if names else "")

    def _settle(self, why: str) -> str:
        first = self._settled.setdefault("why", why)
        self._event.set()
        return first

    def _pass(self) -> None:
        if self._settled["why"]:
            raise NotSentError(self._settled["why"])


_HALF = (
    "mend what keeps the call to {} from being made (see its error), or send to the rest with partial=True: until "
    "then, nobody is sent anything"
)


class BlockingGate(Gate):
    """Holds threads."""

    _event: threading.Event

    def __init__(self, titles: Sequence[str], *, partial: bool) -> None:
        super().__init__(titles, threading.Event(), partial=partial)

    def _step(self, place: int, deadline: float) -> Step:
        return Work(bound(self._wait, place, deadline), deadline, _DURING)

    def _wait(self, place: int, deadline: float) -> None:
        self._arrive(place)
        if not self._event.wait(min(max(deadline - time.monotonic(), 0), threading.TIMEOUT_MAX)):
            raise NotSentError(f"nothing was sent: the total time was over in {_DURING}")
        self._pass()


class AsyncGate(Gate):
    """Holds tasks of one event loop."""

    _event: anyio.Event

    def __init__(self, titles: Sequence[str], *, partial: bool) -> None:
        super().__init__(titles, anyio.Event(), partial=partial)

    def _step(self, place: int, deadline: float) -> Step:
        return Await(self._wait(place), deadline, _DURING)

    async def _wait(self, place: int) -> None:
        self._arrive(place)
        await self._event.wait()
        self._pass()
