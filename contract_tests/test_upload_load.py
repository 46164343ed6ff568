"""Large and slow files: little memory, an event loop that goes on, and what is told on the way."""

import asyncio
import io
import json
import os
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO

import anyio
import pytest
from anyio.from_thread import BlockingPortal

import processes
from audiences import Audience, NotSentError, PhoneFile, Receipt, Timeouts, aio
from audiences._reason import UploadError
from audiences._upload import Upload
from callers import Caller, make
from cases.commbox import CSV
from long import long
from sink import Sink
from test_uploads import ROWS, create, pipe

MOST = 40
"""MiB that a process may need for a large file more than for a small one."""


# 2 GiB is what a length in 32 bits cannot say.
@pytest.mark.parametrize("size", [128 << 20, long(2 << 30)])
@pytest.mark.parametrize("face", [long("blocking"), "async"])
def test_a_large_file_needs_no_more_than_40_mib(sink: Sink, face: str, size: int, tmp_path: Path) -> None:
    small, large = tmp_path / "small.csv", tmp_path / "large.csv"
    small.write_bytes(CSV)
    large.write_bytes(CSV + b"442079832100\r\n" * 2**17)  # more than is looked at
    os.truncate(large, size)  # sparse: it takes no room on the disk
    script = Path(__file__).with_name("upload_memory.py")
    command = [sys.executable, str(script), sink.url, face, str(small), str(large)]
    done = json.loads(processes.run(command, check=True, seconds=280).stdout)
    assert done["outcome"] == "applied"
    assert done["mib"] <= MOST
    taken = sink.taken[-1]
    assert done["told"] == [taken.length, taken.length]
    assert taken.whole
    assert CSV in taken.start
    assert taken.size - size < 1024


def test_progress_grows_and_ends_at_the_content_length(sink: Sink, face: BlockingPortal | None) -> None:
    told: list[tuple[int, int | None]] = []

    def tell(sent: int, total: int | None) -> None:
        told.append((sent, total))
        raise RuntimeError("an observer's own fault")

    caller = Caller("commbox", sink.url, face, on_progress=tell)
    assert isinstance(create(caller, PhoneFile(ROWS, "x.csv")), Receipt)
    caller.close()
    counts = [sent for sent, _ in told]
    assert len(counts) > 2
    assert counts == sorted(set(counts))
    assert told[-1] == (sink.taken[0].size, sink.taken[0].length)
    assert {total for _, total in told} == {sink.taken[0].length}


def test_progress_of_a_stream_has_no_total(sink: Sink, face: BlockingPortal | None) -> None:
    told: list[tuple[int, int | None]] = []
    caller = Caller("commbox", sink.url, face, on_progress=lambda *now: told.append(now))
    with pipe(ROWS) as stream:
        assert isinstance(create(caller, PhoneFile(stream, "x.csv")), Receipt)
    caller.close()
    assert told[-1] == (len(sink.taken[0].body), None)


def test_progress_can_be_asked_for_by_one_call(sink: Sink) -> None:
    told: list[int] = []
    with make("commbox", base_url=sink.url, on_progress=lambda *_: told.append(0)) as commbox:
        draft = Audience(name="VIP", members=PhoneFile(CSV, "x.csv"))
        commbox.create(draft, on_progress=lambda sent, _: told.append(sent))
    assert told == [sink.taken[0].length]


class Slow(io.BytesIO):
    """A file whose every read, and each move, takes until the event loop has gone on; 5 seconds at most."""

    def __init__(self) -> None:
        super().__init__(CSV)
        self.loop_went_on, self.waits = threading.Event(), list[bool]()

    def _wait(self) -> None:
        self.loop_went_on.clear()
        self.waits.append(self.loop_went_on.wait(5))

    def read(self, size: int | None = -1, /) -> bytes:
        if size:
            self._wait()
        return super().read(size)

    def seek(self, offset: int, whence: int = os.SEEK_SET, /) -> int:
        self._wait()
        return super().seek(offset, whence)


def test_a_slow_file_does_not_hold_up_the_event_loop(sink: Sink) -> None:
    async def tick() -> None:
        while True:
            file.loop_went_on.set()
            await asyncio.sleep(0.01)

    async def main() -> Any:
        async with make("commbox", aio, base_url=sink.url) as commbox:
            ticking = asyncio.create_task(tick())
            receipt = await commbox.create(draft)
            ticking.cancel()
            return receipt

    file = Slow()
    draft = Audience(name="VIP", members=PhoneFile(file, "x.csv"))
    file.waits.clear()
    assert isinstance(asyncio.run(main()), Receipt)
    assert len(file.waits) >= 3
    assert all(file.waits)


@contextmanager
def stuck(given: bytes) -> Iterator[tuple[BinaryIO, threading.Event]]:
    """A stream with no more than that in it; the event ends it, as a minute does."""
    end, other = os.pipe()
    over = threading.Event()
    os.write(other, given)

    def close() -> None:
        over.wait(60)
        os.close(other)

    closing = threading.Thread(target=close)
    closing.start()
    with open(end, "rb") as stream:
        yield stream, over
        over.set()
        closing.join()


@pytest.mark.parametrize("backend", ["asyncio", "trio"])
@pytest.mark.parametrize("given", [b"", CSV])
def test_a_file_that_gives_nothing_does_not_hold_up_a_cancellation(sink: Sink, backend: str, given: bytes) -> None:
    async def main() -> float:
        begun = time.monotonic()
        async with make("commbox", aio, base_url=sink.url) as commbox:
            with anyio.move_on_after(0.3):
                await commbox.create(Audience(name="VIP", members=phones))
        over.set()  # lets the thread go that still waits for the file
        return time.monotonic() - begun

    with stuck(given) as (stream, over):
        phones = PhoneFile(stream, "x.csv", checked=False)
        assert anyio.run(main, backend=backend) < 20
    assert not any(taken.whole for taken in sink.taken)


def test_a_file_that_gives_nothing_does_not_hold_up_the_deadline(sink: Sink, portal: BlockingPortal) -> None:
    caller = Caller("commbox", sink.url, portal, timeout=Timeouts(total=0.5))
    with stuck(CSV) as (stream, over):
        phones, begun = PhoneFile(stream, "x.csv", checked=False), time.monotonic()
        error = create(caller, phones)
        assert time.monotonic() - begun < 20
        # The thread that was left with the file has it until it is told something.
        assert "in use by another call" in str(create(caller, phones))
        over.set()
        while "in use" in (said := str(create(caller, phones))) and time.monotonic() - begun < 50:
            time.sleep(0.01)
        assert "was sent before" in said
    caller.close()
    assert isinstance(error, NotSentError)  # the head of the request waits for the first of the body


def test_of_a_file_nothing_is_read_once_its_call_is_over() -> None:
    file = io.BytesIO(CSV)
    reader = Upload(file).open()
    reader.close()
    with pytest.raises(UploadError, match="the call is over"):
        reader.read(1)
    assert file.tell() == 0
