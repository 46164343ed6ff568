"""What is sent again is what was sent first, whole; what cannot be is not sent again."""

import io
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx2
import pytest
from anyio.from_thread import BlockingPortal

from audiences import NotSentError, PhoneFile, RateLimitedError, Receipt, RetryPolicy, UnknownOutcomeError
from callers import Caller
from cases.commbox import CSV
from raw_server import http
from sink import Sink
from test_upload_faults import append
from test_uploads import ROWS, SUCCESS, arrived, create, pipe

AT_ONCE = RetryPolicy(attempts=3, first_wait=0.01, max_wait=0.01)
LIMITED = http(429, b"{}", Retry_After="0")


@pytest.fixture(params=["path", "bytes", "file"])
def phones(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[PhoneFile]:
    path = tmp_path / "x.csv"
    path.write_bytes(b"before" + ROWS if request.param == "file" else ROWS)
    if request.param == "file":
        with path.open("rb") as file:
            file.seek(6)
            yield PhoneFile(file)
    else:
        yield PhoneFile(path if request.param == "path" else ROWS, "x.csv")


def test_after_a_429_the_same_bytes_are_sent_whole(face: BlockingPortal | None, phones: PhoneFile) -> None:
    told: list[tuple[int, int | None]] = []
    with Sink([LIMITED, LIMITED, SUCCESS], kept=4 << 20) as sink:
        caller = Caller(
            "commbox", sink.url, face, create_policy=AT_ONCE, on_progress=lambda *now: told.append(now)
        )  # fmt: skip
        receipt = create(caller, phones)
        caller.close()
    assert isinstance(receipt, Receipt)
    assert len(receipt.attempts) == 3
    assert [arrived(taken).content for taken in sink.taken] == [ROWS] * 3
    assert len({taken.length for taken in sink.taken}) == 1
    # Each attempt is told from its start.
    assert sum(sent == total for sent, total in told) == 3


@pytest.mark.parametrize("kind", ["path", "stream"])
def test_after_a_refused_connection_all_bytes_are_sent(face: BlockingPortal | None, tmp_path: Path, kind: str) -> None:
    (tmp_path / "x.csv").write_bytes(ROWS)
    with Sink([SUCCESS], kept=4 << 20, late=True) as sink, pipe(ROWS) as stream:
        tries: Iterator[Callable[[], object]] = iter([str, sink.listen])
        caller = Caller("commbox", sink.url, face, create_policy=AT_ONCE, on_request=lambda _: next(tries)())
        receipt = create(caller, PhoneFile(stream if kind == "stream" else tmp_path / "x.csv", "x.csv"))
        caller.close()
    assert isinstance(receipt, Receipt)
    assert [attempt.outcome for attempt in receipt.attempts] == ["not_sent", "applied"]
    assert [arrived(taken).content for taken in sink.taken] == [ROWS]


def test_after_a_429_a_stream_that_cannot_rewind_is_not_sent_again(face: BlockingPortal | None) -> None:
    with Sink([LIMITED]) as sink, pipe(CSV) as stream:
        caller = Caller("commbox", sink.url, face, create_policy=AT_ONCE)
        phones = PhoneFile(stream, "x.csv")
        first, second = create(caller, phones), create(caller, phones)
        caller.close()
    assert isinstance(first, RateLimitedError)
    assert isinstance(second, NotSentError)
    assert len(sink.taken) == 1


def test_a_file_that_changes_between_two_attempts_is_not_sent_again(
    face: BlockingPortal | None, tmp_path: Path
) -> None:
    path = tmp_path / "x.csv"
    path.write_bytes(CSV)
    changes: Iterator[Callable[[], object]] = iter([str, lambda: append(path)])
    with Sink([LIMITED, SUCCESS]) as sink:
        caller = Caller("commbox", sink.url, face, create_policy=AT_ONCE, on_request=lambda _: next(changes)())
        error = create(caller, PhoneFile(path))
        caller.close()
    assert isinstance(error, NotSentError)
    assert "changed after it was looked at" in str(error)
    assert len(sink.taken) == 1


class Twice(httpx2.HTTPTransport):
    """A transport of the caller's that sends again by itself."""

    def handle_request(self, request: httpx2.Request) -> httpx2.Response:
        super().handle_request(request).close()
        return super().handle_request(request)


class AsyncTwice(httpx2.AsyncHTTPTransport):
    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        await (await super().handle_async_request(request)).aclose()
        return await super().handle_async_request(request)


@pytest.mark.parametrize("seeks", [True, False])
def test_a_transport_that_sends_twice_by_itself_never_sends_an_empty_file(
    face: BlockingPortal | None, seeks: bool
) -> None:
    with Sink([LIMITED]) as sink, pipe(CSV) as stream:
        caller = Caller("commbox", sink.url, face, transport=AsyncTwice() if face else Twice())
        error = create(caller, PhoneFile(io.BytesIO(CSV) if seeks else stream, "x.csv"))
        caller.close()
    assert isinstance(error, UnknownOutcomeError)
    assert [taken.whole for taken in sink.taken if taken.size] == [True]
