"""Cases of one message written in many ways, those that RFC 8259, 9110, 9112, 7578 and 2046 allow and others."""

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from operator import methodcaller
from urllib.parse import unquote_to_bytes

from ..messages import Request
from ..security import place as place_of
from .cases import Case, as_it_is, puts, puts_all
from .draft import FORM, PARTS, Draft
from .names import Names
from .places import Place, places
from .send import Wire

_ACCEPTS = (
    *("*/*", "application/json", "application/*", "application/json;q=0.5, */*;q=0.1", "Application/JSON"),
    *("application/xml, application/json;q=0.9", "application/json, text/html;q=0.5, application/xml;q=0.3"),
)
_MORE = Place("body", "contract_check")
"""A field that no document names."""
_LARGE = 2**21
"""Bytes of a large body: a server with a limit on bodies that matters here has a lower one."""
Rewritings = dict[tuple[str, str], tuple[str | Callable[[re.Match[str]], str], ...]]
"""Other ways to write a body: a rule of advice ("" for none) and a pattern, and what takes the place of what it finds.

The pattern looks at the Content-Type, an empty line and the body, byte by byte; `LIMIT` stands for a form's boundary.
"""


def _more(*values: str) -> tuple[str, ...]:
    """What takes the place of an object's end, so that it has one more property, whose value is written so."""
    return tuple(', "contract_check": ' + value.replace("\\", r"\\") + "}" for value in values)


def _escaped(found: re.Match[str]) -> str:
    text: str = json.loads(found[0].encode("latin-1"))
    units = text.encode("utf-16-be")
    return '"' + "".join(f"\\u{units[i : i + 2].hex()}" for i in range(0, len(units), 2)) + '"'


def _coded(form: str, found: re.Match[str]) -> str:
    return "".join(form % byte for byte in unquote_to_bytes(found[0]))


def _quoted(boundary: str, found: re.Match[str]) -> str:
    return f'boundary="{boundary}"' if found[1] else boundary


def _word(found: re.Match[str]) -> str:
    """A word of the file. In the file it is no delimiter: no two hyphens stand before it (RFC 2046, 5.1.1)."""
    return str((re.findall(r"filename=[^\n]*\n[^\n]*\n\r\n\W*(\w+)", found.string) or ["check"])[0])


