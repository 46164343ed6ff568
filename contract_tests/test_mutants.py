"""`make mutants` in a short form: some mutants are noticed, and the mutants are what they should be."""

import re
from dataclasses import replace

import pytest

from audience_contract import check_response, load, provider_keys
from audience_contract.mock.app import Application
from audience_contract.spec import parse
from mutants.exceptions import EXCEPTIONS, reason
from mutants.judging import see
from mutants.mutant import Mutant, mutants
from mutants.playing import fault, keeps
from mutants.schemas import changes
from wire import wire
from witnesses import ask

_ALL = {key: mutants(key) for key in provider_keys()}
_NAMES = {mutant.name for found in _ALL.values() for mutant in found}
_SOME = [m for found in _ALL.values() for m in found[::40] if not reason(m.name) and not keeps(m)]


@pytest.mark.parametrize("mutant", _SOME, ids=lambda mutant: mutant.name)
def test_a_server_of_a_changed_spec_is_noticed(mutant: Mutant) -> None:
    assert see(mutant, 1).found


@pytest.mark.parametrize("key", provider_keys())
def test_each_mutant_is_a_spec_of_its_own_that_can_be_read(key: str) -> None:
    texts = [mutant.text for mutant in _ALL[key]]
    right = load(key).document()
    for text in texts:
        assert parse(key, text).document() != right
    assert len({(mutant.side, mutant.pointer, mutant.change) for mutant in _ALL[key]}) == len(texts) > 50


@pytest.mark.parametrize(("pattern", "why"), EXCEPTIONS)
def test_an_exception_has_a_reason_and_is_about_a_mutant(pattern: str, why: str) -> None:
    assert any(re.search(pattern, name) for name in _NAMES)
    assert why.endswith(".")


@pytest.mark.parametrize("key", provider_keys())
def test_every_keyword_of_every_schema_is_removed(key: str) -> None:
    removed = {mutant.pointer for mutant in _ALL[key] if mutant.change == "type removed"}
    bodies = [found["content"] for each in load(key).operations if (found := each.node.get("requestBody"))]
    schemas = [entry["schema"] for body in bodies for entry in body]
    wanted = {schema.pointer for whole in schemas for schema in (whole, *whole["properties"])}
    assert wanted <= removed


def test_a_keyword_that_nobody_knows_how_to_change_is_an_error() -> None:
    text = '{"openapi": "3.1.0", "paths": {}, "components": {"schemas": {"A": {"multipleOf": 3}}}}'
    with pytest.raises(LookupError, match="multipleOf"):
        list(changes(parse("none", text).node["components"]["schemas"]["A"]))


def _statuses(mutant: Mutant, *bodies: bytes) -> list[int]:
    asked = [replace(wire(mutant.key).GOOD, body=body) for body in bodies]
    answers = ask(Application(fault=fault(mutant)), mutant.key, asked)
    return [answer.response.status for answer in answers]


@pytest.mark.parametrize(
    ("change", "statuses"),
    [
        ("maxLength: 254", [202, 400, 400]),
        ("maxLength: 256", [202, 202, 202]),
        ("maxLength removed", [202, 202, 202]),
    ],
)
def test_a_mutant_takes_what_its_spec_allows_and_nothing_else(change: str, statuses: list[int]) -> None:
    mutant = next(found for found in _ALL["batch"] if found.change == change)
    bodies = (b'{"name": "%s", "type": "emails"}' % (b"a" * length) for length in (254, 255, 256))
    assert _statuses(mutant, *bodies) == statuses


def test_a_mutant_answers_what_its_spec_allows_and_the_right_one_forbids() -> None:
    mutant = next(found for found in _ALL["batch"] if found.change == "required: indexing_token removed")
    answer = ask(Application(fault=fault(mutant)), "batch", [wire("batch").GOOD])[0].response
    assert check_response(load("batch").operations[0], answer) != []
    assert check_response(mutant.operation, answer) == []
