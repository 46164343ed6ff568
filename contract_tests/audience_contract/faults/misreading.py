"""The wire misread: JSON, forms, uploads, media types, methods and headers."""

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial

from .. import strict_json
from ..media import parse
from ..messages import Request, Response
from ..multipart import Part
from ..spec import Operation
from ..violation import UnreadableError
from .acts import body, form_request, header, json_request, on_error, parts_body, reads, refuses, takes_as, upload
from .fault import Act, Change, Fault, Turn, When, as_is, fields, parts
from .overlooking import as_before
from .places import body_schema, media, places

_SIGNS = re.compile("[^a-zA-Z0-9-]")
_SPACE = " \t\r\n"
_FORM = "application/x-www-form-urlencoded"


def _outside(pattern: bytes, replacement: bytes) -> Callable[[bytes], bytes]:
    """Replaces a pattern, but not inside of a text."""
    found = re.compile(rb'(?P<text>"(?:\\.|[^"\\])*")|' + pattern, re.DOTALL)
    return lambda data: found.sub(lambda match: match["text"] or match.expand(replacement), data)


def _first_value(data: bytes) -> bytes:
    """What stands before the text that follows a JSON value."""
    try:
        text = data.decode().lstrip(_SPACE)
        return text[: json.JSONDecoder().raw_decode(text)[1]].encode()
    except (ValueError, RecursionError):
        return data


def _closed(data: bytes) -> bytes:
    """With the end that is missing."""
    for end in (b"}", b'"}', b'": ""}', b"]}"):
        try:
            json.loads(data + end)
        except (ValueError, RecursionError):
            continue
        return data + end
    return data


def _unpacked(data: bytes) -> bytes:
    """The object that is alone in an array, or written inside of a text."""
    try:
        value = strict_json.loads(data)
    except UnreadableError:
        return data
    if isinstance(value, str):
        return value.encode()
    return json.dumps(value[0]).encode() if isinstance(value, list) and len(value) == 1 else data


def _recoded(coding: str) -> Callable[[bytes], bytes]:
    def change(data: bytes) -> bytes:
        try:
            return data.decode(coding).encode()
        except UnicodeError:
            return data

    return change


_TAKEN: tuple[tuple[str, str, str, Callable[[bytes], bytes], Callable[[bytes], bytes]], ...] = (
    ("trailing-comma", "a comma after its last property", "4", lambda d: d[:-1] + b",}", _outside(rb",(\s*})", rb"\2")),
    ("comments", "a comment", "2", lambda d: d[:-1] + b"/* all */}", _outside(rb"/\*.*?\*/|//[^\n]*", b"")),
    ("hashes", "a comment after a #", "2", lambda d: d[:-1] + b"# all\n}", _outside(rb"#[^\n]*", b"")),
    ("quotes", "single quotes", "7", lambda d: d.replace(b'"', b"'"), lambda d: d.replace(b"'", b'"')),
    (
        "bare-keys",
        "names without quotes",
        "4",
        lambda data: re.sub(rb'"(\w+)":', rb"\1:", data),
        lambda data: re.sub(rb"([{,]\s*)(\w+)(\s*:)", rb'\1"\2"\3', data),
    ),
    ("colon", "a colon missing", "4", lambda d: d.replace(b'":', b'" ', 1), _outside(rb'(?<=")\s+(?=")', rb": ")),
    ("odd-space", "a no-break space before it", "2", lambda d: b"\xc2\xa0" + d, lambda d: d.removeprefix(b"\xc2\xa0")),
    (
        "control",
        "a line break inside a text",
        "7",
        lambda data: data[:-1] + b', "note": "a\n"}',
        lambda data: re.sub(rb"[\t\r\n]", b"", data),
    ),
    ("utf-16", "UTF-16", "8.1", lambda d: d.decode().encode("utf-16"), _recoded("utf-16")),
    ("cut", "its end missing", "2", lambda data: data[:-1], _closed),
    ("more", "text after its value", "2", lambda data: data + b" x", _first_value),
    ("array", "an array around it", "4", lambda data: b"[" + data + b"]", _unpacked),
    ("in-text", "a text around it", "4", lambda data: json.dumps(data.decode()).encode(), _unpacked),
)
"""Word, words, a section of RFC 8259, JSON that breaks it, and as what such a server reads that."""


