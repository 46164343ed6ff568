"""The file rule for CommBox: a CSV or Excel file whose first row has a column `phone1`."""

import io
import threading
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audience_contract.workbooks import workbook
from audiences import Audience, InvalidError, PhoneFile, Request
from callers import make
from cases.commbox import CSV, XLSX


def prepared(file: PhoneFile) -> Request:
    request: Request = make("commbox").prepare(Audience(name="VIP", members=file))
    return request


@pytest.mark.parametrize(
    ("content", "name", "media_type"),
    [
        (CSV, "x.csv", "text/csv"),
        (b"\xef\xbb\xbf" + CSV, "x.CSV", "text/csv"),
        (b'city,"phone1"\n"a\nb",1\n', "x.csv", "text/csv"),
        (b"phone1", "x.csv", "text/csv"),
        (b"phone1\r442079832100\r", "x.csv", "text/csv"),
        (b"phone1,name\n442079832100,\0\0\n", "x.csv", "text/csv"),
        (b"phone1\n" + b"\xff" * 10, "x.csv", None),
        (b"phone1\n" + "é".encode() * 1024 * 1024, "x.csv", "text/csv"),
        (XLSX, "x.xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
    ],
)
def test_a_file_with_the_column_is_accepted_with_its_media_type(
    content: bytes, name: str, media_type: str | None
) -> None:
    if media_type is None:
        with pytest.raises(InvalidError, match="UTF-8"):
            prepared(PhoneFile(content, name))
        return
    (part,) = (part for part in prepared(PhoneFile(content, name)).parts if part.filename)
    assert (part.filename, part.media_type) == (name, media_type)


@pytest.mark.parametrize(
    ("content", "name", "words"),
    [
        (b"", "x.csv", "must not be empty"),
        (b"Phone1\r\n1", "x.csv", "named 'phone1'"),
        (b" phone1\r\n1", "x.csv", "named 'phone1'"),
        (b"\r\nphone1\r\n", "x.csv", "named 'phone1'"),
        (b"name;phone1\r\n", "x.csv", "separated by semicolons"),
        (b"name\tphone1\r\n", "x.csv", "separated by tabs"),
        (b"name|phone1\r\n", "x.csv", "separated by vertical bars"),
        ("phone1\r\n".encode("utf-16"), "x.csv", "saved as UTF-8, and seems to be UTF-16"),
        ("phone1\r\n".encode("utf-16-le"), "x.csv", "seems to be UTF-16"),
        ("phone1\r\n".encode("utf-16-be"), "x.csv", "seems to be UTF-16"),
        ("phone1\r\n".encode("utf-32"), "x.csv", "seems to be UTF-16 or UTF-32"),
        ("phone1\r\n".encode("utf-32-le"), "x.csv", "seems to be UTF-16, or no text at all"),
        ("phone1\r\n".encode("utf-32-be"), "x.csv", "seems to be UTF-16, or no text at all"),
        (b"\xef\xbb\xbf\xef\xbb\xbfphone1,name\r\n", "x.csv", "a second byte order mark"),
        ("phone1\u200b,name".encode(), "x.csv", "what cannot be seen"),
        ("name,\u202aphone1\u202c".encode(), "x.csv", "what cannot be seen"),
        ("phone1\u00a0".encode(), "x.csv", "what cannot be seen"),
        (b"447700900121,Anna\r\n", "x.csv", "the heading is missing"),
        (b"Spring\r\nphone1\r\n447700900121\r\n", "x.csv", "it is in row 2"),
        (XLSX, "x.csv", "an Excel file (.xlsx) or another ZIP file"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "x.csv", "an old Excel file (.xls)"),
        (b"\x1f\x8b\x08", "x.csv", "a gzip file"),
        (b"\0" * 2**21, "x.csv", "no text at all"),
        (b"caf\xe9,phone1\r\n", "x.csv", "UTF-8"),
        (workbook([["name"], ["phone1"]]), "x.xlsx", "named 'phone1'"),
        (workbook([]), "x.xlsx", "named 'phone1'"),
        (XLSX[:500], "x.xlsx", "not a readable .xlsx"),
        (b"phone1", "x.xls", "checked=False"),
        (b"phone1", "x.txt", ".csv, .xlsx, .xls"),
        (b"phone1", "phone1", ".csv, .xlsx, .xls"),
        (b"phone1", None, "must be given with bytes"),
        (b"phone1", 'a".csv', "control characters"),
        (b"phone1", "a\n.csv", "control characters"),
    ],
)
def test_a_file_that_breaks_the_rule_is_refused_with_the_reason(content: bytes, name: str | None, words: str) -> None:
    with pytest.raises(InvalidError, match=r"our rule") as caught:
        prepared(PhoneFile(content, name))
    assert words in str(caught.value)


@given(first=st.text(max_size=50), data=st.binary(max_size=50))
def test_no_content_of_a_file_is_ever_in_the_error(first: str, data: bytes) -> None:
    secret = "Zz442079832100"
    content = first.encode("utf-8", "replace") + secret.encode() + data
    try:
        prepared(PhoneFile(content, "x.csv"))
    except InvalidError as error:
        assert secret not in str(error)  # noqa: PT017  # it may also pass


class Waiting(io.BytesIO):
    """A file whose reading waits until `go`."""

    def __init__(self) -> None:
        super().__init__(XLSX)
        self.go = threading.Event()

    def read(self, size: int | None = -1, /) -> bytes:
        if self.tell():  # not its first byte, by which it is known not to be empty
            self.go.wait(100)
        return super().read(size)


def test_a_look_that_hangs_holds_up_no_other_one() -> None:
    file = Waiting()
    first = threading.Thread(target=prepared, args=(PhoneFile(file, "x.xlsx"),))
    first.start()
    try:
        other = threading.Thread(target=prepared, args=(PhoneFile(XLSX, "x.xlsx"),))
        other.start()
        other.join(20)
        assert not other.is_alive()
        assert first.is_alive()
    finally:
        file.go.set()
    first.join(20)


@pytest.mark.parametrize("path", ["a\0b/x.csv", "\ud800/x.csv", b"x.csv".decode("utf-8") + "/\0/y.csv"])
@pytest.mark.parametrize("checked", [True, False])
def test_a_path_that_no_file_can_have_is_refused(path: str, checked: bool) -> None:
    with pytest.raises(InvalidError):
        make("commbox").create(Audience(name="VIP", members=PhoneFile(path, checked=checked)))


def test_a_curl_command_names_the_file_as_it_is_sent(tmp_path: Path) -> None:
    folder = tmp_path / 'quo"ted'
    folder.mkdir()
    (folder / "a.bin").write_bytes(CSV)
    curl = prepared(PhoneFile(folder / "a.bin", "phones.csv")).curl()
    assert ';filename="phones.csv";' in curl
    assert 'quo\\"ted/a.bin"' in curl


def test_an_xls_file_goes_only_as_unchecked() -> None:
    (part,) = (p for p in prepared(PhoneFile(b"any", "x.xls", checked=False)).parts if p.filename)
    assert part.media_type == "application/vnd.ms-excel"


def test_a_missing_file_and_a_folder_are_refused(tmp_path: Path) -> None:
    folder = tmp_path / "x.csv"
    folder.mkdir()
    for path, words in ((tmp_path / "none.csv", "there is no file at the path"), (folder, "regular file")):
        with pytest.raises(InvalidError, match=words) as caught:
            prepared(PhoneFile(path))
        assert str(tmp_path) not in str(caught.value)
