"""Findings that have the same root cause are shown as one, and none of them is lost."""

from dataclasses import replace

import pytest

from audience_contract.mock import MockServer
from audience_contract.report import Finding, Report
from audience_contract.reports import render
from audience_contract.reports.matrix import also, headline, others, split
from audience_contract.server import Options, run
from judged import target
from report_values import REPORT

_ROOT = Finding("case.accepted", "batch", "create", "/paths", "status", "valid", "answered 201", "")
_CHILD = replace(_ROOT, kind="another header", because=_ROOT.key)


def with_findings(*findings: Finding) -> Report:
    return replace(REPORT, findings=findings)


@pytest.mark.parametrize(
    ("fault", "rule"),
    [
        ("adobe_ims.success-201", "case.accepted"),
        ("adobe_ims.locked-out", "case.accepted"),
        ("adobe_ims.error-200", "case.refused"),
        ("adobe_ims.every-twentieth", "response.failure"),
    ],
)
def test_what_goes_wrong_in_the_same_way_for_every_kind_of_input_is_one_root_cause(fault: str, rule: str) -> None:
    with MockServer(fault=fault) as server:
        report = run(target(server, "adobe_ims"), Options(requests=200))
    shown = [finding for finding in split(report)[0] if finding.rule == rule]
    assert len(shown) == 1
    assert len([finding for finding in report.findings if finding.rule == rule]) == 1 + len(others(report, shown[0]))
    assert others(report, shown[0])


def test_causes_that_differ_are_shown_each() -> None:
    with MockServer(fault="adobe_ims.any-client") as server:
        report = run(target(server, "adobe_ims"), Options(requests=200))
    assert len(split(report)[0]) > 1


def test_what_shows_the_same_is_named_with_its_root_cause() -> None:
    report = with_findings(_ROOT, _CHILD)
    assert split(report) == ([_ROOT], [])
    assert headline(report).startswith("1 root cause,")
    assert also(report, _ROOT) == "1 other kind of input: another header"


def test_an_accepted_root_cause_hides_nothing() -> None:
    accepted = replace(_ROOT, accepted="known")
    assert split(with_findings(accepted, _CHILD)) == ([_CHILD], [accepted])
    both = with_findings(accepted, replace(_CHILD, accepted="known too"))
    assert len(split(both)[1]) == 2


@pytest.mark.parametrize("form", ["markdown", "html", "sarif", "json"])
def test_every_form_names_the_other_kinds_of_input(form: str) -> None:
    assert b"1 other kind of input" in render(with_findings(_ROOT, _CHILD), form) or form == "json"
    assert _CHILD.kind.encode() in render(with_findings(_ROOT, _CHILD), form)
    assert render(with_findings(_ROOT, _CHILD), form) != render(with_findings(_ROOT), form)
