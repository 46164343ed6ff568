"""What a mock server remembers. Safe to use from several threads."""

import threading
import time
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, NamedTuple

from ..messages import Request, Response

_LONGEST = 10**9
"""Seconds; a time of the clock can be added to them."""
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
class Change:
    """What happened to an audience: the token that was given for it, and when, in seconds since 1970.

    `replaces` says that the members before are gone after it, `removes` that the audience is.
    """

    token: str
    at: float
    replaces: bool = False
    removes: bool = False


@dataclass(frozen=True)
class Record:
    """What a successful request created.

    `name`, `id` and `token` are as the provider would know them, None where it has none. `fields` are all JSON
    properties or text parts that were sent. `file` is None or has `name`, `content_type`, `size` in bytes, and `rows`,
    the number of rows below the heading, None where the file is not read. `path` are the values of the path's
    parameters. `created` is seconds since 1970, and `number` grows from one record to the next. `members` are the
    current members by id, each with its attributes; `changes` are what happened to the audience, first its creation.
    """

    provider: str
    operation: str
    name: str | None = None
    id: str | None = None
    token: str | None = None
    fields: dict[str, Any] = field(default_factory=dict)
    file: dict[str, Any] | None = None
    path: Mapping[str, str] = field(default_factory=dict, repr=False)
    created: float = field(default_factory=time.time, compare=False)
    number: int = field(default=0, compare=False)
    members: dict[str, dict[str, Any]] = field(default_factory=dict, compare=False, repr=False)
    changes: list[Change] = field(default_factory=list, compare=False, repr=False)

    @property
    def updated(self) -> float:
        """When the last change came, in seconds since 1970."""
        return self.changes[-1].at if self.changes else self.created

    def as_json(self) -> dict[str, Any]:
        """What there is to tell, in JSON; of members how many there are."""
        known = {name: getattr(self, name) for name in ("provider", "operation", "name", "id", "token", "fields")}
        return {**known, "file": self.file, "created": self.created, "members": len(self.members)}


@dataclass
class Settings:
    """What takes time at a provider, or what its documents leave open; may be changed at any time.

    `indexing` is how many seconds a change of an audience is on its way: until then the members are as before, and a
    read says that it is not applied yet. Each of the others may be true or false of a provider:

    - `shown_while_indexing`: a read finds an audience whose creation is on its way.
    - `removed_at_once`: a removal is never on its way.
    - `absent_accepted`: a change or removal of an audience that is not there is a success.
    - `same_name_accepted`: a second audience of the same name is created, as another one.
    - `removed_name_accepted`: so is one of a name that was removed.
    - `empty_accepted`: a change or replacement that has no members in it is a success.
    - `unknown_token_accepted`: a token that belongs to no change is ignored, and is no error.
    - `unknown_cursor_accepted`: a cursor that was never given means the first page, and is no error.
    - `limit_accepted`: a page that is smaller or larger than allowed is one of the nearest size, and no error.
    - `newest_first`: the order of a list.
    - `null_at_end`: the last page of a list has null for a cursor, and not none.
    - `metadata_found`: Adobe's Segmentation Service has the audiences whose metadata were created.
    - `inactive`: a new audience there is inactive.
    - `system_id`: the answer that creates has an `id` beside an `audienceId` that the caller did not give.
    - `next_as_text`: a page says as a text which one follows, or that none does.
    - `zones`: CommBox's times have a zone.
    """

    indexing: float = 0.0
    shown_while_indexing: bool = True
    removed_at_once: bool = True
    absent_accepted: bool = False
    same_name_accepted: bool = True
    removed_name_accepted: bool = True
    empty_accepted: bool = True
    unknown_token_accepted: bool = True
    unknown_cursor_accepted: bool = False
    limit_accepted: bool = False
    newest_first: bool = False
    null_at_end: bool = False
    metadata_found: bool = True
    inactive: bool = False
    system_id: bool = True
    next_as_text: bool = False
    zones: bool = True

    def but(self, /, **changes: object) -> "Settings":
        """A copy with some settings changed; raises ValueError for an unknown one, or a value of another kind."""
        for name, value in changes.items():
            known = vars(self).get(name)
            if known is None:
                raise ValueError(f"no setting {name}; there are {', '.join(vars(self))}")
            kinds = (bool,) if isinstance(known, bool) else (int, float)
            if type(value) not in kinds or not 0 <= value <= _LONGEST:  # type: ignore[operator]
                raise ValueError(f"{name} is {'true or false' if bool in kinds else f'a number from 0 to {_LONGEST}'}")
        return replace(self, **changes)  # type: ignore[arg-type]


