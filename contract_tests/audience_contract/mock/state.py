"""What a mock server remembers. Safe to use from several threads."""

import threading
import time
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
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
    heading, None where the file is not read. `created` and `updated` are seconds since 1970, the latter None until
    something is changed. `members` is how many it has; `state` is the state that it is in, in the provider's word, ""
    for the one that time tells.
    """

    provider: str
    operation: str
    name: str | None = None
    id: str | None = None
    token: str | None = None
    fields: dict[str, Any] = field(default_factory=dict)
    file: dict[str, Any] | None = None
    created: float = field(default_factory=time.time, compare=False)
    updated: float | None = field(default=None, compare=False)
    members: int = 0
    state: str = ""


@dataclass
class Settings:
    """What takes time at a provider, or what its documents leave open; may be changed at any time.

    `indexing` is how many seconds the content of an audience is on its way after a change. Until then a read tells so;
    without `shown_while_indexing`, it does not find an audience that was just created. `absent_removed` is whether the
    removal of an audience that is not there is a success, or else a refusal.

    Of Adobe: `metadata_found` is whether its Segmentation Service has the audiences whose metadata were created,
    `inactive` whether such a new one is inactive, `system_id` whether the answer that creates has an `id` beside an
    `audienceId` that the caller did not give, and `next_as_text` whether a page of the list says which one follows as a
    text. Of CommBox: `zones` is whether times have a zone.
    """

    indexing: float = 0.0
    shown_while_indexing: bool = True
    absent_removed: bool = True
    metadata_found: bool = True
    inactive: bool = False
    system_id: bool = True
    next_as_text: bool = False
    zones: bool = True


class State:
    """Audiences, the last exchanges, the access tokens that hold, and a counter from which ids and tokens are made."""

    def __init__(self) -> None:
        self.settings = Settings()
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

    def find(self, **known: str) -> Record | None:
        """The audience with these attributes, of several the last; None where there is none."""
        return next((record for record in reversed(self.records) if _has(record, known)), None)

    def change(self, record: Record, **changes: Any) -> Record:
        """Another record in the place of this one."""
        changed = replace(record, **{"updated": time.time(), **changes})
        with self._lock:
            self._records = [changed if one is record else one for one in self._records]
        return changed

    def remove(self, **known: str) -> None:
        """No audience with these attributes is there any more."""
        with self._lock:
            self._records = [record for record in self._records if not _has(record, known)]

    def is_indexing(self, record: Record) -> bool:
        """Whether the last change of an audience is still on its way."""
        return time.time() < (record.updated or record.created) + self.settings.indexing

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


def _has(record: Record, known: Mapping[str, str]) -> bool:
    return all(getattr(record, name) == value for name, value in known.items())
