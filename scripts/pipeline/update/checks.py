"""The checks that an updated tree has to pass, each in a process of its own: import, types, the tests."""

import re
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import TextIO

from .. import python
from .._errors import PipelineError
from .result import Check, Result

_WRAPPER = "import audiences, audiences.aio"
# These tests update and lay out projects of their own, so they do not depend on the specs of this one.
_LEFT_OUT = ("test_update", "test_fourth")
# Without tracebacks, because Python 3.11 may fail to parse the source that they show, and pytest then ends all tests.
# With less time for a test: where the wrapper does not fit, some wait in vain for the request that it would have sent.
_OPTIONS = ("-v", "-rfE", "--tb=no", "--timeout=60", "-p", "no:cacheprovider", "--continue-on-collection-errors")
_TOGETHER = ("--dist", "loadfile", "--no-loadscope-reorder", "-n")


def imported(copy: Path) -> Check:
    return _check("wrapper can be imported", _run(copy, "-c", _WRAPPER))


def types(copy: Path, cache: Path) -> Check:
    ran = _run(copy, "-m", "mypy", "--no-error-summary", "--cache-dir", str(cache), "wrapper")
    return _check("types (mypy)", ran, [line for line in ran.stdout.splitlines() if ": error:" in line])


def tests(copy: Path, result: Result, log: Path) -> None:
    """Run the suite, and put into the result which tests fail, also if the run is ended early; `log` is its output.

    Tests that state what the old page said fail apart from the others.
    """
    found = sorted((copy / "contract_tests").glob("test_*.py"))
    files = [f"contract_tests/{file.name}" for file in found if not file.name.startswith(_LEFT_OUT)]
    of_pages = [f"contract_tests/{file.name}" for file in found if "pytest.mark.page" in file.read_text("utf-8")]
    _pytest(copy, of_pages, "page", log)
    result.outdated = _failures(copy, log)
    name = "tests, as far as they ran"
    try:
        _pytest(copy, files, "not page and not long", log, *_TOGETHER, str(min(3, len(files))))
        name = "tests"
    finally:
        result.checks.append(Check(name, _failures(copy, log)))


def importing(copy: Path) -> Check:
    """The check of the suite where the wrapper cannot be imported. It names the files that import it; where conftest.py
    does, no test can run.
    """
    files = sorted((copy / "contract_tests").glob("*.py"))
    found = (file.name for file in files if re.search(r"^ *(import|from) audiences\b", file.read_text("utf-8"), re.M))
    return Check("tests", tuple(f"contract_tests/{name} imports the wrapper" for name in found))


def _pytest(copy: Path, files: Sequence[str], marker: str, log: Path, *options: str) -> None:
    with log.open("w", encoding="utf-8") as output:
        ran = _run(copy, "-m", "pytest", *_OPTIONS, *options, "-m", marker, *files, output=output)
    if ran.returncode not in (0, 1, 5):
        raise PipelineError(f"pytest ends with {ran.returncode}: {python.last(ran.stderr, log.read_text('utf-8'))}")


def _failures(copy: Path, log: Path) -> tuple[str, ...]:
    """Each test that fails, with its reason; while the tests still run, by name alone."""
    said = log.read_text("utf-8").replace(f"{copy}/", "")
    named = r"^(?:FAILED|ERROR) (.+)$", r"^\[gw\d+\] \[ *\d+%\] FAILED (.+?) *$"
    return max((tuple(re.findall(each, said, re.M)) for each in named), key=len)


def _check(name: str, ran: python.Ran, said: Sequence[str] = ()) -> Check:
    return Check(name, () if ran.returncode in (0, 5) else tuple(said) or (python.last(ran.stderr, ran.stdout),))


def _run(copy: Path, *arguments: str, output: TextIO | int = subprocess.PIPE) -> python.Ran:
    roots = [copy / folder for folder in ("wrapper", "generated", "contract_tests", "scripts")]
    ran = python.run(*arguments, roots=roots, output=output, cwd=copy)
    # Paths are relative, so that a report says the same wherever the tree is.
    ran.stdout, ran.stderr = ((said or "").replace(f"{copy}/", "") for said in (ran.stdout, ran.stderr))
    return ran
