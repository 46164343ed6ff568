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
from wire import header, query, wire


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
