"""Judging an ASGI application within a test: a thread of the test's process serves it on a loopback port."""

import io
import os
from collections.abc import Mapping
from typing import Any

from rich.console import Console

from .. import reports
from ..mock.server import Serving
from ..report import Report, Verdict
from ..spec import load
from .limits import Options
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
    """Judge an ASGI application, and return the report if the contract was kept.

    A thread of this process serves the application on a loopback port, and starts and ends its lifespan. The
    application's paths begin with `base_path`; if none is given, with that of the provider's own server. Credentials
    come from `environment`, as for the command `server`.

    Raises AssertionError, with the report as its text, if the contract was not kept.
    """
    base = load(provider).default_base if base_path is None else base_path
    with Serving(app) as server:
        report = run(Target.of(provider, f"{server.url}{base}", environment), options)
    if report.verdict is not Verdict.KEPT:
        text = io.StringIO()
        reports.terminal(report, Console(file=text, width=120))
        raise AssertionError(text.getvalue())
    return report
