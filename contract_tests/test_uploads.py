"""What arrives of a file: its bytes, its name and its type, whatever they are and wherever they come from."""

import gzip
import io
import os
import pickle
import re
import tempfile
import threading
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import IO, BinaryIO

import pytest
from anyio.from_thread import BlockingPortal
from hypothesis import given
from hypothesis import strategies as st

from audiences import Audience, AudiencesError, InvalidError, PhoneFile, Receipt
from audiences._files import MEDIA_TYPES
from audiences._json import dumps
from callers import Caller
from cases.commbox import BODY, CSV
from multipart_readers import READERS, Part
from raw_server import RawServer, http
from sink import Sink, Taken

SUCCESS = http(201, dumps(BODY))


@pytest.fixture(scope="module", params=["blocking", "async"])
def commbox(request: pytest.FixtureRequest, raw: RawServer, portal: BlockingPortal) -> Iterator[Caller]:
    made = Caller("commbox", raw.url, portal if request.param == "async" else None)
    yield made
    made.close()


def create(caller: Caller, file: PhoneFile, name: str = "VIP") -> Receipt | AudiencesError:
    return caller.create(Audience(name=name, members=file))


def arrived(taken: Taken) -> Part:
    """The file, as the first reader has it."""
    lines = taken.head.decode().split("\r\n")
    (media_type,) = (line.partition(": ")[2] for line in lines if line.lower().startswith("content-type"))
    return READERS[0](media_type, taken.body)[1]


LAST = b"the boundary of the request before"
PIECES = [
    *(b"\r\n--", b"--", b"\r\n", b"\r", b"\n", b"\r\n--+++\r\n", b"\r\n\r\n", b"Content-Type: x/y", b"From x"),
    *(b"\r\n--%s--\r\n" % LAST, b"\r\n--%s\r\n" % LAST),
]
STEMS = st.text(
    st.sampled_from(" =?;:,'()<>.*\u2028\u00a0é名\U0001f600") | st.characters(exclude_categories=["Cc", "Cs"])
).filter(lambda stem: not set(stem) & set('"%\\/') and "=?" not in stem)


@given(data=st.data(), stem=STEMS, name=st.text(min_size=1))
def test_three_readers_find_the_files_bytes_name_and_type_as_they_are(
    commbox: Caller, raw: RawServer, data: st.DataObject, stem: str, name: str
) -> None:
    ending = data.draw(st.sampled_from(list(MEDIA_TYPES)))
    raw.answer = SUCCESS
    content = data.draw(
        st.lists(st.binary(max_size=50) | st.sampled_from(PIECES), min_size=1).map(b"".join).filter(bool)
    )
    # The boundary of the request before may come again in the content of this one. What is drawn must not depend on it.
    last = re.findall(rb"boundary=(\w+)", raw.requests[-1] if raw.requests else b"") or [b"+++"]
    content = content.replace(LAST, last[0])
    receipt = create(commbox, PhoneFile(content, stem + ending, checked=False), name)
    assert isinstance(receipt, Receipt)
    assert receipt.filename == (stem + ending).strip()
    expected = [
        Part("name", None, "text/plain", name.encode()),
        Part("audience_file", receipt.filename, MEDIA_TYPES[ending], content),
    ]
    for read in READERS:
        assert read(raw.last().values("content-type")[0], raw.last().body) == expected


CONTROLS = [chr(code) for code in (*range(32), *range(127, 160))]


@pytest.mark.parametrize("inside", ['"', "%", "\\", "%22", "=?utf-8?q?a?=", "\ud800", "\r\nX-Injected: 1", *CONTROLS])
def test_a_name_that_readers_take_in_different_ways_is_refused_and_nothing_leaves(raw: RawServer, inside: str) -> None:
    caller = Caller("commbox", raw.url, None)
    raw.requests.clear()
    for name in (f"a{inside}b.csv", f"{inside}.csv", f"a.csv{inside}"):
        error = create(caller, PhoneFile(CSV, name))
        assert isinstance(error, InvalidError)
    caller.close()
    assert raw.requests == []


def test_a_name_loses_its_folders_and_the_white_space_around_it(commbox: Caller, raw: RawServer) -> None:
    raw.answer = SUCCESS
    for name in ("/home/me/a b.csv", "../a b.csv", "  a b.csv ", "x/\u3000a b.csv\u2003"):
        receipt = create(commbox, PhoneFile(CSV, name))
        assert isinstance(receipt, Receipt)
        assert receipt.filename == "a b.csv"
        assert b'filename="a b.csv"\r\n' in raw.last().body


def sources(
    folder: Path, content: bytes
) -> Iterator[tuple[str, str | os.PathLike[str] | bytes | IO[bytes] | gzip.GzipFile]]:
    """Every kind of source, with the same content."""
    path = folder / "phones.csv"
    path.write_bytes(content)
    yield "text", str(path)
    yield "path", path
    yield "bytes", content
    yield "memory", io.BytesIO(content)
    yield "file", path.open("rb")
    yield "raw", path.open("rb", buffering=0)
    temporary = tempfile.SpooledTemporaryFile()  # noqa: SIM115
    temporary.write(content)
    temporary.seek(0)
    yield "spooled", temporary
    (folder / "phones.gz").write_bytes(gzip.compress(content))
    yield "gzip", gzip.open(folder / "phones.gz")  # noqa: SIM115
    yield "pipe", pipe(content)


def pipe(content: bytes) -> BinaryIO:
    end, other = os.pipe()

    def write() -> None:
        with suppress(BrokenPipeError), open(other, "wb") as file:
            file.write(content)

    threading.Thread(target=write, daemon=True).start()
    return open(end, "rb")


ROWS = CSV + b"442079832100,London\r\n" * 75_000  # above 1 MiB, in which the first row is looked for


def test_every_kind_of_source_arrives_whole(sending: Caller, sink: Sink, tmp_path: Path) -> None:
    for kind, source in sources(tmp_path, ROWS):
        receipt = create(sending, PhoneFile(source, "x.csv"))
        assert isinstance(receipt, Receipt), kind
        assert arrived(sink.taken[-1]).content == ROWS, kind
        if not isinstance(source, str | os.PathLike | bytes):
            assert not source.closed
            source.close()


def test_a_file_that_is_pickled_is_sent_as_the_original(sending: Caller, sink: Sink, tmp_path: Path) -> None:
    memory = io.BytesIO(b"before" + CSV)
    memory.seek(6)
    path = tmp_path / "x.csv"
    path.write_bytes(CSV)
    for source in (path, str(path), CSV, memory):
        phones = PhoneFile(source, "x.csv", checked=False)
        assert isinstance(create(sending, phones), Receipt)  # which moves the file
        copy = pickle.loads(pickle.dumps(phones))  # noqa: S301
        assert (copy.name, copy.checked) == ("x.csv", False)
        assert isinstance(create(sending, copy), Receipt)
        assert arrived(sink.taken[-1]).content == CSV
