"""Keeps members and uploaded content out of what is shown of an exchange.

`masks` finds them by the spec; `quotes` finds what an answer quotes of them, by its words.
"""

import re
from collections.abc import Collection, Mapping
from dataclasses import replace

from . import urlencoded
from .masks import Masks, masked_bytes
from .messages import Request, Response
from .quotes import MASKED, Quotes
from .spec import Node, Operation

_OF_HTTP = re.compile(
    r"(accept|access-control|content|if|sec|www)-.*|accept|age|allow|cache-control|connection|date|etag|expect|expires"
    r"|host|last-modified|origin|pragma|retry-after|server|te|transfer-encoding|upgrade|user-agent|vary",
    re.IGNORECASE,
)
"""Headers of HTTP that are about the message."""
LARGEST_ERROR = 2**20
"""Bytes of the largest answer in which quotes are looked for."""


class Members:
    """Masks exchanges. What was masked in a request is also masked in every answer, of whatever exchange.

    `secret` are the names, in lower case, of headers with credentials, which another module hides.
    """

    def __init__(self, secret: Collection[str]) -> None:
        self._secret = secret
        self._quotes = Quotes()
        self._sent, self._came = Masks(self._quotes, learns=True), Masks(self._quotes, learns=False)

    def target(self, operation: Operation | None, target: str) -> str:
        """A URL or the target of a request line, with masks; parameters documented as a single value are shown."""
        path, mark, query = target.partition("?")
        declared = _parameters(operation, "path")
        for name, raw in operation.path_values(path).items() if operation else ():
            text = urlencoded.decode(raw, plus=False)
            if text is None or not self._sent.is_shown(text, declared.get(name)):
                before, _, after = path.rpartition(raw)
                path = before + self._sent.hidden(text or raw) + after
        path = path if operation else self._quotes.masked(path)
        return path + mark + (query and self._sent.pairs(query, _parameters(operation, "query")))

    def request(self, operation: Operation | None, request: Request) -> Request:
        """The request with masks; what they hide is remembered."""
        declared = {name.lower(): kind for name, kind in _parameters(operation, "header").items()}
        headers = tuple((name, self._header(name, value, declared)) for name, value in request.headers)
        documented = operation.node.get("requestBody") if operation else None
        body = request.body and self._sent.body(request, documented["content"] if documented else None)
        return Request(request.method, self.target(operation, request.target), headers, body)

    def response(self, operation: Operation | None, response: Response) -> Response:
        """The answer with masks: for what a success has that is not a documented single value, else for quotes."""
        headers = ((name, value if self._is_plain(name) else self.text(value)) for name, value in response.headers)
        documented = operation.response(response.status) if operation else None
        content = documented.get("content") if documented else None
        body = self._came.body(response, content) if response.is_success else self._quoting(response.body)
        return replace(response, headers=tuple(headers), body=response.body and body)

    def text(self, text: str) -> str:
        """A text without quotes of members; all of it is masked if not everything is known that it could quote."""
        return MASKED if self._quotes.incomplete and text else self._quotes.masked(text)

    def place(self, text: str) -> str:
        """A place in a message, whose names are for the most part the spec's."""
        return self._quotes.masked(text)

    def _is_plain(self, name: str) -> bool:
        return name.lower() in self._secret or _OF_HTTP.fullmatch(name) is not None

    def _header(self, name: str, value: str, declared: Mapping[str, Node]) -> str:
        shown = self._is_plain(name) or self._sent.is_shown(value, declared.get(name.lower()))
        return value if shown else self._sent.hidden(value)

    def _quoting(self, body: bytes) -> bytes:
        """An error, or whatever else is no success."""
        try:
            return (self.text(body.decode("utf-8")) if len(body) <= LARGEST_ERROR else masked_bytes(body)).encode()
        except UnicodeDecodeError:
            return masked_bytes(body).encode()


def _parameters(operation: Operation | None, place: str) -> dict[str, Node]:
    declared = (operation and operation.node.get("parameters")) or ()
    found = (each for each in declared if each.value["in"] == place)
    return {str(each.value["name"]): kind for each in found if (kind := each.get("schema"))}
