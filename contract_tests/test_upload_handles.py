"""A file of the caller's that is closed, empty or read already is refused, with that as the reason."""

import io
from pathlib import Path

import pytest

from audiences import InvalidError, NotSentError, PhoneFile
from callers import Caller
from cases.commbox import CSV
from sink import Sink
from test_uploads import create, pipe


def test_what_is_no_open_binary_file_is_refused(tmp_path: Path) -> None:
    class Fails:
        def read(self, _: int) -> bytes:
            raise RuntimeError

    closed = io.BytesIO()
    closed.close()
    path = tmp_path / "x.csv"
    path.write_bytes(CSV)
    with path.open("r", encoding="utf-8") as text:
        for wrong in (text, closed, io.StringIO("phone1"), Fails(), 4, None, path.parent.stat()):
            with pytest.raises(InvalidError, match="must be a path, bytes or an open binary file"):
                PhoneFile(wrong, "x.csv")  # type: ignore[arg-type]


def test_an_empty_file_is_refused(sending: Caller, sink: Sink, tmp_path: Path) -> None:
    (tmp_path / "x.csv").touch()
    with (tmp_path / "x.csv").open("rb") as file:
        for source in (tmp_path / "x.csv", b"", file):
            for checked in (True, False):
                error = create(sending, PhoneFile(source, "x.csv", checked=checked))
                assert isinstance(error, InvalidError)
                assert "must not be empty" in str(error)
    assert sink.taken == []


@pytest.mark.parametrize("checked", [True, False])
def test_a_file_that_was_read_to_its_end_is_refused_with_that_reason(
    sending: Caller, sink: Sink, *, checked: bool
) -> None:
    read = io.BytesIO(CSV)
    read.read()
    with pipe(CSV) as stream:
        stream.read()
        for source, words in ((read, "the file stands at its end"), (stream, "or was read to its end before")):
            phones = PhoneFile(source, "x.csv", checked=checked)
            for _ in range(2):
                error = create(sending, phones)
                assert isinstance(error, NotSentError)
                assert words in str(error)
                assert error.provider == "CommBox"
    assert sink.taken == []
