"""From specs to clients, and from pages to specs."""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from ._errors import PipelineError
from .rooms import ROOT


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m pipeline", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    for name, said in (
        ("generate", "write what follows from specs/"),
        ("drift", "only compare generated/ with specs/"),
        ("update", "fetch the pages, and bring the tree to what they say today"),
    ):
        command = commands.add_parser(name, help=said)
        command.add_argument("--root", type=Path, default=ROOT, help=argparse.SUPPRESS)
        if name == "update":
            from .update.command import options as of_update  # noqa: PLC0415

            of_update(command)
        else:
            command.add_argument(
                "--pages", type=Path, metavar="DIR", help="take spec and samples from these pages first"
            )
    options = parser.parse_args(arguments)
    try:
        from .update.stage import recover  # noqa: PLC0415

        if recover(options.root.resolve()):
            print("an update was interrupted: what it had replaced is put back", file=sys.stderr)
        # Each imports what it needs: the client generator alone takes longer to import than a page to compare.
        if options.command == "update":
            from .update import command as update  # noqa: PLC0415

            return update.run(options)
        from . import generate  # noqa: PLC0415

        return generate.run(options.root, options.pages, only_compare=options.command == "drift")
    except PipelineError as error:
        print(f"error: {error}", file=sys.stderr)
        return 1


if __name__ == "__main__":
    sys.exit(main())
