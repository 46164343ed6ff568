"""What a mock server remembers. Safe to use from several threads."""

import threading
from collections import deque
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from ..messages import Request, Response

KEPT_EXCHANGES, KEPT_BYTES = 1000, 64 * 2**20
"""The most exchanges that are kept, and the most bytes that they have in all."""


class Exchange(NamedTuple):
    """A request that reached a documented operation, and its answer.

    `request.target` is what the provider itself would have seen: without the path prefixes of the mock server.
    """

    provider: str
    operation: str
    request: Request
    response: Response

    @property
    def size(self) -> int:
        """Bytes of both messages."""
        texts = [self.request.target, *(t for m in (self.request, self.response) for pair in m.headers for t in pair)]
        return sum(map(len, texts)) + len(self.request.body) + len(self.response.body)


@dataclass(frozen=True)
class Record:
    """What a successful request created.

    `name`, `id` and `token` as the provider would know them, None where it has none. `fields` are all JSON properties
    or text parts that were sent. `file` is None or has `name`, `content_type`, `size` in bytes, and `rows` below the
    heading, None where the file is not read.
    """

    provider: str
    operation: str
    name: str | None = None
    id: str | None = None
    token: str | None = None
    fields: dict[str, Any] = field(default_factory=dict)
    file: dict[str, Any] | None = None


class State:
    """Records, the last exchanges, the access tokens that hold, and a counter from which ids and tokens are made."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._count = 0
        self._records: list[Record] = []
        self._exchanges: deque[Exchange] = deque()
        self._size = 0
        self._tokens: set[str] = set()

    def next(self) -> int:
        """1, 2, 3…; not set back by `clear`, so that no id or token comes twice."""
        with self._lock:
            self._count += 1
            return self._count

    def add(self, record: Record) -> None:
        with self._lock:
            self._records.append(record)

    def issue_token(self) -> str:
        """A new access token, which holds until `expire_tokens`."""
        token = f"mock-token-{self.next()}"
        with self._lock:
            self._tokens.add(token)
        return token

    def expire_tokens(self) -> None:
        with self._lock:
            self._tokens.clear()

    def log(self, exchange: Exchange) -> None:
        """Keep an exchange; the oldest go where that is more than is kept, and one that is larger is not kept."""
        with self._lock:
            self._exchanges.append(exchange)
            self._size += exchange.size
            while len(self._exchanges) > KEPT_EXCHANGES or self._size > KEPT_BYTES:
                self._size -= self._exchanges.popleft().size

    def clear(self) -> None:
        with self._lock:
            self._records.clear()
            self._exchanges.clear()
            self._size = 0

    @property
    def tokens(self) -> frozenset[str]:
        with self._lock:
            return frozenset(self._tokens)

    @property
    def records(self) -> list[Record]:
        with self._lock:
            return list(self._records)

    @property
    def exchanges(self) -> list[Exchange]:
        with self._lock:
            return list(self._exchanges)
