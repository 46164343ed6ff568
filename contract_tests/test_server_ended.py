"""Runs that somebody else ends, or would never end: an interrupt, a server that is stopped, and endless answers."""

import asyncio
import os
import signal
import sys

import pytest
from starlette.types import ASGIApp, Receive, Scope, Send

import processes
from audience_contract.mock import MockServer
from audience_contract.server import run
from judged import CLIENT, AtRequest, judge, target
from long import long

_COMMAND = [sys.executable, "-c", "from audience_contract._cli import main; main()", "server", "adobe_ims", "--url"]


@pytest.mark.parametrize(("number", "stop"), [long(60, signal.SIGHUP), (122, signal.SIGINT)])
def test_an_interrupt_ends_the_run_in_every_phase_and_it_is_not_green(number: int, stop: signal.Signals) -> None:
    started: list[processes.Process] = []
    seen = 0

    def interrupting(app: ASGIApp) -> ASGIApp:
        async def around(scope: Scope, receive: Receive, send: Send) -> None:
            nonlocal seen
            seen += scope["type"] == "http"
            if seen == number:
                started[0].send_signal(stop)
            await app(scope, receive, send)

        return around

    with MockServer(middleware=interrupting) as server:
        environment = {**os.environ, **server.environment(), **CLIENT}
        command = [*_COMMAND, server.base_url("adobe_ims")]
        with processes.started(command, env=environment, stdout=processes.PIPE) as process:
            started.append(process)
            shown, _ = process.communicate()
    assert process.returncode == 2
    assert "interrupted" in shown
    assert number <= seen < number + 30


def test_an_answer_that_comes_byte_by_byte_is_late() -> None:
    def dripping(_: ASGIApp) -> ASGIApp:
        async def app(scope: Scope, receive: Receive, send: Send) -> None:  # noqa: ARG001
            await send({"type": "http.response.start", "status": 202, "headers": [(b"content-length", b"1000")]})
            for _ in range(1000):
                await send({"type": "http.response.body", "body": b" ", "more_body": True})
                await asyncio.sleep(0.05)

        return app

    report = judge(MockServer(middleware=dripping), "batch", timeout=0.3)
    assert {finding.rule for finding in report.findings} == {"response.time"}


@pytest.mark.parametrize("number", [60, 130])
def test_a_server_that_is_gone_before_the_end_is_a_violation_with_what_it_was_sent_last(number: int) -> None:
    with MockServer() as server:
        report = run(target(server, "adobe_ims"), watcher=AtRequest(number, lambda: server.__exit__(None, None, None)))
    assert [found.message[:11] for found in report.counted] == ["gone after "]
    assert number <= report.requests < number + 12
    assert report.unfinished
