"""From specs to clients, and from pages to specs."""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from ._errors import PipelineError
from .folders import ROOT
from .markdown import line
from .update.result import Code

_COMMANDS = {
    "generate": "write what follows from specs/",
    "drift": "only compare with specs/ what follows from them",
    "update": "fetch the pages, and bring the tree to what they say today",
    "provider": "lay out the files of a new provider",
    "diff": "compare two OpenAPI documents",
}


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m pipeline", description=__doc__)
    parsers = parser.add_subparsers(dest="command", required=True)
    command = {name: parsers.add_parser(name, help=said) for name, said in _COMMANDS.items()}
    for each in command.values():
        each.add_argument("--root", type=Path, default=ROOT, help=argparse.SUPPRESS)
    for name in ("generate", "drift"):
        command[name].add_argument("--pages", type=Path, metavar="DIR", help="take spec and samples from these first")
    update, provider, diff = (command[name] for name in ("update", "provider", "diff"))
    update.epilog = f"Exit codes: {', '.join(f'{code.value} {code.words}' for code in Code)}."
    update.add_argument("keys", nargs="*", metavar="KEY", help="a provider or service; without any, all of them")
    update.add_argument("--report", type=Path, metavar="DIR", help="also write report.json and report.md there")
    update.add_argument("--no-tests", action="store_true", help="leave out the tests")
    update.add_argument("--keep", action="store_true", help="update the tree also where the wrapper no longer fits")
    provider.add_argument("name", help="of the new provider's class, such as Acme")
    provider.add_argument("--page", type=Path, required=True, help="its page, with an OpenAPI document")
    provider.add_argument("--address", default="not recorded", help="where the page was found")
    used = "an operation that is used, by operationId or 'METHOD /path'; all if none is named"
    provider.add_argument("--operation", dest="operations", action="append", default=[], help=used)
    provider.add_argument("--overlay", type=Path, help="an overlay that decides what stands against the page")
    diff.add_argument("old", type=Path)
    diff.add_argument("new", type=Path)
    try:
        return _run(parser.parse_args(arguments))
    except PipelineError as error:
        print("\n".join(map(line, f"error: {error}".split("\n"))), file=sys.stderr)
        return 1


def _run(options: argparse.Namespace) -> int:
    # Each imports what it needs: the client generator alone takes longer to import than a page to compare.
    if options.command == "diff":
        from .diff.command import run as diff  # noqa: PLC0415

        return diff(options.old, options.new)
    from .update.stage import recover  # noqa: PLC0415

    if recover(options.root.resolve()):
        print("an update was interrupted: what it had replaced is put back", file=sys.stderr)
    if options.command == "update":
        from .update import command as update  # noqa: PLC0415

        return update.run(options)
    if options.command == "provider":
        try:
            from .newcomer import layout  # noqa: PLC0415
        except ImportError as error:
            raise PipelineError(f"the library cannot be imported ({error}); try `make generate` first") from error

        decided = {name: getattr(options, name) for name in ("address", "operations", "overlay")}
        for path in layout.lay_out(options.root, options.name, options.page, **decided):
            print(f"to be filled in: {path.relative_to(options.root)}")
        print("then: make generate, make check")
        return 0
    from . import generate  # noqa: PLC0415

    return generate.run(options.root, options.pages, only_compare=options.command == "drift")


if __name__ == "__main__":
    sys.exit(main())
