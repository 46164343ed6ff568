"""What the command `audience-contract server` comes to: its exit code, its last lines, and what it leaves behind."""

import os
import re
import sys
import zlib
from base64 import b64decode
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

import processes
from audience_contract import Response, reports
from audience_contract.mock import MockServer
from audience_contract.report import Report, Verdict
from audience_contract.server import Options, run
from fronts import front
from judged import CLIENT, target
from mistaken import changing
from test_report_terminal import shown

_COMMAND = [sys.executable, "-c", "from audience_contract._cli import main; main()", "server"]


_NO_TYPE = Response(415, (("content-type", "application/json"),), b'{"error": "invalid_request"}')
_ODD_TYPE = changing(
    lambda request: _NO_TYPE if "charset" in "".join(request.values("content-type")).lower() else request
)


def found(server: MockServer, key: str = "adobe_ims", **options: Any) -> Report:
    with server as started:
        return run(target(started, key), Options(**options))


def test_where_only_advice_is_left_the_exit_code_is_0_and_1_when_strict() -> None:
    lenient = found(MockServer(middleware=_ODD_TYPE))
    assert [one.rule for one in lenient.advice] == ["http.type"]
    assert (lenient.verdict.exit_code, replace(lenient, strict=True).verdict.exit_code) == (0, 1)
    assert "; RFC 9110," in " ".join(shown(lenient, 200).split())
    assert found(MockServer(middleware=_ODD_TYPE), strict=True).verdict is Verdict.VIOLATED


def test_a_violation_is_told_by_the_command_that_was_not_finished_and_leaves_nothing_but_its_report(
    tmp_path: Path,
) -> None:
    with MockServer(fault="adobe_ims.success-201") as server:
        environment = {**os.environ, **server.environment(), **CLIENT, "COLUMNS": "80"}
        options = ("--max-requests", "8", "--report", "json=report.json")
        command = [*_COMMAND, "adobe_ims", "--url", server.base_url("adobe_ims"), *options]
        ended = processes.run(command, cwd=tmp_path, env=environment)
    assert ended.returncode == 1
    lines = ended.stdout.splitlines()
    for part in (lines[:40], lines[-24:]):
        assert any(" 201 (" in line for line in part)
    assert any("report: report.json" in line for line in lines[-24:])
    assert any(line.startswith("✗ violated: 1 finding, ") for line in lines[-24:])
    assert [path.name for path in tmp_path.iterdir()] == ["report.json"]


def test_what_was_never_tried_is_named_and_the_exit_code_is_2() -> None:
    report = found(MockServer(), requests=8)
    assert (report.verdict.exit_code, report.findings) == (2, ())
    assert re.fullmatch(r"not tried: \d+ of \d+ rules; first: .+ of create_token", report.unfinished[0])
    assert found(MockServer()).verdict is Verdict.KEPT


def test_an_answer_that_every_valid_request_gets_is_shown_in_full_with_exit_code_2() -> None:
    said = f"<h1>Forbidden</h1>{'<p>-</p>' * 100}CSRF cookie not set."
    forbidden = Response(403, (("content-type", "text/html"),), said.encode())
    report = found(MockServer(middleware=changing(lambda _: forbidden)))
    assert report.verdict.exit_code == 2
    assert "CSRF cookie not set." in re.sub(r"\n +<? ?", "", shown(report))


def test_a_server_that_was_never_there_is_exit_code_2() -> None:
    with MockServer() as server:
        gone = target(server, "adobe_ims")
    report = run(gone, Options())
    assert (report.verdict.exit_code, report.findings) == (2, ())
    assert "Connection refused" in shown(report)


@pytest.mark.parametrize("number", [30, 100])
def test_a_server_that_dies_is_a_violation_with_what_it_was_sent_last(number: int) -> None:
    def end(told: bytes) -> bytes:
        nonlocal number
        number -= 1
        return told if number > 0 else b""

    with MockServer() as server, front(server.base_url("adobe_ims"), end) as url:
        report = run(target(server, "adobe_ims", url), Options())
    assert [one.rule for one in report.counted] == ["response.message"]
    assert (report.verdict.exit_code, report.counted[0].evidence != ()) == (1, True)


def test_the_same_answers_to_the_same_run_make_the_same_file_of_every_form() -> None:
    """The service issues another token to each request, in the order of the requests."""
    first, second = (found(MockServer(fault="adobe_ims.success-201"), run_id="same", requests=60) for _ in range(2))
    varying = rb"mock-[\w-]+|127\.0\.0\.1:\d+|\d\d:\d\d:\d\d GMT|#?&#58;\d+"

    def plain(report: Report, form: str) -> bytes:
        made = reports.render(replace(report, target="x"), form)
        # What a story sent is packed, with the port of the server in it.
        unpacked = re.sub(rb'(?<="sent": ")[^"]+', lambda sent: zlib.decompress(b64decode(sent[0])), made)
        return re.sub(varying, b"", unpacked)

    for form in reports.FORMATS:
        assert plain(first, form) == plain(second, form), form
