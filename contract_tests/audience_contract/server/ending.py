"""What a run comes to, once nothing more is sent."""

from collections.abc import Iterator, Mapping, Sequence

from ..report import Cell, Finding, Obligation
from . import pairs, unusual
from .target import Target

_SEVERAL = {unusual.LABEL, pairs.LABEL}


def root_causes(found: Sequence[Finding]) -> Iterator[Finding]:
    """The findings; what several things at once show is left out where one of them shows it by itself."""
    single = {(one.rule, one.operation) for one in found if one.kind not in _SEVERAL}
    yield from (one for one in found if one.kind not in _SEVERAL or (one.rule, one.operation) not in single)


def unseen(target: Target, cells: Sequence[Cell]) -> Iterator[Cell]:
    """The documented statuses that did not occur: of them nothing is known."""
    seen = {(cell.operation, cell.detail) for cell in cells}
    for operation in target.spec.operations:
        for status in operation.node["responses"].value:
            if status.isdecimal() and (operation.id, status) not in seen:
                yield Cell(target.spec.key, operation.id, "response.status", status)


def obligations(
    target: Target, successes: Mapping[int, int], refused: Mapping[str, int], *, interrupted: bool
) -> Iterator[Obligation]:
    """What must have been seen: every documented success, and every scheme that admits and refuses.

    `successes` counts answers by status; `refused` requests by the pointer of the scheme that they failed.
    """
    key = target.spec.key
    if interrupted:
        yield Obligation(key, "", "the run was not interrupted", False)
    for operation in target.spec.operations:
        for status in operation.node["responses"].value:
            if status.startswith("2"):
                count = successes.get(int(status), 0)
                yield Obligation(key, operation.id, f"{status} was reached", count > 0, f"{count} times")
        for scheme in target.schemes:
            name, count = scheme.pointer.rpartition("/")[2], refused.get(scheme.pointer, 0)
            admitted = sum(successes.values())
            yield Obligation(key, operation.id, f"{name} was seen admitting", admitted > 0, f"{admitted} times")
            yield Obligation(key, operation.id, f"{name} was seen refusing", count > 0, f"{count} times")
