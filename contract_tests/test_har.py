"""What recorders leave out, add or write otherwise in a HAR file."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audience_contract.har import HarError
from audience_contract.report import Verdict
from audience_contract.traffic import judge
from recorded import GOOD, HOSTS, entry, judged
from wire import body, header, query, wire


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("traffic") / "recorded.har"


@pytest.mark.parametrize(
    "changes",
    [
        {"postData": None, "bodySize": 40},
        {"postData": {"text": "other"}, "bodySize": 40},
        {"postData": {"text": "%%%%", "encoding": "base64"}},
        {"postData": {"params": [{"name": "file", "fileName": "a.csv"}]}},
        {"postData": None, "bodySize": -1},
        {"postData": None, "bodySize": 0},
        {"postData": None},
        {"postData": {"mimeType": "application/json", "text": None}, "bodySize": 0},
        {"postData": {"mimeType": "application/json", "text": ""}},
        {"postData": {"text": "(binary)"}},
        {"postData": {"text": "[object Blob]"}, "bodySize": 13},
        {"postData": {"text": '{"name": "\ufffd", "type": "emails"}'}},
    ],
)
def test_a_request_body_that_was_not_recorded_is_not_judged(changes: dict[str, Any], file: Path) -> None:
    report = judged(file, entry(**changes))
    assert (report.findings, report.verdict) == ((), Verdict.INCONCLUSIVE)
    assert any("body was not recorded" in note for note in report.notes)
    assert "request.body" not in {one.rule for one in report.tried}


@pytest.mark.parametrize(
    "content",
    [
        {}, {"size": 23}, {"text": "", "size": 23}, {"text": "%", "encoding": "base64"},
        {"text": "{\ufffd", "size": 2}, {"text": "{", "comment": "Truncated"}, None, {"size": 0},
        {"size": -1}, {"text": None, "size": 0}, {"text": "", "size": 0}, {"text": "", "size": -1},
        {"text": "(binary)", "size": 8}, {"text": "[redacted]"}, {"text": '{"indexing_tok', "size": 24},
    ],
)  # fmt: skip
def test_an_answers_body_that_was_not_recorded_is_not_judged(content: Any, file: Path) -> None:
    report = judged(file, entry(response_content=content))
    assert (report.findings, report.verdict) == ((), Verdict.KEPT)
    assert "response.body" not in {one.rule for one in report.tried}


def upload(text: str, *params: tuple[str, str], **changes: Any) -> dict[str, Any]:
    """An upload as recorders on the protocol of browsers' tools write it: without a Content-Length."""
    good = wire("commbox").GOOD
    recorded = {"text": text, "params": [{"name": name, "value": value} for name, value in params]}
    came = {"response_status": 201, "response_content": {"text": '{"data": {"id": "1"}}'}}
    return entry(good, url=HOSTS["commbox"] + good.target, postData=recorded, **{**came, **changes})


UPLOAD = wire("commbox").GOOD.body.decode()
EMPTY = UPLOAD.replace("phone1\r\n442079832100\r\n", "")


@pytest.mark.parametrize(
    "recorded",
    [
        upload(EMPTY, ("name", "Spring"), ("audience_file", "(binary)")),
        upload(EMPTY, bodySize=len(EMPTY)),
        upload(EMPTY.replace("csv\r\n\r\n", "csv\r\n\r\n(binary)")),
        upload(EMPTY.replace("csv\r\n\r\n", "csv\r\n\r\n<binary data>")),
        upload(UPLOAD.replace("442079832100", "\ufffd\ufffd")),
        upload(UPLOAD.replace("\r\n", "\n")),
        upload(UPLOAD, ("name", "Spring"), ("another_file", "")),
    ],
)
def test_an_upload_whose_file_was_not_recorded_is_not_judged(recorded: Any, file: Path) -> None:
    report = judged(file, recorded)
    assert (report.findings, report.verdict) == ((), Verdict.INCONCLUSIVE)
    assert any("body was not recorded" in note for note in report.notes)


def test_an_upload_that_was_recorded_whole_is_judged(file: Path) -> None:
    assert judged(file, upload(UPLOAD, ("name", "Spring"), ("audience_file", ""))).verdict is Verdict.KEPT
    (finding,) = judged(file, upload(UPLOAD.replace("phone1", "phone"))).findings
    assert finding.place == "part audience_file"
    sent = upload(EMPTY)
    sent["request"]["headers"].append({"name": "content-length", "value": str(len(EMPTY))})
    (finding,) = judged(file, sent).findings
    assert finding.rule == "request.prose"


