"""`audience-contract traffic`: recorded exchanges get the verdict that they would have got at once."""

import base64
import json
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import harfile
import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from audience_contract import Request, Response, load, provider_keys
from audience_contract.har import HarError
from audience_contract.judging import Ledger, Observation
from audience_contract.mock import MockServer
from audience_contract.report import Report, Verdict
from audience_contract.traffic import judge
from wire import Change, body, header, operation_of, query, send, wire

HOSTS = {"adobe": "https://platform.adobe.io", "adobe_ims": "https://ims-na1.adobelogin.com"}
HOSTS |= {"batch": "https://api.batch.com", "commbox": "https://api.commbox.io"}
GOOD: Request = wire("batch").GOOD
SUCCESS = Response(202, (("content-type", "application/json"),), b'{"indexing_token": "a"}')


@pytest.fixture(scope="module")
def server() -> Iterator[MockServer]:
    with MockServer() as made:
        yield made


@pytest.fixture(scope="module")
def http() -> Iterator[httpx.Client]:
    with httpx.Client() as made:
        yield made


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("traffic") / "recorded.har"


def record(path: Path, url: str, request: Request, response: Response, *, as_bytes: bool = False) -> None:
    """Write one exchange as Schemathesis does, whose way of keeping bytes is base64."""

    def text(content: bytes) -> str:
        return base64.b64encode(content).decode() if as_bytes else content.decode("utf-8", "replace")

    with harfile.open(path) as har:
        har.add_entry(
            startedDateTime=datetime.now(UTC),
            time=12.5,
            request=harfile.Request(
                method=request.method,
                url=url + request.target,
                httpVersion="HTTP/1.1",
                headers=[harfile.Record(name=name, value=value) for name, value in request.headers],
                bodySize=len(request.body),
                postData=harfile.PostData(mimeType="", text=text(request.body)) if request.body else None,
            ),
            response=harfile.Response(
                status=response.status,
                statusText="",
                httpVersion="HTTP/1.1",
                headers=[harfile.Record(name=name, value=value) for name, value in response.headers],
                content=harfile.Content(
                    size=len(response.body), text=text(response.body), encoding="base64" if as_bytes else None
                ),
            ),
            timings=harfile.Timings(send=0, wait=12, receive=0.5),
        )


def entry(request: Request = GOOD, **changes: Any) -> dict[str, Any]:
    """An exchange as the format has it; `changes` are of its request, or with `response_` before them of the answer."""
    sent = {
        "method": request.method,
        "url": HOSTS["batch"] + request.target,
        "headers": [{"name": name, "value": value} for name, value in request.headers],
        "postData": {"mimeType": "application/json", "text": request.body.decode()},
    }
    headers = [{"name": "content-type", "value": "application/json"}]
    came = {"status": 202, "headers": headers, "content": {"text": SUCCESS.body.decode()}}
    for name, value in changes.items():
        part, key = (came, name.removeprefix("response_")) if name.startswith("response_") else (sent, name)
        part[key] = value
    return {"request": sent, "response": came, "time": 1.5, "comment": "as browsers write them"}


def judged(path: Path, *entries: Any, strict: bool = False) -> Report:
    path.write_text(json.dumps({"log": {"version": "1.2", "entries": list(entries), "comment": ""}}))
    return judge(path, strict=strict)


CHANGES = st.sampled_from(
    [
        (key, change)
        for key in provider_keys()
        for rows in (wire(key).BROKEN, wire(key).UNNAMED, [(change,) for change in wire(key).SAME])
        for change, *_ in rows
    ]
)


@given(changed=CHANGES, status=st.sampled_from(["", "/_mock/respond/429", "/_mock/respond/501"]))
def test_an_exchange_of_the_mock_gets_the_same_findings_from_its_record(
    changed: tuple[str, Change], status: str, server: MockServer, http: httpx.Client, file: Path
) -> None:
    key, change = changed
    send(http, server, key, change(wire(key).GOOD), status)
    exchange = server.exchanges[-1]
    record(file, f"http://mock.test/{key}", exchange.request, exchange.response, as_bytes=True)
    report = judge(file, base_urls={key: f"http://mock.test/{key}{load(key).default_base}"}, strict=True)
    ledger, operation = Ledger(strict=True), operation_of(key)
    seen = Observation("", exchange.request, exchange.response)
    broken = ledger.request(operation, seen)
    ledger.response(operation, seen, kind="invalid" if broken else "valid")
    assert [finding.key for finding in report.findings] == [finding.key for finding in ledger.findings]
    assert report.cells == ledger.cells


