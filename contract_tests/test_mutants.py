"""Mutants: specs with one keyword changed, each noticed by what the check of a server asks and how it judges."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from audience_contract import check_response, load, provider_keys
from audience_contract.spec import escape, parse
from long import long
from mutants.exceptions import EXCEPTIONS, KEPT, UNCHANGED, reason
from mutants.mutant import mutants
from mutants.noticing import is_noticed, right_answers, wrong
from mutants.schemas import changes

_ALL = {key: mutants(key) for key in provider_keys()}
_NAMED = {"properties", "responses", "schemas", "parameters", "securitySchemes", "content", "encoding", "paths"}
EVERY = pytest.mark.parametrize("every", [100, long(1)])


@pytest.mark.parametrize(
    ("key", "every"),
    [("adobe_ims", 20), *(long(key, 1) for key in provider_keys())],
)
def test_each_change_of_a_keyword_is_noticed(key: str, every: int) -> None:
    some = [mutant for mutant in _ALL[key] if not reason(mutant.name)][::every]
    assert [mutant.name for mutant in some if not is_noticed(mutant)] == []


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
    assert any(re.search(pattern, mutant.name) for found in _ALL.values() for mutant in found)
    assert why.endswith(".")


@EVERY
@pytest.mark.parametrize("key", provider_keys())
def test_a_mutant_that_is_said_to_answer_as_the_right_spec_allows_does(key: str, every: int) -> None:
    said = [mutant for mutant in _ALL[key] if any(re.search(pattern, mutant.name) for pattern, _ in KEPT)]
    for mutant in said[::every]:
        for answer in right_answers(mutant.right).values():
            given = wrong(mutant.right, mutant.operation, answer)
            assert check_response(mutant.right, given) == [], mutant.name


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
