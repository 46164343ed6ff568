"""Files of phone numbers, as CSV and Excel: valid ones in every form, and invalid ones."""

import io
import zipfile
from collections.abc import Iterator, Sequence

from .workbooks import workbook

CSV = "text/csv"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
XLS = "application/vnd.ms-excel"
_NUMBERS = [str(442079832100 + number) for number in range(20_000)]
_TWO_LINES = b'phone1,note\r\n442079832100,"a\r\n--b"\r\n'
_LONG = "436641234567890"
_ABROAD = ["442079832100", _LONG, "12025550100"]


def files() -> Iterator[tuple[str, str, str, bytes, bool]]:
    """What is special about a file, its name, media type and content, and whether it must be taken."""
    mixed = [["first", "phone1", "last"], *(["Zoë", number, "Łuk, A."] for number in _ABROAD)]
    yield "much that is unusual in a CSV", "Zürich;東京.csv", CSV, _csv(mixed, "\n").rstrip(), True
    yield "a single number of 15 digits", f"{'LONG-' * 30}.V2.CSV", CSV, f'"phone1"\n"{_LONG}"'.encode(), True
    yield "a line break and hyphens inside a cell", "A b.CSV", f"{CSV}; charset=utf-8", _TWO_LINES, True
    for rows in (1, 2, 10, 1000, 20_000):
        yield f"a CSV of {rows} rows", "a.csv", CSV, _csv([["phone1"], *([n] for n in _NUMBERS[:rows])]), True
    table = [["first", "phone1", "last"], *(["Zoë", number, "Łuk, A."] for number in _NUMBERS[:3])]
    yield "phone1 in the second column", "a.csv", CSV, _csv(table), True
    yield "phone1 in the last column", "a.csv", CSV, _csv([[row[0], row[2], row[1]] for row in table]), True
    plain = [["phone1"], *([number] for number in _NUMBERS[:3])]
    yield "line feeds only", "a.csv", CSV, _csv(plain, "\n"), True
    yield "no line break at the end", "a.csv", CSV, _csv(plain).rstrip(), True
    yield "cells in quotes", "a.csv", CSV, b'"phone1"\r\n"442079832100"\r\n', True
    yield "a line break inside a cell", "a.csv", CSV, b'phone1,note\r\n442079832100,"a\r\nb"\r\n', True
    yield "a cell that looks like a boundary", "a.csv", CSV, b'phone1,note\r\n442079832100,"--audience\r\n--"\r\n', True
    yield "a file name with letters beyond ASCII", "Zürich 東京.csv", CSV, _csv(plain), True
    yield "a file name with spaces and dots", "my file.v2.csv", CSV, _csv(plain), True
    yield "a file name in capitals", "A.CSV", CSV, _csv(plain), True
    yield "a long file name", f"{'long-' * 30}name.csv", CSV, _csv(plain), True
    yield "a file name with a semicolon", "a;b.csv", CSV, _csv(plain), True
    yield "no column phone1", "a.csv", CSV, _csv([["phone"], ["442079832100"]]), False
    yield "a ZIP file as Excel", "a.xlsx", XLSX, _zip(), False
    yield "media type with charset=utf-8", "a.csv", f"{CSV}; charset=utf-8", _csv(plain), True
    yield "Excel", "a.xlsx", XLSX, workbook(plain), True
    yield "Excel with several columns", "a.xlsx", XLSX, workbook(table), True
    yield "Excel with numbers", "a.xlsx", XLSX, workbook([["phone1"], [442079832100], [442079832101]]), True
    yield "Excel of 1000 rows", "a.xlsx", XLSX, workbook([["phone1"], *([n] for n in _NUMBERS[:1000])]), True
    yield "no column phone1", "a.csv", CSV, _csv([["442079832100"], ["442079832101"]]), False
    yield "no column phone1", "a.csv", CSV, _csv([["my_phone1", "phone2"], ["442079832100", "1"]]), False
    yield "no column phone1", "a.csv", CSV, _csv([["phone10", "phone11"], ["442079832100", "1"]]), False
    yield "phone1 in a cell below only", "a.csv", CSV, _csv([["first"], ["phone1"], ["442079832100"]]), False
    yield "no column phone1 in Excel", "a.xlsx", XLSX, workbook([["phone"], ["442079832100"]]), False
    yield "an empty file", "a.csv", CSV, b"", False
    yield "an empty Excel file", "a.xlsx", XLSX, b"", False
    yield "Excel cut off", "a.xlsx", XLSX, workbook(plain)[:900], False
    yield "no Excel file at all", "a.xlsx", XLSX, _csv(plain), False
    yield "an image as CSV", "a.csv", CSV, b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\xff", False
    yield "a heading and no row", "a.csv", CSV, b"phone1\r\n", False
    yield "a byte order mark", "a.csv", CSV, b"\xef\xbb\xbf" + _csv(plain), False
    yield "semicolons", "a.csv", CSV, b"first;phone1\r\na;442079832100\r\n", False
    yield "UTF-16", "a.csv", CSV, "phone1\r\n442079832100\r\n".encode("utf-16"), False
    yield "PHONE1 in capitals", "a.csv", CSV, _csv([["PHONE1"], ["442079832100"]]), False
    yield "numbers that are none", "a.csv", CSV, _csv([["phone1"], ["abc"], ["+44 20 7983 2100"], [""]]), False
    yield "another media type", "a.pdf", "application/pdf", b"%PDF-1.7 ", False


def _csv(rows: Sequence[Sequence[object]], end: str = "\r\n") -> bytes:
    return "".join(",".join(_cell(str(cell)) for cell in row) + end for row in rows).encode()


def _zip() -> bytes:
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w") as archive:
        archive.writestr("phone1.txt", "phone1")
    return data.getvalue()


def _cell(text: str) -> str:
    return f'"{text}"' if "," in text else text
