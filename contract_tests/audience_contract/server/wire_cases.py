"""One message written in many ways: what RFC 8259, 9110, 9112, 7578 and 2046 allow, and what they do not."""

import gzip
import json
from collections.abc import Iterator
from dataclasses import replace
from urllib.parse import quote

from ..mock.provider import load as provider_of
from .cases import Case, renamed
from .draft import Draft, File, Names, multipart
from .send import Wire
from .target import Target


def any_body(target: Target, least: Draft, names: Names) -> Iterator[Case]:
    """What holds for every media type: the framing of the message and its media type."""

    def new() -> Draft:
        return renamed(target, least, names)

    for _ in range(2):
        yield Case("chunked body", new().request(), Wire(chunked=True))
        yield Case("absolute request line", new().request(), Wire(absolute=True))
        yield Case("Expect: 100-continue", new().request(), Wire(expect=True))
        yield Case("Connection: close", new().having(Connection="close").request())
        yield Case("empty body", new().request(b""))
    if "Accept" not in least.headers:
        for accept in (
            "*/*",
            "application/json",
            "application/*",
            "application/json;q=0.5, */*;q=0.1",
            "Application/JSON",
        ):
            yield Case("Accept that JSON is in", new().having(Accept=accept).request())
        yield Case("Accept that JSON is not in", new().having(Accept="text/html").request())
    for name, value in (
        ("User-Agent", "contract-check"),
        ("Accept-Language", "de"),
        ("X-Request-Id", "1"),
        ("Accept-Encoding", "identity"),
    ):
        yield Case("another header", new().having(**{name.replace("-", "_"): value}).request())
    body = new().request().body
    zipped = new().having(Content_Encoding="gzip")
    yield Case("gzip body", zipped.request(gzip.compress(body, mtime=0)))
    media = least.content_type
    kind, _, parameters = media.partition(";")
    rest = f";{parameters}" if parameters else ""
    yield Case("media type in another case", new().request(content_type=kind.title() + rest))
    yield Case("media type in another case", new().request(content_type=kind.upper() + rest))
    yield Case("", new().request(content_type=""))
    for other in ("text/plain", "application/xml", "application/octet-stream", "text/html", "application/x-ndjson"):
        yield Case("another media type", new().request(content_type=other))
    for other in ("application/json", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x"):
        if other.partition(";")[0] != least.media:
            yield Case("another media type", new().request(content_type=other))


def json_body(target: Target, least: Draft, names: Names) -> Iterator[Case]:
    """JSON texts."""

    def new() -> Draft:
        return renamed(target, least, names)

    for _ in range(2):
        fields = new().fields
        yield Case("keys in another order", new().request(json.dumps(dict(reversed(list(fields.items())))).encode()))
        yield Case("white space in JSON", new().request(f" \r\n{json.dumps(new().fields, indent='	')}\n\n".encode()))
        yield Case("escaped characters in JSON", new().request(_escaped(new().fields)))
    for charset in ("charset=utf-8", 'charset="UTF-8"', " charset=utf-8"):
        yield Case("media type with charset=utf-8", new().request(content_type=f"{least.media};{charset}"))
    yield Case("media type with another charset", new().request(content_type=f"{least.media}; charset=latin-1"))
    text = json.dumps(new().fields)
    wrong: dict[str, bytes] = {
        "text after the JSON": f"{text}x".encode(),
        "two JSON values": f"{text}{text}".encode(),
        "JSON cut off": text[:-1].encode(),
        "JSON cut off in a string": text[:-2].encode(),
        "NaN in JSON": f'{text[:-1]}, "contract_check": NaN}}'.encode(),
        "Infinity in JSON": f'{text[:-1]}, "contract_check": Infinity}}'.encode(),
        "single quotes in JSON": text.replace('"', "'").encode(),
        "a comma before the end": f"{text[:-1]},}}".encode(),
        "a comment in JSON": f"/* */{text}".encode(),
        "bytes of Latin-1 in JSON": f'{text[:-1]}, "contract_check": "é"}}'.encode("latin-1"),
        "UTF-16": text.encode("utf-16"),
        "a raw control character in JSON": f'{text[:-1]}, "contract_check": "\t\x01"}}'.encode(),
        "an unknown escape in JSON": f'{text[:-1]}, "contract_check": "\\x41"}}'.encode(),
        "a number with a leading zero": f'{text[:-1]}, "contract_check": 01}}'.encode(),
        "not JSON at all": b"name=check",
        "white space only": b"  ",
        "JSON null": b"null",
        "a JSON array": f"[{text}]".encode(),
        "a JSON string": json.dumps(text).encode(),
        "a JSON number": b"1",
        "a JSON boolean": b"true",
        "an empty object": b"{}",
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


def _escaped(fields: object) -> bytes:
    """JSON with every letter of its strings escaped."""
    text = json.dumps(fields)
    inside, found = False, []
    for number, letter in enumerate(text):
        quoted = letter == '"' and text[number - 1] != "\\"
        inside ^= quoted
        found.append(f"\\u{ord(letter):04x}" if inside and not quoted and letter.isalpha() else letter)
    return "".join(found).encode()


def form_body(target: Target, least: Draft, names: Names) -> Iterator[Case]:  # noqa: ARG001 - one of the wire's cases
    """URL-encoded forms."""
    for _ in range(2):
        pairs = [f"{name}={quote(str(value), safe='')}" for name, value in least.fields.items()]
        yield Case("fields in another order", least.request("&".join(reversed(pairs)).encode()))
        coded = "&".join(f"{k}={''.join(f'%{byte:02X}' for byte in str(v).encode())}" for k, v in least.fields.items())
        yield Case("letters percent-encoded", least.request(coded.encode()))
        yield Case("letters percent-encoded", least.request(coded.lower().encode()))
        yield Case("another field", least.request("&".join([*pairs, "contract_check=1"]).encode()))
        yield Case("an ampersand at the end", least.request(("&".join(pairs) + "&").encode()))
        yield Case("media type with charset=utf-8", least.request(content_type=f"{least.media};charset=UTF-8"))
        for pair in pairs:
            yield Case("a field twice", least.request("&".join([*pairs, pair]).encode()))
            name = pair.partition("=")[0]
            yield Case(f"{name} empty", least.but(**{name: ""}).request())
        yield Case("bytes that are no UTF-8", least.request("&".join([*pairs, "contract_check=%ff"]).encode()))
        yield Case("JSON instead of a form", least.request(json.dumps(dict(least.fields)).encode()))


def multipart_body(target: Target, least: Draft, names: Names) -> Iterator[Case]:
    """Forms of parts, and the files in them."""

    def new() -> Draft:
        return renamed(target, least, names)

    for _ in range(2):
        yield Case(
            "parts in another order", replace(new(), fields=dict(reversed(list(new().fields.items())))).request()
        )
        for boundary in ("x", "a" * 70, "-" * 30 + "7ea", "'()+_,-./:=?"):
            body = multipart(new().fields, boundary)
            yield Case("another boundary", new().request(body, f'multipart/form-data; boundary="{boundary}"'))
        body, kind = multipart(new().fields, "limit"), "multipart/form-data; boundary=limit"
        yield Case("a preamble", new().request(b"to be ignored\r\n" + body, kind))
        yield Case("an epilogue", new().request(body + b"to be ignored\r\n", kind))
        yield Case("no line break at the end", new().request(body[:-2], kind))
        typed = multipart(new().fields, "limit", "Content-Type: text/plain; charset=utf-8\r\n")
        yield Case("a text part with its media type", new().request(typed, kind))
        lower = body.replace(b"Content-Disposition", b"content-disposition").replace(b"Content-Type", b"content-type")
        yield Case("part headers in lower case", new().request(lower, kind))
        yield Case("a part that nobody knows", new().but(contract_check="1").request())
        for label, wrong in {
            "no closing boundary": body[: -len("--limit--\r\n")],
            "another boundary than announced": body.replace(b"--limit", b"--other"),
            "no part at all": b"--limit--\r\n",
            "not multipart": b"name=check",
            "JSON instead of parts": b'{"name": "check"}',
        }.items():
            yield Case(label, new().request(wrong, kind))
        yield Case("no boundary announced", new().request(body, "multipart/form-data"))
        for name in new().fields:
            renaming = {key if key != name else f"{key}s": value for key, value in new().fields.items()}
            yield Case(f"part {name} with another name", replace(new(), fields=renaming).request())
            renaming = {key if key != name else key.upper(): value for key, value in new().fields.items()}
            yield Case(f"part {name} with another name", replace(new(), fields=renaming).request())
    for key, value in least.fields.items():
        if isinstance(value, File):
            for label, name, media, data, _ in provider_of(target.spec.key).files():
                for _ in range(2):
                    yield Case(f"part {key}: {label}", new().but(**{key: File(name, media, data)}).request())
