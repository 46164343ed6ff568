"""Witnesses of the faults that any operation can have; each is made for a right request and its success's status."""

from collections.abc import Callable
from dataclasses import replace

from audience_contract import Request
from audience_contract.faults.acts import form_body, json_body, parts_body
from audience_contract.faults.fault import fields, parts
from wire import Change, body, header

from . import Answer, Witness, last


def witness(short: str, good: Request, success: int) -> Witness:
    """That of a fault, by what its name ends with."""
    if short in WITNESSES:
        return WITNESSES[short](good, success)
    if short.startswith("success-"):
        return Witness([good], int(short[-3:]))
    if short.startswith("same-"):
        return Witness([good] * 2, lambda answers: b"0" * 32 in answers[-1].response.body)
    if short.startswith("answer-"):
        return Witness([good], last(lambda answer: _wrong(answer, short.removeprefix("answer-"))))
    return Witness([good, _without(short.removesuffix("-missing"))(good)], success)


def _wrong(answer: Answer, word: str) -> bool:
    """Whether a property is of the type that a fault gives it."""
    found = [value for name, value in answer.json.items() if name.lower().replace("_", "-") == word]
    return bool(found) and found[0] in (1, "1", [])


def _without(word: str) -> Change:
    """Without a header, a parameter of the query, or a property, field or part, whichever there is."""

    def is_it(name: str) -> bool:
        return name.lower().replace("_", "-") == word

    def change(request: Request) -> Request:
        path, _, asked = request.target.partition("?")
        kept = "&".join(pair for pair in asked.split("&") if pair and not is_it(pair.partition("=")[0]))
        headers = tuple(pair for pair in request.headers if not is_it(pair[0]))
        sent = replace(request, target=f"{path}?{kept}" if kept else path, headers=headers)
        media = "".join(request.values("content-type"))
        if "multipart" in media:
            return parts_body(part for part in parts(sent) if not is_it(part.name))(sent)
        left = {name: value for name, value in fields(sent).items() if not is_it(name)}
        if not request.body:
            return sent
        return form_body(left)(sent) if "form" in media else json_body(left)(sent)

    return change


def _admitted(change: Change) -> Callable[[Request, int], Witness]:
    return lambda good, success: Witness([change(good)], success)


def _refused(good: Request) -> Request:
    return body("")(good) if good.body else header("Authorization")(good)


_other = header("Authorization", "Bearer other")


def _typed(good: Request, change: Callable[[str], str]) -> Request:
    media, mark, rest = good.values("content-type")[0].partition(";")
    return header("Content-Type", f"{change(media)}{mark}{rest}")(good)


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
    "answer-listed": _answer(lambda answer: isinstance(answer.json, list)),
    "lagging": lambda good, _: Witness([_refused(good), good], last(lambda answer: answer.response.status >= 400)),
    "leaks-token": lambda good, _: Witness(
        [_other(good)], last(lambda answer: b"Bearer other" in answer.response.body)
    ),
    "leaks-header": lambda good, _: Witness([good], last(lambda a: "mock-token" in str(a.response.headers))),
    "media-text": lambda good, success: Witness([header("Content-Type", "text/plain")(good)], success),
    "json-trailing-comma": lambda good, success: Witness([body(good.body[:-1] + b",}")(good)], success),
    "refused": lambda good, _: Witness([good], 400),
    "error-403": lambda good, _: Witness([_other(good)], 403),
    "error-422": lambda good, _: Witness([_refused(good)], 422),
    "error-html": lambda good, _: Witness([_refused(good)], last(_not_json)),
    "accept-any": lambda good, _: Witness([header("Accept", "*/*")(good)], 406),
    "chunked-refused": lambda good, _: Witness([header("Transfer-Encoding", "chunked")(good)], 400),
    "chunked-empty": lambda good, _: Witness([header("Transfer-Encoding", "chunked")(good)], 400),
    "media-case": lambda good, _: Witness([_typed(good, str.title)], 400),
    "media-parameter": lambda good, _: Witness([_typed(good, lambda said: f"{said}; charset=utf-8")], 400),
    "body-empty": lambda good, success: Witness([good, body("")(good)], success),
    "body-array": lambda good, success: Witness([body(b"[" + good.body + b"]")(good)], success),
    "body-null": lambda good, success: Witness([good, body("null")(good)], success),
    "get-creates": lambda good, success: Witness([replace(good, method="GET")], success),
    "json-order": lambda good, _: Witness([json_body(dict(reversed(fields(good).items())))(good)], 400),
    "slow": _answer(lambda answer: answer.seconds > 0.2),
    "slow-sometimes": lambda good, _: Witness([good] * 10, last(lambda answer: answer.seconds > 0.2)),
    "every-twentieth": lambda good, _: Witness([good] * 20, 500),
    "after-error": lambda good, _: Witness([_refused(good), good], 500),
    "leaks-trace": lambda good, _: Witness([_refused(good)], last(lambda answer: b"Traceback" in answer.response.body)),
}
