"""Where the fuzzer begins: the answers of the pages, our own examples, and what is broken in a known way."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from cases import KEYS, case
from fuzz.target import FACES, PACKINGS, Input
from raw_server import http

SPECS = Path(__file__).parents[2] / "specs"
_GOOD = b'{"id":"1","indexing_token":"1","data":{"id":"1"}'
BROKEN = (
    b"",
    b"HTTP/1.1 200 OK\r\n",
    b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 202 X\r\n\r\n" + _GOOD + b"}",
    b"HTTP/1.1 103 X\r\nLink: x\r\n\r\nHTTP/1.1 400 X\r\nContent-Length: 2\r\n\r\n{}",
    b"HTTP/1.1 101 X\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\nHTTP/1.1 200 X\r\n\r\n",
    b"HTTP/1.0 201 \r\nTransfer-Encoding: chunked\r\n\r\n31\r\n" + _GOOD + b"}\r\n0\r\nX: y\r\n\r\n",
    b"HTTP/1.1 200 X\r\nContent-Length: 3\r\nContent-Length: 4\r\n\r\nabcd",
    b"HTTP/1.1 200 X\r\nContent-Length: 9\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nx\r\n0\r\n\r\n",
    b"HTTP/1.1 503 X\r\nRetry-After: 5\r\nSet-Cookie: a=b\r\n\r\n",
    b"HTTP/1.1 204 X\r\nContent-Length: 0\r\n\r\nHTTP/1.1 500 X\r\n\r\n",
    b"HTTP/1.1 307 X\r\nLocation: http://127.0.0.1:9/\r\nContent-Length: 0\r\n\r\n",
    b"HTTP/1.1 307 X\r\nLocation: http://1:7.0.0.1:9/\r\nContent-Length: 0\r\n\r\n",
    b"HTTP/1.1 101 X\r\nLink: x\r\n\r\nHTTP/1.1 400 X\r\n\r\n{}",
    b"HTTP/2.1 204 X\r\nContent-Length: 0\r\n\r\n",
    b"HTTP/1.1 99 X\r\n\r\n",
    b"HTTP/1.1 1000 X\r\n\r\n",
    b"HTTP/2 200\r\n\r\n",
)
EXTRAS = (
    b"1e999",
    b"NaN",
    b'"\\ud800"',
    b"[" * 70 + b"]" * 70,
    b"[" * 3000 + b"]" * 3000,
    b"9" * 5000,
    b'"\xff"',
    b"1}x",
)
"""What stands in an object beside what a receipt needs."""
TOKENS = [
    *(b"HTTP/1.1 ", b"HTTP/1.0 200 OK\r\n", b"\r\n\r\n", b"0\r\n\r\n", b"\xef\xbb\xbf", b"\x1f\x8b\x08"),
    *(b"Content-Length: ", b"Transfer-Encoding: chunked\r\n", b"Content-Encoding: gzip\r\n", b"Retry-After: "),
    *(b"Content-Type: application/json\r\n", b"Connection: close\r\n", b"Location: ", b"Date: ", b"Set-Cookie: "),
    *(
        b"1e999",
        b"NaN",
        b"\\ud800",
        b"[[[[",
        b"{}",
        b"null",
        b"true",
        b"-",
        b'"id":',
        b'"data":{',
        b'"indexing_token":',
    ),
    *(b'"audienceId":', b'"response_time":', b'"error_code":'),
]


def seeds() -> Iterator[bytes]:
    for key in KEYS:
        for face in FACES:
            for status, body in _answers(key):
                yield Input.bytes_for(key, face, "socket", http(status, body))
                for packing in range(len(PACKINGS)):
                    yield Input.bytes_for(key, face, "parts", body, status=status, packing=packing)
            for broken in BROKEN:
                yield Input.bytes_for(key, face, "socket", broken)


def dictionary() -> str:
    """The words of HTTP and of the answers, as libFuzzer takes them."""
    return "".join('"' + "".join(f"\\x{byte:02x}" for byte in token) + '"\n' for token in TOKENS)


def _answers(key: str) -> Iterator[tuple[int, bytes]]:
    this = case(key)
    samples: list[dict[str, Any]] = json.loads((SPECS / key / "samples" / "create.json").read_text("utf-8"))
    for sample in samples:
        if sample["kind"] == "response" and "status" in sample:
            yield sample["status"], sample["body"].encode()
    yield this.SUCCESS, json.dumps(this.BODY).encode()
    yield this.SUCCESS, json.dumps(this.BODY | this.WRONG_TYPE | {"new": [1.5, None]}).encode()
    for extra in EXTRAS:
        yield this.SUCCESS, json.dumps(this.BODY).encode()[:-1] + b', "extra": ' + extra + b"}"
    yield this.SUCCESS, b"\xef\xbb\xbf" + json.dumps(this.BODY).encode()
    yield this.SUCCESS, json.dumps(this.BODY).encode()[:-1] + b"," + json.dumps(this.BODY).encode()[1:]
    for status in (199, 204, 301, 400, 401, 408, 429, 500, 503, 599, 999):
        yield status, json.dumps(this.ERROR).encode()
