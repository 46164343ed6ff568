"""A request before it is bytes, so that one thing of it can be changed at a time."""

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from importlib.metadata import version
from typing import Any
from urllib.parse import quote, urlencode

from ..messages import Request
from ..mock.provider import load as provider_of
from ..samples import sample
from ..spec import Operation
from .target import Target

PREFIX = "contract-check-"
"""What names have in them that a run creates, as far as they are long enough and none that a case is about."""

_BOUNDARY = "audience-contract-limit"


@dataclass(frozen=True)
class File:
    """A file part."""

    name: str
    content_type: str
    data: bytes = field(repr=False)


class Names:
    """Names that are new each time: the prefix, a mark of the run, a number."""

    def __init__(self, mark: str) -> None:
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


@dataclass(frozen=True)
class Draft:
    """A request to an operation: `fields` are JSON properties, form fields or parts, a part's file a `File`."""

    operation: Operation
    query: Mapping[str, str]
    headers: Mapping[str, str]
    media: str
    fields: Mapping[str, Any]

    def but(self, **fields: Any) -> "Draft":
        """With other fields; those that are `...` are left out."""
        changed = {**self.fields, **fields}
        return replace(self, fields={name: value for name, value in changed.items() if value is not ...})

    def having(self, **headers: str) -> "Draft":
        """With other headers, underscores as hyphens; those that are "" are left out."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        kept = {name: v for name, v in self.headers.items() if name.lower() not in {n.lower() for n in named}}
        return replace(self, headers={**kept, **{name: value for name, value in named.items() if value}})

    def request(self, body: bytes | None = None, content_type: str | None = None) -> Request:
        """The request, or one with another body or media type."""
        types = {"Content-Type": self.content_type if content_type is None else content_type} if self.media else {}
        query = f"?{urlencode(self.query, quote_via=quote)}" if self.query else ""
        headers = {**self.headers, **{name: value for name, value in types.items() if value}}
        data = encode(self.media, self.fields) if body is None else body
        return Request(self.operation.method, f"{self.operation.path}{query}", tuple(headers.items()), data)

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


def first(target: Target, operation: Operation, name: Callable[[], str]) -> Draft:
    """A request with everything that is required and nothing else."""
    query: dict[str, str] = {}
    headers = {"User-Agent": f"audience-contract/{version('audiences')}", **target.headers()}
    for parameter in operation.node.get("parameters") or ():
        place, key = parameter.value["in"], parameter.value["name"]
        if not parameter.plain("required") or key in headers:
            continue
        found = sample(parameter["schema"], "a")
        {"query": query, "header": headers}[place][key] = found if isinstance(found, str) else json.dumps(found)
    body = operation.node.get("requestBody")
    media = next(iter(body["content"].value)) if body else ""
    fields = everything(target, operation, name, least=True)
    schema = body["content"][media]["schema"] if body else None
    required = (schema.plain("required") if schema else None) or list(fields)
    return Draft(operation, query, headers, media, {k: v for k, v in fields.items() if k in required})


def everything(target: Target, operation: Operation, name: Callable[[], str], *, least: bool = False) -> dict[str, Any]:
    """A value for each property of the body, in the spec's order; with `least` nothing in it that is not required."""
    body = operation.node.get("requestBody")
    if not body:
        return {}
    properties = body["content"][next(iter(body["content"].value))]["schema"].get("properties")
    provider = provider_of(operation.spec.key)
    found: dict[str, Any] = {}
    for key in properties.value if properties else ():
        kind = properties[key] if properties else None
        if kind is None:
            continue
        if key == provider.named:
            found[key] = name()
        elif f"body {key}" in target.settings:
            found[key] = target.settings[f"body {key}"]
        elif kind.plain("format") == "binary":
            found[key] = File(*provider.file())
        else:
            found[key] = provider.examples.get(key) or sample(kind, least=least)
    return {key: value for key, value in found.items() if key not in provider.withheld}
