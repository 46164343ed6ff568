"""Files that change, vanish, fail or make one wait end in a clear outcome, and never in an empty or a cut upload."""

import io
import os
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx2
import pytest
from anyio.from_thread import BlockingPortal

from audiences import (
    Audience,
    AudiencesError,
    NotSentError,
    PhoneFile,
    Receipt,
    UnknownOutcomeError,
)
from callers import Caller, created, make
from cases.commbox import CSV
from sink import Sink
from test_uploads import ROWS, arrived, create


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A file of more than 3 MiB."""
    made = tmp_path / "x.csv"
    made.write_bytes(ROWS)
    return made


def append(path: Path) -> None:
    os.truncate(path, path.stat().st_size + 1)


def replace(path: Path) -> None:
    """By a file of the same size and time."""
    other, old = path.with_name("other"), path.stat()
    other.write_bytes(ROWS[::-1])
    os.utime(other, ns=(old.st_atime_ns, old.st_mtime_ns))
    other.replace(path)


def write_over(path: Path) -> None:
    with path.open("r+b") as file:
        file.write(b"PHONE1")
    os.utime(path, ns=(0, 0))


def become_a_folder(path: Path) -> None:
    path.unlink()
    path.mkdir()


def empty(path: Path) -> None:
    os.truncate(path, 0)


def cut(path: Path) -> None:
    os.truncate(path, len(ROWS) // 2)


BEFORE: list[Callable[[Path], None]] = [
    append, cut, empty, replace, write_over, become_a_folder, Path.unlink,
]  # fmt: skip


@pytest.mark.parametrize("change", BEFORE)
def test_a_file_that_is_not_the_one_that_was_looked_at_is_not_sent(
    sink: Sink, face: BlockingPortal | None, path: Path, change: Callable[[Path], None]
) -> None:
    begun, draft = time.monotonic(), Audience(name="VIP", members=PhoneFile(path))
    error = created("commbox", sink.url, face, draft, on_request=lambda _: change(path))
    assert isinstance(error, NotSentError)
    assert "nothing to send" in str(error)
    assert time.monotonic() - begun < 20
    assert sink.taken == []


@pytest.mark.parametrize("change", [append, cut, empty, write_over])
def test_a_file_that_is_written_to_while_it_is_sent_leaves_the_outcome_unknown(
    sink: Sink, face: BlockingPortal | None, path: Path, change: Callable[[Path], None]
) -> None:
    changes, draft = iter([change]), Audience(name="VIP", members=PhoneFile(path))
    error = created("commbox", sink.url, face, draft, on_progress=lambda *_: next(changes)(path))
    assert isinstance(error, UnknownOutcomeError)
    assert "the file changed while it was sent" in str(error)
    assert len(error.attempts) == 1
    assert not any(taken.whole for taken in sink.taken)


@pytest.mark.parametrize("change", [replace, Path.unlink])
def test_a_file_that_is_replaced_or_removed_while_it_is_sent_arrives_whole(
    sink: Sink, face: BlockingPortal | None, path: Path, change: Callable[[Path], None]
) -> None:
    changes, draft = iter([change]), Audience(name="VIP", members=PhoneFile(path))
    made = created("commbox", sink.url, face, draft, on_progress=lambda *_: next(changes)(path))
    assert isinstance(made, Receipt)
    assert arrived(sink.taken[0]).content == ROWS


class Strange(io.BytesIO):
    """A file whose first read beyond 1.5 MiB does something else."""

    def __init__(self, act: Callable[[], Any], *, seeks: bool = True) -> None:
        super().__init__(ROWS)
        self._act, self._seeks = act, seeks

    def seekable(self) -> bool:
        return self._seeks

    def read(self, size: int | None = -1, /) -> Any:
        return super().read(size) if size == 0 or self.tell() < 3 << 19 else self._act()


def fail(error: Exception) -> Callable[[], Any]:
    def act() -> None:
        raise error

    return act


ACTS = {
    "nothing yet": lambda: None,
    "text": lambda: "phone1",
    "a list": lambda: [1],
    "too much": lambda: ROWS * 2,
    "key": fail(KeyError("secret")),
    "disk": fail(OSError(5, "Input/output error")),
    "assertion": fail(AssertionError("secret")),
    "stop": fail(StopIteration("secret")),
    "a connection of its own": fail(httpx2.ConnectError("secret")),
    "unicode": fail(UnicodeError("secret")),
}


# A file of no known length cannot give too much.
@pytest.mark.parametrize(("act", "seeks"), [(act, s) for act in ACTS for s in (True, False) if s or act != "too much"])
def test_a_file_that_fails_in_the_middle_leaves_the_outcome_unknown_and_raises_nothing_foreign(
    sending: Caller, sink: Sink, act: str, seeks: bool
) -> None:
    error = create(sending, PhoneFile(Strange(ACTS[act], seeks=seeks), "x.csv"))
    assert isinstance(error, UnknownOutcomeError)
    assert "UploadError: the file" in str(error)
    assert "secret" not in str(error)
    assert not any(taken.whole for taken in sink.taken)


def test_a_file_that_fails_under_a_transport_that_tells_nothing_leaves_the_outcome_unknown() -> None:
    def read(request: httpx2.Request) -> httpx2.Response:
        return httpx2.Response(201, content=request.read())

    provider = make("commbox", transport=httpx2.MockTransport(read))
    with pytest.raises(UnknownOutcomeError):
        provider.create(Audience(name="V", members=PhoneFile(Strange(ACTS["a connection of its own"]), "x.csv")))


def test_a_file_that_cannot_be_looked_at_is_not_sent(sending: Caller, sink: Sink) -> None:
    class Broken(io.BytesIO):
        def read(self, size: int | None = -1, /) -> bytes:
            if size:
                raise KeyError("secret")
            return b""

    closed = io.BytesIO(CSV)
    phones = PhoneFile(closed, "x.csv")
    closed.close()
    for file, words in (
        (phones, "the file cannot be read: ValueError"),
        (PhoneFile(Broken(), "x.csv"), "cannot be read: KeyError"),
    ):
        error = create(sending, file)
        assert isinstance(error, NotSentError)
        assert words in str(error)
        assert error.provider == "CommBox"
    assert sink.taken == []


def test_a_file_that_is_closed_while_it_is_sent_leaves_the_outcome_unknown(
    sink: Sink, face: BlockingPortal | None
) -> None:
    file = io.BytesIO(ROWS)
    caller = Caller("commbox", sink.url, face, on_progress=lambda *_: file.close())
    assert isinstance(create(caller, PhoneFile(file, "x.csv")), UnknownOutcomeError)
    caller.close()


@pytest.mark.parametrize("seeks", [True, False])
def test_a_file_in_use_by_another_call_is_not_sent(sending: Caller, seeks: bool) -> None:
    reached, go_on = threading.Event(), threading.Event()

    def wait() -> bytes:
        reached.set()
        assert go_on.wait(60)
        return b""

    file = Strange(wait, seeks=seeks)
    first: list[Receipt | AudiencesError] = []
    phones = PhoneFile(file, "x.csv")
    thread = threading.Thread(target=lambda: first.append(create(sending, phones)))
    thread.start()
    assert reached.wait(60)
    again = [create(sending, phones), create(sending, PhoneFile(file, "x.csv"))]
    go_on.set()
    thread.join()
    for error in again:
        assert isinstance(error, NotSentError)
        assert "in use by another call" in str(error)
    assert isinstance(first[0], UnknownOutcomeError if seeks else Receipt)
