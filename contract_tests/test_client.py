"""`audience-contract client`: right clients, and clients that are wrong in one way, run as commands of their own."""

import os
import sys
from dataclasses import replace
from pathlib import Path

import pytest

import commands
import documented
import processes
from audience_contract import Request, provider_keys
from audience_contract.client.choice import Answers
from audience_contract.client.run import judge
from audience_contract.report import Finding, Report, Verdict
from long import long
from sender import written
from wire import Change, creating, credential, credential_place, query, wire

BASE = documented.base("batch")
PLACES = {"header": "header", "query": "query", "body": "body", "part": "part", "content-type": "content-type"}
HERE = Path(__file__).parent


@pytest.fixture(autouse=True)
def _importable(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHONPATH", str(HERE), prepend=os.pathsep)


def judged(
    folder: Path, key: str, *changes: Change, strict: bool = False, answers: Answers = Answers.SUCCESS
) -> Report:
    requests = [change(wire(key).GOOD) for change in changes]
    return judge(written(folder / "requests", key, requests), providers=[key], strict=strict, answers=answers)


def same(request: Request) -> Request:
    return request


def brief(findings: object) -> set[tuple[str, str]]:
    assert isinstance(findings, tuple)
    return {(f.rule, f.pointer) for f in findings if isinstance(f, Finding)}


@pytest.mark.parametrize("key", provider_keys())
def test_a_client_that_keeps_the_contract_is_found_to(key: str, tmp_path: Path) -> None:
    report = judged(tmp_path, key, same, same)
    assert (report.findings, report.verdict, report.requests) == ((), Verdict.KEPT, 2)
    assert {one.operation for one in report.tried}


def test_calls_of_several_operations_are_judged_and_an_audience_that_is_not_there_is_not_found(tmp_path: Path) -> None:
    view, remove = (wire("batch").OTHERS[word][0] for word in ("view", "remove"))
    command = written(tmp_path / "requests", "batch", [view, wire("batch").GOOD, view, remove, view])
    report = judge(command, providers=["batch"], answers=Answers.SUCCESS)
    assert (report.findings, report.verdict, report.requests) == ((), Verdict.KEPT, 5)
    assert {one.operation for one in report.tried} == {"audience_create", "audience_view", "audience_remove"}
    assert [note for note in report.notes if "audience_view" in note] == [
        "batch audience_view was answered 200, plain: 1",
        "batch audience_view was answered 404, refusal: 2",
    ]
    nameless = query("")(view)
    report = judge(written(tmp_path / "wrong", "batch", [nameless]), providers=["batch"], answers=Answers.SUCCESS)
    assert {(found.operations, found.rule) for found in report.findings} == {(("audience_view",), "request.query")}


@pytest.mark.parametrize("key", provider_keys())
def test_every_rule_that_a_client_breaks_is_found(key: str, tmp_path: Path) -> None:
    module = wire(key)
    report = judged(tmp_path, key, *(row[0] for row in module.BROKEN))
    expected = {
        ("request.credential" if "Schemes" in pointer else f"request.{PLACES[where.partition(' ')[0]]}", pointer)
        for _, where, pointer in module.BROKEN
    }
    assert expected - brief(report.findings) == set()
    assert report.verdict is Verdict.VIOLATED


@pytest.mark.parametrize("key", provider_keys())
def test_what_a_wrong_request_was_answered_is_shown_with_it(key: str, tmp_path: Path) -> None:
    report = judged(tmp_path, key, wire(key).BROKEN[0][0])
    shown = [evidence.response for finding in report.findings for evidence in finding.evidence]
    assert shown
    assert all(response and 400 <= response.status < 500 for response in shown)


@pytest.mark.parametrize("key", [key for key in provider_keys() if wire(key).UNNAMED])
def test_what_the_spec_does_not_name_is_a_finding_when_strict(key: str, tmp_path: Path) -> None:
    changes = [row[0] for row in wire(key).UNNAMED]
    assert judged(tmp_path, key, *changes).verdict is Verdict.KEPT
    rules = {finding.rule for finding in judged(tmp_path, key, *changes, strict=True).findings}
    assert rules == {"request.undocumented"}


@pytest.mark.parametrize("key", creating())
def test_credentials_that_are_not_those_of_the_run_are_found(key: str, tmp_path: Path) -> None:
    (finding,) = judged(tmp_path, key, credential(key, "another")).findings
    assert (finding.rule, finding.place) == ("request.credential", f"header {credential_place(key)[0]}")
    assert "not the credential" in finding.message


def test_a_client_secret_that_is_not_that_of_the_run_is_found(tmp_path: Path) -> None:
    other = replace(wire("adobe_ims").GOOD, body=wire("adobe_ims").GOOD.body.replace(b"mock-client-secret", b"another"))
    report = judge(written(tmp_path / "requests", "adobe_ims", [other]), providers=["adobe_ims"])
    assert [finding.rule for finding in report.findings] == ["request.credential"]


ADOBE = """
import json, os, urllib.request
from urllib.parse import urlencode
def post(url, body, headers):
    return json.load(urllib.request.urlopen(urllib.request.Request(url, body.encode(), headers)))
client = {"client_id": os.environ["ADOBE_CLIENT_ID"], "client_secret": os.environ["ADOBE_CLIENT_SECRET"]}
form = urlencode({"grant_type": "client_credentials", "scope": os.environ["ADOBE_SCOPES"], **client})
token = post(os.environ["ADOBE_TOKEN_URL"], form, {})["access_token"]
post(
    os.environ["ADOBE_BASE_URL"] + "/core/ais/audiences?createAudienceMetaOnly=true", '{"name": "a"}', {
        "authorization": "Bearer " + token, "x-api-key": client["client_id"], "content-type": "application/json",
        "accept": "application/vnd.adobe.external.audiences+json; version=2",
        "x-gw-ims-org-id": os.environ["ADOBE_ORG_ID"], "x-sandbox-name": os.environ["ADOBE_SANDBOX_NAME"]})
"""


def test_a_client_of_adobe_may_send_its_client_id_as_the_api_key() -> None:
    report = judge([sys.executable, "-c", ADOBE], providers=["adobe", "adobe_ims"], answers=Answers.SUCCESS)
    assert (report.findings, report.verdict, report.requests) == ((), Verdict.KEPT, 2)


def test_a_client_secret_as_the_api_key_is_found() -> None:
    wrong = ADOBE.replace('"x-api-key": client["client_id"]', '"x-api-key": client["client_secret"]')
    report = judge([sys.executable, "-c", wrong], providers=["adobe", "adobe_ims"], answers=Answers.SUCCESS)
    assert {finding.rule for finding in report.counted} == {"request.credential"}


PROGRAM = """
import os, urllib.request
url = os.environ["BATCH_BASE_URL"] + "/audiences/create"
key = os.environ["BATCH_API_KEY"]
def post(url, key, **headers):
    sent = urllib.request.Request(url, b'{"name": "a", "type": "emails"}', {
        "authorization": "Bearer " + key, "x-batch-project": "p", "content-type": "application/json", **headers})
    try:
        urllib.request.urlopen(sent).read()
    except urllib.error.HTTPError as error:
        error.read()
"""


def program(text: str) -> list[str]:
    return [sys.executable, "-c", PROGRAM + text]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("post(url, os.environ['COMMBOX_API_KEY'])", "another provider's credential"),
        ("post(url, key, note=os.environ['COMMBOX_API_KEY'])", "another provider's credential"),
        ("post(url + '?key=' + key, key)", "a credential in the URL"),
    ],
)
def test_a_credential_in_a_place_that_is_not_its_own_is_found(text: str, said: str) -> None:
    report = judge(program(text))
    assert {finding.rule for finding in report.counted} == {"request.credential"}
    assert any(said in finding.message or "not the credential" in finding.message for finding in report.findings)


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("post(url + 's', key)", f"POST {BASE}/audiences/creates"),
        ("post(url.replace('/batch/', '/other/'), key)", f"POST /other{BASE}/audiences/create"),
        ("urllib.request.urlopen(url)", f"GET {BASE}/audiences/create"),
    ],
)
def test_a_path_or_method_that_nobody_documents_is_found(text: str, place: str) -> None:
    report = judge(program(text))
    assert [(finding.rule, finding.place) for finding in report.findings] == [("request.operation", place)]
    ((answer,),) = ([evidence.response for evidence in finding.evidence] for finding in report.findings)
    assert answer
    assert (answer.status, b"message" in answer.body) == (405 if place.startswith("GET") else 404, True)


