"""Members in what `audience-contract` shows: canaries are put wherever a client or a server can put a member."""

import html
import io
import json
import time
import zipfile
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from rich.console import Console

import processes
from audience_contract import Request, baseline, load, reports
from audience_contract.evidence import Redactor
from audience_contract.judging import Ledger, Observation
from audience_contract.messages import Response
from audience_contract.report import KEPT_EVIDENCE, Report
from audience_contract.reports import annotations
from audience_contract.spec import parse
from audience_contract.workbooks import workbook
from canaries import FILE, MEMBER, NUMBER, forms, found_in
from long import long
from raw_server import RawServer
from raw_server import http as answer
from recorded import HOSTS, entry, judged
from sender import written
from test_client import COMMAND
from test_pytest_plugin import run
from wire import Change, body, header, operation_of, query, wire

EMAIL = "mnemosyne@example.com"
ALL = (MEMBER, NUMBER, EMAIL, "44 20 7983 2100")


def outputs(report: Report) -> dict[str, str]:
    """Everything that a run can leave behind."""
    screen = Console(file=io.StringIO(), width=200)
    reports.terminal(report, screen)
    assert isinstance(screen.file, io.StringIO)
    return {
        "terminal": screen.file.getvalue(),
        "github": "\n".join(annotations.annotations(report)),
        "baseline": baseline.render(report.findings, date(2026, 11, 28)),
        **{form: html.unescape(reports.render(report, form).decode()) for form in reports.FORMATS},
    }


def check(report: Report, *evident: str) -> None:
    """No output has a member, and the evidence is there."""
    assert report.findings
    for name, text in outputs(report).items():
        assert (name, found_in(text, *ALL)) == (name, set())
        assert name in ("github", "baseline") or all(each in text for each in evident), name


def uploading(data: bytes, disposition: str = '"audience_file"; filename="a.csv"', media: str = "text/csv") -> Change:
    """CommBox's request with another file, in another part."""

    def change(good: Request) -> Request:
        part = f"Content-Disposition: form-data; name={disposition}\r\n"
        part += f"Content-Type: {media}\r\n" if media else ""
        start, end = good.body[: good.body.index(b"--limit", 5)], b"\r\n--limit--\r\n"
        return replace(good, body=start + b"--limit\r\n" + part.encode() + b"\r\n" + data + end)

    return change


IDS = [{"id": MEMBER, "action": "add"}, {"id": NUMBER}, {"id": EMAIL, "attributes": {MEMBER: "+44 20 7983 2100"}}]


def listing(ids: Any) -> Change:
    return body(json.dumps({"name": "spring_2025", "type": "wrong", "ids": ids}))


