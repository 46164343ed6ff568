"""CommBox's mock.

No document says the following, so it is decided here:

- A file whose media type is neither CSV's nor Excel's, or is missing, is what its content looks like.
- A CSV is UTF-8 with commas. `phone1` stands exactly so in the first row, in Excel in that of the first sheet.
- An `.xls` file is taken unread, because nothing here reads that format; so is a very large workbook.
- Ids are digits, as documented; which digits is ours.
- A second audience of the same name is accepted as another one.
- An audience that was created here is a static one; its users are the different numbers in its file.

`Settings` decide whether times have a zone. A dynamic audience is a record whose field `type` is `Dynamic`.
"""

import codecs
import csv
import io
import re
import time
from collections.abc import Iterator, Mapping
from contextlib import suppress
from datetime import UTC, datetime
from functools import cache, lru_cache, partial
from typing import Any, ClassVar

from ..bodies import parts_of, value_of
from ..facts import Effect, Facts
from ..files import CSV, XLS, XLSX, files
from ..messages import Request, Response
from ..mock.answers import reason, reply
from ..mock.provider import Call, Provider
from ..mock.state import Record
from ..multipart import Part
from ..samples import sample
from ..schema import is_date_time
from ..spec import Operation
from ..strict_json import at
from ..violation import UnreadableError, Violation
from ..workbooks import is_large, rows_of

_SMALL = 2**16
"""Bytes: a larger file may be refused, because no page says how large one may be; its rows are not cached either."""
_PDF = b"%PDF-"
_OTHERS = ("audience.csv", CSV, b"phone1\r\n12025550199\r\n12025550198\r\n")
_USUAL_NUMBER = re.compile("[1-9][0-9]{6,14}")
# What is certainly no time of ISO 8601 does not begin with its year, or has other signs.
_TIME = re.compile(r"(?ia)[+-]?\d{4}(W\d+|\d{0,4})(-W?\d+){0,2}([T ][\d:.,]+(Z|[+-][\d:]+)?)?")
_REPLACE = "PUT /Audiences/{AUDIENCE_ID}"
_BEGINNINGS = {b"PK\3\4": XLSX, b"\xd0\xcf\x11\xe0": XLS}


