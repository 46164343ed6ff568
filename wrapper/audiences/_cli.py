"""The entry point of the command `audiences`, which needs the extra `cli`."""

import sys
from io import StringIO
from pathlib import Path
from traceback import extract_tb

from ._terminal import note, say, visible


def main() -> None:
    try:
        from ._command import app  # noqa: PLC0415  # the extra may be missing
    except ImportError as error:
        note(f"audiences: the package {error.name} is missing: install audiences with its extra cli")
        sys.exit(2)
    except KeyboardInterrupt:
        sys.exit(130)
    try:
        code = app(standalone_mode=False)
    except SystemExit:
        code = 0  # typer's, where the reader of a pipe has not waited for the help
    except Exception as error:  # noqa: BLE001  # its text and its traceback may hold secrets: neither is shown
        frames = extract_tb(error.__traceback__)
        code = 5
        if show := getattr(error, "show", None):  # typer's own, of wrong usage; by version, it has a click of its own
            show(text := StringIO())
            say("\n".join(map(visible, text.getvalue().expandtabs(4).splitlines())), "stderr")
            code = getattr(error, "exit_code", 2)
        elif isinstance(error, OSError | RuntimeError) and "command" not in (each.name for each in frames):
            # No command has begun: a standard stream is closed, or full.
            note(f"audiences: nothing was sent: {getattr(error, 'strerror', None) or 'a standard stream is closed'}")
            code = 2
        else:
            where = f"{Path(frames[-1].filename).name}, line {frames[-1].lineno}"
            note(f"audiences: internal error: {type(error).__name__} in {where}; what was sent is unknown")
    sys.exit(code)
