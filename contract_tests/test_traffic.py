"""`audience-contract traffic`: recorded exchanges get the verdict that they would have got at once."""

import sys
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

import documented
import processes
from audience_contract import load, provider_keys
from audience_contract.judging import Ledger, Observation
from audience_contract.mock import MockServer
from audience_contract.report import Verdict
from audience_contract.traffic import judge
from recorded import HOSTS, entry, judged, record
from wire import Change, body, header, operation_of, query, send, wire


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
    assert {(finding.rule, finding.kind) for finding in report.findings} == {
        ("request.body", "as sent"), ("response.body", "invalid"), ("response.status", "valid"),
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


def test_a_file_without_any_credential_whose_requests_succeeded_is_not_judged_by_them(file: Path) -> None:
    bare = header("authorization")(wire("batch").GOOD)
    report = judged(file, entry(bare))
    assert (report.verdict, report.findings) == (Verdict.KEPT, ())
    assert any("taken out when recorded" in note for note in report.notes)
    refused = judged(file, entry(bare, response_status=401))
    assert "request.credential" in {finding.rule for finding in refused.findings}
    mixed = judged(file, entry(bare), entry())
    assert [finding.rule for finding in mixed.findings] == ["request.credential"]


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
    ended = processes.run([*COMMAND, *arguments], cwd=tmp_path, env={"COLUMNS": "300"})
    assert ended.returncode == code
    assert said in (ended.stdout if code < 2 else ended.stderr)
    assert "Traceback" not in ended.stderr