_ALL, _END, _KIND, _NAMES, _FIELD = r"(?s)(?<=\n\n).+", r"\}$", r"^[^;\n]*", r'"(\w+)":', r"(?<==)[^&]+"
_LATIN = r"\g<0>; charset=latin-1"
_TYPES: Rewritings = {
    ("http.type", _KIND): (*(lambda found: found[0].title(), lambda found: found[0].upper()), r"\g<0>; charset=utf-8"),
    ("", _KIND): (r"\g<0>x",),
    ("", r"^.*"): (
        *("", "text/plain", "application/xml", "text/html", "application/octet-stream", "text/plain; charset=utf-8"),
        *("application/jsonx", "application/json-patch+json", "application/merge-patch+json", "application/x-ndjson"),
        "multipart/mixed; boundary=x",
    ),
}
_JSON: tuple[Rewritings, ...] = (
    {
        ("", r"(?s)\n\n.*"): tuple(f"\n\n{body}" for body in ("null", "{}", "  ", "name=check", "1", "true")),
        ("", r"(?s)\n\n(.*)"): (r"\n\n[\1]", r"\n\n\1x", r"\n\n\1\1"),
        ("", r"(?s)\n\n\{(.*)\}"): (r"\n\n{\1, \1}", r"\n\n{\1", r"\n\n\1"),
        ("", _ALL): (lambda found: json.dumps(found[0]), lambda found: found[0].encode("utf-16").decode("latin-1")),
        ("", r'(?s)": (.*)'): (r'" \1',),
        ("", '": '): ('" ',),
        ("", _END): _more('"\xe9"', "NaN", "Infinity", "[" * 5000 + "]" * 5000),
        ("", r"(?<=\n\n)"): ("\xef\xbb\xbf",),
        ("json.names", _NAMES): (lambda found: found[0].upper(), lambda found: found[0].title()),
    },
    {
        ("json.text", _END): (",}", " # check\n}", *_more('"a\r\n\tb"', r'"\x41"', "01", '"\t\x01"')),
        ("json.text", _ALL): ("/* */\\g<0>", "\xc2\xa0\\g<0>\xc2\xa0", "\f\\g<0>\v"),
        ("json.text", _NAMES): (r"\1:",),
        ("json.text", '"'): ("'",),
    },
    {
        ("", '": '): ('":',),
        ("", r"(?<=\n\n)\{|\}$"): (" \r\n\\g<0>\n\t",),
        ("", r'"(?:[^"\\]|\\.)*"'): (_escaped,),
        ("", _END): (
            *_more(r'"a\/b\u00e9"', "1", '"a", "__proto__": {"a": 1}, "constructor": 1', "9" * 5000),
            *_more("1" + "".join(f', "contract_check_{number}": 1' for number in range(500))),
        ),
        ("", r"(?s)^([^\n]*)(\n\n.*)\}$"): ('\\1; charset=iso-8859-1\\2, "contract_check": "\xe9"}',),
        ("", _KIND): (_LATIN,),
    },
)
_FORM: tuple[Rewritings, ...] = (
    {
        ("", _FIELD): (partial(_coded, "%%%02X"), partial(_coded, "%%%02x")),
        ("", "%2C"): (",",),
        ("", r"(?<=[\n&])\w"): (lambda found: f"%{ord(found[0]):02X}",),
        # The order in a list of scopes means nothing (RFC 6749, 3.3).
        ("", r"(?<==)([^&]+?)%2C([^&]+)"): (r"\2%2C\1",),
        ("", r"\Z"): ("&contract_check=1", "&", "&contract_check=%ff"),
        ("http.type", _KIND): (_LATIN,),
    },
)
_PARTS: tuple[Rewritings, ...] = (
    {
        ("form.framing", "(boundary=)?LIMIT"): tuple(
            partial(_quoted, boundary) for boundary in ("a" * 70, "'()+_,-./:=?", "x")
        ),
        ("form.framing", "LIMIT"): ("-" * 30 + "7ea", _word),
        ("form.framing", "; (?=b)"): ("; charset=utf-8; ", ";"),
        ("form.framing", "^(.*)boundary"): (r"\1Boundary",),
        ("form.framing", r"\n\n--"): ("\n\nto be ignored\r\n--",),
        ("form.framing", r"\r\n\Z"): ("", "\r\nto be ignored\r\n"),
        ("form.part", r'(name="[^"]*"\r\n)\r\n'): (r"\1Content-Type: text/plain; charset=utf-8\r\n\r\n",),
        ("form.part", "Content-(?=[DT])"): ("content-",),
        ("form.part", r"Content-D[^\r]*"): (r"\g<0>\r\nX-Check: 1\r\nContent-Language: en",),
        ("form.part", r'(name="[^"]+"); (filename="[^"]+")'): (r"\2; \1",),
        ("http.type", _KIND): (_LATIN,),
    },
    {
        ("", r"--LIMIT--\r\n\Z"): ("",),
        ("", "--LIMIT"): ("--other",),
        ("", r"(?s)\n\n.*(--LIMIT--\r\n)"): (r"\n\n\1", r"\n\nname=check", r'\n\n{"name": "check"}'),
        ("", _KIND): ("multipart/mixed",),
        ("", r"^([^;\n]*).*"): (r"\1",),
    },
)


def _rewritten(pattern: str, by: str | Callable[[re.Match[str]], str], draft: Draft) -> Request:
    """The request with its Content-Type and body rewritten so."""
    whole = f"{draft.content_type}\n\n{draft.encoded().decode('latin-1')}"
    said, _, body = re.sub(pattern.replace("LIMIT", re.escape(draft.boundary)), by, whole).partition("\n\n")
    return draft.request(body.encode("latin-1"), said)


