"""What a run comes to, once nothing more is sent."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import replace

from ..report import Finding, Obligation
from ..rules import Weight
from ..spec import Operation
from .target import Target

_OFTEN = 4
"""One of so many."""
_SEVERAL = 4
"""Rules of one body that nobody checks, from which on it is the body that nobody checks."""


def merged(
    found: Sequence[Finding], operations: Sequence[Operation], valid: Mapping[str, int], refusing: Collection[str]
) -> Iterator[Finding]:
    """The findings, without those that have the same root cause as another one.

    Where what is plain is refused, so is what is not. What one thing shows need not be shown by several at once. And
    where nothing of a body was refused because of its schema, it is not one check that is missing. `valid` is how many
    plain valid requests an operation had, `refusing` are the operations that refused a body because of its schema.
    """
    refused = [one for one in found if one.rule == "case.accepted"]
    plain = [one for one in refused if _is_plain(one) and one.count * _OFTEN >= sum(valid[o] for o in one.operations)]
    unchecked: dict[str, list[Finding]] = {
        body: [one for one in found if one.rule == "case.refused" and one.pointer.startswith(f"{body}/")]
        for operation in operations
        if operation.id not in refusing
        for body in (f"{operation.node.pointer}/requestBody",)
    }
    unchecked = {body: those for body, those in unchecked.items() if len(those) >= _SEVERAL}
    everywhere = {operation for one in plain for operation in one.operations}
    for one in found:
        if one.weight is Weight.ADVICE and max(one.statuses) >= 400 and everywhere >= set(one.operations):
            continue
        if one in refused and one not in plain:
            others = plain or [other for other in refused if one.detail and not other.detail]
            if any(set(one.operations) <= set(other.operations) for other in others):
                continue
        those = next((those for body, those in unchecked.items() if one in those), [one])
        if one is those[0]:
            body = next((body for body, several in unchecked.items() if several is those), "")
            yield _all_of(those, body) if body else one


def _is_plain(finding: Finding) -> bool:
    return not finding.detail and finding.pointer.endswith("/responses")


def _all_of(those: Sequence[Finding], pointer: str) -> Finding:
    first = max(those, key=lambda one: one.count)
    inputs = tuple(sorted({text for one in those for text in one.inputs}))
    message = f"{first.message}; nothing in the body is checked"
    count = sum(one.count for one in those)
    return replace(first, pointer=pointer, message=message, inputs=inputs, count=count)


def obligations(target: Target, unfinished: str) -> Iterator[Obligation]:
    """What a run that broke off fell short of, if there is anything."""
    if unfinished:
        yield Obligation(target.spec.key, "", unfinished, False)
