"""An answer takes no more than it may: bytes, memory, time and depth; and it leaves nothing for the next call."""

import gzip
import json
import re
import socket
import time
from collections.abc import AsyncIterator, Iterator
from typing import Any

import httpx2
import pytest
from anyio.from_thread import BlockingPortal

from audiences import AudiencesError, NotSentError, Outcome, Receipt, RetryPolicy, SpecViolationError
from audiences._json import MAX_DEPTH
from callers import Caller, created, make
from cases import case, good_response
from faults import certificates, memory
from faults.answers import bomb, members
from long import long
from raw_server import RawServer, http
from some_providers import ANSWERED

LIMIT = 256 * 1024
JSON = {"Content-Type": "application/json"}
ONCE = RetryPolicy(attempts=1)


def padded(body: Any, size: int) -> bytes:
    """JSON of exactly so many bytes."""
    whole = json.dumps(body).encode()
    return whole + b" " * (size - len(whole))


def called(caller: Caller, face: BlockingPortal | None, **options: Any) -> Receipt | AudiencesError:
    """A create with options of the call."""
    draft = caller.case.good()
    try:
        if face:
            receipt: Receipt = face.call(lambda: caller.provider.create(draft, **options))
        else:
            receipt = caller.provider.create(draft, **options)
        return receipt
    except AudiencesError as error:
        return error


@ANSWERED
@pytest.mark.parametrize("packed", [False, True], ids=["plain", "gzip"])
def test_a_limit_of_one_call_counts_decompressed_bytes_and_ends_there(
    key: str, raw: RawServer, face: BlockingPortal | None, *, packed: bool
) -> None:
    caller = Caller(key, raw.url, face, max_response_bytes=1)
    for size, fits in ((LIMIT, True), (LIMIT + 1, False)):
        body = padded(caller.case.BODY, size)
        pack = {"Content_Encoding": "gzip"} if packed else {}
        raw.answer = http(caller.case.SUCCESS, gzip.compress(body) if packed else body, **pack)
        result = called(caller, face, max_response_bytes=LIMIT)
        assert isinstance(result, Receipt) is fits
        assert result.outcome is Outcome.APPLIED
        assert result.response is not None
        assert len(result.response.body) <= LIMIT + 1
        assert (result.response.problem is None) is fits
        assert f"more than {LIMIT} bytes" in str(result) or fits
    assert isinstance(called(caller, face), SpecViolationError)
    caller.close()


@pytest.mark.parametrize("status", [200, 400, 500])
@pytest.mark.parametrize(
    "packed",
    [
        pytest.param(bomb(1024), id="one member"),
        pytest.param(bomb(4) * 256, id="many members"),
        pytest.param(gzip.compress(b"") * 50_000 + bomb(64), id="empty members before"),
        pytest.param(members(b"{}", blanks=50_000), id="members of one byte"),
    ],
)
def test_a_gzip_bomb_takes_little_memory_and_time_and_hides_no_status(
    key: str, raw: RawServer, face: BlockingPortal | None, status: int, packed: bytes
) -> None:
    raw.answer = http(status, packed, Content_Encoding="gzip")
    caller = Caller(key, raw.url, face, create_policy=ONCE)
    before = memory.forget()
    begun = time.monotonic()
    result = called(caller, face, max_response_bytes=LIMIT)
    assert time.monotonic() - begun < 20
    assert memory.peak() - before < 32
    caller.close()
    assert result.status == status
    assert isinstance(result, AudiencesError)


@ANSWERED
def test_an_answer_in_several_gzip_members_is_read_whole(caller: Caller, raw: RawServer) -> None:
    body = json.dumps(caller.case.BODY).encode()
    raw.answer = http(caller.case.SUCCESS, members(body[:5], body[5:], blanks=3), Content_Encoding="gzip")
    receipt = caller.create(caller.case.good())
    assert isinstance(receipt, Receipt)
    assert receipt.response.body == b"   " + body


@ANSWERED
@pytest.mark.parametrize("status", [200, 400])
def test_a_body_may_be_so_deep_and_no_deeper(caller: Caller, raw: RawServer, status: int) -> None:
    for depth, fits in ((MAX_DEPTH - 1, True), (MAX_DEPTH, False), (500_000, False)):
        inner = b"[" * depth + b"]" * depth
        raw.answer = http(status, json.dumps(caller.case.BODY).encode()[:-1] + b', "deep": ' + inner + b"}")
        result = caller.create(caller.case.good())
        assert isinstance(result, Receipt) is (fits and status == 200)
        assert result.status == status


class Dripping(httpx2.SyncByteStream, httpx2.AsyncByteStream):
    """A body without an end, a piece each 0.05 s."""

    def __iter__(self) -> Iterator[bytes]:
        while True:
            time.sleep(0.05)
            yield b" "

    async def __aiter__(self) -> AsyncIterator[bytes]:
        for piece in self:
            yield piece


