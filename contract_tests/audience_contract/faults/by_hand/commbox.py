"""CommBox: the file of an upload, of which the schema says that it is bytes, and the prose that it has `phone1`."""

import csv
import io
import json
import re
import zipfile
from collections.abc import Callable
from dataclasses import replace

from ...files import CSV, XLSX
from ...messages import Request, Response
from ...multipart import Part
from ...workbooks import rows_of, workbook
from ..acts import as_json, parts_body, puts, refuses, takes_as
from ..fault import Fault, Turn, parts

_POST = "/paths/~1audiences/post"
_EVIDENCE = (f"{_POST}/description", f"{_POST}/responses/400/description")
_FILE = f"{_POST}/requestBody/content/multipart~1form-data/schema/properties/audience_file"
_ROWS = b"phone1\r\n442079832100\r\n"


def _file(found: list[Part]) -> Part:
    """The file; an empty one where there is none."""
    return next((part for part in found if part.name == "audience_file"), Part("audience_file", "", "", b""))


def _sends(data: bytes, media: str = CSV, filename: str = "a.csv") -> Callable[[Request], Request]:
    def change(request: Request) -> Request:
        file = Part("audience_file", filename, media, data)
        return parts_body([*(part for part in parts(request) if part.filename is None), file])(request)

    return change


def _taken(word: str, sentence: str, when: Callable[[Part], bool], *show: Callable[[Request], Request]) -> Fault:
    """It takes the content of some files for a right one."""

    def right(request: Request) -> Request:
        return _sends(_ROWS)(request)

    act = takes_as(right, lambda turn: bool(_file(turn.parts).filename) and when(_file(turn.parts)))
    return Fault(word, sentence, _EVIDENCE, act, show=show)


def _columns(file: Part) -> list[str]:
    """The cells of a CSV file's first row; none of what is no CSV."""
    try:
        rows = csv.reader(io.StringIO(file.data.decode("utf-8-sig"), newline=""))
        return next(rows, []) if file.content_type == CSV else []
    except (ValueError, csv.Error):
        return []


def _headed(word: str, sentence: str, when: Callable[[list[str], bytes], bool], data: bytes) -> Fault:
    def is_taken(file: Part) -> bool:
        names = _columns(file)
        return bool(names) and "phone1" not in names and when(names, file.data.partition(b"\n")[2])

    return _taken(word, sentence, is_taken, _sends(data))


def _refused(word: str, sentence: str, when: Callable[[Part], object], *show: Callable[[Request], Request]) -> Fault:
    return Fault(word, sentence, (_FILE, *_EVIDENCE), refuses(lambda turn: when(_file(turn.parts)), 500), show=show)


def _is_workbook(file: Part) -> bool:
    try:
        rows_of(file.data)
    except Exception:  # noqa: BLE001 - what is no workbook raises anything
        return False
    return file.content_type == XLSX


def _numbers(file: Part) -> list[bytes]:
    """What looks like a phone number in a CSV file."""
    return re.findall(rb"(?<!\d)\d{7,15}(?!\d)", file.data) if file.content_type == CSV else []


def _zip() -> bytes:
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w") as archive:
        archive.writestr("a.csv", _ROWS)
    return data.getvalue()


def _deduplicated(turn: Turn) -> Response:
    answer, name = turn.answer(), turn.text("name")
    if answer.status != 201:
        return answer
    made = json.loads(answer.body)["data"]
    first, data = turn.memory.setdefault("files", {}).setdefault(_file(turn.parts).data, (name, made))
    return answer if first == name else puts(data=data)(answer)


def _leaks_number(turn: Turn) -> Response:
    answer = turn.answer()
    told = as_json(lambda value: {**value, "description": f"Bad Request near {_file(turn.parts).data[-16:]!r}"})
    return told(answer) if answer.status == 400 and turn.parts else answer


def _named(name: bytes) -> Callable[[Request], Request]:
    def change(request: Request) -> Request:
        return parts_body(replace(p, data=name) if p.name == "name" else p for p in parts(request))(request)

    return change


