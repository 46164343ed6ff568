"""An answer that is wrong: its status, its media type, its JSON, each property, and what it repeats of the request."""

import html
import json
import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from typing import Any
from urllib.parse import unquote_plus

from ..bodies import value_of
from ..messages import Request, Response
from ..mock.provider import Provider, facts_of, load
from ..spec import Node, Operation
from ..strict_json import at, put
from .acts import as_json, body, every, header, on_error, on_success, with_status
from .fault import Act, Change, Fault, Turn, as_is, fields
from .places import Place, credential, places, slug

_WRONG: dict[str, Any] = {"string": 1, "integer": "1", "number": "1", "boolean": "true", "object": [], "array": {}}
_BROKEN = {"enum": "OTHER", "minLength": "", "format": "2025-02-30T07:51:52"}
_ECHOES: tuple[tuple[str, str, str, Callable[[str], Any]], ...] = (
    ("lower", "in lower case", "Spring", str.lower),
    ("cut", "cut after 128 characters", "n" * 129, lambda text: text[:128]),
    ("question-marks", "with ? beyond Latin-1", "a\u0142", lambda t: t.encode("latin-1", "replace").decode("latin-1")),
    ("escaped", "escaped as in HTML", "a&b", html.escape),
    ("misread", "as its UTF-8 read as Latin-1", "\u00e9", lambda text: text.encode().decode("latin-1")),
    ("escaped-twice", "with JSON's escapes in it", "\u00e9", lambda text: json.dumps(text)[1:-1]),
    ("decoded", "decoded as though it came in a query", "a+b%41", unquote_plus),
    ("collapsed", "with one space for several", "a  b", lambda text: re.sub(" {2,}", " ", text)),
    ("no-emoji", "without what is beyond U+FFFF", "a\U0001f600b", lambda t: re.sub("[\U00010000-\U0010ffff]", "", t)),
    ("no-quotes", "without quotes at its ends", '"a"', lambda text: text.strip('"')),
    ("no-tail", "up to its first character U+0000", "a\0b", lambda text: text.partition("\0")[0]),
    ("number", "as a number where it is of digits", "25", lambda t: int(t) if re.fullmatch("[0-9]{1,15}", t) else t),
    ("wrapped", "as an object, by language", "a", lambda text: {"en": text}),
)
_TRACE = "Traceback (most recent call last):\n  File \"/srv/app/handlers/audiences.py\", line 118\nKeyError: 'name'"
_MESSAGES: tuple[tuple[str, str, str, Callable[[Response], Response]], ...] = (
    ("html", "is a page of HTML", "", lambda answer: replace(header("content-type", "text/html")(answer), body=b"<p>")),
    ("plain", "is called text/plain", "", header("content-type", "text/plain")),
    ("empty", "has no body", "", body(b"")),
    ("utf-16", "is in UTF-16", "RFC 8259, 8.1", body(lambda data: data.decode().encode("utf-16-le"))),
    ("untyped", "has no media type", "RFC 9110, 8.3", header("content-type")),
    ("two-types", "has two media types", "RFC 9110, 8.3", header("content-type", "application/json", "text/html")),
    ("coding", "says that it is gzip, and is not", "RFC 9110, 8.4", header("content-encoding", "gzip")),
    ("cut", "lacks its last byte", "RFC 8259, 2", body(lambda data: data[:-1])),
    ("listed", "is an array", "", as_json(lambda value: [value])),
    ("in-text", "is a text with JSON inside", "", as_json(json.dumps)),
    ("quotes", "has texts in single quotes", "RFC 8259, 7", body(lambda data: data.replace(b'"', b"'"))),
    ("prefix", "follows `)]}',`", "RFC 8259, 2", body(lambda data: b")]}',\n" + data)),
    ("bom", "has a byte order mark before it", "RFC 8259, 8.1", body(lambda data: b"\xef\xbb\xbf" + data)),
    ("latin-1", "has Latin-1 in it", "RFC 8259, 8.1", body(lambda data: data[:-1] + b', "note": "cr\xe9\xe9e"}')),
    ("short", "ends before its length", "RFC 9112, 6.3", lambda a: header("content-length", str(len(a.body) + 9))(a)),
)
"""Word, words, the standard that forbids it, "" for the spec alone, and the change; refusals have the first four."""


def faults(operation: Operation) -> Iterator[Fault]:
    """The faults of an operation."""
    responses = operation.node["responses"]
    code = next(code for code in responses.value if code.startswith("2"))
    unadmitted = partial(_unadmitted, credential(operation))
    yield from _status(responses, code, unadmitted)
    yield from _documented(responses, code, "answer", on_success, as_is)
    for number, other, show in (("400", "422", _malformed), ("401", "403", unadmitted)):
        # No request breaks a rule of an operation that has nothing to send.
        has_rules = number == "401" or operation.node.get("parameters") or operation.node.get("requestBody")
        if number in responses.value and has_rules:
            wrong = partial(on_error, status=int(number))
            start, rule = f"error-{number}", (responses.pointer,)
            # No document says which refusal a wrong header or parameter gets.
            is_said = number == "401" or operation.node.get("requestBody")
            for status in (code.replace("X", "0"), *({other} - {*responses.value} if is_said else ())):
                sentence, act = f"A {number} has the status {status}.", wrong(with_status(int(status)))
                yield Fault(f"{start}-is-{status}", sentence, rule, act, show=(show,))
            yield from _documented(responses, number, start, wrong, show)
    yield from _leaks(operation, unadmitted)
    yield from _repeated(operation, responses[code])


