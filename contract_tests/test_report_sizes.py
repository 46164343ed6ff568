"""However long the messages were, a report is not: what is left out of a body is said in every form."""

import json
from dataclasses import replace
from pathlib import Path

import jsonschema_rs
import pytest

from audience_contract import Request, Response, reports
from audience_contract.evidence import KEPT_BODY, Redactor
from audience_contract.report import KEPT_EVIDENCE, Evidence, Report
from audience_contract.reports import data, texts
from report_values import REPORT
from test_report_terminal import shown

_KEEPS = b"\xc3\xbc" * (KEPT_BODY // 2)
_SCHEMA = json.loads(Path(reports.__file__).with_name("report.schema.json").read_text("utf-8"))


def exchange(sent: bytes, came: bytes, *secrets: str) -> Evidence:
    headers = (("Content-Type", "application/json"),)
    request, response = Request("POST", "/a", headers, sent), Response(200, headers, came)
    return Redactor(secrets, show_members=True).evidence("http://127.0.0.1/a", request, response)


def report(evidence: Evidence) -> Report:
    return replace(REPORT, findings=(replace(REPORT.findings[0], evidence=(evidence,) * KEPT_EVIDENCE),))


@pytest.mark.parametrize("form", reports.FORMATS)
def test_no_report_grows_with_the_answers(form: str) -> None:
    for came in (b"\xff" * 2**22, b"a" * 2**22, "\N{DESERT ISLAND}".encode() * 2**20):
        assert len(reports.render(report(exchange(came, came)), form)) < 50 * KEPT_BODY


def test_every_text_says_how_much_of_a_body_is_left_out() -> None:
    cut = exchange(b"a" * (KEPT_BODY + 1), _KEEPS + b"b" * 1_234_567)
    assert "(1,234,567 more bytes are left out)" in texts.came(cut)
    assert "(1 more byte is left out)" in texts.sent(cut)
    for text in (
        shown(report(cut), 200),
        *(reports.render(report(cut), form).decode() for form in ("junit", "markdown", "html")),
    ):
        assert "1,234,567 more bytes are left out" in text


def test_json_and_sarif_mark_a_body_that_is_cut_and_no_other() -> None:
    cut, whole = exchange(b"", _KEEPS + b"b"), exchange(b"", _KEEPS)
    document = data.value(report(cut))
    jsonschema_rs.Draft202012Validator(_SCHEMA).validate(document)
    assert document["findings"][0]["evidence"][0]["response"]["body"] == {"text": _KEEPS.decode(), "left_out": 1}
    assert data.value(report(whole))["findings"][0]["evidence"][0]["response"]["body"] == {"text": _KEEPS.decode()}
    assert data.parse(data.render(report(cut))).findings == report(cut).findings
    (result,) = json.loads(reports.render(report(cut), "sarif"))["runs"][0]["results"]
    assert result["webResponse"]["body"] == {"text": _KEEPS.decode(), "properties": {"leftOut": 1}}
    assert result["webRequest"]["body"] == {"text": ""}


@pytest.mark.parametrize("before", range(4))
def test_a_body_that_is_text_is_still_text_when_it_is_cut(before: int) -> None:
    body = b"a" * before + "\N{DESERT ISLAND}".encode() * KEPT_BODY
    response = exchange(b"", body).response
    assert response
    assert KEPT_BODY - 4 < len(response.body) <= KEPT_BODY
    assert response.body.decode() == body.decode()[: len(response.body.decode())]


def test_a_secret_is_taken_out_before_the_body_is_cut() -> None:
    begin = b"a" * (KEPT_BODY - 5)
    response = exchange(b"", begin + b"the-secret-4711", "the-secret-4711").response
    assert response
    assert response.body == begin + b"[reda"


def test_no_command_is_shown_for_a_request_whose_body_is_cut() -> None:
    assert exchange(b"a" * KEPT_BODY, b"").curl.endswith("a")
    assert not exchange(b"a" * (KEPT_BODY + 1), b"").curl
