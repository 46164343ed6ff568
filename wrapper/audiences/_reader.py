"""Reading a file that is sent."""

import os
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Protocol

from ._reason import UploadError, reason


class BinaryFile(Protocol):
    """A file that gives bytes. It rewinds if it has `seekable`, `seek` and `tell`, too, and `seekable()` is true."""

    def read(self, size: int, /) -> bytes | None: ...


class Reader:
    """What is sent of a file whose length is not known. It is read in one thread, and may be left in another."""

    def __init__(self, file: BinaryFile, give_back: Callable[[], None], begin: Callable[[], bytes] = bytes) -> None:
        self._file, self._give_back, self._begin = file, give_back, begin
        self._head: bytes | None = None
        self._reading, self._left_alone = threading.Lock(), False

    def read(self, size: int) -> bytes:
        """The next bytes; b"" at the end. Raises UploadError, whatever a file of the caller's raises."""
        try:
            with self._reading:
                if self._left_alone:
                    raise UploadError("the call is over")
                return self._next(size)
        finally:
            if self._left_alone:
                self._give_back()

    def _next(self, size: int) -> bytes:
        if self._head is None:
            self._head = self._begin()
        data, self._head = self._head[:size], self._head[size:]
        return data or piece(self._file, size)

    def close(self) -> None:
        self._left_alone = True
        if self._reading.acquire(blocking=False):  # else a cancelled call's thread still waits for the file
            self._reading.release()
            self._give_back()


class SizedReader(Reader):
    """What is sent of a file whose length is announced before. It can only be rewound to its start."""

    def __init__(self, file: BinaryFile, give_back: Callable[[], None], size: int) -> None:
        super().__init__(file, give_back)
        self._size = self._left = size

    def _next(self, size: int) -> bytes:
        data = piece(self._file, min(size, self._left))
        self._left -= len(data)
        longer = data and not self._left and piece(self._file, 1)
        if longer or self._left < 0 or (self._left and not data):
            raise UploadError("the file changed its size while it was sent")
        return data

    def tell(self) -> int:
        return 0

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        """What httpx2 does to learn the length, and before it reads."""
        return self._size if whence == os.SEEK_END else offset


@contextmanager
def reading() -> Iterator[None]:
    """Tell what a file of the caller's raises, which may be anything, from what a connection raises."""
    try:
        yield
    except UploadError:
        raise
    except Exception as error:
        raise UploadError(f"the file cannot be read: {reason(error)}") from error


def piece(file: BinaryFile, size: int) -> bytes:
    with reading():
        data = file.read(size)
    if not isinstance(data, bytes):  # None is what a file that does not block gives while it has nothing
        raise UploadError("the file gave no bytes")
    return data
