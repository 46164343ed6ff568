"""Runs a caller's command beside a server of ours: its environment names the server, and the two end together."""

import os
import signal
import subprocess
from collections.abc import Mapping, Sequence
from contextlib import suppress
from types import FrameType
from typing import NoReturn
from urllib.parse import urlsplit

_LAST_SECONDS = 5.0


def heed_signals() -> None:
    """Have each signal that asks a process to end raise KeyboardInterrupt, with its number; `nohup` is respected."""
    for name in ("SIGINT", "SIGTERM", "SIGHUP"):
        number = getattr(signal, name, None)  # not every system has all of them
        if number and signal.getsignal(number) != signal.SIG_IGN:
            signal.signal(number, _interrupt)


def run(command: Sequence[str], variables: Mapping[str, str | None], url: str) -> int:
    """Run a command with `variables`, None for one that it must not have, beside the server at `url`.

    Returns the exit code, or minus the number of the signal that ended the command. Raises OSError where it cannot be
    started, and KeyboardInterrupt where we are interrupted; then the command gets the same signal, some seconds to end,
    and is killed.
    """
    environment = {**os.environ, **variables}
    for name in ("NO_PROXY", "no_proxy"):
        # A proxy of the environment would not find a server on this machine's loopback interface.
        environment[name] = ",".join(filter(None, (os.environ.get(name), urlsplit(url).hostname)))
    given = {name: value for name, value in environment.items() if value is not None}
    with subprocess.Popen(command, env=given) as process:
        try:
            return process.wait()
        except KeyboardInterrupt as interrupt:
            # A terminal also signals the command; other senders signal this process alone.
            process.send_signal(signal_of(interrupt))
            with suppress(subprocess.TimeoutExpired, KeyboardInterrupt):
                process.wait(_LAST_SECONDS)
            process.kill()
            process.wait()  # after an interrupt, leaving the block no longer waits
            raise


def signal_of(interrupt: KeyboardInterrupt) -> int:
    """The number of the signal that `heed_signals` made an interrupt of; SIGINT for an interrupt of Python's own."""
    return int(interrupt.args[0]) if interrupt.args else signal.SIGINT


def _interrupt(number: int, _: FrameType | None) -> NoReturn:
    raise KeyboardInterrupt(number)
