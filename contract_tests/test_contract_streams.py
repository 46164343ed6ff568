"""The command `audience-contract` with a standard stream that is closed, full or broken: the other one stands in."""

import os
import sys
from pathlib import Path

import pytest

import processes
from long import long
from recorded import entry, judged

COMMAND = [sys.executable, "-c", "from audience_contract._cli import main; main()"]
ERROR = ["2>&-", "2>/dev/full"]
NEITHER = [">&- 2>&-", long(">/dev/full 2>/dev/full")]
LONG = [long(each) for each in ("<&- >&-", "2>/dev/full")]
ONE_LOST = [">/dev/full", "2>&-", *LONG]


def shell(redirected: str, *arguments: str, **environment: str) -> processes.Ended:
    """The command in a shell that redirects, as `>&-` does; in text, what is left of the two streams."""
    words = ["sh", "-c", f'exec "$@" {redirected}', "sh", *COMMAND, *arguments]
    ended = processes.run(words, env={**os.environ, **environment})
    printed = ended.stdout + ended.stderr
    assert not any(word in printed for word in ("Traceback", "internal error", "Exception ignored", "lost sys"))
    return ended


@pytest.fixture
def archive(tmp_path: Path) -> str:
    """Traffic in which headers are missing."""
    judged(file := tmp_path / "a.har", entry(headers=[{"name": "Authorization", "value": "Bearer a"}]))
    return str(file)


@pytest.mark.parametrize("redirected", [">/dev/full", long("2>&-"), *LONG])
@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (["--help"], 0, "traffic"),
        long(["server-faults", "nobody"], 2, "no provider"),
        long(["client", "--providers", "batch", "--", "true"], 2, "not met"),
    ],
)
def test_what_is_printed_is_printed_where_it_still_can_be(
    redirected: str, arguments: list[str], code: int, words: str
) -> None:
    ended = shell(redirected, *arguments)
    assert ended.returncode == code
    assert words in ended.stdout + ended.stderr


@pytest.mark.parametrize("redirected", ONE_LOST)
def test_so_are_findings_once_and_with_their_annotations(redirected: str, archive: str) -> None:
    ended = shell(redirected, "traffic", archive, "--report", "github")
    printed = ended.stdout if redirected in ERROR else ended.stderr
    assert (ended.returncode, printed.count("✗ violated"), printed.count("::notice")) == (1, 1, 2)
    assert "::error title=Headers" in printed


def test_a_server_that_cannot_be_judged_is_said_to_be_with_standard_output_full() -> None:
    known = {"BATCH_API_KEY": "key-4711", "BATCH_PROJECT": "project"}
    ended = shell(">/dev/full", "server", "batch", "--url", "http://127.0.0.1:1", **known)
    assert (ended.returncode, ended.stdout, ended.stderr.count("? inconclusive")) == (2, "", 1)


@pytest.mark.parametrize("redirected", NEITHER)
def test_exit_codes_hold_where_nothing_can_be_printed(redirected: str, archive: str) -> None:
    codes = [
        shell(redirected, *arguments).returncode
        for arguments in (["server-faults", "batch"], ["traffic", archive], ["nothing"])
    ]
    assert codes == [0, 1, 2]


def test_what_the_reader_of_a_pipe_left_unread_is_dropped(archive: str) -> None:
    for arguments, code in ((["server-faults", "batch"], 0), (["traffic", archive], 1)):
        with processes.started([*COMMAND, *arguments], stdout=processes.PIPE, stderr=processes.PIPE) as child:
            assert child.stdout
            assert child.stderr
            child.stdout.close()
            assert (child.stderr.read(), child.wait()) == ("", code)


def test_what_the_encoding_of_a_terminal_lacks_is_escaped(archive: str) -> None:
    ended = shell("", "traffic", archive, PYTHONIOENCODING="ascii")
    assert (ended.returncode, ended.stderr, ended.stdout.isascii()) == (1, "", True)
    assert "\\u2717 violated" in ended.stdout


@pytest.mark.parametrize("option", ["json=/dev/full", "github"])
def test_a_report_for_which_the_disk_has_no_room_is_told_and_is_no_verdict(option: str, archive: str) -> None:
    ended = shell("", "traffic", archive, f"--report={option}", GITHUB_STEP_SUMMARY="/dev/full")
    assert (ended.returncode, ended.stderr) == (2, "cannot write a report: No space left on device\n")
