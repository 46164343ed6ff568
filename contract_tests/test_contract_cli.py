"""The command `audience-contract`, run as users run it."""

import os
import shlex
import signal
import socket
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path

import httpx2
import pytest

from audience_contract import load, provider_keys
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


def run(*arguments: str, **environment: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [*_COMMAND, *arguments],
        capture_output=True,
        text=True,
        check=False,
        timeout=30,
        env={**os.environ, **environment},
    )


@pytest.mark.parametrize("stop", [signal.SIGINT, signal.SIGTERM])
def test_mock_prints_what_a_client_needs_serves_and_ends_without_a_trace(stop: signal.Signals) -> None:
    with subprocess.Popen([*_COMMAND, "mock"], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
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
        assert (process.wait(10), process.stdout.read(), process.stderr.read()) == (0, "", "")


def test_the_library_is_not_confused_by_what_mock_prints() -> None:
    with subprocess.Popen([*_COMMAND, "mock", "--env"], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout
        count = sum(len(wire(key).VARIABLES) for key in provider_keys()) + len(_TOKENS)
        lines = [process.stdout.readline() for _ in range(count)]
        environment = dict(shlex.split(line)[1].split("=", 1) for line in lines)
        assert set(_TOKENS) <= set(environment)
        code = "import audiences, cases; print(audiences.Adobe().create(cases.case('adobe').good()).id)"
        plain = {**os.environ, **environment, "PYTHONPATH": str(Path(__file__).parent)}
        made = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False, env=plain)
        process.terminate()
    assert (made.returncode, bool(made.stdout.strip())) == (0, True), made.stderr


def test_a_port_in_use_is_said_to_be() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        ended = run("mock", "--port", str(port), COLUMNS="200")
    assert (ended.returncode, ended.stdout) == (2, "")
    assert f"--port: {port} is already in use on 127.0.0.1" in ended.stderr
    assert "Errno" not in ended.stderr


def test_env_prints_nothing_but_exports() -> None:
    with subprocess.Popen([*_COMMAND, "mock", "--env"], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout
        assert process.stdout.readline().startswith("export ")
        process.terminate()
        assert all(line.startswith("export ") for line in process.stdout)


@pytest.mark.parametrize(
    "arguments", [["mock", "--host", "192.0.2.1"], ["mock", "--port", "99999"], ["nothing"], *_WRONG]
)
def test_a_wrong_argument_is_an_error_of_usage(arguments: list[str]) -> None:
    ended = run(*arguments)
    assert (ended.returncode, ended.stdout) == (2, "")
    assert "Traceback" not in ended.stderr


def test_a_crash_does_not_leave_with_the_exit_code_of_a_violation() -> None:
    code = (
        "import audience_contract._command as c; c.app = lambda: 1 / 0; from audience_contract._cli import main; main()"
    )
    ended = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert ended.returncode == 2
    assert "ZeroDivisionError" in ended.stderr


def test_version_and_help_are_printed() -> None:
    assert run("--version").stdout == f"audience-contract {version('audiences')}\n"
    assert "mock" in run("--help").stdout


def test_help_imports_nothing_that_is_slow() -> None:
    code = (
        "import sys; from audience_contract._command import app; app(['mock', '--help'], standalone_mode=False); "
        "print('loaded:', *sorted({m.partition('.')[0] for m in sys.modules} "
        "& {'starlette', 'uvicorn', 'jsonschema', 'openapi_schema_validator', 'schemathesis', 'asyncio'}))"
    )
    ended = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ended.stdout.rpartition("loaded:")[2].strip() == ""
