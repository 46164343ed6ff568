"""Reads members from a CSV file, row by row in constant memory. Every rule is ours; no message shows a cell."""

import csv
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from functools import partial
from os import SEEK_END
from typing import BinaryIO

from ._errors import OURS, InvalidError, Problem
from ._members import Attribute, Member, Url
from ._rows import Top, hints, kind_of

_ROWS, _LONGEST = 4096, 2**24
"""The number of lines between two reports of progress, and that of the bytes that a line may have."""


def _time(text: str) -> datetime:
    """The time in UTC. Raises ValueError and OverflowError for a text that is not a time with its zone."""
    found = datetime.fromisoformat(text)
    if not found.tzinfo:
        raise ValueError
    return found.astimezone(UTC)


KINDS: dict[str, Callable[[str], Attribute]] = {"text": str, "date": _time, "url": Url}
"""How the text of a cell is read, by the kind that stands behind the column's name on the command line."""


def members_of(
    file: BinaryIO, column: str, attributes: Mapping[str, str], tell: Callable[[int, int | None], object]
) -> Iterator[Member | str]:
    """The members in an open file. `attributes` has, for each column that is sent as an attribute, a key of KINDS.
    `tell` is called with the number of bytes that were read, and with that of all bytes, or None if it is not known.

    Raises InvalidError, which names the line, for a missing column, a row with more or fewer cells than the heading,
    an empty id, and what is no CSV or cannot be read.
    """
    rows = csv.reader(_lines(file, tell), strict=True)
    try:
        filled = filter(None, rows)  # an empty line has no cells
        heading = next(filled, [])
        place, *places = [_place(heading, name) for name in (column, *attributes)]
        for row in filled:
            if len(row) != len(heading):
                raise _wrong(rows.line_num, f"has {_cells(row)}, and the heading has {_cells(heading)}")
            if not row[place].strip():
                raise _wrong(rows.line_num, f"has no {column}")
            if not places:
                yield row[place]
                continue
            columns = zip(attributes.items(), places, strict=True)
            values = {name: _value(rows.line_num, name, kind, row[at]) for (name, kind), at in columns if row[at]}
            yield Member(row[place], values)
    except csv.Error:
        likely = f"line ends of CR alone, a cell above {csv.field_size_limit():,} characters, or an open quotation mark"
        raise _wrong(rows.line_num, f"is not CSV, or has {likely}") from None
    except OSError as error:
        raise _wrong(rows.line_num + 1, f"cannot be read: {error.strerror}") from None


def _lines(file: BinaryIO, tell: Callable[[int, int | None], object]) -> Iterator[str]:
    size, read = None, 0
    if file.seekable():
        start = file.tell()
        size = file.seek(0, SEEK_END) - start
        file.seek(start)
    for number, line in enumerate(iter(partial(file.readline, _LONGEST), b""), 1):
        if number == 1 and (kind := kind_of(line)):
            raise _wrong(1, f"must be of a CSV file that is saved as UTF-8, and this seems to be {kind}")
        if len(line) == _LONGEST:
            raise _wrong(number, f"has {_LONGEST >> 20} MiB or more")
        read += len(line)
        if number % _ROWS == 0:
            tell(read, size)
        try:
            yield line.decode("utf-8-sig" if number == 1 else "utf-8")
        except UnicodeDecodeError:
            raise _wrong(number, "is not text that is saved as UTF-8") from None
    tell(read, size)


def _place(heading: list[str], name: str) -> int:
    if not heading:
        raise _wrong(1, "must have a heading, and the file is empty")
    if heading.count(name) != 1:
        which = "no column" if name not in heading else "more than one column"
        why = next(hints(Top({1: dict(enumerate(heading))}, whole=False), name), "") if name not in heading else ""
        raise _wrong(1, f"has {which} named {name!r} among {_cells(heading)}{why}; --column and --attribute name them")
    return heading.index(name)


def _value(line: int, name: str, kind: str, text: str) -> Attribute:
    try:
        return KINDS[kind](text)
    except (ValueError, OverflowError):
        raise _wrong(line, f"must have a time with its zone as {name}, such as 2026-01-31T08:00:00Z") from None


def _wrong(line: int, rule: str) -> InvalidError:
    return InvalidError.of([Problem("members", rule, f"line {line}", OURS)])


def _cells(row: list[str]) -> str:
    return f"{len(row)} cell{'s' if len(row) != 1 else ''}"
