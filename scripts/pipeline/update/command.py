"""`update [KEY...]`: its report on the terminal and in files, its exit code."""

import argparse
import signal
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from .._errors import PipelineError
from ..folders import Provider, providers


def run(given: argparse.Namespace) -> int:
    from . import report  # noqa: PLC0415
    from .run import update  # noqa: PLC0415

    # SIGTERM acts as Ctrl-C does: the update removes its copy, and puts back what it may have replaced.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    root: Path = given.root.resolve()
    found = _chosen(list(providers(root)), given.keys)
    if given.report:
        report.prepare(given.report)
    result = update(root, found, datetime.now(UTC).date().isoformat(), tests=not given.no_tests, keep=given.keep)
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
