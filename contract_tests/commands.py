"""Our two commands, called within the process of the test: a start is mostly imports.

Of what Python does before a command begins, and of what a signal does, this shows nothing; the tests of streams and
signals start a process.
"""

import gc
import os
import signal
import sys
import warnings
from contextlib import redirect_stderr, redirect_stdout
from functools import cache
from importlib import import_module
from io import BytesIO, TextIOWrapper
from unittest.mock import patch

import typer.main

import processes

# Typer makes a command of its functions anew at each call, which takes longer than most of what is run here.
_MADE = cache(typer.main.get_command)


def run(package: str, *arguments: str, **environment: str) -> processes.Ended:
    """What the command of a package comes to, with more in the environment."""
    out, error = TextIOWrapper(BytesIO(), "utf-8"), TextIOWrapper(BytesIO(), "utf-8")
    name = package.replace("_", "-")
    handlers = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
    gc.freeze()  # so that each search from here on is for what the command leaves, and what comes after it
    with (
        open(os.devnull) as nothing,
        redirect_stdout(out),
        redirect_stderr(error),
        patch.dict(os.environ, environment),
        patch.object(sys, "argv", [name, *arguments]),
        patch.object(sys, "stdin", nothing),
        patch.object(typer.main, "get_command", _MADE),
        warnings.catch_warnings(action="ignore", category=ResourceWarning),  # what a process leaves open ends with it
    ):
        code: object = None
        try:
            import_module(f"{package}._cli").main()
        except SystemExit as ended:
            code = ended.code or 0
        finally:
            for number, handler in handlers.items():
                signal.signal(number, handler)
            gc.collect()
    assert isinstance(code, int)
    for stream in (out, error):
        stream.seek(0)
    return processes.Ended([name, *arguments], code, out.read(), error.read())
