"""An answer that is wrong: its status, its media type, its JSON, each property, and what it repeats of the request."""

import html
import json
import re
import unicodedata
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any
from urllib.parse import unquote_plus

from ..facts import Effect, facts_of
from ..messages import Request, Response
from ..mock.provider import Provider, load
from ..spec import Node, Operation
from .acts import as_json, body, every, header, on_error, on_success, page, status
from .fault import Act, Change, Fault, Turn, as_is
from .places import places

_WRONG: dict[str, Any] = {"string": 1, "integer": "1", "number": "1", "boolean": "true", "object": [], "array": {}}
_ECHOES: tuple[tuple[str, str, str, Callable[[str], Any]], ...] = (
    ("lower", "in lower case", "Spring", str.lower),
    ("cut", "cut after 128 characters", "n" * 129, lambda text: text[:128]),
    ("trimmed", "without the white space at its ends", " a ", str.strip),
    ("composed", "with composed letters", "e\u0301", lambda text: unicodedata.normalize("NFC", text)),
    (
        "question-marks",
        "with question marks beyond Latin-1",
        "a\u0142",
        lambda t: t.encode("latin-1", "replace").decode("latin-1"),
    ),
    ("escaped", "escaped as in HTML", "a&b", html.escape),
    ("misread", "as its UTF-8 read as Latin-1", "\u00e9", lambda text: text.encode().decode("latin-1")),
    ("escaped-twice", "with JSON's escapes in it", "\u00e9", lambda text: json.dumps(text)[1:-1]),
    ("decoded", "decoded as though it came in a query", "a+b%41", unquote_plus),
    ("collapsed", "with one space for several", "a  b", lambda text: re.sub(" {2,}", " ", text)),
    (
        "no-emoji",
        "without characters beyond U+FFFF",
        "a\U0001f600b",
        lambda t: re.sub("[\U00010000-\U0010ffff]", "", t),
    ),
    ("no-quotes", "without quotes at its ends", '"a"', lambda text: text.strip('"')),
    ("no-tail", "up to its first character U+0000", "a\0b", lambda text: text.partition("\0")[0]),
    (
        "number",
        "as a number where it has digits only",
        "2025",
        lambda t: int(t) if re.fullmatch("[0-9]{1,15}", t) else t,
    ),
    ("wrapped", "as an object, by language", "a", lambda text: {"en": text}),
)
_TRACE = "Traceback (most recent call last):\n  File \"/srv/app/handlers/audiences.py\", line 118\nKeyError: 'name'"


def faults(operation: Operation) -> Iterator[Fault]:
    """An operation's."""
    responses = operation.node["responses"]
    code = next(code for code in responses.value if code.startswith("2"))
    success = responses[code]
    yield from _status(responses, code)
    entry = next(iter(success["content"])) if success.get("content") else None
    if entry:
        yield from _message(success)
        yield from _properties("answer", entry["schema"], on_success)
    for number in ("400", "401"):
        if number in responses.value:
            yield from _refusals(responses, number, int(code))
    yield from _leaks(operation)
    yield from _repeated(operation, success)


def _wrong_request(request: Request) -> Request:
    """Refused for its credentials or its form, whatever the operation."""
    return replace(request, headers=tuple(pair for pair in request.headers if pair[0] != "Authorization"), body=b"")


def _status(responses: Node, code: str) -> Iterator[Fault]:
    evidence = (responses.pointer,)
    for other in ("200", "201", "202", "206", "302"):
        if other not in responses.value:
            yield Fault(
                f"success-{other}", f"A success has the status {other}.", evidence, on_success(status(int(other)))
            )
    yield Fault(
        "error-as-success",
        "A refusal has the status of a success.",
        evidence,
        on_error(status(int(code))),
        show=(_wrong_request,),
    )
    yield Fault(
        "malformed-500",
        "What breaks the contract fails with 500.",
        (responses.pointer, "RFC 9110, 15.6.1"),
        lambda turn: turn.error(500) if turn.answer().status >= 400 else turn.answer(),
        show=(_wrong_request,),
    )


