"""`make mutants` in a short form: some mutants are noticed, and the mutants are what they should be."""

import os
import re
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

import processes
from audience_contract import check_response, load, provider_keys
from audience_contract.mock.app import Application
from audience_contract.spec import escape, parse
from mutants.exceptions import EXCEPTIONS, KEPT, UNCHANGED, reason, unused
from mutants.judging import Seen, see, unprovoked
from mutants.mutant import Mutant, mutants
from mutants.playing import fault, keeps
from mutants.schemas import changes
from mutants.telling import told
from wire import wire
from witnesses import ask

_ALL = {key: mutants(key) for key in provider_keys()}
_NAMED = {"properties", "responses", "schemas", "parameters", "securitySchemes", "content", "encoding", "paths"}
_NAMES = {mutant.name for found in _ALL.values() for mutant in found}
_PLAYED = {key: [mutant for mutant in found if not reason(mutant.name)] for key, found in _ALL.items()}
EVERY = pytest.mark.parametrize("every", [100, pytest.param(1, marks=pytest.mark.long)])


@pytest.mark.parametrize("some", [slice(40, 41), pytest.param(slice(0, None, 40), marks=pytest.mark.long)])
@pytest.mark.parametrize("key", provider_keys())
def test_a_server_of_a_changed_spec_is_noticed(key: str, some: slice) -> None:
    assert [mutant.name for mutant in _PLAYED[key][some] if not see(mutant, 1).state] == []


@EVERY
@pytest.mark.parametrize("key", provider_keys())
def test_a_wrong_answer_that_no_request_provokes_is_noticed_where_it_was_recorded(key: str, every: int) -> None:
    unasked = [mutant for mutant in _PLAYED[key] if unprovoked(mutant)]
    seen = {mutant.name: see(mutant, 1).state for mutant in unasked[::every]}
    assert {name: state for name, state in seen.items() if state != "noticed as recorded traffic"} == {}


def test_a_server_that_refuses_every_right_credential_cannot_be_judged() -> None:
    mutant = next(found for found in _ALL["batch"] if found.change == "a key in a header")
    assert see(mutant, 1).state == "not judged (exit 2)"


@pytest.mark.parametrize("key", ["commbox", pytest.param("batch", marks=pytest.mark.long)])
def test_a_server_that_has_the_operation_at_another_address_is_said_not_to_serve_it(key: str) -> None:
    operation = next(found for found in load(key).operations if found.method == "POST")
    mutant = next(found for found in _ALL[key] if found.change.startswith(f"{operation.path} becomes "))
    assert see(mutant, 1).state == "said to be not served"


def test_no_other_mutant_may_end_without_a_verdict() -> None:
    assert Seen(verdict="inconclusive").state == ""
    assert Seen(verdict="kept", whole=True).state == ""
    assert Seen(verdict="kept", unserved=True).state == ""


@EVERY
@pytest.mark.parametrize("key", provider_keys())
def test_each_mutant_is_a_spec_of_its_own_that_can_be_read(key: str, every: int) -> None:
    texts = [mutant.text for mutant in _ALL[key]]
    right = load(key).document()
    for text in texts[::every]:
        assert parse(key, text).document() != right
    assert len({(mutant.side, mutant.pointer, mutant.change) for mutant in _ALL[key]}) == len(texts) > 50


@pytest.mark.parametrize(("pattern", "why"), EXCEPTIONS)
def test_an_exception_has_a_reason_and_is_about_a_mutant(pattern: str, why: str) -> None:
    assert list(unused(_NAMES, [(pattern, why)])) == []
    assert why.endswith(".")


@EVERY
@pytest.mark.parametrize("key", provider_keys())
def test_just_the_mutants_that_answer_as_the_right_spec_allows_are_said_to(key: str, every: int) -> None:
    kept = {why for _, why in KEPT}
    some = [found for found in _ALL[key][::every] if reason(found.name) in kept | {""}]
    said = {found.name for found in some if any(re.search(pattern, found.name) for pattern, _ in KEPT)}
    assert {mutant.name for mutant in some if keeps(mutant)} == said


_MUTANT = next(m for m in _ALL["batch"] if m.change == "maxLength: 254")
_EXCEPTED = next(m for m in _ALL["batch"] if m.change == "pattern: * becomes +")
_NOTICED = Seen(("case.accepted",), 7, "violated")


