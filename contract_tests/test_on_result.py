"""create_everywhere tells each result as soon as it is there, and loses none to an interrupt."""

import json
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import anyio
import httpx2
import pytest
from anyio.from_thread import BlockingPortal

import audiences
import cases
import processes
from audiences import (
    ConfigurationError,
    Receipt,
    Result,
    RetryPolicy,
    UnknownOutcomeError,
    aio,
    create_everywhere,
)
from audiences._json import dumps
from callers import make
from cases import KEYS, body_of, case, headers
from faults.answers import answering, success
from faults.server import Stage, Wire

HERE = Path(__file__).parent
DRAFT = cases.everywhere()
BOTH = {"description", "members"}
TITLES = {key: make(key).title for key in KEYS}


silent = answering(b"", Wire.hold)
Urls = Callable[..., dict[str, Stage]]


@pytest.fixture
def servers() -> Iterator[Urls]:
    """A server for each provider, of which the named one plays something else, or never answers."""
    with ExitStack() as stack:

        def make_all(broken: str, play: Callable[[Wire], None] = silent) -> dict[str, Stage]:
            plays = {key: play if key == broken else answering(success) for key in KEYS}
            made = {key: Stage(plays[key], case(key).SUCCESS, body_of(key), headers(key)) for key in KEYS}
            return {key: stack.enter_context(stage) for key, stage in made.items()}

        yield make_all


def url(key: str, stage: Stage) -> str:
    return f"http://127.0.0.1:{stage.port}{case(key).PATH}"


def run(portal: BlockingPortal | None, providers: dict[str, Any], **options: Any) -> list[Result]:
    """Both faces: `providers` are the options of each."""
    face = aio if portal else audiences
    made = [make(key, face, **given) for key, given in providers.items()]
    if portal is None:
        return create_everywhere(DRAFT, made, leave_out=BOTH, **options)

    async def call() -> list[Result]:
        try:
            return await aio.create_everywhere(DRAFT, made, leave_out=BOTH, **options)
        finally:
            for provider in made:
                await provider.close()

    return portal.call(call)


@pytest.mark.parametrize("slow", KEYS)
def test_each_result_is_told_as_soon_as_it_is_there(servers: Urls, face: BlockingPortal | None, slow: str) -> None:
    """The last one is answered only when the others have been told."""
    told: list[Result] = []
    others = threading.Event()

    def last(wire: Wire) -> None:
        wire.request()
        if others.wait(20):
            wire.send(success(wire))
        wire.finish()

    def tell(result: Result) -> None:
        told.append(result)
        if len(told) == len(KEYS) - 1:
            others.set()

    given = {key: {"base_url": url(key, stage)} for key, stage in servers(slow, last).items()}
    results = run(face, given, on_result=tell)
    assert {id(result) for result in told} == {id(result) for result in results}
    assert all(isinstance(result, Receipt) for result in results)
    assert told[-1].provider == TITLES[slow]


def instant(key: str, status: int | None = None) -> dict[str, Any]:
    def answer(_: httpx2.Request) -> httpx2.Response:
        asked.append(key)
        return httpx2.Response(status or case(key).SUCCESS, content=dumps(case(key).BODY), headers={"Retry-After": "0"})

    asked: list[str] = []
    return {"transport": httpx2.MockTransport(answer)}


def test_an_asynchronous_on_result_is_awaited_and_the_blocking_face_refuses_it(portal: BlockingPortal) -> None:
    async def tell(result: Result) -> None:
        await anyio.sleep(0.01)
        told.append(result.provider)

    told: list[str | None] = []
    run(portal, {key: instant(key) for key in KEYS}, on_result=tell)
    assert sorted(map(str, told)) == sorted(TITLES.values())
    with pytest.raises(ConfigurationError, match="on_result is asynchronous"):
        run(None, {key: instant(key) for key in KEYS}, on_result=tell)


def test_an_interrupt_within_on_result_tells_no_result_twice() -> None:
    told: list[str | None] = []

    def tell(result: Result) -> None:
        told.append(result.provider)
        if len(told) == 1:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run(None, {key: instant(key) for key in KEYS}, on_result=tell)
    assert sorted(map(str, told)) == sorted(TITLES.values())


