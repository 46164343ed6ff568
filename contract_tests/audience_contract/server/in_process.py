"""Judging an ASGI application in the process of a test: no port, no thread."""

import asyncio
import http.client
import io
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import unquote, urlsplit

import uvicorn
from rich.console import Console
from uvicorn.lifespan.on import LifespanOn

from .. import reports
from ..messages import Request, Response
from ..report import Report, Verdict
from ..spec import load
from .courier import Options
from .run import run
from .send import Sender
from .target import Target


@dataclass(frozen=True)
class AppSender(Sender):
    """Asks an application; an exception in it is a 500, as a server makes of it."""

    app: Any = None
    runner: asyncio.Runner = field(default_factory=asyncio.Runner)

    def _exchange(self, connection: http.client.HTTPConnection, request: Request, _body: bytes) -> Response:  # noqa: ARG002
        return self.runner.run(asyncio.wait_for(self._answer(request, _body), self.timeout))

    async def _answer(self, request: Request, body: bytes) -> Response:
        path, _, query = request.target.removeprefix(f"http://{urlsplit(self.url).netloc}").partition("?")
        scope = {
            "type": "http",
            "asgi": {"version": "3.0", "spec_version": "2.3"},
            "http_version": "1.1",
            "method": request.method,
            "scheme": "http",
            "path": unquote(path),
            "raw_path": path.encode("latin-1"),
            "query_string": query.encode("latin-1"),
            "root_path": "",
            "headers": [(name.lower().encode("latin-1"), text.encode("latin-1")) for name, text in request.headers],
            "client": ("127.0.0.1", 1),
            "server": (urlsplit(self.url).hostname, 80),
        }
        asked = [{"type": "http.request", "body": body, "more_body": False}]
        told: list[dict[str, Any]] = []

        async def receive() -> dict[str, Any]:
            return asked.pop() if asked else {"type": "http.disconnect"}

        async def send(message: dict[str, Any]) -> None:
            told.append(message)

        try:
            await self.app(scope, receive, send)
        except Exception as error:
            if not told:
                return Response(500, (("content-type", "text/plain"),), type(error).__name__.encode())
            raise http.client.HTTPException from error
        if not told:
            raise http.client.HTTPException
        fields = ((name.decode("latin-1"), text.decode("latin-1")) for name, text in told[0].get("headers", ()))
        content = b"" if request.method == "HEAD" else b"".join(each.get("body", b"") for each in told[1:])
        return Response(told[0]["status"], tuple(fields), content)


def judge(
    app: Any,
    provider: str,
    *,
    base_path: str | None = None,
    options: Options | None = None,
    environment: Mapping[str, str] = os.environ,
) -> Report:
    """Judge an ASGI application: what is found, where the contract is kept; else AssertionError, with the report.

    Its paths begin with `base_path`, that of the provider's own server if none is given. Credentials come from
    `environment`, as for the command `server`.
    """
    base = load(provider).default_base if base_path is None else base_path
    target = Target.of(provider, f"http://app.invalid{base}", environment)
    options = replace(options or Options(), jobs=1)
    with asyncio.Runner() as runner, _alive(app, runner):
        report = run(target, options, sender=AppSender(target.url, options.timeout, app=app, runner=runner))
    if report.verdict is not Verdict.KEPT:
        text = io.StringIO()
        reports.terminal(report, Console(file=text, width=120))
        raise AssertionError(text.getvalue())
    return report


@contextmanager
def _alive(app: Any, runner: asyncio.Runner) -> Iterator[None]:
    """The application started, where it wants to be, and ended."""
    lifespan = LifespanOn(uvicorn.Config(app, log_config=None))
    runner.run(lifespan.startup())
    if lifespan.should_exit:
        raise RuntimeError("the application did not start")
    try:
        yield
    finally:
        runner.run(lifespan.shutdown())
