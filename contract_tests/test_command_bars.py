"""The command `audiences` shows how far a file has gone up to people, and to nobody else."""

import json
import os
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

import processes
from raw_server import RawServer, http
from sink import Sink
from test_command_words import BATCH_KEYS
from test_uploads import ROWS, SUCCESS

pty = pytest.importorskip("pty")


@pytest.fixture
def command(tmp_path: Path) -> Iterator[list[str]]:
    path = tmp_path / "x.csv"
    path.write_bytes(ROWS)
    with Sink([SUCCESS]) as sink:
        made = [sys.executable, "-m", "audiences", "create", "S", "-p", "commbox", "--file", str(path), "--json"]
        yield [*made, "--base-url", f"commbox={sink.url}"]


def run(command: list[str], error: int, **environment: str) -> processes.Ended:
    given = {**os.environ, "COMMBOX_API_KEY": "key", "TERM": "xterm", "COLUMNS": "100", **environment}
    return processes.run(command, env=given, stderr=error, check=True)


def on_a_terminal(command: list[str], **environment: str) -> tuple[str, str]:
    """Standard output, and what a terminal at standard error got."""
    master, slave = pty.openpty()
    shown = bytearray()

    def read() -> None:
        try:
            while data := os.read(master, 1024):
                shown.extend(data)
        except OSError:  # the end, on Linux
            pass

    reading = threading.Thread(target=read)
    reading.start()
    out = run(command, slave, **environment).stdout
    os.close(slave)
    reading.join()
    os.close(master)
    return out, shown.decode()


def test_a_terminal_shows_a_bar_which_is_gone_in_the_end(command: list[str]) -> None:
    out, shown = on_a_terminal(command)
    assert json.loads(out)[0]["outcome"] == "applied"
    assert "CommBox" in shown
    assert "3.2/3.2 MB" in shown
    assert shown.rstrip("\r\n").endswith("\x1b[2K")  # the line is erased


def test_a_terminal_shows_how_much_of_a_file_of_members_was_read(raw: RawServer, tmp_path: Path) -> None:
    path = tmp_path / "ids.csv"
    path.write_text("id\n" + "1\n" * 200_000, "utf-8")
    raw.answer = http(202, b'{"indexing_token":"t"}')
    made = [sys.executable, "-m", "audiences", "add", "S", "-p", "batch", "--file", str(path), "--json"]
    out, shown = on_a_terminal([*made, "--base-url", f"batch={raw.url}"], **BATCH_KEYS)
    assert json.loads(out)[0]["outcome"] == "applied"
    assert "Batch" in shown
    assert "400.0/400.0 kB" in shown
    assert shown.rstrip("\r\n").endswith("\x1b[2K")


def test_a_pipe_and_a_terminal_that_cannot_move_its_cursor_show_nothing(command: list[str]) -> None:
    done = run(command, processes.PIPE, FORCE_COLOR="1")
    assert json.loads(done.stdout)[0]["outcome"] == "applied"
    assert done.stderr == ""
    assert on_a_terminal(command, TERM="dumb")[1] == ""
