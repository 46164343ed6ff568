"""CommBox's mock.

Ours, because undocumented: that a CSV is UTF-8 with commas, that `phone1` stands exactly so in the first row of the
first sheet, that an `.xls` file is taken unread (nothing here reads that format), how ids look beyond being digits, and
that a second audience of the same name is accepted as another one.
"""

import csv
import io
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from functools import partial
from typing import Any

from openpyxl import load_workbook

from ..bodies import parts_of
from ..messages import Request, Response
from ..mock.credentials import TOKEN
from ..mock.provider import Call, Provider, reason, reply
from ..multipart import Part
from ..spec import Operation
from ..violation import Violation

_UNREAD = "application/vnd.ms-excel"


class CommBox(Provider):
    """CommBox."""

    def environment(self, base_url: str) -> dict[str, str]:
        return {"COMMBOX_API_KEY": TOKEN, "COMMBOX_BASE_URL": base_url}

    def error(self, operation: Operation, status: int) -> Response:
        return reply(status, _envelope(operation, status))

    def prose(self, operation: Operation, request: Request) -> Iterator[Violation]:
        """A file that is no CSV or Excel file, or has no column `phone1`."""
        file = next(part for part in parts_of(request) if part.name == "audience_file")
        if _is_unread(file):
            return
        broken = partial(Violation, "part audience_file", "", f"{operation.node.pointer}/description")
        try:
            heading = _rows(file)[0]
        except Exception:  # noqa: BLE001 - openpyxl raises anything for a file that is none
            yield broken("neither a CSV nor an Excel file, as its content type says")
            return
        if "phone1" not in heading:
            yield broken("no column phone1 in its first row")

    def post_audiences(self, call: Call) -> Response:
        """201 and an id, or 400 for what the prose forbids."""
        if any(self.prose(call.operation, call.request)):
            return self.error(call.operation, 400)
        parts = {part.name: part for part in parts_of(call.request)}
        file = parts.pop("audience_file")
        rows = None if _is_unread(file) else len(_rows(file)) - 1
        made = str(312345 + call.state.next())
        described = {"name": file.filename, "content_type": file.content_type, "size": len(file.data), "rows": rows}
        fields = {name: part.data.decode("utf-8", "replace") for name, part in parts.items()}
        call.created(name=fields["name"], id=made, fields=fields, file=described)
        return reply(201, {**_envelope(call.operation, 201), "data": {"id": made}})


def _envelope(operation: Operation, status: int) -> dict[str, Any]:
    documented = operation.response(status)
    schema = documented["content"]["application/json"]["schema"] if documented else None
    text = schema["properties"]["description"].value["example"] if schema else reason(status)
    return {"status": status, "description": text, "response_time": moment(time.time_ns())}


def moment(nanoseconds: int) -> str:
    """A time since 1970 with seven fractional digits, as in the page's samples."""
    seconds, ticks = divmod(nanoseconds // 100, 10**7)
    return f"{datetime.fromtimestamp(seconds, UTC):%Y-%m-%dT%H:%M:%S}.{ticks:07}Z"


def _is_unread(file: Part) -> bool:
    return file.content_type.lower().startswith(_UNREAD)


def _rows(file: Part) -> list[tuple[Any, ...]]:
    found = _csv(file.data) if file.content_type.lower().startswith("text/csv") else _xlsx(file.data)
    heading = next(found, ())
    return [heading, *(row for row in found if any(cell not in (None, "") for cell in row))]


def _csv(data: bytes) -> Iterator[tuple[Any, ...]]:
    return map(tuple, csv.reader(io.StringIO(data.decode("utf-8-sig"), newline="")))


def _xlsx(data: bytes) -> Iterator[tuple[Any, ...]]:
    book = load_workbook(io.BytesIO(data), read_only=True)
    try:
        sheet = book.worksheets[0]
        # What a file says of its own size may be wrong, and would cut the rows.
        sheet.reset_dimensions()
        yield from sheet.iter_rows(values_only=True)
    finally:
        book.close()


PROVIDER = CommBox()
