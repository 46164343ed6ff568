"""A request before it is encoded, so that a case can change one place of it."""

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import quote, urlencode

from ..messages import Request
from ..parameters import in_one
from ..spec import Operation
from ..strict_json import at, put
from .places import Place

FORM, PARTS = "application/x-www-form-urlencoded", "multipart/form-data"


@dataclass(frozen=True)
class File:
    """A file part."""

    name: str
    content_type: str
    data: bytes = field(repr=False)


@dataclass(frozen=True)
class Draft:
    """A request to an operation, not encoded yet.

    `values` has the values by kind of place and name; `media` is the body's media type, "" without a body; `boundary`
    separates the parts of a multipart form.
    """

    operation: Operation
    media: str
    values: Mapping[str, Mapping[str, Any]]
    boundary: str

    def put(self, place: Place, value: Any) -> "Draft":
        """A copy with another value at a place; `...` removes the place. A header's name is compared without case."""
        found = self.values[place.kind]
        if place.kind == "header":
            found = {name: old for name, old in found.items() if name.lower() != place.name.lower()}
        if place.kind == "body":
            changed = put(found, place.name, value)
        else:
            changed = {name: each for name, each in {**found, place.name: value}.items() if each is not ...}
        return replace(self, values={**self.values, place.kind: changed})

    def value(self, place: Place) -> Any:
        """The value at a place; None if there is none."""
        found = self.values[place.kind]
        return at(found, f"/{place.name}") if place.kind == "body" else found.get(place.name)

    def turned(self) -> "Draft":
        """A copy with the body's fields in reverse order; an array stays as it is."""
        found = self.values["body"]
        turned = dict(list(found.items())[::-1]) if isinstance(found, Mapping) else found
        return replace(self, values={**self.values, "body": turned})

    @property
    def fields(self) -> Mapping[str, Any]:
        """The body's fields by name; the items of an array by number."""
        found: Any = self.values["body"]
        return {str(number): each for number, each in enumerate(found)} if isinstance(found, list) else found

    def request(self, body: bytes | None = None, content_type: str | None = None, query: str | None = None) -> Request:
        """The encoded request, with another body, media type or query if given; a `content_type` of "" sends none."""
        media = self.content_type if content_type is None else content_type
        cookies = "; ".join(f"{name}={value}" for name, value in self.values.get("cookie", {}).items())
        headers = {**self.values["header"], **({"Content-Type": media} if media else {})}
        headers |= {"Cookie": cookies} if cookies else {}
        asked = "&".join(map(self._pair, self.values["query"].items())) if query is None else query
        data = self.encoded() if body is None else body
        target = f"{self.path}?{asked}" if asked else self.path
        return Request(self.operation.method, target, tuple(headers.items()), data)

    def encoded(self, media: str = "") -> bytes:
        """The encoded body, in another media type if `media` is given."""
        media = media or self.media
        if media == PARTS:
            return multipart(self.fields.items(), self.boundary)
        if media == FORM:
            texts = {name: "" if isinstance(value, File) else _text(value) for name, value in self.fields.items()}
            return urlencode(texts, doseq=True, quote_via=quote).encode()
        if media and (media.endswith("json") or "" not in self.fields):
            return json.dumps(self.values["body"], ensure_ascii=False, default=_in_json).encode()
        whole = self.fields.get("", "")
        return whole.data if isinstance(whole, File) else str(whole).encode()

    def _pair(self, pair: tuple[str, Any]) -> str:
        """A query parameter, encoded: an array is repeated for each item, or joined where the spec says so."""
        name, value = pair
        listed = self.operation.node.get("parameters") or ()
        between = next((found for each in listed if each.value["name"] == name and (found := in_one(each))), None)
        if isinstance(value, list) and between:
            return f"{quote(name)}={between[0].join(quote(str(item), safe='') for item in value)}"
        return urlencode({name: value}, doseq=True, quote_via=quote)

    @property
    def path(self) -> str:
        """The path, with the values of its parameters filled in."""
        given = self.values["path"]
        return re.sub("{(.+?)}", lambda name: quote(str(given.get(name[1], "")), safe=""), self.operation.path)

    @property
    def is_json(self) -> bool:
        """Whether the body is JSON."""
        return self.media.partition(";")[0].endswith(("/json", "+json"))

    @property
    def content_type(self) -> str:
        """The value of the Content-Type header."""
        return f"{self.media}; boundary={self.boundary}" if self.media == PARTS else self.media


def _text(value: Any) -> Any:
    """A value as a form has it, in which `true` is no `True`; a list as a list of such values."""
    if isinstance(value, list):
        return [_text(each) for each in value]
    return str(value).lower() if isinstance(value, bool) else value


def _in_json(value: Any) -> str:
    """The text for a value that JSON cannot hold: a file's name, so that no content is taken for fields."""
    return value.name if isinstance(value, File) else str(value)


def multipart(parts: Iterable[tuple[str, Any]], boundary: str) -> bytes:
    """A multipart form of names and values."""
    found = []
    for name, value in parts:
        head, data = f'Content-Disposition: form-data; name="{name}"', value
        if isinstance(value, File):
            head, data = f'{head}; filename="{value.name}"\r\nContent-Type: {value.content_type}', value.data
        data = data if isinstance(data, bytes) else str(_text(data)).encode()
        found.append(f"--{boundary}\r\n{head}\r\n\r\n".encode() + data + b"\r\n")
    return b"".join(found) + f"--{boundary}--\r\n".encode()