@pytest.mark.parametrize("key", provider_keys())
def test_an_exchange_with_a_providers_own_host_is_that_providers(key: str, file: Path, server: MockServer) -> None:
    with httpx.Client() as client:
        response = send(client, server, key, wire(key).GOOD)
    record(file, HOSTS[key], wire(key).GOOD, response)
    report = judge(file)
    assert (report.requests, report.findings, report.verdict) == (1, (), Verdict.KEPT)


def test_what_belongs_to_no_operation_is_named_by_host_and_path_only(file: Path) -> None:
    others = ["https://other.test/a?token=secret", "https://api.batch.com/2.10/else#part", "https://u:p@other.test/b"]
    report = judged(file, entry(), *(entry(url=url) for url in others), entry(method="OPTIONS"))
    (note,) = report.notes
    assert note == (
        "4 exchanges belong to no operation: other.test/a, api.batch.com/2.10/else, other.test/b, "
        "api.batch.com/2.10/audiences/create"
    )
    assert (report.requests, report.verdict) == (1, Verdict.KEPT)
    assert judged(file, entry(url=others[0])).verdict is Verdict.INCONCLUSIVE


@pytest.mark.parametrize(
    "changes",
    [
        {"postData": None, "bodySize": 40},
        {"postData": {"text": "other"}, "bodySize": 40},
        {"postData": {"text": "%%%%", "encoding": "base64"}},
        {"postData": {"params": [{"name": "file", "fileName": "a.csv"}]}},
    ],
)
def test_a_request_body_that_was_not_recorded_is_not_judged(changes: dict[str, Any], file: Path) -> None:
    report = judged(file, entry(**changes))
    assert (report.findings, report.verdict) == ((), Verdict.INCONCLUSIVE)
    assert any("body was not recorded" in note for note in report.notes)
    assert "request.body" not in {cell.rule for cell in report.cells}


@pytest.mark.parametrize(
    "content",
    [
        {}, {"size": 23}, {"text": "", "size": 23}, {"text": "%", "encoding": "base64"},
        {"text": "{\ufffd", "size": 2}, {"text": "{", "comment": "Truncated"}, None,
    ],
)  # fmt: skip
def test_an_answers_body_that_was_not_recorded_is_not_judged(content: Any, file: Path) -> None:
    report = judged(file, entry(response_content=content))
    assert (report.findings, report.verdict) == ((), Verdict.KEPT)
    assert "response.body" not in {cell.rule for cell in report.cells}


def test_both_sides_are_judged(file: Path) -> None:
    report = judged(
        file, entry(body("{}")(wire("batch").GOOD), response_content={"text": "{}"}), entry(response_status=418)
    )
    assert {(finding.rule, finding.kind) for finding in report.findings} == {
        ("request.body", "as sent"), ("response.body", "invalid"), ("response.status", "valid"),
    }  # fmt: skip


def test_a_valid_request_that_was_refused_as_documented_is_no_finding(file: Path) -> None:
    error = {"text": '{"error_code": "a", "error_message": "b"}'}
    assert judged(file, entry(response_status=429, response_content=error)).verdict is Verdict.KEPT


def test_an_exchange_without_an_answer_is_judged_by_its_request(file: Path) -> None:
    report = judged(file, entry(response_status=0))
    assert (report.verdict, report.findings) == (Verdict.KEPT, ())
    assert "batch audience_create: no answer was recorded" in report.notes


def test_the_headers_of_http_2_and_a_credential_that_was_masked_are_read(file: Path) -> None:
    masked = header("authorization", "[Filtered]")(wire("batch").GOOD)
    found = entry(masked)
    found["request"]["headers"].insert(0, {"name": ":method", "value": "POST"})
    assert judged(file, found, strict=True).verdict is Verdict.KEPT


def test_a_file_without_any_credential_whose_requests_succeeded_is_not_judged_by_them(file: Path) -> None:
    bare = header("authorization")(wire("batch").GOOD)
    report = judged(file, entry(bare))
    assert (report.verdict, report.findings) == (Verdict.KEPT, ())
    assert any("taken out when recorded" in note for note in report.notes)
    refused = judged(file, entry(bare, response_status=401))
    assert "request.credential" in {finding.rule for finding in refused.findings}
    mixed = judged(file, entry(bare), entry())
    assert [finding.rule for finding in mixed.findings] == ["request.credential"]


