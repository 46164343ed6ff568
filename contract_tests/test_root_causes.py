"""Findings that have the same root cause are shown as one, and none of them is lost."""

import json
from dataclasses import replace

import pytest

from audience_contract.mock import MockServer
from audience_contract.report import Finding, Report
from audience_contract.reports import render
from audience_contract.reports.matrix import also, headline, others, split
from audience_contract.server import Options, run
from audience_contract.server.ending import explained
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
        ("adobe_ims.error-as-success", "case.refused"),
        ("adobe_ims.after-error", "response.failure"),
    ],
)
def test_what_goes_wrong_in_the_same_way_for_every_kind_of_input_is_one_root_cause(fault: str, rule: str) -> None:
    with MockServer(fault=fault) as server:
        report = run(target(server, "adobe_ims"), Options(requests=200))
    shown = [finding for finding in split(report)[0] if finding.rule == rule]
    assert len(shown) == 1
    alike = others(report)[shown[0].key]
    assert len([finding for finding in report.findings if finding.rule == rule]) == 1 + len(alike)
    assert alike


def test_causes_that_differ_are_shown_each() -> None:
    with MockServer(fault="adobe_ims.error-as-success") as server:
        report = run(target(server, "adobe_ims"), Options(requests=200))
    assert len(split(report)[0]) > 1


def test_what_shows_the_same_is_named_with_its_root_cause() -> None:
    report = with_findings(_ROOT, _CHILD)
    assert split(report) == ([_ROOT], [])
    assert headline(report).startswith("1 root cause,")
    assert also(others(report)[_ROOT.key]) == "1 other kind of input: another header"


def test_an_accepted_root_cause_hides_nothing() -> None:
    accepted = replace(_ROOT, accepted="known")
    assert split(with_findings(accepted, _CHILD)) == ([_CHILD], [accepted])
    both = with_findings(accepted, replace(_CHILD, accepted="known too"))
    assert len(split(both)[1]) == 2


@pytest.mark.parametrize("form", ["markdown", "html", "sarif", "junit"])
def test_every_form_for_people_names_the_other_kinds_of_input(form: str) -> None:
    assert b"1 other kind of input" in render(with_findings(_ROOT, _CHILD), form)
    assert _CHILD.kind.encode() in render(with_findings(_ROOT, _CHILD), form)


def test_json_has_the_key_of_the_root_cause() -> None:
    found = json.loads(render(with_findings(_ROOT, _CHILD), "json"))["findings"]
    assert {finding["key"]: finding["because"] for finding in found} == {_ROOT.key: "", _CHILD.key: _ROOT.key}


def test_what_goes_wrong_once_explains_nothing_that_always_goes_wrong() -> None:
    seldom = replace(_ROOT, rule="response.failure", evidence=REPORT.findings[0].evidence)
    always = replace(seldom, kind="JSON nested deeply", count=40)
    assert [finding.because for finding in explained([seldom, always], set(), {"create": 100})] == ["", ""]
    often = replace(seldom, count=30)
    assert [finding.because for finding in explained([often, always], set(), {"create": 100})] == ["", often.key]


def test_where_something_was_refused_each_missing_check_is_a_cause_of_its_own() -> None:
    one = replace(_ROOT, rule="case.refused", kind="name: too long")
    two = replace(one, kind="type: enum")
    assert [finding.because for finding in explained([one, two], {("case.refused", "create")}, {})] == ["", ""]
    assert sum(not finding.because for finding in explained([one, two], set(), {})) == 1
