"""The entry point of the command `audience-contract`."""

import sys
import traceback

from ._streams import stand_in


def main() -> None:
    """Run the command; exit with 2 where the program itself fails."""
    stand_in()
    try:
        from ._command import app  # noqa: PLC0415  # a package may be missing

        app()
    except ImportError as error:
        sys.stderr.write(
            f"audience-contract: the package {error.name} is missing: install this again, with its dependencies\n"
        )
        sys.exit(2)
    except KeyboardInterrupt:
        sys.exit(130)
    except Exception as error:  # noqa: BLE001 - Python would exit with 1, which says that the contract was violated
        # Not the exception's text: it may quote a message, and so hold a secret or personal data.
        traceback.print_tb(error.__traceback__)
        sys.stderr.write(f"audience-contract: internal error: {type(error).__name__}\n")
        sys.exit(2)
