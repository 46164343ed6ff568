"""A small project in git whose pages are files, and what an update of it comes to."""

import json
import shutil
from pathlib import Path

import processes
import small_project
from pipeline import effective
from pipeline.__main__ import main
from pipeline.documents import dump
from pipeline.folders import Provider, providers
from pipeline.update.result import Result
from pipeline.update.run import update
from small_project import Json, changed, operation

DATE = "2026-02-03"
_ADAPTER = '''"""An adapter as small as it can be."""

from typing import TextIO

from audience_clients.acme.models import MakeListBody


def body(name: str) -> MakeListBody:
    return MakeListBody(name=name)


class Acme:
    key = "acme"
    unsupported = {"name": "of a neighbour: no property of the provider's", "size": "neither"}


def label(file: TextIO) -> object:
    return file.name, "name", dict(name=1)


class AsyncAcme(Acme):
    pass
'''
_TEST = """import pytest
from audience_clients.acme.models import MakeListResponse200


def test_an_answer_has_an_id():
    assert MakeListResponse200.from_dict({"id": "7"}).to_dict() == {"id": "7"}
    assert hasattr(MakeListResponse200(), "id")


@pytest.mark.page
def test_the_page_says_version_1():
    assert '"version": "1"' in open("specs/acme/openapi.json").read()
"""
# Other plugins for pytest than the pipeline needs take longer to import than its tests take.
_SETTINGS = """[tool.mypy]
strict = true
mypy_path = "wrapper:generated"
explicit_package_bases = true
[tool.pytest.ini_options]
addopts = "-p no:schemathesis -p no:respx -p no:pytest_httpx2 -p no:anyio -p no:hypothesispytest"
"""
OVERLAY = """overlay: 1.0.0
info: {}
actions:
  - target: $.paths['/lists'].post
    description: The page says it in words.
    x-evidence: [{ pointer: /paths/~1lists/post/summary, absent: true }]
    update: { summary: Make a list }
"""


def project(root: Path, overlay: str | None = OVERLAY) -> Path:
    """The project, generated and committed."""
    small_project.write(root, overlay=overlay)
    source = root / "specs" / "acme" / "SOURCE.toml"
    source.write_text(f"# Kept.\n{source.read_text('utf-8')}", "utf-8")
    wrapper = root / "wrapper" / "audiences"
    (wrapper / "providers" / "acme.py").write_text(_ADAPTER, "utf-8")
    (wrapper / "providers" / "__init__.py").touch()
    tests = root / "contract_tests"
    tests.mkdir()
    (tests / "test_samples.py").write_text(_TEST, "utf-8")
    (root / "pyproject.toml").write_text(_SETTINGS, "utf-8")
    (root / ".gitignore").write_text("build/\npages/\n__pycache__/\n", "utf-8")
    return root


def git(root: Path, *arguments: str) -> str:
    who = ("-c", "user.name=test", "-c", "user.email=test@acme.example", "-c", "core.autocrlf=false")
    done = processes.run(["git", *who, *arguments], cwd=root, check=True)
    return done.stdout


def commit(root: Path) -> None:
    if not (root / ".git").exists():
        git(root, "init", "--quiet")
    git(root, "add", "--all")
    git(root, "commit", "--quiet", "--allow-empty", "--message", "as it was")


def address(root: Path, to: str | None = None) -> None:
    """Let SOURCE.toml point to this project's page, or to another address."""
    source = root / "specs" / "acme" / "SOURCE.toml"
    lines = source.read_text("utf-8").splitlines()
    said = f'address = "{to or (root / "pages" / "acme.md").as_uri()}"'
    source.write_text("\n".join(said if line.startswith("address") else line for line in lines) + "\n", "utf-8")
    # What follows from the address.
    acme = Provider(root, "acme")
    if acme.generated.exists():
        (acme.generated / "sources.json").write_bytes(dump(effective.sources(acme)))


def publish(root: Path, spec: Json | str) -> None:
    text = spec if isinstance(spec, str) else json.dumps(spec)
    (root / "pages" / "acme.md").write_text(small_project.page_of(text), "utf-8")


def updated(root: Path, *, tests: bool = False, keep: bool = False) -> Result:
    return update(root, list(providers(root)), DATE, tests=tests, keep=keep)


def copied(made: Path, to: Path) -> Path:
    """A copy of a generated project, committed as it stands there."""
    shutil.copytree(made, to)
    address(to)
    commit(to)
    return to


def documented() -> Json:
    """The small spec with other words in it."""
    return changed(lambda spec: operation(spec).update(description="Names are in lower case."))


def made(root: Path) -> Path:
    """A generated project whose types have been checked once, so that they are checked soon again."""
    project(root)
    assert main(["generate", "--root", str(root), "--pages", str(root / "pages")]) == 0
    address(root)
    for spec in (documented(), small_project.SPEC):
        publish(root, spec)
        assert updated(root).error == ""
    return root
