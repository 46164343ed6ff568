"""The wire misread: JSON, forms, uploads, media types, methods and headers."""

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from typing import Any

from .. import strict_json
from ..media import parse
from ..messages import Request, Response
from ..multipart import Part
from ..spec import Operation
from ..violation import UnreadableError
from .acts import body, form_request, header, json_request, on_error, parts_body, reads, refuses, takes_as, upload
from .fault import Act, Change, Fault, Turn, When, as_is, fields, parts
from .overlooking import as_before
from .places import body_schema, media

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
        lambda data: data.replace(b'"}', b'\n"}'),
        lambda data: re.sub(rb"[\t\r\n]", b"", data),
    ),
    ("utf-16", "UTF-16", "8.1", lambda d: d.decode().encode("utf-16"), _recoded("utf-16")),
    ("cut", "its end missing", "2", lambda data: data[:-1], _closed),
    ("more", "text after its value", "2", lambda data: data + b" x", _first_value),
    ("array", "an array around it", "4", lambda data: b"[" + data + b"]", _unpacked),
    ("in-text", "a text around it", "4", lambda data: json.dumps(data.decode()).encode(), _unpacked),
)
"""Word, words, a section of RFC 8259, JSON that breaks it, and as what such a server reads that."""


def _written(change: Callable[[dict[str, Any]], str]) -> Change:
    return lambda request: body(change(fields(request)).encode())(request)


def _json(pattern: bytes) -> When:
    return lambda turn: re.search(pattern, turn.request.body) is not None


_REFUSED_JSON: tuple[tuple[str, str, str, Change, When], ...] = (
    ("solidus", "with the escape `\\/`", "7", _written(lambda v: json.dumps(v).replace('"}', '\\/"}')), _json(rb"\\/")),
    (
        "crlf",
        "with CRLF between its tokens",
        "2",
        _written(lambda v: json.dumps(v, indent=1).replace("\n", "\r\n")),
        _json(rb"\r\n"),
    ),
    (
        "compact",
        "without any white space",
        "2",
        _written(lambda v: json.dumps(v, separators=(",", ":"))),
        _json(rb"^\{\"\w+\":\""),
    ),
    (
        "key-escapes",
        "with escapes in a property's name",
        "8.3",
        lambda request: body(re.sub(rb'"n(\w+":)', rb'"\\u006e\1', request.body))(request),
        _json(rb'\\u00[0-9a-f]{2}\w*"\s*:'),
    ),
    (
        "escapes",
        "with escapes in a text",
        "7",
        lambda r: body(re.sub(rb': "([a-z])', lambda m: b': "\\u00%x' % ord(m[1]), r.body))(r),
        _json(rb'": "\\u00'),
    ),
)
_REFUSED_FORM: tuple[tuple[str, str, str, Change, When], ...] = (
    (
        "hex-case",
        "with percent codes in lower case",
        "RFC 3986, 2.1",
        lambda r: body(r.body.replace(b"%2C", b"%2c"))(r),
        _json(rb"%[0-9]?[a-f]"),
    ),
    (
        "field-escaped",
        "with a percent code in a name",
        "RFC 3986, 2.3",
        lambda r: body(r.body.replace(b"client_id=", b"client%5Fid="))(r),
        _json(rb"(^|&)[^=&]*%[^=&]*="),
    ),
    (
        "value-escaped",
        "with a letter as a percent code",
        "RFC 3986, 2.3",
        lambda r: body(r.body.replace(b"mock-", b"%6dock-"))(r),
        _json(rb"=[^&]*%[67]"),
    ),
    (
        "comma-bare",
        "with commas as they are",
        "RFC 3986, 2.2",
        lambda r: body(r.body.replace(b"%2C", b","))(r),
        _json(rb","),
    ),
)


def _boundary(turn: Turn) -> str:
    return turn.header("content-type").partition("boundary=")[2]


def _bounded(boundary: str, *, quoted: bool = False) -> Change:
    """Another boundary."""

    def change(request: Request) -> Request:
        said = f'"{boundary}"' if quoted else boundary
        return parts_body(parts(request))(header("content-type", f"multipart/form-data; boundary={said}")(request))

    return change


def _renamed(old: bytes, new: bytes) -> Change:
    return lambda request: body(request.body.replace(old, new))(request)


