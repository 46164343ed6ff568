"""One finding for one root cause: how findings are merged."""

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import replace

from ..facts import facts_of
from ..judging import plainness
from ..report import Finding
from ..rules import Weight
from ..spec import Operation
from .places import places

_OFTEN = 4
"""A finding is frequent if at least one in so many valid requests shows it."""
_TYPES = 3
"""From so many properties with an unchecked type on, the root cause is that the server checks no types."""
_RESTATED = {"case.refused", "case.header", "case.method", "response.content-type", "response.body"}
"""Rules whose findings are merged if several operations are documented in the same words."""
_SEVERAL = 4
"""From so many unchecked rules of one body on, the root cause is that the server does not check the body."""


def merged(
    found: Sequence[Finding], operations: Sequence[Operation], valid: Mapping[str, int], refusing: Collection[str]
) -> Iterator[Finding]:
    """The findings, with those of one root cause merged into one.

    - A server that refuses plain valid requests also refuses those with a peculiarity.
    - A request with several peculiarities adds nothing to a request with one of them.
    - An operation that never refused a body because of its schema lacks the whole check, and not one rule of it.
    - A rule that several operations document in the same words is one rule, and so is a text that they take.
    - A server that often fails on valid requests also fails on others.

    `valid` is how many plain valid requests each operation had, and `refusing` are the operations that refused a body
    because of its schema.
    """
    found = [*_of_its_own(found, valid)]
    unchecked: dict[str, list[Finding]] = {
        body: [one for one in found if one.rule == "case.refused" and one.pointer.startswith(f"{body}/")]
        for operation in operations
        if operation.id not in refusing
        for body in (f"{operation.node.pointer}/requestBody",)
    }
    unchecked = {body: those for body, those in unchecked.items() if len(those) >= _SEVERAL}
    # By the pointer to its schema: a text's name, and the operation that makes what it belongs to.
    texts = {
        each.schema.pointer: (each.name, facts_of(one).source or one.id)
        for one in operations
        for each in places(one)
        if each.schema
    }
    alike: dict[object, list[Finding]] = {}
    types = sum(one.rule == "case.refused" and one.pointer.endswith("/type") for one in found)
    for one in found:
        if one.rule in _RESTATED and not any(one in those for those in unchecked.values()):
            # The message ends with the page, if there is one. It differs by operation, so only the reason is compared.
            said = re.search(r".*: \d{3} \((.*?)(?:; [^; ]+)?\)$", one.message, re.DOTALL)
            reason = re.sub(r"at (character|byte) \d+| \(\w+: \d+\)", "", said[1]) if said else one.key
            reason = "type" if types >= _TYPES and one.pointer.endswith("/type") else reason
            alike.setdefault((one.rule, reason), []).append(one)
        elif one.rule == "case.accepted" and one.pointer in texts:
            alike.setdefault(texts[one.pointer], []).append(one)
    failing = [one for one in found if one.rule == "response.failure"]
    if any(one.detail == "valid" and _is_often(one, valid) for one in failing):
        alike["failing"] = failing
    elif kin := [one for detail in ("valid", "invalid") for one in failing if one.detail == detail][:1]:
        # What is neither certainly valid nor certainly invalid fails for the same reason as one of these.
        alike["failing"] = [*kin, *(one for one in failing if one.detail == "open")]
    for one in found:
        body, those = next(((body, those) for body, those in unchecked.items() if one in those), ("", [one]))
        those = next((same for same in alike.values() if one in same), those)
        if one is those[0]:
            yield _all_of(those, body) if those[1:] else one


def _of_its_own(found: Sequence[Finding], valid: Mapping[str, int]) -> Iterator[Finding]:
    """The findings, without those that another one already tells."""
    refused = [one for one in found if one.rule == "case.accepted"]
    plain = [one for one in refused if _is_plain(one) and _is_often(one, valid)]
    everywhere = {operation for one in plain for operation in one.operations}
    credentials = [one for one in found if one.rule == "case.credential"]
    admitting = {operation for one in credentials for operation in one.operations}
    for one in found:
        refusal = one.weight is Weight.ADVICE or one.rule == "response.status"
        others = plain or [other for other in refused if one.detail and not other.detail]
        if not (
            (one.rule == "http.scheme" and min(one.statuses, default=400) < 400 and admitting >= set(one.operations))
            or (one.rule == "response.status" and any(_is_within(one, other) for other in credentials))
            or (refusal and max(one.statuses, default=0) >= 400 and everywhere >= set(one.operations))
            or (one in refused and one not in plain and any({*one.operations} <= {*each.operations} for each in others))
        ):
            yield one


def _is_plain(finding: Finding) -> bool:
    return not finding.detail and finding.pointer.endswith("/responses")


def _is_within(finding: Finding, other: Finding) -> bool:
    """Whether each operation and each input that shows the finding shows the other one as well."""
    return {*finding.operations} <= {*other.operations} and {*finding.inputs} <= {*other.inputs}


def _is_often(finding: Finding, valid: Mapping[str, int]) -> bool:
    return finding.count * _OFTEN >= sum(valid[operation] for operation in finding.operations)


def _all_of(those: Sequence[Finding], pointer: str) -> Finding:
    """The plainest of several findings, with what shows any of them; `pointer` is that of an unchecked body, or ""."""
    first = min(those, key=lambda one: plainness(one.message))
    return replace(
        first,
        pointer=pointer or first.pointer,
        message=f"{first.message}; nothing in the body is checked" if pointer else first.message,
        operations=tuple(sorted({name for one in those for name in one.operations})),
        inputs=tuple(sorted({text for one in those for text in one.inputs})),
        statuses=tuple(sorted({status for one in those for status in one.statuses})),
        count=sum(one.count for one in those),
    )
