"""Workbooks made to cost a reader its time or its memory. `python bombs.py FILE...` tells what each look costs."""

import io
import json
import struct
import sys
import time
import zipfile
from collections.abc import Callable, Iterator
from functools import partial

from audience_contract.workbooks import workbook
from audiences import Audience, AudiencesError, CommBox, PhoneFile
from faults import memory

SIZE = 34 * 2**20
"""Bytes of XML: more than are ever looked at."""
PLAIN = workbook([["phone1"], ["447700900121"]])
_SHEET, _STRINGS, _BOOK = "xl/worksheets/sheet1.xml", "xl/sharedStrings.xml", "xl/workbook.xml"
_ROW = '<worksheet><sheetData><row r="1">'


def bombs() -> Iterator[tuple[str, Callable[[], bytes]]]:
    """The name of each, and what makes its content."""
    text = f'{_ROW}<c t="inlineStr"><is><t>'
    yield "a text without end", partial(_with, _SHEET, text, "x" * 80)
    yield "a text of wide characters", partial(_with, _SHEET, f"{text}\U0001f600", "x" * 80)
    yield "an attribute without end", partial(_with, _SHEET, f'{_ROW}<c r="', "x" * 80)
    yield "a comment without end", partial(_with, _SHEET, f"{_ROW}<!--", "x" * 80)
    yield "elements inside each other", partial(_with, _SHEET, _ROW, "<a>")
    yield "attributes without end", partial(_with, _SHEET, f"{_ROW}<c ", "", *(f'a{n}="" ' for n in range(100_000)))
    yield "cells without end", partial(_with, _SHEET, _ROW, "<c><v>1</v></c>")
    yield "cells of different texts", partial(_with, _SHEET, _ROW, "", *(f"<c><v>{n}</v></c>" for n in range(300_000)))
    yield "cells of one string", partial(_with, _SHEET, _ROW, '<c t="s"><v>4711</v></c>')
    yield "rows without end", partial(_with, _SHEET, "<worksheet><sheetData>", '<row r="7"/>')
    yield "elements before the rows", partial(_with, _SHEET, "<worksheet>", "<a/>")
    far = _with(_SHEET, f'{_ROW}<c t="s"><v>99999999</v></c></row></sheetData></worksheet>', "")
    yield "short strings", partial(_with, _STRINGS, "<sst>", "<si><t>x</t></si>", base=far)
    yield "a string without end", partial(_with, _STRINGS, "<sst><si><t>", "x" * 80)
    yield "sheets without end", partial(_with, _BOOK, "<workbook><sheets>", '<sheet name="a" id="x"/>')
    rels = (f'<Relationship Id="{n}"/>' for n in range(200_000))
    yield "relationships without end", partial(_with, "xl/_rels/workbook.xml.rels", "<Relationships>", "", *rels)
    yield "entities of entities", partial(_with, _SHEET, '<!DOCTYPE a [<!ENTITY b "bbbbbbbb">]><worksheet>', "&b;" * 20)
    yield "bzip2", partial(_with, _SHEET, _ROW, " " * 80, method=zipfile.ZIP_BZIP2)
    yield "a directory without end", partial(_directory, 40_000)
    yield "a long directory", partial(_parts, 6_600)


def _with(
    part: str, before: str, repeated: str, *more: str, method: int = zipfile.ZIP_DEFLATED, base: bytes = PLAIN
) -> bytes:
    """A workbook in which one part goes on and on."""
    data = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(base)) as old, zipfile.ZipFile(data, "w", method, compresslevel=1) as new:
        for name in old.namelist():
            new.writestr(name, old.read(name) if name != part else _content(before, repeated, more))
    return data.getvalue()


def _content(before: str, repeated: str, more: tuple[str, ...]) -> str:
    return before + "".join(more) + repeated * (SIZE // len(repeated) if repeated else 0)


def _parts(count: int) -> bytes:
    """A workbook with so many more parts, all of them empty."""
    data = io.BytesIO(PLAIN)
    with zipfile.ZipFile(data, "a") as changed:
        for number in range(count):
            changed.writestr(f"other/{number}", b"")
    return data.getvalue()


def _directory(times: int) -> bytes:
    """A workbook whose entries are listed again and again."""
    end = PLAIN.rindex(b"PK\5\6")
    start = int.from_bytes(PLAIN[end + 16 : end + 20], "little")
    listed = PLAIN[start:end] * times
    entries = min(listed.count(b"PK\1\2"), 2**16 - 1)
    return PLAIN[:start] + listed + struct.pack("<4s4H2IH", b"PK\5\6", 0, 0, entries, entries, len(listed), start, 0)


def main(files: list[str]) -> None:
    """A line of JSON for each: what came of it, seconds of CPU, and MiB that the process has gained by then."""
    box = CommBox(api_key="key")
    box.prepare(Audience(name="V", members=PhoneFile(PLAIN, "x.xlsx")))
    before = memory.peak()
    for file in files:
        start = time.process_time()
        try:
            said = " ".join(box.prepare(Audience(name="V", members=PhoneFile(file))).warnings)
        except AudiencesError as error:
            said = str(error)
        seconds = time.process_time() - start
        gained = memory.peak() - before
        sys.stdout.write(json.dumps([said, seconds, gained]) + "\n")


if __name__ == "__main__":
    main(sys.argv[1:])
