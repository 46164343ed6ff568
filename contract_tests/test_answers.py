"""What comes back: whatever it is, it becomes a receipt or one of our errors, with the right outcome."""

import json
from functools import cache
from importlib.resources import files
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from audiences import (
    AudiencesError,
    AuthenticationError,
    Outcome,
    RateLimitedError,
    Receipt,
    RejectedError,
    SpecViolationError,
    State,
    UnavailableError,
    UnknownOutcomeError,
)
from audiences._options import MAX_BYTES
from callers import Caller, make
from raw_server import RawServer, http
from schema_values import values_of
from some_providers import ANSWERED
from wire import media_of, operation_of

EACH = settings(max_examples=settings().max_examples * 3 // 10)
"""Of what is tried at each provider, blocking and async."""
JSON: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)


MEDIA_TYPES = [None, "text/html", "x", "application/json", "application/json; charset=latin-1"]


def expected_error(status: int, *, retry_after: bool = False) -> tuple[type[AudiencesError], Outcome]:
    """The table of outcomes, for a status that is not 2xx."""
    if status in (401, 403):
        return AuthenticationError, Outcome.REJECTED
    if status == 429:
        return RateLimitedError, Outcome.REJECTED
    if status == 408 or not 400 <= status < 600:
        return UnknownOutcomeError, Outcome.UNKNOWN
    if status < 500:
        return RejectedError, Outcome.REJECTED
    return UnavailableError, Outcome.REJECTED if status == 503 and retry_after else Outcome.UNKNOWN


@cache
def documented(key: str) -> st.SearchStrategy[tuple[int, Any, str]]:
    """Documented statuses of a create, each with bodies that its schema allows, and its media type."""
    document = json.loads((files("audience_clients") / key / "openapi.json").read_bytes())
    created = make(key).adapter.create.id
    found = []
    for path in document["paths"].values():
        for operation in path.values():
            for status, answer in operation["responses"].items() if operation.get("operationId") == created else ():
                name = answer.get("$ref", "").rpartition("/")[2]
                response = document["components"]["responses"][name] if name else answer
                for kind, media in response.get("content", {}).items():
                    values = values_of(media["schema"], document)
                    known = st.just(int(status.replace("XX", "18").replace("default", "418")))
                    found.append(st.tuples(known, values, st.just(kind.replace("*", "json"))))
    return st.one_of(found)


def sound(result: Receipt | AudiencesError, caller: Caller, status: int, body: Any) -> None:
    """The oracle: a receipt where all that it needs is there, otherwise the error that the status amounts to."""
    if 200 <= status < 300:
        handle = caller.case.handle(body)
        assert result.outcome is Outcome.APPLIED
        if handle is None:
            assert isinstance(result, SpecViolationError)
        else:
            assert isinstance(result, Receipt)
            assert (result.id, result.operation_token) == handle
            told = {str(status), "2XX"} & {*operation_of(caller.key).node["responses"].value}
            assert result.state == (caller.case.STATE if told else State.UNKNOWN)
            assert (result.model is None) == (result.model_problem is not None)
    else:
        assert (type(result), result.outcome) == expected_error(status)
    assert result.status == status


@pytest.mark.wheel
@EACH
@given(data=st.data())
def test_every_answer_that_the_spec_allows_becomes_a_receipt_or_one_of_our_errors(
    caller: Caller, raw: RawServer, data: st.DataObject
) -> None:
    status, body, media_type = data.draw(documented(caller.key))
    raw.answer = http(status, json.dumps(body).encode(), media_type)
    result = caller.create(caller.case.good())
    sound(result, caller, status, body)
    assert [d for d in result.deviations if d.rule != "the property is not documented"] == []
    if isinstance(result, Receipt):
        assert result.model is not None


@ANSWERED
@EACH
@given(data=st.data(), status=st.integers(200, 299) | st.integers(200, 999))
def test_every_other_json_answer_has_the_outcome_that_its_status_says(
    caller: Caller, raw: RawServer, data: st.DataObject, status: int
) -> None:
    good = caller.case.BODY
    changed = st.dictionaries(st.sampled_from([*good, "extra"]), JSON).map(lambda change: good | change)
    missing = st.sets(st.sampled_from(list(good))).map(lambda gone: {k: v for k, v in good.items() if k not in gone})
    body = data.draw(changed | missing | JSON)
    raw.answer = http(status, json.dumps(body).encode(), data.draw(st.sampled_from(MEDIA_TYPES)))
    sound(caller.create(caller.case.good()), caller, status, None if status in (204, 304) else body)


