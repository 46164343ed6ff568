"""What the command prints: results, with the name and the provider's words; no secret, no member and no traceback."""

import os
import sys
from pathlib import Path

import pytest

import canaries
import processes
from audiences._json import dumps
from canaries import FILE, MEMBER, NAME, NUMBER, SECRET, WORDS, body, class_of, credentials, found_in, secret
from cases import KEYS, case
from raw_server import RawServer, closed_port, http
from test_command_line import SET, run

VARIABLES = {
    setting.variable: credentials(key)[setting.argument]
    for key in KEYS
    for setting in class_of(key).settings
    if setting.argument in credentials(key)
}


def told(key: str) -> str:
    """What a provider says: the name and the secrets back that it was told."""
    own = [value for value in credentials(key).values() if SECRET in value]
    return f"{WORDS} {NAME} " + " ".join(form for each in own for form in canaries.forms(each))


@pytest.fixture
def arguments(key: str, tmp_path: Path) -> list[str]:
    file = tmp_path / f"{NAME}.csv"
    file.write_bytes(FILE)
    fields = [word for field in SET if field.startswith(key) for word in ("--set", field)]
    return ["create", NAME, "-p", key, "--file", str(file), *fields, "--leave-out", "members"]


def check(done: processes.Ended) -> str:
    printed = done.stdout + done.stderr
    assert found_in(printed, SECRET, MEMBER, NUMBER, "Traceback") == set()
    assert "Warning" not in printed  # such as Python's ResourceWarning
    return printed


@pytest.mark.parametrize("extra", [[], ["--json"]], ids=["people", "json"])
@pytest.mark.parametrize("status", [None, 400, 401, 503])
def test_results_have_the_name_and_the_providers_words_and_nothing_private(
    key: str, arguments: list[str], raw: RawServer, status: int | None, extra: list[str]
) -> None:
    raw.answer = http(status or case(key).SUCCESS, dumps(body(key, told(key))), X_Request_Id=told(key))
    # One of them in a process with all that Python warns of.
    debug = {"PYTHONASYNCIODEBUG": "1", "PYTHONWARNINGS": "always"} if status == 503 and extra else {}
    done = run(None, *arguments, *extra, "--base-url", f"{key}={raw.url}", **VARIABLES, **debug)
    assert done.returncode == {None: 0, 503: 5}.get(status, 3)
    printed = check(done)
    assert NAME in printed
    assert status is None or WORDS in printed


def test_a_success_that_lacks_all_is_shown_without_the_secrets_in_it(
    key: str, arguments: list[str], raw: RawServer
) -> None:
    raw.answer = http(case(key).SUCCESS, dumps({"told": told(key)})[:-40])
    done = run(None, *arguments, "--json", "--base-url", f"{key}={raw.url}", **VARIABLES)
    assert done.returncode == 6
    assert WORDS in check(done)


@pytest.mark.parametrize("extra", [[], ["--json"], ["--curl"]], ids=["people", "json", "curl"])
def test_a_dry_run_sends_nothing_and_shows_the_request_without_secrets_and_without_the_files_content(
    key: str, arguments: list[str], raw: RawServer, extra: list[str]
) -> None:
    raw.requests.clear()
    done = run(None, *arguments, "--dry-run", *extra, "--base-url", f"{key}={raw.url}", **VARIABLES)
    assert (done.returncode, raw.requests) == (0, [])
    assert NAME in check(done)
    assert ("$" if extra == ["--curl"] else "***") in done.stdout


def test_what_is_not_sent_shows_as_little(key: str, arguments: list[str]) -> None:
    for url in (f"http://127.0.0.1:{closed_port()}", f"http://user:{SECRET}@x", f"https://x/?{SECRET}"):
        assert run_and_check(*arguments, "--base-url", f"{key}={url}") in (2, 4)
    assert run_and_check(*arguments, "--base-url", f"http://user:{SECRET}@x") == 2
    assert run_and_check(*arguments, f"--api-key={SECRET}") == 2
    variables = dict.fromkeys(VARIABLES, f"{SECRET}\r")
    assert run_and_check(*arguments, **variables) == 2


def run_and_check(*arguments: str, **variables: str) -> int:
    done = run(None, *arguments, **{**VARIABLES, **variables})
    check(done)
    return done.returncode


@pytest.mark.parametrize(
    "content",
    [
        f'BATCH_API_KEY = "{SECRET}',
        f'BATCH_API_KEY = "{SECRET}\\r"',
        f'BATCH_KEY = "{SECRET}"',
        f'"{SECRET}" = "BATCH_API_KEY"',
        f'"{secret("x").replace(chr(92), "").replace(chr(34), "")}" = "BATCH_API_KEY"',
        f'BATCH_API_KEY = ["{SECRET}"]',
        f'BATCH_API_KEY = "{SECRET}\\u0000"',
        f"[{SECRET}]",
        f"{SECRET}",
    ],
)
def test_a_credentials_file_is_never_quoted(content: str, tmp_path: Path) -> None:
    file = tmp_path / "credentials.toml"
    file.write_text(content, "utf-8")
    done = run(None, "create", "X", "-p", "batch", "--credentials", str(file))
    assert done.returncode == 2
    check(done)


@pytest.mark.parametrize(("times", "said"), [(2_000, "not TOML"), (100_000, "too large for a file of credentials")])
@pytest.mark.parametrize("begin", ["[", "BATCH_API_KEY = [", "BATCH_API_KEY = {a = "], ids=["table", "array", "inline"])
def test_a_credentials_file_that_is_nested_too_deeply_is_not_toml(
    begin: str, times: int, said: str, tmp_path: Path
) -> None:
    file = tmp_path / "credentials.toml"
    file.write_text(begin + begin.split(" = ", 1)[-1] * times, "utf-8")
    done = run(None, "create", "X", "-p", "batch", "--credentials", str(file))
    assert done.returncode == 2
    assert said in check(done)


def test_an_error_of_the_commands_own_is_told_in_one_line() -> None:
    code = f"import typer\ndef fail(*_, **__): raise ValueError({SECRET!r})\ntyper.Typer.__call__ = fail\n"
    command = [sys.executable, "-c", f"{code}from audiences._cli import main\nmain()"]
    done = processes.run(command, env=os.environ)
    assert done.returncode == 5
    assert "internal error: ValueError" in check(done)
    assert done.stderr.count("\n") == 1
