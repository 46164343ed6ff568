"""CommBox reads more into a form than it says."""

import base64
import json
import re
from collections.abc import Callable
from dataclasses import replace

from ...messages import Request, Response
from ...mock.credentials import TOKEN
from ...multipart import Part
from ...security import bearer
from ...workbooks import rows_of
from ..acts import UPLOAD, header, parts_body, takes_as
from ..fault import Act, Fault, Turn
from ..uploads import RIGHT_FILE, RIGHT_NAME, each, entries, once, takes_csv, takes_file
from . import BAD, CONTENT, DESCRIPTION, FILE, FORM, REQUIRED, SCHEME


def _finds(change: Callable[[str], str]) -> Act:
    """It finds parts by other names."""
    return takes_as(
        each(lambda part: replace(part, name=change(part.name))),
        lambda turn: any(change(part.name) != part.name for part in turn.parts),
    )


def _workbook(file: Part) -> bool:
    if entries(file) is None:
        return False
    try:
        rows_of(file.data)
    except Exception:  # noqa: BLE001 - what is no workbook raises anything
        return False
    return True


def _sniffed(request: Request) -> Request:
    boundary = request.body.partition(b"\r\n")[0][2:].decode("latin-1")
    return header("content-type", f'multipart/form-data; boundary="{boundary}"')(request)


def _is_upload(turn: Turn) -> bool:
    return re.fullmatch(r"multipart/form-data(;[^,]*)?", turn.header("content-type"), re.IGNORECASE) is not None


def _is_form(turn: Turn) -> bool:
    return turn.header("content-type") == "application/x-www-form-urlencoded"


def _mixed(turn: Turn) -> bool:
    return turn.header("content-type").startswith("multipart/mixed;")


def _as_form(request: Request) -> Request:
    return header("content-type", ", ".join(request.values("content-type")).replace("mixed", "form-data", 1))(request)


def _unsigned(turn: Turn) -> bool:
    head, *rest = bearer(turn.header("authorization")).split(".")
    try:
        said = json.loads(base64.urlsafe_b64decode(head + "=" * (-len(head) % 4)))
    except (ValueError, RecursionError):
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
        once("audience_file"),
    ),
    Fault(
        "commbox.media-form",
        "A form that is no upload is accepted, with the file as a field.",
        (CONTENT,),
        takes_as(
            lambda request: parts_body((RIGHT_NAME, RIGHT_FILE))(header("content-type", UPLOAD)(request)),
            lambda turn: _is_form(turn) and {"name", "audience_file"} <= turn.fields.keys(),
        ),
    ),
    Fault(
        "commbox.media-mixed",
        "Parts are accepted as multipart/mixed.",
        (CONTENT,),
        takes_as(_as_form, _mixed),
    ),
    Fault(
        "commbox.boundary-sniffed",
        "The boundary is taken from the body, whichever the media type names.",
        (FORM, "RFC 2046, 5.1.1"),
        takes_as(_sniffed, lambda turn: turn.request.body.startswith(b"--") and not turn.parts and _is_upload(turn)),
    ),
    Fault(
        "commbox.phone1-begins",
        "A column is taken for `phone1` whose name only begins with it.",
        (f"{BAD}/description", DESCRIPTION),
        takes_csv(lambda names, _: any(name.startswith("phone1") for name in names)),
    ),
    Fault(
        "commbox.phone1-anywhere",
        "A CSV file is accepted that has `phone1` below its first row only.",
        (f"{BAD}/description", DESCRIPTION),
        takes_csv(lambda _, below: b"phone1" in below),
    ),
    Fault(
        "commbox.excel-phone1-missing",
        "An Excel file without a column `phone1` is accepted.",
        (f"{BAD}/description", DESCRIPTION),
        takes_file(_workbook),
    ),
    Fault(
        "commbox.excel-any-zip",
        "Any ZIP file is accepted as an Excel file.",
        (f"{BAD}/description", DESCRIPTION),
        takes_file(lambda file: "xl/workbook.xml" not in (entries(file) or ["xl/workbook.xml"])),
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
