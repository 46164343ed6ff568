"""Judging an ASGI application, served on a loopback port in a thread of a test's process."""

import io
import os
from collections.abc import Mapping
from typing import Any

from rich.console import Console

from .. import reports
from ..mock.server import Serving
from ..report import Report, Verdict
from ..spec import load
from .courier import Options
from .run import run
from .target import Target


def judge(
    app: Any,
    provider: str,
    *,
    base_path: str | None = None,
    options: Options | None = None,
    environment: Mapping[str, str] = os.environ,
) -> Report:
    """Judge an ASGI application: the report, if the contract was kept; else AssertionError, with the report.

    It is served on a loopback port, in a thread of this process, which also starts and ends its lifespan.

    Its paths begin with `base_path`, that of the provider's own server if none is given. Credentials come from
    `environment`, as for the command `server`.
    """
    base = load(provider).default_base if base_path is None else base_path
    with Serving(app) as server:
        report = run(Target.of(provider, f"{server.url}{base}", environment), options)
    if report.verdict is not Verdict.KEPT:
        text = io.StringIO()
        reports.terminal(report, Console(file=text, width=120))
        raise AssertionError(text.getvalue())
    return report
