"""However long the messages were, a report is not: what is left out of a body is said in every form."""

from dataclasses import replace

import pytest

from audience_contract import Request, Response, reports
from audience_contract.evidence import KEPT_BODY, Redactor
from audience_contract.judging import Ledger, Observation
from audience_contract.report import Evidence, Report
from audience_contract.reports import texts
from audience_contract.violation import Violation
from long import long
from report_values import REPORT
from test_report_terminal import shown
from wire import wire


def exchange(sent: bytes, came: bytes, *secrets: str) -> Evidence:
    headers = (("Content-Type", "application/json"),)
    request, response = Request("POST", "/a", headers, sent), Response(200, headers, came)
    return Redactor(secrets, show_members=True).evidence("http://127.0.0.1/a", request, response)


def report(evidence: Evidence) -> Report:
    return replace(REPORT, findings=(replace(REPORT.findings[0], evidence=(evidence,)),))


@pytest.mark.parametrize(
    ("piece", "many"),
    [(b"\0", 16), *(long(each, 64) for each in (b"\0", b"a", b"\xff"))],
)
def test_no_report_of_many_mib_of_answers_has_more_than_one(piece: bytes, many: int) -> None:
    ledger = Ledger(Redactor(show_members=True))
    headers = (("Content-Type", "application/json"), ("X-Long", "a" * 2**16))
    for number in range(many):
        seen = Observation("http://x.test/", wire("batch").GOOD, Response(418, headers, piece * 2**20))
        broken = [Violation("status", "", "/paths", f"answered {number}")]
        ledger.check("response.status", "batch", "audience_create", seen, broken, detail=str(number))
    found = replace(REPORT, findings=ledger.findings)
    assert len(found.findings) == many
    for form in reports.FORMATS:
        assert len(reports.render(found, form)) <= 2**20, form


def test_every_form_says_how_much_is_left_out_in_the_middle_of_a_body() -> None:
    cut = exchange(b"a" * (KEPT_BODY + 1), b"b" * (KEPT_BODY + 1_234_567))
    assert cut.response
    assert cut.response.body.startswith(b"b" * (KEPT_BODY // 2) + " … 1,234,567 bytes left out … b".encode())
    assert cut.response.body.endswith(b"b")
    assert "1 bytes left out" in texts.sent(cut)
    for form in ("junit", "json", "html", "sarif"):
        assert "1,234,567 bytes left out" in reports.render(report(cut), form).decode()
    assert "a" * 20 in shown(report(cut), 200)


@pytest.mark.parametrize("before", range(4))
def test_a_body_that_is_text_is_still_text_when_it_is_cut(before: int) -> None:
    response = exchange(b"", b"a" * before + "\N{DESERT ISLAND}".encode() * KEPT_BODY).response
    assert response
    response.body.decode()


def test_a_secret_is_taken_out_before_the_body_is_cut() -> None:
    secret = b"the-secret-4711"
    for body in (
        b"a" * (KEPT_BODY // 2 - 5) + secret + b"a" * KEPT_BODY,
        b"a" * KEPT_BODY + secret + b"a" * (KEPT_BODY // 2 - 5),
    ):
        response = exchange(b"", body, secret.decode()).response
        assert response
        assert not any(part in response.body for part in (b"the-", b"4711"))


def test_no_command_is_shown_for_a_request_whose_body_is_cut() -> None:
    assert exchange(b"a" * KEPT_BODY, b"").curl.endswith("a")
    assert not exchange(b"a" * (KEPT_BODY + 1), b"").curl
