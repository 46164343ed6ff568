"""What the rows at the top of an audience file say. Every rule is ours; nothing of a cell is ever told."""

import re
import unicodedata
from collections.abc import Iterator, Mapping
from itertools import islice
from typing import NamedTuple

from ._errors import OURS, Problem
from ._members import Look


class Top(NamedTuple):
    """The rows at the top of a file by number, each with its cells by column, and whether no others follow.

    A cell is None where its text was not reached.
    """

    rows: Mapping[int, Mapping[int, str | None]]
    whole: bool


UNREADABLE = "is not a readable .xlsx file"


class UnfitError(Exception):
    """Why a file is not fit to be sent."""


class TooFarError(Exception):
    """The first row does not end within the bounds of the look."""


_LETTERS = str.maketrans("\u0440\u03c1\u04bb\u043e\u03bf\u0435\u0456li0", "pphooe111o")
"""Letters of Cyrillic and Greek, and others, each with what it is taken for in a column's name."""
_MARKS = ((";", "semicolons"), ("\t", "tabs"), ("|", "vertical bars"))
_FORMATS = (("<", "HTML or XML"), ("{", "JSON"), ("[", "JSON"))


def judge(top: Top, column: str) -> Look:
    """What there is to say of the heading, or else of the rows below it.

    Raises TooFarError where the column may be in what was not reached.
    """
    heading = top.rows.get(1, {})
    at = next((place for place, cell in heading.items() if cell == column), None)
    if at is None:
        if None in heading.values() or not (top.rows or top.whole):
            raise TooFarError
        rule = f"the first row of a CSV, or of an Excel file's first sheet, must have a column named {column!r}"
        columns = max(heading, default=-1) + 1
        seen = f"first row of {columns} column{'s' if columns != 1 else ''}{next(_hints(top, column), '')}"
        return Look(problems=(Problem("members", rule, seen, OURS),))
    rows = {number: row for number, row in top.rows.items() if number > 1 and any(map(_is_filled, row.values()))}
    if top.whole and not rows:
        return Look(warnings=(f"the file has no rows below its first one, so it reaches nobody [{OURS}]",), empty=True)
    doubts: dict[str, list[int]] = {}
    for number, row in rows.items():
        cell = row.get(at, "")
        doubt = None if cell is None else _doubt(cell)
        if doubt:
            doubts.setdefault(doubt, []).append(number)
    if not doubts:
        return Look()
    said = ", ".join(f"{doubt} ({len(found)}, first in row {found[0]})" for doubt, found in doubts.items())
    wrong, expected = sum(map(len, doubts.values())), "7 to 15 digits with the country code are expected"
    return Look(
        warnings=(f"{column} looks wrong in {wrong} of the {len(rows)} rows looked at: {said}; {expected} [{OURS}]",)
    )


def _is_filled(cell: str | None) -> bool:
    return cell is None or bool(cell.strip())


def _doubt(cell: str) -> str | None:
    """What is doubtful about a phone number. White space, brackets, dots, hyphens and a + before it are not."""
    digits = re.sub(r"[\s().-]", "", cell).removeprefix("+")
    if not digits:
        return "no value"
    if re.fullmatch(r"\s*\d{7,}[.,]\d{0,2}\s*", cell):
        return "a decimal point"
    if re.fullmatch(r"[\d,]+E\+?\d+", digits, re.IGNORECASE):
        return "scientific notation, which loses digits"
    if not re.fullmatch(r"[0-9]+", digits):
        return "not a number"
    if not 7 <= len(digits) <= 15:
        return "fewer than 7 or more than 15 digits"
    return "a 0 in the place of the country code" if digits.startswith("0") else None


def _hints(top: Top, column: str) -> Iterator[str]:
    """What may be the cause that a column is not found, the likeliest first."""
    cells = [cell for cell in islice(top.rows.get(1, {}).values(), 2**14) if cell]
    first = cells[0] if cells else ""
    if first.lower().startswith("sep="):
        yield ", which is Excel's line sep=, and not the heading: remove it"
    for cell in cells:
        if len(cell) < 64 and _bare(cell) == column:
            strange = [f"U+{ord(c):04X} {unicodedata.name(c, '')}".rstrip() for c in cell if not " " <= c <= "~"]
            if "\ufeff" in cell:
                yield ", one of which has a second byte order mark in it (U+FEFF), which cannot be seen"
            if strange:
                yield f", one of which looks like it, but has {', '.join(strange)} in it"
            near = cell.strip().lower() == column
            yield f", one of which differs only in {'case or white space' if near else 'a sign that looks alike'}"
    yield from (f"; it is in row {number}" for number, row in top.rows.items() if column in row.values())
    if len(cells) == 1:
        found = (called for mark, called in _MARKS if mark in first)
        yield from (f", which seems to be separated by {called}; CSV is separated by commas" for called in found)
    yield from (f", which seems to be {called}" for mark, called in _FORMATS if first.lstrip().startswith(mark))
    if any(re.fullmatch(r"\+?[0-9]{7,15}", cell) for cell in cells):
        yield ", which seems to be a member's: the heading is missing"


def _bare(cell: str) -> str:
    """Without case, white space, signs and what cannot be seen, of which _x000D_ is one in Excel files."""
    known = unicodedata.normalize("NFKC", cell).casefold()
    return re.sub(r"_x[0-9a-f]{4}_|[\W_]", "", known).translate(_LETTERS)
