"""Forms of parts (RFC 7578, RFC 2046) written in many ways, and the files in them."""

import re
from collections.abc import Iterator
from dataclasses import replace

from .cases import Case
from .draft import Draft, File, Names, multipart

_KIND = "multipart/form-data; boundary=limit"


def multipart_body(least: Draft, names: Names) -> Iterator[Case]:
    """Forms of parts, and the files in them."""
    for _ in range(2):
        yield from _framing(least, names)
        yield from _parts(least, names)
    for key, value in least.fields.items():
        if isinstance(value, File):
            for label, name, media, data, _ in names.provider.files():
                for _ in range(2):
                    sent = names.renamed(least).but(**{key: File(name, media, data)})
                    yield Case(f"part {key}: {label}", sent.request())


def _framing(least: Draft, names: Names) -> Iterator[Case]:
    def form(boundary: str = "limit", text_headers: str = "") -> bytes:
        return multipart(names.renamed(least).fields.items(), boundary, text_headers)

    def sent(label: str, body: bytes, kind: str = _KIND) -> Case:
        return Case(label, least.request(body, kind))

    for boundary in ("x", "a" * 70, "-" * 30 + "7ea", "'()+_,-./:=?"):
        yield sent("another boundary", form(boundary), f'multipart/form-data; boundary="{boundary}"')
        if ":" not in boundary:
            yield sent("another boundary", form(boundary), f"multipart/form-data; boundary={boundary}")
    yield sent("a preamble", b"to be ignored\r\n" + form())
    yield sent("an epilogue", form() + b"to be ignored\r\n")
    yield sent("no line break at the end", form()[:-2])
    yield sent("a text part with its media type", form(text_headers="Content-Type: text/plain; charset=utf-8\r\n"))
    lower = form().replace(b"Content-Disposition", b"content-disposition").replace(b"Content-Type", b"content-type")
    yield sent("part headers in lower case", lower)
    yield sent("no closing boundary", form()[: -len("--limit--\r\n")])
    yield sent("another boundary than announced", form("other"))
    yield sent("no part at all", b"--limit--\r\n")
    for parameters in (";boundary=limit", "; Boundary=limit", "; x=y; boundary=limit"):
        request = least.request(form(), f"multipart/form-data{parameters}")
        yield Case("a boundary named in another way", request, variant=parameters)
    more = re.sub(rb"(Content-Disposition: [^\r]*)", rb"\1\r\nX-Check: 1\r\nContent-Language: en", form())
    yield sent("other headers in a part", more)
    yield sent("a part's name after its file name", re.sub(rb'(name="[^"]+"); (filename="[^"]+")', rb"\2; \1", form()))
    yield sent("another multipart type", form(), "multipart/mixed; boundary=limit")
    yield sent("not multipart", b"name=check")
    yield sent("JSON instead of parts", b'{"name": "check"}')
    yield sent("no boundary announced", form(), "multipart/form-data")
    for value in least.fields.values():
        if isinstance(value, File):
            # Not a delimiter: the two hyphens before it are missing there (RFC 2046, 5.1.1).
            word = re.findall(r"\w+", value.data.decode("utf-8", "replace"))[0]
            yield sent("a boundary that is a word of the file", form(word), f"multipart/form-data; boundary={word}")


def _parts(least: Draft, names: Names) -> Iterator[Case]:
    def new() -> Draft:
        return names.renamed(least)

    yield Case("parts in another order", replace(new(), fields=dict(reversed(list(new().fields.items())))).request())
    yield Case("a part that nobody knows", new().but(contract_check="1").request())
    for name, value in least.fields.items():
        if not isinstance(value, File):
            away = new().but(**{name: ...})
            asked = replace(away, query={**away.query, name: str(value)})
            yield Case(f"part {name} in the query", asked.request())
            yield Case(f"part {name} not in UTF-8", new().but(**{name: b"caf\xe9"}).request())
            twice = multipart([(name, "contract-check-twice"), *new().fields.items()])
            yield Case(f"part {name} twice", new().request(twice))
        if isinstance(value, File):
            yield Case(f"part {name} twice", new().request(multipart([(name, value), *new().fields.items()])))
        for other in (
            f"{name}[]",
            f" {name} ",
            f"{name}s",
            name.upper(),
            name.rpartition("_")[2],
            "file",
            name.title(),
        ):
            if other != name:
                fields = {key if key != name else other: value for key, value in new().fields.items()}
                yield Case(f"part {name} with another name", replace(new(), fields=fields).request(), variant=other)
