"""Every fault, to a provider and a side by lot; and the judge and the counting, which must not be wrong themselves.

`make network-faults` and `make test-long` play each to every provider, blocking and async.
"""

import random
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from faults.fault import DOCUMENTED, Fault
from faults.judge import Observation, judge, may_be_load
from faults.playing import Case, cases_of, run_all
from faults.plays import FAULTS
from faults.reading import Reading, Seen


def _cases(fault: Fault) -> Iterator[Any]:
    """One of them by lot, drawn by its name, so that no fault changes another's; the others are long."""
    cases = cases_of([fault])
    lot = random.Random(fault.name).choice(cases)  # noqa: S311
    for case in cases:
        names = (fault.name, case.provider, case.side)
        yield pytest.param(case, id="-".join(names), marks=() if case is lot else pytest.mark.long)


@pytest.fixture(scope="session")
def seen(request: pytest.FixtureRequest) -> dict[tuple[str, str, str], Observation]:
    """What came of the cases whose tests were chosen, all played at the same time."""
    calls = [getattr(item, "callspec", None) for item in request.session.items]
    chosen = [call.params["case"] for call in calls if call and isinstance(call.params.get("case"), Case)]
    return {(each.fault, each.provider, each.side): each for each in run_all(chosen)}


@pytest.mark.parametrize("case", [case for fault in FAULTS.values() for case in _cases(fault)])
def test_what_is_claimed_after_a_fault_is_true(case: Case, seen: dict[tuple[str, str, str], Observation]) -> None:
    found = seen[case.fault.name, case.provider, case.side]
    if found.skipped:
        pytest.skip(found.skipped)
    assert judge(case.fault, found) == []


FAULT = Fault(name="x", does="X", play=lambda _: None, truth=("unknown",), most=1)
HONEST = Observation(
    provider="batch", side="async", fault="x", claimed="unknown", requests=1, seconds=0.1, deadline=2.0
)


@pytest.mark.parametrize(
    ("changes", "lie", "finding"),
    [
        ({}, {"claimed": "rejected"}, "claims rejected, the truth is unknown"),
        ({}, {"claimed": "not_sent"}, "claims not_sent, the truth is unknown"),
        ({}, {"claimed": "applied"}, "claims applied, the truth is unknown"),
        ({"truth": ("applied",)}, {}, "claims unknown, the truth is applied"),
        ({"truth": ("rejected", "applied")}, {}, "claims unknown, the truth is rejected or applied"),
        ({}, {"requests": 2}, "2 requests, at most 1 may be made"),
        ({"most": 0}, {}, "1 requests, at most 0 may be made"),
        ({"least": 2, "most": 2}, {}, "1 requests, 2 are due"),
        ({}, {"seconds": 3.01}, "3.0 s, the deadline was 2.0 s"),
        ({"no_sooner": 1.0}, {}, "repeated after 0.1 s, 1.0 s were asked for"),
        ({"status": 500}, {"shown": 502}, "shows the status 502, it was 500"),
        ({"status": DOCUMENTED}, {"shown": None, "documented": 202}, "shows the status None, it was 202"),
        ({"receipt": True}, {}, "a good answer gave no receipt, or one with another id"),
        ({}, {"elsewhere": 1}, "another host saw 1 connections"),
        ({}, {"leaked": True}, "credentials went where they must not"),
        ({}, {"differ": True}, "what was repeated is not what was sent first"),
        ({}, {"memory": 300}, "took 300 MiB for one answer"),
        ({"most": 3}, {"requests": 2, "attempts": ("unknown",)}, "2 requests, but 1 attempts on the result"),
        (
            {"truth": ("rejected",)},
            {"claimed": "rejected", "attempts": ("unknown", "rejected")},
            "claims rejected, but an attempt is unknown and rejected",
        ),
    ],
)
def test_the_judge_reports_each_lie(changes: dict[str, object], lie: dict[str, object], finding: str) -> None:
    assert judge(FAULT, HONEST) == []
    assert judge(replace(FAULT, **changes), replace(HONEST, **lie)) == [finding]  # type: ignore[arg-type]


def test_an_exception_that_is_not_the_librarys_claims_nothing_and_is_reported() -> None:
    escaped = replace(HONEST, claimed=None, problem="KeyError escaped")
    assert judge(FAULT, escaped) == ["KeyError escaped", "claims None, the truth is unknown"]


def test_what_cannot_be_played_is_not_judged() -> None:
    assert judge(FAULT, replace(HONEST, claimed=None, skipped="no such network")) == []


@pytest.mark.parametrize(
    ("stream", "whole"),
    [
        (b"", []),
        (b"P", [False]),
        (b"POST / HTTP/1.1\r\nContent-Length: 4\r\n\r\nbod", [False]),
        (b"POST / HTTP/1.1\r\nContent-Length: 4\r\n\r\nbody", [True]),
        (b"POST / HTTP/1.1\r\nContent-Length: 4\r\n\r\nbodyP", [True, False]),
        (b"POST / HTTP/1.1\r\nContent-Length: 4\r\n\r\nbody" * 3, [True] * 3),
        (b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nx\r\n", [False]),
        (b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nx\r\n0\r\n\r\n", [True]),
        (b"GET / HTTP/1.1\r\n\r\nGET / HTTP/1.1\r\n\r\n", [True, True]),
        (b"CONNECT x:443 HTTP/1.1\r\n\r\n", []),
        (b"CONNECT x:443 HTTP/1.1\r\n\r\nPOST /", [False]),
        (b"\x16\x03\x01POST / HTTP/1.1\r\n\r\n", []),
    ],
)
@pytest.mark.parametrize("size", [1, 7, 1000])
def test_requests_are_counted_from_their_first_byte_on(stream: bytes, whole: list[bool], size: int) -> None:
    seen: list[Seen] = []

    def begin() -> Seen:
        seen.append(Seen())
        return seen[-1]

    reading = Reading(begin)
    for start in range(0, len(stream), size):
        reading.feed(stream[start : start + size])
    assert [each.whole for each in seen if each.counts] == whole


def test_no_load_excuses_a_claim_of_more_than_is_known_or_a_repetition() -> None:
    acted = replace(FAULT, truth=("applied",))
    assert may_be_load(acted, HONEST)
    assert may_be_load(FAULT, replace(HONEST, seconds=9))
    assert not may_be_load(FAULT, HONEST)
    assert not may_be_load(FAULT, replace(HONEST, claimed="applied"))
    assert not may_be_load(FAULT, replace(HONEST, claimed="rejected"))
    assert not may_be_load(acted, replace(HONEST, requests=2))
