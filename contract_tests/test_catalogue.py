"""The faults of a server: each rests on evidence, shows, and breaks nothing else."""

import re
from dataclasses import replace

import pytest

from audience_contract import Request, check_request, check_response, load, provider_keys
from audience_contract.faults import FAMILIES, Fault, catalogue, find
from audience_contract.mock.app import Application
from long import long
from wire import right
from witnesses import Answer, ask, operation_of, witness

_STANDARD = re.compile(r"RFC \d{4}, \d+(\.\d+)*|CWE-\d+")
KEY = pytest.mark.parametrize("key", provider_keys())


def _of(key: str, *families: str) -> list[Fault]:
    return [fault for fault in catalogue(key) if fault.family in families]


@pytest.mark.parametrize("every", [6, long(1)])
@KEY
def test_a_fault_shows_where_a_correct_server_answers_as_the_spec_says(key: str, every: int) -> None:
    hidden, spec, correct = [], load(key), dict[tuple[Request, ...], list[Answer]]()
    for fault in catalogue(key)[::every]:
        requests, played = tuple(witness(fault)), replace(fault, seconds=0.21 if fault.seconds else 0.0)
        faulty = ask(Application(fault=played), key, requests)[-1]
        correct[requests] = correct.get(requests) or ask(Application(), key, requests)
        if faulty.shown == correct[requests][-1].shown and not (fault.seconds and faulty.seconds > 0.2):
            hidden.append(fault.name)
    assert hidden == []
    # Errors that are not documented are nobody's fault; a method that is not either.
    for requests, answers in correct.items():
        for request, answer in zip(requests, answers, strict=True):
            operation = spec.match(request.method, spec.below_base(request.target.partition("?")[0]) or "")
            assert not operation or check_response(operation, answer.response) == [], request
            assert answer.response.status < 500


@KEY
def test_what_is_refused_breaks_no_rule(key: str) -> None:
    for fault in _of(key, "refusing"):
        assert check_request(operation_of(fault), witness(fault)[-1]) == [], fault.name


@KEY
def test_a_right_request_is_answered_as_always_where_only_a_wrong_one_is_overlooked(key: str) -> None:
    for fault in _of(key, "overlooking", "admitting"):
        requests = right(operation_of(fault))
        shown = [[answer.shown for answer in ask(Application(fault=made), key, requests)] for made in (None, fault)]
        assert shown[0] == shown[1], fault.name


@KEY
def test_every_operation_has_faults_of_every_family_and_no_name_comes_twice(key: str) -> None:
    for operation in load(key).operations:
        found = {fault.family for fault in catalogue(key) if fault.operation == operation.id}
        assert found >= {*FAMILIES} - {"by_hand", "refusing", "overlooking"}
    names = [fault.name for fault in catalogue(key)]
    assert len({*names}) == len(names)
    for fault in catalogue(key):
        assert re.fullmatch(rf"{key}\.[a-z0-9]+(-[a-z0-9]+)*", fault.name), fault.name
        assert re.fullmatch(r"[A-Z`](.|\n)+\.", fault.sentence), fault.sentence
        assert find(fault.name) is fault


@KEY
def test_every_piece_of_evidence_is_a_standard_or_a_place_in_the_spec(key: str) -> None:
    for fault in catalogue(key):
        assert fault.evidence, fault.name
        for each in fault.evidence:
            if each.startswith("/"):
                assert load(key).node.at(each).value is not None, fault.name
            else:
                assert _STANDARD.fullmatch(each), fault.name


def test_a_fault_that_there_is_not_is_named_in_the_error() -> None:
    for name in ("batch.nothing", "nobody.nothing", "../batch.slow", ""):
        with pytest.raises(LookupError, match=re.escape(repr(name))):
            find(name)
