"""Judges the rows at the top of an audience file. Every rule is ours; no message shows a cell."""

import codecs
import re
from collections.abc import Iterator, Mapping
from itertools import islice
from typing import NamedTuple

from ._errors import OURS, Problem, Remedy
from ._members import Look


class Top(NamedTuple):
    """The rows at the top of a file by number, each with its cells by column, and whether these are all rows.

    A cell is None if its text was not reached within the bounds of the check.
    """

    rows: Mapping[int, Mapping[int, str | None]]
    whole: bool


class UnfitError(Exception):
    """Why a file is not fit to be sent."""

    def __init__(self, rule: str, seen: str = "file", field: str = "members", remedy: Remedy | None = None) -> None:
        self.problem = Problem(field, rule, seen, OURS, remedy)


UNREADABLE = "is not a readable .xlsx file"


def unread(rule: str) -> UnfitError:
    """The error for a file that the library cannot read, though the provider may be able to."""
    return UnfitError(rule, remedy=Remedy("checked", False, "sends it as it is"))


_KINDS = {
    b"PK\x03\x04": "an Excel file (.xlsx) or another ZIP file",
    b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1": "an old Excel file (.xls), or one that is protected by a password",
    b"%PDF-": "a PDF file",
    b"\x1f\x8b": "a gzip file",
    codecs.BOM_UTF16_LE: "UTF-16 or UTF-32",
    codecs.BOM_UTF16_BE: "UTF-16",
}
"""The first bytes of files that are no UTF-8 text. The byte order mark of UTF-32 begins with that of UTF-16."""


def kind_of(head: bytes) -> str | None:
    """The kind of a file that is no UTF-8 text, if its first bytes tell it."""
    found = next((kind for mark, kind in _KINDS.items() if head.startswith(mark)), None)
    return found or ("UTF-16, or no text at all" if head[:4].count(0) > 1 else None)


class TooFarError(Exception):
    """The first row does not end within the bounds of the check."""


_SEPARATORS = {";": "semicolons", "\t": "tabs", "|": "vertical bars"}


def judge(top: Top, column: str) -> Look:
    """What looks wrong in the rows below the heading.

    Raises UnfitError for a heading without the column, and TooFarError if the column may be in what was not reached.
    """
    heading = top.rows.get(1, {})
    places = [place for place, cell in heading.items() if cell == column]
    if not places:
        if None in heading.values() or not (top.rows or top.whole):
            raise TooFarError
        rule = f"the first row of a CSV, or of an Excel file's first sheet, must have a column named {column!r}"
        columns = max(heading, default=-1) + 1
        seen = f"first row of {columns} column{'s' if columns != 1 else ''}"
        raise UnfitError(rule, seen + next(hints(top, column), ""))
    rows = {n: row for n, row in top.rows.items() if n > 1 and any(c is None or c.strip() for c in row.values())}
    wrong, empty = [n for n, row in rows.items() if not _is_number(row.get(places[0], ""))], top.whole and not rows
    warnings = list[str]()
    if empty:
        warnings.append("the file has no rows below its first one, so it reaches nobody")
    if wrong:
        said = f"{column} looks wrong in {len(wrong)} of the {len(rows)} rows looked at, first in row {wrong[0]}"
        warnings.append(f"{said}; 7 to 15 digits with the country code are expected")
    return Look(warnings=tuple(f"{each} [{OURS}]" for each in warnings), empty=empty)


def _is_number(cell: str | None) -> bool:
    """Whether it may be a phone number, also with white space, brackets, dots, hyphens and a + before it."""
    digits = re.sub(r"[\s().-]", "", cell or "").removeprefix("+")
    decimal = re.fullmatch(r"\s*\d{7,}[.,]\d{0,2}\s*", cell or "")
    return cell is None or (re.fullmatch("[1-9][0-9]{6,14}", digits) is not None and not decimal)


def hints(top: Top, column: str) -> Iterator[str]:
    """Why the column may be missing, the likeliest reason first."""
    cells = [cell for cell in islice(top.rows.get(1, {}).values(), 2**14) if cell]
    for cell in cells:
        if "".join(filter(str.isprintable, cell)).strip().lower() == column.lower():
            what = "a second byte order mark" if "\ufeff" in cell else "case, white space, or what cannot be seen"
            yield f", one of which differs only in {what}"
    yield from (f"; it is in row {number}" for number, row in top.rows.items() if column in row.values())
    if len(cells) == 1:
        found = (called for mark, called in _SEPARATORS.items() if mark in cells[0])
        yield from (f", which seems to be separated by {called}; CSV is separated by commas" for called in found)
    if any(re.fullmatch(r"\+?[0-9]{7,15}", cell) for cell in cells):
        yield ", which seems to be a member's: the heading is missing"
