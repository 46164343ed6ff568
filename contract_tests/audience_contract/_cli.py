"""The entry of the command `audience-contract`, which needs the extra `contract`."""

import sys
import traceback


def main() -> None:
    try:
        from ._command import app  # noqa: PLC0415  # the extra may be missing

        app()
    except ImportError as error:
        sys.exit(f"audience-contract: {error.name} is missing; install the extra: pip install 'audiences[contract]'")
    except Exception:  # noqa: BLE001 - Python would exit with 1, which says that the contract was violated
        traceback.print_exc()
        sys.exit(2)
