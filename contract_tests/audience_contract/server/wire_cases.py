"""One message written in many ways: what RFC 8259, 9110, 9112, 7578 and 2046 allow, and what they do not."""

import gzip
import json
import re
from collections.abc import Iterator
from dataclasses import replace
from urllib.parse import quote

from .cases import Case
from .draft import Draft, Names
from .send import Wire
from .values import escaped

_ACCEPTS = (
    *("*/*", "application/json", "application/*", "application/json;q=0.5, */*;q=0.1", "Application/JSON"),
    *("application/xml, application/json;q=0.9", "application/json, text/html;q=0.5, application/xml;q=0.3"),
)
_BODIES = ("application/json", "application/x-www-form-urlencoded", "multipart/form-data")

_NEAR = (
    "application/jsonx",
    "application/json-patch+json",
    "application/merge-patch+json",
    "multipart/mixed; boundary=x",
)


def any_message(least: Draft, names: Names) -> Iterator[Case]:
    """What holds for every request: its line and its headers."""

    def new() -> Draft:
        return names.renamed(least)

    for _ in range(2):
        yield Case("absolute request line", new().request(), Wire(absolute=True))
        yield Case("Connection: close", new().having(Connection="close").request())
        yield Case("a Range, which means nothing here", new().having(Range="bytes=0-9").request())
        yield Case(
            "an offer to upgrade",
            new().having(Connection="Upgrade, HTTP2-Settings", Upgrade="h2c", HTTP2_Settings="AAMAAABk").request(),
        )
    if "Accept" not in least.headers:
        for accept in 2 * _ACCEPTS:
            yield Case("Accept that JSON is in", new().having(Accept=accept).request(), variant=accept)
        yield Case("Accept that JSON is not in", new().having(Accept="text/html").request())
    for name, value in (
        ("User-Agent", "contract-check"),
        ("User-Agent", ""),
        ("User-Agent", ""),
        ("Accept-Language", "de"),
        ("X-Request-Id", "1"),
        ("Accept-Encoding", "identity"),
    ):
        yield Case("another header", new().having(**{name.replace("-", "_"): value}).request())


def any_body(least: Draft, names: Names) -> Iterator[Case]:
    """What holds for every media type: the framing of the body and its media type."""

    def new() -> Draft:
        return names.renamed(least)

    for _ in range(2):
        yield Case("chunked body", new().request(), Wire(chunked=True))
        yield Case("Expect: 100-continue", new().request(), Wire(expect=True))
        yield Case("empty body", new().request(b""))
        yield Case("Accept-Language on an empty body", new().having(Accept_Language="fr, de;q=0.5").request(b""))
    body = new().request().body
    zipped = new().having(Content_Encoding="gzip")
    yield Case("gzip body", zipped.request(gzip.compress(body, mtime=0)))
    media = least.content_type
    kind, _, parameters = media.partition(";")
    rest = f";{parameters}" if parameters else ""
    yield Case("media type in another case", new().request(content_type=kind.title() + rest))
    yield Case("media type in another case", new().request(content_type=kind.upper() + rest))
    for _ in range(2):
        yield Case("", new().request(content_type=""))
    for other in (
        "text/plain",
        "text/plain; charset=utf-8",
        "application/xml",
        "application/octet-stream",
        "text/html",
        "application/x-ndjson",
        *_NEAR,
        *(v for n, said in least.headers.items() if n.lower() == "accept" for v in (said, said.partition(";")[0])),
    ):
        yield Case("another media type", new().request(content_type=other), variant=other)
    for other in _BODIES:
        for draft in (least, replace(least, media=other)) if other != least.media else ():
            for _ in range(2):
                said = names.renamed(draft).request(content_type=replace(least, media=other).content_type)
                yield Case("another media type", said, variant=f"{draft.media} {other}")


