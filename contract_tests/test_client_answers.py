"""What a judged client is answered: all that the spec allows, and when asked for, what it forbids."""

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from audience_contract import Response, check_response, provider_keys
from audience_contract.client.answers import Varied, adversarial, varied
from audience_contract.client.choice import Answers
from audience_contract.mock.provider import Call, load
from audience_contract.mock.state import State
from wire import operation_of, wire

KEYS = provider_keys()


def success(key: str) -> Response:
    operation = operation_of(key)
    handler = load(key).handler(operation)
    return handler(Call(operation, wire(key).GOOD, State()))


def shapes(key: str, choice: Answers, seed: int, count: int) -> list[tuple[str, int]]:
    answers, plain = Varied(choice, seed), success(key)
    made = [answers.next(load(key), operation_of(key), plain) for _ in range(count)]
    return [(answer.shape, answer.response.status) for answer in made]


@pytest.mark.parametrize("key", KEYS)
def test_varied_answers_keep_the_spec_and_reach_every_documented_status(key: str) -> None:
    operation = operation_of(key)
    answers = list(varied(load(key), operation, success(key)))
    assert [check_response(operation, answer.response) for answer in answers] == [[]] * len(answers)
    # One success: another one may be that of a change.
    errors = {int(code) for code in operation.node["responses"].value if code.isdigit() and code >= "300"}
    assert {success(key).status, *errors} <= {answer.response.status for answer in answers}
    bodies = {answer.shape: answer.response.body for answer in answers if answer.response.status < 400}
    assert {"plain", *({"unknown properties", "long texts"} if success(key).body else ())} <= bodies.keys()
    assert not re.search(rb':\s*"', success(key).body) or "漢" in bodies["long texts"].decode()


@pytest.mark.parametrize("key", KEYS)
def test_adversarial_answers_break_the_spec(key: str) -> None:
    operation = operation_of(key)
    answers = list(adversarial(operation, success(key)))
    assert all(check_response(operation, answer.response) for answer in answers)
    cut = {"body cut off", "array for an object"} if success(key).body else set[str]()
    assert {"HTML", *cut} <= {answer.shape for answer in answers}


@given(key=st.sampled_from(KEYS), seed=st.integers(), choice=st.sampled_from(Answers))
@settings(max_examples=15)
def test_the_first_answer_is_a_plain_success_and_the_seed_decides_the_rest(
    key: str, seed: int, choice: Answers
) -> None:
    given_answers = shapes(key, choice, seed, 30)
    assert given_answers == shapes(key, choice, seed, 30)
    assert given_answers[0] == ("plain", wire(key).SUCCESS)
    if choice is Answers.SUCCESS:
        assert set(given_answers) == {("plain", wire(key).SUCCESS)}
    else:
        assert len(set(given_answers[1:])) > 5


@pytest.mark.parametrize("key", KEYS)
def test_every_shape_comes_in_its_turn(key: str) -> None:
    operation, plain = operation_of(key), success(key)
    wanted = [*varied(load(key), operation, plain), *adversarial(operation, plain)]
    got = shapes(key, Answers.ADVERSARIAL, 7, len(wanted) + 1)[1:]
    assert sorted(got) == sorted((answer.shape, answer.response.status) for answer in wanted)


def test_another_seed_is_another_order() -> None:
    assert len({tuple(shapes("batch", Answers.VARIED, seed, 20)) for seed in range(5)}) > 1
