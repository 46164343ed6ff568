"""What all forms of a report have in common."""

import json
import os
import shlex
import sys
from dataclasses import replace
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

import processes
from audience_contract import Request, baseline, reports, visible
from audience_contract.evidence import Redactor
from audience_contract.report import Report, Verdict
from audience_contract.reports import annotations, data, sarif, texts
from audience_contract.rules import GRAVITY, Weight
from raw_server import RawServer
from report_values import ANY_TEXT, REPORT
from report_values import reports as any_report

_HERE = Path(__file__).parent
_SCHEMA = json.loads(Path(data.__file__).with_name("report.schema.json").read_text("utf-8"))
_ANY = any_report(ANY_TEXT)


@pytest.mark.wheel
def test_every_form_is_written_to_its_path_in_folders_that_are_made(tmp_path: Path) -> None:
    paths = {form: tmp_path / "deep" / f"report.{form}" for form in reports.FORMATS}
    reports.write(REPORT, paths)
    assert {form: path.read_bytes() for form, path in paths.items()} == {
        form: reports.render(REPORT, form) for form in reports.FORMATS
    }


def test_importing_the_front_door_imports_no_form() -> None:
    forms = {"jinja2", "xml", "audience_contract.reports.screen"}
    code = f"import sys, audience_contract.reports; print({forms} & set(sys.modules))"
    assert processes.run([sys.executable, "-c", code], check=True).stdout == "set()\n"


@given(_ANY)
def test_what_counts_decides_the_verdict_and_the_gravest_come_first(report: Report) -> None:
    parts = (report.counted, report.advice, report.accepted)
    assert sorted(found.key for part in parts for found in part) == sorted(found.key for found in report.findings)
    for part in parts:
        assert [GRAVITY[found.rule] for found in part] == sorted(GRAVITY[found.rule] for found in part)
    assert all(found.weight is not Weight.ADVICE or report.strict for found in report.counted)
    unfinished = report.untried or report.stopped or not report.requests
    owed = any(not one.met for one in report.obligations)
    expected = Verdict.VIOLATED if report.counted else Verdict.INCONCLUSIVE if unfinished or owed else Verdict.KEPT
    assert (report.verdict, report.verdict.exit_code) == (
        expected,
        ["kept", "violated", "inconclusive"].index(expected),
    )


@given(_ANY, st.sampled_from(list(reports.FORMATS)))
def test_no_file_has_anything_of_the_time_that_a_run_took(report: Report, form: str) -> None:
    later = replace(report, started="2027-01-01T00:00:00Z", seconds=report.seconds + 1)
    assert reports.render(report, form) == reports.render(later, form)


def test_what_was_not_tried_is_counted_and_the_first_of_it_named() -> None:
    untried = (("/paths/~1a/post/responses", "create"), ("case.credential", "view"))
    report = replace(REPORT, findings=(), obligations=(), planned=61, untried=untried)
    assert report.unfinished == ["not tried: 2 of 61 rules; first: /paths/~1a/post/responses of create"]


@given(_ANY)
def test_every_report_becomes_json_and_sarif_that_their_published_schemas_allow(report: Report) -> None:
    jsonschema_rs.Draft202012Validator(_SCHEMA).validate(json.loads(data.render(report)))
    _sarif_judge().validate(json.loads(sarif.render(report)))


def test_the_published_schema_describes_every_member_and_allows_no_other() -> None:
    jsonschema_rs.meta.validate(_SCHEMA)
    judge = jsonschema_rs.Draft202012Validator(_SCHEMA)
    document = data.value(REPORT)
    for name in document:
        assert not judge.is_valid({other: document[other] for other in document if other != name})
    assert not judge.is_valid({**document, "more": 1})
    assert not judge.is_valid({**document, "exit_code": 0})


@cache
def _sarif_judge() -> jsonschema_rs.Validator:
    return jsonschema_rs.validator_for(json.loads((_HERE / "schemas" / "sarif-2.1.0.json").read_text("utf-8")))


def test_sarif_points_to_the_rules_place_in_the_effective_spec() -> None:
    results = json.loads(sarif.render(REPORT))["runs"][0]["results"]
    assert [result["partialFingerprints"]["rule/v2"] for result in results] == [
        found.key for found in (*REPORT.counted, *REPORT.accepted)
    ]
    for result in results:
        place = result["locations"][0]["physicalLocation"]
        lines = (_HERE.parent / place["artifactLocation"]["uri"]).read_text("utf-8").splitlines()
        last = result["properties"]["pointer"].rpartition("/")[2].replace("~1", "/")
        assert lines[place["region"]["startLine"] - 1].strip().startswith(f'"{last}":')