WORKBOOK = workbook([["phone1", "name", "mail"], [int(NUMBER), MEMBER, EMAIL]])
SENT: dict[str, tuple[str, Change]] = {
    "a file of a media type that nobody documents": ("commbox", uploading(FILE, media="application/octet")),
    "a file without a column": ("commbox", uploading(FILE.replace(b"phone1", b"mobile"))),
    "a file that is sent as a text": ("commbox", uploading(FILE, '"audience_file"', "")),
    "a file in another part": ("commbox", uploading(FILE, '"customers"; filename="a.csv"')),
    "a file in the place of a name": ("commbox", uploading(FILE, '"name"', "")),
    "a word in a file for a name": ("commbox", uploading(MEMBER.encode(), '"name"; filename="a.txt"', "")),
    "a workbook": ("commbox", uploading(WORKBOOK, '"audience_file"; filename="a.xlsx"', "application/vnd.ms")),
    "a file in UTF-16": ("commbox", uploading(FILE.decode().encode("utf-16"))),
    "a list in a part": ("commbox", uploading(json.dumps(IDS).encode(), '"ids"', "application/json")),
    "an upload that is cut": ("commbox", lambda good: replace(uploading(FILE)(good), body=good.body[:-4] + FILE)),
    "an upload that names no boundary": (
        "commbox",
        lambda good: header("Content-Type", "multipart/form-data")(uploading(FILE)(good)),
    ),
    "a file that is the body": ("commbox", lambda good: header("Content-Type", "text/csv")(replace(good, body=FILE))),
    "ids": ("batch", listing([MEMBER, NUMBER, EMAIL])),
    "numbers": ("batch", listing([int(NUMBER), MEMBER])),
    "ids in objects": ("batch", listing(IDS)),
    "ids that are names of properties": ("batch", listing({MEMBER: {NUMBER: EMAIL}})),
    "one id": ("batch", listing(f"{MEMBER} {NUMBER} {EMAIL}")),
    "properties that are members": ("batch", body(json.dumps({NUMBER: 1, EMAIL: MEMBER, "+44 20 7983 2100": None}))),
    "a list for a name": ("batch", body("spring_2025", f"{NUMBER},{MEMBER}, {EMAIL}")),
    "an array for a name": ("batch", body(json.dumps({"name": [MEMBER, NUMBER, EMAIL], "type": [[MEMBER]]}))),
    "an array for a body": ("batch", body(json.dumps([MEMBER, NUMBER, EMAIL]))),
    "JSON that is none": ("batch", body(f'{{"ids": ["{MEMBER}", "{NUMBER}", "{EMAIL}"')),
    "JSON that says it is text": ("batch", lambda good: header("Content-Type", "text/plain")(listing(IDS)(good))),
    "a form": (
        "batch",
        lambda good: header("Content-Type", "application/x-www-form-urlencoded")(
            replace(good, body=f"ids={MEMBER}&a={quote(EMAIL)}&{NUMBER}".encode())
        ),
    ),
    "a query": ("batch", query(f"?ids={MEMBER},{NUMBER}&mail={quote(EMAIL)}&{NUMBER}&{MEMBER}")),
    "a header": ("batch", lambda good: header("X-Member", f"{MEMBER} {NUMBER}")(header("X-Batch-Project")(good))),
    "a path": ("batch", lambda good: replace(good, target=f"/2.10/members/{quote(EMAIL)}/{NUMBER}?id={MEMBER}")),
}  # fmt: skip


def exchange(key: str, change: Change, status: int = 418, said: str = "no coffee", **fields: str) -> dict[str, Any]:
    request = change(wire(key).GOOD)
    length = {"name": "Content-Length", "value": str(len(request.body))}
    typed = [length, *({"name": name, "value": value} for name, value in request.headers)]
    answered = [{"name": name, "value": value} for name, value in {"Content-Type": "text/x", **fields}.items()]
    sent = {"text": request.body.decode("latin-1"), "mimeType": "text/x"}
    return entry(
        replace(request, body=b""),
        url=HOSTS[key] + request.target,
        headers=typed,
        postData=sent,
        response_status=status,
        response_headers=answered,
        response_content={"text": said},
    )


@pytest.mark.parametrize("name", [name for name in SENT if name != "a path"])
def test_no_output_has_a_member_that_was_sent(name: str, tmp_path: Path) -> None:
    key, change = SENT[name]
    check(judged(tmp_path / "a.har", exchange(key, change), strict=True), "[masked")


def test_no_address_that_belongs_to_nobody_has_one(tmp_path: Path) -> None:
    elsewhere = entry(url=f"https://other.test/{NUMBER}/{quote(EMAIL)}")
    report = judged(tmp_path / "a.har", exchange(*SENT["a path"]), elsewhere)
    (note,) = (note for note in report.notes if "belong to no operation" in note)
    assert note.endswith("api.batch.com/2.10/members/[masked]/[masked], other.test/[masked]/[masked]")
    assert all(found_in(text, *ALL) == set() for text in outputs(report).values())