class CommBox(Provider):
    """CommBox."""

    settings: ClassVar[Mapping[str, str]] = {"header Authorization": "COMMBOX_API_KEY"}
    identity: ClassVar[tuple[str, ...]] = ("/data/id",)
    operations: ClassVar[Mapping[str, Facts]] = {
        "Get_Audiences": Facts(Effect.READS, size="/user_count", is_whole=True),
        # The file replaces two members by two others. When those go is not said, but more are never there together.
        # A name that stands beside it changes nothing.
        _REPLACE: Facts(
            Effect.CHANGES,
            echoes={"/data/id": "AUDIENCE_ID"},
            story=({"audience_file": _OTHERS}, {"audience_file": _OTHERS, "name": ...}),
            leaves=2,
        ),
    }

    def error(self, operation: Operation, status: int, detail: str = "") -> Response:  # noqa: ARG002
        return reply(status, _envelope(operation, status))

    def prose(self, operation: Operation, request: Request) -> Iterator[Violation]:
        """A file that is no CSV or Excel file, or has no column `phone1`."""
        if not operation.node.get("requestBody"):
            return
        file = next(part for part in parts_of(request) if part.name == "audience_file")
        if _is_unread(file):
            return
        assert operation.body
        rule = f"{operation.body['properties']['audience_file'].pointer}/description"
        broken = partial(Violation, "part audience_file", "", rule)
        try:
            heading = _rows(file)[0]
        except Exception:  # noqa: BLE001 - what is no workbook raises anything
            yield broken("neither a CSV nor an Excel file, or not the one that its content type says")
            return
        if "phone1" not in heading:
            yield broken("no column phone1 in its first row")

    def why_either_is_allowed(self, operation: Operation, request: Request) -> Iterator[str]:
        if not operation.node.get("requestBody"):
            return
        files = [part for part in parts_of(request) if part.name == "audience_file"]
        if len(files) != 1 or _is_unread(files[0]) or len(files[0].data) > _SMALL:
            yield "a file that is not one, is large, or is of a format that nothing here reads"
            return
        data, name = files[0].data, files[0].filename or ""
        if not re.search(r"(?i)\.(csv|xlsx)$", name):
            yield "a file whose name does not say its format"
        if not _named(files[0]) and not data.startswith(_PDF):
            yield "a media type that is not documented, of a content that may be"
            return
        if data.startswith(codecs.BOM_UTF8) or (b"\0" in data and files[0].content_type.startswith("text")):
            yield "an encoding of which nothing is said"
        if any(self.prose(operation, request)):
            # No page says in which row the heading is.
            if re.search(rb"(?i)(?<![0-9a-z_])phone1(?![0-9a-z_])", data):
                yield "a heading that may be meant as phone1"
            return
        heading, *rows = _rows(files[0])
        column, width = heading.index("phone1"), len(heading)
        numbers = [row[column] if len(row) == width else "" for row in rows]
        if not numbers or len(set(heading)) < len(heading):
            yield "no rows, or a column twice"
        if not all(map(_USUAL_NUMBER.fullmatch, numbers)) or len(set(numbers)) < len(numbers):
            yield "rows of which nobody says what becomes of them"

    def said(self, operation: Operation, request: Request, response: Response) -> Iterator[Violation]:  # noqa: ARG002
        """The times in the list are of ISO 8601."""
        for number, item in enumerate(value_of(response).get("data", ()) if operation.id == "Get_Audiences" else ()):
            if not _TIME.fullmatch(item.get("created_time", "2025")):
                yield Violation("body", f"/data/{number}/created_time", operation.node.pointer, "no time of ISO 8601")

    def contradicts(self, response: Response, violation: Violation) -> bool:
        """An option of an account leaves the zone of times out, and the spec has the format `date-time`."""
        said = at(value_of(response), violation.pointer)
        return violation.rule.endswith("/response_time/format") and is_date_time(f"{said}Z")

    def private(self, request: Request) -> Iterator[str]:
        """The numbers in files; a boundary, a name or a length may have as many digits."""
        with suppress(UnreadableError):
            for file in (part for part in parts_of(request) if part.filename is not None):
                yield from (number.decode() for number in re.findall(rb"(?<!\d)\d{7,15}(?!\d)", file.data))

    def file(self) -> tuple[str, str, bytes]:
        return "audience.csv", "text/csv", b"phone1\r\n442079832100\r\n12025550123\r\n"

    def files(self) -> Iterator[tuple[str, str, str, bytes, bool]]:
        yield from _files()

    def forbids(self, call: Call) -> bool:
        """A name of white space, or a number that no country has: 7 to 15 digits, as in the sample."""
        parts = {part.name: part for part in parts_of(call.request)} if call.request.body else {}
        blank = "name" in parts and not parts["name"].text.strip()
        numbers = _numbers(parts["audience_file"]) if "audience_file" in parts else ()
        return blank or not all(re.fullmatch(r"\d{7,15}", number, re.ASCII) for number in numbers)

    def post_audiences(self, call: Call) -> Response:
        """201 and an id, or 400 for what the prose forbids."""
        parts = {part.name: part for part in parts_of(call.request)}
        kept = _kept(parts.pop("audience_file"))
        if not kept:
            return self.error(call.operation, 400)
        made, (file, members) = str(312345 + call.state.next()), kept
        fields = {name: part.data.decode("utf-8", "replace") for name, part in parts.items()}
        call.created(name=fields["name"], id=made, fields=fields, file=file, members=members)
        return reply(201, {**_envelope(call.operation, 201), "data": {"id": made}})

    def get_audiences(self, call: Call) -> Response:
        """200 and all audiences: a static one with its users, a dynamic one without."""
        found = [_shown(call, record) for record in call.all()]
        ordered = found[::-1] if call.state.settings.newest_first else found
        return reply(200, {**_envelope(call.operation, 200), "status": "200", "data": ordered})

    def put__audiences__audience_id_(self, call: Call) -> Response:
        """200 and the id, 404 for one that is not there, or 400 for a dynamic audience and what the prose forbids."""
        found = call.find(id=call.path["AUDIENCE_ID"])
        if not found:
            return self.error(call.operation, 404)
        kept = _kept(next(part for part in parts_of(call.request) if part.name == "audience_file"))
        if found.fields.get("type") == "Dynamic" or not kept:
            return self.error(call.operation, 400)
        call.state.change(found, "", kept[1], replaces=True)
        return reply(200, {**_envelope(call.operation, 200), "data": {"id": found.id}})


