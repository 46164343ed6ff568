"""A fourth provider, in a copy of the project: what `make provider` lays out, what is left to hands, and what runs."""

import html
import json
import os
import re
from dataclasses import dataclass
from pathlib import Path

import pytest

import small_project
from cases import KEYS
from fourth import project
from fourth.project import HERE, KEY, NAME
from pipeline.__main__ import main
from pipeline.folders import ROOT
from pipeline.pages import spec_of

pytestmark = pytest.mark.timeout(600)  # a suite within the suite

PAGE = HERE / f"{KEY}.md"
ADAPTER = f"wrapper/audiences/providers/{KEY}.py"
# Each of their rows is about one fault or contradiction; a new provider may have none.
ROWS = (
    *("test_catalogue.py", "test_mock_faults.py", "test_deviations.py", "test_mutants.py"),
    *("test_expectation.py", "test_strength.py", "test_odd_requests.py", "test_update_impact.py"),
)
# What is sent, what comes back, the mock server, and whether all files are there.
SOME = (
    *("test_requests", "test_answers", "test_samples", "test_mock_providers", "test_mock_meets_library"),
    *("test_judges", "test_folders"),
)
# Processes and sockets that go wrong on purpose take minutes; of them it is proved that they include the provider.
SLOW = " or ".join(
    (
        *("test_command_shown", "test_faults", "test_fuzz", "test_sharing", "test_upload", "test_schemathesis"),
        # The judge of servers is run on it by itself; no row of its mutants and faults has been looked at.
        *("test_total", "test_server", "test_mutants", "test_strength"),
    )
)


@dataclass(frozen=True)
class Fourth:
    """The copy, filled in, how it was before anything was laid out in it, and what mypy said of the adapter then."""

    root: Path
    before: dict[str, str]
    stub_complaints: str
    lines: dict[str, dict[str, int]]
    """Those that are written by hand: for what, and in which file."""


OTHERS = ("get", "delete", "list")


@pytest.fixture(scope="module")
def fourth(tmp_path_factory: pytest.TempPathFactory) -> Fourth:
    root = project.copy(tmp_path_factory.mktemp("fourth") / "project")
    before = project.hashes(root)
    laid_out = project.run(
        root, "pipeline", "provider", NAME, "--page", str(PAGE), "--address", "https://osprey.example"
    )
    assert laid_out.returncode == 0, laid_out.stderr
    complaints = types(root)
    lines = {what: project.fill_in(root, what) for what in ("by_hand", *OTHERS)}
    generated = project.run(root, "pipeline", "generate")
    assert generated.returncode == 0, generated.stderr
    return Fourth(root, before, complaints, lines)


def types(root: Path) -> str:
    """What mypy says of the adapter."""
    return project.run(root, "mypy", "--strict", "--follow-imports=silent", ADAPTER).stdout


def test_a_provider_takes_as_many_lines_by_hand_as_contributing_says(fourth: Fourth) -> None:
    said = (ROOT / "CONTRIBUTING.md").read_text("utf-8")
    assert f"It took {sum(fourth.lines['by_hand'].values())} lines by hand" in said


@pytest.mark.parametrize("operation", ["get", "delete"])
def test_one_more_operation_takes_few_lines_by_hand_in_few_files(fourth: Fourth, operation: str) -> None:
    lines = fourth.lines[operation]
    assert sum(lines.values()) <= 45
    assert len(lines) <= 4
    said = (ROOT / "CONTRIBUTING.md").read_text("utf-8")
    assert f"| `{operation}` | {' | '.join(map(str, lines.values()))} |" in said


def test_the_adapter_type_checks_only_once_it_is_filled_in(fourth: Fourth) -> None:
    assert 'Name "FILL_IN" is not defined' in fourth.stub_complaints
    assert types(fourth.root).startswith("Success")


def test_no_file_that_is_written_by_hand_changes_but_between_the_marks_of_generated_parts(fourth: Fourth) -> None:
    after = project.hashes(fourth.root)
    changed = sorted(name for name, before in fourth.before.items() if after.get(name) != before)
    assert changed == ["README.md", "wrapper/audiences/__init__.py", "wrapper/audiences/aio.py"]
    for name in changed:
        assert by_hand(fourth.root / name) == by_hand(ROOT / name)


def by_hand(file: Path) -> list[str]:
    """The lines that stand outside generated parts."""
    kept, generated = [], False
    for line in file.read_text("utf-8").splitlines():
        generated = (generated or "written by make generate" in line) and "providers: end" not in line
        kept += [] if generated else [line]
    return kept