def test_a_provider_that_is_chosen_must_be_called() -> None:
    right = program("post(url, key)")
    assert judge(right).verdict is Verdict.KEPT
    assert judge(right, providers=["batch"]).verdict is Verdict.KEPT
    assert judge(right, providers=["batch", "adobe"]).verdict is Verdict.INCONCLUSIVE


def test_a_command_that_sends_nothing_or_fails_is_judged_by_its_requests_only() -> None:
    silent = judge(program(""))
    assert silent.verdict is Verdict.INCONCLUSIVE
    assert silent.unfinished == ["not met: at least one request", "no request was sent"]
    failed = judge(program("post(url, key); raise SystemExit(3)"))
    assert failed.verdict is Verdict.KEPT
    assert "the command ended with exit code 3" in failed.notes


LIBRARY = """
import audiences
from callers import make
from cases import KEYS, case
for key in KEYS:
    with type(make(key))() as provider:
        for _ in range(15):
            try:
                provider.create(case(key).good(), leave_out={"description"})
            except audiences.AudiencesError:
                pass
"""


@pytest.mark.parametrize("answers", [long(Answers.VARIED), Answers.ADVERSARIAL])
def test_our_own_library_keeps_the_contract_whatever_it_is_answered(answers: Answers) -> None:
    report = judge([sys.executable, "-c", LIBRARY], providers=creating(), answers=answers, strict=True)
    assert (report.findings, report.verdict, report.requests) == ((), Verdict.KEPT, 15 * len(creating()))
    assert not [note for note in report.notes if "exit code" in note]


