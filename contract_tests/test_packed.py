"""A success whose body is packed or labelled oddly keeps its token."""

import gzip
import json
import zlib
from collections.abc import Callable

import pytest
from anyio.from_thread import BlockingPortal

from audiences import Outcome, Receipt, SpecViolationError
from callers import created, make
from cases import case
from raw_server import RawServer, http

LABELS: list[tuple[str, Callable[[bytes], bytes]]] = [
    *((label, gzip.compress) for label in ("gzip", "GZIP", "Gzip", "x-gzip", "X-GZIP", " gzip ")),
    *((label, gzip.compress) for label in ("identity, gzip", "gzip,")),
    *((label, bytes) for label in ("identity", "IDENTITY", "")),
    *((label, bytes) for label in ("gzip", "deflate", "br", "zstd", "gzip, br", "x", "utf-8")),  # none is true
]  # fmt: skip


@pytest.mark.parametrize(("label", "pack"), LABELS, ids=map(str, range(len(LABELS))))
def test_a_success_under_any_label_that_can_be_unpacked_is_a_receipt(
    raw: RawServer, face: BlockingPortal | None, label: str, pack: Callable[[bytes], bytes]
) -> None:
    body = json.dumps(case("batch").BODY).encode()
    raw.answer = http(202, pack(body), Content_Encoding=label)
    receipt = created("batch", raw.url, face)
    assert isinstance(receipt, Receipt)
    assert receipt.operation_token == case("batch").BODY["indexing_token"]
    assert b"\r\nAccept-Encoding: identity\r\n" in raw.requests[-1]


@pytest.mark.parametrize(
    ("label", "body"),
    [
        ("gzip", gzip.compress(b'{"indexing_token": "abc"}')[:-5]),
        ("gzip", b"\x1f\x8b" + bytes(30)),
        ("br", b"\x0b\x02\x80abc\x03"),
        ("gzip, gzip", gzip.compress(gzip.compress(b"{}"))),
        ("deflate", zlib.compress(b"{}")),
    ],
)
def test_what_cannot_be_unpacked_is_applied_and_keeps_its_bytes(
    raw: RawServer, face: BlockingPortal | None, label: str, body: bytes
) -> None:
    raw.answer = http(202, body, Content_Encoding=label)
    error = created("batch", raw.url, face)
    assert isinstance(error, SpecViolationError)
    assert error.outcome is Outcome.APPLIED
    assert error.response is not None
    assert error.response.body == body


@pytest.mark.parametrize("label", ["GZIP", "x-gzip", "Identity, gzip"])
def test_the_token_endpoints_answer_is_unpacked_too(raw: RawServer, label: str) -> None:
    granted = json.dumps({"access_token": "token-4711", "token_type": "bearer", "expires_in": 99}).encode()
    raw.answers = [
        http(200, gzip.compress(granted), Content_Encoding=label),
        http(200, json.dumps(case("adobe").BODY).encode()),
    ]
    raw.requests.clear()
    oauth = {"access_token": None, "client_id": "client-4711", "client_secret": "secret-4711", "scopes": "a"}
    with make("adobe", base_url=raw.url, token_url=f"{raw.url}/token", **oauth) as adobe:
        assert isinstance(adobe.create(case("adobe").good()), Receipt)
    assert b"\r\nAuthorization: Bearer token-4711\r\n" in raw.requests[-1]