UNREADABLE = {
    "empty": b"",
    "html": b"<html><body>Bad Gateway</body></html>",
    "latin-1": '{"name":"é"}'.encode("latin-1"),
    "utf-16": '{"name":"x"}'.encode("utf-16"),
    "truncated": b'{"indexing_token":"abc","name":"x","audienceId":"x","data":{"id":"1"',
    "duplicate keys": b'{"indexing_token":"a","indexing_token":"b","id":"a","id":"b","data":{"id":"1"}}',
    "NaN": b'{"indexing_token":"a","id":"a","data":{"id":"1"},"x":NaN}',
    "infinite number": b'{"indexing_token":"a","id":"a","data":{"id":"1"},"x":1e999}',
    "too many digits": b'{"indexing_token":"a","id":"a","data":{"id":"1"},"x":' + b"9" * 5000 + b"}",
    "lone surrogate": b'{"indexing_token":"a","id":"a","data":{"id":"1"},"x":"\\ud800"}',
    "trailing garbage": b'{"indexing_token":"a","id":"a","data":{"id":"1"}} x',
    "deep nesting": b'{"indexing_token":"a","id":"a","data":{"id":"1"},"x":' + b"[" * 70 + b"]" * 70 + b"}",
    "very deep nesting": b"[" * 200_000,
    "too large": b'{"indexing_token":"a","id":"a","data":{"id":"1"}}' + b" " * MAX_BYTES,
}


@ANSWERED
@pytest.mark.parametrize("name", UNREADABLE)
def test_a_body_that_is_not_readable_never_hides_what_the_status_says(
    caller: Caller, raw: RawServer, name: str
) -> None:
    for status in (200, 400, 500):
        raw.answer = http(status, UNREADABLE[name])
        result = caller.create(caller.case.good())
        sound(result, caller, status, None)
        assert {d.pointer for d in result.deviations} <= {"", "status"}
        assert result.response is not None
        assert UNREADABLE[name].startswith(result.response.body[:100])


@ANSWERED
def test_an_answer_that_breaks_off_after_a_2xx_status_is_applied(caller: Caller, raw: RawServer) -> None:
    good = json.dumps(caller.case.BODY).encode()
    raw.answer = http(200, good, Content_Length=str(len(good) + 5))
    error = caller.create(caller.case.good())
    assert isinstance(error, SpecViolationError)
    assert error.outcome is Outcome.APPLIED
    assert error.status == 200


STATUSES = (300, 304, *range(401, 411), 413, 422, 425, 429, 500, 501, 502, 503, 504, 520, 561, 599, 600, 999)


def test_every_status_that_is_no_success_has_its_error_and_outcome(caller: Caller, raw: RawServer) -> None:
    for status in STATUSES:
        raw.answer = http(status, b"{}")
        result = caller.create(caller.case.good())
        assert (type(result), result.outcome, result.status) == (*expected_error(status), status)


@ANSWERED
def test_an_extra_field_is_kept_and_reported_as_a_deviation(caller: Caller, raw: RawServer) -> None:
    raw.answer = http(
        caller.case.SUCCESS, json.dumps(caller.case.BODY | {"new/field": 1}).encode(), media_of(caller.key)
    )
    receipt = caller.create(caller.case.good())
    assert isinstance(receipt, Receipt)
    assert [d.pointer for d in receipt.deviations] == ["/new~1field"]
    assert receipt.model
    assert receipt.model["new/field"] == 1
    assert json.loads(receipt.response.body)["new/field"] == 1


@ANSWERED
def test_a_body_of_a_wrong_type_is_not_parsed_and_the_reason_names_where(caller: Caller, raw: RawServer) -> None:
    wrong = caller.case.WRONG_TYPE
    raw.answer = http(caller.case.SUCCESS, json.dumps(caller.case.BODY | wrong).encode(), media_of(caller.key))
    receipt = caller.create(caller.case.good())
    assert isinstance(receipt, Receipt)
    assert [d.pointer for d in receipt.deviations] == [f"/{name}" for name in wrong]
    assert (receipt.model is None) == bool(wrong)
    assert all(f"/{name}" in (receipt.model_problem or "") for name in wrong)


@ANSWERED
@pytest.mark.parametrize("empty", ["", None])
def test_an_empty_id_or_token_is_none(caller: Caller, raw: RawServer, empty: str | None) -> None:
    body = {"indexing_token": empty, "id": empty, "audienceId": empty, "data": {"id": empty}}
    raw.answer = http(caller.case.SUCCESS, json.dumps(body).encode())
    assert isinstance(caller.create(caller.case.good()), SpecViolationError)


def test_a_request_id_is_on_the_receipt_or_the_error_and_on_the_attempt(caller: Caller, raw: RawServer) -> None:
    for status in (caller.case.SUCCESS, 400):
        raw.answer = http(status, json.dumps(caller.case.BODY).encode(), X_Request_Id="r-1")
        result = caller.create(caller.case.good())
        assert [result.request_id, *(attempt.request_id for attempt in result.attempts)] == ["r-1"] * 2


def test_a_success_without_what_a_receipt_needs_is_a_violation_that_shows_the_pointers(
    caller: Caller, raw: RawServer
) -> None:
    raw.answer = http(caller.case.SUCCESS, b"{}")
    error = caller.create(caller.case.good())
    assert isinstance(error, SpecViolationError)
    assert error.outcome is Outcome.APPLIED
    for pointer in caller.case.NEEDS:
        assert pointer in str(error)
    assert error.response is not None
    assert error.response.body == b"{}"
