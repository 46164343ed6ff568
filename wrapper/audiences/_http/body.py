"""A body, as it is read and sent piece by piece."""

import time
from collections.abc import AsyncIterator, Iterable, Iterator
from functools import cache
from itertools import islice
from typing import Any

from .. import _observe
from .._reason import UploadError
from .._sides import AsyncSide
from .trace import AttemptTrace

_AT_ONCE = 16
"""Chunks of a file (64 KiB each) for which a worker thread is asked at once,"""
_LONG = 0.1
"""and the seconds after which it gives what it has."""


class Body:
    """Read once. It tells what has been sent; on an event loop its files are read in a thread."""

    def __init__(self, stream: Iterable[bytes], total: int | None, seen: AttemptTrace) -> None:
        self._stream, self._total, self._how = stream, total, seen.how
        self._sent, self._begun, self._dropped = 0, False, False

    def __iter__(self) -> Iterator[bytes]:
        chunks = self._chunks()
        while chunk := _some(chunks):
            yield chunk
            self._tell(chunk)

    async def __aiter__(self) -> AsyncIterator[bytes]:
        chunks = self._chunks()
        while chunk := await AsyncSide.work(lambda: _some(chunks), self._how.remaining):
            yield chunk
            self._tell(chunk)

    def _chunks(self) -> Iterator[bytes]:
        if self._begun:  # by a transport of the caller's that sends twice
            raise UploadError("the transport reads the file twice, and it would be empty now")
        self._begun = True
        return iter(self._stream)

    def _tell(self, chunk: bytes) -> None:
        self._sent += len(chunk)
        observer = self._how.on_progress
        raised = _observe.tell(observer, self._sent, self._total) if observer else None
        if raised and not self._dropped:  # an observer does not end a call, nor fill the log
            _observe.dropped("on_progress", raised)
            self._dropped = True


@cache
def body_class(library: Any) -> type[Body]:
    """The class for the requests of httpx or of httpx2, whose transports ask for streams of their own."""
    return type("Outgoing", (Body, library.SyncByteStream, library.AsyncByteStream), {})


def _some(chunks: Iterator[bytes]) -> bytes:
    end, some = time.monotonic() + _LONG, bytearray()
    for chunk in islice(chunks, _AT_ONCE):
        some += chunk
        if time.monotonic() > end:
            break
    return bytes(some)
