"""What a fault is: what the server does, and what may be claimed after it."""

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from typing import Any

from faults.doors import Door, plain
from faults.server import Play, Stage

APPLIED, REJECTED, NOT_SENT, UNKNOWN = "applied", "rejected", "not_sent", "unknown"
DOCUMENTED = 0
"""Stands for the success that the provider documents: 200, 201 or 202."""


@dataclass(frozen=True, kw_only=True)
class Fault:
    name: str
    does: str
    """What the server does."""
    play: Play
    truth: tuple[str, ...]
    """What may be claimed; more than one only where TCP itself may lose what tells them apart."""
    most: int
    """The most requests that the server may see; those of the calls before the judged one are included."""
    least: int = 0
    status: int | None = None
    """The status that the result must show; None if it need not show one."""
    receipt: bool = False
    """Whether the answer is good enough for a receipt with the right id."""
    door: Callable[[Stage], AbstractContextManager[Door]] = plain
    calls: int = 1
    """How many times one provider object is asked to create; the last is judged, those before must be applied."""
    between: float = 0.0
    """Seconds between two calls."""
    beside: bool = False
    """Whether the call before the judged one is still under way."""
    large: bool = False
    """Whether the request has several MB, more than the kernel's buffers hold."""
    narrow: bool = False
    """Whether the server's kernel takes next to nothing in the server's place."""
    heavy: bool = False
    """Whether it is run alone, because its memory is measured."""
    timeouts: Mapping[str, float] = field(default_factory=dict)
    """Changes to the time-outs of a case."""
    policy: Mapping[str, Any] = field(default_factory=dict)
    """Changes to the policy for repeating a create."""
    no_sooner: float = 0.0
    """Seconds that the server asked to wait before the create is repeated."""


FAULTS: dict[str, Fault] = {}


def add(name: str, does: str, play: Play, *truth: str, **more: Any) -> None:
    """A fault of a family."""
    if name in FAULTS:
        raise ValueError(f"there are two faults {name}")
    # What may have been applied is never repeated, and what was not sent was never seen.
    most = 0 if truth == (NOT_SENT,) else 1
    FAULTS[name] = Fault(name=name, does=does[:1].upper() + does[1:], play=play, truth=truth, **{"most": most, **more})


def fault(*truth: str, **more: Any) -> Callable[[Play], Play]:
    """A fault from a function: its name, and its docstring as what the server does."""

    def named(play: Play) -> Play:
        add(play.__name__, (play.__doc__ or "").strip(), play, *truth, **more)
        return play

    return named