def _malformed(request: Request) -> Request:
    return replace(request, body=b"[", target=request.target.partition("?")[0])


def _unadmitted(name: str, request: Request) -> Request:
    if not request.values(name):
        return replace(request, body=request.body.replace(b"client_credentials", b"other"))
    return header(name, "Bearer somebody-else")(request)


def _status(responses: Node, code: str, unadmitted: Change) -> Iterator[Fault]:
    rule, show = (responses.pointer,), (unadmitted,)
    for other in ("200", "201", "202", "206", "302"):
        if not {other, f"{other[0]}XX"} & {*responses.value}:
            act = on_success(with_status(int(other)))
            yield Fault(f"success-{other}", f"A success has the status {other}.", rule, act)
    as_success = on_error(with_status(int(code.replace("X", "0"))))
    yield Fault("error-as-success", "A refusal has the status of a success.", rule, as_success, show=show)
    failing = on_error(with_status(500))
    yield Fault("malformed-500", "What breaks the contract fails with 500.", rule, failing, show=show)


def _documented(responses: Node, code: str, start: str, wrong: Callable[..., Act], show: Change) -> Iterator[Fault]:
    """Faults in the documented answers of a status: in the message, and in each property."""
    found = responses[code]
    entry = next(iter(found["content"])) if found.get("content") else None
    if entry:
        for word, said, rule, change in _MESSAGES if start == "answer" else _MESSAGES[:4]:
            evidence = (rule or found.pointer,)
            yield Fault(f"{start}-{word}", f"{_what(start)} {said}.", evidence, wrong(change), show=(show,))
        yield from _properties(start, entry["schema"], wrong, show)


def _properties(
    start: str, schema: Node, wrong: Callable[..., Act], show: Change, path: tuple[str, ...] = ()
) -> Iterator[Fault]:
    """Faults in each property of an answer's JSON, and in those inside of it."""
    for name in schema.plain("properties", {}):
        kind, here = schema["properties"][name], (*path, name)
        word = f"{start}-{slug('-'.join(here))}"
        said = f"In {_what(start).lower()} `{'.'.join(here)}`"
        if name in schema.plain("required", []):
            rule, without = (f"{schema.pointer}/required",), _at(here, lambda _: None)
            yield Fault(f"{word}-missing", f"{said} is missing.", rule, wrong(without), show=(show,))
            if start == "answer":
                sometimes = on_success(without, every(3))
                yield Fault(f"{word}-missing-sometimes", f"{said} is often missing.", rule, sometimes, show=(show,) * 3)
        types = kind.plain("type", "string")
        other = {"type": _WRONG[types if isinstance(types, str) else types[0]], **_BROKEN}
        for keyword, value in other.items():
            if keyword == "type" or kind.get(keyword):
                rule = (kind.pointer,)
                act = wrong(_at(here, partial(_other, value)))
                yield Fault(f"{word}-{keyword.lower()}", f"{said} breaks its {keyword}.", rule, act, show=(show,))
        yield from _properties(start, kind, wrong, show, here)


def _leaks(operation: Operation, unadmitted: Change) -> Iterator[Fault]:
    evidence, ours = ("CWE-209",), load(operation.spec.key)
    trace = on_error(body(says(_TRACE)))
    yield Fault("leaks-trace", "A refusal has a stack trace in it.", evidence, trace, show=(unadmitted,))

    def secrets(turn: Turn) -> list[str]:
        # A scope is a setting, and no credential.
        held = [place for place in ours.settings if not ours.credentials or place[5:] in ours.credentials]
        settings = (place.split(" ")[:2] for place in held)
        found = [turn.header(name) if kind == "header" else turn.text(name) for kind, name in settings]
        return [*filter(None, found), ""]

    def quotes(turn: Turn) -> Response:
        return on_error(body(says(secrets(turn)[0])))(turn)

    def repeats(turn: Turn) -> Response:
        return on_success(header("x-debug", secrets(turn)[0]))(turn)

    if ours.settings:
        show = (unadmitted,)
        yield Fault("leaks-token", "A refusal quotes a credential.", evidence, quotes, show=show)
        yield Fault("leaks-header", "A success repeats a credential in a header.", evidence, repeats)
    if type(ours).private is not Provider.private and operation.node.get("requestBody"):

        def tells(wrong: Callable[..., Act], turn: Turn) -> Response:
            found = next(iter(ours.private(turn.request)), "")
            return wrong(body(says(f"first {found}")))(turn) if found else turn.answer()

        quoted, refused = partial(tells, on_success), partial(tells, on_error)
        yield Fault("leaks-members", "A success quotes a member.", ("CWE-201",), quoted)
        sentence, show = "A refusal quotes a member.", (unadmitted,)
        yield Fault("leaks-members-refused", sentence, ("CWE-209",), refused, show=show)


