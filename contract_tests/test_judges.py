"""The library's judge and the checker's, written apart, agree on every answer."""

import json
from functools import cache

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import audience_contract
from audiences import _spec
from audiences._json import UnreadableError, loads
from cases import case
from test_answers import JSON, documented
from wire import operation_of


@cache
def operations(key: str) -> tuple[_spec.Operation, audience_contract.Operation]:
    theirs = operation_of(key)
    return _spec.load(key).operation(theirs.id), theirs


MEDIA_TYPES = [
    "application/json",
    "application/JSON; charset=utf-8",
    "application/json; charset=latin-1",
    "text/html",
    "application/x+json",
    "x/y+json",
    "",
]


@settings(max_examples=settings().max_examples * 2)
@given(data=st.data())
def test_both_judges_give_the_same_verdict_on_an_answer(key: str, data: st.DataObject) -> None:
    success, good = case(key).SUCCESS, case(key).BODY
    # Mostly the documented success as JSON: a wrong status or media type alone would hide what the body breaks.
    status = data.draw(st.just(success) | st.sampled_from([200, 201, 202, 400, 401, 429, 500, 503, 599]))
    names = st.sampled_from([*good, "error_code", "error_message"])
    changed = st.dictionaries(names, JSON | st.just("2025-02-30")).map(lambda change: good | change)
    bodies = changed | JSON | documented(key).map(lambda pair: pair[1])
    body = data.draw(bodies.map(lambda body: json.dumps(body).encode()) | st.binary(max_size=20))
    media_type = data.draw(st.just("application/json") | st.sampled_from(MEDIA_TYPES))
    ours, theirs = operations(key)
    response = audience_contract.Response(status=status, headers=(("Content-Type", media_type),), body=body)
    violations = audience_contract.check_response(theirs, response)
    value, unreadable = None, None
    try:
        value = loads(body)
    except UnreadableError as error:
        unreadable = str(error)
    deviations = [d for d in ours.judge_answer(status, media_type, value, unreadable) if d.rule != _spec.UNDOCUMENTED]
    assert (deviations == []) == (violations == [])


@pytest.mark.parametrize(
    ("body", "library", "checker"),
    [
        # A server must not send a byte order mark; a client may ignore it (RFC 8259, 8.1).
        (b'\xef\xbb\xbf{"data":{"id":"1"}}', True, False),
        # An integer in JSON Schema 2020-12, not in the drafts that OpenAPI 3.0 rests on.
        (b'{"data":{"id":"1"},"status":201.0}', True, False),
        # Valid JSON, but more than the library reads.
        (b'{"data":{"id":"1"},"x":' + b"[" * 100 + b"]" * 100 + b"}", False, True),
        (b'{"data":{"id":"1"},"x":1e400}', False, True),
    ],
)
def test_where_the_judges_differ_they_do_so_on_purpose(body: bytes, library: bool, checker: bool) -> None:
    ours, theirs = operations("commbox")
    response = audience_contract.Response(status=201, headers=(("Content-Type", "application/json"),), body=body)
    value, unreadable = None, None
    try:
        value = loads(body)
    except UnreadableError as error:
        unreadable = str(error)
    deviations = [
        d for d in ours.judge_answer(201, "application/json", value, unreadable) if d.rule != _spec.UNDOCUMENTED
    ]
    assert (deviations == [], audience_contract.check_response(theirs, response) == []) == (library, checker)
