"""Witnesses of the faults that any operation can have; each is made for a right request and its success's status."""

import json
from collections.abc import Callable
from dataclasses import replace

from audience_contract import Request
from wire import Change, body, header

from . import Answer, Witness, last


def witness(short: str, good: Request, success: int) -> Witness:
    """That of a fault, by what its name ends with."""
    if short in WITNESSES:
        return WITNESSES[short](good, success)
    if short.startswith("answer-"):
        name = short.removeprefix("answer-").replace("-", "_")
        return Witness([good], last(lambda answer: answer.json.get(name) in (1, "1")))
    return Witness([good, _without(short.removesuffix("-missing"))(good)], success)


def _without(name: str) -> Change:
    """Without a header, a parameter of the query or a property of a JSON body, whichever there is."""

    def change(request: Request) -> Request:
        path, _, asked = request.target.partition("?")
        kept = "&".join(pair for pair in asked.split("&") if pair and not pair.startswith(f"{name}="))
        plain = header(name)(replace(request, target=f"{path}?{kept}" if kept else path))
        left = {key: value for key, value in json.loads(request.body or b"{}").items() if key != name}
        return body(json.dumps(left))(plain) if request.body else plain

    return change


def _admitted(change: Change) -> Callable[[Request, int], Witness]:
    return lambda good, success: Witness([change(good)], success)


def _refused(good: Request) -> Request:
    return body("")(good) if good.body else header("Authorization")(good)


def _authorization(*values: str) -> Callable[[Request, int], Witness]:
    return _admitted(header("Authorization", *values))


def _token_in_query(good: Request, success: int) -> Witness:
    good = header("Authorization")(good)
    mark = "&" if "?" in good.target else "?"
    return Witness([replace(good, target=f"{good.target}{mark}access_token=mock-token")], success)


def _answer(test: Callable[[Answer], object]) -> Callable[[Request, int], Witness]:
    return lambda good, _: Witness([good], last(test))


def _not_json(answer: Answer) -> bool:
    try:
        answer.json  # noqa: B018 - it raises
    except ValueError:
        return True
    return False


WITNESSES: dict[str, Callable[[Request, int], Witness]] = {
    "auth-optional": _authorization(),
    "auth-any-token": _authorization("Bearer whatever"),
    "auth-empty-token": _authorization("Bearer"),
    "auth-any-scheme": _authorization("Basic mock-token"),
    "auth-token-prefix": _authorization("Bearer mock-toke"),
    "auth-token-case": _authorization("Bearer MOCK-token"),
    "auth-in-query": _token_in_query,
    "auth-scheme-case": lambda good, _: Witness([header("Authorization", "bearer mock-token")(good)], 401),
    "answer-html": _answer(lambda answer: answer.response.values("content-type") == ["text/html"]),
    "answer-two-types": _answer(lambda answer: len(answer.response.values("content-type")) == 2),
    "answer-cut": _answer(lambda answer: answer.complete and _not_json(answer)),
    "answer-short": _answer(lambda answer: not answer.complete),
    "answer-empty": _answer(lambda answer: answer.response.body == b""),
    "answer-latin-1": _answer(_not_json),
    "answer-coding": _answer(lambda answer: answer.response.values("content-encoding")),
    "refused": lambda good, _: Witness([good], 400),
    "slow": _answer(lambda answer: answer.seconds > 0.2),
    "slow-sometimes": lambda good, _: Witness([good] * 10, last(lambda answer: answer.seconds > 0.2)),
    "every-twentieth": lambda good, _: Witness([good] * 20, 500),
    "after-error": lambda good, _: Witness([_refused(good), good], 500),
    "leaks-trace": lambda good, _: Witness([_refused(good)], last(lambda answer: b"Traceback" in answer.response.body)),
}
