"""Accepted deviations: only the broken rule and the operations that an entry names, for a reason, until a day."""

from dataclasses import replace
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
FOUND = Finding("case.refused", "batch", "/p", "took a long name", operations=("audience_create",))
REPORT = Report("server", "http://127.0.0.1", "1", "2026-01-31T00:00:00Z", 1.0, 10, findings=(FOUND,))
TEXTS = st.text(st.characters(codec="utf-8"), max_size=20)


def written(tmp_path: Path, *findings: Finding, today: date = TODAY) -> Path:
    path = tmp_path / "baseline.toml"
    path.write_text(render([replace(found, accepted="known, ticket 7") for found in findings], today), "utf-8")
    return path


def test_what_is_written_accepts_what_was_found(tmp_path: Path) -> None:
    report = apply(REPORT, read(written(tmp_path, FOUND)), TODAY)
    assert (report.verdict, report.findings[0].accepted, report.notes) == (Verdict.KEPT, "known, ticket 7", ())


@pytest.mark.parametrize("name", ["rule", "provider", "pointer", "detail"])
def test_an_entry_hides_no_other_broken_rule(tmp_path: Path, name: str) -> None:
    change: Any = {name: "case.header" if name == "rule" else "other"}
    other = replace(FOUND, **change)
    report = apply(replace(REPORT, findings=(FOUND, other)), read(written(tmp_path, FOUND)), TODAY)
    assert (report.verdict, [found.accepted for found in report.findings]) == (
        Verdict.VIOLATED,
        ["known, ticket 7", ""],
    )


def test_an_entry_for_several_rules_accepts_fewer_and_no_other(tmp_path: Path) -> None:
    entries = read(written(tmp_path, replace(FOUND, detail="name type, type enum")))
    for detail, accepted in (("name type", True), ("name type, type enum", True), ("name type, ids type", False)):
        found = apply(replace(REPORT, findings=(replace(FOUND, detail=detail),)), entries, TODAY).findings
        assert [bool(one.accepted) for one in found] == [accepted]


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
def test_any_finding_can_be_written_and_read(
    tmp_path_factory: pytest.TempPathFactory, texts: tuple[str, ...], rule: str
) -> None:
    provider, pointer, detail, *operations = texts
    found = Finding(rule, provider, pointer, "two\nlines", detail=detail, operations=tuple(operations))
    report = apply(replace(REPORT, findings=(found,)), read(written(tmp_path_factory.mktemp("b"), found)), TODAY)
    assert report.verdict is Verdict.KEPT


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (('reason = "known, ticket 7"', 'reason = " "'), "entry 1: its reason is empty"),
        (('reason = "known, ticket 7"', "reason = 7"), "entry 1: reason must be a text"),
        (("expires = 2026-05-01", 'expires = "2026-05-01"'), "entry 1: expires must be a date"),
        (("case.refused", "case.nothing"), "entry 1: there is no rule case.nothing"),
        (("pointer = ", "place = "), "entry 1: it must have rule, provider"),
        (("operations = [", "operations = [1, "), "entry 1: operations must be a list"),
        (("[[accepted]]", "[[allowed]]"), r"tables \[\[accepted\]\] and nothing else"),
        (("[[accepted]]", "[[accepted]"), "can't be read as TOML"),
        (("[[accepted]]", f"a = {'[' * 100_000}"), "can't be read as TOML"),
        (("[[accepted]]", f"a = {'1' * 100_000}"), "can't be read as TOML"),
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


def test_an_entry_accepts_a_finding_on_the_operations_that_it_names_and_on_no_other(tmp_path: Path) -> None:
    wider = replace(FOUND, operations=("audience_create", "audience_view"))
    report = apply(replace(REPORT, findings=(wider,)), read(written(tmp_path, FOUND)), TODAY)
    assert report.verdict is Verdict.VIOLATED
    assert "found on audience_view too, which it does not accept" in report.notes[0]
    assert apply(REPORT, read(written(tmp_path, wider)), TODAY).verdict is Verdict.KEPT


def test_an_entry_of_the_old_form_is_read_for_one_release_more(tmp_path: Path) -> None:
    path = tmp_path / "old.toml"
    old = {"rule": FOUND.rule, "provider": "batch", "operation": "audience_create", "pointer": "/p"}
    lines = [f'{name} = "{text}"' for name, text in {**old, "place": "status", "kind": "name: too long"}.items()]
    path.write_text("\n".join(["[[accepted]]", *lines, 'reason = "known"', f"expires = {TODAY}"]))
    report = apply(REPORT, read(path), TODAY)
    assert (report.verdict, report.findings[0].accepted) == (Verdict.KEPT, "known")
    assert "an entry of the old form" in report.notes[0]
