"""The report on a terminal, and what a run tells while it goes on."""

import io
import re
import threading
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rich.cells import cell_len
from rich.console import Console

from audience_contract import reports
from audience_contract.messages import Request, Response
from audience_contract.report import Created, Evidence, Report
from audience_contract.rules import Weight
from report_values import ANY_TEXT, REPORT
from report_values import reports as any_report


def shown(report: Report, width: int = 80, *, terminal: bool = False) -> str:
    console = Console(file=io.StringIO(), width=width, force_terminal=terminal)
    reports.terminal(report, console)
    assert isinstance(console.file, io.StringIO)
    return console.file.getvalue()


@pytest.mark.parametrize("width", [80, 200])
def test_only_curl_lines_are_wider_than_the_terminal(width: int) -> None:
    lines = shown(REPORT, width).splitlines()
    assert {line.split()[0] for line in lines if len(line) > width} <= {"curl"}
    assert max(map(len, lines)) > width


def test_each_finding_says_what_was_sent_what_came_back_the_rule_and_how_to_repeat_it() -> None:
    text = shown(REPORT, 200)
    for finding in REPORT.findings:
        for part in (finding.message, finding.rule, finding.pointer, finding.source, finding.key, finding.accepted):
            assert part in text
    for part in ("> POST http://127.0.0.1:8000/2.10/audiences/create", "> Authorization: Bearer [redacted]"):
        assert part in text
    for part in (
        '< {"token": "0190"}',
        "< no answer: closed after 12 of 40 bytes",
        '''-H 'Authorization: Bearer '"${AUTHORIZATION}"''',
    ):
        assert part in text
    assert text.index("accepted Documented status ─") < text.index(REPORT.findings[3].message)
    assert "a-secret-token" not in text


def test_the_end_has_verdict_exit_code_seed_and_each_headline_in_full_where_there_is_room() -> None:
    end = shown(REPORT).splitlines()[-24:]
    for part in ("✗ violated", "exit code 1", "seed 1234", "not met: a request"):
        assert any(part in line for line in end), part
    for finding in REPORT.counted:
        assert finding.message in " ".join(line.strip() for line in end)


def test_the_end_has_a_line_for_each_of_many_findings_with_how_its_headline_starts_and_ends() -> None:
    message = f"took {'a long input ' * 20}: 202 (it must be another one; create.md)"
    found = [replace(REPORT.findings[0], detail=str(number), message=message) for number in range(12)]
    end = shown(replace(REPORT, findings=found)).splitlines()[-24:]
    # Of a long one the middle and the page are left out.
    started = [line.endswith("202 (it must be another one)") for line in end if "took a long input a long" in line]
    assert (len(started), any(started)) == (12, True)


def test_the_end_names_the_operation_and_the_keyword_of_the_first_rule_that_was_not_tried() -> None:
    pointer = "/paths/~1customers~1{customerId}~1addresses/post/requestBody/content/application~1json/schema/required"
    end = shown(replace(REPORT, findings=(), planned=61, untried=((pointer, "addAddress"),))).splitlines()[-24:]
    assert f"nottried:1of61rules;first:{pointer}ofaddAddress" in "".join("".join(end).split())


@settings(max_examples=30)
@given(any_report(ANY_TEXT), st.integers(0, 20))
def test_the_last_24_lines_of_80_columns_have_the_verdict_the_place_and_the_gravest(report: Report, count: int) -> None:
    found = [replace(REPORT.findings[0], detail=str(n), message=f"finding {n}", evidence=()) for n in range(count)]
    console = Console(file=io.StringIO(), width=80)
    reports.terminal(replace(report, findings=found, strict=False), console, ["build/report.html"])
    assert isinstance(console.file, io.StringIO)
    end = console.file.getvalue().splitlines()[-24:]
    assert all(cell_len(line) <= 80 for line in end if not line.startswith("curl "))
    assert any("violated" in line if count else "kept" in line or "inconclusive" in line for line in end)
    assert sum(bool(re.fullmatch(r" *\d+ finding \d+", line)) for line in end) == (count if count <= 12 else 12)
    assert any(f"and {count - 12} more" in line for line in end) == (count > 12)
    assert any("report: build/report.html" in line for line in end)


