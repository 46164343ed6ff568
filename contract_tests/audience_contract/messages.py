"""The two messages of an HTTP exchange, as they were on the wire."""

from dataclasses import dataclass
from functools import cached_property

Headers = tuple[tuple[str, str], ...]


class _Message:
    """What a request and a response have in common."""

    headers: Headers

    def values(self, name: str) -> list[str]:
        """Every value of the header `name`, whatever its case."""
        return self._values.get(name.lower(), [])[:]

    @cached_property
    def _values(self) -> dict[str, list[str]]:
        found: dict[str, list[str]] = {}
        for name, value in self.headers:
            found.setdefault(name.lower(), []).append(value.strip(" \t"))
        return found


@dataclass(frozen=True)
class Request(_Message):
    """What a client sent.

    `method` in capitals; `target` is the raw path with its query, percent-encoded as on the wire; `headers` are pairs
    of name and value in their order, repeated ones repeated, values decoded as Latin-1; `body` is the bytes without
    any transfer coding. The repr names headers but shows no header's value and no body: both hold secrets.
    """

    method: str
    target: str
    headers: Headers
    body: bytes = b""

    def cookies(self, name: str) -> list[str]:
        """Every value of the cookie `name`."""
        found = (pair.strip().partition("=") for value in self.values("cookie") for pair in value.split(";"))
        return [value for key, _, value in found if key == name]

    def __repr__(self) -> str:
        path = self.target.partition("?")[0]
        names = sorted(name.lower() for name, _ in self.headers)
        return f"Request({self.method} {path}, headers={names}, {len(self.body)} bytes)"


@dataclass(frozen=True)
class Response(_Message):
    """What a server answered: `status` as an integer, `headers` and `body` as in `Request`."""

    status: int
    headers: Headers
    body: bytes = b""

    @property
    def is_success(self) -> bool:
        """Whether the status is 2xx."""
        return 200 <= self.status < 300

    def __repr__(self) -> str:
        names = sorted(name.lower() for name, _ in self.headers)
        return f"Response({self.status}, headers={names}, {len(self.body)} bytes)"
