"""A difference between two documents, as it is reported."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Literal

Side = Literal["request", "response", "document"]


class Kind(StrEnum):
    """What a change means for callers and readers, the worst first."""

    BREAKING_CALLER = "breaking-caller"
    BREAKING_READER = "breaking-reader"
    UNDECIDED = "undecided"
    COMPATIBLE = "compatible"
    DOCUMENTATION = "documentation"


@dataclass(frozen=True)
class Change:
    """One difference. `pointer_old` is None for what is new, `pointer_new` for what is gone. `lines` are those of a
    document of ours that it is about.
    """

    kind: Kind
    pointer_old: str | None
    pointer_new: str | None
    sentence: str
    side: Side = "document"
    lines: tuple[str, ...] = ()
