"""A secret is found however it is written, also where the data ends within it."""

import json

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from audiences._redact import SHORTEST, Known, redacted
from canaries import forms

VISIBLE = st.characters(min_codepoint=33, max_codepoint=126)
SECRETS = st.text(VISIBLE, min_size=SHORTEST, max_size=60)


@given(secret=SECRETS, before=st.text(max_size=5), after=st.text(max_size=5))
def test_no_form_of_a_secret_is_left(secret: str, before: str, after: str) -> None:
    assume(any(character.isalnum() for character in secret))
    for form in forms(secret):
        left = redacted(f"{before}{form}{after}".encode(), [secret])
        assert b"***" in left
        assert form.encode() not in left


@given(text=st.text(), secret=SECRETS)
def test_other_text_is_left_as_it_is(text: str, secret: str) -> None:
    assume(secret not in text)
    assert redacted(f"<{text}>".encode(), [f"{secret}-4711-0815"]) == f"<{text}>".encode()


@given(secret=SECRETS, rest=st.dictionaries(st.text(), st.text()))
def test_an_answer_that_is_json_stays_json_with_the_same_properties(secret: str, rest: dict[str, str]) -> None:
    assume(not any(set(secret) & set(text) for pair in rest.items() for text in pair))
    assume(any(character not in ' ,:{}"\\' for character in secret))
    assume(not set(secret) & set("message"))
    for text in (secret, f"a {secret}", f"{secret}{secret}"):
        body = json.dumps({**rest, "message": text})
        assert json.loads(redacted(body.encode(), [secret])).keys() == {*rest, "message"}


@pytest.mark.parametrize("form", forms("Kryptos/+=\"'<&>%41z"), ids=str)
def test_an_end_within_a_secret_is_none_of_it(form: str) -> None:
    begin = form.index("Kryptos")
    for end in range(begin + 3, len(form)):
        assert b"Kry" not in redacted(f"no key {form[:end]}".encode(), ["Kryptos/+=\"'<&>%41z"], cut=True)


def test_a_short_secret_could_not_be_told_from_other_text_and_stays() -> None:
    assert redacted(b'{"id": "abcde"}', ["abcde"]) == b'{"id": "abcde"}'


def test_a_secret_that_is_part_of_another_is_found_in_both() -> None:
    assert redacted(b"abcdef-ghijkl abcdef", ["abcdef", "abcdef-ghijkl"]) == b"*** ***"


@pytest.mark.parametrize("data", [b"\\", b"&", b"%25", b"&amp;", b"a", b"%", b"\\\\u0026"])
@pytest.mark.parametrize("secret", ["/abc/def+", "&&&&&&&&", "\\\\\\abc", "%%%%%%%%", "aaaaaaaa/"])
def test_a_hostile_answer_does_not_take_long(data: bytes, secret: str) -> None:
    import time  # noqa: PLC0415

    begun = time.monotonic()
    redacted(data * (2**21 // len(data)), [secret])
    assert time.monotonic() - begun < 10


@pytest.mark.parametrize("form", ["Kryptos/+ab", "Kryptos%2525252F%2Bab", "Kryptos&amp;amp;amp;#x000000002f;\\u002bab"])
def test_a_secret_in_a_long_answer_is_found_wherever_it_stands(form: str) -> None:
    for before in range(2**14 - 60, 2**14 + 5):
        for after in (0, 2**15):
            data = b"." * before + form.encode() * 2 + b"." * after
            assert redacted(data, ["Kryptos/+ab"]) == b"." * before + b"******" + b"." * after


def test_the_secrets_used_last_are_known_but_not_without_end() -> None:
    known = Known()
    for number in range(100):
        known.add([f"secret-{number}", "always"])
    assert {"secret-99", "secret-90", "always"} <= set(known.add([]))
    assert len(known.add([])) < 50
