"""The look into an audience file before it is sent. The rules are ours, and labelled so, where no page states them."""

import codecs
import csv
import io
import os
import re

from ._errors import OURS, NotSentError, Problem, Remedy, shape
from ._members import Look, PhoneFile
from ._reason import UploadError, reason
from ._rows import UNREADABLE, TooFarError, Top, UnfitError, judge
from ._workbook import Workbook

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
MEDIA_TYPES = {".csv": "text/csv", ".xlsx": XLSX, ".xls": "application/vnd.ms-excel"}
_HEAD, _BELOW = 1024 * 1024, 4096
"""Bytes of a CSV in which the first row must end, and characters below it that are looked at."""
_UNCHECKED = Remedy("checked", False, "sends it as it is")
_NOT_LOOKED_AT = (
    f"the file is sent, but was not looked at: its first row does not end within our bounds of time and size [{OURS}]"
)
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_KINDS = {
    b"PK\x03\x04": "an Excel file (.xlsx) or another ZIP file",
    _OLE: "an old Excel file (.xls), or one that is protected by a password",
    b"%PDF-": "a PDF file",
    b"PK\x05\x06": "an empty ZIP file",
    b"\x1f\x8b": "a gzip file",
    b"\x89PNG": "a picture",
    b"\xff\xd8\xff": "a picture",
    codecs.BOM_UTF32_LE: "UTF-32",
    codecs.BOM_UTF32_BE: "UTF-32",
    codecs.BOM_UTF16_LE: "UTF-16",
    codecs.BOM_UTF16_BE: "UTF-16",
}
"""What files that are no UTF-8 text begin with. UTF-32's mark begins with UTF-16's."""

_REMEDIES = {
    "an Excel file (.xlsx) or another ZIP file": "name it .xlsx",
    **dict.fromkeys(("UTF-16", "UTF-32"), "save it as UTF-8"),
}
_ZEROS = ((0.9, "nothing but zeros"), (0.6, "UTF-32"), (0.2, "UTF-16"))
"""What a text without a mark is, by the share of bytes near its top that are zero."""


def media_type(file: PhoneFile) -> str:
    """By the file name's ending, so that the same file has the same type on every machine."""
    return MEDIA_TYPES.get(_ending(file), "application/octet-stream")


def look(file: PhoneFile, column: str) -> Look:
    """What keeps the file from being sent: its name, its kind, or a first row without `column`; or what to warn of.

    Raises NotSentError for an open file that cannot be read now, whatever is in it.
    """
    problems = _name_problems(file)
    return Look(problems=tuple(problems)) if problems else _look_inside(file, column)


def _look_inside(file: PhoneFile, column: str) -> Look:
    path = file.upload.path
    try:
        if path is not None and os.path.exists(path) and not os.path.isfile(path):  # opening a pipe would wait
            return _refused("must be a regular file")
        if not file.upload.head(1):
            return _refused("must not be empty")
        return judge(_READERS[_ending(file)](file), column) if file.checked else Look()
    except UploadError as error:
        why = error.strerror
    except UnfitError as unfit:
        return _refused(str(unfit), _UNCHECKED)
    except TooFarError:
        return Look(warnings=(_NOT_LOOKED_AT,))
    except Exception as error:  # noqa: BLE001  # a path that no file can have, and whatever a file object raises
        gone = isinstance(error, FileNotFoundError)
        return _refused("there is no file at the path that was given" if gone else f"cannot be read: {reason(error)}")
    raise NotSentError(
        f"nothing to send: {why}"
    )  # not in the handler: it would have what the file raised as its context


def _refused(rule: str, remedy: Remedy | None = None) -> Look:
    return Look(problems=(Problem("members", rule, "file", OURS, remedy),))


def _ending(file: PhoneFile) -> str:
    return "." + file.name.rpartition(".")[2].lower()


def _name_problems(file: PhoneFile) -> list[Problem]:
    name, its_shape = file.name, shape(file.name)
    if not name:
        return [Problem("members.filename", "must be given with bytes, or a file without a name", "absent", OURS)]
    if re.search(r'["%\\\x00-\x1f\x7f-\x9f\ud800-\udfff]|=\?', name):
        rule = 'must be Unicode without ", %, \\, =? and control characters: multipart readers disagree about them'
        return [Problem("members.filename", rule, its_shape, OURS)]
    if _ending(file) not in MEDIA_TYPES:
        rule = f"must end in {', '.join(MEDIA_TYPES)}: CSV and Excel are what the provider documents"
        return [Problem("members.filename", rule, its_shape, OURS)]
    if file.checked and _ending(file) not in _READERS:
        return [Problem("members", ".xls files are not read here", its_shape, OURS, _UNCHECKED)]
    return []


def _csv_top(file: PhoneFile) -> Top:
    head = file.upload.head(_HEAD)
    whole, kind = len(head) < _HEAD, _kind(head)
    if kind:
        remedy = f", so {_REMEDIES[kind]}" if kind in _REMEDIES else ""
        raise UnfitError(f"must be UTF-8 text, and seems to be {kind}{remedy}")
    try:
        # Bytes after the first row may be cut within a character.
        text = codecs.getincrementaldecoder("utf-8-sig")().decode(head, final=whole)
        lines = io.StringIO(text, newline="")
        rows = [next(csv.reader(lines), [])]
    except UnicodeDecodeError:
        raise UnfitError("must be UTF-8") from None
    except csv.Error:  # a cell above the parser's limit, which is the whole process's
        raise TooFarError from None
    if not whole and lines.tell() == len(text):
        raise TooFarError
    rows += csv.reader(io.StringIO(lines.read(_BELOW), newline=""))
    whole = whole and not lines.read().strip()
    if not whole and len(rows) > 1:
        rows.pop()  # it may be cut
    return Top({number: dict(enumerate(row)) for number, row in enumerate(rows, 1)}, whole)


def _xlsx_top(file: PhoneFile) -> Top:
    if not file.upload.seeks:
        raise UnfitError("must be able to seek to be checked, as an Excel file")
    try:
        with file.upload.look() as stream:
            return Workbook(stream).top()
    except (UploadError, UnfitError, TooFarError):
        raise
    except Exception:  # noqa: BLE001  # whatever zipfile and expat raise
        head = file.upload.head(_HEAD)
        kind = None if head.startswith(b"PK") else _kind(head) or "text, such as CSV"
        raise UnfitError(f"{UNREADABLE}, and seems to be {kind}" if kind else UNREADABLE) from None


def _kind(head: bytes) -> str | None:
    """What a file is that is no UTF-8 text, where that shows."""
    if head.startswith(_OLE) and "EncryptedPackage".encode("utf-16-le") in head:
        return "an Excel file that is protected by a password"
    top = head[:_BELOW]
    zeros, even = top.count(0) / len(top), top[::2].count(0) / len(top[::2])
    guess = next((kind for share, kind in _ZEROS if zeros > share), None)
    if guess == "UTF-16" and 0.1 < even / zeros / 2 < 0.9:  # of Latin text, every other byte is zero
        guess = "no text at all"
    return next((kind for mark, kind in _KINDS.items() if head.startswith(mark)), guess)


_READERS = {".csv": _csv_top, ".xlsx": _xlsx_top}
