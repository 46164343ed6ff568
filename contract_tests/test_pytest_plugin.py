"""The pytest plugin, in runs of pytest of its own."""

import os
import sys
from pathlib import Path

import processes

IMPORTS = "import httpx2, os, pytest\nfrom wire import wire\nGOOD = wire('batch').GOOD\n"
SEND = """
def send(url="https://api.batch.com", **changes):
    headers = {**dict(GOOD.headers), **changes.pop("headers", {})}
    return httpx2.post(url + "/2.10/audiences/create", **{"content": GOOD.body, "headers": headers, **changes})
"""


def run(folder: Path, text: str, *options: str, **environment: str) -> processes.Ended:
    (folder / "test_it.py").write_text(IMPORTS + SEND + text)
    (folder / "pytest.ini").write_text("[pytest]\n")  # else one above the folder would count
    plain = {**os.environ, "PYTHONPATH": str(Path(__file__).parent), "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}
    plugin = "audience_contract.pytest_plugin"
    return processes.run(
        [sys.executable, "-m", "pytest", "-q", "-W", "error", "--strict-markers", "-p", plugin, *options, "test_it.py"],
        env={**plain, **environment},
        cwd=folder,
    )


PASSING = """
def test_a_request_that_keeps_the_contract_is_answered(audience_router):
    assert send().json()["indexing_token"]
@pytest.mark.audience_contract(respond=503)
def test_the_marker_says_what_the_router_answers(audience_router):
    assert send().status_code == 503
@pytest.mark.audience_contract(provider="batch")
def test_the_marker_says_which_provider_the_router_plays(audience_router):
    send()
    with pytest.raises(Exception): httpx2.get("https://api.commbox.io")
def test_what_the_spec_does_not_name_is_allowed(audience_router):
    send(params={"a": "b"})
def test_no_variable_leads_the_test_past_the_router(audience_router):
    assert not {"BATCH_BASE_URL", "ADOBE_TOKEN_URL"} & {*os.environ}
@pytest.mark.parametrize("order", [("audience_mock", "audience_router"), ("audience_router", "audience_mock")])
def test_the_mocks_own_variables_stay_beside_the_router(request, order):
    mock = {name: request.getfixturevalue(name) for name in order}["audience_mock"]
    assert os.environ["BATCH_BASE_URL"].startswith(mock.url)
def test_the_mock_server_runs_during_the_test_and_is_in_its_environment(audience_mock):
    url = os.environ["BATCH_BASE_URL"]
    assert url.startswith(audience_mock.url)
    assert send(url.removesuffix("/2.10")).status_code == 202
    assert [made.provider for made in audience_mock.audiences] == ["batch"]
@pytest.mark.audience_contract(respond=429, provider="batch")
def test_the_marker_says_what_the_mock_server_answers_and_which_provider_it_plays(audience_mock):
    assert send(audience_mock.url + "/batch").status_code == 429
    assert httpx2.get(audience_mock.url + "/commbox").status_code == 404
@pytest.mark.audience_contract(fault="batch.answer-indexing-token-missing")
def test_the_marker_gives_the_mock_server_a_fault(audience_mock):
    assert "indexing_token" not in send(audience_mock.url + "/batch").json()
def test_the_environment_is_as_before_in_the_end():
    assert [os.environ[name] for name in ("BATCH_BASE_URL", "ADOBE_TOKEN_URL")] == ["http://127.0.0.1:9"] * 2
"""


def test_the_fixtures_and_the_marker_do_in_a_test_what_is_said_of_them(tmp_path: Path) -> None:
    ended = run(tmp_path, PASSING, BATCH_BASE_URL="http://127.0.0.1:9", ADOBE_TOKEN_URL="http://127.0.0.1:9")
    assert "11 passed" in ended.stdout, ended.stdout


def test_a_test_whose_request_breaks_the_contract_fails_when_it_ends_and_shows_no_secret(tmp_path: Path) -> None:
    ended = run(
        tmp_path,
        "def test(audience_router):\n"
        "    send(content='{}', headers={'Authorization': 'Bearer the-secret'})\n"
        "    send(params={'a': 'b'})\n"
        "    httpx2.get('https://api.commbox.io/other')\n"
        "@pytest.mark.audience_contract(strict=True)\n"
        "def test_strict_forbids_what_the_spec_does_not_name(audience_router): send(params={'a': 'b'})\n",
        "-rN",  # its summary says it again, in whole lines where CI is set
    )
    assert ended.returncode == 1
    assert ended.stdout.count("request.undocumented") == 1
    for said in ("3 violations of the contract", "body /name: an object", "request.operation", "2 passed, 2 errors"):
        assert said in ended.stdout
    assert "the-secret" not in ended.stdout
    assert "Traceback" not in ended.stdout


MARKERS = [
    ("other=1", "audience_router", "takes provider=, respond=, fault=, strict="),
    ("'batch'", "audience_mock", "takes provider=, respond=, fault=, strict="),
    (
        "fault='batch.answer-indexing-token-missing'",
        "audience_router",
        "fault='batch.answer-indexing-token-missing': the fixture audience_router",
    ),
    ("provider='nobody'", "audience_router", "provider='nobody': no provider 'nobody'"),
    ("provider=['batch']", "audience_mock", "provider=['batch']: no provider"),
    ("respond=200", "audience_mock", "respond=200: it is a status from 400 to 599"),
    ("respond='503'", "audience_router", "respond='503': it is a status from 400 to 599"),
    ("strict='no'", "audience_mock", "strict='no': it is True or False"),
    ("fault='batch.nothing'", "audience_mock", "fault='batch.nothing': no fault 'batch.nothing'"),
]


def test_a_marker_that_nothing_can_play_is_an_error_that_says_so(tmp_path: Path) -> None:
    tests = (
        f"@pytest.mark.audience_contract({marker})\ndef test_{number}({fixture}): pass\n"
        for number, (marker, fixture, _) in enumerate(MARKERS)
    )
    ended = run(tmp_path, "".join(tests))
    assert ended.returncode != 0
    assert f"{len(MARKERS)} errors" in ended.stdout
    for *_, said in MARKERS:
        assert f"the marker audience_contract: {said}" in ended.stdout
    assert len(ended.stdout.splitlines()) < 10 * len(MARKERS)


def test_without_respx_the_router_says_what_it_needs(tmp_path: Path) -> None:
    (tmp_path / "sitecustomize.py").write_text("import sys\nsys.modules['pytest_httpx2'] = None\n")
    path = os.pathsep.join([str(tmp_path), str(Path(__file__).parent)])
    ended = run(tmp_path, "def test(audience_router): pass", PYTHONPATH=path)
    assert ended.returncode != 0
    assert "pip install pytest-httpx2" in ended.stdout


def test_loading_the_plugin_imports_nothing_that_a_run_without_its_fixtures_needs(tmp_path: Path) -> None:
    (tmp_path / "test_it.py").write_text(
        "import sys\ndef test(): print('loaded:', *sorted({name.partition('.')[0] for name in sys.modules}))"
    )
    ended = processes.run(
        [sys.executable, "-m", "pytest", "-qs", "-p", "audience_contract.pytest_plugin", "test_it.py"],
        env={**os.environ, "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"},
        cwd=tmp_path,
        check=True,
    )
    loaded = set(ended.stdout.partition("loaded:")[2].split())
    assert "audience_contract" in loaded
    heavy = {
        "starlette",
        "uvicorn",
        "hypothesis",
        "jsonschema",
        "respx",
        "httpx",
        "httpx2",
        "schemathesis",
        "audiences",
    }
    assert loaded & heavy == set()


def test_the_plugin_is_loaded_where_the_package_is_installed(tmp_path: Path) -> None:
    (tmp_path / "pytest.ini").write_text("[pytest]\n")
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST")}
    shown = processes.run(
        [sys.executable, "-m", "pytest", "--markers", "-c", "pytest.ini", "-p", "no:schemathesis", "-p", "no:respx"],
        cwd=tmp_path,
        env=environment,
        check=True,
    )
    assert "@pytest.mark.audience_contract(provider=None" in shown.stdout
