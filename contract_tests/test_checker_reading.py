"""How the checker reads JSON, dates and forms."""

import json
from datetime import datetime
from typing import Any
from urllib.parse import quote, urlencode

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from audience_contract import Request
from audience_contract.bodies import parts_of
from audience_contract.schema import is_date_time
from audience_contract.strict_json import MAX_DEPTH, at, loads
from audience_contract.urlencoded import read
from audience_contract.violation import UnreadableError

_VALUES: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
)


@given(_VALUES, st.booleans())
def test_every_json_value_is_read_as_it_was_written(value: Any, ascii_only: bool) -> None:
    assert loads(json.dumps(value, ensure_ascii=ascii_only).encode()) == value


@pytest.mark.parametrize(
    "text",
    [
        *(b"", b"{} {}", b"{}x", b"'a'", b'{"a": 1, "\\u0061": 2}', b"NaN", b"-Infinity", b"[1e5, Infinity]"),
        *(b'"\\ud800"', b'{"\\udc00": 1}', b"\xef\xbb\xbf{}", b'"\xe9"', '{"a": 1}'.encode("utf-16"), b'"\x00"'),
        *(b"[" * (MAX_DEPTH + 1) + b"]" * (MAX_DEPTH + 1), b"[" * 200_000, b"9" * 5000),
    ],
)
def test_json_that_two_readers_may_understand_differently_is_unreadable(text: bytes) -> None:
    with pytest.raises(UnreadableError, match="unreadable: "):
        loads(text)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (b'{"a": 1, "a": 1}', "the same key twice"),
        (b"[NaN]", "NaN or Infinity"),
        (b"[" * 200_000, "deeper than 128"),
        (b"9" * 5000, "too many digits"),
        (b'"\\ud800"', "surrogate"),
        (b'["a", "\xff"]', "not UTF-8 at byte 7"),
        (b'["secret"', "not JSON at character 9"),
    ],
)
def test_the_reason_why_json_is_unreadable_is_said(text: bytes, reason: str) -> None:
    with pytest.raises(UnreadableError, match=reason):
        loads(text)


def test_json_as_deep_as_the_limit_is_read() -> None:
    assert loads(b"[" * MAX_DEPTH + b"1" + b"]" * MAX_DEPTH)


@given(st.datetimes(), st.integers(-1439, 1439), st.text("0123456789", min_size=1))
def test_every_moment_is_a_date_time(moment: datetime, minutes: int, digits: str) -> None:
    ahead = f"{'-' if minutes < 0 else '+'}{abs(minutes) // 60:02}:{abs(minutes) % 60:02}"
    text = moment.replace(microsecond=0).isoformat()
    assert all(is_date_time(text + end) for end in ("Z", "z", ahead, f".{digits}Z", f".{digits}{ahead}"))


@pytest.mark.parametrize(
    ("text", "valid"),
    [
        *(("2025-02-06T07:51:52.2581942Z", True), ("2016-12-31T23:59:60Z", True), ("2016-12-31T15:59:60-08:00", True)),
        *(("2016-12-31T22:59:60Z", False), ("2025-02-29T00:00:00Z", False), ("2025-13-01T00:00:00Z", False)),
        *(("2025-02-06T24:00:00Z", False), ("2025-02-06T07:51:52", False), ("2025-02-06T07:51:52Z\n", False)),
        *(("2025-02-06 07:51:52Z", False), ("٢025-02-06T07:51:52Z", False), ("2025-02-06T07:51:52+24:00", False)),
    ],
)
def test_a_date_time_is_one_of_rfc_3339(text: str, valid: bool) -> None:
    assert is_date_time(text) is valid


@given(st.binary(), st.text(st.characters(exclude_characters='"\\\r\n\0', codec="utf-8"), min_size=1))
def test_a_part_is_read_with_its_name_and_every_byte(data: bytes, name: str) -> None:
    assume(b"\r\n--b" not in b"\r\n" + data)
    content = b'--b\r\nContent-Disposition: form-data; name="%b"\r\n\r\n%b\r\n--b--\r\n' % (name.encode(), data)
    part = parts_of(Request("POST", "/", (("Content-Type", "multipart/form-data; boundary=b"),), content))
    assert [(p.name, p.data, p.filename) for p in part] == [(name, data, None)]


@given(st.dictionaries(st.text(), st.text()))
def test_a_form_is_read_as_it_was_written(fields: dict[str, str]) -> None:
    assert read(urlencode(fields).encode()) == fields
    assert read(urlencode(fields, quote_via=quote).encode()) == fields
    twice = {name: [text, text] for name, text in fields.items()}
    assert read(urlencode(twice, doseq=True).encode()) == twice


@pytest.mark.parametrize("text", [b"a=%", b"a=%2", b"a=%zz", b"%zz=a", b"a=%ff", b"a=%C3&b=%A9", b"a=\xc3\xa9"])
def test_a_form_that_two_readers_may_understand_differently_is_unreadable(text: bytes) -> None:
    with pytest.raises(UnreadableError, match="unreadable: not percent-encoded UTF-8"):
        read(text)


@pytest.mark.parametrize("boundary", ["", '""', "b" * 300])
def test_a_form_without_a_usable_boundary_is_unreadable(boundary: str) -> None:
    headers = (("Content-Type", f"multipart/form-data; boundary={boundary}"),)
    content = b'--\r\nContent-Disposition: form-data; name="a"\r\n\r\n\r\n----\r\n'
    with pytest.raises(UnreadableError):
        parts_of(Request("POST", "/", headers, content))


def test_a_form_that_is_none_leaves_no_trace_in_the_log(caplog: pytest.LogCaptureFixture) -> None:
    headers = (("Content-Type", "multipart/form-data; boundary=b"),)
    with caplog.at_level("DEBUG"), pytest.raises(UnreadableError):
        parts_of(Request("POST", "/", headers, b"--bsecret"))
    assert caplog.records == []


def test_a_pointer_leads_through_names_with_a_slash_or_a_tilde() -> None:
    assert at({"a/b": [{"~c": 1}]}, "/a~1b/0/~0c") == 1
