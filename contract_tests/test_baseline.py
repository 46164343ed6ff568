"""Accepted deviations: only the very root cause that an entry names, only for a reason, only until a day."""

from dataclasses import fields, replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audience_contract.baseline import LASTS, BaselineError, apply, read, render
from audience_contract.report import Finding, Report, Verdict
from audience_contract.rules import RULES

TODAY = date(2026, 1, 31)
FOUND = Finding("case.refused", "batch", "audience_create", "/p", "status", "name: too long", "answered 202", "spec")
REPORT = Report("server", "http://127.0.0.1", "1", "2026-01-31T00:00:00Z", 1.0, 10, findings=(FOUND,))
TEXTS = st.text(st.characters(codec="utf-8"), max_size=20)


def written(tmp_path: Path, *findings: Finding, today: date = TODAY) -> Path:
    path = tmp_path / "baseline.toml"
    path.write_text(render([replace(found, accepted="known, ticket 7") for found in findings], today), "utf-8")
    return path


def test_what_is_written_accepts_what_was_found(tmp_path: Path) -> None:
    report = apply(REPORT, read(written(tmp_path, FOUND)), TODAY)
    assert (report.verdict, report.findings[0].accepted, report.notes) == (Verdict.KEPT, "known, ticket 7", ())


@pytest.mark.parametrize("name", ["rule", "provider", "operation", "pointer", "place", "kind"])
def test_an_entry_hides_no_other_root_cause(tmp_path: Path, name: str) -> None:
    change: Any = {name: "case.header" if name == "rule" else "other"}
    other = replace(FOUND, **change)
    report = apply(replace(REPORT, findings=(FOUND, other)), read(written(tmp_path, FOUND)), TODAY)
    assert (report.verdict, [found.accepted for found in report.findings]) == (
        Verdict.VIOLATED,
        ["known, ticket 7", ""],
    )


def test_an_entry_ends_with_its_last_day(tmp_path: Path) -> None:
    entries = read(written(tmp_path, FOUND))
    assert apply(REPORT, entries, TODAY + LASTS).verdict is Verdict.KEPT
    late = apply(REPORT, entries, TODAY + LASTS + timedelta(days=1))
    assert (late.verdict, len(late.notes)) == (Verdict.VIOLATED, 1)
    assert "expired on 2026-05-01" in late.notes[0]


def test_an_entry_that_is_no_longer_needed_is_reported(tmp_path: Path) -> None:
    entries = read(written(tmp_path, FOUND))
    nothing = replace(REPORT, findings=())
    assert "did not occur; remove the entry" in apply(nothing, entries, TODAY).notes[0]
    assert apply(nothing, entries, TODAY, whole=False).notes == ()


@given(texts=st.tuples(TEXTS, TEXTS, TEXTS, TEXTS, TEXTS), rule=st.sampled_from(list(RULES)))
def test_any_root_cause_can_be_written_and_read(
    tmp_path_factory: pytest.TempPathFactory, texts: tuple[str, ...], rule: str
) -> None:
    provider, operation, pointer, place, kind = texts
    found = Finding(rule, provider, operation, pointer, place, kind, "two\nlines", "spec")
    report = apply(replace(REPORT, findings=(found,)), read(written(tmp_path_factory.mktemp("b"), found)), TODAY)
    assert report.verdict is Verdict.KEPT


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (('reason = "known, ticket 7"', 'reason = " "'), "entry 1: its reason is empty"),
        (('reason = "known, ticket 7"', "reason = 7"), "entry 1: reason must be a text"),
        (("expires = 2026-05-01", 'expires = "2026-05-01"'), "entry 1: expires must be a date"),
        (("case.refused", "case.nothing"), "entry 1: there is no rule case.nothing"),
        (("place = ", "places = "), "entry 1: it must have rule, provider"),
        (("[[accepted]]", "[[allowed]]"), r"tables \[\[accepted\]\] and nothing else"),
        (("[[accepted]]", "[[accepted]"), "is no TOML"),
    ],
)
def test_a_file_with_a_fault_is_refused_with_its_place(tmp_path: Path, change: tuple[str, str], said: str) -> None:
    path = written(tmp_path, FOUND)
    path.write_text(path.read_text("utf-8").replace(*change), "utf-8")
    with pytest.raises(BaselineError, match=said):
        read(path)


def test_reasons_are_left_to_be_written(tmp_path: Path) -> None:
    path = tmp_path / "baseline.toml"
    path.write_text(render([FOUND], TODAY), "utf-8")
    with pytest.raises(BaselineError, match="its reason is empty"):
        read(path)
    assert {field.name for field in fields(Finding)} >= {"accepted", "kind"}
