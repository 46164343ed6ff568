"""What is sent and what is read, piece by piece."""

import time
import zlib
from collections.abc import AsyncIterator, Callable, Iterator
from itertools import islice
from typing import Any

import anyio.to_thread
import httpx

from .. import _observe

ENCODINGS = "gzip"
_MEMBERS = 100
"""What may follow each other in one body; each is cheap to send and costly to read."""
_GZIP = b"\x1f\x8b"
_CHUNK = 64 * 1024
_AT_ONCE = 16
"""Chunks of a file (64 KiB each) for which a worker thread is asked at once,"""
_LONG = 0.1
"""and the seconds after which it gives what it has."""

OnProgress = Callable[[int, int | None], object]


class Outgoing(httpx.SyncByteStream, httpx.AsyncByteStream):
    """A multipart body, read once. It tells what has been sent; on an event loop its files are read in a thread."""

    def __init__(self, stream: Any, total: int | None, on_progress: OnProgress | None) -> None:
        self._stream, self._total, self._on_progress = stream, total, on_progress
        self._sent, self._begun, self._dropped = 0, False, False

    def __iter__(self) -> Iterator[bytes]:
        chunks = self._chunks()
        while chunk := _some(chunks):
            yield chunk
            self._tell(chunk)

    async def __aiter__(self) -> AsyncIterator[bytes]:
        chunks, read = self._chunks(), list[bytes]()
        while True:
            # Not as a result: asyncio's debug mode logs one that is handed to its loop. A cancelled call does not wait
            # for a slow file; its reader can be left alone.
            await anyio.to_thread.run_sync(lambda: read.append(_some(chunks)), abandon_on_cancel=True)
            chunk = read.pop()
            if not chunk:
                return
            yield chunk
            self._tell(chunk)

    def _chunks(self) -> Iterator[bytes]:
        if self._begun:  # by a transport of the caller's that sends twice: the file would be empty now
            raise httpx.StreamConsumed
        self._begun = True
        return iter(self._stream)

    def _tell(self, chunk: bytes) -> None:
        self._sent += len(chunk)
        raised = _observe.tell(self._on_progress, self._sent, self._total) if self._on_progress else None
        if raised and not self._dropped:  # an observer does not end a call, nor fill the log
            _observe.dropped("on_progress", raised)
            self._dropped = True


def _some(chunks: Iterator[bytes]) -> bytes:
    end, some = time.monotonic() + _LONG, bytearray()
    for chunk in islice(chunks, _AT_ONCE):
        some += chunk
        if time.monotonic() > end:
            break
    return bytes(some)


class Decoder:
    """Decompresses in pieces of a bounded size, whatever a piece of the compressed data expands to.

    Raises ValueError for an encoding that was not asked for, and for data that is broken or cut off.
    """

    def __init__(self, encoding: str) -> None:
        self._packed = encoding not in ("", "identity")
        if self._packed and encoding not in ("gzip", "x-gzip", "deflate"):
            raise EncodingError("the body has a Content-Encoding that was not asked for")
        self._inflate = _inflate()
        self._members = 1

    def pieces(self, data: bytes) -> Iterator[bytes]:
        if not self._packed:
            yield data
            return
        while True:
            try:
                piece = self._inflate.decompress(data, _CHUNK)
            except zlib.error:
                raise EncodingError("the compressed body is broken") from None
            if piece:
                yield piece
            data = self._inflate.unconsumed_tail
            if self._inflate.eof:
                data = self._inflate.unused_data
                if not data.startswith(_GZIP):
                    return
                self._members += 1
                if self._members > _MEMBERS:
                    raise EncodingError(f"the compressed body has more than {_MEMBERS} parts")
                self._inflate = _inflate()
            elif not data and len(piece) < _CHUNK:
                return

    def end(self) -> None:
        if self._packed and not self._inflate.eof:
            raise EncodingError("the compressed body is cut off")


def pieces(response: httpx.Response) -> Iterator[bytes]:
    """An answer's body, decompressed."""
    if response.is_stream_consumed:  # a test's transport made it whole
        yield from response.iter_bytes()
        return
    decoder = Decoder(response.headers.get("Content-Encoding", ""))
    for chunk in response.iter_raw():
        yield from decoder.pieces(chunk)
    decoder.end()


async def apieces(response: httpx.Response) -> AsyncIterator[bytes]:
    if response.is_stream_consumed:
        async for chunk in response.aiter_bytes():
            yield chunk
        return
    decoder = Decoder(response.headers.get("Content-Encoding", ""))
    async for chunk in response.aiter_raw():
        for piece in decoder.pieces(chunk):
            yield piece
    decoder.end()


class EncodingError(ValueError):
    """What is wrong with a Content-Encoding; the text says nothing of the content."""


def _inflate() -> Any:
    """For gzip and zlib, by their heads."""
    return zlib.decompressobj(zlib.MAX_WBITS | 32)
