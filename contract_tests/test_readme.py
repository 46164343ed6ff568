"""The README's Python is run as it stands, and so are the examples in docstrings."""

import doctest
import os
import pkgutil
import sys
from importlib import import_module
from pathlib import Path

import pytest
from markdown_it import MarkdownIt

import audiences
import processes
from audience_contract.mock import MockServer

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text("utf-8")
BLOCKS = [token.content for token in MarkdownIt().parse(README) if token.type == "fence" and token.info == "python"]


@pytest.mark.parametrize("number", range(len(BLOCKS)))
def test_each_python_block_of_the_readme_runs(number: int, tmp_path: Path) -> None:
    command, is_test = [sys.executable, "-W", "error", "-c", BLOCKS[number]], "def test_" in BLOCKS[number]
    if is_test:
        (tmp_path / "test_block.py").write_text(BLOCKS[number], "utf-8")
        command[3:] = ["-m", "pytest", "-p", "no:cacheprovider", "--rootdir", str(tmp_path), str(tmp_path)]
    with MockServer() as server:
        # A test has its own server.
        environment = {**os.environ, **({} if is_test else server.environment())}
        done = processes.run(command, env=environment, cwd=ROOT)
    assert (done.returncode, done.stderr) == (0, "")


def test_the_readme_has_blocking_asynchronous_and_respx_examples() -> None:
    assert [word for word in ("create_everywhere", "audiences.aio", "respx.mock") if word in "".join(BLOCKS)] == [
        "create_everywhere", "audiences.aio", "respx.mock",
    ]  # fmt: skip


@pytest.mark.parametrize("name", [module.name for module in pkgutil.walk_packages(audiences.__path__, "audiences.")])
def test_the_examples_in_docstrings_are_true(name: str) -> None:
    if not name.endswith("__main__"):
        assert doctest.testmod(import_module(name)).failed == 0
