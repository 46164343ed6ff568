"""`python -m pipeline generate [--pages DIR]` writes what follows from `specs`; `drift` only compares."""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from . import tree, vendor
from ._errors import PipelineError
from .rooms import ROOT, providers


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m pipeline", description=__doc__)
    parser.add_argument("command", choices=["generate", "drift"])
    parser.add_argument("--pages", type=Path, metavar="DIR", help="take spec and samples from the pages in DIR first")
    parser.add_argument("--root", type=Path, default=ROOT, help=argparse.SUPPRESS)
    options = parser.parse_args(arguments)
    try:
        return _run(options.root, options.pages, only_compare=options.command == "drift")
    except PipelineError as error:
        print(f"error: {error}", file=sys.stderr)
        return 1


def _run(root: Path, pages: Path | None, *, only_compare: bool) -> int:
    found = list(providers(root))
    if pages:
        vendored = {path: data for provider in found for path, data in vendor.extract(provider, pages).items()}
        wrong = tree.changes(vendored)
        _report(root, wrong, "in the vendored files")
        if only_compare and wrong:
            return 1
        tree.write(root, vendored, wrong)
    files = tree.expected(root, found)
    wrong = tree.differences(root, files)
    _report(root, wrong, "between specs and generated")
    if only_compare:
        return 1 if wrong else 0
    tree.write(root, files, wrong)
    return 0


def _report(root: Path, wrong: dict[Path, str], where: str) -> None:
    for path, why in wrong.items():
        print(f"{why}: {path.relative_to(root)}")
    print(f"{len(wrong) or 'no'} difference{'s' if len(wrong) != 1 else ''} {where}")


if __name__ == "__main__":
    sys.exit(main())
