"""A secret is found however it is written, also where the data ends within it."""

import html
import json
import time
from collections.abc import Callable
from typing import Any
from urllib.parse import quote, quote_plus, unquote

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from audiences._redact import SHORTEST, RecentSecrets, redacted
from canaries import forms
from long import long

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
    for end in range(len(form)):
        left = redacted(f"no key {form[:end]}".encode(), ["Kryptos/+=\"'<&>%41z"], cut=True).decode()
        assert left.startswith("no key ")
        assert "Kry" not in left
        assert "Kryp" not in unquote(html.unescape(json.loads(f'"{left}"') if readable(left) else left))


def readable(text: str) -> bool:
    """Whether it can stand in a string of JSON."""
    try:
        json.loads(f'"{text}"')
    except ValueError:
        return False
    return True


def test_a_short_secret_could_not_be_told_from_other_text_and_stays() -> None:
    assert redacted(b'{"id": "abcde"}', ["abcde"]) == b'{"id": "abcde"}'


def test_a_secret_that_is_part_of_another_is_found_in_both() -> None:
    assert redacted(b"abcdef-ghijkl abcdef", ["abcdef", "abcdef-ghijkl"]) == b"*** ***"


HOSTILE = [
    b"\\",
    b"&",
    b"%25",
    b"&amp;",
    b"a",
    b"%",
    b"\\\\u0026",
    b"ab",
    b"\\u0061",
    b"a%61&lt;\\/",
    b"/" * 1999 + b" ",
]


@pytest.mark.parametrize("secret", ["/abc/def+", "&&&&&&&&", "\\\\\\abc", "%%%%%%%%", "a" * 2000 + "/", "ab" * 1000])
@pytest.mark.parametrize("data", HOSTILE)
def test_a_hostile_answer_does_not_take_long(data: bytes, secret: str) -> None:
    begun = time.process_time()
    redacted(data * (2**17 // len(data)), [secret])
    assert time.process_time() - begun < 5  # it takes a twentieth of a second; what was not linear took minutes


@pytest.mark.parametrize("mib", [1, long(8)])
def test_as_many_secrets_as_are_known_in_a_large_answer_of_escapes_take_no_minute(mib: int) -> None:
    begun = time.process_time()
    redacted(b"a%61&lt;\\/" * (mib * 2**20 // 10), [f"{'ab' * 1000}{number}" for number in range(32)])
    assert time.process_time() - begun < 60


@pytest.mark.parametrize("form", forms("Kryptos/+ab"))
def test_a_secret_is_found_wherever_it_stands_and_what_is_around_it_is_kept(form: str) -> None:
    for before in (0, 1, 2**16 - 5, 2**18):
        for after in (0, 1, 2**15):
            data = b"." * before + f"{form},{form}".encode() + b"." * after
            left = redacted(data, ["Kryptos/+ab"]).replace(b"Bearer ", b"")
            assert left == b"." * before + b"***,***" + b"." * after


@given(secret=SECRETS, data=st.data())
def test_each_character_may_be_written_in_its_own_way(secret: str, data: st.DataObject) -> None:
    ways: list[Callable[[Any], str]] = [str, "\\u{:04x}".format, "&#{};".format, "&#x{:X};".format, "%{:02X}".format]
    assume(not set(secret) & set("\\&%#"))
    written = "".join(way(c if way is str else ord(c)) for c in secret for way in [data.draw(st.sampled_from(ways))])
    assert redacted(f"<{written}>".encode(), [secret]) == b"<***>"


@pytest.mark.parametrize("secret", ["Kryptos a/b", "Kryptos+a b"])
@pytest.mark.parametrize("write", [str, quote, quote_plus])
def test_a_space_is_found_as_a_url_writes_it(secret: str, write: Callable[[str], str]) -> None:
    assert redacted(f"<{write(secret)}>".encode(), [secret]) == b"<***>"


def test_the_secrets_used_last_are_known_but_not_without_end() -> None:
    known = RecentSecrets()
    for number in range(100):
        known.add([f"secret-{number}", "always"])
    assert {"secret-99", "secret-90", "always"} <= set(known.add([]))
    assert len(known.add([])) < 50
