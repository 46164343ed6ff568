"""The command `audiences`, as a user runs it: a process of its own, against the mock server."""

import json
import os
import sys
from pathlib import Path
from typing import Any

import pytest

import commands
import processes
from audience_contract.mock import MockServer
from callers import make
from cases import KEYS, case
from raw_server import RawServer, closed_port, http

EXAMPLES = Path(__file__).parent.parent / "examples"
TITLES = [make(key).title for key in KEYS]
SET = [f"{key}.{name}={value}" for key in KEYS for name, value in case(key).FIELDS.items()]
FIELDS = [word for field in SET for word in ("--set", field)]
ALL = ["create", "SPRING", "--file", str(EXAMPLES / "customers.csv"), *FIELDS, "--leave-out", "members"]
BATCH = ["create", "SPRING", "--provider", "batch", "--set", "batch.type=emails"]


def run(server: MockServer | None, *arguments: str, **environment: str) -> processes.Ended:
    given = {**(server.environment() if server else {}), **environment}
    if any(name.startswith("PYTHON") for name in environment):  # Python reads them when it starts
        return processes.run([sys.executable, "-m", "audiences", *arguments], env={**os.environ, **given})
    return commands.run("audiences", *arguments, **given)


def results(run: processes.Ended) -> dict[str, Any]:
    return {result["provider"]: result for result in json.loads(run.stdout)}


def test_one_call_creates_an_audience_at_all_providers_and_prints_a_table(server: MockServer) -> None:
    server.clear()
    done = run(server, *ALL)
    assert (done.returncode, done.stderr) == (0, "")
    header, _, *rows = done.stdout.splitlines()
    assert [cell.strip() for cell in header.split("|")] == [
        "provider", "name", "id or token", "state", "outcome", "left out", "seconds",
    ]  # fmt: skip
    assert [row.split()[0] for row in rows] == TITLES
    assert ["members" in row for row in rows] == [not case(key).CARRIES_MEMBERS for key in KEYS]
    assert sorted(record.provider for record in server.audiences) == KEYS


def test_json_output_has_everything_that_is_known(server: MockServer) -> None:
    found = results(run(server, *ALL, "--json"))
    assert found["Batch"]["operation_token"]
    assert found["Batch"]["state"] == "accepted"
    assert found["CommBox"]["id"]
    assert (found["Adobe"]["empty"], found["Adobe"]["left_out"]) == (True, ["members"])
    assert {result["outcome"] for result in found.values()} == {"applied"}


@pytest.mark.parametrize(
    ("status", "code", "outcome"),
    [(400, 7, "rejected"), (404, 7, "rejected"), (401, 7, "rejected"), (500, 5, "unknown"), (429, 7, "rejected")],
)
def test_exit_codes_tell_half_a_job_and_an_unknown_outcome_apart(
    server: MockServer, status: int, code: int, outcome: str
) -> None:
    base = f"batch={server.url}/_mock/respond/{status}/batch/2.10"
    done = run(server, *ALL, "--json", "--base-url", base)
    assert done.returncode == code
    found = results(done)
    assert {key: found[key]["outcome"] for key in found} == dict.fromkeys(TITLES, "applied") | {"Batch": outcome}
    assert found["Batch"]["status"] == status
    assert found["Batch"]["provider_message"]
    alone = run(server, *BATCH, "--base-url", base)
    assert alone.returncode == (3 if code == 7 else code)
    assert ("is the base URL right?" in alone.stderr) is (status == 404)
    assert "such audience" not in alone.stderr


def test_what_is_not_sent_exits_with_4_and_says_why(server: MockServer) -> None:
    for host in ("127.0.0.1", "[::1]"):
        url = f"http://{host}:{closed_port()}"
        refused = run(server, *BATCH, "--base-url", f"batch={url}/path")
        assert (refused.returncode, f"no connection to {url}: ConnectError" in refused.stderr) == (4, True)
    unsupported = run(server, *ALL[:-2])
    assert unsupported.returncode == 4
    assert "members is not supported" in unsupported.stderr


