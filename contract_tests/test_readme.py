"""The Python of README and of the documentation is run as it stands, and so are the examples in docstrings."""

import doctest
import json
import os
import pkgutil
import re
import sys
from contextlib import ExitStack
from importlib import import_module
from pathlib import Path

import pytest
from markdown_it import MarkdownIt

import audiences
import processes
from audience_contract.mock import MockServer
from long import long
from raw_server import RawServer, http

ROOT = Path(__file__).parent.parent
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
# Blocks after one another, each as if it stood alone but for what the server remembers.
RUN = """
import json, os, sys
for page, environment, blocks in json.load(sys.stdin):
    os.environ.update(environment)
    for block in blocks:
        exec(compile(block, page, "exec"), {"__name__": "__main__"})
"""


def blocks(page: Path) -> list[str]:
    return [each.content for each in MarkdownIt().parse(page.read_text("utf-8")) if each.info == "python"]


BLOCKS = {str(page.relative_to(ROOT)): found for page in PAGES if (found := blocks(page))}
TESTS = [block for found in BLOCKS.values() for block in found if "def test_" in block]
# Prints the blocks that come to an end without an exception and without a word.
SILENT = """
import contextlib, io, json, os, sys
for page, environment, blocks in json.load(sys.stdin):
    os.environ.update(environment)
    for block in blocks:
        said = io.StringIO()
        try:
            with contextlib.redirect_stdout(said):
                exec(compile(block, page, "exec"), {"__name__": "__main__"})
        except BaseException:
            continue
        if not said.getvalue():
            print(page, block, sep=chr(10))
"""


def test_each_python_block_of_a_page_runs() -> None:
    with ExitStack() as stack:
        given = [
            [page, stack.enter_context(MockServer()).environment(), [each for each in found if each not in TESTS]]
            for page, found in BLOCKS.items()
        ]
        done = processes.run([sys.executable, "-W", "error", "-c", RUN], given=json.dumps(given), cwd=ROOT)
    assert (done.returncode, done.stderr) == (0, "")


# Neither status has a call repeated. After the first, the outcome of a change is rejected; after the second, unknown.
@pytest.mark.parametrize("status", [302, long(401)])
def test_no_block_that_calls_a_provider_hides_a_failure(status: int) -> None:
    with RawServer(http(status)) as refusing, MockServer() as mock:
        environment = {
            name: refusing.url if name.endswith("_URL") else value for name, value in mock.environment().items()
        }
        calling = {page: [b for b in found if "with " in b and b not in TESTS] for page, found in BLOCKS.items()}
        given = json.dumps([[page, environment, found] for page, found in calling.items()])
        done = processes.run([sys.executable, "-c", SILENT], given=given, cwd=ROOT)
    assert (done.returncode, done.stdout) == (0, "")


def test_each_test_in_a_block_passes(tmp_path: Path) -> None:
    for number, block in enumerate(TESTS):
        (tmp_path / f"test_block_{number}.py").write_text(block, "utf-8")
    options = ["-p", "no:cacheprovider", "-p", "no:schemathesis", "--rootdir", str(tmp_path)]
    done = processes.run([sys.executable, "-W", "error", "-m", "pytest", *options, str(tmp_path)], cwd=ROOT)
    assert (done.returncode, done.stderr) == (0, ""), done.stdout


def test_the_readme_is_short_and_has_a_blocking_and_an_asynchronous_example() -> None:
    assert len(PAGES[0].read_text("utf-8").splitlines()) <= 130
    blocking, asynchronous = BLOCKS["README.md"]
    assert "    with " not in asynchronous
    assert "async with" in asynchronous
    assert "async" not in blocking


@pytest.mark.parametrize("page", ["README.md", long("docs/start.md")])
def test_the_command_prints_what_a_page_shows(page: str) -> None:
    fences = [each for each in MarkdownIt().parse((ROOT / page).read_text("utf-8")) if each.type == "fence"]
    number, command = next((n, each.content) for n, each in enumerate(fences) if "audiences create" in each.content)
    with MockServer() as server:
        run = f'audiences() {{ {sys.executable} -m audiences "$@"; }}\n{command}'
        done = processes.run(["sh", "-c", run], env={**os.environ, **server.environment()}, cwd=ROOT)
    assert (done.returncode, done.stderr) == (0, "")
    assert _plain(done.stdout) == _plain(fences[number + 1].content)


def test_the_check_prints_what_the_readme_shows(tmp_path: Path) -> None:
    fences = [each for each in MarkdownIt().parse(PAGES[0].read_text("utf-8")) if each.type == "fence"]
    number, command = next(
        (n, each.content) for n, each in enumerate(fences) if "--fault batch.auth-any" in each.content
    )
    program = '"from audience_contract._cli import main; main()"'
    (tmp_path / "audience-contract").write_text(f'#!/bin/sh\nexec {sys.executable} -c {program} "$@"\n')
    (tmp_path / "audience-contract").chmod(0o755)
    environment = {**os.environ, "PATH": f"{tmp_path}:{os.environ['PATH']}", "PYTHONPATH": str(ROOT / "contract_tests")}
    done = processes.run(["sh", "-c", command], env={**environment, "COLUMNS": "80"}, cwd=tmp_path)
    assert done.returncode == 1
    assert fences[number + 1].content in done.stdout


def _plain(table: str) -> list[list[str]]:
    """Its cells, without ids, tokens and times."""
    rows = [[cell.strip() for cell in row.split("|")] for row in table.splitlines() if "|" in row]
    return [[re.sub(r"^([0-9a-f]{32}|\d+(\.\d+)?)$", "...", cell) for cell in row] for row in rows]


def test_every_file_that_a_page_links_to_is_there() -> None:
    for page in [*PAGES, ROOT / "CONTRIBUTING.md"]:
        for link in re.findall(r"\]\((?!https?:|#)([^)#]+)", page.read_text("utf-8")):
            target = page.parent / link
            assert target.is_file() or (page.parent.name, target.name) == ("check", "rules.md"), f"{page}: {link}"


def test_the_notebook_gives_what_is_kept_in_it() -> None:
    cells = json.loads((ROOT / "examples" / "first_audience.ipynb").read_text("utf-8"))["cells"]
    code = [cell for cell in cells if cell["cell_type"] == "code"]
    kept = "".join(text for cell in code for output in cell["outputs"] for text in output["text"])
    program = "\n".join("".join(cell["source"]) for cell in code)
    command = [sys.executable, "-W", "error", "-c", program]
    assert processes.run(command, cwd=ROOT / "examples", check=True).stdout == kept


def test_the_examples_in_docstrings_are_true() -> None:
    names = [module.name for module in pkgutil.walk_packages(audiences.__path__, "audiences.")]
    assert [
        name for name in names if not name.endswith("__main__") and doctest.testmod(import_module(name)).failed
    ] == []