@pytest.mark.parametrize("headers", [[], None, {}])
def test_headers_that_were_not_recorded_are_not_judged(headers: Any, file: Path) -> None:
    report = judged(file, entry(headers=headers, response_headers=headers))
    if headers == {}:
        assert report.requests == 0
        return
    assert report.findings == ()
    assert any("headers were not recorded" in note for note in report.notes)
    assert "request.header" not in {one.rule for one in report.tried}
    typed = entry(headers=headers, response_headers=headers)
    typed["response"]["content"]["mimeType"] = "application/json"
    broken = entry(body("{}")(GOOD), headers=headers)
    assert {finding.place for finding in judged(file, typed, broken).findings} == {"body /name", "body /type"}


WORDS = [
    "[redacted]", "REDACTED", "<redacted>", "[Filtered]", "*****", "***REDACTED***", "xxxxxxxx", "", None, "sanitized",
    "[access_token redacted]", "<API_KEY>", "{{token}}", "${TOKEN}", "Removed by proxy", "•••",
    "[bearer token omitted]",
]  # fmt: skip


@pytest.mark.parametrize("word", WORDS)
def test_a_word_in_the_place_of_a_credential_stands_for_any(word: Any, file: Path) -> None:
    for key, name in (("batch", "authorization"), ("adobe", "x-api-key"), ("adobe", "Authorization")):
        good = wire(key).GOOD
        found = entry(good, url=HOSTS[key] + good.target)
        for pair in found["request"]["headers"]:
            pair["value"] = word if pair["name"].lower() == name.lower() else pair["value"]
        assert "request.credential" not in {finding.rule for finding in judged(file, found).findings}


@pytest.mark.parametrize("word", ["[redacted]", None])
def test_a_header_whose_value_was_taken_out_is_not_judged(word: Any, file: Path) -> None:
    for name in ("X-Batch-Project", "content-type"):
        found = entry()
        for pair in found["request"]["headers"]:
            pair["value"] = word if pair["name"].lower() == name.lower() else pair["value"]
        assert judged(file, found).findings == ()


@pytest.mark.parametrize("value", ["Basic dXNlcjpwYXNz", "Basic [redacted]", "my-secret-key", "Bearer", "Token abcdef"])
def test_a_credential_of_another_form_is_a_finding_all_the_same(value: str, file: Path) -> None:
    assert [f.place for f in judged(file, entry(header("authorization", value)(GOOD))).findings] == [
        "header Authorization"
    ]


def test_the_headers_of_http_2_and_a_credential_that_was_masked_are_read(file: Path) -> None:
    found = entry(query("?a=b")(header("authorization", "[Filtered]")(GOOD)))
    found["request"]["headers"].insert(0, {"name": ":method", "value": "POST"})
    (finding,) = judged(file, found, strict=True).findings
    assert finding.rule == "request.undocumented"
    assert ":method" not in dict(finding.evidence[0].request.headers)


def test_form_fields_may_stand_for_the_text_of_a_body(file: Path) -> None:
    good = wire("adobe_ims").GOOD
    fields = [dict(zip(("name", "value"), pair.split("="), strict=True)) for pair in good.body.decode().split("&")]
    token = {"text": '{"access_token": "a-secret-token", "token_type": "bearer", "expires_in": 1}'}
    found = entry(good, url=HOSTS["adobe_ims"] + good.target, response_status=200, response_content=token)
    found["request"]["postData"] = {"mimeType": "application/x-www-form-urlencoded", "params": fields}
    assert judged(file, found).verdict is Verdict.KEPT


@pytest.mark.parametrize(
    "broken",
    [
        *(None, 1, {}, {"request": {"method": "GET", "url": "http://[", "headers": 1}}),
        {"request": {"method": "POST", "url": HOSTS["batch"] + GOOD.target, "headers": dict(GOOD.headers)}},
    ],
)
def test_an_entry_that_cannot_be_read_is_counted(broken: Any, file: Path) -> None:
    report = judged(file, broken, entry())
    assert report.notes == ("1 entry has no method, URL and headers that can be read",)
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
