"""CommBox's witnesses."""

import io
import zipfile
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from audience_contract import Request
from audience_contract.faults.acts import form_request, json_request, upload
from audience_contract.multipart import Part
from audience_contract.workbooks import workbook
from wire import Change, body, header
from wire.commbox import GOOD

from . import Witness, last

_EXCEL = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_NAME = Part("name", None, "", b"Spring")
_CSV = Part("audience_file", "a.csv", "text/csv", b"phone1\n442079832100\n")
_CHUNKED = header("Transfer-Encoding", "chunked")
_NO_KEY = header("Authorization", "Bearer other")(GOOD)
_DISPOSITION = b"Content-Disposition"
_FILE_PART = (
    _DISPOSITION
    + b': form-data; name="audience_file"; filename="b.csv"\r\nContent-Type: text/csv\r\n\r\nphone1\r\n\r\n'
)


def _workbook(column: str = "phone1") -> Part:
    return Part("audience_file", "a.xlsx", _EXCEL, workbook([[column]]))


_XLSX = _workbook()


def _zip() -> bytes:
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w") as archive:
        archive.writestr("a.csv", "phone1\n442079832100\n")
    return data.getvalue()


def _sent(shows: int, *changes: Change) -> Witness:
    request = GOOD
    for change in changes:
        request = change(request)
    return Witness([request], shows)


def _form(shows: int, *parts: Part) -> Witness:
    return _sent(shows, upload({part.name: part for part in parts}))


def _name(shows: int, name: str, file: Part = _CSV) -> Witness:
    return _form(shows, replace(_NAME, data=name.encode()), file)


def _csv(shows: int, data: bytes, **other: str) -> Witness:
    return _form(shows, _NAME, replace(_CSV, data=data, **other))


def _answer(test: Callable[[Any], object], request: Request = GOOD) -> Witness:
    return Witness([request], last(lambda answer: test(answer.json)))


def _boundary(new: str) -> Change:
    def change(request: Request) -> Request:
        media = header("Content-Type", f"multipart/form-data; boundary={new}")
        return media(replace(request, body=request.body.replace(b"limit", new.strip('"').encode())))

    return change


_NO_PHONE = _csv(400, b"name\nAnna\n442079832100\n").requests[0]
_NO_FILE = _form(400, _NAME).requests[0]

