"""Adobe's OAuth server-to-server: one token for all, asked for anew in time, and its errors in the tree."""

import threading
import time
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import anyio
import pytest
from starlette.responses import JSONResponse, Response

from audience_contract.mock import MockServer
from audiences import (
    AudiencesError,
    AuthenticationError,
    Outcome,
    Receipt,
    RetryPolicy,
    Timeouts,
    TokenError,
    aio,
)
from cases import case
from ims import TokenEndpoint, adobe

DRAFT = case("adobe").good()
FAILED = Response(status_code=500)
MANY = 40


@pytest.fixture(params=["threads", "asyncio", "trio"])
def together(request: pytest.FixtureRequest, mock: MockServer) -> Callable[..., list[Any]]:
    """That many creates by one provider object, at the same time; `twice`: each twice."""

    def in_threads(count: int, between: Callable[[], object] | None = None, **options: Any) -> list[Any]:
        results: list[Any] = []
        with adobe(mock, **options) as provider:

            def one() -> None:
                try:
                    results.append(provider.create(DRAFT))
                except AudiencesError as error:
                    results.append(error)

            for step in (None, between) if between else (None,):
                if step:
                    step()
                threads = [threading.Thread(target=one) for _ in range(count)]
                for thread in threads:
                    thread.start()
                for thread in threads:
                    thread.join()
        return results

    async def in_tasks(count: int, between: Callable[[], object] | None, options: dict[str, Any]) -> list[Any]:
        results: list[Any] = []
        async with adobe(mock, aio, **options) as provider:

            async def one() -> None:
                try:
                    results.append(await provider.create(DRAFT))
                except AudiencesError as error:
                    results.append(error)

            for step in (None, between) if between else (None,):
                if step:
                    step()
                async with anyio.create_task_group() as group:
                    for _ in range(count):
                        group.start_soon(one)
        return results

    def run(count: int, between: Callable[[], object] | None = None, **options: Any) -> list[Any]:
        if request.param == "threads":
            return in_threads(count, between, **options)
        return anyio.run(in_tasks, count, between, options, backend=request.param)

    return run


def test_a_stampede_asks_for_one_token(endpoint: TokenEndpoint, together: Callable[..., list[Any]]) -> None:
    endpoint.delay = 0.3
    results = together(MANY)
    assert [type(result) for result in results] == [Receipt] * MANY
    assert endpoint.asked == 1


def test_a_stampede_at_an_endpoint_that_fails_is_one_round_of_attempts_and_an_error_for_each(
    endpoint: TokenEndpoint, together: Callable[..., list[Any]]
) -> None:
    endpoint.delay, endpoint.answer = 0.3, lambda _: FAILED
    results = together(MANY, read_policy=RetryPolicy(attempts=2, first_wait=0.01))
    assert [type(result) for result in results] == [TokenError] * MANY
    assert len({id(result) for result in results}) == MANY
    assert endpoint.asked == 2
    for error in results:
        assert [(a.operation, a.number, a.status, a.outcome) for a in error.attempts] == [
            ("create_token", 1, 500, None),
            ("create_token", 2, 500, None),
            ("create_audience", 1, None, Outcome.NOT_SENT),
        ]


def test_a_token_without_a_lifetime_is_still_shared_by_those_who_waited_for_it(
    endpoint: TokenEndpoint, together: Callable[..., list[Any]]
) -> None:
    endpoint.delay = 0.3
    endpoint.answer = lambda _: JSONResponse({"access_token": "mock-token", "token_type": "bearer", "expires_in": "x"})
    assert {type(result) for result in together(20)} == {Receipt}
    assert endpoint.asked == 1


def test_a_token_that_is_refused_is_asked_for_anew_once_for_all(
    mock: MockServer, endpoint: TokenEndpoint, together: Callable[..., list[Any]]
) -> None:
    results = together(20, mock.expire_tokens)
    assert [type(result) for result in results] == [Receipt] * 40
    assert endpoint.asked == 2
    told = [[(a.status, a.outcome) for a in receipt.attempts] for receipt in results[20:]]
    assert [(401, Outcome.REJECTED), (200, Outcome.APPLIED)] in told


