"""CommBox's mock.

Ours, because undocumented: that a CSV is UTF-8 with commas, that `phone1` stands exactly so in the first row of the
first sheet, that an `.xls` file is taken unread (nothing here reads that format), how ids look beyond being digits, and
that a second audience of the same name is accepted as another one.
"""

import csv
import io
import re
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

from openpyxl import load_workbook

from ..bodies import parts_of
from ..messages import Response
from ..mock.credentials import TOKEN
from ..mock.provider import Call, Provider, reason, reply
from ..multipart import Part
from ..spec import Operation

_UNREAD = "application/vnd.ms-excel"


class CommBox(Provider):
    """CommBox."""

    def environment(self, base_url: str) -> dict[str, str]:
        return {"COMMBOX_API_KEY": TOKEN, "COMMBOX_BASE_URL": base_url}

    def error(self, operation: Operation, status: int) -> Response:
        return reply(status, _envelope(operation, status))

    def forbids(self, call: Call) -> bool:
        """A name of white space, or a number that no country has: 7 to 15 digits, as in the sample."""
        parts = {part.name: part for part in parts_of(call.request)}
        return not parts["name"].text.strip() or not all(
            re.fullmatch(r"\d{7,15}", number, re.ASCII) for number in _numbers(parts["audience_file"])
        )

    def post_audiences(self, call: Call) -> Response:
        """201 and an id, or 400 for a file that is no CSV or Excel file with a column `phone1`."""
        parts = {part.name: part for part in parts_of(call.request)}
        file = parts.pop("audience_file")
        rows = None
        if not file.content_type.lower().startswith(_UNREAD):
            try:
                heading, *below = _rows(file)
            except Exception:  # noqa: BLE001 - openpyxl raises anything for a file that is none
                return self.error(call.operation, 400)
            if "phone1" not in heading:
                return self.error(call.operation, 400)
            rows = len(below)
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


def _rows(file: Part) -> list[tuple[Any, ...]]:
    found = _csv(file.data) if file.content_type.lower().startswith("text/csv") else _xlsx(file.data)
    heading = next(found, ())
    return [heading, *(row for row in found if any(cell not in (None, "") for cell in row))]


def _numbers(file: Part) -> Iterator[str]:
    """The column `phone1`; nothing of a file that cannot be read or has none, which is refused elsewhere."""
    try:
        heading, *below = [] if file.content_type.lower().startswith(_UNREAD) else _rows(file)
        column = heading.index("phone1")
    except Exception:  # noqa: BLE001 - openpyxl raises anything for a file that is none
        return
    yield from (str(row[column]) if column < len(row) else "" for row in below)


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
