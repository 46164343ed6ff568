"""Refusals that ask to come back: what may be repeated, is, once; what may have been applied, is not."""

import time
from email.utils import formatdate
from math import ceil

from faults.answers import error, success
from faults.fault import APPLIED, DOCUMENTED, REJECTED, UNKNOWN, add, fault
from faults.server import Play, Wire


def _first(status: int, then: str = "success", **headers: str) -> Play:
    """Answers the first request with that status, and the second with its success or otherwise."""

    def play(wire: Wire) -> None:
        wire.request()
        if len(wire.stage.requests) == 1:
            wire.send(error(status, **headers))
        elif then == "success":
            wire.send(success(wire))
        elif then != "closes":
            wire.send(error(int(then)))
        wire.finish()

    return play


_LIMITED = "answers 429 with Retry-After, then"
_GOOD = {"status": DOCUMENTED, "receipt": True, "least": 2, "most": 2}
_THEN = {"least": 2, "most": 2}
add("limited_then_success", f"{_LIMITED} with its success", _first(429, Retry_After="0"), APPLIED, **_GOOD)
add(
    "limited_for_a_second_then_success",
    "answers 429 with Retry-After: 1, then with its success",
    _first(429, Retry_After="1"),
    APPLIED,
    no_sooner=1.0,
    timeouts={"total": 4.0},
    **_GOOD,
)
add("limited_then_closed", f"{_LIMITED} closes", _first(429, "closes", Retry_After="0"), UNKNOWN, **_THEN)
add("limited_then_failure", f"{_LIMITED} 500", _first(429, "500", Retry_After="0"), UNKNOWN, status=500, **_THEN)
add("limited_then_refusal", f"{_LIMITED} 400", _first(429, "400", Retry_After="0"), REJECTED, status=400, **_THEN)
add(
    "large_limited_then_success",
    f"{_LIMITED} with its success; the request is large",
    _first(429, Retry_After="0"),
    APPLIED,
    large=True,
    timeouts={"total": 5.0},
    **_GOOD,
)

# Nothing says when to come back, or it says a time that nobody wants to wait for.
for _name, _value in {"word": "soon", "beyond_the_cap": "3600", "beyond_the_deadline": "20"}.items():
    does = f"answers 429 with Retry-After: {_value}, then would take it"
    add(f"limited_retry_after_{_name}", does, _first(429, Retry_After=_value), REJECTED, status=429)
add("limited_without_retry_after", "answers 429 alone, then would take it", _first(429), REJECTED, status=429)

_ON = {"on_unavailable": True}
_503 = _first(503, Retry_After="0")
add("unavailable_then_success", "answers 503 with Retry-After, then would take it", _503, REJECTED, status=503)
add("unavailable_then_success_if_wanted", "the same, and the policy repeats it", _503, APPLIED, policy=_ON, **_GOOD)
add(
    "unavailable_then_closed_if_wanted",
    "answers 503 with Retry-After, then closes; the policy repeats it",
    _first(503, "closes", Retry_After="0"),
    UNKNOWN,
    policy=_ON,
    **_THEN,
)
add(
    "unavailable_alone_is_not_repeated",
    "answers 503 alone, then would take it; the policy repeats 503s with Retry-After",
    _first(503),
    UNKNOWN,
    status=503,
    policy=_ON,
)
add("failure_then_success", "answers 500, then would take it", _first(500), UNKNOWN, status=500)
add("unauthorised_then_success", "answers 401, then would take it", _first(401), REJECTED, status=401)


@fault(REJECTED, status=429, least=3, most=3)
def limited_for_ever(wire: Wire) -> None:
    """Answers each request with 429 and Retry-After: 0"""
    wire.request()
    wire.send(error(429, Retry_After="0"))
    wire.finish()


@fault(REJECTED, status=429, most=1, policy={"attempts": 1})
def limited_with_one_attempt(wire: Wire) -> None:
    """Answers with 429 and Retry-After: 0; the policy has one attempt"""
    wire.request()
    wire.send(error(429, Retry_After="0"))
    wire.finish()


@fault(APPLIED, timeouts={"total": 5.0}, **_GOOD)
def limited_until_a_date_then_success(wire: Wire) -> None:
    """Answers 429 with a date one to two seconds ahead as Retry-After, then with its success"""
    wire.request()
    if len(wire.stage.requests) == 1:
        wire.send(error(429, Retry_After=formatdate(ceil(time.time()) + 1, usegmt=True)))
    else:
        wire.send(success(wire))
    wire.finish()