Pattern = tuple[str, str, str, bytes, bytes, bytes]
_TYPED = rb'="name"\r\nContent-T'
_REFUSED: dict[str, tuple[Pattern, ...]] = {
    "application/json": (
        ("json-solidus", "the escape `\\/`", "RFC 8259, 7", rb"\n\n\{", rb'\n\n{"note": "\\/", ', rb"\\/"),
        ("json-crlf", "CRLF between its tokens", "RFC 8259, 2", rb"\{", b"{\r\n", rb"\r\n"),
        ("json-compact", "no white space", "RFC 8259, 2", rb'": "', b'":"', rb'\{"\w+":"'),
        ("json-key-escapes", "escapes in a name", "RFC 8259, 8.3", rb'"n(\w+":)', rb'"\\u006e\1', rb'\\u00..\w*":'),
        ("json-escapes", "escapes in a text", "RFC 8259, 7", rb"\n\n\{", rb'\n\n{"note": "\\u0053", ', rb'": "\\u00'),
    ),
    _FORM: (
        ("hex-case", "percent codes in lower case", "RFC 3986, 2.1", b"%2C", b"%2c", rb"%[0-9]?[a-f]"),
        ("field-escaped", "a coded name", "RFC 3986, 2.3", b"client_id=", b"client%5Fid=", rb"[\n&]\w+%.*?="),
        ("value-escaped", "a letter as a code", "RFC 3986, 2.3", b"=mock-", b"=%6dock-", rb"=[^&]*%[67]"),
        ("comma-bare", "commas as they are", "RFC 3986, 2.2", b"%2C", b",", b","),
    ),
    "multipart/form-data": (
        ("boundary-quoted", "a quoted boundary", "RFC 2046, 5.1.1", rb"=(\w+)\n\n", rb'="\1"\n\n', rb'=".*"\n\n'),
        ("boundary-name-case", "a `Boundary`", "RFC 9110, 5.6.6", b"boundary", b"Boundary", b"^[^=]*Boundary="),
        ("boundary-second", "a charset", "RFC 2045, 5", b"; b", b"; charset=utf-8; b", rb"^[^;\n]*;[^;\n]*; *b"),
        ("epilogue", "text after its end", "RFC 2046, 5.1.1", rb"\s*$", rb"\r\nall", rb"[^-\s]\s*$"),
        ("preamble", "text before its parts", "RFC 2046, 5.1.1", rb"\n\n--", rb"\n\nall\r\n--", rb"\n\n(?!--)"),
        ("part-header-case", "small part headers", "RFC 5322, 1.2.2", b"-D", b"-d", b"\n[Cc]ontent-d"),
        ("part-header-more", "more headers", "RFC 7578, 4.8", b"Content-D", b"X-P: 1\r\nContent-D", rb"\n[Xx]-\w+:"),
        ("part-typed", "typed texts", "RFC 7578, 4.4", rb'(me")\r', rb"\1\r\nContent-Type: text/plain\r", _TYPED),
        ("part-order", "a file's name first", "RFC 2183, 2", rb"(name=\S+); (f[^\r]+)", rb"\2; \1", b"-data; *filen"),
    ),
}
"""By media type: word, words, what allows it, what to replace in a right message by what, and which ones are refused.

A message is its Content-Type, an empty line, and its body."""


def _message(request: Request) -> bytes:
    return f"{', '.join(request.values('content-type'))}\n\n".encode("latin-1", "replace") + request.body


def _rewritten(old: bytes, new: bytes) -> Change:
    def change(request: Request) -> Request:
        said, _, data = re.sub(old, new, _message(request)).partition(b"\n\n")
        return header("content-type", said.decode("latin-1"))(body(data)(request))

    return change


def _looks(pattern: bytes) -> When:
    return lambda turn: re.search(pattern, _message(turn.request))


def _typed(change: Callable[[str], str]) -> Change:
    return lambda request: header("content-type", change(request.values("content-type")[0]))(request)


