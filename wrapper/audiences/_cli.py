"""The entry of the command `audiences`, which needs the extra `cli`."""

import sys
from pathlib import Path
from traceback import extract_tb


def main() -> None:
    try:
        from ._command import app  # noqa: PLC0415  # the extra may be missing
    except ImportError as error:
        sys.exit(f"audiences: {error.name} is missing; install the extra: pip install 'audiences[cli]'")
    try:
        app()
    except Exception as error:  # noqa: BLE001  # its text, and the lines of a traceback, may hold anything
        at = extract_tb(error.__traceback__)[-1]
        where = f"{Path(at.filename).name}, line {at.lineno}"
        print(
            f"audiences: internal error: {type(error).__name__} in {where}; what was sent is unknown", file=sys.stderr
        )
        sys.exit(5)
