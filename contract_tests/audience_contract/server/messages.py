"""Cases of one message written in many ways, those that RFC 8259, 9110, 9112, 7578 and 2046 allow and others."""

import gzip
import json
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from functools import partial
from operator import methodcaller
from typing import Any
from urllib.parse import unquote_to_bytes

from ..messages import Request
from ..security import place as place_of
from .cases import Case, as_it_is, puts, puts_all
from .draft import FORM, PARTS, Draft, File, multipart
from .names import Names
from .places import Place, places
from .send import Wire

_ACCEPTS = (
    *("*/*", "application/json", "application/*", "application/json;q=0.5, */*;q=0.1", "Application/JSON"),
    *("application/xml, application/json;q=0.9", "application/json, text/html;q=0.5, application/xml;q=0.3"),
    "text/html",
)
_OTHERS = (
    *("text/plain", "application/xml", "text/html", "application/octet-stream", "text/plain; charset=utf-8"),
    *("application/jsonx", "application/json-patch+json", "application/merge-patch+json", "application/x-ndjson"),
    "multipart/mixed; boundary=x",
)
_LARGE = 2**21
"""Bytes of a large body: a server with a limit on bodies that matters here has a lower one."""


def cases(smallest: Draft, names: Names) -> Iterator[list[Case]]:
    """The cases for every message, for every body, and for a body of the operation's media type."""
    yield [*_any_message(smallest, names)]
    if smallest.media:
        yield [*_framing(smallest, names)]
        yield [*_media_types(smallest)]
        bodies = {FORM: _form, PARTS: _parts}.get(smallest.media, _json if smallest.is_json else None)
        yield from bodies(smallest) if bodies else ()
        free = [at for at in places(smallest.operation) if at.kind == "body" and at.is_text and not at.says("pattern")]
        free = [at for at in free if not names.is_name(at) and not names.is_given(smallest.operation, at)]
        yield [Case(smallest, partial(_solidus, at), label='JSON with "a\\/b"') for at in free[:1] if smallest.is_json]


def _any_message(smallest: Draft, names: Names) -> Iterator[Case]:
    yield Case(smallest, as_it_is, Wire(absolute=True), "http.line")
    upgrade = {"Connection": "Upgrade, HTTP2-Settings", "Upgrade": "h2c", "HTTP2-Settings": "AAMAAABk"}
    yield Case(
        smallest, puts_all((Place("header", name), value) for name, value in upgrade.items()), label="http.upgrade"
    )
    if "Accept" not in smallest.values["header"]:
        for accept in _ACCEPTS:
            rule = "" if accept in ("*/*", "application/json") else "http.accept"
            yield Case(smallest, puts(Place("header", "Accept"), accept), label=rule)
    for name, value in (
        ("User-Agent", ...),
        ("Connection", "close"),
        ("User-Agent", "contract-check"),
        ("Accept-Language", "fr, de;q=0.5"),
        ("X-Request-Id", "1"),
        ("Accept-Encoding", "identity"),
    ):
        yield Case(smallest, puts(Place("header", name), value))
    secrets = {place_of(scheme)[1].lower() for scheme in names.target.schemes_of(smallest.operation)}
    yield Case(smallest, partial(_ending_with, secrets))
    yield Case(smallest, lambda draft: draft.request(query=_and(draft, "contract_check=1")))


def _ending_with(names: set[str], draft: Draft) -> Request:
    """The request with its headers in reverse order, and those of `names` last."""
    request = draft.request()
    turned = request.headers[::-1]
    first, last = ([pair for pair in turned if (pair[0].lower() in names) is wanted] for wanted in (False, True))
    return replace(request, headers=(*first, *last))


def _and(draft: Draft, pair: str) -> str:
    query = draft.request().target.partition("?")[2]
    return f"{query}&{pair}" if query else pair


def _framing(smallest: Draft, names: Names) -> Iterator[Case]:
    yield Case(smallest, as_it_is, Wire(chunked=True), "http.chunked")
    yield Case(smallest, as_it_is, Wire(expect=True), "http.expect")
    yield _sends(smallest, lambda _: b"")
    yield Case(
        smallest,
        lambda draft: draft.put(Place("header", "Content-Encoding"), "gzip").request(
            gzip.compress(draft.encoded(), mtime=0)
        ),
    )
    if not names.provider.extensible:
        for value in ("1", "x" * _LARGE):
            yield Case(smallest, partial(_with, name="contract_check", value=value))
    yield Case(smallest, lambda draft: draft.put(Place("header", "Accept-Language"), "fr").request(b""))


def _with(draft: Draft, name: str, value: Any) -> Draft:
    """The draft with one more field."""
    return replace(draft, values={**draft.values, "body": {**draft.fields, name: value}})


