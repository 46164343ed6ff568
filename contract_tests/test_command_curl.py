"""The printed curl commands are run as they stand, in a shell that has the variables they name."""

import os
import shutil
from pathlib import Path
from typing import Any

import pytest

import canaries
import processes
from audience_contract.mock import MockServer
from audiences import Audience, PhoneFile, Request
from callers import make, takes
from canaries import class_of, credentials
from cases import KEYS, case
from test_command_line import SET, run

pytestmark = pytest.mark.skipif(shutil.which("curl") is None, reason="needs curl, which a fresh machine may lack")
SHELLS = [shell for shell in ("bash", "zsh", "ksh", "sh") if shutil.which(shell)]
ODD = 'it\'s "$HOME" `id` \\n !x %s; @y \N{HEBREW LETTER ALEF}'
HOSTILE = f"{ODD}\x1b[2K\N{RIGHT-TO-LEFT OVERRIDE}\x9b\t9'\\"


def paste(command: str, server: MockServer, shell: str = "bash", **environment: str) -> None:
    given = {"PATH": os.environ["PATH"], "LC_ALL": "C", **server.environment(), **environment}
    words = [shell, "-c", f"{command} --silent --show-error --fail"]
    done = processes.run(words, env=given, cwd="/")
    assert done.returncode == 0, done.stderr


def curls(printed: str) -> list[str]:
    return [line for line in printed.splitlines() if line.startswith("curl")]


@pytest.mark.parametrize("shell", SHELLS)
def test_each_creates_the_audience_once_its_variables_are_set(server: MockServer, tmp_path: Path, shell: str) -> None:
    server.clear()
    file = tmp_path / 'it\'s "a" $file;x'
    file.mkdir()
    file /= "phones.csv"
    file.write_bytes(b"phone1\r\n442079832100\r\n")
    fields = [word for field in SET for word in ("--set", field)]
    arguments = ["create", "SPRING", "--file", os.path.relpath(file), *fields, "--leave-out", "members"]
    done = run(server, *arguments, "--dry-run", "--curl")
    assert (done.returncode, done.stderr) == (0, "")
    for command in curls(done.stdout):
        paste(command, server, shell)
    assert sorted(record.provider for record in server.audiences) == KEYS
    assert {record.name for record in server.audiences} == {"SPRING"}


def test_what_has_to_be_set_is_said_and_no_secret_is_shown(key: str) -> None:
    variables = {s.variable: str(credentials(key).get(s.argument, "x")) for s in class_of(key).settings if s.required}
    fields = [word for field in SET if field.startswith(f"{key}.") for word in ("--set", field)]
    file = str(Path(__file__).parent.parent / "examples" / "customers.csv")
    arguments = ["create", "X", "-p", key, *fields, "--file", file, "--leave-out", "members", "--dry-run", "--curl"]
    printed = run(None, *arguments, **variables).stdout
    named = [s.variable for s in class_of(key).settings if s.secret and s.required]
    assert f"# needs in the environment: {', '.join(named)}\n" in printed
    assert all(f'${variable}"' in printed for variable in named)
    assert canaries.SECRET not in printed
    assert "***" not in printed


def test_a_token_that_is_asked_for_is_to_be_set_by_hand(server: MockServer) -> None:
    known = server.environment()
    oauth = {"ADOBE_CLIENT_ID": "id", "ADOBE_CLIENT_SECRET": "secret-4711", "ADOBE_SCOPES": "a"}
    fields = [word for field in SET if field.startswith("adobe.") for word in ("--set", field)]
    arguments = ["create", "SPRING", "-p", "adobe", *fields, "--dry-run", "--curl"]
    printed = run(server, *arguments, **oauth, ADOBE_ACCESS_TOKEN="").stdout
    assert "# needs in the environment: ADOBE_ACCESS_TOKEN" in printed
    server.clear()
    paste(curls(printed)[0], server, ADOBE_ACCESS_TOKEN=known["ADOBE_ACCESS_TOKEN"])
    assert len(server.audiences) == 1


def prepared(key: str, url: str, name: str, file: Path) -> Request:
    members = PhoneFile(file) if case(key).CARRIES_MEMBERS else None
    fields: Any = {key: case(key).FIELDS} if case(key).FIELDS else {}
    draft = Audience(name=name, members=members, provider_fields=fields)
    request: Request = make(key, base_url=url + case(key).PATH).prepare(draft)
    return request


@pytest.mark.parametrize("shell", [shell for shell in SHELLS if shell != "sh"])
@pytest.mark.parametrize("key", [key for key in KEYS if takes(key, HOSTILE)])
def test_no_character_of_a_name_or_path_means_anything_to_a_shell_or_a_terminal(
    server: MockServer, key: str, shell: str, tmp_path: Path
) -> None:
    folder = tmp_path / "".join(c for c in HOSTILE if c not in '/"')
    folder.mkdir()
    file = folder / "x.csv"
    file.write_bytes(b"phone1\r\n442079832100\r\n")
    command = prepared(key, server.environment()[f"{key.upper()}_BASE_URL"].removesuffix(case(key).PATH), HOSTILE, file)
    printed = command.curl()
    assert not any(c in printed for c in "\x1b\x9b\N{RIGHT-TO-LEFT OVERRIDE}\t\n")
    server.clear()
    own = {setting.variable: case(key).ARGUMENTS.get(setting.argument, "") for setting in class_of(key).settings}
    assert set(command.variables.values()) <= own.keys()
    paste(printed, server, shell)
    assert [record.name for record in server.audiences] == [HOSTILE]


def test_the_text_of_a_request_shows_symbols_for_what_a_terminal_would_act_on(key: str, tmp_path: Path) -> None:
    file = tmp_path / "x.csv"
    file.write_bytes(b"phone1\r\n1\r\n")
    if takes(key, HOSTILE):
        shown = prepared(key, "https://x.test", HOSTILE, file).text()
        assert not any(c in shown for c in "\x1b\x9b\N{RIGHT-TO-LEFT OVERRIDE}\t")
        assert "<U+202E>" in shown
