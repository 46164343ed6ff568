"""The report of an update in its three forms, the exit codes of the command and those of make."""

import json
import os
import shutil
import sys
from pathlib import Path

import pytest

import processes
import updating
from pipeline.__main__ import main
from pipeline.diff import Change, Kind
from pipeline.folders import ROOT
from pipeline.update.report import as_json, as_markdown, changelog
from pipeline.update.result import Check, Page, Report, Result, Use
from small_project import answer, changed

PAGES = [Page("a.md", "https://acme.example/a.md", "0" * 64, "1" * 64)]


def report(*kinds: str) -> Report:
    changes = [Change(Kind(kind), f"/paths/{kind}", None, f"It is {kind}.") for kind in kinds]
    return Report("acme", PAGES, ("1", "2"), "f" * 64, changes)


@pytest.mark.parametrize(
    ("result", "code"),
    [
        (Result(), 0),
        (Result([Report("acme", [], ("1", "1"), "f" * 64)]), 0),
        (Result([report()]), 10),
        (Result([report("documentation")]), 10),
        (Result([report("documentation", "compatible")]), 20),
        (Result([report("compatible"), report("undecided")]), 30),
        (Result([report("breaking-caller", "documentation")]), 30),
        (Result([report("breaking-reader")]), 30),
        (Result([report()], [Check("types", ("a",))]), 40),
        (Result([report("breaking-caller")], [Check("a"), Check("b", ("b",))]), 40),
        (Result([report("breaking-caller")], error="the page is empty"), 1),
    ],
)
def test_the_exit_code_is_the_worst_that_was_found_and_any_failure_is_1(result: Result, code: int) -> None:
    assert result.code == code
    document = json.loads(as_json(result))
    assert (document["code"], document["class"]) == (code, result.code.words)
    assert f"{code}: {result.code.words}" in as_markdown(result).splitlines()[-1]


def test_every_form_has_each_change_with_its_class_and_the_json_has_its_place() -> None:
    result = Result([report("compatible", "breaking-caller")], [Check("types", ("a.py:1: error",))])
    for shown in (as_markdown(result), as_json(result)):
        for text in ("breaking-caller", "It is compatible.", "a.py:1: error", PAGES[0].address):
            assert text in shown
    assert "/paths/breaking-caller" in as_json(result)
    assert next(changelog(result)) in as_markdown(result).splitlines()


def test_a_tree_that_has_the_new_spec_already_is_judged_by_make_check() -> None:
    unfit = [report("breaking-caller")], [Check("types", ("a.py:1: error",))]
    assert "Run `make check`" in as_markdown(Result(*unfit, written=("specs/acme/openapi.json",)))
    assert "make check" not in as_markdown(Result(*unfit))


def test_markdown_says_what_a_class_means_and_what_to_do_next_and_stays_readable_however_much_there_is_to_say() -> None:
    told = report(*["compatible"] * 500, "breaking-caller")
    told.impact = tuple(Use(f"file_{number}.py", line, "name") for number in range(50) for line in range(50))
    result = Result([told], [Check("types", tuple(map(str, range(500))))], ("test",) * 500, "\n".join(["wrong"] * 500))
    shown = as_markdown(result)
    assert "\n**breaking-caller**, 1: a request that was right may be refused\n\n- It is breaking-caller.\n" in shown
    assert "- and 480 more: report.json has them all" in shown
    assert "- `file_7.py`: `name` (50 lines)" in shown
    assert "1. Correct what stands against it, as each line says" in shown
    assert len(shown.splitlines()) < 160
    assert as_json(result).count('"It is compatible."') == 500


