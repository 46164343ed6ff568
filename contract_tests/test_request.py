"""Any documented call by its operationId, and more headers with any verb."""

import json
from functools import partial
from typing import Any

import httpx2
import pytest
from anyio.from_thread import BlockingPortal

import audiences
from audiences import ConfigurationError, InvalidError, NotFoundError, Outcome, Reply, UnknownOutcomeError, aio
from callers import make
from cases import case
from test_verbs import ERROR, RECORD, Batch


def test_a_documented_call_is_made_by_its_operation_id(face: BlockingPortal | None) -> None:
    batch = Batch(face, RECORD)
    reply = batch("request", "audience_view", params={"name": "a&b"}, extra_headers={"X-Trace": "1"})
    assert isinstance(reply, Reply)
    assert (reply.value, reply.outcome, reply.deviations, reply.operation) == (RECORD, None, (), "audience_view")
    (asked,) = batch.asked
    assert (asked.method, asked.url.path.rpartition("/audiences")[2]) == ("GET", "/view")
    assert dict(asked.url.params) == {"name": "a&b"}
    assert asked.headers["X-Batch-Project"] == case("batch").ARGUMENTS["project"]
    assert asked.headers["Authorization"].startswith("Bearer ")
    assert asked.headers["X-Trace"] == "1"
    assert reply.value == RECORD


def test_what_changes_something_has_an_outcome_and_is_not_repeated(face: BlockingPortal | None) -> None:
    batch = Batch(face, (202, {"indexing_token": "t"}))
    body = {"name": "VIP", "ids": [{"action": "add", "id": "1"}]}
    reply = batch("request", "audience_update", json=body)
    assert (reply.outcome, json.loads(batch.asked[0].content)) == (Outcome.APPLIED, body)
    assert batch.asked[0].headers["Content-Type"] == "application/json"
    lost = Batch(face, httpx2.ReadError("reset"))
    error = lost("request", "audience_update", json=body)
    assert isinstance(error, UnknownOutcomeError)
    assert (error.outcome, error.operation, len(lost.asked)) == (Outcome.UNKNOWN, "audience_update", 1)


def test_a_read_is_repeated_and_its_errors_have_no_outcome(face: BlockingPortal | None) -> None:
    batch = Batch(face, (500, ERROR), (404, ERROR))
    error = batch("request", "audience_view", params={"name": "VIP"})
    assert isinstance(error, NotFoundError)
    assert [error.outcome, len(batch.asked)] == [None, 2]


def test_each_parameter_is_told_as_the_spec_has_it_and_none_is_left_out(face: BlockingPortal | None) -> None:
    asked: list[httpx2.Request] = []

    def answer(request: httpx2.Request) -> httpx2.Response:
        asked.append(request)
        return httpx2.Response(200, json={})

    adobe: Any = make("adobe", aio if face else audiences, transport=httpx2.MockTransport(answer))
    params = {"createAudienceMetaOnly": True, "start": 0, "sort": None, "name": ["a,b", False]}
    create = partial(adobe.request, "create_audience", params=params, json={"name": "VIP"})
    face.call(create) if face else create()
    assert asked[0].url.query == b"createAudienceMetaOnly=true&start=0&name=a%2Cb&name=false"
    assert asked[0].headers["Accept"] == "application/vnd.adobe.external.audiences+json; version=2"
    for value in ("", None):
        delete = partial(adobe.request, "deleteAudience", path={"AUDIENCE_ID": value})
        with pytest.raises(InvalidError, match="must have a value for each parameter"):
            face.call(delete) if face else delete()
    assert len(asked) == 1


@pytest.mark.parametrize(
    "given",
    [
        ("nothing", {}),
        ("audience_view", {"path": {"id": "1"}}),
        ("audience_view", {"path": 5}),
        ("audience_view", {"params": 5}),
        ("audience_view", {"params": {"name": "\ud800"}}),
        ("audience_create", {"json": {"name": "\ud800"}}),
        ("audience_create", {"json": {1, 2}}),
        ("audience_create", {"json": float("nan")}),
        ("audience_view", {"params": {"name": b"VIP"}}),
        ("audience_view", {"params": {"name": float("nan")}}),
        (None, {}),
    ],
)
def test_what_is_not_documented_or_cannot_be_sent_is_refused(
    face: BlockingPortal | None, given: tuple[str, dict[str, Any]]
) -> None:
    batch = Batch(face, RECORD)
    assert isinstance(batch("request", given[0], **given[1]), InvalidError)
    assert batch.asked == []


def test_more_headers_go_with_every_verb(face: BlockingPortal | None) -> None:
    more = {"X-Trace": "a b", "traceparent": "00-1"}
    for verb, arguments in {
        "get": ["VIP"], "wait": ["VIP"], "create": [case("batch").good()], "delete": ["VIP"], "add": ["VIP", ["1"]],
        "remove": ["VIP", ["1"]], "replace": ["VIP", ["1"]], "ensure": [case("batch").good()],
    }.items():  # fmt: skip
        batch = Batch(face, {**RECORD, "indexing_token": "t"})
        batch(verb, *arguments, extra_headers=more)
        assert [{name: asked.headers.get(name) for name in more} for asked in batch.asked] == [more]


@pytest.mark.parametrize(
    "headers",
    [
        {"authorization": "x"}, {"x-batch-project": "p"}, {"Content-Length": "1"}, {"HOST": "a"}, {"a b": "x"},
        {"X": "a\r\nB: c"}, {"X": "ü"}, {"X": 5}, {5: "x"}, "X: y", {"": "x"}, {"X": " a"},
    ],
)  # fmt: skip
def test_headers_that_the_library_sets_or_that_are_none_are_refused(face: BlockingPortal | None, headers: Any) -> None:
    batch = Batch(face, RECORD)
    error = batch("create", case("batch").good(), extra_headers=headers)
    assert isinstance(error, ConfigurationError)
    assert (error.outcome, batch.asked) == (Outcome.NOT_SENT, [])


def test_the_media_type_of_an_upload_cannot_be_replaced(key: str) -> None:
    def answer(_: httpx2.Request) -> httpx2.Response:
        raise AssertionError

    provider = make(key, transport=httpx2.MockTransport(answer))
    with pytest.raises(ConfigurationError, match="may not name Content-Type"):
        provider.create(case(key).good(), extra_headers={"Content-Type": "text/plain"})