class State:
    """Audiences, the last exchanges, the access tokens that hold, and a counter from which ids and tokens are made."""

    def __init__(self) -> None:
        self.settings = Settings()
        self._lock = threading.RLock()
        self._count = self._added = 0
        self._records: list[Record] = []
        self._on_its_way: deque[tuple[Record, Change, Mapping[str, dict[str, Any] | None]]] = deque()
        self._removed: set[tuple[str, str | None]] = set()
        self._exchanges: deque[Exchange] = deque()
        self._size = 0
        self._tokens: set[str] = set()

    def next(self) -> int:
        """1, 2, 3…; not set back by `clear`, so that no id or token comes twice."""
        with self._lock:
            self._count += 1
            return self._count

    def add(self, record: Record) -> None:
        """Keep a new record, with the next number and its creation as the first change."""
        with self._lock:
            self._added += 1
            changes = [Change(record.token or "", record.created)]
            self._records.append(replace(record, number=self._added, changes=changes))

    def find(self, **known: str) -> Record | None:
        """The audience with these attributes, of several the last; None where there is none."""
        return next((record for record in reversed(self.records) if _has(record, known)), None)

    def change(
        self,
        record: Record,
        token: str = "",
        members: Mapping[str, dict[str, Any] | None] | None = None,
        *,
        replaces: bool = False,
        removes: bool = False,
    ) -> None:
        """Send a change on its way: `members` come in with their attributes, or go if None stands for these."""
        change = Change(token, time.time(), replaces, removes)
        with self._lock:
            record.changes.append(change)
            if removes and self.settings.removed_at_once:
                self.drop(record)
            else:
                self._on_its_way.append((record, change, members or {}))

    def was_removed(self, provider: str, name: str) -> bool:
        """Whether there was an audience of the name, and is none."""
        return (provider, name) in self._removed and not self.find(provider=provider, name=name)

    def is_over(self, change: Change) -> bool:
        """Whether a change is no longer on its way."""
        return time.time() >= change.at + self.settings.indexing

    def is_indexing(self, record: Record) -> bool:
        """Whether the last change of an audience is still on its way."""
        return not self.is_over(record.changes[-1])

    def drop(self, record: Record) -> None:
        """Remove one audience at once."""
        with self._lock:
            self._records = [one for one in self._records if one is not record]
            self._removed.add((record.provider, record.name))

    def _arrive(self) -> None:
        """Apply the changes that are no longer on their way."""
        while self._on_its_way and self.is_over(self._on_its_way[0][1]):
            record, change, members = self._on_its_way.popleft()
            if change.removes:
                self.drop(record)
            if change.replaces:
                record.members.clear()
            for key, attributes in members.items():
                if attributes is None:
                    record.members.pop(key, None)
                else:
                    record.members[key] = attributes

    def issue_token(self) -> str:
        """A new access token, which holds until `expire_tokens`."""
        token = f"mock-token-{self.next()}"
        with self._lock:
            self._tokens.add(token)
        return token

    def expire_tokens(self) -> None:
        """Make every access token invalid that was issued so far."""
        with self._lock:
            self._tokens.clear()

    def log(self, exchange: Exchange) -> None:
        """Keep an exchange; the oldest go if there are too many, or too many bytes. A very large one is not kept."""
        with self._lock:
            self._exchanges.append(exchange)
            self._size += exchange.size
            while len(self._exchanges) > KEPT_EXCHANGES or self._size > KEPT_BYTES:
                self._size -= self._exchanges.popleft().size

    def clear(self) -> None:
        """Forget audiences and exchanges; access tokens and the counter stay."""
        with self._lock:
            self._records.clear()
            self._on_its_way.clear()
            self._removed.clear()
            self._exchanges.clear()
            self._size = 0

    @property
    def tokens(self) -> frozenset[str]:
        """The access tokens that are valid."""
        with self._lock:
            return frozenset(self._tokens)

    @property
    def records(self) -> list[Record]:
        """The audiences that are there, in the order of their creation; finished changes are applied first."""
        with self._lock:
            self._arrive()
            return list(self._records)

    def members(self, record: Record) -> dict[str, dict[str, Any]]:
        """The current members of an audience by id, with their attributes."""
        with self._lock:
            self._arrive()
            return dict(record.members)

    @property
    def exchanges(self) -> list[Exchange]:
        """The exchanges that are kept, the oldest first."""
        with self._lock:
            return list(self._exchanges)


def _has(record: Record, known: Mapping[str, str]) -> bool:
    return all(getattr(record, name) == value for name, value in known.items())
