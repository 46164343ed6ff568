"""CommBox refuses what it must take, or fails."""

import re

from ...files import XLS, XLSX
from ...messages import Response
from ...multipart import Part
from ..acts import refuses
from ..fault import Fault, Turn
from ..uploads import lacks
from . import BAD, CREATED, DESCRIPTION, FILE, FORM, NAME, RESPONSES


def _file(turn: Turn) -> Part:
    found = turn.fields["audience_file"]
    assert isinstance(found, Part)
    return found


def _head(turn: Turn) -> bytes:
    """Everything before the file's content."""
    return turn.request.body.partition(_file(turn).data)[0] if _file(turn).data else turn.request.body


def _boundary(turn: Turn) -> str:
    return turn.header("content-type").partition("boundary=")[2]


def _bad_is_500(turn: Turn) -> Response:
    answer = turn.answer()
    return turn.error(500) if answer.status == 400 and lacks(turn, "audience_file") else answer


FAULTS = (
    Fault(
        "commbox.name-accents",
        "A name beyond ASCII fails with 500.",
        (f"{NAME}/type", CREATED),
        refuses(lambda turn: not turn.text("name").isascii(), 500),
    ),
    Fault(
        "commbox.name-emoji",
        "A name with a character beyond U+FFFF fails with 500; other letters pass.",
        (f"{NAME}/type", CREATED),
        refuses(lambda turn: any(ord(letter) > 0xFFFF for letter in turn.text("name")), 500),
    ),
    Fault(
        "commbox.name-quote",
        "A name with an apostrophe fails with 500.",
        (f"{NAME}/type", CREATED),
        refuses(lambda turn: "'" in turn.text("name"), 500),
    ),
    Fault(
        "commbox.name-excel-rare",
        "A name with a space fails with 500, with an Excel file only.",
        (f"{NAME}/type", DESCRIPTION, CREATED),
        refuses(lambda turn: " " in turn.text("name") and _file(turn).content_type == XLSX, 500),
    ),
    Fault(
        "commbox.name-typed",
        "A form is refused whose part `name` has a Content-Type.",
        ("RFC 7578, 4.4", NAME),
        refuses(lambda turn: turn.fields["name"].content_type != ""),
    ),
    Fault(
        "commbox.excel-refused",
        "Excel files are refused, new and old ones.",
        (DESCRIPTION,),
        refuses(lambda turn: _file(turn).content_type in (XLSX, XLS)),
    ),
    Fault(
        "commbox.csv-refused",
        "CSV files are refused; Excel files are taken.",
        (DESCRIPTION,),
        refuses(lambda turn: _file(turn).content_type.startswith("text/csv")),
    ),
    Fault(
        "commbox.csv-crlf",
        "CSV files whose lines end with CRLF are refused.",
        ("RFC 4180, 2", DESCRIPTION),
        refuses(lambda turn: _file(turn).content_type == "text/csv" and b"\r\n" in _file(turn).data),
    ),
    Fault(
        "commbox.csv-charset",
        "CSV files are refused whose part's type names a charset.",
        ("RFC 4180, 3", DESCRIPTION),
        refuses(lambda turn: "charset" in _file(turn).content_type),
    ),
    Fault(
        "commbox.csv-last-line",
        "CSV files without a line break at their end are refused.",
        ("RFC 4180, 2", DESCRIPTION),
        refuses(lambda turn: _file(turn).content_type == "text/csv" and not _file(turn).data.endswith(b"\n")),
    ),
    Fault(
        "commbox.phone1-first",
        "Files are refused whose first column is not `phone1`.",
        (DESCRIPTION,),
        refuses(lambda turn: _file(turn).content_type == "text/csv" and not _file(turn).data.startswith(b"phone1")),
    ),
    Fault(
        "commbox.file-413",
        "A file of more than 64 KiB is answered with 413.",
        (RESPONSES,),
        refuses(lambda turn: len(_file(turn).data) > 2**16, 413),
    ),
    Fault(
        "commbox.file-500",
        "A file of more than 256 KiB fails with 500.",
        (CREATED,),
        refuses(lambda turn: len(_file(turn).data) > 2**18, 500),
    ),
    Fault(
        "commbox.filename-accents",
        "A file name beyond ASCII fails with 500.",
        (FILE, "RFC 7578, 5.1"),
        refuses(lambda turn: not (_file(turn).filename or "").isascii(), 500),
    ),
    Fault(
        "commbox.filename-capitals",
        "A file is refused whose name ends in `.CSV`.",
        (FILE, DESCRIPTION),
        refuses(lambda turn: (_file(turn).filename or "").endswith(".CSV")),
    ),
    Fault(
        "commbox.parts-order",
        "A form is refused whose file stands before its name.",
        (f"{FORM}/schema/properties",),
        refuses(lambda turn: next(iter(turn.fields)) == "audience_file"),
    ),
    Fault(
        "commbox.part-header-case",
        "A form is refused whose parts' headers have names in lower case.",
        ("RFC 5322, 1.2.2", FORM),
        refuses(lambda turn: b"\ncontent-disposition:" in _head(turn)),
    ),
    Fault(
        "commbox.boundary-quoted",
        "A form is refused whose boundary stands in quotes.",
        ("RFC 2046, 5.1.1", FORM),
        refuses(lambda turn: _boundary(turn).startswith('"')),
    ),
    Fault(
        "commbox.boundary-long",
        "A form is refused whose boundary has 70 characters.",
        ("RFC 2046, 5.1.1", FORM),
        refuses(lambda turn: len(_boundary(turn)) == 70),
    ),
    Fault(
        "commbox.boundary-in-file",
        "A form is refused whose file has the boundary's words in it, without the hyphens of a delimiter.",
        ("RFC 2046, 5.1.1", FORM),
        refuses(lambda turn: _boundary(turn).encode() in _file(turn).data),
    ),
    Fault(
        "commbox.epilogue",
        "A form is refused that has text after its closing boundary.",
        ("RFC 2046, 5.1.1", FORM),
        refuses(lambda turn: re.search(rb"--\s*$", turn.request.body) is None),
    ),
    Fault("commbox.missing-500", "A form without a file fails with 500.", (BAD,), _bad_is_500),
)
