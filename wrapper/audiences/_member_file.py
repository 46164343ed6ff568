"""Members in a CSV file, row by row in constant memory. Every rule is ours; nothing of a cell is ever told."""

import csv
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from itertools import count
from os import SEEK_END
from typing import BinaryIO

from ._errors import OURS, InvalidError, Problem
from ._members import Attribute, Member, Url

_LONGEST = 1024 * 1024
"""Bytes of a line."""
_ROWS = 4096
"""Between two words on how far it is."""


def _time(text: str) -> datetime:
    """Raises ValueError and OverflowError for what is not a time with its zone."""
    found = datetime.fromisoformat(text)
    if not found.tzinfo:
        raise ValueError
    return found.astimezone(UTC)


KINDS: dict[str, Callable[[str], Attribute]] = {"text": str, "date": _time, "url": Url}
"""How the text of a cell is told, by what is written after the name of the column."""


class MemberFile:
    """The members in an open file, as often as they are iterated over where it can seek.

    Raises InvalidError for a column that is missing, a row of another width, an empty id, and what cannot be read; it
    names the line.
    """

    def __init__(
        self,
        file: BinaryIO,
        column: str,
        attributes: Mapping[str, str],
        tell: Callable[[int, int | None], object],
    ) -> None:
        """`attributes` have by column one of KINDS; `tell` is called with the bytes that were read."""
        self.seeks = file.seekable()
        self._file, self._column, self._attributes, self._tell = file, column, attributes, tell
        self._start = file.tell() if self.seeks else 0
        self._size = file.seek(0, SEEK_END) - self._start if self.seeks else None
        self._line = 0

    def __iter__(self) -> Iterator[Member | str]:
        if self.seeks:
            self._file.seek(self._start)
        rows = csv.reader(self._lines(), strict=True)
        try:
            heading = next(rows, [])
            place, *places = [self._place(heading, name) for name in (self._column, *self._attributes)]
            for row in rows:
                if row:
                    self._check(row, place, heading)
                    yield Member(row[place], dict(self._told(row, places))) if places else row[place]
                    continue
                blank = self._line
                if any(rows):
                    self._line = blank
                    raise self._wrong("is empty")
        except csv.Error:
            raise self._wrong("is not CSV") from None
        except UnicodeDecodeError:
            raise self._wrong("is not text that is saved as UTF-8") from None
        except OSError as error:
            raise self._wrong(f"cannot be read: {error.strerror}") from None

    def _lines(self) -> Iterator[str]:
        read = 0
        for self._line in count(1):
            line = self._file.readline(_LONGEST)
            if not line:
                self._tell(read, self._size)
                return
            if len(line) == _LONGEST:
                raise self._wrong(f"has more than {_LONGEST} bytes")
            read += len(line)
            if self._line % _ROWS == 0:
                self._tell(read, self._size)
            yield line.decode("utf-8-sig" if self._line == 1 else "utf-8")

    def _check(self, row: list[str], place: int, heading: list[str]) -> None:
        if len(row) != len(heading):
            raise self._wrong(f"has {_cells(row)}, and the first line has {_cells(heading)}")
        if not row[place].strip():
            raise self._wrong(f"has no {self._column}")

    def _place(self, heading: list[str], name: str) -> int:
        if heading.count(name) != 1:
            which = "no column" if name not in heading else "more than one column"
            raise self._wrong(f"has {which} named {name!r} among {_cells(heading)}; --column and --attribute name them")
        return heading.index(name)

    def _told(self, row: list[str], places: list[int]) -> Iterator[tuple[str, Attribute]]:
        """The attributes of a member; of an empty cell, none."""
        for place, (name, kind) in zip(places, self._attributes.items(), strict=True):
            if not row[place]:
                continue
            try:
                value = KINDS[kind](row[place])
            except (ValueError, OverflowError):
                rule = f"must have a time with its zone as {name}, such as 2026-01-31T08:00:00Z"
                raise self._wrong(rule) from None
            yield name, value

    def _wrong(self, rule: str) -> InvalidError:
        return InvalidError.of([Problem("members", rule, f"line {self._line}", OURS)])


def _cells(row: list[str]) -> str:
    return f"{len(row)} cell{'s' if len(row) != 1 else ''}"