def test_an_answer_that_breaks_the_spec_exits_with_6_and_shows_the_body_in_json(
    server: MockServer, raw: RawServer
) -> None:
    raw.answer = http(202, b'{"token":"t"}')
    done = run(server, *BATCH, "--json", "--base-url", f"batch={raw.url}")
    assert done.returncode == 6
    assert results(done)["Batch"]["error"] == "SpecViolationError"
    assert results(done)["Batch"]["body"] == '{"token":"t"}'


def test_credentials_come_from_a_file(server: MockServer, tmp_path: Path) -> None:
    file = tmp_path / "credentials.toml"
    environment = server.environment()
    file.write_text("".join(f'{name} = "{value}"\n' for name, value in environment.items()), "utf-8")
    assert run(None, *ALL, "--credentials", str(file)).returncode == 0


def test_a_tenant_has_the_variables_that_its_table_names_and_nothing_of_another(
    server: MockServer, tmp_path: Path
) -> None:
    environment = {name: value for name, value in server.environment().items() if name.startswith("BATCH")}
    ours = {f"SHOP_{name}": value for name, value in environment.items()}
    file = tmp_path / "audiences.toml"
    lines = [f'{name} = "SHOP_{name}"' for name in environment if name != "BATCH_PROJECT"]
    default = f'[tenant.shop.defaults]\nBATCH_PROJECT = "{environment["BATCH_PROJECT"]}"'
    file.write_text("\n".join(["[tenant.shop]", *lines, default, "[tenant.cafe]", 'BATCH_API_KEY = "CAFE"']), "utf-8")
    others = {**ours, "BATCH_API_KEY": "of nobody", "BATCH_PROJECT": "of nobody", "CAFE": "key-4711"}

    def told(*options: str) -> tuple[int, str]:
        done = run(None, *BATCH, "--credentials", str(file), *options, **others)
        return done.returncode, done.stderr

    assert told("--tenant", "shop") == (0, "")
    missing = told("--tenant", "cafe")[1]
    assert "settings are missing: set BATCH_PROJECT" in missing
    assert f"they are read from the table [tenant.cafe] of {file}" in missing
    for options in ([], ["--tenant", "bar"]):
        assert told(*options)[0] == 2
    assert "--credentials says which file to read" in run(None, *BATCH, "--tenant", "shop").stderr


@pytest.mark.parametrize(
    "table",
    [
        'BATCH_API_KEY = "key-4711"',
        'defaults = {BATCH_API_KEY = "key-4711", BATCH_PROJECT = "shop"}',
        'defaults = "key-4711"',
        'KEY = "4711"',
    ],
)
def test_a_value_in_the_place_of_a_name_is_refused_and_never_shown(tmp_path: Path, table: str) -> None:
    file = tmp_path / "audiences.toml"
    file.write_text(f"[tenant.shop]\n{table}", "utf-8")
    done = run(None, *BATCH, "--dry-run", "--credentials", str(file), "--tenant", "shop")
    assert (done.returncode, "4711" in done.stderr) == (2, False)


def test_a_dry_run_shows_the_requests_that_can_be_made_beside_the_errors(server: MockServer) -> None:
    done = run(server, "create", "X", "--set", "batch.type=emails", "--dry-run")
    assert done.returncode == 4
    assert "# Batch" in done.stdout
    assert "--file (absent): is required" in done.stderr
    assert "only; without it, nothing is sent to any provider" in done.stderr
    assert "nothing is sent" not in run(server, *BATCH, "--dry-run").stderr


def test_messages_speak_of_options_not_of_arguments(server: MockServer, tmp_path: Path) -> None:
    done = run(server, "create", "X", "-p", "batch", "--description", "d", "--set", "batch.type=emails")
    assert "--leave-out description" in done.stderr
    (tmp_path / "x.xls").write_bytes(b"x")
    assert "--unchecked" in run(server, "create", "X", "-p", "commbox", "--file", str(tmp_path / "x.xls")).stderr
    (known,) = json.loads(run(server, *BATCH, "--description", "d", "--json").stdout)
    assert "; --leave-out description sends" in known["message"]
    assert "--set batch.type (absent)" in run(server, "create", "X", "-p", "batch").stderr
    assert "leave_out=" not in done.stderr


def test_the_version_names_the_spec_of_each_provider() -> None:
    done = run(None, "--version")
    assert done.returncode == 0
    assert done.stdout.startswith("audiences ")
    assert done.stdout.count("(sha256 ") == len(KEYS)