def test_options_of_the_call_reach_every_provider(face: BlockingPortal | None) -> None:
    for attempts in (1, 2):
        results = run(face, {key: instant(key, 429) for key in KEYS}, policy=RetryPolicy(attempts=attempts))
        assert [len(result.attempts) for result in results] == [attempts] * len(KEYS)


@pytest.mark.parametrize(
    ("options", "kind"),
    [
        ({"polcy": 1}, TypeError),
        ({"policy": 3}, ConfigurationError),
        ({"timeout": "5"}, ConfigurationError),
        ({"on_result": 5}, ConfigurationError),
    ],
)
def test_options_that_make_no_sense_are_raised_before_anything_is_sent(
    face: BlockingPortal | None, options: dict[str, Any], kind: type[Exception]
) -> None:
    def send(_: httpx2.Request) -> httpx2.Response:
        sent.append(1)
        return httpx2.Response(500)

    sent: list[int] = []
    with pytest.raises(kind):
        run(face, {key: {"transport": httpx2.MockTransport(send)} for key in KEYS}, **options)
    assert sent == []


@pytest.mark.parametrize("backend", ["asyncio", "trio"])
@pytest.mark.parametrize("broken", KEYS)
@pytest.mark.parametrize("like", ["plain", "asynchronous"])
def test_a_cancellation_tells_what_is_known_of_every_call(servers: Urls, backend: str, broken: str, like: str) -> None:
    told: dict[str | None, Result] = {}

    def tell(result: Result) -> None:
        told[result.provider] = result

    async def atell(result: Result) -> None:
        await anyio.sleep(0.01)
        tell(result)

    async def call() -> None:
        stages = servers(broken)
        made = [make(key, aio, base_url=url(key, stage)) for key, stage in stages.items()]

        async def create() -> None:
            with scope:
                await aio.create_everywhere(DRAFT, made, leave_out=BOTH, on_result=tell if like == "plain" else atell)

        scope = anyio.CancelScope()
        async with anyio.create_task_group() as group:
            group.start_soon(create)
            with anyio.fail_after(10):
                while len(told) < len(KEYS) - 1 or not stages[broken].requests:
                    await anyio.sleep(0.01)
            scope.cancel()
        assert scope.cancelled_caught
        for provider in made:
            await provider.close()

    anyio.run(call, backend=backend)
    kinds = {TITLES[key]: UnknownOutcomeError if key == broken else Receipt for key in KEYS}
    assert {title: type(result) for title, result in told.items()} == kinds
    lost = told[TITLES[broken]]
    assert isinstance(lost, UnknownOutcomeError)
    assert len(lost.attempts) == 1
    assert lost.reconcile_token is not None


def test_calls_that_never_began_are_told_too() -> None:
    told: list[Result] = []

    async def call() -> None:
        with anyio.CancelScope() as scope:
            scope.cancel()
            made = [make(key, aio, **instant(key)) for key in KEYS]
            await aio.create_everywhere(DRAFT, made, leave_out=BOTH, on_result=told.append)

    anyio.run(call)
    assert sorted(str(result.provider) for result in told) == sorted(TITLES.values())


@pytest.mark.parametrize("broken", [KEYS[0]])
def test_a_signal_tells_what_is_known_of_every_call(servers: Urls, broken: str) -> None:
    stages = servers(broken)
    jobs = [(key, f"http://127.0.0.1:{stage.port}") for key, stage in stages.items()]
    pipes = {"stdin": processes.PIPE, "stdout": processes.PIPE, "stderr": processes.DEVNULL}
    with processes.started([sys.executable, "-m", "everywhere_interrupted"], cwd=HERE, **pipes) as child:
        assert child.stdin is not None
        child.stdin.write(json.dumps(jobs))
        child.stdin.close()
        while not all(stage.requests and stage.requests[0].whole for stage in stages.values()):
            assert child.poll() is None
            time.sleep(0.01)
        assert child.stdout is not None
        told = [json.loads(child.stdout.readline()) for _ in KEYS[1:]]
        child.send_signal(signal.SIGINT)
        told += map(json.loads, child.stdout)
    assert {title: (kind, attempts) for title, kind, attempts, _ in told} == {
        TITLES[key]: ("UnknownOutcomeError" if key == broken else "Receipt", 1) for key in KEYS
    }
    (token,) = (token for *_, token in told if token)
    assert make(broken, base_url=url(broken, stages[broken])).reconcile(token).name == DRAFT.name