def _message(success: Node) -> Iterator[Fault]:
    content = (success.pointer,)
    for word, sentence, rule, change in (
        ("html", "A success is a page of HTML.", "", lambda answer: page(answer.status, "<p>Created</p>")),
        ("plain", "The JSON of a success is called text/plain.", "", header("content-type", "text/plain")),
        ("untyped", "A success has no media type.", "RFC 9110, 8.3", header("content-type")),
        (
            "two-types",
            "A success has two media types.",
            "RFC 9110, 8.3",
            header("content-type", "application/json", "text/html"),
        ),
        ("coding", "A success says that it is gzip, and is not.", "RFC 9110, 8.4", header("content-encoding", "gzip")),
        ("cut", "The JSON of a success lacks its last byte.", "RFC 8259, 2", body(lambda data: data[:-1])),
        ("empty", "A success has no body.", "", body(b"")),
        ("listed", "A success is an array.", "", as_json(lambda value: [value])),
        ("in-text", "A success is a text with JSON inside.", "", as_json(json.dumps)),
        ("quotes", "Its texts stand in single quotes.", "RFC 8259, 7", body(lambda data: data.replace(b'"', b"'"))),
        ("prefix", "The JSON follows `)]}',`.", "RFC 8259, 2", body(lambda data: b")]}',\n" + data)),
        ("bom", "A byte order mark stands before the JSON.", "RFC 8259, 8.1", body(lambda d: b"\xef\xbb\xbf" + d)),
        ("utf-16", "The JSON is in UTF-16.", "RFC 8259, 8.1", body(lambda data: data.decode().encode("utf-16-le"))),
        (
            "latin-1",
            "The JSON has Latin-1 in it.",
            "RFC 8259, 8.1",
            body(lambda d: d[:-1] + b', "note": "cr\xe9\xe9e"}'),
        ),
        (
            "short",
            "A success ends before the length that it names.",
            "RFC 9112, 6.3",
            lambda answer: header("content-length", str(len(answer.body) + 16))(answer),
        ),
    ):
        yield Fault(f"answer-{word}", sentence, tuple(filter(None, (rule,))) or content, on_success(change))


def _properties(start: str, schema: Node, wrong: Callable[..., Act], path: tuple[str, ...] = ()) -> Iterator[Fault]:
    """Each property of an answer's JSON, and those inside of it."""
    show = (as_is,) if start == "answer" else (_wrong_request,)
    for name in schema.plain("properties", {}):
        kind, here = schema["properties"][name], (*path, name)
        word, said = f"{start}-{_word('-'.join(here)).strip('-')}", f"The `{'.'.join(here)}` of {_what(start)}"
        if name in schema.plain("required", []):
            rule = (f"{schema.pointer}/required",)
            yield Fault(f"{word}-missing", f"{said} is missing.", rule, wrong(_at(here, drop=True)), show=show)
            if start == "answer":
                yield Fault(
                    f"{word}-missing-sometimes",
                    f"{said} is missing in every third.",
                    rule,
                    wrong(_at(here, drop=True), every(3)),
                    show=(as_is,) * 3,
                )
        types = kind.plain("type", "string")
        value = _WRONG[types if isinstance(types, str) else types[0]]
        yield Fault(f"{word}-type", f"{said} is of another type.", (kind.pointer,), wrong(_at(here, value)), show=show)
        for keyword, other in (("enum", "OTHER"), ("minLength", ""), ("format", "2025-02-30T07:51:52")):
            if kind.get(keyword):
                yield Fault(
                    f"{word}-{keyword.lower()}",
                    f"{said} breaks its {keyword}.",
                    (f"{kind.pointer}/{keyword}",),
                    wrong(_at(here, other)),
                    show=show,
                )
        yield from _properties(start, kind, wrong, here)


