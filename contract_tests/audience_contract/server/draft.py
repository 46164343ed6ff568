"""A request before it is bytes, so that one thing of it can be changed at a time."""

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from importlib.metadata import version
from typing import Any
from urllib.parse import quote, urlencode

from ..facts import Effect, facts_of
from ..messages import Request
from ..mock.provider import load as provider_of
from ..samples import sample
from ..spec import Node, Operation
from ..strict_json import at, put
from .audiences import PREFIX, Audiences, Made
from .target import Target

_BOUNDARY = "audience-contract-limit"


@dataclass(frozen=True)
class File:
    """A file part."""

    name: str
    content_type: str
    data: bytes = field(repr=False)


@dataclass(frozen=True)
class Draft:
    """A request to an operation.

    `fields` are JSON properties, form fields or parts, a part's file a `File`; those of an operation without a body are
    the parameters of its query, which stand in `query` where there is a body, too.
    """

    operation: Operation
    path: Mapping[str, str]
    query: Mapping[str, str]
    headers: Mapping[str, str]
    media: str
    fields: Mapping[str, Any]

    def but(self, **fields: Any) -> "Draft":
        """With other fields; those that are `...` are left out."""
        changed = dict(self.fields)
        for path, value in fields.items():
            changed = put(changed, path, value)
        return replace(self, fields=changed)

    def placing(self, place: str, values: Mapping[str, str]) -> "Draft":
        """With other headers, or parameters of the query; those that are "" are left out."""
        if place == "query" and not self.media:
            return self.but(**{name: value or ... for name, value in values.items()})
        old = self.query if place == "query" else self.headers
        new = {name: value for name, value in {**old, **values}.items() if value}
        return replace(self, query=new) if place == "query" else replace(self, headers=new)

    def value(self, place: str, name: str) -> str:
        """What stands in a header, or in a parameter of the query; "" for nothing."""
        query = self.query if self.media else {**self.query, **self.fields}
        return str((query if place == "query" else self.headers).get(name, ""))

    def having(self, **headers: str) -> "Draft":
        """With other headers, underscores as hyphens; those that are "" are left out."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        kept = {name: v for name, v in self.headers.items() if name.lower() not in {n.lower() for n in named}}
        return replace(self, headers={**kept, **{name: value for name, value in named.items() if value}})

    def request(self, body: bytes | None = None, content_type: str | None = None) -> Request:
        """The request, or one with another body or media type."""
        types = {"Content-Type": self.content_type if content_type is None else content_type} if self.media else {}
        asked = self.query if self.media else {**self.query, **self.fields}
        query = f"?{'&'.join(self._pair(name, value) for name, value in asked.items())}" if asked else ""
        headers = {**self.headers, **{name: value for name, value in types.items() if value}}
        data = encode(self.media, self.fields) if body is None else body
        return Request(self.operation.method, f"{self.raw_path}{query}", tuple(headers.items()), data)

    def _pair(self, name: str, value: Any) -> str:
        """A parameter of the query; an array is one for each item, or one with commas between them."""
        listed = self.operation.node.get("parameters") or ()
        if isinstance(value, list) and any(p.value["name"] == name and not p.plain("explode", True) for p in listed):
            return f"{quote(name)}={','.join(quote(str(item), safe='') for item in value)}"
        return urlencode({name: value}, doseq=True, quote_via=quote)

    @property
    def properties(self) -> dict[str, Node]:
        """The schemas of all fields that there may be."""
        return properties_of(self.operation, self.media)

    @property
    def raw_path(self) -> str:
        """The path, with the values of its parameters."""
        return re.sub("{(.+?)}", lambda name: quote(self.path[name[1]], safe=""), self.operation.path)

    @property
    def is_json(self) -> bool:
        """Whether the body is JSON."""
        return self.media.partition(";")[0].endswith(("/json", "+json"))

    @property
    def content_type(self) -> str:
        """The value of Content-Type."""
        return f"{self.media}; boundary={_BOUNDARY}" if self.media == "multipart/form-data" else self.media


def encode(media: str, fields: Mapping[str, Any]) -> bytes:
    """A body of a media type."""
    if media == "multipart/form-data":
        return multipart(fields.items())
    if media == "application/x-www-form-urlencoded":
        return urlencode(fields, quote_via=quote).encode()
    return json.dumps(fields, ensure_ascii=False, default=str).encode() if media else b""


def multipart(parts: Iterable[tuple[str, Any]], boundary: str = _BOUNDARY, text_headers: str = "") -> bytes:
    """A form of parts, names and values; `text_headers` are put into each part that is no file."""
    found = []
    for name, value in parts:
        disposition = f'Content-Disposition: form-data; name="{name}"'
        if isinstance(value, File):
            head = f'{disposition}; filename="{value.name}"\r\nContent-Type: {value.content_type}\r\n'
            data = value.data
        else:
            head, data = f"{disposition}\r\n{text_headers}", value if isinstance(value, bytes) else str(value).encode()
        found.append(f"--{boundary}\r\n{head}\r\n".encode() + data + b"\r\n")
    return b"".join(found) + f"--{boundary}--\r\n".encode()


def properties_of(operation: Operation, media: str) -> dict[str, Node]:
    """The schemas of the properties, fields or parts of a body; without one, of the query's parameters."""
    if not media:
        listed = operation.node.get("parameters") or ()
        return {str(each.value["name"]): each["schema"] for each in listed if each.value["in"] == "query"}
    schema = operation.node["requestBody"]["content"][media].get("schema")
    properties = schema and schema.get("properties")
    return {key: properties[key] for key in properties.value} if properties else {}


