"""A body, as it is read and sent piece by piece."""

import time
from collections.abc import AsyncIterator, Callable, Iterable, Iterator
from functools import cache
from itertools import islice
from math import inf
from typing import Any

from .. import _observe
from .._reason import UploadError
from .waiting import Asynchronous

_AT_ONCE = 16
"""Chunks of a file (64 KiB each) for which a worker thread is asked at once,"""
_LONG = 0.1
"""and the seconds after which it gives what it has."""

OnProgress = Callable[[int, int | None], object]


class Body:
    """Read once. It tells what has been sent; on an event loop its files are read in a thread."""

    def __init__(
        self, stream: Iterable[bytes], total: int | None = None, on_progress: OnProgress | None = None
    ) -> None:
        self._chunks, self._total, self._on_progress = iter(stream), total, on_progress
        self._sent, self._begun, self._dropped = 0, False, False

    def begin(self) -> None:
        if self._begun:  # by a transport of the caller's that sends twice
            raise UploadError("the transport reads the file twice, and it would be empty now")
        self._begun = True

    def some(self) -> bytes:
        end, some = time.monotonic() + _LONG, bytearray()
        for chunk in islice(self._chunks, _AT_ONCE):
            some += chunk
            if time.monotonic() > end:
                break
        return bytes(some)

    def tell(self, chunk: bytes) -> None:
        self._sent += len(chunk)
        raised = _observe.tell(self._on_progress, self._sent, self._total) if self._on_progress else None
        if raised and not self._dropped:  # an observer does not end a call, nor fill the log
            _observe.dropped("on_progress", raised)
            self._dropped = True

    def __iter__(self) -> Iterator[bytes]:
        self.begin()
        while chunk := self.some():
            yield chunk
            self.tell(chunk)

    async def __aiter__(self) -> AsyncIterator[bytes]:
        self.begin()
        while chunk := await Asynchronous.work(self.some, inf):
            yield chunk
            self.tell(chunk)


@cache
def body_class(library: Any) -> type[Body]:
    """The class for the requests of httpx or of httpx2, whose transports ask for streams of their own."""
    return type("Outgoing", (Body, library.SyncByteStream, library.AsyncByteStream), {})
