"""How a run sends: each request once, everything that may have created something counted, the final answer read."""

import gzip
import tracemalloc
import zlib

import pytest

from audience_contract import Request
from audience_contract.connections import CodingError, unpacked
from audience_contract.judging import Observation
from audience_contract.mock import MockServer
from audience_contract.report import Verdict
from audience_contract.server import Options, run
from audience_contract.server.send import Sender
from fronts import front
from judged import target
from long import long
from raw_server import RawServer
from raw_server import http as answer

_CREATE = "audience_create"


@pytest.mark.parametrize("limit", [1, 5, long(150)])
def test_no_more_is_created_than_is_allowed_where_answers_get_lost(limit: int) -> None:
    created = 0

    def lost(told: bytes) -> bytes:
        nonlocal created
        created += told.startswith(b"HTTP/1.1 202")
        return b"" if told.startswith(b"HTTP/1.1 202") and created % 3 == 0 else told

    with MockServer() as server, front(server.base_url("batch"), lost) as url:
        run(
            target(server, "batch", url=url),
            Options(creates=limit, requests=60 if limit < 100 else None, seconds=20, keep=True, operations=[_CREATE]),
        )
        # Some of them the run has removed again.
        made = [each for each in server.exchanges if each.operation == _CREATE and each.response.status == 202]
    assert limit // 2 < len(made) <= limit


INTERIM = [
    b"HTTP/1.1 100 Continue\r\n\r\n",
    b"HTTP/1.1 102 Processing\r\n\r\n",
    b"HTTP/1.1 103 Early Hints\r\nLink: </a>; rel=preload\r\nConnection: close\r\nContent-Length: 9\r\n\r\n",
    b"HTTP/1.1 199 Else\r\nTransfer-Encoding: chunked\r\n\r\n",
]
INTERIM += [b"".join(INTERIM) * 4]


def test_interim_answers_are_read_over() -> None:
    answers = 0

    def hinted(told: bytes) -> bytes:
        nonlocal answers
        answers += 1
        return INTERIM[answers % len(INTERIM)] + told

    with MockServer() as server, front(server.base_url("batch"), hinted) as url:
        report = run(target(server, "batch", url=url), Options(requests=60, operations=[_CREATE]))
    assert (report.verdict, report.findings) == (Verdict.KEPT, ())


def sent(raw: RawServer, told: bytes, timeout: float = 5.0) -> Observation:
    raw.answer = told
    return Sender(raw.url, timeout).send(Request("POST", "/", (), b"{}"))


@pytest.mark.parametrize(
    ("told", "said"),
    [
        (INTERIM[1] * 1000, "the answer is no HTTP message"),
        (INTERIM[2], "the connection was closed"),
        (b"", "the connection was closed"),
        (INTERIM[1] + answer(202, b"{}")[:-1], "the answer broke off in its body"),
    ],
)
def test_interim_answers_without_a_final_one_are_no_answer(told: bytes, said: str, raw: RawServer) -> None:
    seen = sent(raw, told)
    assert (seen.response, seen.trouble) == (None, said)


def test_an_upgrade_that_nobody_asked_for_is_the_answer(raw: RawServer) -> None:
    seen = sent(raw, b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: h2c\r\n\r\n")
    assert seen.response
    assert seen.response.status == 101


def bare(data: bytes) -> bytes:
    packer = zlib.compressobj(wbits=-zlib.MAX_WBITS)
    return packer.compress(data) + packer.flush()


@pytest.mark.parametrize(
    ("codings", "data"),
    [
        (["gzip"], gzip.compress(b"{}")),
        (["GZip"], gzip.compress(b"{}")),
        (["x-gzip , identity"], gzip.compress(b"{}")),
        (["deflate"], zlib.compress(b"{}")),
        (["deflate"], bare(b"{}")),
        (["deflate, gzip"], gzip.compress(zlib.compress(b"{}"))),
        (["deflate", "gzip"], gzip.compress(zlib.compress(b"{}"))),
        (["gzip"], b""),
        (["", "identity"], b"{}"),
    ],
)
def test_content_codings_are_undone_in_whatever_spelling(codings: list[str], data: bytes) -> None:
    assert unpacked(data, codings, 100) == (b"{}" if data else b"")


@pytest.mark.parametrize("codings", [["br"], ["gzip, br"], ["unheard-of"]])
def test_a_content_coding_that_nothing_reads_is_told(codings: list[str]) -> None:
    assert unpacked(b"{}", codings, 100) is None


@pytest.mark.parametrize("data", [b"{}", gzip.compress(b"{}")[:-9], gzip.compress(b"{}") + b"more"])
def test_a_body_that_is_not_in_its_content_coding_is_an_error(data: bytes) -> None:
    with pytest.raises(CodingError):
        unpacked(data, ["gzip"], 100)


def test_of_a_packed_body_no_more_is_unpacked_than_is_asked_for() -> None:
    bomb = gzip.compress(bytes(2**25))
    tracemalloc.start()
    try:
        assert unpacked(gzip.compress(bomb), ["gzip, gzip"], 2**20) == bytes(2**20)
        assert tracemalloc.get_traced_memory()[1] < 4 * 2**20
    finally:
        tracemalloc.stop()
