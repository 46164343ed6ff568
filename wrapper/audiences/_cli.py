"""The entry of the command `audiences`, which needs the extra `cli`."""

import sys


def main() -> None:
    try:
        from ._command import app  # noqa: PLC0415  # the extra may be missing
    except ImportError as error:
        sys.exit(f"audiences: {error.name} is missing; install the extra: pip install 'audiences[cli]'")
    app()
