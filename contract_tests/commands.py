"""Our two commands, each in a process of its own, forked from one that has imported them: a start is mostly imports.

Of what Python does before a command begins this shows nothing; the tests of streams and signals start it whole.
"""

import os
import sys
from importlib import import_module
from multiprocessing import get_context
from pathlib import Path
from tempfile import TemporaryDirectory

import processes

_FORKED = get_context("forkserver")
_FORKED.set_forkserver_preload(["audiences._command", "audience_contract._command", "typer.rich_utils"])
_SECONDS = 60


def run(package: str, arguments: list[str], environment: dict[str, str], folder: Path | None = None) -> processes.Ended:
    """What the command of a package comes to, in that working directory. Raises TimeoutError after a minute."""
    with TemporaryDirectory() as outputs:
        files = [f"{outputs}/standard-output", f"{outputs}/standard-error"]
        process = _FORKED.Process(target=_command, args=(package, arguments, environment, folder, files), daemon=True)
        process.start()
        process.join(_SECONDS)
        if process.exitcode is None:
            process.kill()
            raise TimeoutError(f"killed after {_SECONDS} s: {arguments}")
        return processes.Ended(arguments, process.exitcode, *(Path(file).read_text() for file in files))


def _command(
    package: str, arguments: list[str], environment: dict[str, str], folder: Path | None, files: list[str]
) -> None:
    for number, file in enumerate(files, 1):
        os.dup2(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_TRUNC), number)
    os.environ.clear()
    os.environ.update(environment)
    os.chdir(folder or os.curdir)
    sys.argv = [package.replace("_", "-"), *arguments]
    import_module(f"{package}._cli").main()
