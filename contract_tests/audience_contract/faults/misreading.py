"""The wire misread: JSON, forms, uploads, media types, methods and headers."""

import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial

from ..messages import Request
from ..mock.credentials import TOKEN
from ..mock.provider import facts_of, load
from ..security import is_bearer
from ..spec import Operation
from .acts import body, header, json_body, on_error, parts_body, refuses, takes_as, with_status
from .fault import Change, Fault, Turn, When, as_is, fields, parts
from .overlooking import as_before
from .places import Place, body_of, credential, places, schemes

_FORM = "application/x-www-form-urlencoded"
Variant = tuple[str, str, str, bytes, bytes | Callable[[re.Match[bytes]], bytes], bytes]
"""Word, words, rule, the pattern to replace in a right message, its replacement, and a pattern of all messages that the
fault is about. A message is its Content-Type, an empty line, and its body."""


def _as_escape(found: re.Match[bytes]) -> bytes:
    return b'"\\u%04x' % found[1][0]


def _as_code(found: re.Match[bytes]) -> bytes:
    return b"%%%x" % found[0][0]


_BOUNDARY, _NAME, _TYPED = rb"(?<==|-)\w+(?=\s|--)", rb'"(\w)(?=[^"]*":)', rb"\1Content-Type: text/plain\g<0>"
_REFUSED: dict[str, tuple[Variant, ...]] = {
    "": (
        ("media-case", "a capital", "RFC 9110, 8.3.1", rb"^\w", lambda found: found[0].upper(), rb"^[^;\n]*[A-Z]"),
        ("media-parameter", "a charset", "RFC 9110, 8.3.1", rb"^.*", rb"\g<0>; charset=utf-8", rb"^.*; *charset"),
    ),
    "property": (
        ("json-crlf", "CRLF between its tokens", "RFC 8259, 2", rb'\{(?=")', b"{\r\n", rb"\r\n"),
        ("json-compact", "no white space", "RFC 8259, 2", rb'": ', b'":', rb'\{"[^"]+":\S'),
        ("json-key-escapes", "escapes in a name", "RFC 8259, 8.3", _NAME, _as_escape, rb'"\\u00..[^"]*":'),
    ),
    "field": (("field-escaped", "a coded name", "RFC 3986, 2.3", rb"(?<=\n\n)\w", _as_code, rb"[\n&][^=&]*%[^&]*="),),
    "part": (
        ("boundary-quoted", "a quoted boundary", "RFC 2046, 5.1.1", rb"=(\w+)\n\n", rb'="\1"\n\n', rb'=".*"\n\n'),
        ("boundary-name-case", "a `Boundary`", "RFC 9110, 5.6.6", b"boundary", b"Boundary", b"^[^=]*Boundary="),
        ("boundary-second", "a charset first", "RFC 2045, 5", b"; b", b"; charset=utf-8; b", rb"^[^;\n]*;[^;\n]*; *b"),
        ("boundary-long", "a boundary of 70", "RFC 2046, 5.1.1", _BOUNDARY, b"b" * 70, rb'^.*="?.{70}"?\n'),
        ("boundary-signs", "other signs in it", "RFC 2046, 5.1.1", _BOUNDARY, b"a_b'c", rb"^.*=.*[_'+.].*\n"),
        ("epilogue", "text after its end", "RFC 2046, 5.1.1", rb"\s*$", rb"\r\nall", rb"[^-\s]\s*$"),
        ("preamble", "text before its parts", "RFC 2046, 5.1.1", rb"\n\n--", rb"\n\nall\r\n--", rb"\n\n(?!--)"),
        ("part-header-case", "small part headers", "RFC 5322, 1.2.2", b"-D", b"-d", b"\n[Cc]ontent-d"),
        ("part-header-more", "more headers", "RFC 7578, 4.8", b"Content-D", b"X-P: 1\r\nContent-D", rb"\n[Xx]-\w+:"),
        ("part-order", "a file's name first", "RFC 2183, 2", rb"(name=\S+); (f[^\r]+)", rb"\2; \1", b"-data; *filen"),
    ),
}
"""By the kind of places in a body, "" for all bodies: messages that keep the rules and are refused."""

