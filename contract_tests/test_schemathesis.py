"""Schemathesis, every phase and every check, over real HTTP on the effective specs."""

import json
import os
import sys
from dataclasses import replace
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest

import processes
from audience_contract import Request, load, provider_keys
from audience_contract.mock import MockServer
from audience_contract.mock.credentials import API_KEY, CLIENT_ID, CLIENT_SECRET, TOKEN
from audience_contract.mock.provider import load as provider_of
from audience_contract.security import header
from long import long
from mistaken import Before, changing, with_header
from wire import operation_of

_SEED = "1"
# Credentials that are fields of a body; no other spec has fields of these names.
_CONFIGURATION = f"""
hooks = "schemathesis_hooks"
[parameters]
"body.client_id" = "{CLIENT_ID}"
"body.client_secret" = "{CLIENT_SECRET}"
"""


def judge(server: MockServer, provider: str, folder: Path, phases: str) -> Any:
    """Schemathesis's own report of a run, with what it printed under "printed"."""
    # What it has to be told, and the two false alarms that it raises, are in the module named here, each with a reason.
    (folder / "schemathesis.toml").write_text(_CONFIGURATION, "utf-8")
    components = operation_of(provider).spec.node.get("components")
    schemes = components["securitySchemes"] if components else ()
    credentials = [f"{header(s)}: {f'Bearer {TOKEN}' if s.value['type'] == 'http' else API_KEY}" for s in schemes]
    # What a key belongs to, and no other value is taken for.
    ours, known = provider_of(provider), server.environment()
    credentials += [f"{name}: {known[ours.settings[f'header {name}']]}" for name in ours.bound]
    document = str(files("audience_clients") / provider / "openapi.json")
    sent = [text for value in credentials for text in ("--header", value)]
    tried = ["--phases", phases, "--checks", "all", "--seed", _SEED, "--max-examples", "20"]
    kept = ["--generation-database", "none", "--report", "json", "--report-json-path", "report.json", "--no-color"]
    command = [sys.executable, "-m", "schemathesis.cli", "run", document, "--url", server.base_url(provider)]
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parent)}
    ended = processes.run([*command, *sent, *tried, *kept], cwd=folder, env=environment, seconds=120)
    printed = ended.stdout + ended.stderr
    assert (folder / "report.json").exists(), printed
    return {**json.loads((folder / "report.json").read_text("utf-8")), "printed": printed}


def _kinds(provider: str) -> set[str]:
    return {*operation_of(provider).node["requestBody"]["content"].value}


def _links(provider: str) -> int:
    """How many there are from one of its operations to another."""
    found = (each for operation in load(provider).operations for each in operation.node["responses"])
    return sum(len(each.plain("links", {})) for each in found)


# Its bodies are of several parts, and it has links.
_FIRST, *_OTHERS = sorted(provider_keys(), key=lambda key: "multipart/form-data" not in _kinds(key))


@pytest.mark.parametrize("provider", [_FIRST, *map(long, _OTHERS)])
def test_schemathesis_finds_nothing_wrong_with_the_mock_server(provider: str, tmp_path: Path) -> None:
    with MockServer() as server:
        report = judge(server, provider, tmp_path, "examples,coverage,fuzzing,stateful")
        granted = [kept for kept in server.exchanges if kept.response.is_success]
    assert (report["exit_code"], report["failures"], report["errors"]) == (0, [], []), report["printed"]
    phases = {name: phase["status"] for name, phase in report["phases"].items()}
    # Only a spec that has examples has something to do there, and only one that has links has something to follow.
    done = {"examples": _has_examples(provider), "coverage": True, "fuzzing": True, "stateful": _links(provider) > 0}
    assert phases == {name: "success" if has else "skip" for name, has in done.items()}
    # A server that admits nobody would pass as well.
    assert len(granted) > 10
    assert len({kept.operation for kept in granted}) > 1 or not _links(provider)
    assert {kept.response.status // 100 for kept in server.exchanges} == {2, 4}


def _has_examples(provider: str) -> bool:
    operations = load(provider).operations
    sent = [operation.node.plain(name) for operation in operations for name in ("parameters", "requestBody")]
    return '"example' in json.dumps(sent)


_SET = with_header("accept", operation_of("adobe").node["parameters"][1]["schema"]["enum"][0].value)


def _set_query(request: Request) -> Request:
    return replace(request, target=f"{request.target.partition('?')[0]}?createAudienceMetaOnly=true")


@pytest.mark.parametrize(
    ("fault", "name"),
    [
        (_SET, "Accept"),
        (lambda request: _SET(request) if request.values("accept") else request, "Accept"),
        (_set_query, "createAudienceMetaOnly"),
    ],
)
@pytest.mark.long
def test_schemathesis_reports_a_server_that_ignores_what_adobe_requires(
    fault: Before, name: str, tmp_path: Path
) -> None:
    """It does not look at a header or the query, as if each request had the right one."""
    with MockServer(middleware=changing(fault)) as server:
        report = judge(server, "adobe", tmp_path, "coverage")
    assert report["exit_code"] == 1
    assert "ST201" in {failure["code"] for failure in report["failures"]}
    assert f"`{name}`" in report["printed"]
