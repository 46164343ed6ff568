"""The fault catalogue: each fault rests on evidence, and shows."""

import re
from dataclasses import replace

import pytest

from audience_contract import check_response, load, provider_keys
from audience_contract.faults import Fault, catalogue, find
from audience_contract.mock.app import Application
from witnesses import ask, witness

_STANDARD = re.compile(r"RFC \d{4}, \d+(\.\d+)*|CWE-\d+")
FAULTS = [fault for key in provider_keys() for fault in catalogue(key)]


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.name)
def test_a_fault_shows_and_a_correct_server_does_not_have_it(fault: Fault) -> None:
    found = witness(fault.name)
    if fault.seconds:
        fault = replace(fault, seconds=0.21)
    correct = ask(Application(), fault.provider, found.requests)
    faulty = ask(Application(fault=fault), fault.provider, found.requests)
    assert found.seen(faulty)
    assert not found.seen(correct)
    # Errors that are not documented are nobody's fault; a method that is not either.
    for request, answer in zip(found.requests, correct, strict=True):
        spec, path = load(fault.provider), request.target.partition("?")[0]
        operation = spec.match(request.method, spec.below_base(path) or "")
        assert not operation or check_response(operation, answer.response) == []
        assert answer.response.status < 500


@pytest.mark.parametrize("key", provider_keys())
def test_a_catalogue_has_no_name_twice_and_names_say_whose_they_are(key: str) -> None:
    faults = catalogue(key)
    assert len({fault.name for fault in faults}) == len(faults)
    assert len(faults) > 10 or not faults
    for fault in faults:
        assert re.fullmatch(rf"{key}\.[a-z0-9]+(-[a-z0-9]+)*", fault.name)
        assert re.fullmatch(r"[A-Z`].+\.", fault.sentence)
        assert find(fault.name) is fault


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.name)
def test_every_piece_of_evidence_is_a_standard_or_a_place_in_the_spec(fault: Fault) -> None:
    assert fault.evidence
    for each in fault.evidence:
        if each.startswith("/"):
            assert load(fault.provider).node.at(each).value is not None
        else:
            assert _STANDARD.fullmatch(each)


def test_a_fault_that_there_is_not_is_named_in_the_error() -> None:
    for name in ("batch.nothing", "nobody.nothing", "../batch.slow", ""):
        with pytest.raises(LookupError, match=re.escape(repr(name))):
            find(name)
