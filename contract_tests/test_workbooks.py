"""The look into a workbook: what Excel opens is read by the library and the checker, and nothing costs much."""

import io
import json
import os
import re
import sys
import zipfile
from pathlib import Path

import pytest

import bombs
import excel_files
import processes
from audience_contract.mock import MockServer
from audience_contract.workbooks import rows_of, workbook
from audiences import Audience, CommBox, InvalidError, PhoneFile, Request
from callers import make
from faults import memory
from long import long

NOT_LOOKED_AT = "was not looked at"
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600


def prepared(content: bytes, name: str = "x.xlsx") -> Request:
    request: Request = make("commbox").prepare(Audience(name="VIP", members=PhoneFile(content, name)))
    return request


def test_a_workbook_says_of_each_cell_where_it_is() -> None:
    with zipfile.ZipFile(io.BytesIO(workbook([["city", "phone1"], ["London", 442079832100]]))) as archive:
        assert re.findall(rb'<c r="(\w+)"', archive.read("xl/worksheets/sheet1.xml")) == [b"A1", b"B1", b"A2", b"B2"]


def test_a_workbook_has_the_styles_that_some_readers_refuse_to_go_without() -> None:
    with zipfile.ZipFile(io.BytesIO(workbook([["phone1"]]))) as archive:
        parts = {name: archive.read(name).decode() for name in archive.namelist()}
    assert all("styles.xml" in parts[name] for name in ("[Content_Types].xml", "xl/_rels/workbook.xml.rels"))
    assert "Normal" in parts["xl/styles.xml"]


@pytest.mark.parametrize("name", excel_files.OPENED)
def test_what_excel_opens_is_read_by_the_library_and_the_checker(name: str) -> None:
    data = excel_files.OPENED[name]
    assert not any(NOT_LOOKED_AT in warning for warning in prepared(data).warnings)
    assert "phone1" in rows_of(data)[0]


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (OLE, "protected by a password"),
        (b"phone1\r\n447700900121\r\n", "seems to be text, such as CSV"),
        ("phone1\r\n447700900121\r\n".encode("utf-16"), "seems to be UTF-16"),
        (b"%PDF-1.7", "a PDF file"),
        (excel_files.PLAIN[:-30], "not a readable .xlsx file"),
        (excel_files.changed(excel_files.PLAIN, {excel_files.SHEET: "<worksheet><sheetData"}), "not a readable"),
        (excel_files.changed(excel_files.PLAIN, {excel_files.RELATIONS: "<Relationships/>"}), "though a ZIP file"),
        (excel_files.changed(excel_files.PLAIN, {}, lambda name: f"Index/{name}"), "though a ZIP file"),
    ],
)
def test_a_file_that_is_no_workbook_is_refused_with_the_reason_and_the_way_out(content: bytes, words: str) -> None:
    with pytest.raises(InvalidError, match=r"checked=False sends it") as caught:
        prepared(content)
    assert words in str(caught.value)


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (excel_files.rows('<row r="3"><c t="str"><v>phone1</v></c></row>'), "it is in row 3"),
        (workbook([["Spring export"], ["phone1"]]), "it is in row 2"),
        (excel_files.sheets('<sheet sheetId="2" r:id="other"/><sheet sheetId="1" r:id="worksheet"/>'), "of 0 columns"),
        (workbook([["Phone1"]]), "differs only in case"),
        (workbook([["phone1\u200b"]]), "what cannot be seen"),
        (workbook([[447700900121]]), "the heading is missing"),
    ],
)
def test_a_workbook_without_the_column_is_refused_with_the_likely_cause(data: bytes, words: str) -> None:
    with pytest.raises(InvalidError) as caught:
        prepared(data)
    assert words in str(caught.value)


def test_a_heading_at_the_end_of_many_strings_is_found() -> None:
    """As where it was changed last."""
    others = "".join(f"<si><t>{447700900121 + number}</t></si>" for number in range(5_000))
    data = excel_files.changed(
        excel_files.cell('<c t="s"><v>5000</v></c>'),
        {excel_files.STRINGS: f"<sst>{others}<si><t>phone1</t></si></sst>"},
    )
    assert NOT_LOOKED_AT not in "".join(prepared(data).warnings)


@pytest.mark.parametrize("every", [4, long(1)])
def test_a_look_has_its_bounds_whatever_the_file(tmp_path: Path, every: int) -> None:
    """A second, and 64 MiB of memory. What is beyond them is no refusal."""
    names = []
    for number, (name, made) in enumerate([*bombs.bombs()][::every]):
        names.append(name)
        (tmp_path / f"{number:03}.xlsx").write_bytes(made())
    looked = processes.run(
        [sys.executable, bombs.__file__, *map(str, sorted(tmp_path.iterdir()))],
        env={**os.environ, "PYTHONPATH": str(Path(bombs.__file__).parent)}, check=True
    )  # fmt: skip
    said = dict(zip(names, map(json.loads, looked.stdout.splitlines()), strict=True))
    assert {name: seconds for name, (_, seconds, _) in said.items() if seconds > 1} == {}
    assert {name: mib for name, (_, _, mib) in said.items() if mib > 64} == {}
    refused = {name for name, (words, _, _) in said.items() if NOT_LOOKED_AT not in words}
    assert refused == {"rows without end", "entities of entities", "bzip2", "a long directory"} & {*names}
    assert said.get("a long directory", ("",))[0] == ""  # it is within the bounds


class Endless(io.RawIOBase):
    """A file whose first line has a gigabyte."""

    def __init__(self, line: bytes) -> None:
        super().__init__()
        self._line, self.given = line, 0

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1, /) -> bytes:
        assert 0 <= size <= 2**20
        start = self.given % len(self._line)
        self.given += size
        return (self._line * (size // len(self._line) + 2))[start : start + size]


@pytest.mark.parametrize("line", [b"x", b"x,", b'"', b",", b"\xe4\xb8\xad,"])
def test_a_first_line_without_end_is_not_looked_at_and_sent(line: bytes) -> None:
    file = Endless(line)
    before = memory.forget()
    (warning,) = make("commbox").prepare(Audience(name="VIP", members=PhoneFile(file, "x.csv"))).warnings
    assert NOT_LOOKED_AT in warning
    assert file.given <= 2 * 2**20
    assert memory.peak() - before <= 64


def test_the_checker_reads_no_more_of_a_workbook_than_it_can() -> None:
    """The mock takes it, as it does a file of a format that it does not read."""
    data = excel_files.rows('<row r="1"><c t="str"><v>phone1</v></c></row>' + " " * 2**23)
    with pytest.raises(ValueError, match="more than is read here"):
        rows_of(data)
    with MockServer() as server, CommBox(api_key="mock-token", base_url=server.url + "/commbox") as commbox:
        commbox.create(Audience(name="VIP", members=PhoneFile(data, "x.xlsx")))
        assert (server.audiences[-1].file or {})["rows"] is None