def _shown(call: Call, record: Record) -> dict[str, Any]:
    kind = record.fields.get("type", "Static")
    made = f"{datetime.fromtimestamp(record.created, UTC):%Y-%m-%dT%H:%M:%S}{'Z' if call.state.settings.zones else ''}"
    users = {"user_count": len(call.state.members(record))} if kind == "Static" else {}
    return {"id": record.id, "name": record.name, "created_time": made, **users, "type": kind}


def _kept(file: Part) -> tuple[dict[str, Any], dict[str, dict[str, Any]]] | None:
    """What is kept of a file, and its members; None if it is not taken. The judge has its own code to read files."""
    kept = {"name": file.filename, "content_type": file.content_type, "size": len(file.data), "rows": None}
    if _is_unread(file):
        return kept, {}
    try:
        heading, *below = _csv(file.data) if _format(file) == CSV else rows_of(file.data)
        at = heading.index("phone1")
    except Exception:  # noqa: BLE001 - what is no workbook raises anything
        return None
    return {**kept, "rows": sum(map(any, below))}, {str(row[at]): {} for row in below if len(row) > at and row[at]}


def _envelope(operation: Operation, status: int) -> dict[str, Any]:
    documented = operation.response(status)
    schema = documented["content"]["application/json"]["schema"] if documented else None
    said = schema["properties"]["description"] if schema else None
    text = sample(said, reason(status)) if said else reason(status)
    return {"status": status, "description": text, "response_time": moment(time.time_ns())}


def moment(nanoseconds: int) -> str:
    """A time since 1970 with seven fractional digits, as in the page's samples."""
    seconds, ticks = divmod(nanoseconds // 100, 10**7)
    return f"{datetime.fromtimestamp(seconds, UTC):%Y-%m-%dT%H:%M:%S}.{ticks:07}Z"


def _is_unread(file: Part) -> bool:
    kind = _format(file)
    return kind == XLS or (kind == XLSX and is_large(file.data))


def _named(file: Part) -> str | None:
    """The media type of a file, if it is that of a format that the page names; else None."""
    essence = file.content_type.partition(";")[0].strip().lower()
    return essence if essence in (CSV, XLSX, XLS) else None


def _format(file: Part) -> str:
    """The format of a file, as a media type: its own if the page names that format, else what its content suggests."""
    return _named(file) or _BEGINNINGS.get(file.data[:4], CSV)


_files = cache(lambda: tuple(files()))


def _rows(file: Part) -> list[list[str]]:
    return (_known_rows if len(file.data) < _SMALL else _read_rows)(file.data, is_csv=_format(file) == CSV)


def _read_rows(data: bytes, *, is_csv: bool) -> list[list[str]]:
    found = _csv(data) if is_csv else iter(rows_of(data))
    return [next(found, []), *filter(any, found)]


# A request is judged several times, and the same files are sent again and again.
_known_rows = lru_cache(maxsize=64)(_read_rows)


def _numbers(file: Part) -> Iterator[str]:
    """The column `phone1`; nothing of a file that cannot be read or has none, which is refused elsewhere."""
    try:
        heading, *below = [] if _is_unread(file) else _rows(file)
        column = heading.index("phone1")
    except Exception:  # noqa: BLE001 - what is no workbook raises anything
        return
    yield from (row[column] if column < len(row) else "" for row in below)


def _csv(data: bytes) -> Iterator[list[str]]:
    return csv.reader(io.StringIO(data.decode("utf-8-sig"), newline=""))


PROVIDER = CommBox()
