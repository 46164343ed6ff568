"""Faults of an answer as an HTTP message with a JSON body, and of when it comes, whoever answers."""

import json
from collections.abc import Callable

from ..messages import Response
from ..spec import Node
from .acts import always, as_json, body, every, header, on_error, on_success, page, refuses
from .fault import Act, Fault, Turn, When

SECONDS = 12.0
"""Longer than an answer that has no work in it can take."""
_TRACE = """Traceback (most recent call last):
  File "/srv/app/handlers/audiences.py", line 118, in create
KeyError: 'name'"""


def slow(when: When = always) -> Act:
    """It answers, some requests or all, after `Fault.seconds`."""

    def act(turn: Turn) -> Response:
        turn.delay = turn.seconds if when(turn) else 0.0
        return turn.answer()

    return act


def _after_error(turn: Turn) -> Response:
    if turn.memory.pop("broken", False):
        return turn.error(500)
    answer = turn.answer()
    turn.memory["broken"] = answer.status >= 400
    return answer


def _latin_1(answer: Response) -> Response:
    return header("content-type", "application/json; charset=iso-8859-1")(
        body(lambda data: data[:-1] + ', "note": "créée"}'.encode("latin-1"))(answer)
    )


def _short(answer: Response) -> Response:
    return header("content-length", str(len(answer.body) + 16))(answer)


def faults(prefix: str, documented: Node) -> tuple[Fault, ...]:
    """Those of an operation with a documented success, with names that begin so."""
    success, content = documented.pointer, documented["content"].pointer
    schema = next(iter(documented["content"]))["schema"].pointer
    return (
        Fault(
            f"{prefix}answer-html",
            "A success is a page of HTML.",
            (content,),
            on_success(lambda answer: page(answer.status, "<p>Created</p>")),
        ),
        Fault(
            f"{prefix}answer-two-types",
            "A success has two Content-Types, which disagree.",
            (content, "RFC 9110, 8.3"),
            on_success(header("content-type", "application/json", "text/html")),
        ),
        Fault(
            f"{prefix}answer-cut",
            "The JSON of a success lacks its last byte; the Content-Length agrees.",
            ("RFC 8259, 2", schema),
            on_success(body(lambda data: data[:-1])),
        ),
        Fault(
            f"{prefix}answer-short",
            "A success ends before the length that its Content-Length names.",
            ("RFC 9112, 6.3",),
            on_success(_short),
        ),
        Fault(f"{prefix}answer-empty", "A success has no body.", (content,), on_success(body(b""))),
        Fault(
            f"{prefix}answer-latin-1",
            "The JSON of a success is Latin-1, with a character beyond ASCII.",
            ("RFC 8259, 8.1", schema),
            on_success(_latin_1),
        ),
        Fault(
            f"{prefix}answer-coding",
            "A success says that it is gzip, and is not.",
            ("RFC 9110, 8.4", content),
            on_success(header("content-encoding", "gzip")),
        ),
        Fault(f"{prefix}slow", "Each answer waits much too long.", (success,), slow(), SECONDS),
        Fault(
            f"{prefix}slow-sometimes", "Every tenth answer waits much too long.", (success,), slow(every(10)), SECONDS
        ),
        Fault(
            f"{prefix}every-twentieth",
            "Every twentieth valid request fails with 500.",
            (success,),
            refuses(every(20), 500),
        ),
        Fault(
            f"{prefix}after-error", "The request that follows a refused one fails with 500.", (success,), _after_error
        ),
        Fault(
            f"{prefix}leaks-trace",
            "A refusal has a stack trace in its first text, with the server's paths.",
            ("CWE-209",),
            on_error(body(says(_TRACE))),
        ),
        Fault(
            f"{prefix}answer-listed", "A success is an array.", (schema,), on_success(as_json(lambda value: [value]))
        ),
        Fault(f"{prefix}lagging", "Each answer is that of the request before.", ("RFC 9112, 9.2",), _lagging),
    )


def _lagging(turn: Turn) -> Response:
    answer = turn.answer()
    before: Response = turn.memory.get("answer", answer)
    turn.memory["answer"] = answer
    return before


def says(text: str) -> Callable[[bytes], bytes]:
    """Puts a text into JSON, at the start of its first text."""

    def change(data: bytes) -> bytes:
        before, quote, rest = data.partition(b'": "')
        return before + quote + json.dumps(text)[1:-1].encode() + rest

    return change