def test_a_character_that_takes_two_cells_is_folded_where_the_terminal_ends() -> None:
    wide = "\u8a9e" * 300
    request = Request("GET", "/", (("x-name", "\u8a9e" * 60),), wide.encode())
    stopped = Evidence("http://127.0.0.1", request, Response(200, (), wide.encode()), curl="")
    text = shown(replace(REPORT, findings=[replace(REPORT.findings[0], message=wide)], stopped=stopped))
    assert all(cell_len(line) <= 80 for line in text.splitlines() if not line.startswith("curl "))
    assert text.count("\u8a9e") > 600


def test_of_a_long_list_of_what_was_left_the_first_are_shown_and_how_many_there_are() -> None:
    def end(count: int) -> str:
        created = tuple(Created("batch", f"name-{number}.", str(number)) for number in range(count))
        text = shown(replace(REPORT, created=created), 200)
        return text.partition("Not known to be removed")[2].partition("Notes ─")[0]

    assert ("name-7." in end(8), "in all" in end(8)) == (True, False)
    assert ("name-7." in end(40), "name-8." in end(40)) == (True, False)
    assert "40 in all" in end(40)


def test_what_was_left_without_a_name_and_id_is_counted() -> None:
    tokens = (Created("adobe_ims", ""),) * 8
    report = replace(REPORT, created=(*tokens, Created("batch", "a-name"), Created("batch", "", "an-id")))
    end = shown(report, 200).partition("Not known to be removed")[2].partition("Notes ─")[0]
    assert [line for line in end.splitlines() if line.startswith(("•", "…"))] == [
        "• adobe_ims: without a name, 8 of them", "• batch: a-name", "• batch: without a name (an-id)",
    ]  # fmt: skip
    text = reports.render(report, "markdown").decode()
    assert text.count("adobe&#95;ims") == 1
    page = (
        reports.render(report, "html")
        .decode()
        .partition('aria-label="Not known to be removed"')[2]
        .partition("</section>")[0]
    )
    assert (page.count("<li>"), page.count("without a name, 8 of them")) == (3, 1)


@given(any_report(ANY_TEXT), st.sampled_from([20, 80]))
def test_no_text_is_markup_acts_on_the_terminal_or_is_a_command_to_githubs_runner(report: Report, width: int) -> None:
    text = shown(report, width)
    assert all(character.isprintable() or character in "\n\u200b" for character in text)
    assert not re.search(r"^\s*::|##\[", text, re.MULTILINE)


def test_text_in_brackets_is_shown_as_it_is() -> None:
    assert "[bold]Spring[/bold]" in shown(REPORT, 200)


def test_colours_are_for_terminals_that_want_them(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.delenv("NO_COLOR", raising=False)
    assert "\x1b[1;31m" in shown(REPORT, terminal=True)
    monkeypatch.setenv("NO_COLOR", "1")
    assert not re.search(r"\x1b\[[\d;]*3\d", shown(REPORT, terminal=True))


def _run(console: Console) -> str:
    with reports.Progress(console) as progress:
        progress.phase("valid [red]", 400)

        def send() -> None:
            for _ in range(100):
                progress.request()

        senders = [threading.Thread(target=send) for _ in range(4)]
        for sender in senders:
            sender.start()
        for sender in senders:
            sender.join()
        progress.finding(replace(REPORT.findings[0], message="\x1b[31m\n::error::no"))
        progress.finding(replace(REPORT.findings[0], message="refused it", weight=Weight.ADVICE))
        progress.phase("wire")
        progress.request()
    assert isinstance(console.file, io.StringIO)
    return console.file.getvalue()


def test_without_a_terminal_progress_is_a_line_for_each_phase_and_finding() -> None:
    assert _run(Console(file=io.StringIO())).splitlines() == [
        "found: \\x1b[31m ::error::no",
        "advice: refused it",
        "valid [red]: 400 requests, 400 in all, 1 found so far",
        "wire: 1 request, 401 in all, 1 found so far",
    ]


def test_on_a_terminal_progress_shows_phase_requests_and_findings(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "xterm")
    drawn = _run(Console(file=io.StringIO(), force_terminal=True, width=100, no_color=True))
    last = re.sub(r"\x1b\[[\d;?]*\w", "", drawn)
    assert "valid [red]" in last
    assert "400/400 requests, 1 found so far" in last
    assert re.search(r"wire .* 1/1 +requests", last)
