"""Hooks: called around each attempt, plain or asynchronous, and never in the way of an answer."""

import gc
from functools import partial
from typing import Any

import httpx2
import pytest
from anyio.from_thread import BlockingPortal

from audience_contract.mock import MockServer
from audiences import ConfigurationError, NotSentError, Outcome, Receipt, Request, Response, __version__, aio
from callers import Caller, Given, created, make
from cases import case, good_answer, good_response
from ims import adobe
from raw_server import RawServer, http

LIMITED = http(429, b"{}", Retry_After="0")


def test_hooks_see_the_request_and_the_response_of_each_attempt(key: str, raw: RawServer, given_as: Given) -> None:
    face, like = given_as
    seen: list[Request | Response] = []
    raw.answers, raw.answer = [LIMITED], good_answer(key)
    caller = Caller(
        key,
        raw.url,
        face,
        on_request=like(seen.append),
        on_response=like(lambda request, response: seen.extend((request, response))),
    )
    receipt = caller.create(caller.case.good())
    caller.close()
    assert isinstance(receipt, Receipt)
    assert [type(each) for each in seen] == [Request, Request, Response] * 2
    assert seen[-1] is receipt.response
    assert seen[2] != receipt.response


def test_a_request_hook_that_raises_sends_nothing_and_a_response_hook_that_raises_loses_nothing(
    key: str, raw: RawServer, given_as: Given
) -> None:
    def fail(*_: object) -> None:
        raise RuntimeError("hook")

    face, like = given_as
    raw.requests.clear()
    raw.answer = good_answer(key)
    first = Caller(key, raw.url, face, on_request=like(fail))
    error = first.create(case(key).good())
    assert isinstance(error, NotSentError)
    assert isinstance(error.__cause__, RuntimeError)
    assert len(error.attempts) == 1
    assert raw.requests == []
    second = Caller(key, raw.url, face, on_response=like(fail))
    assert isinstance(second.create(case(key).good()), Receipt)
    first.close()
    second.close()


class Called:
    async def __call__(self, *_: object) -> None: ...


async def hook(*_: object) -> None: ...


@pytest.mark.parametrize("name", ["on_request", "on_response"])
@pytest.mark.parametrize("function", [hook, partial(hook, 1), Called()], ids=["function", "partial", "object"])
def test_the_blocking_face_refuses_asynchronous_hooks_when_it_is_made(key: str, name: str, function: Any) -> None:
    with pytest.raises(ConfigurationError, match=f"{name} is asynchronous"):
        make(key, **{name: function})
    assert make(key, aio, **{name: function})


def test_the_blocking_face_sends_nothing_for_a_request_hook_that_turns_out_to_be_asynchronous(key: str) -> None:
    def send(_: httpx2.Request) -> httpx2.Response:
        raise AssertionError("was sent")

    with pytest.raises(ConfigurationError, match="asynchronous") as caught:
        make(key, on_request=lambda _: hook(), transport=httpx2.MockTransport(send)).create(case(key).good())
    gc.collect(1)  # a coroutine that was never awaited would be warned of now
    assert caught.value.outcome is Outcome.NOT_SENT


def test_the_answer_is_not_lost_to_a_response_hook_that_turns_out_to_be_asynchronous(key: str) -> None:
    transport = httpx2.MockTransport(lambda _: good_response(key))
    assert isinstance(make(key, on_response=lambda *_: hook(), transport=transport).create(case(key).good()), Receipt)
    gc.collect(1)


@pytest.mark.parametrize("face", [None, aio], ids=["blocking", "async"])
def test_nobody_awaits_a_progress_function(key: str, face: Any) -> None:
    with pytest.raises(ConfigurationError, match="on_progress is asynchronous"):
        make(key, *([face] if face else []), on_progress=hook)


@pytest.mark.parametrize("agent", [None, "shop/2.1 (ops@example.org)"])
def test_the_user_agent_names_the_library_its_version_and_what_the_caller_adds(
    key: str, raw: RawServer, face: BlockingPortal | None, agent: str | None
) -> None:
    options: dict[str, Any] = {"user_agent": agent} if agent else {}
    created(key, raw.url, face, **options)
    own = f"audiences/{__version__}"
    assert dict(raw.last().headers)["User-Agent"] == (f"{agent} {own}" if agent else own)


def test_the_token_endpoint_is_told_the_same_user_agent(mock: MockServer) -> None:
    with adobe(mock, user_agent="shop/2.1") as provider:
        provider.create(case("adobe").good())
    assert [exchange.operation for exchange in mock.exchanges] == ["create_token", "create_audience"]
    for exchange in mock.exchanges:
        assert exchange.request.values("user-agent") == [f"shop/2.1 audiences/{__version__}"]
