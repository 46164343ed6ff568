"""What the command `audiences` prints is never lost: not to an interrupt, a full disk, markup or a narrow terminal."""

import json
import os
import signal
import socket
import sys
import time
from contextlib import ExitStack
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

import audiences
import processes
from audience_contract.mock import MockServer
from audiences._report import as_text, exit_code, row_of, show
from audiences._terminal import visible
from raw_server import RawServer, http
from test_command_line import ALL, BATCH, TITLES, run


@pytest.mark.parametrize("token", ["[/x]", "[bold]x", "\N{LATIN SMALL LETTER E WITH ACUTE}"])
def test_what_a_provider_answers_is_printed_as_it_is(server: MockServer, raw: RawServer, token: str) -> None:
    raw.answer = http(202, json.dumps({"indexing_token": token}).encode())
    done = run(server, *BATCH, "--base-url", f"batch={raw.url}")
    assert (done.returncode, done.stderr) == (0, "")
    assert token in done.stdout


def test_an_interrupt_ends_at_once_and_reports_what_is_known(server: MockServer) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent, ExitStack() as stack:
        silent.settimeout(60)
        url = f"http://127.0.0.1:{silent.getsockname()[1]}"
        environment = {**os.environ, **server.environment(), "COMMBOX_BASE_URL": url}
        command = [sys.executable, "-m", "audiences", *ALL, "--json"]
        server.clear()
        pipes = {"stdout": processes.PIPE, "stderr": processes.PIPE}
        process = stack.enter_context(processes.started(command, env=environment, **pipes))
        connection, _ = silent.accept()
        deadline = time.monotonic() + 60
        while len(server.audiences) < len(TITLES) - 1 and time.monotonic() < deadline:
            time.sleep(0.05)
        time.sleep(3)  # for the answers to arrive
        process.send_signal(signal.SIGINT)
        out, error = process.communicate()
        connection.close()
    assert (process.returncode, error) == (5, "")
    found = {result["provider"]: result["outcome"] for result in json.loads(out)}
    assert found == dict.fromkeys(TITLES, "applied") | {"CommBox": "unknown"}


@pytest.mark.parametrize("by", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_does_not_end_the_printing_of_what_is_known(
    server: MockServer, raw: RawServer, by: signal.Signals
) -> None:
    raw.answer = http(202, b"x" * 1_000_000)  # more than a pipe holds
    command = [sys.executable, "-m", "audiences", *BATCH, "--json", "--base-url", f"batch={raw.url}"]
    with processes.started(command, env={**os.environ, **server.environment()}, stdout=processes.PIPE) as process:
        assert process.stdout
        first = process.stdout.read(1)
        process.send_signal(by)
        (known,) = json.loads(first + process.communicate()[0])
    assert (process.returncode, len(known["body"])) == (6, 1_000_000)


def test_a_narrow_terminal_gets_lines_in_which_no_id_is_cut() -> None:
    response = audiences.Response(201, audiences.Headers(), b"{}", elapsed=0.005)
    receipt = audiences.Receipt(
        provider="CommBox", operation="x", name="n", id="4" * 40, operation_token=None, state=audiences.State.CREATED,
        empty=False, left_out=("description",), response=response, model=None,
    )  # fmt: skip
    results: list[audiences.Result] = [receipt, audiences.NotSentError("x", provider="Batch")]
    lines = as_text([row_of(result, "a\nb" * 50) for result in results], columns=100)
    assert "4" * 40 in lines
    assert "description" in lines
    assert "not_sent" in lines
    assert max(map(len, lines.splitlines())) < 80


CELLS = st.text().map(visible)


@given(rows=st.lists(st.lists(CELLS, min_size=3, max_size=3), min_size=1), columns=st.integers(0, 200))
def test_no_cell_is_cut_or_folded_and_no_table_is_wider_than_the_terminal(rows: list[list[str]], columns: int) -> None:
    shown = as_text([dict(zip(("provider", "name", "state"), row, strict=True)) for row in rows], columns)
    left = iter(shown.splitlines())
    for row in rows:
        for cell in filter(str.strip, row):
            assert cell.rstrip() in shown
    if shown.startswith("provider"):
        assert all(cell_len(line) <= columns for line in left)


def test_of_several_audiences_with_one_name_all_are_shown(capsys: pytest.CaptureFixture[str]) -> None:
    error = audiences.AmbiguousError("has 2 audiences of that name: the id of one is needed", provider="Acme")
    same: dict[str, Any] = {
        "provider": "Acme",
        "name": "VIP",
        "member_count": None,
        "created": None,
        "updated": None,
        "raw": {},
    }
    state = audiences.RecordState.READY
    error.records = tuple(audiences.Record(id=f"id-{n}", state=state, **same) for n in range(2))
    for as_json in (False, True):
        show([error], "VIP", "", "get", {}, as_json=as_json, curl=False)
        out, words = capsys.readouterr()
        assert ["id-0" in out, "id-1" in out, "id of one" in out + words] == [True] * 3
    assert exit_code([error]) == 3
    of_change: audiences.AudiencesError = error
    of_change.outcome = audiences.Outcome.NOT_SENT
    show([of_change], "VIP", "", "add", {}, as_json=False, curl=False)
    out, words = capsys.readouterr()
    assert [line.split(" | ")[-1].strip() for line in out.splitlines() if "provider" in line] == ["seconds", "updated"]
    assert "repeat" not in words
