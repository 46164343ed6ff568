"""The command `audience-contract`, run as users run it."""

import os
import pty
import re
import shlex
import shutil
import signal
import socket
import sys
from contextlib import suppress
from importlib.metadata import version
from pathlib import Path

import httpx2
import pytest

import commands
import processes
from audience_contract import load, provider_keys
from long import long
from wire import wire

_SERVER = ["server", "batch", "--url", "http://127.0.0.1:1"]
_WRONG = [
    *([*_SERVER, option, "nan"] for option in ("--max-time", "--rate", "--timeout", "--wait")),
    [*_SERVER, "--report", "html"],
    [*_SERVER, "--report", "html=same", "--report", "json=same"],
    [*_SERVER, "--report", "html=one", "--report", "html=other"],
]
_TOKENS = ("ADOBE_CLIENT_ID", "ADOBE_CLIENT_SECRET", "ADOBE_SCOPES", "ADOBE_IMS_BASE_URL")
"""What is needed to judge the mock's token endpoint, and no variable that the library needs."""
_COMMAND = [sys.executable, "-c", "from audience_contract._cli import main; main()"]


def run(*arguments: str, **environment: str) -> processes.Ended:
    if "--" in arguments:  # the command that it runs has the streams of the process
        return processes.run([*_COMMAND, *arguments], env={**os.environ, **environment})
    return commands.run("audience_contract", *arguments, **environment)


@pytest.mark.parametrize("stop", [signal.SIGINT, long(signal.SIGTERM)])
def test_mock_prints_what_a_client_needs_serves_and_ends_without_a_trace(stop: signal.Signals) -> None:
    with processes.started([*_COMMAND, "mock"], stdout=processes.PIPE, stderr=processes.PIPE) as process:
        assert process.stdout
        assert process.stderr
        count = len(provider_keys()) + sum(len(wire(key).VARIABLES) for key in provider_keys()) + len(_TOKENS)
        lines = [process.stdout.readline().strip() for _ in range(count)]
        environment = dict(shlex.split(line)[1].split("=", 1) for line in lines if line.startswith("export "))
        for key in provider_keys():
            name, below = wire(key).URL
            base = environment[name].removesuffix(below)
            assert f"# {key}: {base}" in lines
            good = wire(key).GOOD
            answer = httpx2.post(
                base + good.target.removeprefix(load(key).default_base), content=good.body, headers=good.headers
            )
            assert answer.status_code == wire(key).SUCCESS
        process.send_signal(stop)
        assert (process.wait(), process.stdout.read(), process.stderr.read()) == (0, "", "")


def test_env_prints_nothing_but_exports_which_do_not_confuse_the_library() -> None:
    with processes.started([*_COMMAND, "mock", "--env"], stdout=processes.PIPE) as process:
        assert process.stdout
        count = sum(len(wire(key).VARIABLES) for key in provider_keys()) + len(_TOKENS)
        lines = [process.stdout.readline() for _ in range(count)]
        assert all(line.startswith("export ") for line in lines)
        environment = dict(shlex.split(line)[1].split("=", 1) for line in lines)
        assert set(_TOKENS) <= set(environment)
        code = "import audiences, cases; print(audiences.Adobe().create(cases.case('adobe').good()).id)"
        plain = {**os.environ, **environment, "PYTHONPATH": str(Path(__file__).parent)}
        made = processes.run([sys.executable, "-c", code], env=plain)
        process.terminate()
        assert process.stdout.read() == ""
    assert (made.returncode, bool(made.stdout.strip())) == (0, True), made.stderr


def test_a_port_in_use_is_said_to_be() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        ended = run("mock", "--port", str(port))
    assert (ended.returncode, ended.stdout) == (2, "")
    assert f"--port: {port} is already in use on 127.0.0.1" in ended.stderr
    assert "Errno" not in ended.stderr


def test_mock_listens_beyond_this_machine_only_if_told_to_and_then_warns() -> None:
    refused = run("mock", "--host", "0.0.0.0", "--", "true")  # noqa: S104
    assert (refused.returncode, "0.0.0.0 is not a loopback address" in refused.stderr) == (2, True)
    code = (
        "import os, urllib.request as u\nurl = os.environ['BATCH_BASE_URL']\nu.urlopen(url[:-11] + '/_mock/settings')"
    )
    allowed = ("mock", "--host", "0.0.0.0", "--allow-remote")  # noqa: S104
    ended = run(*allowed, "--", sys.executable, "-c", f"{code}\nprint(url)")
    assert "warning: other machines may reach this server" in ended.stderr
    assert (ended.returncode, ended.stdout[:17]) == (0, "http://127.0.0.1:")


@pytest.mark.parametrize(("end", "code"), [long("exit 0", 0), long("exit 3", 3), ("kill -9 $$", 128 + 9)])
def test_a_command_of_mock_finds_the_server_and_its_exit_code_is_passed_on(end: str, code: int) -> None:
    create = "import audiences, cases; print(audiences.Adobe().create(cases.case('adobe').good()).outcome)"
    script = f"{shlex.join([sys.executable, '-c', create])}; echo $ADOBE_IMS_BASE_URL $LEFT; {end}"
    # What the command must not keep: a token that is none of the server's, and a proxy that would not find it.
    around = {"ADOBE_ACCESS_TOKEN": "other", "http_proxy": "http://127.0.0.1:9", "LEFT": "left"}
    ended = run("mock", "--", "sh", "-c", script, PYTHONPATH=str(Path(__file__).parent), **around)
    outcome, url, left = ended.stdout.split()
    assert (ended.returncode, ended.stderr, outcome, left) == (code, "", "applied", "left")
    assert re.fullmatch(r"http://127\.0\.0\.1:\d+/adobe_ims", url)