def test_form_fields_may_stand_for_the_text_of_a_body(file: Path) -> None:
    good = wire("adobe_ims").GOOD
    fields = [dict(zip(("name", "value"), pair.split("="), strict=True)) for pair in good.body.decode().split("&")]
    token = {"text": '{"access_token": "a-secret-token", "token_type": "bearer", "expires_in": 1}'}
    found = entry(good, url=HOSTS["adobe_ims"] + good.target, response_status=200, response_content=token)
    found["request"]["postData"] = {"mimeType": "application/x-www-form-urlencoded", "params": fields}
    assert judged(file, found).verdict is Verdict.KEPT


def test_no_credential_of_the_file_is_shown_anywhere(file: Path) -> None:
    secret = "the-secret-of-another-exchange"
    carried = entry(header("authorization", f"Bearer {secret}")(wire("batch").GOOD))
    shown = entry(
        query(f"?seen={secret}&api_key=key-in-the-query")(body(f'{{"name": "{secret}"}}')(wire("batch").GOOD))
    )
    shown["response"]["content"]["text"] = f'{{"said": "{secret}"}}'
    report = judged(file, carried, shown, strict=True)
    bodies = [(e.request.body, e.response and e.response.body) for f in report.findings for e in f.evidence]
    assert len(report.findings) > 2
    assert secret not in f"{report} {bodies}"
    assert "key-in-the-query" not in f"{report} {bodies}"


@pytest.mark.parametrize("broken", [None, 1, {}, {"request": {"method": "GET", "url": "http://[", "headers": 1}}])
def test_an_entry_that_cannot_be_read_is_counted(broken: Any, file: Path) -> None:
    report = judged(file, broken, entry())
    assert report.notes == ("1 entries have no method and URL that can be read",)
    assert report.requests == 1


LEAVES = st.none() | st.booleans() | st.integers() | st.floats() | st.text()
NAMES = st.sampled_from(["name", "value", "text"]) | st.text()
JSON = st.recursive(
    LEAVES, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner, max_size=3), max_leaves=8
)
KEYS = ["method", "url", "headers", "postData", "bodySize", "response_status", "response_headers", "response_content"]


@given(changes=st.dictionaries(st.sampled_from(KEYS), JSON, max_size=3))
def test_whatever_an_entry_holds_there_is_a_report(changes: dict[str, Any], file: Path) -> None:
    assert judged(file, entry(**changes)).command == "traffic"


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "not JSON at line 1"),
        (b'{"log":', "not JSON"),
        (b"\xff\xfe", "not UTF-8"),
        (b"[]", "no log with entries"),
        (b'{"log": {"entries": {}}}', "no log with entries"),
        (b"[" * 100_000, "nothing here reads"),
        (b"1" * 5000, "nothing here reads"),
    ],
)
def test_a_file_that_is_no_archive_is_refused_with_a_reason(content: bytes, said: str, file: Path) -> None:
    file.write_bytes(content)
    with pytest.raises(HarError, match=said):
        judge(file)


def test_a_byte_order_mark_is_no_fault_of_the_file(file: Path) -> None:
    file.write_bytes(b"\xef\xbb\xbf" + json.dumps({"log": {"entries": [entry()]}}).encode())
    assert judge(file).verdict is Verdict.KEPT


COMMAND = [sys.executable, "-c", "from audience_contract._cli import main; main()", "traffic"]


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (["good.har"], 0, "kept: 1 requests, 0 findings"),
        (["bad.har"], 1, "request.body: batch audience_create body /name"),
        (["good.har", "--base-url", "nobody=http://a.test"], 2, "no provider 'nobody'"),
        (["good.har", "--base-url", "batch"], 2, "--base-url is"),
        (["none.har"], 2, "cannot read none.har"),
        (["text.har"], 2, "text.har is no HTTP Archive"),
    ],
)
def test_the_exit_code_says_whether_the_contract_was_kept(
    arguments: list[str], code: int, said: str, tmp_path: Path
) -> None:
    judged(tmp_path / "good.har", entry())
    judged(tmp_path / "bad.har", entry(body("{}")(wire("batch").GOOD)))
    (tmp_path / "text.har").write_text("text")
    ended = subprocess.run(
        [*COMMAND, *arguments], capture_output=True, text=True, check=False, cwd=tmp_path, env={"COLUMNS": "300"}
    )
    assert (ended.returncode, ended.stdout) == (code, "")
    assert said in ended.stderr
    assert "Traceback" not in ended.stderr
