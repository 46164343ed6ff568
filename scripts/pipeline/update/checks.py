"""What an updated tree has to pass, in processes of its own: import, types, the quick contract tests."""

import os
import re
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from .._errors import PipelineError
from ..client import IMPORT_ALL
from .result import Check, Code

_SECONDS = 900
_WRAPPER = "import audiences, audiences.aio"
# Clients, samples and mock server; what the whole suite has beside these is about the library's behaviour on the wire.
_TESTS = (
    "test_folders.py",
    "test_generated_clients.py",
    "test_samples.py",
    "test_mock_providers.py",
    "test_schemathesis.py",
)
_OPTIONS = ("-q", "-rfE", "-p", "no:cacheprovider", "-k", "not a_server_that_ignores")


def imports(copy: Path) -> list[Check]:
    """Only what fails is a check's business to tell apart: the clients are ours to generate, the wrapper to adapt."""
    clients = _check("clients can be imported", Code.FAILED, _run(copy, "-c", IMPORT_ALL))
    if clients.said:
        return [clients]
    return [clients, _check("wrapper can be imported", Code.UNFIT, _run(copy, "-c", _WRAPPER))]


def types(copy: Path, cache: Path) -> Check:
    name = "types (mypy)"
    ran = _run(copy, "-m", "mypy", "--no-error-summary", "--cache-dir", str(cache), "wrapper", "generated")
    if ran.returncode not in (0, 1):
        return _check(name, Code.FAILED, ran)
    wrong = [line for line in ran.stdout.splitlines() if ": error:" in line]
    code = Code.FAILED if any(line.startswith("generated") for line in wrong) else Code.UNFIT
    return Check(name, code, tuple(wrong)) if ran.returncode else Check(name, Code.NOTHING)


def tests(copy: Path) -> tuple[Check, tuple[str, ...]]:
    """The quick contract tests; and those that state what the old page said, which an update makes untrue."""
    found = sorted((copy / "contract_tests").glob("test_*.py"))
    files = [f"contract_tests/{file.name}" for file in found if file.name in _TESTS]
    if not files:
        return Check("contract tests: there are none", Code.NOTHING), ()
    ran = _pytest(copy, files, "not page")
    of_pages = [f"contract_tests/{file.name}" for file in found if "pytest.mark.page" in file.read_text("utf-8")]
    outdated = _pytest(copy, of_pages or files, "page")
    return _check("contract tests", Code.UNFIT, ran, _failures(ran)), _failures(outdated)


def _pytest(copy: Path, files: Sequence[str], marker: str) -> "subprocess.CompletedProcess[str]":
    workers = ["-n", "2"] if marker == "not page" and (copy / "contract_tests" / "conftest.py").is_file() else []
    ran = _run(copy, "-m", "pytest", *_OPTIONS, *workers, "-m", marker, *files)
    if ran.returncode not in (0, 1, 5):
        raise PipelineError(f"pytest ends with {ran.returncode}: {_last(ran)}")
    return ran


def _failures(ran: "subprocess.CompletedProcess[str]") -> tuple[str, ...]:
    return tuple(re.findall(r"^(?:FAILED|ERROR) (.+)$", ran.stdout, re.M))


def _check(name: str, code: Code, ran: "subprocess.CompletedProcess[str]", said: Sequence[str] = ()) -> Check:
    if ran.returncode in (0, 5):
        return Check(name, Code.NOTHING)
    return Check(name, code, tuple(said) or (_last(ran),))


def _last(ran: "subprocess.CompletedProcess[str]") -> str:
    lines = (ran.stderr.strip() or ran.stdout.strip()).splitlines()
    return lines[-1] if lines else "no output"


def _run(copy: Path, *arguments: str) -> "subprocess.CompletedProcess[str]":
    roots = ("wrapper", "generated", "contract_tests", "scripts")
    environment = {
        **{name: value for name, value in os.environ.items() if not name.startswith(("PYTEST_", "MYPY"))},
        "PYTHONPATH": os.pathsep.join(str(copy / folder) for folder in roots),
        "PYTHONDONTWRITEBYTECODE": "1",
        "PYTHONUTF8": "1",
        "COLUMNS": "200",
    }
    try:
        ran = subprocess.run(
            [sys.executable, *arguments], cwd=copy, env=environment, capture_output=True,
            text=True, encoding="utf-8", errors="replace", check=False, timeout=_SECONDS,
        )  # fmt: skip
        # A report says the same wherever the tree is.
        ran.stdout, ran.stderr = (said.replace(f"{copy}/", "") for said in (ran.stdout, ran.stderr))
        return ran
    except subprocess.TimeoutExpired as error:
        raise PipelineError(f"{' '.join(arguments[:2])} is not done after {_SECONDS} s") from error
