"""What a provider says reaches a terminal as text: no escape, control or bidirectional character of its acts there."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audience_contract.mock import MockServer
from audiences._terminal import visible
from test_command_line import run

ACTS = (
    "\x1b[2K\x1b[1A\rapplied\x07\x08\x00\x7f\x9b31m\x9d0;title\x9c\N{RIGHT-TO-LEFT OVERRIDE}"
    "\N{LEFT-TO-RIGHT ISOLATE}\N{LINE SEPARATOR}\N{ZERO WIDTH SPACE}\N{ARABIC LETTER MARK}\U000e0041\nBatch applied\t"
)
BAD = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}


def safe(text: str) -> bool:
    return not any(unicodedata.category(c) in BAD and c != "\n" for c in text)


@given(st.text())
def test_every_character_that_can_be_seen_stays_and_every_other_one_becomes_something_that_can(text: str) -> None:
    shown = visible(text)
    assert safe(shown)
    assert "\n" not in shown
    seen = [c for c in text if unicodedata.category(c) not in BAD]
    left = iter(shown)
    assert all(c in left for c in seen)
    assert visible(shown) == shown


@pytest.mark.parametrize(
    "text", ["Größe 10 €", "שלום", "日本語", "e\N{COMBINING ACUTE ACCENT}", "a\N{NO-BREAK SPACE}b"]
)
def test_ordinary_words_of_any_language_stay_as_they_are(text: str) -> None:
    assert visible(text) == text


def test_names_in_a_dry_run_do_not_act_either(server: MockServer) -> None:
    arguments = ["create", ACTS.replace("\0", ""), "-p", "adobe", "--set", "adobe.namespace=x", "--dry-run"]
    for extra in ([], ["--curl"], ["--json"]):
        assert safe(run(server, *arguments, *extra).stdout)
