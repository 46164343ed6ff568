"""The command `audiences` in a process of its own, forked from one that has imported it: most of a start is imports.

Of what Python does before a command begins it shows nothing; the tests of streams and signals start it whole.
"""

import os
import runpy
import sys
from multiprocessing import get_context
from pathlib import Path

import processes

_FORKED = get_context("forkserver")
_FORKED.set_forkserver_preload(["audiences._command", "typer.rich_utils"])
_SECONDS = 60


def run(arguments: list[str], environment: dict[str, str], folder: Path) -> processes.Ended:
    """What the command comes to. Raises TimeoutError after a minute. `folder` is for the files that have its output."""
    files = [str(folder / name) for name in ("standard-output", "standard-error")]
    process = _FORKED.Process(target=_command, args=(arguments, environment, files), daemon=True)
    process.start()
    process.join(_SECONDS)
    if process.exitcode is None:
        process.kill()
        raise TimeoutError(f"killed after {_SECONDS} s: {arguments}")
    return processes.Ended(arguments, process.exitcode, *(Path(file).read_text() for file in files))


def _command(arguments: list[str], environment: dict[str, str], files: list[str]) -> None:
    for number, file in enumerate(files, 1):
        os.dup2(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_TRUNC), number)
    os.environ.clear()
    os.environ.update(environment)
    sys.argv = ["audiences", *arguments]
    runpy.run_module("audiences", run_name="__main__", alter_sys=True)
