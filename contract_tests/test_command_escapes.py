"""What a provider says reaches a terminal as text: no escape, control or bidirectional character of its acts there."""

import json
import re
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audience_contract.mock import MockServer
from audiences._terminal import visible
from raw_server import RawServer, http
from test_command_line import BATCH, run, server

__all__ = ["server"]  # a fixture
ACTS = (
    "\x1b[2K\x1b[1A\rapplied\x07\x08\x00\x7f\x9b31m\x9d0;title\x9c\N{RIGHT-TO-LEFT OVERRIDE}"
    "\N{LEFT-TO-RIGHT ISOLATE}\N{LINE SEPARATOR}\N{ZERO WIDTH SPACE}\N{ARABIC LETTER MARK}\U000e0041\nBatch applied\t"
)
BAD = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}


def safe(text: str) -> bool:
    return not any(unicodedata.category(c) in BAD and c != "\n" for c in text)


ANSWERS = {
    "a refusal's words and code": (400, {"error_code": ACTS, "error_message": ACTS}),
    "a token": (202, {"indexing_token": f"t{ACTS}"}),
    "names of properties": (202, {"indexing_token": "t", ACTS: 1}),
    "a success that lacks all": (202, {ACTS: ACTS}),
}


@pytest.mark.parametrize("extra", [(), ("--json",)], ids=["people", "json"])
@pytest.mark.parametrize("answer", ANSWERS)
def test_nothing_that_a_provider_says_acts_on_a_terminal(raw: RawServer, answer: str, extra: tuple[str, ...]) -> None:
    status, body = ANSWERS[answer]
    raw.answer = http(status, json.dumps(body).encode())
    known = {"BATCH_API_KEY": "key-4711-key", "BATCH_PROJECT": "project"}
    done = run(None, *BATCH, *extra, "--base-url", f"batch={raw.url}", **known)
    printed = done.stdout + done.stderr
    assert safe(printed)
    if extra:
        (result,) = json.loads(done.stdout)
        assert result.get("provider_message") in (None, ACTS)
    else:
        assert "\N{SYMBOL FOR ESCAPE}[2K" in printed
        assert "<U+202E>" in printed.replace("\n", "")
        assert not re.search("^Batch applied", printed, re.M)


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
