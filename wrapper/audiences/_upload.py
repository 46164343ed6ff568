"""A file as it is sent: opened anew for each attempt, from its start, and watched for changes of its size."""

import io
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import BinaryIO, Self

from ._lock import Lock


class UploadError(OSError):
    """Why a file cannot be sent, or not to its end; the reason names no file."""

    def __init__(self, reason: str) -> None:
        super().__init__(None, reason)


class Upload:
    """Bytes, a path, or a binary file of the caller's, which is sent from where it stood when this was made.

    A binary file is not closed. One that cannot seek is sent once, with chunked transfer coding, because its length is
    not known; opening it again raises UploadError.

    Raises TypeError for a file that is not binary.
    """

    def __init__(self, source: bytes | Path | BinaryIO) -> None:
        if not isinstance(source, bytes | Path) and not isinstance(source.read(0), bytes):
            raise TypeError("not a binary file")
        self._source = source
        self.path = source if isinstance(source, Path) else None
        self.rewinds = isinstance(source, bytes | Path) or source.seekable()
        """Whether it can be sent again."""
        self._start = 0 if isinstance(source, bytes | Path) or not self.rewinds else source.tell()
        self._lock = Lock()  # two readers of one binary file would each get a part of it
        self._head: bytes | None = b""

    @contextmanager
    def look(self) -> Iterator[BinaryIO]:
        """A file that rewinds, at its start."""
        file, give_back = self._take()
        try:
            yield file
        finally:
            give_back()

    def head(self, size: int) -> bytes:
        """The first bytes. They are sent nevertheless."""
        with self.look() as file:
            if self.rewinds:
                return file.read(size)
            if self._head is None:
                raise UploadError("the file was sent before, and cannot rewind")
            while len(self._head) < size and (more := file.read(size - len(self._head))):
                self._head += more
            return self._head[:size]

    def open(self) -> "Reader":
        """Raises OSError for a file that is gone, empty, in use by another call, or was sent and cannot rewind."""
        file, give_back = self._take()
        try:
            if self.rewinds:
                size = file.seek(0, os.SEEK_END) - self._start
                file.seek(self._start)
                if size <= 0:
                    raise UploadError("the file is empty")
                return SizedReader(file, give_back, size)
            if self._head is None:
                raise UploadError("the file was sent before, and cannot rewind")
            head, self._head = self._head, None
            return Reader(file, give_back, head)
        except BaseException:
            give_back()
            raise

    def _take(self) -> tuple[BinaryIO, Callable[[], None]]:
        """A file at its start, and what is to be called in the end."""
        if isinstance(self._source, bytes | Path):
            file = io.BytesIO(self._source) if isinstance(self._source, bytes) else self._source.open("rb")
            return file, file.close
        if not self._lock.take():
            raise UploadError("the file is in use by another call")
        try:
            if self.rewinds:
                self._source.seek(self._start)
        except BaseException:
            self._lock.release()
            raise
        return self._source, self._lock.release

    def __repr__(self) -> str:
        return "Upload(...)"

    def __reduce__(self) -> tuple[type["Upload"], tuple[object]]:
        return Upload, (self._source,)


class Reader:
    """What is sent of a file whose length is not known."""

    def __init__(self, file: BinaryIO, give_back: Callable[[], None], head: bytes = b"") -> None:
        self._file, self._give_back, self._head = file, give_back, head

    def read(self, size: int) -> bytes:
        data, self._head = self._head[:size], self._head[size:]
        return data or self._more(size)

    def _more(self, size: int) -> bytes:
        data = self._file.read(size)
        if data is None:
            raise UploadError("the file does not block, and has nothing to read yet")
        return data

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._give_back()


class SizedReader(Reader):
    """What is sent of a file whose length is announced before. It can only be rewound to its start."""

    def __init__(self, file: BinaryIO, give_back: Callable[[], None], size: int) -> None:
        super().__init__(file, give_back)
        self._size = self._left = size

    def read(self, size: int) -> bytes:
        data = self._more(min(size, self._left))
        self._left -= len(data)
        if (self._left and not data) or (data and not self._left and self._more(1)):
            raise UploadError("the file changed its size while it was sent")
        return data

    def tell(self) -> int:
        return 0

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        """What httpx does to learn the length, and before it reads."""
        return self._size if whence == os.SEEK_END else offset