@pytest.mark.parametrize("key", [long("batch"), "commbox"])
def test_neither_has_one_that_was_passed_on_to_an_upstream(key: str, tmp_path: Path, raw: RawServer) -> None:
    raw.answer = answer(400, f'{{"error_message": "{NUMBER}: no {MEMBER}, {EMAIL}"}}'.encode())
    sent = [change(wire(key).GOOD) for other, change in SENT.values() if other == key]
    requests = written(tmp_path / "requests", key, sent)
    paths = {form: tmp_path / form for form in reports.FORMATS}
    options = [f"--report={form}={path}" for form, path in paths.items()]
    command = [*COMMAND, "--strict", "--providers", key, "--upstream", raw.url, *options, "--report=github"]
    made = [*command, f"--write-baseline={tmp_path / 'baseline'}", "--", *requests]
    done = processes.run(made)
    # What the command itself prints is its own: the answer that it got.
    own = done.stdout.partition("::")[2]
    for text in (done.stderr, own, *((tmp_path / each).read_text("utf-8") for each in (*paths, "baseline"))):
        assert found_in(html.unescape(text), *ALL) == set()
    assert (done.returncode, "members and uploaded content are masked" in done.stderr) == (1, True)


QUOTES: dict[str, Callable[[str], str]] = {
    "JSON": lambda told: json.dumps({"error_message": f"no such ids: {told}.", "error_code": 1}),
    "a list": lambda told: json.dumps({"detail": [{"loc": ["body", "ids"], "input": word} for word in told.split()]}),
    "names of properties": lambda told: json.dumps({"errors": dict.fromkeys(told.split(), "unknown")}),
    "a number": lambda _: json.dumps({"errors": [int(NUMBER)]}),
    "text": lambda told: f"Traceback: KeyError: {told!r}\n",
    "HTML": lambda told: f"<h1>Error</h1><p title='{told}'>{html.escape(told)}</p>",
    "JSON in JSON": lambda told: json.dumps({"error": json.dumps({"ids": told.split()})}),
    "escapes": lambda told: " ".join(form for each in told.split() for form in forms(each)),
    "groups": lambda _: "no subscriber +44 20 7983 2100, (44) 20-7983-2100 or 44 2079 832100",
}


@pytest.mark.parametrize("name", QUOTES)
@pytest.mark.parametrize("sent", ["ids", "a file without a column", "a workbook", "a file in UTF-16", "a query"])
def test_no_output_has_a_member_that_an_error_quotes(name: str, sent: str, tmp_path: Path) -> None:
    key, change = SENT[sent]
    told = QUOTES[name](f"{MEMBER} {NUMBER} {EMAIL}")
    fields = {"X-Error": f"{MEMBER}; {NUMBER}", "Location": f"https://x.test/{quote(EMAIL)}?id={MEMBER}"}
    wrong = exchange(key, change, 400 if name == "JSON" else 418, told, **fields)
    check(judged(tmp_path / "a.har", wrong, strict=True), "[masked]")


def test_an_answer_may_quote_a_member_of_another_exchange(tmp_path: Path) -> None:
    right = exchange("commbox", uploading(FILE), 201, '{"data": {"id": "1"}}', **{"Content-Type": "application/json"})
    later = exchange("commbox", lambda good: good, 418, f"{MEMBER} is gone")
    for entries in ((right, later), (later, right)):
        check(judged(tmp_path / "a.har", *entries), "[masked] is gone")


@pytest.mark.parametrize("known", [True, False])
def test_so_may_one_of_a_request_that_broke_nothing_or_went_nowhere(known: bool) -> None:
    ledger, operation = Ledger(), operation_of("commbox")
    earlier = Observation("", uploading(FILE)(wire("commbox").GOOD))
    if known:
        assert ledger.request(operation, earlier) == []
    else:
        for request in [wire("commbox").GOOD] * KEPT_EVIDENCE:
            ledger.unknown("commbox", Observation("", request), "no such path")
        ledger.unknown("commbox", earlier, "no such path")
    error = Response(418, (), f"{MEMBER} and {NUMBER}: busy".encode())
    ledger.response(operation, Observation("", wire("commbox").GOOD, error), kind="valid")
    found = [finding for finding in ledger.findings if finding.rule.startswith("response.")]
    shown = found[0].evidence[0].response
    assert shown
    assert shown.body == b"[masked] and [masked]: busy"