def json_body(least: Draft, names: Names) -> Iterator[Case]:
    """JSON texts."""

    def new() -> Draft:
        return names.renamed(least)

    for _ in range(2):
        fields = new().fields
        yield Case("keys in another order", new().request(json.dumps(dict(reversed(list(fields.items())))).encode()))
        yield Case("white space in JSON", new().request(f" \r\n{json.dumps(new().fields, indent='	')}\n\n".encode()))
        yield Case("escaped characters in JSON", new().request(escaped(new().fields)))
        solidus = json.dumps({**new().fields, **_slashed(least)}).replace("/", "\\/")
        yield Case("escaped characters in JSON", new().request(solidus.encode()), variant="solidus")
        latin = json.dumps(new().fields)[:-1] + ', "contract_check": "é"}'
        yield Case(
            "Latin-1 by its charset", new().request(latin.encode("latin-1"), f"{least.media}; charset=iso-8859-1")
        )
    for charset in ("charset=utf-8", 'charset="UTF-8"', " charset=utf-8"):
        yield Case("media type with charset=utf-8", new().request(content_type=f"{least.media};{charset}"))
    yield Case("media type with another charset", new().request(content_type=f"{least.media}; charset=latin-1"))
    text = json.dumps(new().fields)
    wrong: dict[str, bytes] = {
        "JSON null": b"null",
        "a JSON array": f"[{text}]".encode(),
        "an empty object": b"{}",
        "a JSON string": json.dumps(text).encode(),
        "JSON cut off": text[:-1].encode(),
        "text after the JSON": f"{text}x".encode(),
        "not JSON at all": b"name=check",
        "two JSON values": f"{text}{text}".encode(),
        "JSON cut off in a string": text[:-2].encode(),
        "NaN in JSON": f'{text[:-1]}, "contract_check": NaN}}'.encode(),
        "Infinity in JSON": f'{text[:-1]}, "contract_check": Infinity}}'.encode(),
        "single quotes in JSON": text.replace('"', "'").encode(),
        "a colon missing in JSON": text.replace(": ", " ", 1).encode(),
        "the last colon missing in JSON": " ".join(text.rsplit(": ", 1)).encode(),
        "all colons missing in JSON": text.replace(": ", " ").encode(),
        "a comma before the end": f"{text[:-1]},}}".encode(),
        "a comment in JSON": f"/* */{text}".encode(),
        "a comment after a hash": f"{text[:-1]} # check\n}}".encode(),
        "property names in capitals": json.dumps({key.upper(): value for key, value in new().fields.items()}).encode(),
        "property names in title case": json.dumps(
            {key.title(): value for key, value in new().fields.items()}
        ).encode(),
        "no-break spaces around JSON": f"\u00a0{text}\u00a0".encode(),
        "form feeds around JSON": f"\f{text}\v".encode(),
        "names without quotes in JSON": re.sub(r'"(\w+)":', r"\1:", text).encode(),
        "a raw line break in a JSON text": f'{text[:-1]}, "contract_check": "a\r\n\tb"}}'.encode(),
        "bytes of Latin-1 in JSON": f'{text[:-1]}, "contract_check": "é"}}'.encode("latin-1"),
        "UTF-16": text.encode("utf-16"),
        "a raw control character in JSON": f'{text[:-1]}, "contract_check": "\t\x01"}}'.encode(),
        "an unknown escape in JSON": f'{text[:-1]}, "contract_check": "\\x41"}}'.encode(),
        "a number with a leading zero": f'{text[:-1]}, "contract_check": 01}}'.encode(),
        "white space only": b"  ",
        "a JSON number": b"1",
        "a JSON boolean": b"true",
        "a byte order mark": b"\xef\xbb\xbf" + text.encode(),
        "a key twice": f"{text[:-1]}, {text[1:]}".encode(),
        "half a surrogate pair": f'{text[:-1]}, "contract_check": "\\ud800"}}'.encode(),
        "JSON nested deeply": f'{text[:-1]}, "contract_check": {"[" * 5000}{"]" * 5000}}}'.encode(),
        "a number of many digits": f'{text[:-1]}, "contract_check": {"9" * 5000}}}'.encode(),
        "another property": f'{text[:-1]}, "contract_check": 1}}'.encode(),
        "many other properties": json.dumps(
            {**new().fields, **{f"contract_check_{n}": n for n in range(500)}}
        ).encode(),
        "a property named like Python's": f'{text[:-1]}, "__proto__": {{"a": 1}}, "constructor": 1}}'.encode(),
    }
    for label, body in wrong.items():
        for _ in range(2):
            yield Case(label, new().request(body))


def _turned(draft: Draft) -> dict[str, str]:
    """Lists with commas, from their ends."""
    return {
        name: ",".join(reversed(str(value).split(","))) for name, value in draft.fields.items() if "," in str(value)
    }


def _slashed(draft: Draft) -> dict[str, str]:
    """A text with a solidus for a property that may hold one."""
    given = draft.properties.items()
    free = [
        key
        for key, kind in given
        if kind.plain("type") == "string" and not kind.get("enum") and not kind.get("pattern")
    ]
    return {key: "a/b" for key in free if key in ("description", "display_name")}


def form_body(least: Draft, names: Names) -> Iterator[Case]:
    """URL-encoded forms."""
    for _ in range(2):
        least = names.renamed(least)
        pairs = [f"{name}={quote(str(value), safe='')}" for name, value in least.fields.items()]
        yield Case("fields in another order", least.request("&".join(reversed(pairs)).encode()))
        coded = "&".join(f"{k}={''.join(f'%{byte:02X}' for byte in str(v).encode())}" for k, v in least.fields.items())
        yield Case("letters percent-encoded", least.request(coded.encode()))
        yield Case("letters percent-encoded", least.request(coded.lower().encode()))
        yield Case("commas as they are", least.request("&".join(pairs).replace("%2C", ",").encode()))
        names_coded = "&".join(f"%{ord(pair[0]):02X}{pair[1:]}" for pair in pairs)
        yield Case("letters percent-encoded", least.request(names_coded.encode()), variant="names")
        yield Case("right fields, and scopes in another order", least.but(**_turned(least)).request())
        yield Case("another field", least.request("&".join([*pairs, "contract_check=1"]).encode()))
        yield Case("an ampersand at the end", least.request(("&".join(pairs) + "&").encode()))
        yield Case("media type with charset=utf-8", least.request(content_type=f"{least.media};charset=UTF-8"))
        for pair in pairs:
            yield Case("a field twice", least.request("&".join([*pairs, pair]).encode()))
            name = pair.partition("=")[0]
            yield Case(f"{name} empty", least.but(**{name: ""}).request())
        yield Case("bytes that are no UTF-8", least.request("&".join([*pairs, "contract_check=%ff"]).encode()))
        yield Case("JSON instead of a form", least.request(json.dumps(dict(least.fields)).encode()))