def key_of(operation: Operation) -> str:
    """The parameter, property or part that says which audience a request is about: what its creation answered, where
    that stands in the path, or else its name; "" where there is none.
    """
    facts, named = facts_of(operation), provider_of(operation.spec.key).named
    listed = [each.value for each in operation.node.get("parameters") or ()]
    own = [each["name"] for each in listed if each["in"] == "path" and each["name"] in facts.fed]
    return own[0] if own else named


def is_about_one(operation: Operation) -> bool:
    """Whether a request says which audience it is about."""
    body = operation.node.get("requestBody")
    top = key_of(operation).partition("/")[0]
    return top in properties_of(operation, next(iter(body["content"].value)) if body else "") or any(
        each.value["name"] == top for each in operation.node.get("parameters") or ()
    )


def required_of(operation: Operation, media: str) -> list[str]:
    """Those of them that must be there."""
    if not media:
        listed = operation.node.get("parameters") or ()
        return [str(each.value["name"]) for each in listed if each.value["in"] == "query" and each.plain("required")]
    schema = operation.node["requestBody"]["content"][media].get("schema")
    return list((schema and schema.plain("required")) or properties_of(operation, media))


class Names:
    """What is new each time: names, of the prefix, the run's mark and a number; and requests about another audience."""

    def __init__(self, target: Target, mark: str, audiences: Audiences) -> None:
        self.target, self._audiences = target, audiences
        self.provider = provider_of(target.spec.key)
        self._start, self._count = f"{PREFIX}{mark}-", 0

    def new(self, length: int = 0) -> str:
        """The next name, filled up to `length` characters; a shorter one is the end of the name."""
        self._count += 1
        name = f"{self._start}{self._count}"
        if not length or length == len(name):
            return name
        if length > len(name):
            return f"{self._start}{'x' * (length - len(name))}{self._count}"
        return f"{self._count:x}".rjust(length, "a")[-length:]

    def fresh(self, operation: Operation, *, take: bool = True) -> dict[str, str]:
        """What says which audience a valid request is about: a new name for a create, or one that this run made."""
        return self.meaning(operation, self._audiences.fresh(operation, self.new(), take=take))

    def meaning(self, operation: Operation, made: Made) -> dict[str, str]:
        """What says which audience is meant; of one that is not made yet, its name stands for what is not known."""
        fed = {place: at(made.answer, pointer) for place, pointer in facts_of(operation).fed.items()}
        known = {place: str(value) for place, value in fed.items() if value}
        return {self.provider.named: made.name, key_of(operation): made.name, **known}

    def filled(self, operation: Operation, request: Request, made: Made) -> Request:
        """The request, with what is known of the audience since it was made."""
        right = self.meaning(operation, made)[key_of(operation)]
        return replace(request, target=re.sub(rf"{re.escape(made.name)}(?!\w)", quote(right, safe=""), request.target))

    def absent(self, draft: Draft) -> Draft:
        """The draft about an audience that never was there."""
        return self._about(draft, self.meaning(draft.operation, Made(self.new(), "", None)))

    def renamed(self, draft: Draft) -> Draft:
        """The draft about another audience, where it is about one."""
        return self._about(draft, self.fresh(draft.operation))

    @staticmethod
    def _about(draft: Draft, fresh: Mapping[str, str]) -> Draft:
        path = {name: fresh.get(name, value) for name, value in draft.path.items()}
        return replace(draft, path=path).but(
            **{path: value for path, value in fresh.items() if at(draft.fields, f"/{path}") is not None}
        )

    def is_given(self, operation: Operation, key: str) -> bool:
        """Whether a field has one right value: a setting's, or what says which audience is meant."""
        facts = facts_of(operation)
        known = f"body {key}" in self.target.settings or key in facts.fed
        return known or (key == self.provider.named and facts.effect is not Effect.CREATES)

    def first(self, operation: Operation) -> Draft:
        """A request with everything that is required and nothing else."""
        parameters: dict[str, dict[str, str]] = {"path": {}, "query": {}, "header": {}}
        body = operation.node.get("requestBody")
        media = next(iter(body["content"].value)) if body else ""
        headers = {"User-Agent": f"audience-contract/{version('audience-contract')}", **self.target.headers()}
        fresh = self.fresh(operation, take=False)
        for parameter in operation.node.get("parameters") or ():
            place, key = parameter.value["in"], parameter.value["name"]
            if parameter.plain("required") and key not in headers and (media or place != "query"):
                found = fresh.get(key) or sample(parameter["schema"], "a")
                parameters[place][key] = found if isinstance(found, str) else json.dumps(found)
        required = required_of(operation, media)
        fields = {key: value for key, value in self.everything(operation, least=True).items() if key in required}
        headers |= parameters["header"]
        return Draft(operation, parameters["path"], parameters["query"], headers, media, fields)

    def everything(self, operation: Operation, *, least: bool = False) -> dict[str, Any]:
        """A value for each field, in the spec's order; with `least` nothing in it that is not required."""
        body = operation.node.get("requestBody")
        found: dict[str, Any] = {}
        fresh, facts = self.fresh(operation, take=False), facts_of(operation)
        left_out = {*facts.fed, *facts.pages, *self.provider.only_in_some_revisions}
        for key, kind in properties_of(operation, next(iter(body["content"].value)) if body else "").items():
            if key in fresh:
                found[key] = fresh[key]
            elif f"body {key}" in self.target.settings:
                found[key] = self.target.settings[f"body {key}"]
            elif kind.plain("format") == "binary":
                found[key] = File(*self.provider.file())
            elif key not in left_out:
                found[key] = self.provider.examples.get(key) or sample(kind, least=least)
        named = self.provider.named
        return put(found, named, fresh[named]) if at(found, f"/{named}") is not None else found
