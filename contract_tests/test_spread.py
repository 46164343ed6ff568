"""Many calls at once from an event loop: a connection each, used again, and given back whatever becomes of the call."""

import asyncio
import json
import threading
from collections.abc import AsyncIterator, Callable, Coroutine
from typing import Any

import anyio
import httpx
import pytest
import respx

from audiences import Receipt, aio
from audiences._http.spread import Spread
from callers import make
from cases import case
from faults.server import Stage, Wire
from raw_server import RawServer, http
from wire import operation_of

MANY = 30
KEEP = 0.2


def together(count: int) -> Callable[[Wire], None]:
    """Answers when so many requests are there, again and again, on connections that stay open."""
    gate = threading.Barrier(count)

    def play(wire: Wire) -> None:
        while True:
            wire.request()
            gate.wait(10)
            wire.send(http(wire.stage.status, wire.stage.body, Connection="keep-alive"))

    return play


def provider(key: str, url: str, **options: Any) -> Any:
    return make(key, aio, base_url=url + case(key).PATH, **options)


def test_calls_at_once_use_a_connection_each_and_use_them_again(key: str) -> None:
    async def run(stage: Stage) -> None:
        async with provider(key, f"http://127.0.0.1:{stage.port}") as made:
            for _ in range(4):
                receipts = await asyncio.gather(*(made.create(case(key).good()) for _ in range(MANY)))
                assert [type(each) for each in receipts] == [Receipt] * MANY
                assert stage.connections == MANY

    with Stage(together(MANY), case(key).SUCCESS, json.dumps(case(key).BODY).encode()) as stage:
        asyncio.run(run(stage))
        assert len(stage.requests) == 4 * MANY


def test_calls_one_after_the_other_use_one_connection(key: str) -> None:
    async def run(stage: Stage) -> None:
        async with provider(key, f"http://127.0.0.1:{stage.port}") as made:
            for _ in range(5):
                await made.create(case(key).good())

    with Stage(together(1), case(key).SUCCESS, json.dumps(case(key).BODY).encode()) as stage:
        asyncio.run(run(stage))
        assert (stage.connections, len(stage.requests)) == (1, 5)


@pytest.mark.parametrize("using", ["httpx", "httpcore"])
def test_respx_mocks_calls_at_once_and_an_unmocked_one_reaches_no_socket(key: str, using: str, raw: RawServer) -> None:
    raw.requests.clear()

    async def run(router: respx.MockRouter) -> list[Any]:
        router.post(path__regex=f".*{operation_of(key).path}").respond(case(key).SUCCESS, json=case(key).BODY)
        async with provider(key, raw.url) as made:
            return await asyncio.gather(*(made.create(case(key).good()) for _ in range(MANY)))

    async def unmocked() -> None:
        async with provider(key, raw.url) as made:
            await made.create(case(key).good())

    with respx.mock(using=using) as router:
        receipts = asyncio.run(run(router))
        assert [(each.id, each.operation_token) for each in receipts] == [case(key).handle(case(key).BODY)] * MANY
        assert router.calls.call_count == MANY
    with respx.mock(using=using), pytest.raises(AssertionError):
        asyncio.run(unmocked())
    assert raw.requests == []


class Recorded(httpx.AsyncBaseTransport):
    """A pool that answers once `go` is set, and knows whether it was closed."""

    def __init__(self, go: asyncio.Event) -> None:
        self.go, self.closed, self.fails = go, False, False

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        await self.go.wait()
        await asyncio.sleep(0.01)
        if request.url.path == "/fail":
            raise httpx.ReadError("reset")
        return httpx.Response(200, stream=Endless() if request.url.path == "/endless" else None)

    async def aclose(self) -> None:
        self.closed = True


class Endless(httpx.AsyncByteStream):
    async def __aiter__(self) -> AsyncIterator[bytes]:
        while True:
            yield b" "
            await asyncio.sleep(0)


