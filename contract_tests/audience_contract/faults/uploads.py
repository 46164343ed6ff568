"""How CommBox's uploads are read, and taken as others; whatever else is wrong with one stays wrong."""

import csv
import io
import zipfile
from collections.abc import Callable
from dataclasses import replace

from ..files import CSV, XLSX
from ..messages import Request
from ..multipart import Part
from .acts import parts_body, takes_as
from .fault import Act, Turn, parts

RIGHT_NAME = Part("name", None, "", b"fault")
RIGHT_FILE = Part("audience_file", "fault.csv", CSV, b"phone1\r\n442079832100\r\n")


def file_of(turn: Turn) -> Part:
    """The file; an empty one where there is none."""
    return next((part for part in turn.parts if part.name == "audience_file"), Part("audience_file", "", "", b""))


def lacks(turn: Turn, name: str) -> bool:
    """Whether an upload has no such part."""
    return bool(turn.parts) and name not in turn.fields


def adds(part: Part) -> Callable[[Request], Request]:
    """One more part."""
    return lambda request: parts_body([*parts(request), part])(request)


def each(change: Callable[[Part], Part]) -> Callable[[Request], Request]:
    """Every part changed."""
    return lambda request: parts_body(map(change, parts(request)))(request)


def once(name: str) -> Act:
    """Of several parts of a name it takes the first."""

    def change(request: Request) -> Request:
        found = parts(request)
        first = next(part for part in found if part.name == name)
        return parts_body(part for part in found if part.name != name or part is first)(request)

    return takes_as(change, lambda turn: [part.name for part in turn.parts].count(name) > 1)


def takes_file(when: Callable[[Part], bool]) -> Act:
    """It takes the content of some files for a right one."""

    def change(part: Part) -> Part:
        return replace(part, content_type=CSV, data=RIGHT_FILE.data) if part.name == "audience_file" else part

    return takes_as(each(change), lambda turn: not lacks(turn, "audience_file") and when(file_of(turn)))


def takes_csv(when: Callable[[list[str], bytes], bool]) -> Act:
    """It takes some CSV files without a column `phone1`: by the names of their columns, and what is below them."""

    def accepted(file: Part) -> bool:
        names = _columns(file)
        return bool(names) and "phone1" not in names and when(names, file.data.partition(b"\n")[2])

    return takes_file(accepted)


def _columns(file: Part) -> list[str]:
    """The cells of a CSV file's first row; none of what is no CSV."""
    try:
        rows = csv.reader(io.StringIO(file.data.decode("utf-8-sig"), newline=""))
        return next(rows, []) if file.content_type == CSV else []
    except (ValueError, csv.Error):
        return []


def entries(file: Part) -> list[str] | None:
    """The names in a ZIP file that is sent as Excel; None where it is none."""
    if file.content_type != XLSX:
        return None
    try:
        with zipfile.ZipFile(io.BytesIO(file.data)) as archive:
            return archive.namelist()
    except (zipfile.BadZipFile, NotImplementedError, OSError, ValueError):
        return None
