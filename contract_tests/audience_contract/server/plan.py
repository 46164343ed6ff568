"""The order of a run: what tells most comes first, and nothing is said twice before everything was said once."""

import itertools
from collections.abc import Callable, Iterable, Iterator
from typing import NamedTuple

from ..messages import Request
from . import cases, pairs, part_cases, values, wire_cases
from .cases import Case
from .draft import Draft, Names
from .expectation import Expectation, Expected

_BODIES: dict[str, Callable[[Draft, Names], Iterator[Case]]] = {
    "application/json": wire_cases.json_body,
    "application/x-www-form-urlencoded": wire_cases.form_body,
    "multipart/form-data": part_cases.multipart_body,
}


class Planned(NamedTuple):
    """A case, and how it must end."""

    case: Case
    expectation: Expectation


class Plan(NamedTuple):
    """Three passes: what must not succeed, then what may; a case of each kind only. Then all others."""

    breaking: list[Planned]
    keeping: list[Planned]
    others: list[Planned]


def groups(least: Draft, names: Names, seed: int) -> Iterator[Iterator[Case]]:
    """All cases that are made on purpose, those of a kind together."""
    yield from cases.credentials(least, names)
    yield from cases.parameters(least, names)
    yield cases.absent(least, names)
    yield from values.ladders(least, names)
    if least.media:
        made = _BODIES.get("application/json" if least.is_json else least.media)
        yield made(least, names) if made else iter(())
        yield wire_cases.any_body(least, names)
    yield wire_cases.any_message(least, names)
    yield cases.methods(least, names)
    yield pairs.combinations(least, names, seed, 80)


def plan(
    groups: Iterable[Iterable[Case]], allowed: Callable[[Request], bool], expect: Callable[[Case], Expectation]
) -> Plan:
    """The cases of all groups whose requests are `allowed`; in the first passes the groups take turns."""
    known: set[tuple[str, ...]] = set()
    breaking: list[list[Planned]] = []
    keeping: list[list[Planned]] = []
    others: list[Planned] = []
    for group in groups:
        breaking.append([])
        keeping.append([])
        for case in (case for case in group if allowed(case.request)):
            planned = Planned(case, expect(case))
            kind = (planned.expectation.kind, planned.expectation.pointer, case.variant)
            first = keeping if planned.expectation.expected in (Expected.SUCCESS, Expected.OPEN) else breaking
            (others if kind in known else first[-1]).append(planned)
            known.add(kind)
    return Plan(list(_turns(breaking)), list(_turns(keeping)), others)


def mixed(breaking: list[Planned], keeping: list[Planned]) -> Iterator[Planned]:
    """What may succeed between what must not, one after each two: some servers go wrong in the change only."""
    others = iter(keeping)
    for number, planned in enumerate(breaking, 1):
        yield planned
        if number % 2 == 0 and (other := next(others, None)):
            yield other
    yield from others


def _turns(groups: list[list[Planned]]) -> Iterator[Planned]:
    for row in itertools.zip_longest(*groups):
        yield from (planned for planned in row if planned)
