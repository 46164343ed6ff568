"""Processes that tests start: each has an end, whatever becomes of the test, or of the whole run.

Nothing else in the tests starts one. Output is text, unless `text=False` is given.
"""

import atexit
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from functools import cache
from pathlib import Path
from typing import Any

Process = subprocess.Popen[str]
Ended = subprocess.CompletedProcess[str]
PIPE, STDOUT, DEVNULL = subprocess.PIPE, subprocess.STDOUT, subprocess.DEVNULL
SECONDS = 120.0
# Kills the groups that are left when this process has gone, however it went: then its standard input ends.
_WATCHER = """
import os, signal, sys
groups = set()
for line in sys.stdin:
    (groups.add if line[0] == "+" else groups.discard)(int(line[1:]))
for group in groups:
    try:
        os.killpg(group, signal.SIGKILL)
    except ProcessLookupError:
        pass
"""


@contextmanager
def started(command: Sequence[str | Path], *, seconds: float = SECONDS, **options: Any) -> Iterator[Process]:
    """A process that is killed in the end, with all that it started, and after `seconds` at the latest.

    So whatever waits for it, or for its output, ends too; then TimeoutError is raised. `options` are those of Popen.
    """
    pipe = _watcher(os.getpid()).stdin  # of this process: after a fork, the parent's is none of the child's
    assert pipe
    late = threading.Event()

    def end() -> None:
        late.set()
        _kill(process.pid)

    with subprocess.Popen(command, start_new_session=True, **{"text": True, **options}) as process:
        pipe.write(f"+{process.pid}\n")
        timer = threading.Timer(seconds, end)
        timer.daemon = True
        timer.start()
        try:
            yield process
        finally:
            timer.cancel()
            _kill(process.pid)
            pipe.write(f"-{process.pid}\n")
    if late.is_set():
        raise TimeoutError(f"killed after {seconds:.0f} s: {command}")


def run(command: Sequence[str | Path], *, given: str | None = None, check: bool = False, **options: Any) -> Ended:
    """What a process comes to, its output captured; `given` is its standard input. `options` are those of `started`.

    Raises CalledProcessError for another exit code than 0, if `check`.
    """
    pipes = {"stdin": DEVNULL if given is None else PIPE, "stdout": PIPE, "stderr": PIPE}
    with started(command, **{**pipes, **options}) as process:
        out, error = process.communicate(given)
    ended = subprocess.CompletedProcess(process.args, process.returncode, out, error)
    if check:
        ended.check_returncode()
    return ended


def _kill(group: int) -> None:
    with suppress(ProcessLookupError):
        os.killpg(group, signal.SIGKILL)


@cache
def _watcher(_: int) -> Process:
    command = [sys.executable, "-I", "-S", "-c", _WATCHER]
    found = subprocess.Popen(
        command, stdin=PIPE, stdout=DEVNULL, stderr=DEVNULL, text=True, bufsize=1, start_new_session=True
    )
    atexit.register(found.communicate)
    return found
