"""The entry point of the command `audiences`. It is no part of the package, whose import takes a moment: a Ctrl-C in
that moment ends the command, too, without a traceback.
"""

import sys


def main() -> None:
    try:
        from audiences._cli import main as run  # noqa: PLC0415  # see above

        run()
    except KeyboardInterrupt:
        sys.exit(130)