def test_a_token_is_asked_for_anew_before_it_expires(mock: MockServer, endpoint: TokenEndpoint) -> None:
    endpoint.answer = lambda number: JSONResponse(
        {"access_token": f"mock-token{'' if number == 1 else '-x'}", "token_type": "bearer", "expires_in": 1}
    )
    with adobe(mock, create_policy=RetryPolicy(attempts=1)) as provider:
        begun = time.monotonic()
        provider.create(DRAFT)
        got = time.monotonic()
        while endpoint.asked < 2:
            age = time.monotonic() - got  # or more
            with suppress(AuthenticationError):  # the mock server does not know the second one
                provider.create(DRAFT)
            assert age < 0.95 or endpoint.asked == 2
            time.sleep(0.01)
        assert time.monotonic() - begun > 0.8
    assert endpoint.asked == 2


def test_new_tokens_that_are_refused_again_are_not_asked_for_for_ever(
    mock: MockServer, endpoint: TokenEndpoint
) -> None:
    endpoint.answer = lambda number: JSONResponse(
        {"access_token": f"wrong-{number}", "token_type": "bearer", "expires_in": 86399}
    )
    with adobe(mock) as provider, pytest.raises(AuthenticationError) as caught:
        provider.create(DRAFT)
    assert [attempt.status for attempt in caught.value.attempts] == [401, 401]
    assert endpoint.asked == 2


def test_a_refusal_whose_new_token_cannot_be_had_tells_both(mock: MockServer, endpoint: TokenEndpoint) -> None:
    endpoint.answer = lambda number: FAILED if number > 1 else None
    with adobe(mock, read_policy=RetryPolicy(attempts=1)) as provider:
        provider.create(DRAFT)
        mock.expire_tokens()
        with pytest.raises(AuthenticationError) as caught:
            provider.create(DRAFT)
    told = [(attempt.operation, attempt.status, attempt.outcome) for attempt in caught.value.attempts]
    assert told == [("create_audience", 401, Outcome.REJECTED), ("create_token", 500, None)]


@pytest.mark.parametrize("backend", ["asyncio", "trio"])
def test_a_cancelled_task_leaves_the_asking_to_another(mock: MockServer, endpoint: TokenEndpoint, backend: str) -> None:
    endpoint.delay, results = 1.0, list[object]()

    async def run() -> None:
        async def create(scope: anyio.CancelScope) -> None:
            with scope:
                results.append(await provider.create(DRAFT))

        first = anyio.CancelScope()
        async with adobe(mock, aio) as provider, anyio.create_task_group() as group:
            group.start_soon(create, first)
            while not endpoint.asked:
                await anyio.sleep(0.01)
            group.start_soon(create, anyio.CancelScope())
            await anyio.sleep(0.1)  # until it waits as well
            first.cancel()

    anyio.run(run, backend=backend)
    assert ([type(each) for each in results], endpoint.asked) == ([Receipt], 2)


def test_a_call_with_little_time_does_not_fail_those_with_more(mock: MockServer, endpoint: TokenEndpoint) -> None:
    endpoint.delay = 0.5
    results: dict[str, Any] = {}
    with adobe(mock) as provider:

        def hasty() -> None:
            try:
                provider.create(DRAFT, timeout=Timeouts(total=0.3))
            except AudiencesError as error:
                results["hasty"] = error

        thread = threading.Thread(target=hasty)
        thread.start()
        time.sleep(0.1)
        results["patient"] = provider.create(DRAFT)
        thread.join()
    assert isinstance(results["hasty"], TokenError)
    assert isinstance(results["patient"], Receipt)
    assert endpoint.asked == 2


def test_one_event_loop_after_the_other_shares_the_token(mock: MockServer, endpoint: TokenEndpoint) -> None:
    provider = adobe(mock, aio)

    async def call() -> None:
        await provider.create(DRAFT)
        await provider.close()

    for backend in ("asyncio", "trio", "asyncio"):
        anyio.run(call, backend=backend)
    assert endpoint.asked == 1


def test_a_connection_that_is_kept_to_the_token_endpoint_carries_no_call_to_the_provider(mock: MockServer) -> None:
    with MockServer() as other:
        where = {"token_url": other.environment()["ADOBE_TOKEN_URL"], "allow_undocumented": True}
        with adobe(mock, **where) as provider, suppress(AuthenticationError):
            next(provider.list(), None)
        assert {exchange.operation for exchange in other.exchanges} == {"create_token"}
        assert {exchange.operation for exchange in mock.exchanges} == {"listAudiences"}