def says(text: str) -> Callable[[bytes], bytes]:
    """Puts a text into JSON, at the start of its first text."""

    def change(data: bytes) -> bytes:
        before, quote, rest = data.partition(b'": "')
        return before + quote + (json.dumps(text)[1:-1].encode() if quote else b"") + rest

    return change


def _repeated(operation: Operation, success: Node) -> Iterator[Fault]:
    """Faults in what no two successes share, in what a success repeats of its request, and in whose data it shows."""
    facts, evidence = facts_of(operation), (success.pointer,)
    creates = facts.creates
    named = {place.name: place for place in places(operation)}
    about = named.get(load(operation.spec.key).named)
    for pointer in (each for each in facts.unique if each.startswith("/")):
        path = tuple(pointer.split("/")[1:])
        word = slug("-".join(path))
        if creates and about:
            for kind, of, names, key in (
                ("like", "", "ab", Place.put),
                ("caseless", "the case of ", "aA", _in_lower_case),
            ):
                sentence = f"Audiences that differ in {of}`{about.name}` only have one `{path[-1]}`."
                act = _of_likes(path, partial(key, about))
                yield Fault(f"{kind}-{word}", sentence, evidence, act, show=tuple(map(about.puts, names)))
        same = on_success(_at(path, lambda _: "0" * 32))
        yield Fault(f"same-{word}", f"Every success has the same `{path[-1]}`.", evidence, same)
        # An audience can be removed only once, so the same request does not succeed nine times.
        if not facts.removes:
            sentence = f"After eight successes each `{path[-1]}` comes again."
            yield Fault(f"wraps-{word}", sentence, evidence, _given(path, -9), show=(as_is,) * 9)
    for pointer, source in facts.echoes.items():
        path, place = tuple(pointer.split("/")[1:]), named.get(source)
        if not place:
            continue
        word, of_success = f"echo-{slug(path[-1])}", f"The `{path[-1]}` of a success is"
        # Other operations answer about an audience that exists: of these faults, only the last is wrong for any text.
        for kind, said, value, change in _ECHOES if creates else _ECHOES[-1:]:
            if not creates or place.allows(value):
                asked, act = place.puts(value) if creates else as_is, on_success(_at(path, partial(_of_text, change)))
                yield Fault(f"{word}-{kind}", f"{of_success} {said}.", evidence, act, show=(asked,))
        if creates:
            said, two = f"{of_success} that of the one before.", (place.puts("a"), place.puts("b"))
            yield Fault(f"{word}-of-before", said, evidence, _given(path, -2), show=two)
    if facts.reads and about and about.rule:
        show, absent = (as_is, _of_another), operation.response(404)
        first_only = "Whatever is asked for, the answer is about what was asked for first."
        yield Fault("first-only", first_only, evidence, _first_only, show=show)
        never = "What is not there is shown as what was there before."
        yield Fault("never-absent", never, (absent.pointer,) if absent else evidence, _never_absent, show=show)


def _of_another(request: Request) -> Request:
    return replace(request, target=request.target.replace("name=", "name=x"))


def _other(value: Any, _: Any) -> Any:
    return value


def _of_text(change: Callable[[str], Any], value: Any) -> Any:
    return change(value) if isinstance(value, str) else value


def _first_only(turn: Turn) -> Response:
    return turn.answer() if turn.refused() else turn.answer(turn.memory.setdefault("first", turn.request))


def _never_absent(turn: Turn) -> Response:
    answer = turn.answer()
    if answer.is_success:
        turn.memory["found"] = answer
    return turn.memory.get("found", answer) if answer.status == 404 else answer


def _given(path: tuple[str, ...], before: int) -> Act:
    """The server repeats the value of an earlier success, if there is one; -2 is the success before."""

    def act(turn: Turn) -> Response:
        given = turn.memory.setdefault("given", [])

        def again(value: Any) -> Any:
            given.append(value)
            return given[before] if len(given) >= -before else value

        return on_success(_at(path, again))(turn)

    return act


def _in_lower_case(place: Place, request: Request) -> Request:
    return place.put(request, *(str(value).lower() for value in place.values(request)))


def _of_likes(path: tuple[str, ...], likened: Callable[[Request], Request]) -> Act:
    def act(turn: Turn) -> Response:
        key = repr(fields(likened(turn.request)))
        return on_success(_at(path, lambda value: turn.memory.setdefault(key, value)))(turn)

    return act


def _at(path: tuple[str, ...], change: Callable[[Any], Any]) -> Callable[[Response], Response]:
    """A change of a property of JSON: `change` makes a new value of the old one; None takes the property away."""

    def changed(answer: Response) -> Response:
        value = value_of(answer)
        new = change(at(value, f"/{'/'.join(path)}"))
        made = put(value, "/".join(path), ... if new is None else new)
        return as_json(lambda _: made)(answer) if isinstance(value, dict) else answer

    return changed


def _what(start: str) -> str:
    return "A success" if start == "answer" else f"A {start.removeprefix('error-')}"
