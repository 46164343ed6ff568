"""What calls wait for: turns, tokens, and what a provider asks them to wait."""

import asyncio
import json
import threading
import time
from typing import Any

import anyio
from anyio.from_thread import BlockingPortal

from audiences import AudiencesError, NotSentTimeoutError, Receipt, aio
from audiences._options import Pace
from callers import Caller, make
from cases import case, good_answer
from raw_server import RawServer, http


def test_turns_that_cancelled_calls_had_are_taken_by_those_who_come_after(raw: RawServer) -> None:
    raw.answer = good_answer("batch")

    async def call() -> float:
        async with make("batch", aio, base_url=raw.url, max_per_second=1) as provider:
            await provider.create(case("batch").good())
            with anyio.move_on_after(0.1):
                async with anyio.create_task_group() as group:
                    for _ in range(50):
                        group.start_soon(provider.create, case("batch").good())
            begun = time.monotonic()
            await provider.create(case("batch").good())
            return time.monotonic() - begun

    assert asyncio.run(call()) < 20  # their turns would take 50 seconds


def test_a_call_whose_turn_would_come_after_its_total_time_is_refused_without_waiting(
    raw: RawServer, face: BlockingPortal | None
) -> None:
    raw.answer = good_answer("batch")
    caller = Caller("batch", raw.url, face, max_per_second=0.2)
    assert isinstance(caller.create(case("batch").good()), Receipt)
    error = caller.create(case("batch").good(), timeout=1)
    assert isinstance(error, NotSentTimeoutError)
    assert "the total time ended while the call was waiting for its turn" in str(error)
    assert len(raw.requests) == 1
    caller.close()


def test_of_all_who_ask_together_one_has_the_turn_and_the_others_know_when_to_ask_again() -> None:
    pace, waits = Pace(0.01), list[float]()
    askers = [threading.Thread(target=lambda: waits.append(pace.wait())) for _ in range(50)]
    for asker in askers:
        asker.start()
    for asker in askers:
        asker.join()
    first, *others = sorted(waits)
    assert first == 0
    assert len(others) == 49
    assert all(0 < wait <= 100 for wait in others)


def test_a_token_request_that_is_stuck_takes_no_time_out_of_the_others() -> None:
    """The first request for a token gets no answer; the second one does."""
    came, over = threading.Event(), threading.Event()

    class Endpoint(RawServer):
        def reply(self, request: bytes) -> bytes:
            if b"/token" not in request.split(b"\r\n", 1)[0]:
                return http(200, json.dumps(case("adobe").BODY).encode())
            if not came.is_set():
                came.set()
                over.wait(20)
            return http(200, b'{"access_token": "token-4711", "token_type": "bearer", "expires_in": 99}')

    results: list[Any] = []

    def create(provider: Any, timeout: float) -> None:
        try:
            results.append(provider.create(case("adobe").good(), timeout=timeout))
        except AudiencesError as error:
            results.append(error)

    oauth = {"access_token": None, "client_id": "client-4711", "client_secret": "secret-4711", "scopes": "a"}
    with (
        Endpoint(threads=True) as server,
        make("adobe", base_url=server.url, token_url=f"{server.url}/token", **oauth) as it,
    ):
        stuck = threading.Thread(target=create, args=(it, 20))
        stuck.start()
        assert came.wait(10)
        create(it, 2)
        assert isinstance(results[0], Receipt)
        over.set()
        stuck.join(20)
    assert isinstance(results[1], Receipt)