@pytest.mark.parametrize(
    ("number", "at_first"),
    [
        (signal.SIGTERM, "pass"),
        long(signal.SIGINT, "pass"),
        long(signal.SIGHUP, "pass"),
        (signal.SIGTERM, "signal.signal(signal.SIGTERM, signal.SIG_IGN)"),
    ],
)
def test_a_signal_to_mock_ends_its_command_too_and_one_that_takes_no_notice_is_killed(
    number: signal.Signals, at_first: str
) -> None:
    code = f"import os, signal, time; {at_first}; print(os.getpid(), flush=True); time.sleep(60)"
    command = [*_COMMAND, "mock", "--", sys.executable, "-c", code]
    with processes.started(command, stdout=processes.PIPE, stderr=processes.PIPE) as process:
        assert process.stdout
        child = int(process.stdout.readline())
        process.send_signal(number)
        _, error = process.communicate()
    assert process.returncode == 128 + number
    assert "audience_contract" not in error
    with pytest.raises(ProcessLookupError):
        os.kill(child, 0)


def test_a_hangup_that_is_ignored_ends_nothing() -> None:
    """As with `nohup`."""
    ignoring = ["sh", "-c", 'trap "" HUP; exec "$@"', "sh"]
    assert processes.run([*ignoring, *_COMMAND, "mock", "--", "sh", "-c", "kill -HUP $PPID; exit 3"]).returncode == 3


@pytest.mark.skipif(not shutil.which("setsid"), reason="needs setsid, of util-linux")
def test_ctrl_c_on_a_terminal_ends_mock_and_its_command_once() -> None:
    code = "import time\ntry: print('here', flush=True); time.sleep(60)\nexcept KeyboardInterrupt: print('told')"
    command = [*_COMMAND, "mock", "--", sys.executable, "-c", code]
    leader, follower = pty.openpty()
    shown = b""
    with os.fdopen(leader, "rb", 0) as terminal:
        fork = ["setsid", "--ctty", "--wait", *command]
        with processes.started(fork, stdin=follower, stdout=follower, stderr=follower) as process:
            os.close(follower)
            while b"here" not in shown:
                shown += terminal.read(100)
            os.write(leader, b"\x03")
            assert process.wait() == 128 + signal.SIGINT
        with suppress(OSError):  # a terminal ends in an error
            while part := terminal.read(100):
                shown += part
    assert shown.count(b"told") == 1


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["mock", "--", "/no/such/command"], "cannot run /no/such/command: No such file or directory"),
        (["mock", "--env", "--", "true"], "--env"),
        (["mock", "--host", "192.0.2.1"], "192.0.2.1"),
        (["mock", "--port", "99999"], "--port"),
        (["mock", "--setting", "indexing=NaN", "--", "true"], "indexing is a number from 0"),
        (["mock", "--setting", f"indexing={'[' * 5_000}", "--", "true"], "true or false for a value"),
        (["nothing"], "nothing"),
        *((wrong, "--") for wrong in _WRONG),
    ],
)
def test_a_wrong_argument_is_an_error_of_usage(arguments: list[str], said: str) -> None:
    ended = commands.run("audience_contract", *arguments)  # no command is run
    assert (ended.returncode, ended.stdout) == (2, "")
    assert said in ended.stderr
    assert "Traceback" not in ended.stderr


def test_a_crash_does_not_leave_with_the_exit_code_of_a_violation() -> None:
    code = (
        "import audience_contract._command as c; c.app = lambda: 1 / 0; from audience_contract._cli import main; main()"
    )
    ended = processes.run([sys.executable, "-c", code])
    assert ended.returncode == 2
    assert "ZeroDivisionError" in ended.stderr


def test_version_and_help_are_printed() -> None:
    assert run("--version").stdout == f"audience-contract {version('audience-contract')}\n"
    assert "mock" in run("--help").stdout
    assert run("server", "-h").stdout == run("server", "--help").stdout != ""


def test_help_imports_nothing_that_is_slow() -> None:
    code = (
        "import sys; from audience_contract._command import app; app(['mock', '--help'], standalone_mode=False); "
        "print('loaded:', *sorted({m.partition('.')[0] for m in sys.modules} "
        "& {'starlette', 'uvicorn', 'jsonschema', 'schemathesis', 'asyncio'}))"
    )
    ended = processes.run([sys.executable, "-c", code], check=True)
    assert ended.stdout.rpartition("loaded:")[2].strip() == ""


def test_a_run_that_writes_no_report_says_how_all_of_it_is_written() -> None:
    assert "--report html=FILE writes all of it" in run(*_SERVER, BATCH_API_KEY="k", BATCH_PROJECT="p").stdout
