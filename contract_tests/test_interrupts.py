"""A call that is cancelled or interrupted: the interrupt goes on, with an error beside it that tells what is known."""

import asyncio
import io
import json
import signal
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import anyio
import pytest

import interrupted
import processes
from audiences import Audience, NotSentError, PhoneFile, aio
from callers import make
from cases import case
from faults.server import Stage
from interrupted import POINTS

HERE = Path(__file__).parent
READS = 0.1
"""Seconds for a client to read what was sent."""


@pytest.fixture(params=POINTS)
def name(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def stage(name: str) -> Iterator[Stage]:
    with interrupted.stage_of(name) as stage:
        yield stage


async def reached(stage: Stage) -> None:
    while not interrupted.reached(stage):
        await anyio.sleep(0.01)
    await anyio.sleep(READS)


@pytest.mark.parametrize("backend", ["asyncio", "trio"])
def test_a_cancelled_scope_ends_with_what_is_known_as_the_cause(name: str, stage: Stage, backend: str) -> None:
    seen: list[Any] = []

    async def call() -> None:
        async with interrupted.provider(name, f"http://127.0.0.1:{stage.port}", aio) as provider:

            async def create() -> None:
                with scope:
                    try:
                        await provider.create(case(interrupted.key_of(name)).good())
                    except anyio.get_cancelled_exc_class() as cancelled:
                        seen.append(interrupted.told(cancelled))
                        raise

            scope = anyio.CancelScope()
            async with anyio.create_task_group() as group:
                group.start_soon(create)
                await reached(stage)
                scope.cancel()
            assert scope.cancelled_caught

    anyio.run(call, backend=backend)
    assert seen == [interrupted.expected(name)]


def test_a_cancelled_task_shows_the_cause_to_who_awaits_it(name: str, stage: Stage) -> None:
    async def call() -> dict[str, Any]:
        async with interrupted.provider(name, f"http://127.0.0.1:{stage.port}", aio) as provider:
            task = asyncio.create_task(provider.create(case(interrupted.key_of(name)).good()))
            await reached(stage)
            task.cancel()
            with pytest.raises(asyncio.CancelledError) as cancelled:
                await task
        return interrupted.told(cancelled.value)

    assert asyncio.run(call()) == interrupted.expected(name)


def test_a_timeout_of_asyncio_has_the_cause_behind_the_cancellation() -> None:
    async def call() -> BaseException:
        with interrupted.stage_of("before an answer") as stage:
            async with interrupted.provider("before an answer", f"http://127.0.0.1:{stage.port}", aio) as provider:
                with pytest.raises(TimeoutError) as late:
                    await asyncio.wait_for(provider.create(case(provider.key).good()), 0.3)
        cancelled = late.value.__cause__
        assert cancelled is not None
        return cancelled

    assert interrupted.told(asyncio.run(call())) == interrupted.expected("before an answer")


def test_a_signal_in_the_main_thread_ends_with_what_is_known_as_the_cause() -> None:
    with ExitStack() as stack:
        stages = {name: stack.enter_context(interrupted.stage_of(name)) for name in POINTS}
        jobs = [(name, f"http://127.0.0.1:{stage.port}") for name, stage in stages.items()]
        pipes = {"stdin": processes.PIPE, "stdout": processes.PIPE, "stderr": processes.DEVNULL}
        child = stack.enter_context(processes.started([sys.executable, "-m", "interrupted"], cwd=HERE, **pipes))
        assert child.stdin is not None
        child.stdin.write(json.dumps(jobs))
        child.stdin.close()
        for stage in stages.values():
            until = time.monotonic() + 60
            while not interrupted.reached(stage):
                assert time.monotonic() < until
                time.sleep(0.01)
            time.sleep(READS)
            child.send_signal(signal.SIGINT)
        assert child.stdout is not None
        assert json.load(child.stdout) == [interrupted.expected(name) for name in POINTS]
        assert child.wait() == 0


class Interrupted(io.BytesIO):
    """A file in whose reading the interrupt comes."""

    def read(self, size: int | None = -1) -> bytes:
        if size:
            raise KeyboardInterrupt
        return b""


def test_an_interrupt_while_a_file_is_looked_into_was_not_sent() -> None:
    with make("commbox") as commbox, pytest.raises(KeyboardInterrupt) as caught:
        commbox.create(Audience(name="VIP", members=PhoneFile(Interrupted(b"phone1"), "x.csv")))
    cause = caught.value.__cause__
    assert isinstance(cause, NotSentError)
    assert (cause.provider, cause.audience_name, cause.attempts) == ("CommBox", "VIP", ())