WITNESSES = {
    # accepts
    "file-misnamed": _form(201, _NAME, replace(_CSV, name="file")),
    "name-in-query": Witness([replace(_form(201, _CSV).requests[0], target="/audiences?name=Spring")], 201),
    "name-twice": _sent(
        201, body("--limit--", '--limit\r\nContent-Disposition: form-data; name="name"\r\n\r\nb\r\n--limit--')
    ),
    "name-not-utf-8": _form(201, replace(_NAME, data=b"\xff"), _CSV),
    "phone1-missing": _csv(201, b"name\nAnna\n"),
    "phone1-inside": _csv(201, b"telephone1\n442079832100\n"),
    "excel-unread": _form(201, _NAME, replace(_XLSX, data=b"no workbook")),
    "excel-cut": _form(201, _NAME, replace(_XLSX, data=_XLSX.data[:-100])),
    "upload-cut": _sent(201, body("--limit--", "")),
    "media-json": _sent(201, json_request({"name": "a", "audience_file": "phone1"})),
    "media-missing": _sent(201, header("Content-Type")),
    "put-creates": _sent(201, lambda request: replace(request, method="PUT")),
    # refuses
    "name-accents": _name(500, "été"),
    "name-emoji": _name(500, "\U0001f600"),
    "name-quote": _name(500, "o'clock"),
    "name-excel-rare": _name(500, "a b", _XLSX),
    "name-typed": _form(400, replace(_NAME, content_type="text/plain; charset=utf-8"), _CSV),
    "excel-refused": _form(400, _NAME, _XLSX),
    "csv-refused": _sent(400),
    "csv-crlf": _csv(400, b"phone1\r\n442079832100\r\n"),
    "csv-charset": _csv(400, _CSV.data, content_type="text/csv; charset=utf-8"),
    "csv-last-line": _csv(400, b"phone1\n442079832100"),
    "phone1-first": _csv(400, b"name,phone1\nAnna,442079832100\n"),
    "file-413": _csv(413, b"phone1\n" + b"442079832100\n" * 6000),
    "file-500": _csv(500, b"phone1\n" + b"442079832100\n" * 24000),
    "filename-accents": _csv(500, _CSV.data, filename="été.csv"),
    "filename-capitals": _csv(400, _CSV.data, filename="A.CSV"),
    "parts-order": _form(400, _CSV, _NAME),
    "part-header-case": _sent(400, body(_DISPOSITION, _DISPOSITION.lower())),
    "boundary-quoted": _sent(400, _boundary('"limit"')),
    "boundary-long": _sent(400, _boundary("l" * 70)),
    "boundary-in-file": _sent(400, body("442079832100", "a limit\r\n-limit")),
    "epilogue": _sent(400, body("--limit--\r\n", "--limit--\r\nthe end")),
    "missing-500": Witness([_NO_FILE], 500),
    # answers
    "no-data": _answer(lambda value: "data" not in value),
    "no-id": _answer(lambda value: value["data"] == {}),
    "no-id-sometimes": Witness([GOOD] * 3, last(lambda answer: answer.json["data"] == {})),
    "id-number": _answer(lambda value: isinstance(value["data"]["id"], int)),
    "time-no-zone": _answer(lambda value: not value["response_time"].endswith("Z")),
    "error-empty": Witness([_NO_KEY], last(lambda answer: answer.response.body == b"")),
    "error-as-success": Witness([_NO_PHONE], 201),
    "leaks-number": _answer(lambda value: "442079832100" in value["description"], _NO_PHONE),
    # lenient
    "parts-case": _form(201, replace(_NAME, name="Name"), _CSV),
    "parts-brackets": _form(201, _NAME, replace(_CSV, name="audience_file[]")),
    "parts-spaces": _form(201, replace(_NAME, name=" name"), _CSV),
    "file-twice": _sent(201, body("--limit\r\n", b"--limit\r\n" + _FILE_PART + b"--limit\r\n")),
    "media-form": _sent(201, form_request({"name": "Spring", "audience_file": "phone1\n442079832100\n"})),
    "media-mixed": _sent(201, header("Content-Type", "multipart/mixed; boundary=limit")),
    "boundary-sniffed": _sent(201, header("Content-Type", "multipart/form-data; boundary=other")),
    "phone1-begins": _csv(201, b"phone10\n442079832100\n"),
    "phone1-anywhere": _csv(201, b"name\nphone1\n"),
    "excel-phone1-missing": _form(201, _NAME, _workbook("phone")),
    "excel-any-zip": _form(201, _NAME, replace(_XLSX, data=_zip())),
    "auth-unsigned": _sent(201, header("Authorization", "Bearer eyJhbGciOiJub25lIn0.e30.")),
    "auth-cookie": _sent(201, header("Authorization"), header("Cookie", "a=b; token=mock-token")),
    "auth-in-form": Witness(
        [header("Authorization")(_form(201, _NAME, _CSV, Part("access_token", None, "", b"mock-token")).requests[0])],
        201,
    ),
    "auth-cached": Witness([GOOD, _NO_KEY], 201),
    "auth-after-success": Witness([GOOD, header("Authorization")(GOOD)], 201),
    # fragile
    "name-percent": _name(500, "100%"),
    "name-digits": _name(500, "2025"),
    "name-lines": _name(500, "a\nb"),
    "name-markup": _name(500, "a<b"),
    "part-header-more": _sent(400, body("Content-Type: text/csv", "Content-Type: text/csv\r\nX-Row-Count: 1")),
    "part-disposition-order": _sent(
        400, body('name="audience_file"; filename="a.csv"', 'filename="a.csv"; name="audience_file"')
    ),
    "boundary-no-space": _sent(400, header("Content-Type", "multipart/form-data;boundary=limit")),
    "boundary-second": _sent(400, header("Content-Type", "multipart/form-data; charset=utf-8; boundary=limit")),
    "boundary-name-case": _sent(400, header("Content-Type", "multipart/form-data; Boundary=limit")),
    "boundary-signs": _sent(400, _boundary('"li=mit_1"')),
    "filename-semicolon": _csv(500, _CSV.data, filename="a;b.csv"),
    "filename-bare": _csv(400, _CSV.data, filename="audience"),
    "filename-long": _csv(500, _CSV.data, filename="n" * 97 + ".csv"),
    "file-hyphens": _csv(400, b"name,phone1\n--Anna,442079832100\n"),
    "csv-one-column": _csv(500, b"phone1\n442079832100\n"),
    "csv-one-number": _csv(500, b"phone1\n442079832100\n"),
    "csv-long-number": _csv(500, b"phone1\n442079832100123\n"),
    "csv-two-countries": _csv(500, b"phone1\n442079832100\n33123456789\n"),
    "expect-417": _sent(417, header("Expect", "100-continue")),
    "answer-xml": Witness(
        [header("Accept", "application/xml;q=0.9, */*;q=0.8")(GOOD)],
        last(lambda answer: answer.response.body.startswith(b"<")),
    ),
    "answer-bom": Witness([GOOD], last(lambda answer: answer.response.body.startswith(b"\xef\xbb\xbf"))),
    "answer-utf-16": Witness([_NO_FILE], last(lambda answer: b"\0" in answer.response.body)),
    "answer-capitals": _answer(lambda value: "Data" in value),
    "data-text": _answer(lambda value: isinstance(value["data"], str)),
    "time-script": _answer(lambda value: value["response_time"].startswith("/Date(")),
    "time-no-such-day": _answer(lambda value: value["response_time"].startswith("2025-02-30"), _NO_KEY),
    "error-message": _answer(lambda value: "Message" in value, _NO_KEY),
    "error-list": _answer(lambda value: isinstance(value["description"], list), _NO_PHONE),
    "error-as-200": Witness([_NO_FILE], 200),
    "id-of-file": Witness(
        [_name(201, name).requests[0] for name in "ab"],
        lambda answers: answers[0].json["data"] == answers[1].json["data"],
    ),
    "leaks-first-number": _answer(lambda value: "442079832100" in value["description"]),
}
