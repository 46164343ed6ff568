"""In `audiences.aio`, the total time also bounds what takes long before anything is sent, and loses no answer."""

import asyncio
import io
import logging
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import anyio
import httpx2
import pytest

from audiences import (
    Audience,
    AudiencesError,
    NotSentError,
    Outcome,
    PhoneFile,
    Receipt,
    Timeouts,
    UnknownTimeoutError,
    aio,
)
from audiences._json import dumps
from callers import make
from cases import body_of, case, headers
from cases.commbox import CSV
from faults.server import Stage
from some_providers import ANSWERED
from test_on_result import silent

TOTAL = 0.3


@pytest.fixture
def over() -> Iterator[threading.Event]:
    """Ends what blocks; a minute does, too."""
    made = threading.Event()
    yield made
    made.set()


class Blocked(io.BytesIO):
    def __init__(self, over: threading.Event) -> None:
        super().__init__(CSV)
        self._over = over

    def read(self, size: int | None = -1, /) -> bytes:
        if size:
            self._over.wait(60)
        return super().read(size)


async def sleep(*_: object) -> str:
    await anyio.sleep(60)
    return "secret"


WAITS: dict[str, Callable[[threading.Event], dict[str, Any]]] = {
    "the function for a secret": lambda over: {"api_key": lambda: str(over.wait(60))},
    "the function for a secret, asynchronous": lambda _: {"api_key": sleep},
    "on_request": lambda _: {"on_request": sleep},
    "the look into the file": lambda _: {},
}


@pytest.mark.parametrize("backend", ["asyncio", "trio"])
@pytest.mark.parametrize("what", WAITS)
def test_what_takes_too_long_before_a_call_is_left_alone_and_nothing_is_sent(
    over: threading.Event, backend: str, what: str
) -> None:
    def send(_: httpx2.Request) -> httpx2.Response:
        raise AssertionError("was sent")

    file = Blocked(over) if what == "the look into the file" else io.BytesIO(CSV)
    options = {"transport": httpx2.MockTransport(send), "timeout": Timeouts(total=TOTAL)} | WAITS[what](over)

    async def call() -> None:
        async with make("commbox", aio, **options) as commbox:
            await commbox.create(Audience(name="VIP", members=PhoneFile(file, "x.csv")))

    begun = time.monotonic()
    with pytest.raises(NotSentError, match=f"the total time was over in {what.partition(',')[0]}") as caught:
        anyio.run(call, backend=backend)
    assert TOTAL <= time.monotonic() - begun < 30
    assert caught.value.provider == "CommBox"


def test_the_look_of_a_prepare_is_bounded_too(over: threading.Event) -> None:
    async def call() -> None:
        commbox = make("commbox", aio, timeout=Timeouts(total=TOTAL))
        await commbox.prepare(Audience(name="VIP", members=PhoneFile(Blocked(over), "x.csv")))

    begun = time.monotonic()
    with pytest.raises(NotSentError, match="CommBox: nothing was sent: the total time was over"):
        anyio.run(call)
    assert time.monotonic() - begun < 30


def answering(key: str, body: Any = None) -> httpx2.MockTransport:
    content = dumps(body) if body else body_of(key)
    return httpx2.MockTransport(lambda _: httpx2.Response(case(key).SUCCESS, content=content, headers=headers(key)))


def test_a_response_hook_that_takes_too_long_is_left_alone_and_the_answer_is_kept(
    key: str, caplog: pytest.LogCaptureFixture
) -> None:
    async def call() -> object:
        async with make(key, aio, transport=answering(key), on_response=sleep, timeout=Timeouts(total=TOTAL)) as made:
            return await made.create(case(key).good())

    begun = time.monotonic()
    with caplog.at_level(logging.WARNING, "audiences"):
        assert isinstance(anyio.run(call), Receipt)
    assert time.monotonic() - begun < 30
    assert "on_response raised NotSentTimeoutError" in caplog.text


@pytest.mark.parametrize("backend", ["asyncio", "trio"])
def test_a_call_that_found_no_place_in_a_pool_of_the_callers_was_not_sent(backend: str) -> None:
    """And where the total time is short, the wait for a place is shorter, so that it ends first."""
    waits: list[float] = []

    class Pool(httpx2.AsyncHTTPTransport):
        async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
            waits.append(request.extensions["timeout"]["pool"])
            return await super().handle_async_request(request)

    async def call() -> None:
        pool = Pool(limits=httpx2.Limits(max_connections=1))
        url = f"http://127.0.0.1:{stage.port}"
        async with make("batch", aio, base_url=url, transport=pool) as batch, anyio.create_task_group() as group:
            group.start_soon(batch.create, case("batch").good())
            with anyio.fail_after(60):
                while not stage.requests:
                    await anyio.sleep(0.01)
            with pytest.raises(NotSentError, match="PoolTimeout"):
                await batch.create(case("batch").good(), timeout=Timeouts(pool=0.2, total=30))
            with pytest.raises((NotSentError, UnknownTimeoutError)):  # on a slow machine, both times are over at once
                await batch.create(case("batch").good(), timeout=0.2)
            assert waits[-1] < 0.19
            group.cancel_scope.cancel()

    with Stage(silent, case("batch").SUCCESS, b"{}") as stage:
        anyio.run(call, backend=backend)
        assert len(stage.requests) == 1


def _with(key: str, secret: str) -> dict[str, str]:
    """A secret of the provider's."""
    return {next(each.argument for each in make(key).settings if each.secret): secret}


@ANSWERED
@pytest.mark.parametrize("backend", ["asyncio", "trio"])
def test_an_event_loop_goes_on_while_a_large_answer_is_read(key: str, backend: str) -> None:
    reading, went_on = threading.Event(), threading.Event()
    kind: Any = type(make(key, aio))
    create = kind.adapter.create

    def result(asked: object, value: object) -> object:
        reading.set()
        assert went_on.wait(30)
        return create.result(asked, value)

    class Watched(kind):  # type: ignore[misc]
        adapter = replace(kind.adapter, create=replace(create, result=result))

    async def loop() -> None:
        while not reading.is_set():
            await anyio.sleep(0.01)
        went_on.set()

    async def call() -> None:
        big = {**case(key).BODY, "more": "/" * 300_000}
        async with (
            Watched(**case(key).ARGUMENTS, transport=answering(key, big)) as made,
            anyio.create_task_group() as both,
        ):
            both.start_soon(loop)
            receipts.append(await made.create(case(key).good()))

    receipts: list[Receipt] = []
    anyio.run(call, backend=backend)
    assert len(receipts) == 1


@ANSWERED
@pytest.mark.parametrize("times", [1, 2])
def test_a_task_cancelled_while_a_large_answer_is_read_has_the_answer_as_the_cause(key: str, times: int) -> None:
    big = {**case(key).BODY, "more": ("/" * 39 + " ") * 180_000}

    async def call() -> BaseException:
        answered = asyncio.Event()

        async def answer(_: httpx2.Request) -> httpx2.Response:
            answered.set()
            return httpx2.Response(case(key).SUCCESS, content=dumps(big))

        async with make(key, aio, **_with(key, "/" * 40 + "key"), transport=httpx2.MockTransport(answer)) as made:
            task = asyncio.create_task(made.create(case(key).good()))
            await answered.wait()
            for _ in range(times):
                await asyncio.sleep(0.02)
                task.cancel()
            with pytest.raises(asyncio.CancelledError) as cancelled:
                await task
            return cancelled.value

    cause = asyncio.run(call()).__cause__
    assert isinstance(cause, AudiencesError)
    assert cause.outcome is Outcome.APPLIED