def faults(operation: Operation) -> Iterator[Fault]:
    """An operation's."""
    yield from _methods(operation)
    yield from _headers(operation)
    kind = media(operation)
    if not kind:
        return
    yield from _bodies(operation, kind)
    content = (f"{operation.node['requestBody'].pointer}/content",)
    if kind == "application/json":
        yield from _json_bodies(operation)
    elif kind == "multipart/form-data":
        yield from _uploads(content)
    only_files = all(place.is_file for place in places(operation) if place.kind == "part")
    for word, said, rule, old, new, pattern in _REFUSED.get(kind, ()):
        if word == "part-typed" and only_files:
            continue
        sentence, show = f"A body is refused with {said}.", (_rewritten(old, new),)
        yield Fault(word, sentence, (rule, *content), refuses(_looks(pattern)), show=show)
    schema = body_schema(operation)
    if kind != "multipart/form-data" and schema and len(schema.plain("properties", {})) > 1:
        first = next(iter(schema["properties"].value))
        sentence = f"A body is refused whose first property is not `{first}`."
        act = refuses(lambda turn: next(iter(turn.fields), first) != first)
        put = json_request if kind == "application/json" else form_request
        show_order = (lambda request: put(dict(reversed(fields(request).items())))(request),)
        yield Fault("order", sentence, (schema.pointer,), act, show=show_order)


def _method(method: str) -> Change:
    return lambda request: replace(request, method=method)


def _methods(operation: Operation) -> Iterator[Fault]:
    evidence = (operation.node.pointer, "RFC 9110, 9.1")
    right = operation.method

    def takes(method: str) -> Act:
        return takes_as(_method(right), lambda turn: turn.request.method == method)

    others = operation.spec.methods(operation.path)
    for method in ("GET", "PUT", "POST"):
        if method not in others:
            sentence = f"{method} does what is {right}'s."
            show = (_method(method),)
            yield Fault(f"{method.lower()}-taken", sentence, evidence, takes(method), show=show)
    if "GET" not in others:
        override = takes_as(
            _method(right),
            lambda turn: turn.request.method == "GET" and turn.header("x-http-method-override") == right,
        )
        show_override = (lambda request: header("x-http-method-override", right)(replace(request, method="GET")),)
        yield Fault(
            "method-override", "GET does it with X-HTTP-Method-Override.", evidence, override, show=show_override
        )

    def failing(turn: Turn) -> Response:
        return turn.error(500) if turn.request.method == "DELETE" else turn.answer()

    if "DELETE" not in others:
        sentence = "DELETE on the route fails with 500."
        yield Fault("delete-500", sentence, evidence, failing, show=(_method("DELETE"),))
    show_other = (_method("PATCH" if "DELETE" in others else "DELETE"),)
    yield Fault(
        "no-allow", "A 405 has no Allow.", ("RFC 9110, 15.5.6",), on_error(header("allow"), 405), show=show_other
    )


def _is_accepted(value: str, turn: Turn) -> bool:
    return value in turn.header("accept")


