"""The findings in their order, and the matrix of operations and rules, as every form shows them."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

from ..report import Cell, Finding, Report
from ..rules import RULES, Rule

State = Literal["violated", "accepted", "not exercised", "kept"]
SYMBOLS: dict[State, str] = {"violated": "✗", "accepted": "≈", "not exercised": "○", "kept": "✓"}
"""The states, the gravest first, told apart without colour."""
_ORDER = list(RULES)
_NAMED = 8
"""Kinds of input that are named beside the plainest."""


@dataclass(frozen=True)
class Square:
    """A rule on an operation: its cells, one for each detail, and its findings."""

    provider: str
    operation: str
    rule: Rule
    cells: Sequence[Cell]
    findings: Sequence[Finding]

    @property
    def state(self) -> State:
        """Violated unless every finding is accepted; a violation without a finding is nothing that was accepted."""
        if any(not finding.accepted for finding in self.findings):
            return "violated"
        if self.findings:
            return "accepted"
        states = {cell.state for cell in self.cells}
        return "violated" if "violated" in states else "kept" if "kept" in states else "not exercised"

    @property
    def exercised(self) -> int:
        """How often the rule was put to the test."""
        return sum(cell.exercised for cell in self.cells)

    @property
    def violated(self) -> int:
        """How often it was broken."""
        return max(sum(cell.violated for cell in self.cells), sum(finding.count for finding in self.findings))


def squares(report: Report) -> list[Square]:
    """The matrix: by provider and operation, rules in their own order; a finding without a cell has a square too."""
    cells: defaultdict[tuple[str, str, str], list[Cell]] = defaultdict(list)
    findings: defaultdict[tuple[str, str, str], list[Finding]] = defaultdict(list)
    for cell in report.cells:
        cells[cell.provider, cell.operation, cell.rule].append(cell)
    for finding in ordered(report.findings):
        findings[finding.provider, finding.operation, finding.rule].append(finding)
    keys = sorted({*cells, *findings}, key=lambda key: (*key[:2], _ORDER.index(key[2])))
    return [Square(*key[:2], RULES[key[2]], cells[key], findings[key]) for key in keys]


def ordered(findings: Iterable[Finding]) -> list[Finding]:
    """Those that nobody accepted first; then by rule, by where, and those that were seen most often first."""
    return sorted(
        findings,
        key=lambda found: (
            bool(found.accepted),
            _ORDER.index(found.rule),
            found.provider,
            found.operation,
            -found.count,
            found.key,
        ),
    )


def split(report: Report) -> tuple[list[Finding], list[Finding]]:
    """The root causes that count, and the findings that are accepted."""
    found = ordered(report.findings)
    counted = {f.key for f in found if not f.accepted}
    # An accepted finding explains nothing away.
    return [f for f in found if not f.accepted and f.because not in counted], [f for f in found if f.accepted]


def others(report: Report) -> dict[str, list[Finding]]:
    """What else shows a root cause, by its key."""
    found: dict[str, list[Finding]] = {finding.key: [] for finding in split(report)[0]}
    for finding in ordered(report.findings):
        if finding.because in found and not finding.accepted:
            found[finding.because].append(finding)
    return found


def also(others: Sequence[Finding]) -> str:
    """The other kinds of input that show a root cause, in a few words; "" if there are none."""
    kinds = [other.kind for other in others]
    if not kinds:
        return ""
    named = ", ".join(kinds[:_NAMED]) + (", …" if len(kinds) > _NAMED else "")
    return f"{len(kinds)} other kind{'s' * (len(kinds) != 1)} of input: {named}"


def headline(report: Report) -> str:
    """The result in a sentence."""
    counted, accepted = map(len, split(report))
    unmet = sum(not obligation.met for obligation in report.obligations)
    parts = [
        f"{counted} root cause{'s' * (counted != 1)}",
        f"{accepted} accepted" if accepted else "",
        f"{unmet} obligation{'s' * (unmet != 1)} not met" if unmet else "",
        f"{report.requests} request{'s' * (report.requests != 1)} in {report.seconds:.1f} s",
    ]
    return ", ".join(filter(None, parts))
