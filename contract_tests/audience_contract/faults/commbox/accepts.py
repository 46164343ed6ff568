"""CommBox takes what it must refuse."""

from collections.abc import Mapping
from dataclasses import replace

from ...messages import Request
from ...multipart import Part
from ..acts import body, pardons, takes_as, upload
from ..fault import Fault, Turn, fields
from . import BAD, CONTENT, DESCRIPTION, FILE, FORM, NAME, OPERATION, REQUIRED

_EXCEL = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_NAME = Part("name", None, "", b"fault")
_FILE = Part("audience_file", "fault.csv", "text/csv", b"phone1\r\n442079832100\r\n")
_VALID = {"name": _NAME, "audience_file": _FILE}


def _parts(request: Request) -> Mapping[str, Part]:
    return {name: part for name, part in fields(request).items() if isinstance(part, Part)}


def _completed(request: Request) -> Request:
    return upload({**_VALID, **_parts(request)})(request)


def _with_file(request: Request) -> Request:
    return upload({**_parts(request), "audience_file": _FILE})(request)


def _lacks(turn: Turn, name: str) -> bool:
    return bool(turn.fields) and name not in turn.fields


def _file(turn: Turn) -> Part:
    found = turn.fields.get("audience_file")
    return found if isinstance(found, Part) else Part("audience_file", None, "", b"")


def _heading(turn: Turn) -> bytes:
    return _file(turn).data.partition(b"\n")[0].strip() if _file(turn).content_type == "text/csv" else b""


def _closed(request: Request) -> Request:
    boundary = "".join(request.values("content-type")).partition("boundary=")[2]
    return body(request.body + f"\r\n--{boundary}--\r\n".encode())(request)


FAULTS = (
    Fault(
        "commbox.name-missing",
        "A form without `name` is accepted.",
        (REQUIRED,),
        takes_as(_completed, lambda turn: _lacks(turn, "name")),
    ),
    Fault(
        "commbox.file-missing",
        "A form without `audience_file` is accepted.",
        (REQUIRED,),
        takes_as(_completed, lambda turn: _lacks(turn, "audience_file")),
    ),
    Fault(
        "commbox.file-misnamed",
        "A file is accepted as the part `file`.",
        (REQUIRED,),
        takes_as(_completed, lambda turn: "file" in turn.fields),
    ),
    Fault(
        "commbox.file-as-text",
        "A file's content is accepted as a text part, which has neither filename nor type.",
        (f"{FILE}/format",),
        takes_as(_with_file, lambda turn: "audience_file" in turn.fields and _file(turn).filename is None),
    ),
    Fault(
        "commbox.name-in-query",
        "The name is accepted as a query parameter in place of the part.",
        (REQUIRED,),
        takes_as(_completed, lambda turn: "name=" in turn.request.target),
    ),
    Fault(
        "commbox.name-twice",
        "Two parts `name` are accepted.",
        (f"{NAME}/type",),
        pardons(NAME),
    ),
    Fault(
        "commbox.name-not-utf-8",
        "A name that is not UTF-8 is accepted.",
        (f"{NAME}/type", "RFC 7578, 5.1"),
        takes_as(
            lambda request: upload({**_parts(request), "name": _NAME})(request),
            lambda turn: "\ufffd" in turn.text("name"),
        ),
    ),
    Fault(
        "commbox.phone1-missing",
        "A CSV file without a column `phone1` is accepted.",
        (f"{BAD}/description", DESCRIPTION),
        takes_as(_with_file, lambda turn: bool(_heading(turn)) and b"phone1" not in _heading(turn)),
    ),
    Fault(
        "commbox.phone1-inside",
        "A column is taken for `phone1` whose name only ends in it.",
        (f"{BAD}/description", DESCRIPTION),
        takes_as(_with_file, lambda turn: _heading(turn).endswith(b"phone1")),
    ),
    Fault(
        "commbox.excel-unread",
        "Any bytes are accepted as an Excel file.",
        (f"{BAD}/description", DESCRIPTION),
        takes_as(_with_file, lambda turn: _file(turn).content_type == _EXCEL),
    ),
    Fault(
        "commbox.excel-cut",
        "An Excel file whose end is missing is accepted.",
        (f"{BAD}/description", DESCRIPTION),
        takes_as(_with_file, lambda turn: _file(turn).data.startswith(b"PK") and b"PK\5\6" not in _file(turn).data),
    ),
    Fault(
        "commbox.upload-cut",
        "A form whose closing boundary is missing is accepted.",
        (FORM, "RFC 2046, 5.1.1"),
        takes_as(_closed, lambda turn: not turn.fields and b"audience_file" in turn.request.body),
    ),
    Fault(
        "commbox.media-json",
        "A JSON body is accepted.",
        (CONTENT,),
        takes_as(upload(_VALID), lambda turn: turn.header("content-type") == "application/json"),
    ),
    Fault(
        "commbox.media-missing",
        "A form without a Content-Type is accepted.",
        (CONTENT, "RFC 7578, 4.1"),
        takes_as(upload(_VALID), lambda turn: bool(turn.request.body) and not turn.header("content-type")),
    ),
    Fault(
        "commbox.body-empty",
        "A request without a body is accepted.",
        (f"{OPERATION}/requestBody/required",),
        takes_as(upload(_VALID), lambda turn: not turn.request.body),
    ),
    Fault(
        "commbox.put-creates",
        "PUT creates an audience, as POST does.",
        (OPERATION,),
        takes_as(
            lambda request: replace(request, method="POST"),
            lambda turn: turn.request.method == "PUT",
        ),
    ),
)