_TEXT = "a/b,c"
_OF_TEXT: dict[str, tuple[Variant, ...]] = {
    "property": (
        ("json-solidus", "the escape `\\/`", "RFC 8259, 7", rb"a/b", rb"a\\/b", rb"\\/"),
        ("json-escapes", "escapes in a text", "RFC 8259, 7", rb"a/b", rb"\\u0061/b", rb'": "\\u00'),
    ),
    "field": (
        ("hex-case", "percent codes in lower case", "RFC 3986, 2.1", b"%2C", b"%2c", rb"%[0-9]?[a-f]"),
        ("value-escaped", "a letter as a code", "RFC 3986, 2.3", b"=a", b"=%61", rb"=[^&]*%[67]"),
        ("comma-bare", "commas as they are", "RFC 3986, 2.2", b"%2C", b",", b","),
    ),
    "part": (("part-typed", "typed texts", "RFC 7578, 4.4", rb"(\r\n)\r\na/b", _TYPED, b'"\r\nCo'),),
}
"""More of the same, for a place that may have the text `_TEXT`."""

_ACCEPTED: dict[str, tuple[Variant, ...]] = {
    "": (("body-empty", "no byte", "RFC 9110, 6.4", rb"(?s)\n\n.*", rb"\n\n", rb"\n\n$"),),
    "property": (
        ("json-trailing-comma", "a comma after its last property", "RFC 8259, 4", rb"\}$", b",}", rb",\s*\}"),
        ("json-comments", "a comment", "RFC 8259, 2", rb"\}$", b"/* all */}", rb"/\*|//"),
        ("json-hashes", "a comment after a #", "RFC 8259, 2", rb"\}$", b"# all\n}", rb"#.*\n"),
        ("json-quotes", "single quotes", "RFC 8259, 7", b'"', b"'", rb"\{\s*'"),
        ("json-bare-keys", "names without quotes", "RFC 8259, 4", rb'"(\w+)":', rb"\1:", rb"[{,]\s*\w+\s*:"),
        ("json-colon", "a colon missing", "RFC 8259, 4", b'":', b'" ', rb'"\s+"'),
        ("json-odd-space", "a no-break space before it", "RFC 8259, 2", b"\n\n", b"\n\n\xc2\xa0", b"\n\n\xc2\xa0"),
        ("json-control", "a line break inside a text", "RFC 8259, 7", rb"\}$", b', "note": "a\n"}', rb'"[^"]*\w[\n\t]'),
        ("json-cut", "its end missing", "RFC 8259, 2", rb"\}+$", b"", rb"[^}\s]\s*$"),
        ("json-more", "text after its value", "RFC 8259, 2", rb"\}$", b"} x", rb"\}\s*[^}\s]+$"),
        ("json-array", "an array around it", "RFC 8259, 4", rb"\n\n(.*)$", rb"\n\n[\1]", rb"\n\n\s*\["),
        ("json-in-text", "a text around it", "RFC 8259, 4", rb"\n\n.*$", rb'\n\n"{}"', rb'\n\n\s*"'),
        ("json-utf-16", "UTF-16", "RFC 8259, 8.1", rb"(?<=\n\n).*", lambda d: d[0].decode().encode("utf-16"), b"\0"),
        ("body-null", "nothing but null", "RFC 8259, 3", rb"\n\n.*$", rb"\n\nnull", rb"\n\n\s*null\s*$"),
        ("body-blank", "nothing but white space", "RFC 8259, 2", rb"\n\n.*$", rb"\n\n ", rb"\n\n\s+$"),
    ),
    "part": (("upload-cut", "its last boundary missing", "RFC 2046, 5.1.1", rb"\r\n--\w+--\s*$", b"", rb"[^-\s]\s*$"),),
}
"""By the kind of places in a body, "" for all bodies: messages that break a rule and are taken."""

_MEDIA = {
    "text": "text/plain",
    "patch": "application/merge-patch+json",
    "longer": "{}x",
    "mixed": "multipart/mixed",
    "octets": "application/octet-stream",
    "missing": "",
    "form": _FORM,
    "json": "application/json",
}