def _media_types(smallest: Draft) -> Iterator[Case]:
    kind, semicolon, parameters = smallest.content_type.partition(";")
    rest = semicolon + parameters
    latin = f"{kind}; charset=latin-1{rest}"
    same = [kind.title() + rest, kind.upper() + rest, f"{kind}; charset=utf-8{rest}", f'{kind};charset="UTF-8"{rest}']
    accept = str(smallest.values["header"].get("Accept", ""))
    found = [*([latin] if smallest.is_json else []), "", f"{kind}x{rest}", *_OTHERS]
    found += [accept, accept.partition(";")[0]] if accept else []
    same += [] if smallest.is_json else [latin]
    yield from _as("http.type", (_sends(smallest, media=media) for media in same))
    yield from (_sends(smallest, media=media) for media in found)
    for other in ("application/json", FORM, PARTS):
        if other != kind:
            said, encoded = replace(smallest, media=other).content_type, methodcaller("encoded", other)
            yield from (_sends(smallest, encoded, said), _sends(smallest, media=said), _sends(smallest, encoded))


def _sends(
    smallest: Draft, body: Callable[[Draft], bytes] | None = None, media: str | Callable[[Draft], str] | None = None
) -> Case:
    """The case of a body made of the draft, and of a Content-Type; each is the right one if it is not given."""
    return Case(
        smallest,
        lambda draft: draft.request(body and body(draft), media(draft) if callable(media) else media),
    )


def _as(rule: str, cases: Iterable[Case]) -> Iterator[Case]:
    """The cases, each about this rule of advice."""
    return (replace(case, label=rule) for case in cases)


def escaped(text: str) -> str:
    """JSON with every letter of its strings escaped."""
    return re.sub(r'"(?:[^"\\]|\\.)*"', lambda match: _escaped(match[0]), text)


def _escaped(quoted: str) -> str:
    units = json.loads(quoted).encode("utf-16-be")
    return '"' + "".join(f"\\u{units[i : i + 2].hex()}" for i in range(0, len(units), 2)) + '"'


def _json(smallest: Draft) -> Iterator[list[Case]]:
    def of_text(change: Callable[[str], str], encoding: str = "utf-8", media: str | None = None) -> Case:
        return _sends(smallest, lambda draft: change(json.dumps(draft.fields)).encode(encoding), media)

    def whole(body: str) -> Case:
        return of_text(lambda _: body)

    def having(more: str, encoding: str = "utf-8", media: str | None = None) -> Case:
        """The case of a body with one more property."""
        return of_text(lambda text: f'{text[:-1]}, "contract_check": {more}}}', encoding, media)

    def named(change: Callable[[str], str]) -> Case:
        return of_text(lambda text: json.dumps({change(k): v for k, v in json.loads(text).items()}))

    yield [
        of_text(lambda text: json.dumps(json.loads(text), separators=(",", ":"))),
        Case(smallest, lambda draft: draft.turned()),
        of_text(lambda text: f" \r\n{json.dumps(json.loads(text), indent='	')}\n\n"),
        of_text(escaped),
        having('"a\\/b\\u00e9"'),
        having("1"),
        having('"é"', "latin-1", f"{smallest.media}; charset=iso-8859-1"),
        of_text(lambda text: f'{text[:-1]}, "__proto__": {{"a": 1}}, "constructor": 1}}'),
        of_text(lambda text: json.dumps({**json.loads(text), **{f"contract_check_{n}": n for n in range(500)}})),
        having("9" * 5000),
    ]
    yield [
        *map(whole, ("null", "{}", "  ", "name=check", "1", "true")),
        of_text(lambda text: text[:-1]),
        of_text(lambda text: f"[{text}]"),
        of_text(lambda text: f"{text}x"),
        of_text(json.dumps),
        of_text(lambda text: text.replace(": ", " ", 1)),
        *_as("json.names", map(named, (str.upper, str.title))),
        of_text(lambda text: f"{text}{text}"),
        of_text(lambda text: text[:-2]),
        of_text(lambda text: " ".join(text.rsplit(": ", 1))),
        of_text(lambda text: text.replace(": ", " ")),
        having('"é"', "latin-1"),
        of_text(str, "utf-16"),
        having("NaN"),
        having("Infinity"),
        of_text(str, "utf-8-sig"),
        of_text(lambda text: f"{text[:-1]}, {text[1:]}"),
        having('"\\ud800"'),
        having(f"{'[' * 5000}{']' * 5000}"),
    ]
    lenient = [
        of_text(lambda text: f"{text[:-1]},}}"),
        of_text(lambda text: text.replace('"', "'")),
        of_text(lambda text: f"/* */{text}"),
        having('"a\r\n\tb"'),
        of_text(lambda text: re.sub(r'"(\w+)":', r"\1:", text)),
        of_text(lambda text: f"{text[:-1]} # check\n}}"),
        *map(having, ('"\\x41"', "01", '"\t\x01"')),
        of_text(lambda text: f"\u00a0{text}\u00a0"),
        of_text(lambda text: f"\f{text}\v"),
    ]
    yield [*_as("json.text", lenient)]


