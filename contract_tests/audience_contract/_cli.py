"""The entry of the command `audience-contract`, which needs the extra `contract`."""

import sys


def main() -> None:
    try:
        from ._command import app  # noqa: PLC0415  # the extra may be missing

        app()
    except ImportError as error:
        sys.exit(f"audience-contract: {error.name} is missing; install the extra: pip install 'audiences[contract]'")
