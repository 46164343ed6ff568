"""`update [KEY...]`: its options, its report on the terminal and in files, its exit code."""

import argparse
import signal
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from .._errors import PipelineError
from ..folders import Provider, providers
from .result import Code


def options(parser: argparse.ArgumentParser) -> None:
    codes = ", ".join(f"{code.value} {code.words}" for code in Code)
    parser.epilog = f"Exit codes: {codes}."
    parser.add_argument("keys", nargs="*", metavar="KEY", help="a provider or service; without any, all of them")
    parser.add_argument("--report", type=Path, metavar="DIR", help="also write report.json and report.md there")
    parser.add_argument("--no-tests", action="store_true", help="leave out the tests")
    parser.add_argument("--keep", action="store_true", help="update the tree also where the wrapper no longer fits")


def run(given: argparse.Namespace) -> int:
    from . import report  # noqa: PLC0415
    from .run import update  # noqa: PLC0415

    # SIGTERM acts as Ctrl-C does: the update removes its copy, and puts back what it may have replaced.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    root: Path = given.root.resolve()
    found = _chosen(list(providers(root)), given.keys)
    if given.report:
        report.prepare(given.report)
    day = datetime.now(UTC).date().isoformat()
    result = update(root, found, day, tests=not given.no_tests, keep=given.keep)
    sys.stdout.write(report.as_markdown(result))
    if given.report:
        report.write(result, given.report)
    return result.code


def _chosen(found: Sequence[Provider], keys: Sequence[str]) -> list[Provider]:
    known = [provider.key for provider in found]
    for key in keys:
        if key not in known:
            raise PipelineError(f"no provider {key!r} in specs/; there are {', '.join(known)}")
    return [provider for provider in found if not keys or provider.key in keys]
