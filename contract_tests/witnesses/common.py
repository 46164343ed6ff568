"""Witnesses of the faults that several providers share; each is made for a provider."""

from collections.abc import Callable
from dataclasses import replace

from audience_contract import Request
from wire import Change, body, header, wire

from . import Answer, Witness, last


def _good(key: str) -> Request:
    found: Request = wire(key).GOOD
    return found


def _admitted(change: Change) -> Callable[[str], Witness]:
    return lambda key: Witness([change(_good(key))], wire(key).SUCCESS)


def _refused(key: str, *changes: Change) -> Request:
    request = body("")(_good(key))
    for change in changes:
        request = change(request)
    return request


def _authorization(*values: str) -> Callable[[str], Witness]:
    return _admitted(header("Authorization", *values))


def _token_in_query(key: str) -> Witness:
    good = header("Authorization")(_good(key))
    mark = "&" if "?" in good.target else "?"
    return Witness([replace(good, target=f"{good.target}{mark}access_token=mock-token")], wire(key).SUCCESS)


def _answer(test: Callable[[Answer], object]) -> Callable[[str], Witness]:
    return lambda key: Witness([_good(key)], last(test))


def _not_json(answer: Answer) -> bool:
    try:
        answer.json  # noqa: B018 - it raises
    except ValueError:
        return True
    return False


WITNESSES: dict[str, Callable[[str], Witness]] = {
    "auth-optional": _authorization(),
    "auth-any-token": _authorization("Bearer whatever"),
    "auth-empty-token": _authorization("Bearer"),
    "auth-any-scheme": _authorization("Basic mock-token"),
    "auth-token-prefix": _authorization("Bearer mock-toke"),
    "auth-token-case": _authorization("Bearer MOCK-token"),
    "auth-in-query": _token_in_query,
    "auth-scheme-case": lambda key: Witness([header("Authorization", "bearer mock-token")(_good(key))], 401),
    "answer-html": _answer(lambda answer: answer.response.values("content-type") == ["text/html"]),
    "answer-two-types": _answer(lambda answer: len(answer.response.values("content-type")) == 2),
    "answer-cut": _answer(lambda answer: answer.complete and _not_json(answer)),
    "answer-short": _answer(lambda answer: not answer.complete),
    "answer-empty": _answer(lambda answer: answer.response.body == b""),
    "answer-latin-1": _answer(_not_json),
    "answer-coding": _answer(lambda answer: answer.response.values("content-encoding")),
    "slow": _answer(lambda answer: answer.seconds > 0.2),
    "slow-sometimes": lambda key: Witness([_good(key)] * 10, last(lambda answer: answer.seconds > 0.2)),
    "every-twentieth": lambda key: Witness([_good(key)] * 20, 500),
    "after-error": lambda key: Witness([_refused(key), _good(key)], 500),
    "leaks-trace": lambda key: Witness([_refused(key)], last(lambda answer: b"Traceback" in answer.response.body)),
}
