"""What a run comes to, once nothing more is sent."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import replace

from ..report import Cell, Finding, Obligation
from ..spec import Operation
from . import cases, several
from .target import Target

PLAIN = {"valid", cases.AGAIN}
"""The kinds of input with nothing unusual in them."""
_SEVERAL = {several.LABEL}
_REFUSALS = {"case.refused", "case.credential", "case.header", "case.method"}
_OFTEN = 4
"""One of so many."""


def explained(
    found: Sequence[Finding], refusing: Collection[tuple[str, str]], valid: Mapping[str, int]
) -> Iterator[Finding]:
    """The findings, each with the one that has the same root cause and shows it more plainly.

    Where plain valid requests often go wrong, that explains all that go wrong in the same way; where they seldom do,
    what does no oftener. What one thing shows explains what several at once show. And where rule and operation are not
    among the `refusing`, which refused something, not one check is missing, but all of them. `valid` is how many plain
    valid requests an operation had.
    """

    def plainer(one: Finding) -> Finding:
        alike = [other for other in found if (other.rule, other.operation) == (one.rule, one.operation)]
        plain = [other for other in alike if other.kind in PLAIN and _status(other) == _status(one)]
        often = valid.get(one.operation, 0) / _OFTEN
        plain = [other for other in plain if other.count >= min(one.count, often)]
        if not plain and (one.kind in _SEVERAL or _refuses_nothing(one, refusing)):
            plain = [other for other in alike if other.kind not in _SEVERAL]
        return max(plain, key=lambda other: (other.count, other.key), default=one)

    for one in found:
        root = plainer(plainer(one))
        yield replace(one, because="" if root is one else root.key)


def _refuses_nothing(finding: Finding, refusing: Collection[tuple[str, str]]) -> bool:
    return finding.rule in _REFUSALS and (finding.rule, finding.operation) not in refusing


def _status(finding: Finding) -> int:
    response = finding.evidence[0].response if finding.evidence else None
    return response.status if response else 0


def unseen(target: Target, cells: Sequence[Cell]) -> Iterator[Cell]:
    """The documented statuses that did not occur: of them nothing is known."""
    seen = {(cell.operation, cell.detail) for cell in cells}
    for operation in target.spec.operations:
        for status in operation.node["responses"].value:
            if status.isdecimal() and (operation.id, status) not in seen:
                yield Cell(target.spec.key, operation.id, "response.status", status)


def obligations(
    target: Target,
    operations: Sequence[Operation],
    successes: Mapping[tuple[str, int], int],
    refused: Mapping[tuple[str, str], int],
    unfinished: str,
) -> Iterator[Obligation]:
    """What must have been seen of the operations: every documented success, and every scheme that admits and refuses.

    By operation, `successes` counts answers by status, and `refused` requests by the pointer of the scheme that they
    failed; `unfinished` is what a run that broke off fell short of.
    """
    key = target.spec.key
    if unfinished:
        yield Obligation(key, "", unfinished, False)
    for operation in operations:
        for status in operation.node["responses"].value:
            if status.startswith("2"):
                count = successes.get((operation.id, int(status)), 0)
                yield Obligation(key, operation.id, f"{status} was reached", count > 0, f"{count} times")
        for scheme in target.schemes_of(operation):
            name, count = scheme.pointer.rpartition("/")[2], refused.get((operation.id, scheme.pointer), 0)
            admitted = sum(count for (of, _), count in successes.items() if of == operation.id)
            yield Obligation(key, operation.id, f"{name} was seen admitting", admitted > 0, f"{admitted} times")
            yield Obligation(key, operation.id, f"{name} was seen refusing", count > 0, f"{count} times")
