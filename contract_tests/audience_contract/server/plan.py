"""The order of a run: one case for each rule, then all other cases, with the kinds of cases in turn."""

import itertools
from collections.abc import Callable, Collection, Iterable, Iterator
from typing import NamedTuple

from . import cases, credentials, messages, values
from .cases import Case
from .draft import Draft
from .expectation import Expectation, Expected
from .names import Names


class Planned(NamedTuple):
    """A case, and what its answer must be."""

    case: Case
    expectation: Expectation


class Plan(NamedTuple):
    """The first case of each rule; all `others`, by kind in turn; and `in_order`, all cases as they were made."""

    first: list[Planned]
    others: list[Planned]
    in_order: list[Planned]


def groups(drafts: Iterable[Draft], names: Names) -> Iterator[Iterable[Case]]:
    """All hand-designed cases of an operation, by kind; `drafts` are its smallest and its fullest valid request."""
    smallest, fullest = drafts
    yield from credentials.cases(smallest, names)
    yield from values.cases(smallest, fullest, names)
    yield from messages.cases(smallest, names)
    yield cases.forbidden(smallest)
    yield cases.methods(smallest, names)


def plan(found: Iterable[Iterable[Case]], expect: Callable[[Case], Expectation | None], rules: Collection[str]) -> Plan:
    """The plan for the cases of all groups that `expect` has an expectation for, by one of the `rules`."""
    made = [[Planned(case, said) for case in group if (said := expect(case))] for group in found]
    first: dict[str, Planned] = {}
    for one in itertools.chain(*made):
        is_first = one.expectation.expected is not Expected.OPEN and one.case.label != cases.RIGHT_AFTER_WRONG
        if is_first and one.expectation.rule in rules:
            first.setdefault(one.expectation.key, one)
    chosen = {id(one) for one in first.values()}
    # A group that tries right credentials after wrong ones stays together: a request in between would spoil the test.
    units = [
        [group] if any(one.case.label == cases.RIGHT_AFTER_WRONG for one in group) else [[one] for one in group]
        for group in made
    ]
    rows = itertools.zip_longest(*units, fillvalue=[])
    asked = (unit for row in rows for unit in row if any(one.expectation.rule in rules for one in unit))
    turns = [one for unit in asked for one in unit if id(one) not in chosen]
    return Plan(list(first.values()), turns, [*itertools.chain(*made)])