def test_a_success_shows_what_is_documented_as_one_value(tmp_path: Path) -> None:
    said = json.dumps({"indexing_token": 5, "members": [MEMBER], "owner": EMAIL, "error_code": "c"})
    wrong = exchange("batch", lambda good: good, 202, said, **{"Content-Type": "application/json"})
    check(judged(tmp_path / "a.har", wrong), "members", "owner")
    said = json.dumps({"data": {"id": "4420798"}, "status": "201", "rows": [{"phone": NUMBER}]})
    wrong = exchange("commbox", lambda good: good, 201, said, **{"Content-Type": "application/json"})
    check(judged(tmp_path / "a.har", wrong), "4420798")


def test_what_the_spec_documents_as_one_value_is_shown_with_what_is_wrong(tmp_path: Path) -> None:
    text = outputs(judged(tmp_path / "a.har", exchange("batch", body('"emails"', '"phones"'))))["terminal"]
    assert '{"name": "spring_2025", "type": "phones", "display_name": "Spring"}' in text
    assert "curl -i --http1.1 -X POST https://api.batch.com/2.10/audiences/create" in text
    assert "X-Batch-Project: mock-project" in text
    assert "masked" not in text
    text = outputs(judged(tmp_path / "a.har", exchange("commbox", uploading(FILE, media="text/x"))))["terminal"]
    for part in ('name="name"', "Spring", 'filename="a.csv"', "Content-Type: text/x", f"[masked: {len(FILE)} bytes]"):
        assert part in text
    assert "curl" not in text


def test_members_are_shown_if_asked_for_and_the_report_says_so(tmp_path: Path) -> None:
    file = tmp_path / "a.har"
    judged(file, exchange("commbox", uploading(FILE, media="text/x")))
    command = [*COMMAND[:-1], "traffic", str(file), "--show-members"]
    done = processes.run(command)
    assert found_in(done.stdout, NUMBER, MEMBER) == {NUMBER, MEMBER}
    assert "--show-members: members and uploaded content are shown as they were sent" in done.stdout
    assert "are masked" not in done.stdout


LATER = json.dumps({
    "openapi": "3.1.0", "info": {"title": "later", "version": "1"}, "servers": [{"url": "https://later.test"}],
    "paths": {
        "/audiences/{name}/members/{member}": {"put": {
            "operationId": "change",
            "responses": {"202": {"description": "", "content": {"application/json": {"schema": {
                "type": "object", "required": ["token"], "properties": {
                    "token": {"type": "string"},
                    "audiences": {"type": "array", "items": {"properties": {"name": {"type": "string"}}}},
                },
            }}}}},
            "parameters": [
                {"name": "name", "in": "path", "required": True, "schema": {"type": "string"}},
                {"name": "ids", "in": "query", "schema": {"type": "array", "items": {"type": "string"}}},
            ],
            "requestBody": {"content": {"application/json": {"schema": {
                "type": "object", "required": ["name", "ids"], "properties": {
                    "name": {"type": "string"},
                    "ids": {"type": "array", "maxItems": 1, "items": {"oneOf": [
                        {"type": "object", "properties": {
                            "id": {"type": "string"}, "action": {"enum": ["add", "remove"]},
                            "attributes": {"type": "object", "additionalProperties": True},
                        }},
                        {"type": "string"},
                    ]}},
                    "content": {"type": "string", "contentEncoding": "base64"},
                },
            }}}},
        }},
    },
})  # fmt: skip


