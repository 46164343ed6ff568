"""CommBox's uploads: the schema says only that the file is bytes; the prose says that it has a column `phone1`."""

import io
import re
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import replace

from ...files import CSV, XLSX
from ...messages import Request, Response
from ...multipart import Part
from ...workbooks import workbook
from ..acts import parts_body, refuses
from ..fault import Change, Fault, Turn, parts

_POST = "/paths/~1audiences/post"
_EVIDENCE = (f"{_POST}/description", f"{_POST}/responses/400/description")
_FILE = f"{_POST}/requestBody/content/multipart~1form-data/schema/properties/audience_file"
_RIGHT = Part("audience_file", "a.csv", CSV, b"phone1\r\n442079832100\r\n")
_BOOK = replace(_RIGHT, filename="a.xlsx", content_type=XLSX, data=workbook([["phone1"], [442079832100]]))


def _zip() -> bytes:
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w") as archive:
        archive.writestr("a.csv", _RIGHT.data)
    return data.getvalue()


def _is_whole(data: bytes) -> bool:
    return b"xl/workbook.xml" in data and b"PK\5\6" in data


_ACCEPTED: tuple[tuple[str, str, bytes, Callable[[bytes], object]], ...] = (
    ("phone1-missing", "without a column `phone1`", b"name\nAnna\n", lambda data: b"phone1" not in data),
    ("phone1-inside", "where a name only ends in it", b"xphone1\n442079832100\n", re.compile(rb"^\w+phone1\b").match),
    ("phone1-begins", "where a name only begins with it", b"phone10\n442079832100\n", re.compile(rb"^phone1\w").match),
)
"""Word, words, an example of a CSV file, and what says which files without `phone1` are taken."""
_BOOKS: tuple[tuple[str, str, bytes, Callable[[bytes], object]], ...] = (
    ("phone1-missing", "without `phone1`", workbook([["phone"], [442079832100]]), _is_whole),
    ("unread", "of any bytes", b"no workbook", lambda data: not data.startswith(b"PK")),
    ("cut", "without its end", _BOOK.data[:-100], lambda data: data.startswith(b"PK") and b"PK\5\6" not in data),
    ("any-zip", "that is another ZIP file", _zip(), lambda data: data[:2] == b"PK" and b"xl/workbook.xml" not in data),
)
"""Word, words, an example of an Excel file, and what says which files are taken that are none or lack `phone1`."""
_REFUSED: tuple[tuple[str, str, bytes, Callable[[bytes], object]], ...] = (
    ("refused", "", _RIGHT.data, lambda _: True),
    ("last-line", "without a line break at their end", _RIGHT.data.strip(), lambda data: not data.endswith(b"\n")),
    ("line-feeds", "with line feeds only", b"phone1\n442079832100\n", lambda data: b"\r" not in data),
    ("phone1-later", "with another column first", b"name,phone1\r\nA,442079832100\r\n", lambda d: d[:6] != b"phone1"),
    ("one-number", "with a single number", _RIGHT.data, lambda data: len(re.findall(rb"\d{7,15}", data)) == 1),
    ("long-number", "with a number of 15 digits", b"phone1\r\n436641234567890\r\n", re.compile(rb"\d{15}").search),
    ("large", "of more than 64 KiB", b"phone1\r\n" + b"442079832100\r\n" * 6000, lambda data: len(data) > 2**16),
    ("hyphens", "with two hyphens in a line", b'phone1,note\r\n4420798321,"a\r\n--b"\r\n', lambda d: b"\n--" in d),
)
"""Word, words, an example of a CSV file, and what says which files fail."""
_NAMES: tuple[tuple[str, str, str, Callable[[str], object]], ...] = (
    ("accents", "beyond ASCII", "\u00e9t\u00e9.csv", lambda name: not name.isascii()),
    ("capitals", "in `.CSV`", "A.CSV", lambda name: name.endswith(".CSV")),
    ("bare", "without an extension", "a", lambda name: "." not in name),
    ("long", "of more than 100 characters", f"{'a' * 120}.csv", lambda name: len(name) > 100),
    ("semicolon", "with a semicolon", "a;b.csv", lambda name: ";" in name),
)
"""Word, words, an example of a file's name, and what says which names fail."""


def _file(request: Request) -> Part:
    """The file; an empty one where there is none."""
    return next((part for part in parts(request) if part.filename is not None), replace(_RIGHT, data=b""))


def _sends(file: Part) -> Change:
    return lambda request: parts_body([*(p for p in parts(request) if p.filename is None), file])(request)


def _accepted(word: str, said: str, file: Part, when: Callable[[bytes], object]) -> Fault:
    def act(turn: Turn) -> Response:
        answer = turn.answer()
        accepts = answer.status == 400 and parts(turn.request) and _of(file, when)(_file(turn.request))
        return turn.answer(_sends(_RIGHT)(turn.request)) if accepts else answer

    return Fault(word, f"A file is accepted {said}.", _EVIDENCE, act, show=(_sends(file),))


def _refused(word: str, said: str, file: Part, when: Callable[[Part], object]) -> Fault:
    act = refuses(lambda turn: parts(turn.request) and when(_file(turn.request)), 500)
    return Fault(word, f"Files fail {said}.".replace(" .", "."), (_FILE, *_EVIDENCE), act, show=(_sends(file),))


def _of(file: Part, when: Callable[[bytes], object]) -> Callable[[Part], object]:
    return lambda found: found.content_type == file.content_type and when(found.data)


def _called(when: Callable[[str], object]) -> Callable[[Part], object]:
    return lambda found: when(found.filename or "")


def _faults() -> Iterator[Fault]:
    for word, said, data, when in _ACCEPTED:
        yield _accepted(word, said, replace(_RIGHT, data=data), when)
    for word, said, data, when in _BOOKS:
        yield _accepted(f"excel-{word}", f"as Excel {said}", replace(_BOOK, data=data), when)
    for word, said, data, when in _REFUSED:
        yield _refused(f"csv-{word}", f"as CSV {said}", replace(_RIGHT, data=data), _of(_RIGHT, when))
    yield _refused("excel-refused", "as Excel", _BOOK, _of(_BOOK, lambda _: True))
    charset = replace(_RIGHT, content_type=f"{CSV}; charset=utf-8")
    yield _refused("csv-charset", "with a charset", charset, lambda file: "charset" in file.content_type)
    for word, said, name, when_name in _NAMES:
        named = replace(_RIGHT, filename=name)
        yield _refused(f"filename-{word}", f"with a name {said}", named, _called(when_name))


FAULTS = tuple(_faults())