@pytest.mark.parametrize(
    ("files", "least"), [(SOME, 100), pytest.param((), 200, marks=pytest.mark.long)], ids=["some", "all"]
)
def test_every_contract_test_is_there_for_it_and_passes(
    fourth: Fourth, tmp_path: Path, files: tuple[str, ...], least: int
) -> None:
    names = tmp_path / "collected"
    done = project.run(
        fourth.root, "pytest", "-q", "-p", "fourth.collected", "-p", "no:cacheprovider",
        "-k", f"({KEY} or test_folders) and not ({SLOW})", *(f"contract_tests/{file}.py" for file in files),
        COLLECTED=str(names),
    )  # fmt: skip
    assert done.returncode == 0, done.stdout[-3000:]
    passed = re.search(r"(\d+) passed", done.stdout)
    assert passed
    assert int(passed[1]) > least
    assert not re.search(r"\d+ skipped", done.stdout)
    assert without(names.read_text("utf-8").splitlines()) == []


def without(names: list[str]) -> list[str]:
    """The tests that run for all providers but the fourth."""
    found: dict[str, set[str]] = {}
    for name in names:
        test, _, parameters = name.partition("[")
        if any(file in test for file in ROWS):
            continue
        words = re.split(r"[^a-z_]+", parameters)
        found.setdefault(test, set()).update({*KEYS, KEY} & {*words})
    return [test for test, keys in found.items() if keys >= {*KEYS} and KEY not in keys]


def test_the_judge_of_servers_finds_nothing_wrong_with_its_mock(fourth: Fourth) -> None:
    assert project.run(fourth.root, "fourth.judge", KEY, "400").stdout == "kept"


def test_the_judge_of_servers_looks_at_what_is_addressed_by_an_id(fourth: Fourth) -> None:
    mock = fourth.root / "contract_tests" / "audience_contract" / "providers" / f"{KEY}.py"
    right = mock.read_text("utf-8")
    refused = "        return self.error(call.operation, 400)\n        call.remove("
    for old, new, rule in [
        ("        call.remove(", refused, "case.accepted"),
        ('{"ref": record.id,', '{"ref": "another",', "run.echo"),
    ]:
        assert right.count(old) == 1
        mock.write_text(right.replace(old, new), "utf-8")
        assert f": {rule}: " in project.run(fourth.root, "fourth.judge", KEY, "60").stdout
    mock.write_text(right, "utf-8")


def test_a_provider_is_laid_out_once(fourth: Fourth, capsys: pytest.CaptureFixture[str]) -> None:
    before = project.hashes(fourth.root)
    assert main(["provider", NAME, "--page", str(PAGE), "--root", str(fourth.root)]) == 1
    assert f"specs{os.sep}{KEY}: is there already" in capsys.readouterr().err
    assert project.hashes(fourth.root) == before


def test_a_page_in_html_with_a_spec_in_yaml_is_laid_out_as_well(tmp_path: Path) -> None:
    spec = small_project.as_yaml(json.loads(spec_of(PAGE.read_text("utf-8"))))
    page = tmp_path / "page.html"
    page.write_bytes(f"\ufeff<!doctype html><h1>Lists</h1><pre>{html.escape(spec)}</pre>".encode())
    root = tmp_path / "project"
    assert main(["provider", NAME, "--page", str(page), "--root", str(root)]) == 0
    assert (root / "specs" / KEY / "openapi.yaml").read_text("utf-8") == spec.rstrip("\n")
    assert (root / ADAPTER).is_file()


@pytest.mark.parametrize(
    ("name", "page", "said"),
    [
        ("acme corp", "page.md", "a provider's name is that of its class"),
        ("Acme", "none.md", "none.md"),
        ("Acme", "page.md", "found 0"),
        ("Acme", "get.md", "no POST with a JSON body"),
        ("Acme", None, "--page"),
    ],
)
def test_what_cannot_be_laid_out_is_refused_and_leaves_nothing_behind(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], name: str, page: str | None, said: str
) -> None:
    (tmp_path / "page.md").write_text("# Words\n", "utf-8")
    text = PAGE.read_text("utf-8")
    (tmp_path / "get.md").write_text(text.replace('"post": {', '"put": {'), "utf-8")
    root = tmp_path / "project"
    root.mkdir()
    given = ["--page", str(tmp_path / page)] if page else []
    assert main(["provider", name, *given, "--root", str(root)]) == 1
    assert said in capsys.readouterr().err
    assert list(root.iterdir()) == []