def test_a_later_operation_is_masked_by_its_schema_and_by_no_list_of_names() -> None:
    spec = parse("batch", LATER)
    (operation,) = spec.operations
    sent = json.dumps({"name": "VIP_2025", "ids": [*IDS, MEMBER], "content": "TW5lbW9zeW5l"}).encode()
    request = Request(
        "PUT", f"/audiences/VIP_2025/members/{NUMBER}?ids={MEMBER}", (("Content-Type", "application/json"),), sent
    )
    said = json.dumps({"audiences": [{"name": MEMBER}], "more": NUMBER}).encode()
    response = Response(202, (("Content-Type", "application/json"),), said)
    redactor = Redactor()
    shown = redactor.evidence(f"https://later.test{request.target}", request, response, operation)
    assert shown.url == "https://later.test/audiences/VIP_2025/members/[masked]?ids=[masked]"
    assert json.loads(shown.request.body) == {
        "name": "VIP_2025",
        "ids": [
            {"id": "[masked]", "action": "add"},
            {"id": "[masked]"},
            {"id": "[masked]", "attributes": "[masked]"},
            "[masked]",
        ],
        "content": "[masked]",
    }
    assert shown.response
    assert json.loads(shown.response.body) == {"audiences": [{"name": "[masked]"}], "more": "[masked]"}
    error = Response(400, (), f"bad: {MEMBER}, {NUMBER}: TW5lbW9zeW5l".encode())
    quoted = redactor.evidence("", request, error, operation).response
    assert quoted
    assert quoted.body == b"bad: [masked], [masked]: [masked]"


def test_where_not_everything_is_known_that_could_be_quoted_no_words_of_an_error_are_shown() -> None:
    bomb = io.BytesIO()
    with zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("xl/sharedStrings.xml", b" " * 2**26 + MEMBER.encode())
    rows = b"".join(b"%d\r\n" % number for number in range(10**6, 10**6 + 300_000))
    for file in (bomb.getvalue(), b"\x1f\x8b" + FILE, b"PK" + FILE, b"phone1\r\n" + rows):
        redactor, operation = Redactor(), operation_of("commbox")
        redactor.learn(operation, uploading(file)(wire("commbox").GOOD))
        error = Response(400, (), b'{"description": "Mnemosyne is unknown", "status": 400}')
        shown = redactor.evidence("", wire("commbox").GOOD, error, operation).response
        assert shown
        assert shown.body == b"[masked]"


@pytest.mark.parametrize("said", ["\\\\", "%25", "&#", "a@", "+1 ", "1 ", "&amp;", "a."])
def test_an_answer_that_is_hard_to_read_takes_no_longer_than_another(said: str) -> None:
    def cpu(text: str) -> float:
        begun = time.process_time()
        redactor.evidence("", wire("batch").GOOD, Response(400, (), text.encode()), operation_of("batch"))
        return time.process_time() - begun

    redactor = Redactor()
    assert cpu(said * (2**16 // len(said))) < 20 * cpu("some words " * (2**16 // 11)) + 1


def test_a_finding_has_the_same_key_whoever_the_members_are() -> None:
    keys = []
    for word in ("name body type path", MEMBER, "display_name audiences create"):
        ledger, good = Ledger(strict=True), wire("batch").GOOD
        for change in (listing([word]), body("{}"), query("?debug=1")):
            ledger.request(operation_of("batch"), Observation("", change(good)))
        keys.append([finding.key for finding in ledger.findings])
    assert keys[0] == keys[1] == keys[2]


def test_a_failing_test_of_a_user_names_no_member(tmp_path: Path) -> None:
    sent = json.dumps({NUMBER: 1, "ids": [MEMBER]})
    text = f"""
def test(audience_router):
    send(content={sent!r})
    send(params={{"id": "{MEMBER}", "{EMAIL}": ""}})
    send(url="https://api.batch.com/2.10/audiences/{quote(EMAIL)}?id={MEMBER}&rest=")
"""
    ended = run(tmp_path, text, "--tb=no")
    assert "violations of the contract" in ended.stdout
    assert found_in(ended.stdout, *ALL) == set()


def test_the_specs_own_words_are_no_members() -> None:
    assert load("commbox").operations
    ledger = Ledger()
    good = wire("commbox").GOOD
    error = Response(400, (), b'{"description": "Missing phone1 column", "status": 400}')
    change = uploading(b"mobile\r\n1\r\n")
    ledger.request(operation_of("commbox"), Observation("", change(good), error))
    (finding,) = ledger.findings
    shown = finding.evidence[0].response
    assert shown
    assert b"Missing phone1 column" in shown.body