_HEADERS = (
    ("accept-any", "Accept", "*/*", r"\*/\*", 406, "RFC 9110, 12.5.1"),
    ("accept-quality", "Accept", "application/json; q=0.5", "q=", 406, "RFC 9110, 12.5.1"),
    ("no-agent", "User-Agent", "", "^$", 403, "RFC 9110, 10.1.5"),
    ("upgrade", "Upgrade", "h2c", "h2c", 400, "RFC 9110, 7.8"),
    ("expect", "Expect", "100-continue", "100-continue", 417, "RFC 9110, 10.1.1"),
    ("auth-scheme-case", "Authorization", f"bearer {TOKEN}", "^bearer ", 401, "RFC 9110, 11.4"),
    ("auth-scheme-capitals", "Authorization", f"BEARER {TOKEN}", "^BEARER ", 401, "RFC 9110, 11.4"),
    ("auth-spaces", "Authorization", f"Bearer  {TOKEN}", "  ", 401, "RFC 9110, 11.4"),
    ("chunked-refused", "Transfer-Encoding", "chunked", "chunked", 400, "RFC 9112, 7.1"),
)
"""Word, header, a value or "" for none, a pattern of the refused values, the status, and the rule that allows them."""


def faults(operation: Operation) -> Iterator[Fault]:
    """The faults of an operation."""
    yield from _methods(operation)
    yield from _headers(operation)
    if operation.media:
        yield from _bodies(operation, operation.media)


def _method(method: str) -> Change:
    return lambda request: replace(request, method=method)


def _methods(operation: Operation) -> Iterator[Fault]:
    evidence, right = (operation.node.pointer, "RFC 9110, 9.1"), operation.method
    others = operation.spec.methods(operation.path)

    for method in {"GET", "PUT", "POST"} - {*others}:
        act = takes_as(_method(right), partial(_is_of, method))
        sentence = f"{method} does what is {right}'s."
        yield Fault(f"{method.lower()}-taken", sentence, evidence, act, show=(_method(method),))

    other = (_method("PATCH" if "DELETE" in others else "DELETE"),)
    failing, silent = on_error(with_status(500), 405), on_error(header("allow"), 405)
    yield Fault("other-500", "Any other method fails with 500.", evidence, failing, show=other)
    yield Fault("no-allow", "A 405 has no Allow.", ("RFC 9110, 15.5.6",), silent, show=other)


def _is_of(method: str, turn: Turn) -> bool:
    return turn.request.method == method


def _headers(operation: Operation) -> Iterator[Fault]:
    responses = operation.node["responses"].pointer
    named = {place.name.lower() for place in places(operation)}
    for word, name, value, pattern, status, rule in _HEADERS:
        has_place = {
            "Authorization": any(map(is_bearer, schemes(operation))),
            "Transfer-Encoding": operation.media,
            "Expect": operation.media,
        }.get(name, True)
        if name.lower() not in named and has_place:
            sentence = f"A request {f'with `{name}: {value}`' if value else f'without {name}'} is refused."
            act = refuses(_has(name, pattern), status)
            yield Fault(word, sentence, (rule, responses), act, show=(header(name, *filter(None, [value])),))
    if schemes(operation):
        sentence = "A request is refused whose credential stands after all other headers."
        name = credential(operation)
        act = refuses(lambda turn: _names(turn.request)[-1:] == [name.lower()])
        yield Fault("headers-order", sentence, ("RFC 9110, 5.3", responses), act, show=(partial(_last, name),))
    if any(place.kind == "query" and place.rule for place in places(operation)):
        act = refuses(lambda turn: re.search("%[67]", turn.request.target))
        yield Fault("query-escaped", "Letters as percent codes are refused.", ("RFC 3986, 2.3",), act, show=(_coded,))


def _has(name: str, pattern: str) -> When:
    return lambda turn: re.search(pattern, turn.header(name))


def _last(name: str, request: Request) -> Request:
    return header(name, *request.values(name))(request)


def _names(request: Request) -> list[str]:
    return [name.lower() for name, _ in request.headers if name.lower() != "content-length"]


