"""The standard streams of a command: each stands in for the other, so that nothing is lost where one fails."""

import io
import sys
from typing import Any, TextIO


def stand_in() -> None:
    """Send what is printed to the other standard stream if one is closed or full.

    Output to a pipe whose reader is gone is dropped, as `head` expects. Printing never raises OSError, so that exit
    codes hold.
    """
    out, error = sys.stdout, sys.stderr
    sys.stdout, sys.stderr = _of(out, error), _of(error, out)


def _of(*streams: TextIO | None) -> TextIO:
    # A stream is None if it was closed when the process began: its descriptor may be a file's or a socket's by now.
    left = [stream for stream in streams if stream]
    encoding = left[0].encoding if left else "utf-8"
    # With PYTHONUNBUFFERED, there is no buffer.
    raws: list[Any] = [getattr(stream, "raw", stream) for stream in (each.buffer for each in left)]
    return io.TextIOWrapper(io.BufferedWriter(_Raw(raws)), encoding, "backslashreplace", line_buffering=True)


class _Raw(io.RawIOBase):
    def __init__(self, streams: list[io.RawIOBase]) -> None:
        self._streams = streams

    def writable(self) -> bool:
        return True

    def isatty(self) -> bool:
        return bool(self._streams) and self._streams[0].isatty()

    def fileno(self) -> int:
        return self._streams[0].fileno() if self._streams else super().fileno()

    def write(self, data: Any, /) -> int:
        while self._streams:
            try:
                return self._streams[0].write(data) or 0
            except BrokenPipeError:
                break
            except OSError:
                del self._streams[0]
        return len(data)