def _headers(operation: Operation) -> Iterator[Fault]:
    responses = operation.node["responses"].pointer
    named = {each.value["name"].lower() for each in operation.node.get("parameters") or ()}
    if "accept" not in named:
        for word, value in (("any", "*/*"), ("quality", "application/json; q=0.5")):
            act = refuses(partial(_is_accepted, "q=" if "q=" in value else value), 406)
            sentence = f"`Accept: {value}` is answered with 406."
            yield Fault(
                f"accept-{word}", sentence, (responses, "RFC 9110, 12.5.1"), act, show=(header("accept", value),)
            )
    for word, sentence, rule, act, show in (
        (
            "no-agent",
            "A request without a User-Agent is refused.",
            "RFC 9110, 10.1.5",
            refuses(lambda t: not t.header("user-agent"), 403),
            header("user-agent"),
        ),
        (
            "upgrade",
            "An offered upgrade to HTTP/2 is refused.",
            "RFC 9110, 7.8",
            refuses(lambda t: t.header("upgrade") == "h2c"),
            header("upgrade", "h2c"),
        ),
        (
            "expect",
            "A request that expects 100-continue is refused with 417.",
            "RFC 9110, 10.1.1",
            refuses(lambda t: t.header("expect").lower() == "100-continue", 417),
            header("expect", "100-continue"),
        ),
        (
            "headers-order",
            "A request is refused whose credential does not stand before its other headers.",
            "RFC 9110, 5.3",
            refuses(
                lambda t: (
                    [n.lower() for n, _ in t.request.headers if n.lower() != "content-length"][-1:] == ["authorization"]
                )
            ),
            lambda request: header("Authorization", *request.values("authorization"))(request),
        ),
        (
            "range",
            "A Range is answered with a part of the success.",
            "RFC 9110, 14.2",
            _partial,
            header("range", "bytes=0-3"),
        ),
    ):
        if operation.security or word != "headers-order":
            yield Fault(word, sentence, (rule, responses), act, show=(show,))
    if any(each.value["in"] == "query" and each.plain("required") for each in operation.node.get("parameters") or ()):

        def escaped(request: Request) -> Request:
            path, _, query = request.target.partition("?")
            return replace(request, target=f"{path}?{re.sub(r'(?<==)([a-z])', lambda m: f'%{ord(m[1]):x}', query)}")

        act = refuses(lambda turn: re.search("%[67]", turn.request.target) is not None)
        yield Fault(
            "query-escaped",
            "A query with letters as percent codes is refused.",
            ("RFC 3986, 2.3",),
            act,
            show=(escaped,),
        )


def _partial(turn: Turn) -> Response:
    answer = turn.answer()
    if answer.status >= 300 or not turn.header("range"):
        return answer
    return Response(206, (*answer.headers, ("content-range", f"bytes 0-3/{len(answer.body)}")), answer.body[:4])


def _bodies(operation: Operation, kind: str) -> Iterator[Fault]:
    whole = operation.node["requestBody"]
    content, chunked = (whole["content"].pointer,), header("transfer-encoding", "chunked")

    def is_chunked(turn: Turn) -> bool:
        return bool(turn.header("transfer-encoding"))

    empty = f"{whole.pointer}/required"
    for word, sentence, evidence, act, show in (
        ("chunked-refused", "A body in chunks is refused.", ("RFC 9112, 7.1",), refuses(is_chunked), chunked),
        (
            "chunked-empty",
            "A body in chunks is read as empty.",
            ("RFC 9112, 7.1",),
            takes_as(body(b""), is_chunked),
            chunked,
        ),
        (
            "media-case",
            "The media type is refused in other than lower case.",
            ("RFC 9110, 8.3.1", *content),
            refuses(lambda turn: kind not in turn.header("content-type")),
            _typed(lambda said: said.replace(kind, kind.title())),
        ),
        (
            "media-parameter",
            "The media type is refused with a charset.",
            ("RFC 9110, 8.3.1", *content),
            refuses(lambda turn: "charset" in turn.header("content-type")),
            _typed(lambda said: f"{said}; charset=utf-8"),
        ),
    ):
        yield Fault(word, sentence, evidence, act, show=(show,))
    if whole.plain("required"):
        sentence = "A request without a body is answered as the right one before."
        act = as_before(lambda violation: violation.rule == empty)
        yield Fault("body-empty", sentence, (empty,), act, show=(as_is, body(b"")))
    others = {
        "text": "text/plain",
        "patch": "application/merge-patch+json",
        "longer": f"{kind}x",
        "mixed": "multipart/mixed",
        "octets": "application/octet-stream",
        "missing": "",
    }
    for word, other in others.items():

        def is_other(turn: Turn, other: str = other) -> bool:
            return (
                turn.header("content-type").partition(";")[0] == other and len(turn.request.values("content-type")) < 2
            )

        def right(request: Request) -> Request:
            return header("content-type", kind + _boundary_of(request, kind))(request)

        sentence = f"A body is accepted as {other or 'of no media type'}."
        wrong = _typed(partial(_replaced, kind, other)) if other else header("content-type")
        yield Fault(f"media-{word}", sentence, content, takes_as(right, is_other), show=(wrong,))
    if kind != _FORM:
        taken = takes_as(_as(kind), lambda turn: turn.header("content-type") == _FORM and bool(turn.fields))
        sent = (lambda request: form_request(_texts(request))(request),)
        yield Fault("media-form", "A form is accepted.", content, taken, show=sent)
    if kind != "application/json":
        taken = takes_as(
            _as(kind), lambda turn: turn.header("content-type") == "application/json" and bool(turn.object)
        )
        sent = (lambda request: json_request(_texts(request))(request),)
        yield Fault("media-json", "JSON is accepted.", content, taken, show=sent)