def cases(smallest: Draft, names: Names) -> Iterator[list[Case]]:
    """The cases for every message, for every body, and for a body of the operation's media type."""
    yield [*_any_message(smallest, names)]
    if smallest.media:
        yield [*_framing(smallest, names)]
        yield [*_media_types(smallest)]
        yield [Case(smallest, lambda draft: draft.turned())]
        kinds = {FORM: _FORM, PARTS: _PARTS}.get(smallest.media, _JSON if smallest.is_json else ())
        for rewritings in (_TYPES, *kinds):
            yield [
                Case(smallest, partial(_rewritten, pattern, by), advice=rule)
                for (rule, pattern), those in rewritings.items()
                for by in those
            ]
        if smallest.media == PARTS:
            yield [Case(smallest, puts(_MORE, "1"))]
        free = [at for at in places(smallest.operation) if at.kind == "body" and at.is_text and not at.says("pattern")]
        free = [at for at in free if not names.is_name(at) and not names.is_given(smallest.operation, at)]
        # First what the request has anyway: another property may be refused for itself.
        free.sort(key=lambda at: smallest.value(at) is None)
        yield [Case(smallest, partial(_solidus, at), label='JSON with "a\\/b"') for at in free[:1] if smallest.is_json]


def _any_message(smallest: Draft, names: Names) -> Iterator[Case]:
    yield Case(smallest, as_it_is, Wire(absolute=True), advice="http.line")
    upgrade = {"Connection": "Upgrade, HTTP2-Settings", "Upgrade": "h2c", "HTTP2-Settings": "AAMAAABk"}
    headers = [(Place("header", name), value) for name, value in upgrade.items()]
    yield Case(smallest, puts_all(headers), advice="http.upgrade")
    if "Accept" not in smallest.values["header"]:
        for accept in _ACCEPTS:
            rule = "" if accept in ("*/*", "application/json") else "http.accept"
            yield Case(smallest, puts(Place("header", "Accept"), accept), advice=rule)
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
    yield Case(smallest, puts(Place("query", "contract_check"), "1"))


def _ending_with(names: set[str], draft: Draft) -> Request:
    """The request with its headers in reverse order, and those of `names` last."""
    request = draft.request()
    turned = request.headers[::-1]
    first, last = ([pair for pair in turned if (pair[0].lower() in names) is wanted] for wanted in (False, True))
    return replace(request, headers=(*first, *last))


def _framing(smallest: Draft, names: Names) -> Iterator[Case]:
    yield Case(smallest, as_it_is, Wire(chunked=True), advice="http.chunked")
    yield Case(smallest, as_it_is, Wire(expect=True), advice="http.expect")
    if not names.provider.extensible:
        yield from (Case(smallest, puts(_MORE, value)) for value in ("1", "x" * _LARGE))
    yield Case(smallest, lambda draft: draft.put(Place("header", "Accept-Language"), "fr").request(b""))


def _media_types(smallest: Draft) -> Iterator[Case]:
    """Bodies that are called another type, are of another type, or are both."""
    accept = str(smallest.values["header"].get("Accept", ""))
    for media in dict.fromkeys((accept, accept.partition(";")[0])) if accept else ():
        yield Case(smallest, methodcaller("request", None, media))
    for other in ("application/json", FORM, PARTS):
        if other != smallest.media.partition(";")[0]:
            said = replace(smallest, media=other).content_type
            yield from (Case(smallest, partial(_as, *each)) for each in ((other, said), ("", said), (other, None)))


def _as(media: str, said: str | None, draft: Draft) -> Request:
    return draft.request(draft.encoded(media), said)


def _solidus(place: Place, draft: Draft) -> Request:
    """The request with a text at a place in which a solidus is escaped (RFC 8259, 7)."""
    return draft.request(draft.put(place, "a/b").encoded().replace(b"/", b"\\/"))
