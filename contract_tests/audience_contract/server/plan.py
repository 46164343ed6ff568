"""The order of a run: each rule once, then everything else, the kinds of cases taking turns."""

import itertools
from collections.abc import Callable, Iterable, Iterator
from typing import NamedTuple

from . import cases, credentials, messages, values
from .cases import Case
from .draft import Draft
from .expectation import Expectation, Expected
from .names import Names


class Planned(NamedTuple):
    """A case, and how it must end."""

    case: Case
    expectation: Expectation


class Plan(NamedTuple):
    """The first case of each rule; and all others, in another order than `in_order`."""

    first: list[Planned]
    others: list[Planned]
    in_order: list[Planned]


def groups(drafts: Iterable[Draft], names: Names) -> Iterator[Iterable[Case]]:
    """All cases that are made on purpose of the least and the most that is allowed, those of a kind together."""
    least, most = drafts
    yield from credentials.cases(least, names)
    yield from values.cases(least, most, names)
    yield from messages.cases(least, names)
    yield cases.forbidden(least)
    yield cases.methods(least, names)


def plan(found: Iterable[Iterable[Case]], expect: Callable[[Case], Expectation | None]) -> Plan:
    """The cases of all groups of which something is to be expected."""
    made = [[Planned(case, said) for case in group if (said := expect(case))] for group in found]
    first: dict[str, Planned] = {}
    for one in itertools.chain(*made):
        if one.expectation.expected is not Expected.OPEN and one.case.label != cases.AGAIN:
            first.setdefault(one.expectation.key, one)
    chosen = {id(one) for one in first.values()}
    # What right credentials give after wrong ones is only seen when nothing else comes between them.
    units = [
        [group] if any(one.case.label == cases.AGAIN for one in group) else [[one] for one in group] for group in made
    ]
    rows = itertools.zip_longest(*units, fillvalue=[])
    turns = [one for row in rows for unit in row for one in unit if id(one) not in chosen]
    return Plan(list(first.values()), turns, [*itertools.chain(*made)])
