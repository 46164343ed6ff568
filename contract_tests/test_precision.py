"""The corpus of `make precision` is whole: what a mistake replaces is in its server once."""

from precision.run import cases

MISTAKES = [case for case in cases() if case.mistake]


def test_what_a_mistake_replaces_is_in_its_server_once_and_no_two_have_one_name() -> None:
    for mistake in MISTAKES:
        assert mistake.source.read_text("utf-8").count(mistake.replace) == 1, mistake.id
        assert mistake.by != mistake.replace, mistake.id
    assert len({case.id for case in MISTAKES}) == len(MISTAKES)
