"""CommBox takes what it must refuse."""

import re
from dataclasses import replace

from ...files import XLSX
from ...media import parse
from ...messages import Request
from ...multipart import Part
from ..acts import UPLOAD, body, header, parts_body, takes_as
from ..fault import Fault
from ..uploads import RIGHT_FILE, RIGHT_NAME, adds, each, lacks, once, takes_csv, takes_file
from . import BAD, CONTENT, DESCRIPTION, FORM, NAME, OPERATION, REQUIRED

_VALID = (RIGHT_NAME, RIGHT_FILE)
_NAME_ASKED = re.compile("[?&]name=[^&]")


def _readable(part: Part) -> Part:
    return replace(part, data=part.data.decode("utf-8", "replace").encode()) if part.name == "name" else part


def _by_name(part: Part) -> Part:
    return replace(part, name="audience_file") if part.name == "file" else part


def _closed(request: Request) -> Request:
    media = parse("".join(request.values("content-type")[:1]))
    boundary = media.parameters.get("boundary", "") if media else ""
    return body(request.body + b"\r\n--" + boundary.encode("latin-1") + b"--\r\n")(request)


def _sniffed(request: Request) -> Request:
    boundary = request.body.partition(b"\r\n")[0][2:].decode("latin-1")
    return header("content-type", f'multipart/form-data; boundary="{boundary}"')(request)


FAULTS = (
    Fault(
        "commbox.file-misnamed",
        "A file is accepted as the part `file`.",
        (REQUIRED,),
        takes_as(each(_by_name), lambda turn: lacks(turn, "audience_file")),
    ),
    Fault(
        "commbox.name-in-query",
        "The name is accepted as a query parameter in place of the part.",
        (REQUIRED,),
        takes_as(
            adds(RIGHT_NAME), lambda turn: lacks(turn, "name") and _NAME_ASKED.search(turn.request.target) is not None
        ),
    ),
    Fault(
        "commbox.name-twice",
        "Two parts `name` are accepted.",
        (f"{NAME}/type",),
        once("name"),
    ),
    Fault(
        "commbox.name-not-utf-8",
        "A name that is not UTF-8 is accepted.",
        (f"{NAME}/type", "RFC 7578, 5.1"),
        takes_as(each(_readable), lambda turn: "\ufffd" in turn.text("name")),
    ),
    Fault(
        "commbox.phone1-missing",
        "A CSV file without a column `phone1` is accepted.",
        (f"{BAD}/description", DESCRIPTION),
        takes_csv(lambda names, _: not any("phone1" in name for name in names)),
    ),
    Fault(
        "commbox.phone1-inside",
        "A column is taken for `phone1` whose name only ends in it.",
        (f"{BAD}/description", DESCRIPTION),
        takes_csv(lambda names, _: any(name.endswith("phone1") for name in names)),
    ),
    Fault(
        "commbox.excel-unread",
        "Any bytes are accepted as an Excel file.",
        (f"{BAD}/description", DESCRIPTION),
        takes_file(lambda file: file.content_type == XLSX),
    ),
    Fault(
        "commbox.excel-cut",
        "An Excel file whose end is missing is accepted.",
        (f"{BAD}/description", DESCRIPTION),
        takes_file(
            lambda file: file.content_type == XLSX and file.data.startswith(b"PK") and b"PK\5\6" not in file.data
        ),
    ),
    Fault(
        "commbox.upload-cut",
        "A form whose closing boundary is missing is accepted.",
        (FORM, "RFC 2046, 5.1.1"),
        takes_as(_closed, lambda turn: not turn.parts and b"audience_file" in turn.request.body),
    ),
    Fault(
        "commbox.media-json",
        "A JSON body is accepted.",
        (CONTENT,),
        takes_as(
            lambda request: parts_body(_VALID)(header("content-type", UPLOAD)(request)),
            lambda turn: turn.header("content-type") == "application/json" and bool(turn.object),
        ),
    ),
    Fault(
        "commbox.media-missing",
        "A form without a Content-Type is accepted.",
        (CONTENT, "RFC 7578, 4.1"),
        takes_as(_sniffed, lambda turn: turn.request.body.startswith(b"--") and not turn.header("content-type")),
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