def _refusals(responses: Node, number: str, success: int) -> Iterator[Fault]:
    code, documented = int(number), responses[number]
    show = (_refused_with_credentials if code == 401 else _malformed if "401" in responses.value else _wrong_request,)
    start, content = f"error-{number}", (documented.pointer,)

    def wrong(change: Callable[[Response], Response]) -> Act:
        return on_error(change, code)

    for word, said, change in (
        ("as-success", "has the status of a success", status(success)),
        ("html", "is a page of HTML", lambda answer: page(answer.status)),
        ("empty", "has no body", body(b"")),
        (
            "plain",
            "is plain text, of a gateway",
            lambda a: Response(a.status, (("content-type", "text/plain"),), b"No"),
        ),
        ("utf-16", "is in UTF-16", body(lambda data: data.decode().encode("utf-16-le"))),
    ):
        yield Fault(f"{start}-{word}", f"A {number} {said}.", content, wrong(change), show=show)
    other = {"400": 422, "401": 403}[number]
    if str(other) not in responses.value:
        sentence = f"What is to be answered with {number} is answered with {other}."
        yield Fault(f"{start}-is-{other}", sentence, (responses.pointer,), wrong(status(other)), show=show)
    entry = next(iter(documented["content"])) if documented.get("content") else None
    if entry:
        for fault in _properties(start, entry["schema"], wrong):
            yield replace(fault, show=show)


def _malformed(request: Request) -> Request:
    return replace(request, body=b"[", target=request.target.partition("?")[0])


def _leaks(operation: Operation) -> Iterator[Fault]:
    evidence = ("CWE-209",)

    def secrets(turn: Turn) -> list[str]:
        places = (place.partition(" ") for place in load(operation.spec.key).settings)
        return [turn.header(name) if kind == "header" else turn.text(name) for kind, _, name in places]

    def quotes(turn: Turn) -> Response:
        return on_error(body(says(secrets(turn)[-1 if turn.fields else 0])))(turn)

    yield Fault(
        "leaks-trace",
        "A refusal has a stack trace in it.",
        evidence,
        on_error(body(says(_TRACE))),
        show=(_wrong_request,),
    )
    if load(operation.spec.key).settings:
        yield Fault(
            "leaks-token", "A refusal quotes a credential.", evidence, quotes, show=(_refused_with_credentials,)
        )
        yield Fault(
            "leaks-header",
            "A success repeats a credential in a header.",
            evidence,
            lambda turn: on_success(header("x-debug", secrets(turn)[0] or secrets(turn)[-1]))(turn),
        )
    ours = load(operation.spec.key)
    if type(ours).private is not Provider.private and operation.node.get("requestBody"):

        def tells(turn: Turn) -> Response:
            found = next(iter(ours.private(turn.request)), "")
            return on_success(body(says(f"first {found}")))(turn) if found else turn.answer()

        yield Fault("leaks-members", "A success quotes a member.", ("CWE-201",), tells)


def _refused_with_credentials(request: Request) -> Request:
    if not request.values("authorization"):
        return replace(request, body=request.body.replace(b"client_credentials", b"other"))
    return header("Authorization", "Bearer somebody-else")(request)


def says(text: str) -> Callable[[bytes], bytes]:
    """Puts a text into JSON, at the start of its first text."""

    def change(data: bytes) -> bytes:
        before, quote, rest = data.partition(b'": "')
        return before + quote + (json.dumps(text)[1:-1].encode() if quote else b"") + rest

    return change


