"""The result of an update, and its exit code."""

from dataclasses import dataclass, field
from enum import IntEnum

from ..diff import Change, Kind


class Code(IntEnum):
    """The exit codes. The highest of several counts, but FAILED counts before all others."""

    words: str

    def __new__(cls, value: int, words: str) -> "Code":
        code = int.__new__(cls, value)
        code._value_, code.words = value, words
        return code

    NOTHING = 0, "nothing changed"
    FAILED = 1, "failed, nothing is changed"
    DOCUMENTATION = 10, "documentation only"
    COMPATIBLE = 20, "compatible"
    BREAKING = 30, "breaking"
    UNFIT = 40, "the wrapper no longer fits"


_CODES = {Kind.DOCUMENTATION: Code.DOCUMENTATION, Kind.COMPATIBLE: Code.COMPATIBLE}


def code_of(change: Change) -> Code:
    """The exit code of a change. An undecided change counts as breaking."""
    return _CODES.get(change.kind, Code.BREAKING)


@dataclass(frozen=True)
class Page:
    """A page of a provider. It was fetched unless it is `by_hand`, or `missing` says why it could not be."""

    file: str
    address: str
    recorded: str
    found: str
    by_hand: bool = False
    missing: str = ""

    @property
    def changed(self) -> bool:
        return self.found != self.recorded


@dataclass(frozen=True)
class Use:
    """A line of ours that has a word of what changed: a property, a parameter, a status, an operation."""

    file: str
    line: int
    word: str


@dataclass
class Report:
    """The result for one provider."""

    key: str
    pages: list[Page]
    version: tuple[str, str]
    sha256: str
    changes: list[Change] = field(default_factory=list)
    claims: list[Change] = field(default_factory=list)
    impact: tuple[Use, ...] = ()
    compared: bool = True
    """False if the fetched pages could not be read, so that nothing was compared."""

    @property
    def code(self) -> Code:
        if not any(page.changed for page in self.pages):
            return Code.NOTHING
        return max([Code.DOCUMENTATION, *map(code_of, [*self.changes, *self.claims])])


@dataclass(frozen=True)
class Check:
    """A check after generation; what it `said` is empty if it passed. If it failed, the library or a test is at fault,
    because the clients were checked before.
    """

    name: str
    said: tuple[str, ...] = ()


@dataclass
class Result:
    """The result of the whole command. `written` has the files that it changed in the tree."""

    reports: list[Report] = field(default_factory=list)
    checks: list[Check] = field(default_factory=list)
    outdated: tuple[str, ...] = ()
    error: str = ""
    written: tuple[str, ...] = ()

    @property
    def unfit(self) -> bool:
        """Whether the wrapper or the tests no longer fit."""
        return any(check.said for check in self.checks)

    @property
    def code(self) -> Code:
        codes = [Code.UNFIT if self.unfit else Code.NOTHING, *(report.code for report in self.reports)]
        return Code.FAILED if self.error else max(codes)
