"""`python -m pipeline generate [--pages DIR]` writes what follows from `specs`; `drift` only compares.

`deviations` writes only the lists of where a provider's documents contradict each other. `provider NAME --page FILE`
lays out the rooms of a new provider.
"""

import argparse
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from . import registry, tree, vendor
from ._errors import PipelineError
from .deviations import report
from .newcomer import layout
from .rooms import ROOT, providers


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m pipeline", description=__doc__)
    parser.add_argument("command", choices=["generate", "drift", "deviations", "provider"])
    parser.add_argument("name", nargs="?", default="", help="of a new provider's class, such as Acme")
    parser.add_argument("--page", type=Path, metavar="FILE", help="the new provider's page, with an OpenAPI document")
    parser.add_argument("--address", default="not recorded", help="where the page was found")
    parser.add_argument("--pages", type=Path, metavar="DIR", help="take spec and samples from the pages in DIR first")
    parser.add_argument("--root", type=Path, default=ROOT, help=argparse.SUPPRESS)
    options = parser.parse_args(arguments)
    try:
        if options.command == "deviations":
            return _documents(options.root, report.files(list(providers(options.root))), only_compare=False)
        if options.command == "provider":
            return _provider(options.root, options.name, options.page, options.address)
        return _run(options.root, options.pages, only_compare=options.command == "drift")
    except PipelineError as error:
        print(f"error: {error}", file=sys.stderr)
        return 1


def _provider(root: Path, name: str, page: Path | None, address: str) -> int:
    if page is None:
        raise PipelineError("--page: name the file that the provider's page is in")
    for path in layout.lay_out(root, name, page, address):
        print(f"to be filled in: {path.relative_to(root)}")
    print("then: make generate, make check")
    return 0


def _run(root: Path, pages: Path | None, *, only_compare: bool) -> int:
    found = list(providers(root))
    if pages:
        paged = [provider for provider in found if vendor.has_pages(provider, pages)]
        if not paged:
            raise PipelineError(f"{pages}: none of the pages that the SOURCE.toml files name is there")
        vendored = {path: data for provider in paged for path, data in vendor.extract(provider, pages).items()}
        if _bring_in_line(root, vendored, tree.changes(vendored), "vendored", only_compare=only_compare):
            return 1
    files = tree.expected(root, found)
    if _bring_in_line(root, files, tree.differences(root, files), "generated", only_compare=only_compare):
        return 1
    if root != ROOT:  # elsewhere the adapters are not the ones that are imported here
        return 0
    # The adapters are read by a new process, after their clients are written.
    documents = report.files(found) | registry.readme(root, table=_table())
    return _documents(root, documents, only_compare=only_compare)


def _documents(root: Path, files: dict[Path, bytes], *, only_compare: bool) -> int:
    return _bring_in_line(root, files, tree.changes(files), "documented", only_compare=only_compare)


def _table() -> str:
    command = [sys.executable, "-m", f"{__package__}.table"]
    path = os.pathsep.join(filter(None, [str(ROOT / "scripts"), os.environ.get("PYTHONPATH")]))
    environment = {**os.environ, "PYTHONPATH": path, "PYTHONUTF8": "1"}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, encoding="utf-8", check=False)
    if done.returncode != 0:
        last = (done.stderr.strip().splitlines() or ["no output"])[-1]
        raise PipelineError(f"wrapper/audiences/providers: the README's table cannot be made: {last}")
    return done.stdout


def _bring_in_line(
    root: Path, files: dict[Path, bytes], wrong: dict[Path, str], kind: str, *, only_compare: bool
) -> int:
    """Report what differs, and write it unless only comparing; then 1 for any difference."""
    for path, why in wrong.items():
        done = why if only_compare else "removed" if why == "stale" else "wrote"
        print(f"{done}: {path.relative_to(root)}")
    if not wrong:
        print(f"nothing {kind} differs")
    if only_compare:
        return 1 if wrong else 0
    tree.write(root, files, wrong)
    return 0


if __name__ == "__main__":
    sys.exit(main())