@pytest.mark.parametrize(
    ("status", "outcome"), [(200, Outcome.APPLIED), (400, Outcome.REJECTED), (500, Outcome.UNKNOWN)]
)
def test_the_total_time_holds_for_a_transport_of_ones_own(
    face: BlockingPortal | None, status: int, outcome: Outcome
) -> None:
    transport = httpx2.MockTransport(lambda _: httpx2.Response(status, stream=Dripping()))
    caller = Caller("batch", "https://provider.test", face, transport=transport, create_policy=ONCE)
    begun = time.monotonic()
    error = called(caller, face, timeout=0.1)
    assert 0.1 <= time.monotonic() - begun < 20
    caller.close()
    assert isinstance(error, AudiencesError)
    assert (error.outcome, error.status) == (outcome, status)


def test_a_connection_is_closed_where_the_time_is_over_in_its_tls_handshake(face: BlockingPortal | None) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        url = f"https://127.0.0.1:{listener.getsockname()[1]}"
        caller = Caller("batch", url, face, verify=certificates.trust(), create_policy=ONCE)
        assert isinstance(called(caller, face, timeout=0.2), NotSentError)
        accepted, _ = listener.accept()
        with accepted:
            accepted.settimeout(5)
            while accepted.recv(4096):
                pass
        caller.close()


@pytest.mark.parametrize(("status", "outcome"), [(200, Outcome.APPLIED), (400, Outcome.REJECTED)])
def test_a_body_that_takes_all_memory_hides_no_status(
    key: str, face: BlockingPortal | None, status: int, outcome: Outcome
) -> None:
    class Full(httpx2.SyncByteStream, httpx2.AsyncByteStream):
        def __iter__(self) -> Iterator[bytes]:
            yield b"{"
            raise MemoryError

        async def __aiter__(self) -> AsyncIterator[bytes]:
            for piece in self:
                yield piece

    transport = httpx2.MockTransport(lambda _: httpx2.Response(status, stream=Full()))
    error = created(key, "https://provider.test", face, transport=transport, create_policy=ONCE)
    assert isinstance(error, AudiencesError)
    assert (error.outcome, error.status) == (outcome, status)


def test_an_answer_that_a_transport_of_ones_own_gives_too_late_is_not_thrown_away(
    key: str, face: BlockingPortal | None
) -> None:
    def late(_: httpx2.Request) -> httpx2.Response:
        time.sleep(0.1)
        return good_response(key)

    caller = Caller(key, "https://provider.test", face, transport=httpx2.MockTransport(late), create_policy=ONCE)
    result = called(caller, face, timeout=0.05)
    caller.close()
    assert isinstance(result, Receipt)


@pytest.mark.parametrize("status", [None, 307, 401, 500])
def test_cookies_of_one_answer_do_not_go_with_the_next_call(
    key: str, raw: RawServer, face: BlockingPortal | None, status: int | None
) -> None:
    raw.requests.clear()
    body = json.dumps(case(key).BODY).encode()
    cookies = {"Set_Cookie": "session=c4711; Path=/", "set_cookie": "other=c4711; Domain=127.0.0.1; Max-Age=999"}
    raw.answer = http(status or case(key).SUCCESS, body, **cookies)
    caller = Caller(key, raw.url, face, create_policy=ONCE)
    for _ in range(2):
        caller.create(caller.case.good())
    caller.close()
    assert len(raw.requests) == 2
    for request in raw.requests:
        # A boundary is made by chance, and may have the number in it.
        head = re.sub(rb"boundary=\w+", b"", request.partition(b"\r\n\r\n")[0].lower())
        assert b"cookie" not in head
        assert b"c4711" not in head


@pytest.mark.parametrize("entry", ["[12345678]", long("0.5"), long('"abc"')])
def test_a_large_answer_is_judged_without_a_copy_of_all_of_it(entry: str) -> None:
    """Measured as the process sees it: the judge takes memory that Python does not count."""
    size, begin = 4 * 2**20, '{"indexing_token": "abc", "other": 1, "more": ['
    body = (begin + f"{entry}," * ((size - len(begin)) // (len(entry) + 1)) + "0]}").encode()
    transport = httpx2.MockTransport(lambda _: httpx2.Response(202, content=body, headers=JSON))
    with make("batch", transport=transport) as batch:
        before = memory.forget()
        receipt = batch.create(case("batch").good())
        assert memory.peak() - before <= 20 * len(body) / 2**20
    assert receipt.operation_token == "abc"
    assert {deviation.pointer for deviation in receipt.deviations} == {"/other", "/more"}
