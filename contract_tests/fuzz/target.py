"""What is fuzzed: bytes become an answer, to one provider and one face, and the oracle judges the result."""

import asyncio
import gzip
import zlib
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import partial
from typing import Any

import httpx2

import audiences
from audiences import AudiencesError, RetryPolicy, aio
from callers import make
from cases import KEYS, case
from fuzz.oracle import LIMIT, judge_bytes, judge_parts
from raw_server import RawServer

FACES = ("blocking", "async")
MODES = ("socket", "parts")
MEDIA_TYPES = (
    *("application/json", "", "text/html", "application/json; charset=latin-1"),
    *("application/x+json", "x", ";", "\xff"),
)
PACKINGS: tuple[tuple[str, Callable[[bytes], bytes]], ...] = (
    ("", bytes),
    ("gzip", gzip.compress),
    ("gzip", lambda body: gzip.compress(body[: len(body) // 2]) + gzip.compress(body[len(body) // 2 :])),
    ("deflate", zlib.compress),
    ("gzip", bytes),  # whatever the fuzzer makes of it
    ("gzip", lambda body: gzip.compress(body)[:-3]),
    ("br", bytes),
    ("gzip, gzip", gzip.compress),
)
WHOLE = 3
"""So many of the packings give a body that can be read whole."""
LYING = (4, 6)
"""Those whose label is not true of every body."""
RETRY_AFTER = (None, "1", "Wed, 21 Oct 2099 07:28:00 GMT", "soon")
LENGTHS = (None, "0", "x", "5, 5", "9" * 5000, "-1", "1_0", "\xb2")
"""A transport's Content-Length, which nobody has checked."""
_OPTIONS = {
    "create_policy": RetryPolicy(attempts=1),
    "max_response_bytes": LIMIT,
    "timeout": 10,
}


@dataclass(frozen=True)
class Input:
    """The bytes that the fuzzer makes: five choose, the others are sent."""

    key: str
    face: str
    mode: str
    status: int
    media_type: str
    packing: int
    retry_after: str | None
    length: str | None
    payload: bytes

    @classmethod
    def of(cls, data: bytes) -> "Input":
        head, payload = data[:5].ljust(5, b"\0"), data[5:]
        rest, key = divmod(head[0], len(KEYS))
        rest, face = divmod(rest, len(FACES))
        shape = divmod(head[3], len(MEDIA_TYPES))
        retry, packing = divmod(shape[0], len(PACKINGS))
        return cls(
            KEYS[key],
            FACES[face],
            MODES[rest % len(MODES)],
            100 + int.from_bytes(head[1:3]) % 900,
            MEDIA_TYPES[shape[1]],
            packing,
            RETRY_AFTER[retry % len(RETRY_AFTER)],
            LENGTHS[head[4] % len(LENGTHS)],
            payload,
        )

    @staticmethod
    def bytes_for(key: str, face: str, mode: str, payload: bytes, *, status: int = 200, packing: int = 0) -> bytes:
        """What `of` makes such an input of."""
        first = (MODES.index(mode) * len(FACES) + FACES.index(face)) * len(KEYS) + KEYS.index(key)
        return bytes([first, *(status - 100).to_bytes(2), packing * len(MEDIA_TYPES), 0]) + payload


class Target:
    """Called with the fuzzer's bytes. Raises AssertionError where the library is wrong, and lets pass whatever else
    it raises.
    """

    def __init__(self, server: RawServer, loop: asyncio.AbstractEventLoop) -> None:
        self._server, self._loop = server, loop
        self._current = Input.of(b"")
        self._objects = {
            (key, face, mode): self._made(key, face, mode) for key in KEYS for face in FACES for mode in MODES
        }

    def __call__(self, data: bytes) -> None:
        self._current = given = Input.of(data)
        self._server.answer = given.payload
        self._server.requests.clear()
        result, this = self._call(given), case(given.key)
        if given.mode == "socket":
            wrong = judge_bytes(result, this, given.payload)
        else:
            whole = given.payload if given.packing < WHOLE else None
            # A body under a label that lies may be read, and may really be what the label says.
            wrong = [] if given.packing in LYING else judge_parts(result, this, given.status, whole)
        assert wrong == [], f"{wrong}: {given!r} became {result!r}"

    def close(self) -> None:
        for (_, face, _), each in self._objects.items():
            self._loop.run_until_complete(each.close()) if face == "async" else each.close()

    def _call(self, given: Input) -> object:
        made = self._objects[given.key, given.face, given.mode]
        draft = case(given.key).good()
        try:
            return self._loop.run_until_complete(made.create(draft)) if given.face == "async" else made.create(draft)
        except AudiencesError as error:
            return error

    def _made(self, key: str, face: str, mode: str) -> Any:
        options = {**_OPTIONS, "base_url": self._server.url + case(key).PATH}
        if mode == "parts":
            options["transport"] = httpx2.MockTransport(self._answer)
        return make(key, aio if face == "async" else audiences, **options)

    def _answer(self, _: httpx2.Request) -> httpx2.Response:
        given = self._current
        encoding, pack = PACKINGS[given.packing]
        named: dict[str, str | None] = {"Content-Type": given.media_type, "Content-Encoding": encoding}
        named |= {"Retry-After": given.retry_after, "Content-Length": given.length}
        headers = [(name.encode(), value.encode("latin-1")) for name, value in named.items() if value]
        # A stream is read by the library; of `content`, httpx2 would make a body.
        return httpx2.Response(given.status, headers=headers, stream=httpx2.ByteStream(pack(given.payload)))


@contextmanager
def opened() -> Iterator[Target]:
    """A target with its server and its event loop."""
    with ExitStack() as stack:
        server = stack.enter_context(RawServer(patience=0.0001))
        loop = asyncio.new_event_loop()
        stack.callback(loop.close)
        target = Target(server, loop)
        stack.callback(partial(target.close))
        yield target
