"""The check of an audience file before it is sent. A rule that no provider's page states is labelled as ours."""

import codecs
import csv
import io
import os
import re

from ._errors import OURS, NotSentError, shape
from ._members import Look, PhoneFile
from ._reason import UploadError, reason
from ._rows import UNREADABLE, TooFarError, Top, UnfitError, judge, kind_of, unread

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
MEDIA_TYPES = {".csv": "text/csv", ".xlsx": XLSX, ".xls": "application/vnd.ms-excel"}
_HEAD, _BELOW = 1024 * 1024, 4096
"""The bytes of a CSV file in which its first row must end, and the characters below that row that are checked."""


def media_type(file: PhoneFile) -> str:
    """The media type by the file name's ending, so that a file has the same type on every machine."""
    return MEDIA_TYPES.get(_ending(file), "application/octet-stream")


def looked_into(file: PhoneFile, column: str) -> Look:
    """What was seen of a file: what keeps it from being sent (its name, its kind, or a first row without `column`), or
    what to warn of.

    Raises NotSentError for an open file that cannot be read now, whatever its content is.
    """
    try:
        if rule := _name_rule(file):
            raise UnfitError(rule, shape(file.name) if file.name else "absent", "members.filename")
        return _look_inside(file, column)
    except UnfitError as unfit:
        return Look(problems=(unfit.problem,))
    except TooFarError:
        bounds = "its first row does not end within our bounds of time and size"
        return Look(warnings=(f"the file is sent, but was not looked at: {bounds} [{OURS}]",))
    except UploadError as error:
        why = error.strerror
    except Exception as error:  # noqa: BLE001  # a path that no file can have, and whatever a file object raises
        gone = isinstance(error, FileNotFoundError)
        rule = "there is no file at the path that was given" if gone else f"cannot be read: {reason(error)}"
        return Look(problems=(UnfitError(rule).problem,))
    raise NotSentError(f"nothing to send: {why}")  # outside the handler, or its context would be what the file raised


def _ending(file: PhoneFile) -> str:
    return "." + file.name.rpartition(".")[2].lower()


def _name_rule(file: PhoneFile) -> str | None:
    """The rule that a file's name breaks."""
    if not file.name:
        return "must be given with bytes, or a file without a name"
    if re.search(r'["%\\\x00-\x1f\x7f-\x9f\ud800-\udfff]|=\?', file.name):
        return 'must be Unicode without ", %, \\, =? and control characters: multipart readers disagree about them'
    if _ending(file) not in MEDIA_TYPES:
        return f"must end in {', '.join(MEDIA_TYPES)}: CSV and Excel are what the provider documents"
    return None


def _look_inside(file: PhoneFile, column: str) -> Look:
    path = file.upload.path
    if path is not None and os.path.exists(path) and not os.path.isfile(path):  # opening a pipe would wait
        raise UnfitError("must be a regular file")
    head = file.upload.head(_HEAD if file.checked else 1)
    if not head:
        raise UnfitError("must not be empty")
    if not file.checked:
        return Look()
    if _ending(file) == ".xls":
        raise unread(".xls files are not read here")
    return judge(_csv_top(head) if _ending(file) == ".csv" else _xlsx_top(file, head), column)


def _csv_top(head: bytes) -> Top:
    whole = len(head) < _HEAD
    if kind := kind_of(head):
        raise unread(f"must be text that is saved as UTF-8, and seems to be {kind}")
    try:
        # Bytes after the first row may be cut within a character.
        text = codecs.getincrementaldecoder("utf-8-sig")().decode(head, final=whole)
    except UnicodeDecodeError:
        raise unread("must be text that is saved as UTF-8") from None
    lines, rows, until = io.StringIO(text, newline=""), dict[int, dict[int, str | None]](), 0
    try:
        for number, row in enumerate(csv.reader(lines), 1):
            if lines.tell() == len(text) and not whole:  # the row may be cut
                break
            rows[number] = dict(enumerate(row))
            until = until or lines.tell() + _BELOW
            if lines.tell() > until:
                break
    except csv.Error:  # a cell above the csv module's limit, which holds for the whole process
        whole = False
    return Top(rows, whole and not lines.read().strip())


def _xlsx_top(file: PhoneFile, head: bytes) -> Top:
    if not file.upload.seeks:
        raise unread("must be able to seek to be checked, as an Excel file")
    from ._workbook import Workbook  # noqa: PLC0415  # readers of ZIP and XML are not imported before they are needed

    try:
        with file.upload.look() as stream:
            return Workbook(stream).top()
    except (UploadError, UnfitError, TooFarError):
        raise
    except Exception:  # noqa: BLE001  # whatever zipfile and expat raise
        kind = None if head.startswith(b"PK") else kind_of(head) or "text, such as CSV"
        raise unread(f"{UNREADABLE}, and seems to be {kind}" if kind else UNREADABLE) from None