def _repeated(operation: Operation, success: Node) -> Iterator[Fault]:
    """What no two successes share, and what one repeats of its request."""
    facts, evidence = facts_of(operation), (success.pointer,)
    for pointer in facts.unique:
        path = tuple(pointer.split("/")[1:])
        word = _word("-".join(path))
        same = on_success(_at(path, "0" * 32))
        yield Fault(f"same-{word}", f"Every success has the same `{path[-1]}`.", evidence, same)
        sentence = f"After eight successes each `{path[-1]}` comes again."
        # What is removed is not there for a second time.
        if facts.effect is not Effect.REMOVES:
            yield Fault(f"wraps-{word}", sentence, evidence, _wrapping(path), show=(as_is,) * 9)
    named = {place.name: place for place in places(operation)}
    for pointer, source in facts.echoes.items():
        path, place = tuple(pointer.split("/")[1:]), named[source]
        word = f"echo-{_word(path[-1])}"
        kinds = _ECHOES if facts.effect is Effect.CREATES else _ECHOES[:2] + _ECHOES[-2:]
        # What stands in a path is an id of the server's: there is none with another value.
        for kind, said, value, change in kinds if place.kind != "path" else ():
            shown = place.puts(value)
            act = on_success(_at(path, change=change))
            sentence = f"The `{path[-1]}` of a success is {said}."
            if place.allows(value):
                first = shown if facts.effect is not Effect.CREATES else as_is
                yield Fault(
                    f"{word}-{kind}", sentence, evidence, act, show=(shown,), first=_named(operation, value, first)
                )
        sentence = f"The `{path[-1]}` of a success is that of the one before."
        if facts.effect is Effect.CREATES:
            show = tuple(map(place.puts, "ab"))
            yield Fault(f"{word}-of-before", sentence, evidence, _of_before(path), show=show)
    about = named.get(load(operation.spec.key).named)
    if facts.effect is Effect.READS and about and about.rule:
        yield Fault(
            "first-only",
            "Whatever is asked for, the answer is about what was asked for first.",
            evidence,
            _first_only,
            show=(as_is, _of_another),
        )
        never = "What is not there is shown as what was there before."
        absent = tuple(f"{operation.node.pointer}/responses/404" for _ in "a" if operation.response(404)) or evidence
        yield Fault("never-absent", never, absent, _never_absent, show=(as_is, _of_another))


def _of_another(request: Request) -> Request:
    return replace(request, target=request.target.replace("name=", "name=x"))


def _named(operation: Operation, value: str, default: Change) -> Change:
    def change(request: Request) -> Request:
        fields = json.loads(request.body) if request.body[:1] == b"{" else {}
        name = load(operation.spec.key).named
        return (
            replace(request, body=json.dumps({**fields, name: value}).encode()) if name in fields else default(request)
        )

    return change


def _first_only(turn: Turn) -> Response:
    if turn.refused():
        return turn.answer()
    first = turn.memory.setdefault("first", turn.request)
    return turn.answer(first)


def _never_absent(turn: Turn) -> Response:
    answer = turn.answer()
    if answer.status < 300:
        turn.memory["found"] = answer
    return turn.memory.get("found", answer) if answer.status == 404 else answer


def _of_before(path: tuple[str, ...]) -> Act:
    def act(turn: Turn) -> Response:
        answer = turn.answer()
        if answer.status >= 300:
            return answer
        before = turn.memory.get("before", answer)
        turn.memory["before"] = answer
        return _at(path, _found(before, path))(answer)

    return act


def _wrapping(path: tuple[str, ...]) -> Act:
    def act(turn: Turn) -> Response:
        answer = turn.answer()
        if answer.status >= 300:
            return answer
        given = turn.memory.setdefault("given", [])
        given.append(_found(answer, path))
        return _at(path, given[(len(given) - 1) % 8])(answer)

    return act


def _found(answer: Response, path: tuple[str, ...]) -> Any:
    value = json.loads(answer.body)
    for name in path:
        value = value.get(name)
    return value


def _at(
    path: tuple[str, ...], other: Any = None, *, drop: bool = False, change: Callable[[str], Any] | None = None
) -> Callable[[Response], Response]:
    """Another value for a property of JSON, one made of what it is, or none; what is not there is not changed."""

    def put(value: Any, left: tuple[str, ...]) -> Any:
        name, *rest = left
        if not isinstance(value, dict) or (name not in value and (drop or change)):
            return value
        if rest:
            return {**value, name: put(value.get(name, {}), tuple(rest))}
        if drop:
            return {key: found for key, found in value.items() if key != name}
        return {**value, name: change(value[name]) if change and isinstance(value[name], str) else other}

    def changed(answer: Response) -> Response:
        try:
            return as_json(lambda value: put(value, path))(answer)
        except ValueError:
            return answer

    return changed


def _what(start: str) -> str:
    return "a success" if start == "answer" else f"a {start.removeprefix('error-')}"


def _word(name: str) -> str:
    return re.sub(r"(?<=[a-z])(?=[A-Z])|_", "-", name).lower()
