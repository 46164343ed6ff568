"""What continuous integration reads of a report: JUnit XML, GitHub's annotations and step summary."""

import html
import re
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from junitparser import Error, Failure, JUnitXml, Skipped, TestCase, TestSuite
from markdown_it import MarkdownIt

from audience_contract import reports
from audience_contract.report import Report
from audience_contract.reports import annotations, junit, markdown
from audience_contract.rules import Weight
from report_values import ANY_TEXT, REPORT
from report_values import reports as any_report

_ANY = any_report(ANY_TEXT)
# What Jenkins' and GitLab's readers know.
_CHILDREN = {
    "testsuites": {"testsuite"},
    "testsuite": {"testcase", "system-out"},
    "testcase": {"failure", "error", "skipped", "system-out"},
}


def _cases(report: Report) -> "list[TestCase]":
    read = JUnitXml.fromstring(junit.render(report))
    return [case for suite in read if isinstance(suite, TestSuite) for case in suite]


def test_junit_has_a_case_for_each_rule_that_an_operation_was_tried_by_and_what_could_not_be_told() -> None:
    cases = {(str(case.classname), str(case.name)): case.result for case in _cases(REPORT)}
    assert len(cases) == len(REPORT.tried) + len(REPORT.unfinished)
    failed = {(f"{found.provider}.{found.operations[0]}", found.rule) for found in REPORT.counted}
    accepted = {(f"{found.provider}.{found.operations[0]}", found.rule) for found in REPORT.accepted}
    for (where, name), result in cases.items():
        at = (where, name.partition(":")[0])
        expected = [Failure] if at in failed else [Skipped] if at in accepted else [Error] if where == "run" else []
        assert [type(one) for one in result] == expected


@given(_ANY)
def test_junit_has_the_shape_that_readers_know_and_as_much_as_it_says(report: Report) -> None:
    read = JUnitXml.fromstring(junit.render(report))
    claimed = (read.tests, read.failures, read.errors, read.skipped)
    read.update_statistics()  # type: ignore[no-untyped-call]
    assert claimed == (read.tests, read.failures, read.errors, read.skipped)
    assert claimed[0]
    for element in read._elem.iter():
        assert {child.tag for child in element} <= _CHILDREN.get(element.tag, set())
        if element.tag == "testcase":
            assert {"name", "classname"} <= set(element.keys())


def test_what_breaks_one_rule_for_several_reasons_is_one_failure_with_all_of_them() -> None:
    first = next(finding for finding in REPORT.findings if not finding.accepted)
    second = replace(first, detail="another", message="for another reason")
    cases = _cases(replace(REPORT, findings=(first, second)))
    ((said,),) = [list(case.result) for case in cases if any(isinstance(found, Failure) for found in case.result)][:1]
    assert said.message == f"{first.message} (and 1 more)"
    assert second.message in str(said.text)


def test_junit_says_of_a_failure_what_was_sent_what_came_and_how_to_repeat_it() -> None:
    (text,) = {
        str(result.text) for case in _cases(REPORT) for result in case.result if "indexing" in str(result.message)
    }
    for part in (
        "POST http://127.0.0.1:8000/2.10/audiences/create",
        '{"token": "0190"}',
        "curl -i",
        "/paths/~1audiences",
    ):
        assert part in text


def test_a_run_that_did_nothing_is_an_error_in_junit_and_not_an_empty_file() -> None:
    empty = replace(REPORT, findings=(), tried=(), obligations=(), requests=0)
    assert [type(result) for case in _cases(empty) for result in case.result] == [Error]


@given(_ANY)
def test_no_text_can_start_or_end_a_workflow_command(report: Report) -> None:
    commands = annotations.annotations(report)
    for command in commands:
        assert re.fullmatch(r"::(error|notice) title=[^:,\n\r]*(,file=[^:,\n\r]+,line=\d+)?::[^\n\r]*", command)
        assert "##[" not in command
    violations = [found for found in report.counted if found.weight is Weight.VIOLATION]
    assert sum(command.startswith("::error") for command in commands) == (len(violations) + len(report.unfinished))


def test_annotations_are_escaped_as_github_says() -> None:
    assert annotations.command("error", "50%: a,b", title="a:b,c%") == "::error title=a%3Ab%2Cc%25::50%25: a,b"


def test_github_prints_annotations_and_appends_to_the_step_summary(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    summary = tmp_path / "summary.md"
    summary.write_text("# Before\n")
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(summary))
    reports.github(REPORT)
    assert summary.read_bytes() == b"# Before\n" + reports.render(REPORT, "markdown")
    assert capsys.readouterr().out.splitlines() == annotations.annotations(REPORT)


def test_the_place_of_an_annotation_is_a_line_of_the_effective_spec() -> None:
    found = re.findall(r"file=([^,]+),line=(\d+)", "\n".join(annotations.annotations(REPORT)))
    assert len(found) == len(REPORT.findings)
    for path, line in found:
        assert int(line) <= (Path(__file__).parents[1] / path).read_text("utf-8").count("\n")


@given(_ANY)
def test_no_text_is_markup_in_the_step_summary(report: Report) -> None:
    tokens = MarkdownIt("gfm-like", {"linkify": False}).parse(markdown.render(report).decode())
    inline = [child for token in tokens for child in token.children or []]
    assert {child.type for child in inline} <= {
        "text", "text_special", "strong_open", "strong_close", "html_inline", "softbreak", "hardbreak",
    }  # fmt: skip
    raw = [token.content for token in [*tokens, *inline] if token.type.startswith("html")]
    tags = set(re.findall(r"<[^>]*>", "".join(raw)))
    assert tags <= {"<code>", "</code>", "<sub>", "</sub>", "<details>", "</details>", "<summary>", "</summary>"}


def test_the_step_summary_stays_below_githubs_limit_and_says_what_it_leaves_out() -> None:
    long = replace(REPORT, notes=["`*<" * 1000] * 300, findings=[
        replace(REPORT.findings[0], detail=f"{i}", message="|" * 5000) for i in range(500)
    ])  # fmt: skip
    made = markdown.render(long)
    assert len(made) < 1024 * 1024
    left_out = int(re.findall(r"… and (\d+) more, for which", made.decode())[0])
    assert made.decode().count("<details>") == 500 - left_out
    assert html.unescape(made.decode()).count("/responses/202") >= 500 - left_out