_REFUSED_UPLOADS: tuple[tuple[str, str, str, Change, When], ...] = (
    (
        "boundary-quoted",
        "whose boundary stands in quotes",
        "RFC 2046, 5.1.1",
        _bounded("a:b", quoted=True),
        lambda t: _boundary(t).startswith('"'),
    ),
    (
        "boundary-long",
        "whose boundary has 70 characters",
        "RFC 2046, 5.1.1",
        _bounded("b" * 70),
        lambda t: len(_boundary(t)) == 70,
    ),
    (
        "epilogue",
        "with text after its end",
        "RFC 2046, 5.1.1",
        lambda r: body(r.body + b"all")(r),
        lambda t: re.search(rb"--\s*$", t.request.body) is None,
    ),
    (
        "preamble",
        "with text before its first part",
        "RFC 2046, 5.1.1",
        lambda r: body(b"all\r\n" + r.body)(r),
        lambda t: not t.request.body.startswith(b"--"),
    ),
    (
        "part-header-case",
        "whose parts' headers are in lower case",
        "RFC 5322, 1.2.2",
        _renamed(b"Content-Disposition", b"content-disposition"),
        _json(rb"\ncontent-disposition:"),
    ),
    (
        "part-header-more",
        "whose parts have other headers too",
        "RFC 7578, 4.8",
        _renamed(b"Content-Disposition", b"X-Part: 1\r\nContent-Disposition"),
        _json(rb"\r\n[Xx]-[a-zA-Z]+:"),
    ),
    (
        "part-typed",
        "whose texts have a media type",
        "RFC 7578, 4.4",
        lambda r: parts_body(replace(p, content_type=p.content_type or "text/plain") for p in parts(r))(r),
        lambda t: any(p.filename is None and p.content_type for p in t.parts),
    ),
    (
        "parts-order",
        "whose parts stand in another order",
        "RFC 7578, 5.2",
        lambda r: parts_body(reversed(parts(r)))(r),
        lambda t: bool(t.parts) and t.parts[0].filename is not None,
    ),
)


def faults(operation: Operation) -> Iterator[Fault]:
    """An operation's."""
    yield from _methods(operation)
    yield from _headers(operation)
    kind = media(operation)
    if not kind:
        return
    yield from _bodies(operation, kind)
    content = (f"{operation.node['requestBody'].pointer}/content",)
    rows: tuple[tuple[str, str, str, Change, When], ...] = ()
    if kind == "application/json":
        yield from _json_bodies(operation)
        rows = tuple(
            (f"json-{word}", said, f"RFC 8259, {rule}", show, when) for word, said, rule, show, when in _REFUSED_JSON
        )
    elif kind == _FORM:
        rows = _REFUSED_FORM
    elif kind == "multipart/form-data":
        yield from _uploads(content)
        rows = _REFUSED_UPLOADS
    for word, said, rule, show, when in rows:
        yield Fault(word, f"A body is refused {said}.", (rule, *content), refuses(when), show=(show,))
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

    for method in ("GET", "PUT", "POST"):
        if method not in operation.spec.methods(operation.path):
            sentence = f"{method} does what is {right}'s."
            show = (_method(method),)
            yield Fault(f"{method.lower()}-taken", sentence, evidence, takes(method), show=show)
    if right != "GET":
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

    show_delete = (_method("DELETE"),)
    yield Fault("delete-500", "DELETE on the route fails with 500.", evidence, failing, show=show_delete)
    yield Fault(
        "no-allow", "A 405 has no Allow.", ("RFC 9110, 15.5.6",), on_error(header("allow"), 405), show=show_delete
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
            "range",
            "A Range is answered with a part of the success.",
            "RFC 9110, 14.2",
            _partial,
            header("range", "bytes=0-3"),
        ),
    ):
        yield Fault(word, sentence, (rule, responses), act, show=(show,))
    if "query" in {each.value["in"] for each in operation.node.get("parameters") or ()}:

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


def _typed(change: Callable[[str], str]) -> Change:
    return lambda request: header("content-type", change(request.values("content-type")[0]))(request)


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
    return turn.request.body == sent


def _uploads(content: tuple[str, ...]) -> Iterator[Fault]:
    def ended(request: Request) -> Request:
        said = parse("".join(request.values("content-type")[:1]))
        boundary = said.parameters.get("boundary", "") if said else ""
        return body(request.body + b"\r\n--" + boundary.encode("latin-1") + b"--\r\n")(request)

    cut = takes_as(ended, lambda turn: not turn.parts and b"form-data" in turn.request.body)
    sentence = "An upload without its last boundary is accepted."
    show = (lambda request: body(request.body.rstrip().rpartition(b"\r\n")[0])(request),)
    yield Fault("upload-cut", sentence, ("RFC 2046, 5.1.1", *content), cut, show=show)
