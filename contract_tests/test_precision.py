"""The corpus of `make precision` is whole: what a mistake replaces is in its server once."""

import pytest

from precision.run import Case, cases

MISTAKES = [case for case in cases() if case.mistake]


@pytest.mark.parametrize("mistake", MISTAKES, ids=lambda case: case.id)
def test_what_a_mistake_replaces_is_in_its_server_once(mistake: Case) -> None:
    assert mistake.source.read_text("utf-8").count(mistake.replace) == 1
    assert mistake.by != mistake.replace


def test_no_two_mistakes_have_one_name() -> None:
    assert len({case.id for case in MISTAKES}) == len(MISTAKES)
