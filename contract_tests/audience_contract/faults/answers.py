"""Faults of an answer as an HTTP message with a JSON body, and of when it comes, whoever answers."""

from ..messages import Response
from .acts import always, body, every, header, on_error, on_success, page, refuses
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


def faults(key: str, content: str, schema: str, success: str) -> tuple[Fault, ...]:
    """A provider's, with the pointers of a success's content, of its schema, and of the success."""
    return (
        Fault(
            f"{key}.answer-html",
            "A success is a page of HTML.",
            (content,),
            on_success(lambda answer: page(answer.status, "<p>Created</p>")),
        ),
        Fault(
            f"{key}.answer-two-types",
            "A success has two Content-Types, which disagree.",
            (content, "RFC 9110, 8.3"),
            on_success(header("content-type", "application/json", "text/html")),
        ),
        Fault(
            f"{key}.answer-cut",
            "The JSON of a success lacks its last byte; the Content-Length agrees.",
            ("RFC 8259, 2", schema),
            on_success(body(lambda data: data[:-1])),
        ),
        Fault(
            f"{key}.answer-short",
            "A success ends before the length that its Content-Length names.",
            ("RFC 9112, 6.3",),
            on_success(_short),
        ),
        Fault(f"{key}.answer-empty", "A success has no body.", (content,), on_success(body(b""))),
        Fault(
            f"{key}.answer-latin-1",
            "The JSON of a success is Latin-1, with a character beyond ASCII.",
            ("RFC 8259, 8.1", schema),
            on_success(_latin_1),
        ),
        Fault(
            f"{key}.answer-coding",
            "A success says that it is gzip, and is not.",
            ("RFC 9110, 8.4", content),
            on_success(header("content-encoding", "gzip")),
        ),
        Fault(f"{key}.slow", "Each answer waits much too long.", (success,), slow(), SECONDS),
        Fault(f"{key}.slow-sometimes", "Every tenth answer waits much too long.", (success,), slow(every(10)), SECONDS),
        Fault(
            f"{key}.every-twentieth",
            "Every twentieth valid request fails with 500.",
            (success,),
            refuses(every(20), 500),
        ),
        Fault(f"{key}.after-error", "The request that follows a refused one fails with 500.", (success,), _after_error),
        Fault(
            f"{key}.leaks-trace",
            "A refusal has a stack trace in its first text, with the server's paths.",
            ("CWE-209",),
            on_error(lambda answer: body(_with_trace(answer.body))(answer)),
        ),
    )


def _with_trace(data: bytes) -> bytes:
    before, quote, rest = data.partition(b'": "')
    return before + quote + _TRACE.replace("\n", "\\n").replace('"', '\\"').encode() + rest
