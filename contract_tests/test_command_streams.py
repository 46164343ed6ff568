"""The command `audiences` with a standard output or error that is closed, full or broken: nothing is lost with it."""

import json
import os
import sys
from pathlib import Path

import pytest

import processes
from audience_contract.mock import MockServer
from long import long
from raw_server import RawServer, http
from test_command_line import BATCH

JSON = ("--json",)
MORE = [(">&-", JSON), ("2>&-", ()), ("<&- >&-", JSON), ("2>/dev/full", ())]
ASCII = {"PYTHONIOENCODING": "ascii"}
TOKEN = b'{"indexing_token":"token-4711"}'
REFUSED = b'{"error_code":"CODE","error_message":"words-4711"}'


def shell(redirected: str, *arguments: str, **environment: str) -> processes.Ended:
    """The command in a shell that redirects, as `>&-` does; in text, what is left of the two streams."""
    known = {"BATCH_API_KEY": "key-4711-key", "BATCH_PROJECT": "project"}
    words = ["sh", "-c", f'exec "$@" {redirected}', "sh", sys.executable, "-m", "audiences", *arguments]
    given = {**os.environ, **known, **environment}
    return processes.run(words, env=given)


def clean(done: processes.Ended) -> str:
    printed = done.stdout + done.stderr
    assert not any(word in printed for word in ("Traceback", "internal error", "Exception ignored", "lost sys"))
    return printed


@pytest.mark.parametrize(
    ("redirected", "extra"),
    [(">&-", ()), (">/dev/full", JSON), *(long(*each) for each in MORE)],
)
def test_the_token_of_what_was_created_is_printed_where_it_still_can_be(
    raw: RawServer, redirected: str, extra: tuple[str, ...]
) -> None:
    raw.answer = http(202, TOKEN)
    done = shell(redirected, *BATCH, *extra, "--base-url", f"batch={raw.url}")
    assert done.returncode == 0
    assert clean(done).count("token-4711") == 1
    if extra:
        assert json.loads(clean(done))[0]["operation_token"] == "token-4711"


@pytest.mark.parametrize("redirected", ["2>&-", *map(long, (">/dev/full", "<&- >&-", "2>/dev/full"))])
def test_an_error_is_told_and_exits_as_ever(raw: RawServer, redirected: str) -> None:
    raw.answer = http(400, REFUSED)
    done = shell(redirected, *BATCH, "--base-url", f"batch={raw.url}")
    assert done.returncode == 3
    assert "words-4711" in clean(done)
    assert "rejected" in clean(done)


@pytest.mark.parametrize("redirected", [">&- 2>&-", long(">/dev/full 2>/dev/full")])
def test_exit_codes_hold_where_nothing_can_be_printed(raw: RawServer, redirected: str) -> None:
    for answer, code in ((http(202, TOKEN), 0), (http(500), 5)):
        raw.answer = answer
        assert shell(redirected, *BATCH, "--base-url", f"batch={raw.url}").returncode == code
    assert shell(redirected, "create", "X", "--no-such-option").returncode == 2


@pytest.mark.parametrize("redirected", ["2>&-", long("2>/dev/full")])
@pytest.mark.parametrize("arguments", [["create", "X", "--no-such-option"], long(["create", "X", "-p", "no"])])
def test_wrong_usage_is_told_on_standard_output_where_standard_error_fails(
    redirected: str, arguments: list[str]
) -> None:
    done = shell(redirected, *arguments)
    assert done.returncode == 2
    assert "no" in clean(done)
    assert done.stdout


def without_reader(raw: RawServer, *words: str) -> tuple[str, int]:
    """What the command says on standard error, and its exit code, if nobody reads its standard output."""
    command = [sys.executable, "-m", "audiences", *words, "--base-url", f"batch={raw.url}"]
    known = {**os.environ, "BATCH_API_KEY": "key-4711-key", "BATCH_PROJECT": "project"}
    with processes.started(command, env=known, stdout=processes.PIPE, stderr=processes.PIPE) as child:
        assert child.stdout
        assert child.stderr
        child.stdout.close()
        return child.stderr.read(), child.wait(60)


def test_a_reader_that_went_away_loses_nothing(raw: RawServer) -> None:
    raw.answer = http(202, TOKEN)
    told, code = without_reader(raw, *BATCH)
    assert ("token-4711" in told, code) == (True, 0)
    assert "Exception ignored" not in told


@pytest.mark.parametrize(
    "words", [["list", "--json"], ["list"], ["list", "--help"], *map(long, (["get", "VIP"], ["get", "VIP", "--json"]))]
)
def test_what_was_only_read_is_dropped_with_the_reader_that_went_away(raw: RawServer, words: list[str]) -> None:
    raw.answer = http(200, b'{"audiences":[{"name":"VIP"},{"name":"VIP"}]}' if "list" in words else b'{"name":"VIP"}')
    assert without_reader(raw, *words, "-p", "batch") == ("", 0)


def interrupted(raw: RawServer, *arguments: str) -> processes.Ended:
    """The command at Batch, which is interrupted whenever it prints a result."""
    code = """if True:
        import io, os, signal, sys
        from audiences._cli import main

        class Interrupted(io.TextIOWrapper):
            def write(self, text):
                os.kill(os.getpid(), signal.SIGINT)
                return super().write(text)

        sys.stdout = Interrupted(sys.stdout.buffer)
        main()
    """
    known = {**os.environ, "BATCH_API_KEY": "key-4711-key", "BATCH_PROJECT": "project"}
    return processes.run([sys.executable, "-c", code, *arguments, "--base-url", f"batch={raw.url}"], env=known)


def test_an_interrupt_while_results_are_printed_does_not_keep_them_back(raw: RawServer) -> None:
    raw.answer = http(202, TOKEN)
    done = interrupted(raw, *BATCH)
    assert done.returncode == 0
    assert "token-4711" in clean(done)


def test_an_interrupt_between_two_pages_of_a_list_leaves_no_outcome_unknown(raw: RawServer) -> None:
    raw.answer = http(200, b'{"audiences":[{"name":"VIP"}],"has_more":true,"next_from":"B"}')
    done = interrupted(raw, "list", "-p", "batch", "--json")
    assert (done.returncode, "unknown" in clean(done)) == (130, False)


@pytest.mark.parametrize("extra", [(), long(JSON)], ids=["people", "json"])
def test_what_the_encoding_of_a_terminal_lacks_is_escaped(
    server: MockServer, extra: tuple[str, ...], tmp_path: Path
) -> None:
    file = tmp_path / "x.csv"
    file.write_bytes(b"phone1\r\n442079832100\r\n")
    name = "\N{LATIN SMALL LETTER U WITH DIAERESIS}bung"
    done = shell("", "create", name, "-p", "commbox", "--file", str(file), *extra, **ASCII, **server.environment())
    assert (done.returncode, done.stderr) == (0, "")
    assert (json.loads(done.stdout)[0]["name"] == name) if extra else ("\\xfcbung" in done.stdout)
    assert done.stdout.isascii()