def test_a_proxy_of_the_environment_does_not_keep_requests_from_the_server(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
    assert judge(program("post(url, key)")).requests == 1


COMMAND = [sys.executable, "-c", "from audience_contract._cli import main; main()", "client"]


def test_the_commands_output_passes_and_no_credential_is_in_ours() -> None:
    text = "post(url + '?' + key, key); print('seen'); import sys; print('told', file=sys.stderr); print(key)"
    ended = processes.run([*COMMAND, "--strict", "--", *program(text)])
    seen, key = ended.stdout.split()
    assert (seen, ended.returncode) == ("seen", 1)
    assert "told" in ended.stderr
    assert "request.undocumented" in ended.stderr
    assert key not in ended.stderr


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--", "/no/such/command"], "cannot run /no/such/command"),
        (["--", str(HERE / "sender.py")], "cannot run"),
        (["--upstream", "https://example.test", "--", "true"], "exactly one provider"),
        (["--upstream", "ftp://example.test", "--providers", "batch", "--", "true"], "no base URL"),
        (["--providers", "nobody", "--", "true"], "no provider 'nobody'"),
        (
            ["--upstream", "https://API.batch.com/2.10", "--providers", "batch", "--", "true"],
            "needs --allow-production",
        ),
        (["--upstream", "http://api.batch.com.:81", "--providers", "batch", "--", "true"], "needs --allow-production"),
    ],
)
def test_what_cannot_be_run_is_an_error_of_usage(arguments: list[str], said: str) -> None:
    ended = commands.run("audience_contract", "client", *arguments)
    assert (ended.returncode, ended.stdout) == (2, "")
    assert said in ended.stderr
    assert "Traceback" not in ended.stderr
