"""A file as it is sent: opened anew for each attempt, from its start, and watched for changes."""

import io
import os
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, Protocol, cast
from weakref import WeakValueDictionary

from ._lock import Lock
from ._reason import UploadError, reason


class BinaryFile(Protocol):
    """A file that gives bytes. It can rewind if it also has `seekable`, `seek` and `tell`, and `seekable()` is true."""

    def read(self, size: int, /) -> bytes | None: ...


class Reader:
    """Reads a file of unknown length for sending. One thread reads it, and another may close it meanwhile."""

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
    """Reads a file for sending whose length is sent before it. It can only be rewound to its start."""

    def __init__(self, file: BinaryFile, give_back: Callable[[], None], size: int, changed: Callable[[], bool]) -> None:
        super().__init__(file, give_back)
        self._size, self._left, self._changed = size, size, changed

    def _next(self, size: int) -> bytes:
        data = piece(self._file, min(size, self._left))
        self._left -= len(data)
        other = data and not self._left and (piece(self._file, 1) or self._changed())
        if other or self._left < 0 or (self._left and not data):
            raise UploadError("the file changed while it was sent")
        return data

    def tell(self) -> int:
        return 0

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        """The position that httpx2 asks for: the end, to learn the length, and the start, before it reads."""
        return self._size if whence == os.SEEK_END else offset


@contextmanager
def reading() -> Iterator[None]:
    """Turn what a caller's file raises into an UploadError, to tell it from what a connection raises."""
    try:
        yield
    except Exception as error:
        raise UploadError(f"the file cannot be read: {reason(error)}") from error


def piece(file: BinaryFile, size: int) -> bytes:
    with reading():
        data = file.read(size)
    if not isinstance(data, bytes):  # a file that does not block gives None while it has nothing
        raise UploadError("the file gave no bytes")
    return data


class Upload:
    """Bytes, a path, or a binary file of the caller's, which is sent from where it stood when this was made.

    A binary file is not closed. One that cannot seek is sent once, with chunked transfer coding, because its length is
    not known; opening it again raises UploadError.

    Raises TypeError for a file that is not binary.
    """

    def __init__(self, source: bytes | Path | BinaryFile) -> None:
        self._source = source
        self.path = source if isinstance(source, Path) else None
        self.seeks, self._start = True, 0
        if not isinstance(source, bytes | Path):
            if not isinstance(source.read(0), bytes):
                raise TypeError("not a binary file")
            self.seeks = bool(getattr(source, "seekable", bool)())
            self._start = cast("BinaryIO", source).tell() if self.seeks else 0
        self._head: bytes | None = b""
        """The bytes that were read of a file that cannot seek, and are still to be sent; None once they are sent."""
        self._looked_at: tuple[int, ...] | None = None

    @property
    def rewinds(self) -> bool:
        """Whether all of it can be sent, once more or for the first time."""
        return self.seeks or self._head is not None

    @contextmanager
    def look(self) -> Iterator[BinaryIO]:
        """A file that seeks, at its start. A path's file must then not change before it is sent."""
        file, give_back = self._take()
        try:
            if self.seeks:
                with reading():
                    file.seek(self._start)
            self._looked_at = self._state(file)
            yield file
        finally:
            give_back()

    def head(self, size: int) -> bytes:
        """The first bytes, fewer than `size` only if there are no more. They are sent all the same.

        Raises UploadError for a file of the caller's that may have been read to its end.
        """
        with self.look() as file:
            head = self._unsent() if not self.seeks else b""
            while len(head) < size and (more := piece(file, size - len(head))):
                head += more
                self._head = head if not self.seeks else b""
            if not head and (self._start or not self.seeks):
                what = "the file stands at its end, or was read to its end before, or is empty"
                raise UploadError(f"{what}; seek(0) before it is given")
            return head[:size]

    def open(self) -> Reader:
        """A reader for one attempt. Raises OSError for a file that is gone, is empty, has changed since it was checked,
        is in use by another call, or was sent and cannot rewind.
        """
        file, give_back = self._take()
        try:
            if not self.seeks:
                self._unsent()
                return Reader(file, give_back, self._begin)
            if self._looked_at not in (None, state := self._state(file)):
                raise UploadError("the file was changed after it was looked at")
            with reading():
                file.seek(0, os.SEEK_END)
                size = file.tell() - self._start
                file.seek(self._start)
            if size <= 0:
                raise UploadError("the file is empty")
            return SizedReader(file, give_back, size, lambda: self._state(file) != state)
        except BaseException:
            give_back()
            raise

    def _unsent(self) -> bytes:
        if self._head is None:
            raise UploadError("the file was sent before, and cannot rewind")
        return self._head

    def _begin(self) -> bytes:
        head, self._head = self._unsent(), None
        return head

    def _take(self) -> tuple[BinaryIO, Callable[[], None]]:
        """An open file, and the function to call when it is no longer needed."""
        source = self._source
        if not isinstance(source, bytes | Path):
            return cast("BinaryIO", source), _reserve(source)
        file = io.BytesIO(source) if isinstance(source, bytes) else source.open("rb")
        return file, file.close

    def _state(self, file: BinaryIO) -> tuple[int, ...] | None:
        """What would differ if a path's file were replaced by another, or written to; None for other sources."""
        return state_of(file) if self.path else None


def state_of(file: BinaryIO) -> tuple[int, ...]:
    """What would differ if an open file were another one, or had been written to."""
    now = os.fstat(file.fileno())
    return now.st_dev, now.st_ino, now.st_size, now.st_mtime_ns


_LOCK, _IN_USE = Lock(), WeakValueDictionary[tuple[int, int], threading.Event]()


def _reserve(file: BinaryFile) -> Callable[[], None]:
    """Keep other calls from a file, because two readers would each get a part of it. Returns the function that ends the
    reservation, which also ends if that function is lost, as by an interrupt. Raises UploadError if a call has it.
    """
    use, key = threading.Event(), (os.getpid(), id(file))  # after a fork, what the parent has reserved does not count

    def end() -> None:
        with _LOCK.held:
            if _IN_USE.get(key) is use:
                del _IN_USE[key]

    with _LOCK.held:
        if _IN_USE.setdefault(key, use) is not use:
            raise UploadError("the file is in use by another call")
    return end
