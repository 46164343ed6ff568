"""The places of an operation's requests that the effective spec names, and how a value stands in each."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import parse_qsl, quote, unquote

from .. import schema, strict_json
from ..messages import Request
from ..multipart import Part
from ..samples import sample
from ..security import alternatives
from ..security import header as header_of
from ..spec import Node, Operation
from .acts import body, header, json_body, parts_body
from .fault import Change, json_object, parts

TEXTS = ("path", "query", "header", "cookie", "field", "part")
"""The kinds of places that hold nothing but text."""
_DEEP = 5


def schemes(operation: Operation) -> list[Node]:
    """The security schemes that an operation asks for; of several alternatives, the first."""
    return next(iter(alternatives(operation)), [])


def credential(operation: Operation) -> str:
    """The header with the first credential of an operation; Authorization where none is asked for."""
    return next((header_of(scheme) for scheme in schemes(operation)), "Authorization")


def slug(name: str) -> str:
    """A text as it stands in the names of faults: small letters, digits and hyphens."""
    return re.sub("[^a-z0-9]+", "-", name.lower()).strip("-")


@dataclass(frozen=True)
class Place:
    """A parameter ("path", "query", "header", "cookie"), or a place in a body.

    In a body it is a "property" of a JSON object, a "field" of a form, or a "part". `schema` is that of its values; of
    an array parameter, that of each item. `pointer` is where the spec names it. `rule` is the pointer to what requires
    it, "" if it is optional. The name of a nested property is its path. `start` is what stands before the value in a
    header.
    """

    operation: Operation
    kind: str
    name: str
    schema: Node
    pointer: str
    rule: str = ""
    start: str = ""

    @property
    def word(self) -> str:
        """Its name, as it stands in the names of faults."""
        return "auth" if self.name == "Authorization" else slug(self.name)

    @property
    def is_file(self) -> bool:
        return bool(self.schema.plain("format") == "binary")

    @property
    def sample(self) -> Any:
        """A value that breaks no rule."""
        found = sample(self.schema, "fault")
        return json.dumps(found) if self.kind in TEXTS and not isinstance(found, str) else found

    def broken(self, value: Any) -> set[str]:
        """The rules that a value breaks."""
        if self.kind in TEXTS and isinstance(value, str):
            value = schema.from_text(self.schema, value)
        return {found.rule for found in schema.check(self.schema, value, "")}

    def holds(self, value: Any) -> bool:
        """Whether a value can be sent there."""
        if self.kind == "header":
            return isinstance(value, str) and (_is_header(value) or (bool(self.start) and not value))
        return self.kind not in TEXTS or isinstance(value, str)

    def allows(self, value: Any) -> bool:
        """Whether a value breaks no rule, and can be sent there."""
        return self.holds(value) and not self.broken(value)

    def values(self, request: Request) -> list[Any]:
        """The values there: none, one, or several."""
        if self.kind == "header":
            return [f"{value} ".removeprefix(self.start).strip() for value in request.values(self.name)]
        if self.kind == "cookie":
            return request.cookies(self.name)
        if self.kind == "path":
            found = self.operation.path_values(request.target).get(self.name)
            return [unquote(found)] if found else []
        if self.kind in ("query", "field"):
            return [value for name, value in _pairs(self._form(request)) if name == self.name]
        if self.kind == "part":
            return [part.data.decode("utf-8", "replace") for part in parts(request) if part.name == self.name]
        above, _, name = self.name.rpartition("/")
        found = strict_json.at(json_object(request), f"/{above}" if above else "")
        return [found[name]] if isinstance(found, dict) and name in found else []

    def puts(self, *values: Any) -> Change:
        """The change that puts values there."""
        return lambda request: self.put(request, *values)

    def put(self, request: Request, *values: Any) -> Request:
        """The request with these values there; without values, the place is left out."""
        if self.kind in ("header", "cookie"):
            name, start = (self.name, self.start) if self.kind == "header" else ("cookie", f"{self.name}=")
            return header(name, *(f"{start}{value}".strip() for value in values))(request)
        if self.kind == "path":
            old = self.operation.path_values(request.target)[self.name]
            return replace(request, target=request.target.replace(f"/{old}", f"/{quote(values[0], safe='')}"))
        if self.kind in ("query", "field"):
            kept = [pair for pair in self._form(request).split("&") if pair and _pairs(pair)[0][0] != self.name]
            form = "&".join([*kept, *(f"{quote(self.name)}={quote(value, safe='')}" for value in values)])
            if self.kind == "field":
                return body(form.encode())(request)
            path = request.target.partition("?")[0]
            return replace(request, target=f"{path}?{form}" if form else path)
        if self.kind == "part":
            found = parts(request)
            first = next((part for part in found if part.name == self.name), Part(self.name, None, "", b""))
            new = [replace(first, data=value.encode("utf-8", "replace")) for value in values]
            return parts_body([*(part for part in found if part.name != self.name), *new])(request)
        left = strict_json.put(json_object(request) or {}, self.name, ...)
        return json_body(strict_json.put(left, self.name, values[0]) if values else left)(request)

    def _form(self, request: Request) -> str:
        return request.body.decode("latin-1") if self.kind == "field" else request.target.partition("?")[2]


def places(operation: Operation) -> Iterator[Place]:
    """The places of an operation: its parameters, then those in its body."""
    for parameter in operation.node.get("parameters") or ():
        rule = f"{parameter.pointer}/required" if parameter.plain("required") else ""
        kind, name, found = parameter.value["in"], parameter.value["name"], parameter["schema"]
        yield Place(operation, kind, name, found.get("items") or found, parameter.pointer, rule)
    whole = operation.body
    if whole:
        yield from _below(Place(operation, body_of(operation), "", whole, whole.pointer))


def _below(above: Place) -> Iterator[Place]:
    """The properties of an object, and those inside of its required properties."""
    whole = above.schema
    for name in whole.plain("properties", {}):
        rule = f"{whole.pointer}/required" if name in whole.plain("required", []) else ""
        found = whole["properties"][name]
        path = f"{above.name}/{name}".removeprefix("/")
        place = replace(above, name=path, schema=found, pointer=found.pointer, rule=rule)
        yield place
        # A schema may refer to itself.
        if rule and above.kind == "property" and path.count("/") < _DEEP:
            yield from _below(place)


def body_of(operation: Operation) -> str:
    """The kind of places that an operation's body has."""
    kinds = {"application/x-www-form-urlencoded": "field", "multipart/form-data": "part"}
    return kinds.get(operation.media, "property")


def _pairs(form: str) -> list[tuple[str, str]]:
    return parse_qsl(form, keep_blank_values=True, errors="replace") or [("", "")]


def _is_header(value: str) -> bool:
    return value == value.strip() and value.isascii() and value.isprintable() and bool(value)
