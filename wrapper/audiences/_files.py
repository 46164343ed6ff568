"""The look into an audience file before it is sent. The rules are ours, and labelled so, where no page states them."""

import codecs
import csv
import io
import os
import re
import warnings
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import cast
from warnings import filterwarnings

from ._errors import OURS, NotSentError, Problem
from ._lock import Lock
from ._members import PhoneFile
from ._reader import UploadError
from ._reason import reason

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
MEDIA_TYPES = {".csv": "text/csv", ".xlsx": XLSX, ".xls": "application/vnd.ms-excel"}
_HEAD = 1024 * 1024
"""Bytes in which the first row must end."""


class _Quiet:
    """No warning of openpyxl's, some of which show the content of cells, while any thread looks into a file.

    The filters belong to the process. With `catch_warnings`, threads would have to wait for each other's files, or undo
    each other's filters.
    """

    _ITEM = ("ignore", None, Warning, re.compile(r"openpyxl\.(?#audiences)"), 0)
    """As `filterwarnings` makes it; with a mark, so that no filter of the application's is taken for it."""

    def __init__(self) -> None:
        self._lock, self._looks = Lock(), 0

    def __enter__(self) -> None:
        with self._lock.held:
            self._looks += 1
            filterwarnings("ignore", module=self._ITEM[3].pattern)

    def __exit__(self, *raised: object) -> None:
        with self._lock.held:
            self._looks -= 1
            if not self._looks:
                with suppress(ValueError):  # the application took it away
                    cast("list[object]", warnings.filters).remove(self._ITEM)


_QUIET = _Quiet()


class _UnfitError(Exception):
    """Why a file is not fit to be sent."""


def media_type(file: PhoneFile) -> str:
    """By the file name's ending, so that the same file has the same type on every machine."""
    return MEDIA_TYPES.get(_ending(file), "application/octet-stream")


def problems(file: PhoneFile, column: str) -> list[Problem]:
    """What keeps the file from being sent: its name, its kind, or a first row without `column`.

    Raises NotSentError for an open file that cannot be read now, whatever is in it.
    """
    return _name_problems(file) or _content_problems(file, column)


def _content_problems(file: PhoneFile, column: str) -> list[Problem]:
    path = file.upload.path
    try:
        if path is not None and os.path.exists(path) and not os.path.isfile(path):  # opening a pipe would wait
            raise _UnfitError("must be a regular file")
        if not file.upload.head(1):
            raise _UnfitError("must not be empty")
        row = _READERS[_ending(file)](file) if file.checked else [column]
    except UploadError as error:
        why = error.strerror
    except _UnfitError as unfit:
        return [Problem("members", str(unfit), "file", OURS)]
    except Exception as error:  # noqa: BLE001  # a path that no file can have, and whatever a file object raises
        return [Problem("members", f"cannot be read: {reason(error)}", "file", OURS)]
    else:
        return _column_problems(row, column)
    raise NotSentError(
        f"nothing to send: {why}"
    )  # not in the handler: it would have what the file raised as its context


def _column_problems(row: Sequence[object], column: str) -> list[Problem]:
    if column not in row:
        rule = f"the first row of a CSV, or of an Excel file's first sheet, must have a column named {column!r}"
        columns = f"first row of {len(row)} column{'s' if len(row) != 1 else ''}"
        return [Problem("members", rule, f"{columns}{_hint(row, column)}", OURS)]
    return []


def _ending(file: PhoneFile) -> str:
    return "." + file.name.rpartition(".")[2].lower()


def _name_problems(file: PhoneFile) -> list[Problem]:
    name, shape = file.name, f"string of {len(file.name)} characters"
    if not name:
        return [Problem("members.filename", "must be given with bytes, or a file without a name", "absent", OURS)]
    if re.search(r'["%\\\x00-\x1f\x7f-\x9f\ud800-\udfff]|=\?', name):
        rule = 'must be Unicode without ", %, \\, =? and control characters: multipart readers disagree about them'
        return [Problem("members.filename", rule, shape, OURS)]
    if _ending(file) not in MEDIA_TYPES:
        rule = f"must end in {', '.join(MEDIA_TYPES)}: CSV and Excel are what the provider documents"
        return [Problem("members.filename", rule, shape, OURS)]
    if file.checked and _ending(file) not in _READERS:
        return [Problem("members", ".xls files are not read here; PhoneFile(..., checked=False) sends it", shape, OURS)]
    return []


def _hint(row: Sequence[object], column: str) -> str:
    if any(isinstance(cell, str) and cell.strip().lower() == column for cell in row):
        return ", one of which differs only in case or white space"
    if len(row) == 1 and isinstance(row[0], str):
        for mark, called in ((";", "semicolons"), ("\t", "tabs")):
            if mark in row[0]:
                return f", which seems to be separated by {called}; CSV is separated by commas"
    return ""


def _csv_row(file: PhoneFile) -> Sequence[object]:
    head = file.upload.head(_HEAD)
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        raise _UnfitError("must be UTF-8, and seems to be UTF-16")
    try:
        # Bytes after the first row may be cut within a character.
        text = codecs.getincrementaldecoder("utf-8-sig")().decode(head, final=len(head) < _HEAD)
        return next(csv.reader(io.StringIO(text, newline="")), [])
    except UnicodeDecodeError:
        raise _UnfitError("must be UTF-8") from None
    except csv.Error:
        raise _UnfitError("has a first row that is not CSV") from None


def _xlsx_row(file: PhoneFile) -> Sequence[object]:
    try:
        from openpyxl import load_workbook  # noqa: PLC0415  # an extra, and slow to import
    except ImportError:
        raise _UnfitError("needs the extra audiences[excel] to be checked; or PhoneFile(..., checked=False)") from None
    if not file.upload.seeks:
        raise _UnfitError("must be able to seek to be checked, as an Excel file; or PhoneFile(..., checked=False)")
    with file.upload.look() as stream, _QUIET:
        try:
            book = load_workbook(stream, read_only=True)
            try:
                sheet = book.worksheets[0]
                # Some exporters write a wrong size of the sheet, which would cut the row.
                sheet.reset_dimensions()
                return next(sheet.iter_rows(max_row=1, values_only=True), ())
            finally:
                book.close()
        except UploadError:
            raise
        except Exception:  # noqa: BLE001  # openpyxl raises what its parsers raise
            raise _UnfitError("is not a readable .xlsx file") from None


_READERS: dict[str, Callable[[PhoneFile], Sequence[object]]] = {".csv": _csv_row, ".xlsx": _xlsx_row}
