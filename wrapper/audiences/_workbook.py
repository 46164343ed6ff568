"""Reads the rows at the top of an .xlsx file, and nothing below them: no library stops there.

As in Excel, parts are found by relationships, and by names in any case. Elements are found by their local names,
because the strict format has other namespaces. Styles, properties and links are not read, so their faults do not count.
"""

import posixpath
import time
import zipfile
from collections.abc import Iterator
from contextlib import suppress
from functools import reduce
from typing import BinaryIO
from xml.parsers import expat

from ._rows import UNREADABLE, TooFarError, Top, unread
from ._upload import piece

_PIECE, _TAG, _DIRECTORY, _XML, _STRINGS = 2**16, 2**18, 2**19, 2**20, 2**25
"""The most bytes: of XML at a time, of a tag, of the ZIP file's directory, of a part's XML, and of the strings' XML."""
_SECONDS, _DEPTH, _ROWS, _TEXT, _KEPT = 0.7, 64, 100, 2**15, 64
"""The most seconds, nested elements, rows, and characters of a cell (Excel allows fewer), and how many of those are
kept: no heading or number is longer."""


class _Bounded:
    """What zipfile needs of a file, with a limit: zipfile would read a directory of any size at once."""

    def __init__(self, file: BinaryIO) -> None:
        self._file, self.seek, self.tell, self.seekable = file, file.seek, file.tell, lambda: True

    def read(self, size: int = -1) -> bytes:
        if size > _DIRECTORY:
            raise TooFarError
        return piece(self._file, size if size >= 0 else _DIRECTORY)


class Workbook:
    """An open .xlsx file. If it is damaged, zipfile and expat may raise any exception."""

    def __init__(self, file: BinaryIO) -> None:
        self._until = time.monotonic() + _SECONDS
        self._zip = zipfile.ZipFile(_Bounded(file))
        self._parts = {info.filename.replace("\\", "/").lower(): info for info in self._zip.infolist()}

    def top(self) -> Top:
        """The top of the first sheet, hidden or not. Raises UnfitError and TooFarError."""
        book = dict(self._related("").values()).get("officeDocument", "")
        related = self._related(book)
        sheets = (attributes.items() for _, attributes, _ in self._elements(book, "sheet"))
        ids = (value for each in sheets for name, value in each if name.rpartition(":")[2] == "id")
        parts = (related[each] for each in ids if each in related)
        sheet = next((part for kind, part in parts if kind == "worksheet"), "")
        rows, strings, whole = dict[int, dict[int, str | int]](), dict[int, str](), False
        with suppress(TooFarError):
            whole = self._read_rows(sheet, rows)
        wanted = {cell for row in rows.values() for cell in row.values() if isinstance(cell, int)}
        apart = self._elements(dict(related.values()).get("sharedStrings", ""), "si", most=_STRINGS)
        with suppress(TooFarError):
            for number, (_, _, text) in enumerate(apart if wanted else ()):
                if number in wanted:
                    strings[number] = text
                if len(strings) == len(wanted):
                    break
        cells = {n: {c: strings.get(v) if isinstance(v, int) else v for c, v in row.items()} for n, row in rows.items()}
        return Top(cells, whole)

    def _related(self, part: str) -> dict[str, tuple[str, str]]:
        """The kinds and names of the parts that a part refers to, by id."""
        (folder, name), found = posixpath.split(part), {}
        for _, attributes, _ in self._elements(posixpath.join(folder, "_rels", f"{name}.rels"), "Relationship"):
            target = posixpath.join("/", folder, attributes.get("Target", "").replace("\\", "/"))
            kind = posixpath.basename(attributes.get("Type", ""))
            found[attributes.get("Id", "")] = kind, posixpath.normpath(target).lstrip("/")
        return found

    def _read_rows(self, part: str, rows: dict[int, dict[int, str | int]]) -> bool:
        """Read rows into `rows`, and return whether these are all. A cell with a shared string has its number."""
        row: dict[int, str | int] = {}
        number, column = 0, -1
        for name, attributes, text in self._elements(part, "c", "row"):
            if name == "c":
                column, kind = _column(attributes.get("r", ""), column), attributes.get("t", "n")
                if text:
                    row[column] = int(text) if kind == "s" else _number(text) if kind == "n" else text
                continue
            number = int(attributes.get("r", number + 1))
            rows[number], row, column = row, {}, -1
            if len(rows) >= _ROWS:
                return False
        return True

    def _elements(self, part: str, *names: str, most: int = _XML) -> Iterator[tuple[str, dict[str, str], str]]:
        """The elements of these names, in the order in which they end: name, attributes, and the start of the text."""
        info, size, text = self._parts.get(part.lower()), 0, ""
        if info is None or info.compress_type not in {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}:
            raise unread(f"{UNREADABLE}, though a ZIP file (as .xlsb, .ods and .numbers files are)")
        parser, found = expat.ParserCreate(), list[tuple[str, dict[str, str], str]]()
        inside: list[tuple[str, dict[str, str]]] = [("", {})]

        def start(name: str, attributes: dict[str, str]) -> None:
            nonlocal text
            name = name.rpartition(":")[2]
            if name in names:
                text = ""
            elif name in {"t", "v"} and inside[-1][0] != "rPh":  # rPh says how to pronounce the rest
                parser.CharacterDataHandler = read
            inside.append((name, attributes))

        def read(more: str) -> None:
            nonlocal text
            text += more

        def end(_: str) -> None:
            parser.CharacterDataHandler = None
            name, attributes = inside.pop()
            if name in names:
                found.append((name, attributes, text[:_KEPT]))

        parser.StartElementHandler, parser.EndElementHandler = start, end
        parser.StartDoctypeDeclHandler = _refuse
        with self._zip.open(info) as stream:
            while data := stream.read(_PIECE):
                parser.Parse(data)
                yield from found
                found.clear()
                size += len(data)
                too_much = size > most or size - parser.CurrentByteIndex > _TAG or len(text) > _TEXT
                if too_much or len(inside) > _DEPTH or time.monotonic() > self._until:
                    raise TooFarError
        parser.Parse(b"", True)


def _refuse(*_: object) -> None:
    raise unread(UNREADABLE)  # entity bombs are defined in a document type


def _column(reference: str, before: int) -> int:
    """The number of the column in a reference such as B7; without one, the column that follows."""
    letters = reference.rstrip("0123456789").upper()[:4]
    return reduce(lambda number, letter: number * 26 + ord(letter) - 64, letters, 0) - 1 if letters else before + 1


def _number(text: str) -> str:
    """A number as people write it: some programs write 447700900121 as 4.47700900121E11."""
    with suppress(ValueError, OverflowError):
        if int(float(text)) == float(text):
            return str(int(float(text)))
    return text
