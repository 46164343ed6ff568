"""`audience-contract traffic`: recorded exchanges get the verdict that they would have got at once."""

import json
import sys
from collections.abc import Iterator
from pathlib import Path

import httpx2
import pytest
from hypothesis import given
from hypothesis import strategies as st

import commands
import documented
from audience_contract import Response, load, provider_keys
from audience_contract.judging import Ledger, Observation
from audience_contract.mock import MockServer
from audience_contract.report import Verdict
from audience_contract.traffic import judge
from recorded import GOOD, HOSTS, entry, judged, record
from wire import Change, body, header, operation_of, query, send, wire


@pytest.fixture(scope="module")
def http() -> Iterator[httpx2.Client]:
    with httpx2.Client(timeout=60) as made:
        yield made


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("traffic") / "recorded.har"


def left_out(key: str, change: Change) -> set[str]:
    """The headers, in lower case, that a change takes away or empties; a record could have lost them as well."""
    good, changed = (
        {name.lower() for name, value in each.headers if value} for each in (wire(key).GOOD, change(wire(key).GOOD))
    )
    return good - changed


CHANGES = st.sampled_from(
    [
        (key, change)
        for key in provider_keys()
        for rows in (wire(key).BROKEN, wire(key).UNNAMED, [(change,) for change in wire(key).SAME])
        for change, *_ in rows
        if not left_out(key, change) & {"authorization", "x-api-key"}
    ]
)


@pytest.mark.parametrize(("count", "found"), [(b"3", set()), (b'"3"', {("audience_view", "response.body")})])
def test_an_answer_of_any_operation_is_judged(file: Path, count: bytes, found: set[tuple[str, str]]) -> None:
    view, status = wire("batch").OTHERS["view"]
    answer = Response(status, (("content-type", "application/json"),), b'{"name": "spring_2025", "nb_ids": %s}' % count)
    record(file, HOSTS["batch"], view, answer)
    assert {(*finding.operations, finding.rule) for finding in judge(file).findings} == found


