"""How Schemathesis makes a file of phone numbers: it knows nothing of what is in one that a server would take."""

import schemathesis
from hypothesis import strategies as st

from .files import CSV, XLS, XLSX
from .workbooks import workbook

_ROWS = st.lists(st.from_regex(r"[1-9][0-9]{6,14}", fullmatch=True), max_size=5)


def _csv(numbers: list[str]) -> bytes:
    return "\r\n".join(["phone1", *numbers]).encode()


def _xlsx(numbers: list[str]) -> bytes:
    return workbook([[cell] for cell in ["phone1", *numbers]])


# Where Schemathesis has chosen no media type for the file, it calls it the first that the spec lists, a CSV.
schemathesis.openapi.format("binary", _ROWS.map(_csv))
schemathesis.openapi.media_type(CSV, _ROWS.map(_csv))
schemathesis.openapi.media_type(XLSX, _ROWS.map(_xlsx))
schemathesis.openapi.media_type(XLS, st.binary())