def _replaced(old: str, new: str, said: str) -> str:
    return said.replace(old, new)


def _texts(request: Request) -> dict[str, str]:
    return {name: value.text if isinstance(value, Part) else str(value) for name, value in fields(request).items()}


def _as(kind: str) -> Change:
    """The same values as a body of the right kind."""

    def change(request: Request) -> Request:
        found = {name: value for name, value in fields(request).items() if isinstance(value, str)}
        if kind == "application/json":
            return json_request(found)(request)
        if kind == _FORM:
            return form_request(found)(request)
        files = {name: f"{name}.csv" if "\n" in value else None for name, value in found.items()}
        return upload({n: Part(n, files[n], "text/csv" if files[n] else "", v.encode()) for n, v in found.items()})(
            request
        )

    return change


def _boundary_of(request: Request, kind: str) -> str:
    if not kind.startswith("multipart/"):
        return ""
    return f'; boundary="{request.body.partition(bytes([13, 10]))[0][2:].decode("latin-1")}"'


def _json_bodies(operation: Operation) -> Iterator[Fault]:
    content = operation.node["requestBody"]["content"].pointer
    for word, said, rule, wrong, read in _TAKEN:
        sentence = f"JSON is accepted with {said}."
        yield Fault(f"json-{word}", sentence, (f"RFC 8259, {rule}", content), reads(read), show=(body(wrong),))
    schema = body_schema(operation)
    kind = f"{schema.pointer}/type" if schema else content
    for word, sent in (("null", b"null"), ("blank", b" ")):
        act = as_before(lambda violation: violation.where == "body", partial(_is_body, sent))
        sentence = f"The body `{sent.decode()}` is answered as the right one before."
        yield Fault(f"body-{word}", sentence, (kind,), act, show=(as_is, body(sent)))


def _is_body(sent: bytes, turn: Turn) -> bool:
    return bool(turn.request.body) and turn.request.body.strip() == sent.strip()


def _uploads(content: tuple[str, ...]) -> Iterator[Fault]:
    def ended(request: Request) -> Request:
        return body(request.body + b"\r\n--" + _boundary(request).encode("latin-1") + b"--\r\n")(request)

    cut = takes_as(ended, lambda turn: not turn.parts and b"form-data" in turn.request.body)
    sentence = "An upload without its last boundary is accepted."
    show = (lambda request: body(request.body.rstrip().rpartition(b"\r\n")[0])(request),)
    yield Fault("upload-cut", sentence, ("RFC 2046, 5.1.1", *content), cut, show=show)
    for word, said, boundary, when in (
        ("long", "of 70 characters", "b" * 70, lambda found: len(found) == 70),
        ("signs", "with other signs than letters, digits and hyphens", "a_b'c+d.e", _SIGNS.search),
    ):
        act = refuses(partial(_is_bounded, when))
        sentence = f"An upload is refused with a boundary {said}."
        yield Fault(f"boundary-{word}", sentence, ("RFC 2046, 5.1.1", *content), act, show=(_bounded(boundary),))
    act = refuses(lambda turn: bool(turn.parts) and turn.parts[0].filename is not None)
    show = (lambda request: parts_body(reversed(parts(request)))(request),)
    yield Fault(
        "order", "An upload is refused whose first part is a file.", ("RFC 7578, 5.2", *content), act, show=show
    )


def _boundary(request: Request) -> str:
    said = parse("".join(request.values("content-type")[:1]))
    return said.parameters.get("boundary", "") if said else ""


def _is_bounded(when: Callable[[str], object], turn: Turn) -> object:
    return when(_boundary(turn.request))


def _bounded(boundary: str) -> Change:
    kind = header("content-type", f'multipart/form-data; boundary="{boundary}"')
    return lambda request: parts_body(parts(request))(kind(request))