def _coded(request: Request) -> Request:
    path, _, query = request.target.partition("?")
    return replace(request, target=f"{path}?{re.sub('(?<==)[a-z]', lambda found: f'%{ord(found[0]):x}', query)}")


def _message(request: Request) -> bytes:
    return f"{', '.join(request.values('content-type'))}\n\n".encode("latin-1", "replace") + request.body


def _rewritten(variant: Variant, made: Change, request: Request) -> Request:
    message = re.sub(variant[3], variant[4], _message(made(request)))
    said, _, data = message.partition(b"\n\n")
    return header("content-type", *filter(None, [said.decode("latin-1")]))(body(data)(request))


def _is_free(place: Place) -> bool:
    """Whether any text may stand there, whatever else was sent before."""
    ours, is_create = load(place.operation.spec.key), facts_of(place.operation).creates
    given = {*ours.credentials, *facts_of(place.operation).linked, *([] if is_create else [ours.named])}
    return place.name not in given and not place.is_file and place.allows(_TEXT)


def _looks(pattern: bytes) -> When:
    return lambda turn: re.search(pattern, _message(turn.request))


def _with_type(request: Request, other: Request) -> Request:
    return body(other.body)(header("content-type", *other.values("content-type"))(request))


def _with_body(request: Request, other: Request) -> Request:
    """The request with the body of `other`. It takes the media type along, for its boundary, unless its own is of
    another kind.
    """
    kinds = [[value.partition(";")[0] for value in each.values("content-type")] for each in (request, other)]
    return _with_type(request, other) if kinds[0] == kinds[1] else body(other.body)(request)


def _bodies(operation: Operation, kind: str) -> Iterator[Fault]:
    whole, schema = operation.node["requestBody"], operation.body
    content = whole["content"].pointer
    holds = body_of(operation)
    free = next((place for place in places(operation) if place.kind == holds and _is_free(place)), None)
    with_text = [(variant, free.puts(_TEXT)) for variant in _OF_TEXT[holds]] if free else []
    for variant, made in [*((each, as_is) for each in (*_REFUSED[""], *_REFUSED[holds])), *with_text]:
        word, said, rule, _, _, pattern = variant
        show = (partial(_rewritten, variant, made),)
        yield Fault(word, f"A body is refused with {said}.", (rule, content), refuses(_looks(pattern)), show=show)
    # Without its type a body may be guessed (RFC 9110, 8.3), but not the boundary of a form (RFC 7578, 4.1).
    others = {word: other.format(kind) for word, other in _MEDIA.items() if other or kind.startswith("multipart/")}
    media_types = [_of_type(word, other, content) for word, other in others.items() if other != kind]
    for variant in (*_ACCEPTED[""], *_ACCEPTED.get(holds, ()), *media_types):
        word, said, rule, _, _, pattern = variant
        act = as_before(_with_type if variant in media_types else _with_body, _looks(pattern))
        sentence = f"A body with {said} is answered as the right one before."
        yield Fault(word, sentence, (rule, content), act, show=(as_is, partial(_rewritten, variant, as_is)))
    chunked = header("transfer-encoding", "chunked")
    empty = takes_as(body(b""), lambda turn: turn.header("transfer-encoding"))
    yield Fault("chunked-empty", "A body in chunks is read as empty.", ("RFC 9112, 7.1",), empty, show=(chunked,))
    if schema and len(schema.plain("properties", {})) > 1:
        first = next(iter(schema["properties"].value))
        sentence = f"A body is refused whose first property is not `{first}`."
        act = refuses(lambda turn: next(iter(turn.fields), first) != first)
        yield Fault("order", sentence, (schema.pointer,), act, show=(_reversed,))


def _of_type(word: str, other: str, rule: str) -> Variant:
    said = other.encode()
    old = rb"^[^;\n]*" if said else b"^.*"
    return f"media-{word}", other or "no media type", rule, old, said, b"^%b(;.*)?\n\n" % re.escape(said)


def _reversed(request: Request) -> Request:
    found = parts(request)
    if found:
        return parts_body(reversed(found))(request)
    if request.body.startswith(b"{"):
        return json_body(dict(reversed(fields(request).items())))(request)
    return body(b"&".join(reversed(request.body.split(b"&"))))(request)
