"""Calls that get to a point where nothing goes on, where they are interrupted, and what the cause must then say.

`python -m interrupted` makes blocking calls in its main thread, to be interrupted by a signal: jobs come as JSON on
standard input, [[point, provider, URL], ...], and what was seen goes out as JSON.
"""

import json
import socket
import sys
import time
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import anyio

from audiences import AudiencesError
from callers import make
from cases import KEYS, body_of, case, headers
from faults.answers import answering, error, half
from faults.server import Play, Stage, Wire
from raw_server import http

LONG = 9.0


@dataclass(frozen=True)
class Point:
    kind: str
    """The class of the cause."""
    outcomes: list[str]
    """Those of its attempts."""
    play: Play
    tls: bool = False
    hook: bool = False


def _begins(status: int) -> Play:
    """An answer that stalls in its body."""
    return answering(http(status, b'{"message"', Content_Length="99"), Wire.hold)


def _limits_the_first(wire: Wire) -> None:
    wire.request()
    if len(wire.stage.requests) == 1:
        wire.send(error(429, Retry_After="0"))
    else:
        wire.hold()


POINTS = {
    "in a hook": Point("NotSentError", ["not_sent"], Wire.hold, hook=True),
    "in a handshake": Point("NotSentError", ["not_sent"], Wire.ignore, tls=True),
    "before an answer": Point("UnknownOutcomeError", ["unknown"], answering(b"", Wire.hold)),
    "in a success": Point("SpecViolationError", ["applied"], answering(half, Wire.hold)),
    "in a refusal": Point("RejectedError", ["rejected"], _begins(400)),
    "in a failure": Point("UnavailableError", ["unknown"], _begins(500)),
    "in a wait": Point("RateLimitedError", ["rejected"], answering(error(429, Retry_After="20"), Wire.hold)),
    "at the second attempt": Point("UnknownOutcomeError", ["rejected", "unknown"], _limits_the_first),
}


def key_of(name: str) -> str:
    """The providers in turn: what is known of an interrupted call is worked out in the same way for all."""
    return KEYS[list(POINTS).index(name) % len(KEYS)]


def stage_of(name: str) -> Stage:
    key = key_of(name)
    return Stage(POINTS[name].play, case(key).SUCCESS, body_of(key), headers(key))


def reached(stage: Stage) -> bool:
    """Whether the server has done its part; the client may still have to read."""
    return any(line.endswith(("holds", "ignores")) for line in stage.log)


def provider(name: str, url: str, face: Any = None) -> Any:
    """Of the point's provider."""
    point, key = POINTS[name], key_of(name)

    def hook(_: object) -> Any:
        parts = urlsplit(url)
        socket.create_connection((parts.hostname or "", parts.port or 0)).close()  # so that the server knows
        return anyio.sleep(LONG) if face else time.sleep(LONG)

    hooks = {"on_request": hook} if point.hook else {}
    base_url = url.replace("http", "https", 1) if point.tls else url
    return make(key, *([face] if face else []), base_url=base_url + case(key).PATH, **hooks)


def told(interrupt: BaseException) -> dict[str, Any]:
    """What its cause says."""
    cause = interrupt.__cause__
    assert isinstance(cause, AudiencesError), repr(cause)
    return {
        "kind": type(cause).__name__,
        "outcome": cause.outcome,
        "outcomes": [str(attempt.outcome) for attempt in cause.attempts],
        "provider": cause.provider,
        "operation": cause.operation,
        "name": cause.audience_name,
        "token": cause.reconcile_token is not None,
    }


def expected(name: str) -> dict[str, Any]:
    point, whole = POINTS[name], make(key_of(name))
    return {
        "kind": point.kind,
        "outcome": point.outcomes[-1],
        "outcomes": point.outcomes,
        "provider": whole.title,
        "operation": whole.adapter.create.id,
        "name": "VIP",
        "token": point.outcomes[-1] == "unknown",
    }


def main() -> None:
    seen = []
    for name, url in json.load(sys.stdin):
        with provider(name, url) as made:
            try:
                made.create(case(key_of(name)).good())
            except KeyboardInterrupt as interrupt:
                seen.append(told(interrupt))
    json.dump(seen, sys.stdout)


if __name__ == "__main__":
    main()
