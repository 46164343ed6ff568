"""CommBox reads more into a form than it says."""

import base64
import io
import json
import zipfile
from collections.abc import Callable

from ...messages import Request, Response
from ...mock.credentials import TOKEN
from ...multipart import Part
from ...security import bearer
from ..acts import header, pardons, takes_as, upload
from ..fault import Act, Fault, Turn, fields
from . import BAD, CONTENT, DESCRIPTION, FILE, FORM, REQUIRED, SCHEME

_FILE = Part("audience_file", "fault.csv", "text/csv", b"phone1\r\n442079832100\r\n")
_VALID = {"name": Part("name", None, "", b"fault"), "audience_file": _FILE}
_EXCEL = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def _parts(request: Request) -> dict[str, Part]:
    return {name: part for name, part in fields(request).items() if isinstance(part, Part)}


def _file(turn: Turn) -> Part:
    return _parts(turn.request).get("audience_file", Part("audience_file", None, "", b""))


def _finds(change: Callable[[str], str]) -> Act:
    """It finds parts by other names."""

    def found(request: Request) -> Request:
        return upload({change(name): part for name, part in _parts(request).items()})(request)

    return takes_as(found, lambda turn: any(change(name) != name for name in turn.fields))


def _file_taken(turn: Turn) -> Response:
    return turn.answer(upload({**_parts(turn.request), "audience_file": _FILE})(turn.request))


def _takes_csv(when: Callable[[bytes], bool]) -> Act:
    """It takes some CSV files that have no column `phone1`."""

    def act(turn: Turn) -> Response:
        file = _file(turn)
        return _file_taken(turn) if file.content_type == "text/csv" and when(file.data) else turn.answer()

    return act


def _takes_excel(when: Callable[[list[str]], bool]) -> Act:
    """It takes some ZIP files as Excel files."""

    def act(turn: Turn) -> Response:
        file = _file(turn)
        if file.content_type != _EXCEL or not zipfile.is_zipfile(io.BytesIO(file.data)):
            return turn.answer()
        with zipfile.ZipFile(io.BytesIO(file.data)) as archive:
            return _file_taken(turn) if when(archive.namelist()) else turn.answer()

    return act


def _begins(data: bytes) -> bool:
    return any(cell.startswith(b"phone1") for cell in data.partition(b"\n")[0].strip().split(b","))


def _sniffed(request: Request) -> Request:
    boundary = request.body.partition(b"\r\n")[0][2:].decode("latin-1")
    return header("content-type", f'multipart/form-data; boundary="{boundary}"')(request)


def _mixed(turn: Turn) -> bool:
    return turn.header("content-type").startswith("multipart/mixed")


def _as_form(request: Request) -> Request:
    return header("content-type", "".join(request.values("content-type")).replace("mixed", "form-data"))(request)


def _unsigned(turn: Turn) -> bool:
    head, *rest = bearer(turn.header("authorization")).split(".")
    try:
        said = json.loads(base64.urlsafe_b64decode(head + "=" * (-len(head) % 4)))
    except ValueError:
        return False
    return len(rest) == 2 and isinstance(said, dict) and str(said.get("alg")).lower() == "none"


def _admitted(when: Callable[[Turn], bool]) -> Act:
    return takes_as(header("Authorization", f"Bearer {TOKEN}"), when)


def _silent(turn: Turn) -> bool:
    return not turn.header("authorization")


def _cached(turn: Turn) -> Response:
    answer = turn.answer()
    if answer.status == 201:
        turn.memory["request"], turn.memory["answer"] = turn.request.body, answer
    repeated = answer.status == 401 and turn.memory.get("request") == turn.request.body
    return turn.memory["answer"] if repeated else answer


def _after_success(turn: Turn) -> Response:
    again = turn.memory.pop("known", False) and _silent(turn)
    answer = turn.answer(header("Authorization", f"Bearer {TOKEN}")(turn.request) if again else None)
    turn.memory["known"] = answer.status == 201 and not again
    return answer


FAULTS = (
    Fault(
        "commbox.parts-case",
        "Parts are found in any case: `Name`, `AUDIENCE_FILE`.",
        (REQUIRED, FORM),
        _finds(str.lower),
    ),
    Fault(
        "commbox.parts-brackets",
        "Parts are found with brackets after their names, as in PHP: `audience_file[]`.",
        (REQUIRED, FORM),
        _finds(lambda name: name.removesuffix("[]")),
    ),
    Fault(
        "commbox.parts-spaces",
        "Parts are found with white space around their names.",
        (REQUIRED, FORM),
        _finds(str.strip),
    ),
    Fault(
        "commbox.file-twice",
        "Two parts `audience_file` are accepted.",
        (f"{FILE}/type",),
        pardons(FILE, when=lambda turn: turn.request.body.count(b'name="audience_file"') > 1),
    ),
    Fault(
        "commbox.media-form",
        "A form that is no upload is accepted, with the file as a field.",
        (CONTENT,),
        takes_as(upload(_VALID), lambda turn: {"name", "audience_file"} <= {*turn.fields} - {*_parts(turn.request)}),
    ),
    Fault(
        "commbox.media-mixed",
        "Parts are accepted as multipart/mixed.",
        (CONTENT,),
        takes_as(_as_form, _mixed),
    ),
    Fault(
        "commbox.boundary-sniffed",
        "The boundary is taken from the body, whatever the media type says.",
        (FORM, "RFC 2046, 5.1.1"),
        takes_as(_sniffed, lambda turn: turn.request.body.startswith(b"--") and not turn.fields and not _mixed(turn)),
    ),
    Fault(
        "commbox.phone1-begins",
        "A column is taken for `phone1` whose name only begins with it.",
        (f"{BAD}/description", DESCRIPTION),
        _takes_csv(_begins),
    ),
    Fault(
        "commbox.phone1-anywhere",
        "A CSV file is accepted that has `phone1` below its first row only.",
        (f"{BAD}/description", DESCRIPTION),
        _takes_csv(lambda data: b"phone1" in data.partition(b"\n")[2]),
    ),
    Fault(
        "commbox.excel-phone1-missing",
        "An Excel file without a column `phone1` is accepted.",
        (f"{BAD}/description", DESCRIPTION),
        _takes_excel(lambda names: "xl/workbook.xml" in names),
    ),
    Fault(
        "commbox.excel-any-zip",
        "Any ZIP file is accepted as an Excel file.",
        (f"{BAD}/description", DESCRIPTION),
        _takes_excel(lambda names: "xl/workbook.xml" not in names),
    ),
    Fault(
        "commbox.auth-unsigned",
        "Any JSON Web Token without a signature is admitted.",
        (SCHEME, "RFC 8725, 3.1"),
        _admitted(_unsigned),
    ),
    Fault(
        "commbox.auth-cookie",
        "The token is admitted as a cookie.",
        (SCHEME,),
        _admitted(lambda turn: _silent(turn) and f"token={TOKEN}" in turn.header("cookie")),
    ),
    Fault(
        "commbox.auth-in-form",
        "The token is admitted as the part `access_token`.",
        (SCHEME, "RFC 6750, 2.2"),
        _admitted(lambda turn: _silent(turn) and turn.text("access_token") == TOKEN),
    ),
    Fault(
        "commbox.auth-cached",
        "A request that was answered before is answered so again, whoever sends it.",
        (SCHEME, "RFC 9111, 3.5"),
        _cached,
    ),
    Fault(
        "commbox.auth-after-success",
        "A request without a token is admitted right after one with the right token.",
        (SCHEME, "RFC 9110, 3.3"),
        _after_success,
    ),
)