def _solidus(place: Place, draft: Draft) -> Request:
    """The request with a text at a place in which a solidus is escaped (RFC 8259, 7)."""
    return draft.request(draft.put(place, "a/b").encoded().replace(b"/", b"\\/"))


def _form(smallest: Draft) -> Iterator[list[Case]]:
    def of_text(change: Callable[[str], str]) -> Case:
        return _sends(smallest, lambda draft: change(draft.encoded().decode()).encode())

    def coded(text: str) -> str:
        """A form with every byte of its values as a percent code."""
        pairs = (pair.partition("=") for pair in text.split("&"))
        return "&".join(f"{k}={''.join(f'%{byte:02X}' for byte in unquote_to_bytes(v))}" for k, _, v in pairs)

    def turned(draft: Draft) -> Draft:
        lists = {
            k: ",".join(reversed(v.split(","))) for k, v in draft.fields.items() if isinstance(v, str) and "," in v
        }
        return replace(draft, values={**draft.values, "body": {**draft.fields, **lists}})

    yield [
        Case(smallest, lambda draft: draft.turned()),
        of_text(coded),
        of_text(lambda text: coded(text).lower()),
        of_text(lambda text: text.replace("%2C", ",")),
        of_text(lambda text: "&".join(f"%{ord(pair[0]):02X}{pair[1:]}" for pair in text.split("&") if pair)),
        # The order in a list of scopes means nothing (RFC 6749, 3.3).
        Case(smallest, turned),
        of_text(lambda text: f"{text}&contract_check=1"),
        of_text(lambda text: f"{text}&"),
        of_text(lambda text: f"{text}&contract_check=%ff"),
    ]


def _parts(smallest: Draft) -> Iterator[list[Case]]:
    def form(boundary: str = "", more: str = "", media: str | None = None) -> Case:
        def limit(draft: Draft) -> str:
            return boundary or draft.boundary

        said = media or (lambda draft: f'{PARTS}; boundary="{limit(draft)}"')
        return _sends(smallest, lambda draft: multipart(draft.fields.items(), limit(draft), more), said)

    def of_bytes(change: Callable[[bytes], bytes], kind: str = f"{PARTS}; ") -> Case:
        return _sends(smallest, lambda draft: change(draft.encoded()), lambda draft: f"{kind}boundary={draft.boundary}")

    def word_of(draft: Draft) -> Request:
        """The request whose boundary is a word of the file.

        In the file the word is no delimiter, because no two hyphens stand before it (RFC 2046, 5.1.1).
        """
        texts = [value.data.decode("utf-8", "replace") for value in draft.fields.values() if isinstance(value, File)]
        word = re.findall(r"\w+", "".join(texts) or "check")[0]
        return draft.request(multipart(draft.fields.items(), word), f"{PARTS}; boundary={word}")

    ended = len(f"--{smallest.boundary}--\r\n")
    framing = [
        *(form(boundary) for boundary in ("a" * 70, "'()+_,-./:=?", "x")),
        form("-" * 30 + "7ea", media=f"{PARTS}; boundary={'-' * 30}7ea"),
        *(of_bytes(bytes, f"{PARTS}{said}") for said in ("; charset=utf-8; ", ";")),
        _sends(smallest, media=lambda draft: f"{PARTS}; Boundary={draft.boundary}"),
        of_bytes(lambda data: b"to be ignored\r\n" + data),
        of_bytes(lambda data: data + b"to be ignored\r\n"),
        of_bytes(lambda data: data[:-2]),
        Case(smallest, word_of),
    ]
    heads = [
        form(more="Content-Type: text/plain; charset=utf-8\r\n"),
        of_bytes(lambda data: data.replace(b"Content-D", b"content-d").replace(b"Content-T", b"content-t")),
        of_bytes(
            lambda data: re.sub(rb"(Content-Disposition: [^\r]*)", rb"\1\r\nX-Check: 1\r\nContent-Language: en", data)
        ),
        of_bytes(lambda data: re.sub(rb'(name="[^"]+"); (filename="[^"]+")', rb"\2; \1", data)),
    ]
    yield [Case(smallest, lambda draft: draft.turned()), *_as("form.framing", framing), *_as("form.part", heads)]
    yield [Case(smallest, lambda draft: _with(draft, "contract_check", "1"))]
    yield [
        of_bytes(lambda data: data[:-ended]),
        of_bytes(lambda data: data.replace(smallest.boundary.encode(), b"other")),
        of_bytes(lambda data: data[-ended:]),
        of_bytes(lambda _: b"name=check"),
        of_bytes(lambda _: b'{"name": "check"}'),
        of_bytes(bytes, "multipart/mixed; "),
        _sends(smallest, media=PARTS),
    ]
