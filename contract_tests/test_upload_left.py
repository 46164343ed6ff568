"""A file that takes long to open: the call does not wait for it, and it is free again for the next one."""

import asyncio
import io
import os
import threading
import time
from collections.abc import Iterator
from typing import Any

import anyio
import pytest

from audiences import Audience, NotSentError, PhoneFile, Receipt, Timeouts, aio
from callers import make
from cases.commbox import CSV
from sink import Sink


class Stuck(io.BytesIO):
    """A file whose moves wait, once they are told to, until `go`; a minute at most."""

    def __init__(self) -> None:
        super().__init__(CSV)
        self.stuck = self.waits = False
        self.go = threading.Event()

    def seek(self, offset: int, whence: int = os.SEEK_SET, /) -> int:
        if self.stuck:
            self.waits = True
            self.go.wait(60)
        return super().seek(offset, whence)


@pytest.fixture
def file() -> Iterator[Stuck]:
    made = Stuck()
    yield made
    made.go.set()


def commbox(sink: Sink, file: Stuck, **options: Any) -> Any:
    """The file is stuck from the moment at which its look is over."""
    return make("commbox", aio, base_url=sink.url, on_request=lambda _: setattr(file, "stuck", True), **options)


async def reached(file: Stuck) -> None:
    with anyio.fail_after(60):
        while not file.waits:
            await anyio.sleep(0.01)


async def free(provider: Any, draft: Audience, file: Stuck) -> object:
    """What a next call makes of the file once it goes on."""
    file.go.set()
    until = time.monotonic() + 30
    while True:
        try:
            return await provider.create(draft)
        except NotSentError as error:
            if "in use" not in str(error) or time.monotonic() > until:
                return error
            await anyio.sleep(0.01)


def test_a_task_cancelled_while_its_file_is_opened_leaves_the_file_free(sink: Sink, file: Stuck) -> None:
    draft = Audience(name="VIP", members=PhoneFile(file, "x.csv"))

    async def main() -> tuple[float, BaseException | None, object]:
        async with commbox(sink, file) as provider:
            task = asyncio.create_task(provider.create(draft))
            await reached(file)
            begun = time.monotonic()
            task.cancel()
            with pytest.raises(asyncio.CancelledError) as cancelled:
                await task
            return time.monotonic() - begun, cancelled.value.__cause__, await free(provider, draft, file)

    seconds, cause, again = asyncio.run(main())
    assert seconds < 20
    assert isinstance(cause, NotSentError)
    assert isinstance(again, Receipt)
    assert len(sink.taken) == 1


@pytest.mark.parametrize("backend", ["asyncio", "trio"])
@pytest.mark.parametrize("ends", ["a scope", "the total time"])
def test_a_file_that_does_not_open_holds_up_neither_a_scope_nor_the_total_time(
    sink: Sink, file: Stuck, backend: str, ends: str
) -> None:
    draft = Audience(name="VIP", members=PhoneFile(file, "x.csv"))

    async def main() -> tuple[float, object, object]:
        error: object = None
        async with commbox(sink, file, timeout=Timeouts(total=0.2 if ends == "the total time" else 100)) as provider:
            begun = time.monotonic()
            with anyio.move_on_after(0.2 if ends == "a scope" else 100):
                try:
                    await provider.create(draft)
                except NotSentError as late:
                    error = late
            return time.monotonic() - begun, error, await free(provider, draft, file)

    seconds, error, again = anyio.run(main, backend=backend)
    assert 0.15 < seconds < 20
    assert isinstance(error, NotSentError) is (ends == "the total time")
    assert isinstance(again, Receipt)
    assert len(sink.taken) == 1
