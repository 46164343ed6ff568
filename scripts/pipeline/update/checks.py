"""The checks that an updated tree has to pass, each in a process of its own: import, types, the tests."""

import re
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from .. import python
from .._errors import PipelineError
from .result import Check

_SECONDS = 3600
_WRAPPER = "import audiences, audiences.aio"
# These tests update and lay out projects of their own, so they do not depend on the specs of this one.
_LEFT_OUT = ("test_update", "test_fourth")
_OPTIONS = ("-q", "-rfE", "-p", "no:cacheprovider")
_TOGETHER = ("--dist", "loadfile", "--no-loadscope-reorder", "-n")


def imported(copy: Path) -> Check:
    return _check("wrapper can be imported", _run(copy, "-c", _WRAPPER))


def types(copy: Path, cache: Path) -> Check:
    ran = _run(copy, "-m", "mypy", "--no-error-summary", "--cache-dir", str(cache), "wrapper")
    return _check("types (mypy)", ran, [line for line in ran.stdout.splitlines() if ": error:" in line])


def tests(copy: Path) -> tuple[Check, tuple[str, ...]]:
    """The check of the suite; and the tests that fail because they state what the old page said."""
    found = sorted((copy / "contract_tests").glob("test_*.py"))
    files = [f"contract_tests/{file.name}" for file in found if not file.name.startswith(_LEFT_OUT)]
    if not files:
        return Check("tests: there are none"), ()
    print("running the test suite on the updated copy; that takes minutes", file=sys.stderr)
    ran = _pytest(copy, files, "not page and not long", *_TOGETHER, str(min(3, len(files))))
    of_pages = [f"contract_tests/{file.name}" for file in found if "pytest.mark.page" in file.read_text("utf-8")]
    outdated = _pytest(copy, of_pages or files, "page")
    return _check("tests", ran, _failures(ran)), _failures(outdated)


def importing(copy: Path) -> Check:
    """The check of the suite where the wrapper cannot be imported. It names the files that import it; where conftest.py
    does, no test can run.
    """
    imports = re.compile(r"^ *(import|from) audiences\b", re.M)
    files = [file for file in (copy / "contract_tests").glob("*.py") if imports.search(file.read_text("utf-8"))]
    return Check("tests", tuple(f"contract_tests/{file.name} imports the wrapper" for file in sorted(files)))


def _pytest(copy: Path, files: Sequence[str], marker: str, *options: str) -> python.Ran:
    ran = _run(copy, "-m", "pytest", *_OPTIONS, *options, "-m", marker, *files)
    if ran.returncode not in (0, 1, 5):
        raise PipelineError(f"pytest ends with {ran.returncode}: {python.last(ran.stderr, ran.stdout)}")
    return ran


def _failures(ran: python.Ran) -> tuple[str, ...]:
    return tuple(re.findall(r"^(?:FAILED|ERROR) (.+)$", ran.stdout, re.M))


def _check(name: str, ran: python.Ran, said: Sequence[str] = ()) -> Check:
    return Check(name, () if ran.returncode in (0, 5) else tuple(said) or (python.last(ran.stderr, ran.stdout),))


def _run(copy: Path, *arguments: str) -> python.Ran:
    roots = ("wrapper", "generated", "contract_tests", "scripts")
    try:
        ran = python.run(*arguments, roots=(copy / folder for folder in roots), cwd=copy, seconds=_SECONDS)
    except subprocess.TimeoutExpired as error:
        raise PipelineError(f"{' '.join(arguments[:2])} is not done after {_SECONDS} s") from error
    # Paths are relative, so that a report says the same wherever the tree is.
    ran.stdout, ran.stderr = (said.replace(f"{copy}/", "") for said in (ran.stdout, ran.stderr))
    return ran