def spreading(play: Callable[[httpx.AsyncClient, list[Recorded], asyncio.Event], Coroutine[Any, Any, None]]) -> None:
    """Run `play` with a client, the pools that were made for it, and what lets them answer."""

    async def run() -> None:
        pools: list[Recorded] = []
        go = asyncio.Event()

        def more() -> Recorded:
            pools.append(Recorded(go))
            return pools[-1]

        async with httpx.AsyncClient(transport=Spread(more, KEEP), base_url="http://x") as client:
            await play(client, pools, go)
        assert all(pool.closed for pool in pools)

    asyncio.run(run())


@pytest.mark.parametrize("cancel", ["task", "scope"])
def test_a_cancelled_call_gives_its_pool_back(cancel: str) -> None:
    async def play(client: httpx.AsyncClient, pools: list[Recorded], go: asyncio.Event) -> None:
        for _ in range(3):
            if cancel == "task":
                task = asyncio.create_task(client.get("/"))
                await asyncio.sleep(0.05)
                task.cancel()
                await asyncio.wait([task])
                assert task.cancelled()
            else:
                with anyio.move_on_after(0.05):
                    await client.get("/")
        go.set()
        await client.get("/")
        assert len(pools) == 1

    spreading(play)


def test_a_call_that_is_cancelled_while_its_answer_comes_gives_its_pool_back() -> None:
    async def play(client: httpx.AsyncClient, pools: list[Recorded], go: asyncio.Event) -> None:
        go.set()
        for _ in range(3):
            with anyio.move_on_after(0.05) as scope:
                await client.get("/endless")
            assert scope.cancelled_caught
        await client.get("/")
        assert len(pools) == 1

    spreading(play)


def test_a_call_that_fails_gives_its_pool_back() -> None:
    async def play(client: httpx.AsyncClient, pools: list[Recorded], go: asyncio.Event) -> None:
        go.set()
        for _ in range(3):
            with pytest.raises(httpx.ReadError):
                await client.get("/fail")
        await client.get("/")
        assert len(pools) == 1

    spreading(play)


def test_an_answer_that_a_mock_made_whole_gives_its_pool_back() -> None:
    async def play(client: httpx.AsyncClient, pools: list[Recorded], go: asyncio.Event) -> None:
        go.set()
        for _ in range(5):
            await client.get("/")
        assert len(pools) == 1

    spreading(play)


def test_a_pool_is_not_given_twice_until_its_answer_is_closed() -> None:
    async def play(client: httpx.AsyncClient, pools: list[Recorded], go: asyncio.Event) -> None:
        go.set()
        async with client.stream("GET", "/endless") as first, client.stream("GET", "/endless") as second:
            assert len(pools) == 2
            for _ in range(2):
                assert isinstance(first.stream, httpx.AsyncByteStream)
                await first.stream.aclose()
            await asyncio.gather(client.get("/"), client.get("/"))
            assert len(pools) == 3
            await second.aclose()
        await asyncio.gather(*(client.get("/") for _ in range(3)))
        assert len(pools) == 3

    spreading(play)


def test_pools_that_were_idle_too_long_are_closed_by_the_next_call() -> None:
    async def play(client: httpx.AsyncClient, pools: list[Recorded], go: asyncio.Event) -> None:
        go.set()
        calls = [client.stream("GET", "/endless") for _ in range(5)]
        for call in calls:
            await call.__aenter__()
        for call in calls:
            await call.__aexit__(None, None, None)
        assert len(pools) == 5
        await client.get("/")
        assert not any(pool.closed for pool in pools)
        await asyncio.sleep(KEEP / 2)
        await client.get("/")
        await asyncio.sleep(KEEP * 0.75)
        await client.get("/")
        assert [pool.closed for pool in pools] == [True] * 4 + [False]
        assert len(pools) == 5
        await asyncio.sleep(KEEP * 1.5)
        await client.get("/")
        assert [pool.closed for pool in pools] == [True] * 5 + [False]

    spreading(play)
