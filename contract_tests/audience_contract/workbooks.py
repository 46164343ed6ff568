"""Small Excel files: written as Excel writes them, and read as it reads them."""

import io
import posixpath
import zipfile
from collections.abc import Mapping, Sequence
from functools import reduce
from string import ascii_uppercase
from xml.etree.ElementTree import Element, fromstring
from xml.sax.saxutils import escape

_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_KIND = "application/vnd.openxmlformats-officedocument.spreadsheetml"
_HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_STYLES = (
    f'<styleSheet xmlns="{_MAIN}"><fonts count="1"><font/></fonts><fills count="1"><fill><patternFill/></fill></fills>'
    '<borders count="1"><border/></borders><cellStyleXfs count="1"><xf/></cellStyleXfs>'
    '<cellXfs count="1"><xf/></cellXfs><cellStyles count="1"><cellStyle name="Normal" xfId="0"/></cellStyles>'
    "</styleSheet>"
)
_MOST = 2**23
"""Bytes in all parts of a file that is read; a small file may hold gigabytes."""


def workbook(rows: Sequence[Sequence[object]]) -> bytes:
    """An Excel file of one sheet of at most 26 columns.

    Numbers are numbers. Other values are text, in a table of its own, as Excel writes it. It has styles, because some
    readers refuse a file without them.
    """
    strings: dict[str, int] = {}
    lines = []
    for number, row in enumerate(rows, 1):
        cells = (
            _cell(f"{column}{number}", value, strings) for column, value in zip(ascii_uppercase, row, strict=False)
        )
        lines.append(f'<row r="{number}">{"".join(cells)}</row>')
    table = "".join(f'<si><t xml:space="preserve">{escape(text)}</t></si>' for text in strings)
    parts = {
        "[Content_Types].xml": f'<Types xmlns="{_PACKAGE}/content-types">'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        f'<Default Extension="xml" ContentType="{_KIND}.worksheet+xml"/>'
        f'<Override PartName="/xl/workbook.xml" ContentType="{_KIND}.sheet.main+xml"/>'
        f'<Override PartName="/xl/styles.xml" ContentType="{_KIND}.styles+xml"/>'
        f'<Override PartName="/xl/sharedStrings.xml" ContentType="{_KIND}.sharedStrings+xml"/></Types>',
        "_rels/.rels": _relationships(officeDocument="xl/workbook.xml"),
        "xl/workbook.xml": f'<workbook xmlns="{_MAIN}" xmlns:r="{_OFFICE}">'
        '<sheets><sheet name="Sheet1" sheetId="1" r:id="worksheet"/></sheets></workbook>',
        "xl/_rels/workbook.xml.rels": _relationships(
            worksheet="worksheets/sheet1.xml", styles="styles.xml", sharedStrings="sharedStrings.xml"
        ),
        "xl/worksheets/sheet1.xml": f'<worksheet xmlns="{_MAIN}"><sheetData>{"".join(lines)}</sheetData></worksheet>',
        "xl/styles.xml": _STYLES,
        "xl/sharedStrings.xml": f'<sst xmlns="{_MAIN}">{table}</sst>',
    }
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w") as archive:
        for name, content in parts.items():
            # With a date of its own, so that the same rows are the same bytes.
            archive.writestr(zipfile.ZipInfo(name), _HEAD + content, zipfile.ZIP_DEFLATED)
    return data.getvalue()


def _relationships(**targets: str) -> str:
    found = (f'<Relationship Id="{k}" Type="{_OFFICE}/{k}" Target="{target}"/>' for k, target in targets.items())
    return f'<Relationships xmlns="{_PACKAGE}/relationships">{"".join(found)}</Relationships>'


def _cell(reference: str, value: object, strings: dict[str, int]) -> str:
    # Excel always writes the reference, and some readers need it.
    if isinstance(value, int | float):
        return f'<c r="{reference}"><v>{value}</v></c>'
    return f'<c r="{reference}" t="s"><v>{strings.setdefault(str(value), len(strings))}</v></c>'


def is_large(data: bytes) -> bool:
    """Whether this is a ZIP file with more in it than is read here."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            return sum(info.file_size for info in archive.infolist()) > _MOST
    except (zipfile.BadZipFile, NotImplementedError, OSError, ValueError):
        return False


def rows_of(data: bytes) -> list[list[str]]:
    """The rows of the first sheet, hidden or not, as text; the first is row 1. Raises any exception for other files."""
    if is_large(data):
        raise ValueError("more than is read here")
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        parts = {info.filename.replace("\\", "/").lower(): archive.read(info) for info in archive.infolist()}
    book = dict(_related(parts, "").values())["officeDocument"]
    related = _related(parts, book)
    listed = _tree(parts, book).iterfind("{*}sheets/{*}sheet")
    ids = (value for each in listed for name, value in each.items() if name.endswith("}id"))
    sheet = next(part for kind, part in (related[each] for each in ids if each in related) if kind == "worksheet")
    apart = dict(related.values()).get("sharedStrings", "")
    strings = [_text(each) for each in _tree(parts, apart).iterfind("{*}si")] if apart.lower() in parts else []
    rows: list[list[str]] = []
    for row in _tree(parts, sheet).iterfind("{*}sheetData/{*}row"):
        if not rows and row.get("r", "1") != "1":
            rows.append([])
        cells: list[str] = []
        for cell in row.iterfind("{*}c"):
            letters = cell.get("r", "").rstrip("0123456789").upper()
            column = reduce(lambda number, letter: number * 26 + ord(letter) - 64, letters, 0) or len(cells) + 1
            cells += [""] * (min(column, 2**14) - len(cells))
            cells[column - 1] = _value(cell, strings)
        rows.append(cells)
    return rows


def _tree(parts: Mapping[str, bytes], part: str) -> Element:
    content = parts[part.lower()]
    if b"<!DOCTYPE" in content:
        raise ValueError("a document type, which may define entities without end")
    return fromstring(content)  # noqa: S314


def _related(parts: Mapping[str, bytes], part: str) -> dict[str, tuple[str, str]]:
    """The kinds and names of the parts that a part refers to, by id."""
    folder, name = posixpath.split(part)
    found = {}
    for each in _tree(parts, posixpath.join(folder, "_rels", f"{name}.rels")).iterfind("{*}Relationship"):
        target = posixpath.normpath(posixpath.join("/", folder, each.attrib["Target"])).lstrip("/")
        found[each.attrib["Id"]] = posixpath.basename(each.attrib["Type"]), target
    return found


def _value(cell: Element, strings: Sequence[str]) -> str:
    kind, value = cell.get("t", "n"), cell.findtext("{*}v", "")
    if kind == "inlineStr":
        return "".join(map(_text, cell.iterfind("{*}is")))
    if kind == "s" and value:
        return strings[int(value)]
    try:
        # Some programs write 447700900121 as 4.47700900121E11.
        return str(int(float(value))) if kind == "n" and float(value).is_integer() else value
    except ValueError:
        return value


def _text(element: Element) -> str:
    """The text without its phonetic guides."""
    return "".join(each.text or "" for path in ("{*}t", "{*}r/{*}t") for each in element.iterfind(path))