@given(changed=CHANGES, status=st.sampled_from(["", "/_mock/respond/429", "/_mock/respond/501"]))
def test_an_exchange_of_the_mock_gets_the_same_findings_from_its_record(
    changed: tuple[str, Change], status: str, server: MockServer, http: httpx2.Client, file: Path
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
    assert report.tried == ledger.tried


@pytest.mark.parametrize("key", provider_keys())
def test_an_exchange_with_a_providers_own_host_is_that_providers(key: str, file: Path, server: MockServer) -> None:
    with httpx2.Client(timeout=60) as client:
        response = send(client, server, key, wire(key).GOOD)
    record(file, HOSTS[key], wire(key).GOOD, response)
    report = judge(file)
    assert (report.requests, report.findings, report.verdict) == (1, (), Verdict.KEPT)


def test_what_belongs_to_no_operation_is_named_by_host_and_path_only(file: Path) -> None:
    others = [
        "https://other.test/a?token=secret",
        f"{documented.base_url('batch')}/else#part",
        "https://u:p@other.test/b",
    ]
    batch = documented.base_url("batch").removeprefix("https://")
    report = judged(file, entry(), *(entry(url=url) for url in others), entry(method="OPTIONS"))
    (note,) = report.notes
    assert note == (
        f"4 exchanges belong to no operation: other.test/a, {batch}/else, other.test/b, {batch}/audiences/create"
    )
    assert (report.requests, report.verdict) == (1, Verdict.KEPT)
    assert judged(file, entry(url=others[0])).verdict is Verdict.INCONCLUSIVE


def test_both_sides_are_judged(file: Path) -> None:
    report = judged(
        file, entry(body("{}")(wire("batch").GOOD), response_content={"text": "{}"}), entry(response_status=418)
    )
    assert {(finding.rule, finding.inputs) for finding in report.findings} == {
        ("request.body", ()), ("response.body", ("invalid",)), ("response.status", ("valid",)),
    }  # fmt: skip


def test_a_valid_request_that_was_refused_as_documented_is_no_finding(file: Path) -> None:
    error = {"text": '{"error_code": "a", "error_message": "b"}'}
    assert judged(file, entry(response_status=429, response_content=error)).verdict is Verdict.KEPT


@pytest.mark.parametrize(
    ("entries", "said"),
    [
        ([], ["nothing to judge: the file has no exchange"]),
        (
            [{"request": {"method": "GET", "url": "https://other.test/a"}}],
            ["nothing to judge: no exchange belongs to a documented operation; see --base-url",
             "1 exchange belongs to no operation: other.test/a"],
        ),
    ],
)  # fmt: skip
def test_a_file_without_anything_to_judge_says_so(
    entries: list[dict[str, object]], said: list[str], file: Path
) -> None:
    report = judged(file, *entries)
    assert (report.verdict, list(report.notes)) == (Verdict.INCONCLUSIVE, said)
    assert report.started.endswith("Z")


def test_an_exchange_without_an_answer_is_judged_by_its_request(file: Path) -> None:
    report = judged(file, entry(response_status=0))
    assert (report.verdict, report.findings) == (Verdict.KEPT, ())
    assert "batch audience_create: no answer was recorded" in report.notes


@pytest.mark.parametrize("status", [202, 401, 429, 500, 0])
@pytest.mark.parametrize(
    ("key", "name"), [("batch", "authorization"), ("adobe", "authorization"), ("adobe", "x-api-key")]
)
def test_a_credential_that_no_exchange_of_the_file_has_was_not_recorded(
    key: str, name: str, status: int, file: Path
) -> None:
    good = wire(key).GOOD
    bare = entry(header(name)(good), url=HOSTS[key] + good.target, response_status=status)
    report = judged(file, bare)
    assert "request.credential" not in {finding.rule for finding in report.findings}
    assert any(f"no exchange has the header {name}: it was not recorded" in note.lower() for note in report.notes)
    mixed = judged(file, bare, entry(good, url=HOSTS[key] + good.target))
    assert [finding.place.lower() for finding in mixed.findings if finding.rule == "request.credential"] == [
        f"header {name}"
    ]


def test_another_credential_of_the_same_request_is_judged_all_the_same(file: Path) -> None:
    good = wire("adobe").GOOD
    url = HOSTS["adobe"] + good.target
    bare = header("authorization")(good)
    report = judged(file, entry(header("x-api-key")(bare), url=url), entry(bare, url=url))
    assert [f.place for f in report.findings if f.rule == "request.credential"] == ["header x-api-key"]


@pytest.mark.parametrize(
    "base",
    ["http://MOCK.test/batch", "HTTP://mock.test:80/batch/", "http://mock.test./batch", "http://Mock.Test:80/batch"],
)
@pytest.mark.parametrize("host", ["mock.test", "mock.test:80", "MOCK.TEST"])
def test_a_base_url_is_the_same_however_its_host_and_port_are_written(base: str, host: str, file: Path) -> None:
    found = entry(url=f"http://{host}/batch/audiences/create")
    file.write_text(json.dumps({"log": {"entries": [found]}}))
    assert judge(file, base_urls={"batch": base}).requests == 1


@pytest.mark.parametrize("base", ["https://mock.test/batch", "http://mock.test:81/batch", "http://other.test/batch"])
def test_another_scheme_port_or_host_is_another_server(base: str, file: Path) -> None:
    file.write_text(json.dumps({"log": {"entries": [entry(url="http://mock.test/batch/audiences/create")]}}))
    assert judge(file, base_urls={"batch": base}).requests == 0


def test_a_providers_own_host_may_be_written_in_full(file: Path) -> None:
    for host in ("https://API.batch.com:443", "https://api.batch.com."):
        assert judged(file, entry(url=host + GOOD.target)).requests == 1


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


COMMAND = [sys.executable, "-c", "from audience_contract._cli import main; main()", "traffic"]


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (["good.har"], 0, "kept"),
        (["bad.har"], 1, "body /name"),
        (["good.har", "--base-url", "nobody=http://a.test"], 2, "no provider 'nobody'"),
        (["good.har", "--base-url", "batch"], 2, "--base-url is"),
        (["good.har", "--base-url", "batch=http://a:b"], 2, "--base-url is"),
        (["good.har", "--base-url", "batch=HTTP://A.test:80"], 0, "kept"),
        (["good.har", "--base-url", "batch=http://a.test/2.10?"], 2, "--base-url is"),
        (["good.har", "--base-url", "batch=http://a.test/a b"], 2, "--base-url is"),
        (["good.har", "--base-url", "batch=http://u:p@a.test"], 2, "--base-url is"),
        (["none.har"], 2, "cannot read none.har"),
        (["/proc/self/mem"], 2, "cannot read /proc/self/mem"),
        (["text.har"], 2, "text.har is no HTTP Archive"),
    ],
)
def test_the_exit_code_says_whether_the_contract_was_kept(
    arguments: list[str], code: int, said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    judged(tmp_path / "good.har", entry())
    judged(tmp_path / "bad.har", entry(body("{}")(wire("batch").GOOD)))
    (tmp_path / "text.har").write_text("text")
    ended = commands.run("audience_contract", "traffic", *arguments)
    assert ended.returncode == code
    assert said in (ended.stdout if code < 2 else ended.stderr)
    assert "Traceback" not in ended.stderr
