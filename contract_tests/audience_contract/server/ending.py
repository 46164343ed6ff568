"""One finding for one root cause: how findings are merged."""

import json
import re
from collections import Counter, defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import product
from posixpath import commonpath

from ..judging import joined, plainness
from ..report import Finding
from ..rules import Weight
from ..spec import Operation, load

_OFTEN = 4
"""A finding is frequent if at least one in so many valid requests shows it."""
_TYPES = 3
"""From so many properties with an unchecked type on, the root cause is that the server checks no types."""
_RESTATED = {"case.refused", "case.header", "response.content-type", "response.header", "response.body"}
"""Rules whose findings are merged if the documents state the same at several places."""
_NOTES = {"description", "title", "summary", "example", "examples", "default", "deprecated"}
"""What a document has beside its rules."""
_SEVERAL = 4
"""From so many unchecked rules of one body on, the root cause is that the server does not check the body."""
_IN_WORDS = {"description": "as described", "content": ""}
_NAMED = 8
"""The most rules that a headline names beside the one that it tells."""


def merged(
    found: Sequence[Finding], operations: Sequence[Operation], valid: Mapping[str, int], refusing: Collection[str]
) -> Iterator[Finding]:
    """The findings, with those of one root cause merged into one.

    - A server that refuses plain valid requests also refuses those with a peculiarity.
    - A request with several peculiarities adds nothing to a request with one of them.
    - What a server takes although it must refuse it, it may also show.
    - What a server does not read at all, or not as what type, is one cause, and the finding names each broken rule.
    - A rule that the documents state for several operations is one rule, and so is a text that they take.
    - A text that is refused at several places is refused for one reason.
    - A server that often fails on valid requests also fails on others.

    `valid` is how many plain valid requests each operation had, and `refusing` are the operations that refused a body
    because of its schema.
    """
    found = [*_of_its_own(found, valid)]
    together = _together(found, operations, refusing)
    failing = [one for one in found if one.rule == "response.failure" and one.detail == "valid"]
    often = any(_is_often(one, valid) for one in failing)
    stated = {one.key: _stated(one) for one in found if one.rule in _RESTATED}
    # A rule that one operation has at two places is two rules.
    counts = Counter((stated[one.key], operation) for one in found if one.key in stated for operation in one.operations)
    twice = {said for (said, _), count in counts.items() if count > 1}
    causes = defaultdict[object, list[Finding]](list)
    for one in found:
        cause: object = one.key
        if one.key in together:
            cause = together[one.key]
        elif said := stated.get(one.key):
            cause = said, _path(one) if said in twice else ""
        elif one.rule == "case.method":
            cause = one.rule
        elif one.rule == "case.accepted":
            # What is special about a request is a text, or what the label says.
            label = one.key if "valid" in one.inputs else one.inputs[:1]
            cause = one.rule, label if one.place == "status" else one.place
        elif one.rule == "response.failure":
            # What is neither certainly valid nor certainly invalid fails for the same reason as one of these.
            kin = "valid" if failing else "invalid"
            cause = one.rule, often or (kin if one.detail == "open" else one.detail)
        causes[cause].append(one)
    for cause, those in causes.items():
        yield _all_of(those, several=cause in together.values()) if those[1:] else those[0]


def _together(
    found: Sequence[Finding], operations: Sequence[Operation], refusing: Collection[str]
) -> Mapping[str, object]:
    """By the key of a finding, what it is about together with others.

    This is a parameter or a body that the server does not read, a body that needs nothing of what is required, types
    that it does not check, or a text that it refuses everywhere.
    """
    refusals, about = [one for one in found if one.rule in ("case.refused", "case.header")], dict[str, object]()
    for one in refusals:
        if one.pointer.endswith("/required") and not one.place.startswith(("body", "part")):
            kin = [each.key for each in refusals if each.place == one.place and {*each.operations} & {*one.operations}]
            about |= dict.fromkeys(kin, one.place) if kin[1:] else {}
    types = [one.key for one in refusals if one.rule == "case.refused" and one.pointer.endswith("/type")]
    about |= dict.fromkeys(types, "types") if len(types) >= _TYPES else {}
    for operation in operations:
        body, required = operation.spec.in_file(f"{operation.node.pointer}/requestBody"), "/schema/required"
        within = [one for one in refusals if one.pointer.startswith(f"{body}/")]
        needed = len(operation.body.plain("required", [])) if operation.body else 0
        if operation.id in refusing or len(within) < _SEVERAL:
            # Where all that is required may be missing, the body and its media type may be missing, too.
            within = [one for one in within if "/schema/" not in one.pointer or one.pointer.endswith(required)]
            is_bare = 0 < needed <= sum(one.pointer.endswith(required) for one in within)
            within = within if is_bare and within[1:] else []
        about |= {one.key: body for one in within}
    odd = [one for one in found if one.rule == "case.accepted" and one.place != "status"]
    for one in odd:
        places = {each.place for each in odd if {*each.inputs} & {*one.inputs}}
        about |= {one.key: ("text", min(places))} if len(places) > 1 else {}
    return about


