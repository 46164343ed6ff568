"""What a provider object hands to each of its calls, and how it makes their requests."""

import re
from collections.abc import Callable, Collection, Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, quote_plus, urlencode

from . import _json, _spec
from ._audience import Audience, Draft, drafted
from ._errors import InvalidError
from ._http.send import Sender
from ._operation import Adapter, Asked, Change, Effect, Operation
from ._options import Pace
from ._outcome import Response
from ._redact import RecentSecrets
from ._request import Part, Request
from ._secret import Secret
from ._settings import Values


@dataclass(frozen=True, repr=False)
class Account:
    """A provider, and the settings and options of one provider object."""

    adapter: Adapter
    values: Values
    pace: Pace
    known: RecentSecrets
    sender: Sender
    on_request: Callable[[Request], Any] | None = None
    on_response: Callable[[Request, Response], Any] | None = None
    allow_undocumented: bool = False

    def drafted(self, audience: Audience, leave_out: Collection[str]) -> tuple[Draft, Request]:
        """The draft of an audience as the provider takes it, and the request that creates it. Checks an audience file.

        Raises UnsupportedError and InvalidError as `Provider.prepare` documents.
        """
        create, key = self.adapter.create, self.adapter.key
        draft = drafted(self.adapter.draft, key, create.spec, audience, leave_out)
        return draft, self.request(create, draft, draft.look.warnings)

    def request(self, operation: Operation[Asked, Any], asked: Asked, warnings: tuple[str, ...] = ()) -> Request:
        """The operation's request, with the headers that the provider's calls share."""
        service, built = operation.service, operation.request(asked, self.values)
        for step in built["url"].split("/"):
            # Encoding does not help: an encoded dot is the same as a dot (RFC 3986, 6.2.2.2).
            if step in (".", ".."):
                raise InvalidError.ours("id", "must not be . or .., which make another URL", step)
        url = service.url(self.values, built["url"])
        if built.get("params"):
            url += f"?{_query(built['params'], operation.spec.joined)}"
        headers = {"Accept": "application/json", **built.get("headers", {}), **service.headers(self.values)}
        parts = tuple(Part(name, content, kind, filename) for name, (filename, content, kind) in built.get("files", ()))
        body: bytes | Secret | None = _json.dumps(built["json"]) if "json" in built else None
        if isinstance(asked, Change) and isinstance(body, bytes) and self.adapter.members:
            # The members are JSON already: as a string in the model, their quotation marks would be escaped.
            name = self.adapter.members.within.encode()
            body = body.replace(b'"%b":[]' % name, b'"%b":[%b]' % (name, asked.members.encode()), 1)
        if "data" in built:  # only a request for an access token is a form, and it holds a secret
            body = Secret(urlencode(built["data"]))
        return Request(built["method"], url, headers, body, parts, warnings)

    def documented(self, operation_id: str, given: Mapping[str, Any]) -> Operation[None, tuple[Any]]:
        """Any operation of the provider's documents, by its id. `given` may have `path` (the parameters of the path by
        name), `params` (the query) and `json` (the body).

        Raises InvalidError for an id that no document has, and for other path parameters than the operation's.
        """
        known = {entry.id: entry.effect for entry in self.adapter.operations}
        for service in {entry.service.key: entry.service for entry in self.adapter.operations}.values():
            with suppress(LookupError):
                spec = _spec.load(service.key).operation(operation_id)
                break
        else:
            raise InvalidError.ours("operation_id", "must be that of a documented operation", operation_id)
        path, values = spec.path, given.get("path") or {}
        if {*re.findall(r"{(.*?)}", path)} != {*values} or any(value in (None, "") for value in values.values()):
            raise InvalidError.ours("path", f"must have a value for each parameter of {path}, and no other", values)
        for name, value in values.items():
            path = path.replace(f"{{{name}}}", quote(_text(value), safe=""))
        params = {name: value for name, value in {**(given.get("params") or {})}.items() if value is not None}
        built: dict[str, Any] = {"method": spec.method, "url": path, "params": params, "headers": spec.constants}
        if given.get("json") is not None:
            built |= {"json": given["json"], "headers": {**spec.constants, "Content-Type": "application/json"}}
        methods = {"GET": Effect.READS, "HEAD": Effect.READS, "DELETE": Effect.REMOVES}
        effect = known.get(operation_id, methods.get(spec.method, Effect.CHANGES))
        return Operation(service, operation_id, effect, lambda *_: built, lambda _, body: (body,))


def _query(params: Mapping[str, Any], joined: Collection[str]) -> str:
    """The query of a URL. Each item of an array is a parameter of its own; the items of one that `joined` names are
    one parameter, with commas between them (RFC 6570, 3.2.8).
    """
    found = list[str]()
    for name, value in params.items():
        texts = [quote_plus(_text(each)) for each in (value if isinstance(value, list | tuple | set) else [value])]
        found += [f"{quote_plus(name)}={each}" for each in ([",".join(texts)] if name in joined else texts)]
    return "&".join(found)


def _text(value: object) -> str:
    """A value as text in a URL: as JSON writes it, if it is no text. Raises TypeError and ValueError if JSON cannot."""
    return value if isinstance(value, str) else _json.dumps(value).decode()