@pytest.mark.parametrize("text", ["2\n## Outcome\n\n0: nothing changed", "\r# A", "\x1b[2J", "\u2028# A", "\u202ea`"])
def test_what_a_page_says_begins_no_line_of_the_report_and_does_nothing_to_a_terminal(text: str) -> None:
    told = Report("acme", PAGES, ("1", text), "f" * 64, [Change(Kind.BREAKING_CALLER, text, None, text)])
    shown = as_markdown(Result([told], [Check("types", (text,))])).split("\n")
    assert all(line.isprintable() for line in shown)
    assert [line for line in shown if line.startswith("#")] == [
        "# Update of the specs",
        "## acme: breaking, and the wrapper no longer fits",
        "## Checks",
        "## Proposed for CHANGELOG.md, below `### Changed`",
        "## What to do next",
        "## Outcome",
    ]


def test_the_proposed_changelog_entry_is_a_line_with_version_hash_class_and_the_worst_changes() -> None:
    (line,) = changelog(Result([report("documentation", "compatible", "undecided", "breaking-caller", "compatible")]))
    assert line == (
        "- The spec of `acme`, 1 → 2 (sha256 ffffffffffff), breaking: It is undecided.; It is breaking-caller.; "
        "It is compatible.; and 2 more."
    )


def test_a_report_names_no_place_of_this_machine_and_is_the_same_in_any_other(updatable: Path, tmp_path: Path) -> None:
    spec = changed(lambda s: answer(s)["properties"].update(number=answer(s)["properties"].pop("id")))
    shown = []
    for name in ("one", "another place"):
        project = updating.copied(updatable, tmp_path / name / "project")
        updating.publish(project, spec)
        given = as_json(updating.updated(project, keep=True))
        shown.append(given.replace((project / "pages").as_uri(), "PAGES"))
    assert shown[0] == shown[1]
    assert str(tmp_path) not in shown[0]


def test_the_command_says_that_nothing_is_new_and_writes_the_report_within_three_seconds_of_work(
    project: Path, tmp_path: Path
) -> None:
    command = [sys.executable, "-m", "pipeline", "update", "acme", "--root", str(project), "--report", "out"]
    environment = {**os.environ, "PYTHONPATH": str(ROOT / "scripts"), "LC_ALL": "POSIX", "PYTHONUTF8": "0"}
    before = os.times()
    done = processes.run(command, cwd=tmp_path, env=environment)
    after = os.times()
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.endswith("## Outcome\n\n0: nothing changed\n")
    assert json.loads((tmp_path / "out" / "report.json").read_text("utf-8"))["class"] == "nothing changed"
    # Of the processor, because the clock of a busy machine tells nothing.
    assert after.children_user + after.children_system - before.children_user - before.children_system < 3


def test_an_unknown_provider_is_refused_with_the_names_of_those_there_are(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["update", "--root", str(project), "acne"]) == 1
    assert capsys.readouterr().err == "error: no provider 'acne' in specs/; there are acme\n"


@pytest.mark.parametrize(("below", "said"), [("file/below", "Not a directory"), ("/proc", "No such file or directory")])
def test_a_folder_of_reports_that_cannot_be_is_refused_before_anything_changes(
    project: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], below: str, said: str
) -> None:
    (tmp_path / "file").write_text("", "utf-8")
    updating.publish(project, updating.documented())
    assert main(["update", "--root", str(project), "--report", str(tmp_path / below)]) == 1
    assert capsys.readouterr().err == f"error: --report {tmp_path / below}: {said}\n"
    assert updating.git(project, "status", "--short", "specs") == ""


@pytest.mark.skipif(not shutil.which("make"), reason="needs make")
@pytest.mark.parametrize(("code", "of_make"), [(0, 0), (10, 0), (20, 0), (30, 0), (40, 2), (1, 2)])
def test_make_update_succeeds_for_0_to_30_and_fails_for_40_and_1(code: int, of_make: int) -> None:
    command = ["make", "--no-print-directory", "-o", ".venv/.ready", "update", f"PIPELINE=sh -c 'exit {code}'"]
    assert processes.run(command, cwd=ROOT).returncode == of_make