_BOOK, _OTHER_BOOK = workbook([["phone1"], [442079832100]]), workbook([["phone"], [442079832100]])
FAULTS = (
    _headed(
        "phone1-missing",
        "A CSV file without a column `phone1` is accepted.",
        lambda names, _: not any("phone1" in name for name in names),
        b"name\nAnna\n",
    ),
    _headed(
        "phone1-inside",
        "A column is taken for `phone1` whose name only ends in it.",
        lambda names, _: any(name.endswith("phone1") for name in names),
        b"telephone1\n442079832100\n",
    ),
    _headed(
        "phone1-begins",
        "A column is taken for `phone1` whose name only begins with it.",
        lambda names, _: any(name.startswith("phone1") for name in names),
        b"phone10\n442079832100\n",
    ),
    _headed(
        "phone1-anywhere",
        "A CSV file is accepted that has `phone1` below its first row only.",
        lambda _, below: b"phone1" in below,
        b"name\nphone1\n",
    ),
    _taken(
        "excel-phone1-missing", "An Excel file without `phone1` is accepted.", _is_workbook, _sends(_OTHER_BOOK, XLSX)
    ),
    _taken(
        "excel-unread",
        "Any bytes are accepted as an Excel file.",
        lambda file: file.content_type == XLSX,
        _sends(b"no workbook", XLSX),
    ),
    _taken(
        "excel-cut",
        "An Excel file whose end is missing is accepted.",
        lambda f: f.content_type == XLSX and f.data.startswith(b"PK") and b"PK\5\6" not in f.data,
        _sends(_BOOK[:-100], XLSX),
    ),
    _taken(
        "excel-any-zip",
        "Any ZIP file is accepted as an Excel file.",
        lambda f: f.content_type == XLSX and f.data.startswith(b"PK") and b"xl/workbook.xml" not in f.data,
        _sends(_zip(), XLSX),
    ),
    _refused("excel-refused", "Excel files fail.", lambda file: file.content_type == XLSX, _sends(_BOOK, XLSX)),
    _refused("csv-refused", "CSV files fail.", lambda file: file.content_type.startswith(CSV), _sends(_ROWS)),
    _refused(
        "csv-charset",
        "CSV files fail with a charset.",
        lambda f: "charset" in f.content_type,
        _sends(_ROWS, f"{CSV}; charset=utf-8"),
    ),
    _refused(
        "csv-last-line",
        "CSV files fail without a line break at their end.",
        lambda file: file.content_type == CSV and not file.data.endswith(b"\n"),
        _sends(_ROWS.strip()),
    ),
    _refused(
        "csv-line-feeds",
        "CSV files fail whose lines end with line feeds only.",
        lambda file: file.content_type == CSV and b"\n" in file.data and b"\r" not in file.data,
        _sends(_ROWS.replace(b"\r", b"")),
    ),
    _refused(
        "phone1-first",
        "CSV files fail whose first column is not `phone1`.",
        lambda file: file.content_type == CSV and not file.data.startswith(b"phone1"),
        _sends(b"name,phone1\r\nAnna,442079832100\r\n"),
    ),
    _refused(
        "csv-one-number",
        "CSV files fail with a single number.",
        lambda file: len(_numbers(file)) == 1,
        _sends(_ROWS),
    ),
    _refused(
        "csv-long-number",
        "CSV files fail with a number of 15 digits.",
        lambda file: any(len(number) == 15 for number in _numbers(file)),
        _sends(b"phone1\r\n999123456789012\r\n"),
    ),
    _refused(
        "file-large",
        "Files of more than 64 KiB fail.",
        lambda file: len(file.data) > 2**16,
        _sends(b"phone1\r\n" + b"".join(b"%d\r\n" % (442079832100 + number) for number in range(6000))),
    ),
    _refused(
        "filename-accents",
        "A file name beyond ASCII fails.",
        lambda file: not (file.filename or "").isascii(),
        _sends(_ROWS, filename="\u00e9t\u00e9.csv"),
    ),
    _refused(
        "filename-capitals",
        "A file name in `.CSV` fails.",
        lambda file: (file.filename or "").endswith(".CSV"),
        _sends(_ROWS, filename="A.CSV"),
    ),
    _refused(
        "filename-bare",
        "A file name without an extension fails.",
        lambda f: "." not in (f.filename or "."),
        _sends(_ROWS, filename="a"),
    ),
    _refused(
        "filename-long",
        "A file name of more than 100 characters fails.",
        lambda file: len(file.filename or "") > 100,
        _sends(_ROWS, filename=f"{'a' * 120}.csv"),
    ),
    _refused(
        "filename-semicolon",
        "A file name with a semicolon fails.",
        lambda file: ";" in (file.filename or ""),
        _sends(_ROWS, filename="a;b.csv"),
    ),
    _refused(
        "file-hyphens",
        "A file fails that has a line that begins with two hyphens.",
        lambda file: re.search(rb"(^|\n)--", file.data),
        _sends(b'phone1,note\r\n442079832100,"a\r\n--b"\r\n'),
    ),
    Fault(
        "id-of-file",
        "A file that was uploaded before gives the id of then, whatever the audience's name.",
        (f"{_POST}/responses/201/content/application~1json/schema/properties/data/properties/id/description",),
        _deduplicated,
        show=(_named(b"a"), _named(b"b")),
    ),
    Fault(
        "leaks-number",
        "A refusal quotes the file's last phone number.",
        ("CWE-209",),
        _leaks_number,
        show=(_sends(b"name\nAnna\n442079832100\n"),),
    ),
)