def _stated(finding: Finding) -> tuple[str, str, str]:
    """What the documents say of the broken rule, wherever they say it: its id, its name, and its text."""
    spec, keyword = load(finding.provider), finding.pointer.rpartition("/")[2]
    try:
        value = (spec.written or spec.node).at(finding.pointer).value
    except LookupError:
        value = None
    if isinstance(value, dict):
        value = {name: None if isinstance(each, dict) else each for name, each in value.items() if name not in _NOTES}
    name = finding.detail or _path(finding).rpartition("/")[2]
    return finding.rule, name, json.dumps({keyword: value}, sort_keys=True)


def _path(finding: Finding) -> str:
    """The place in the message, without the numbers of items."""
    return re.sub(r"/\d+(?=/|$)", "", finding.place)


def _of_its_own(found: Sequence[Finding], valid: Mapping[str, int]) -> Iterator[Finding]:
    """The findings, without those that another one already tells."""
    # What was not seen again tells nothing else.
    sure = [one for one in found if one.weight is not Weight.NOT_JUDGED]
    refused = [one for one in sure if one.rule == "case.accepted"]
    plain = [one for one in refused if one.pointer.endswith("/responses") and not one.detail and _is_often(one, valid)]
    everywhere = {operation for one in plain for operation in one.operations}
    admitted = [{*one.operations, *one.inputs} for one in sure if one.rule == "case.credential"]
    taken = {one.pointer for one in sure if one.rule == "case.refused"}
    told = {each for one in refused for each in _answered(one)}
    for one in found:
        is_status = one.rule == "response.status"
        is_refusal = max(one.statuses, default=0) >= 400 and (one.weight is Weight.ADVICE or is_status)
        others = plain or [other for other in refused if one.detail and not other.detail]
        if not (
            (is_status and any({*one.operations, *one.inputs} <= parts for parts in admitted))
            or (one.rule == "response.body" and one.pointer in taken)
            or (is_status and _answered(one) <= told)
            or (is_refusal and everywhere >= {*one.operations})
            or (one in refused and one not in plain and any({*one.operations} <= {*each.operations} for each in others))
        ):
            yield one


def _answered(finding: Finding) -> set[tuple[str, int]]:
    """The operations and the inputs, each with each status that shows the finding."""
    return {*product((*finding.operations, *finding.inputs), finding.statuses)}


def _is_often(finding: Finding, valid: Mapping[str, int]) -> bool:
    return finding.count * _OFTEN >= sum(valid[operation] for operation in finding.operations)


def _all_of(those: Sequence[Finding], *, several: bool) -> Finding:
    """The plainest of several findings, with what shows any of them.

    If they are of `several` rules, each is named, so that an entry of a baseline accepts no other one.
    """
    first = min(those, key=lambda one: (one.pointer.endswith("/description"), plainness(one)))
    if several and (others := sorted({*map(_name, those)} - {_name(first)})):
        more = f", and {len(others) - _NAMED} more" if others[_NAMED:] else ""
        too = "refused too" if first.rule == "case.accepted" else "not checked either"
        said = f"{first.message}; {too}: {', '.join(others[:_NAMED])}{more}"
        # A rule in words may stand elsewhere than what it is about.
        places = [one.pointer for one in those if not one.pointer.endswith("/description")]
        pointer = commonpath(places or ["/"]).rstrip("/").removesuffix("/required")
        first = replace(first, pointer=pointer, detail=", ".join(sorted({_name(first), *others})), message=said)
    return joined(first, those)


def _name(finding: Finding) -> str:
    """The place and the keyword of a rule; the place of a text."""
    if finding.rule == "case.accepted":
        return finding.place
    keyword = finding.pointer.rpartition("/")[2]
    said = f"as {keyword.replace('~1', '/')}" if "~1" in keyword else _IN_WORDS.get(keyword, keyword)
    what = finding.detail or _path(finding).partition(" ")[2].removeprefix("/") or f"the {finding.place}"
    return f"{what} {said}".strip()