def test_without_a_spec_that_the_reader_has_sarif_points_to_the_page() -> None:
    first = replace(REPORT.findings[0], source="overlay: a reason https://doc.example/create.md (version 2.9)")
    report = replace(REPORT, findings=(first,), files={})
    (result,) = json.loads(sarif.render(report))["runs"][0]["results"]
    assert result["locations"][0]["physicalLocation"] == {"artifactLocation": {"uri": "https://doc.example/create.md"}}
    assert "file=" not in annotations.annotations(report)[0]


def test_advice_is_none_of_an_error_even_where_it_counts() -> None:
    advice = replace(REPORT.findings[0], weight=Weight.ADVICE)
    report = replace(REPORT, findings=(advice,), strict=True)
    assert report.counted == [advice]
    (result,) = json.loads(sarif.render(report))["runs"][0]["results"]
    assert result["level"] == "note"
    assert annotations.annotations(report)[0].startswith("::notice title=")


def test_sarif_suppresses_what_is_accepted_and_says_why() -> None:
    results = json.loads(sarif.render(REPORT))["runs"][0]["results"]
    reasons = [[suppression["justification"] for suppression in result["suppressions"]] for result in results]
    assert reasons == [[], [], [], ["known since May, the vendor fixes it in release 12"]]


@pytest.mark.parametrize("form", reports.FORMATS)
@settings(max_examples=settings().max_examples * 3 // 10)  # of each
@given(report=_ANY)
def test_no_form_has_a_character_that_acts_on_a_screen(form: str, report: Report) -> None:
    text = reports.render(report, form).decode()
    assert {c for c in text if not c.isprintable()} <= {"\n", "\t"}


@given(_ANY)
def test_neither_have_a_baseline_and_an_annotation(report: Report) -> None:
    for text in (baseline.render(report.findings, date(2026, 11, 28)), *annotations.annotations(report)):
        assert {c for c in text if not c.isprintable()} <= {"\n"}


def test_a_control_character_is_seen_as_its_escape() -> None:
    assert visible.shown("\x1b[2J\x9b1A\u202eok\u2066\r\x00\x7f\n") == "\\x1b[2J\\x9b1A\\u202eok\\u2066\\r\\x00\\x7f\n"
    assert visible.line("a\r\n b\t漢字 é") == "a b 漢字 é"


@given(ANY_TEXT)
def test_a_text_that_is_shown_has_nothing_that_acts_on_a_screen(text: str) -> None:
    assert all(character.isprintable() or character in "\n\t" for character in visible.shown(text))


_SAID = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=40)


@example("a\\n\r\n'\u202e7", "\xe9")
@given(_SAID.filter(bool), st.text(st.characters(codec="latin-1", exclude_characters="\0"), max_size=40))
def test_a_curl_line_is_one_line_that_a_shell_reads_as_the_same_words(body: str, value: str) -> None:
    request = Request("POST", "/x", (("X-Note", value), ("Cookie", "a-secret")), body.encode())
    evidence = Redactor(show_members=True).evidence("http://127.0.0.1/x", request, None)
    line = texts.curl(evidence)
    assert line.isprintable()
    shell = ["bash", "-c", f"curl() {{ printf '%s\\0' \"$@\"; }}; {line}"]
    environment = {**os.environ, "COOKIE": "from the environment"}
    shown: Any = processes.run(shell, check=True, env=environment, text=False)  # bytes: it has line ends to keep
    words = shown.stdout.split(b"\0")
    assert words[-2].decode() == body
    # What a header says is Latin-1 on the wire.
    assert f"X-Note: {value}".encode("latin-1") in words or not value.strip(" \t")
    assert b"Cookie: from the environment" in words
    assert shlex.split(line)[0] == "curl"


def test_a_whole_url_in_the_request_line_is_told_and_sent_again_by_curl(raw: RawServer) -> None:
    url = f"{raw.url}/x"
    evidence = Redactor(show_members=True).evidence(url, Request("POST", url, (), b"a"), None)
    assert texts.sent(evidence).startswith(f"POST {url} (all of it in the request line)")
    command = shlex.split(texts.curl(evidence))
    processes.run(command)
    assert raw.last().target == url