@pytest.mark.parametrize(
    ("seen", "unused", "words"),
    [
        ({_MUTANT: _NOTICED, _EXCEPTED: Seen()}, [], ""),
        ({_MUTANT: Seen((), 900, "kept")}, [], f"  SURVIVED {_MUTANT.name} (900 requests, kept)"),
        ({_EXCEPTED: _NOTICED}, [], f"  EXCEPTION NOT NEEDED {_EXCEPTED.name} (7 requests, violated)"),
        ({_MUTANT: _NOTICED}, ["adobe .*"], "EXCEPTION WITHOUT A MUTANT adobe .*"),
        ({}, [], "all: 0 mutants"),
    ],
)
def test_a_survivor_a_needless_exception_and_one_about_nothing_are_failures(
    seen: dict[Mutant, Seen], unused: list[str], words: str
) -> None:
    lines, failed = told(seen, unused)
    assert failed == bool(words)
    assert not words or words in lines


def test_the_report_counts_what_was_noticed_and_what_was_excepted_with_the_reason() -> None:
    lines, _ = told({_MUTANT: _NOTICED, _EXCEPTED: Seen()}, [])
    assert lines == [
        "batch: 2 mutants, 1 excepted, 1 noticed; 7 requests",
        "  1 excepted: Nothing is said of an empty name: a server may refuse it.",
        "all: 2 mutants, 1 excepted, 1 noticed",
    ]


@pytest.mark.parametrize(
    ("words", "code"), [pytest.param("maxLength: 254", 0, marks=pytest.mark.long), ("no such mutant", 1)]
)
def test_the_command_fails_where_nothing_was_noticed(words: str, code: int) -> None:
    command = [sys.executable, "-m", "mutants", "--workers", "1", "--provider", "batch", words]
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parent)}
    done = processes.run(command, env=environment, seconds=280)
    assert done.returncode == code, done.stdout + done.stderr


@pytest.mark.parametrize("key", provider_keys())
def test_every_keyword_of_every_spec_is_changed_or_it_is_said_why_not(key: str) -> None:
    right = _numbered(load(key).node.value)
    changed = {_difference(right, _numbered(parse(key, mutant.text).node.value)) for mutant in _ALL[key]}
    # What a scheme is its keywords say together, and with one alternative only nothing is left without it.
    wholes = {place for place in changed if place.startswith(("/security", "/components/securitySchemes/"))}
    assert [
        at for at in _leaves(right) if at not in changed and not any(f"{at}/".startswith(f"{p}/") for p in wholes)
    ] == []


@pytest.mark.parametrize("keyword", UNCHANGED)
def test_a_keyword_that_is_left_alone_is_in_a_spec(keyword: str) -> None:
    assert UNCHANGED[keyword].endswith(".")
    pages = [page.read_text("utf-8") for page in (Path(__file__).parent / "fourth").iterdir() if page.is_file()]
    assert any(f'"{keyword}"' in text for text in (*pages, *(found[0].text for found in _ALL.values())))


def _numbered(value: Any) -> Any:
    """With objects in the place of lists of objects."""
    if isinstance(value, list) and any(isinstance(each, dict) for each in value):
        value = dict(enumerate(value))
    return {name: _numbered(child) for name, child in value.items()} if isinstance(value, dict) else value


def _difference(right: Any, other: Any) -> str:
    """The pointer of the one thing that differs: the outermost in which more than one does."""
    if not isinstance(right, dict) or not isinstance(other, dict):
        return ""
    differing = [name for name in {**right, **other} if right.get(name) != other.get(name)]
    if len(differing) != 1 or differing[0] not in right:
        return ""
    return f"/{escape(differing[0])}{_difference(right[differing[0]], other.get(differing[0]))}"


def _leaves(value: Any, at: str = "", *, names: bool = False) -> Iterator[str]:
    """The pointers of all keywords that have no others in them, and that are not left alone."""
    for name, child in value.items():
        if not names and (name in UNCHANGED or str(name).startswith("x-")):
            continue
        here = f"{at}/{escape(name)}"
        if isinstance(child, dict):
            yield from _leaves(child, here, names=not names and name in _NAMED)
        elif name != "$ref":
            yield here


def test_a_keyword_that_nobody_knows_how_to_change_is_an_error() -> None:
    text = '{"openapi": "3.1.0", "paths": {}, "components": {"schemas": {"A": {"multipleOf": 3}}}}'
    with pytest.raises(LookupError, match="multipleOf"):
        list(changes(parse("none", text).node["components"]["schemas"]["A"]))


@EVERY
@pytest.mark.parametrize("key", provider_keys())
def test_a_mutant_has_an_answer_to_every_request(key: str, every: int) -> None:
    good = wire(key).GOOD
    asked = [good, replace(good, body=b"{}"), replace(good, headers=()), replace(good, headers=good.headers * 2)]
    for mutant in _ALL[key][::every]:
        # The application raises what goes wrong in it; a server would answer 500, and so be noticed for nothing.
        assert len(ask(Application(fault=fault(mutant)), key, asked)) == len(asked)


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
