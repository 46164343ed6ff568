"""What is known of a call: what came back, its outcome, its attempts, and each call of a change of members."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, fields, is_dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any


class Headers(Mapping[str, str]):
    """Response headers: a mapping that ignores case. The values of a repeated header are joined with a comma."""

    def __init__(self, items: tuple[tuple[str, str], ...] = ()) -> None:
        self._values: dict[str, str] = {}
        for name, value in items:
            key = name.lower()
            self._values[key] = f"{self._values[key]}, {value}" if key in self._values else value

    def __getitem__(self, name: str) -> str:
        return self._values[name.lower()]

    def __iter__(self) -> Iterator[str]:
        return iter(self._values)

    def __len__(self) -> int:
        return len(self._values)

    def __hash__(self) -> int:
        return hash(tuple(self._values.items()))

    def __repr__(self) -> str:
        return f"Headers({len(self)} names)"


@dataclass(frozen=True, slots=True)
class Response:
    """What came back: the status, the headers and the bytes of the body, decompressed.

    `problem` says why the body is not whole (cut off, too large, not decompressible); None if it is. `elapsed` has the
    seconds from sending to the end of the answer.
    """

    status: int
    headers: Headers
    body: bytes = field(repr=False)
    problem: str | None = None
    elapsed: float = field(default=0.0, compare=False)

    @property
    def request_id(self) -> str | None:
        """The X-Request-Id, if any; no provider documents one."""
        return self.headers.get("x-request-id")


class Outcome(StrEnum):
    """Whether the provider acted on the call.

    Every receipt has an outcome, and so has every error of a call that changes something. A call that was *not_sent* is
    safe to repeat; one that was *rejected* is, once the cause is corrected; no other is.
    """

    APPLIED = "applied"
    """The provider answered with a 2xx status: it acted, whatever else went wrong."""
    REJECTED = "rejected"
    """The provider answered that it did not act."""
    NOT_SENT = "not_sent"
    """No byte of the request left this process."""
    UNKNOWN = "unknown"
    """The request may have been read, and no answer tells. A blind repeat may create the audience twice."""
    PARTLY = "partly"
    """The provider acted on some calls of a change that took several; `changed` of the error says on which."""

    @classmethod
    def together(cls, outcomes: Collection["Outcome"]) -> "Outcome":
        """The outcome of several calls for one change."""
        found = set(outcomes)
        if cls.UNKNOWN in found or not found:
            return cls.UNKNOWN if found else cls.NOT_SENT
        if found & {cls.APPLIED, cls.PARTLY}:
            return cls.APPLIED if found == {cls.APPLIED} else cls.PARTLY
        return cls.REJECTED if cls.REJECTED in found else cls.NOT_SENT


class State(StrEnum):
    """What the provider says of the audience. More values may be added in a minor release."""

    ACCEPTED = "accepted"
    """The provider will work on it, and gave a token to ask with. It is not ready yet."""
    CREATED = "created"
    """The provider says that the audience exists. What becomes of an uploaded file is not documented."""
    CHANGED = "changed"
    """The provider says that the members were changed."""
    REMOVED = "removed"
    """The provider says that the audience is gone."""
    UNKNOWN = "unknown"
    """The answer is a success, but not a documented one; or no call of a change was applied."""


def as_json(of: object, *names: str) -> dict[str, Any]:
    """The attributes of these names, by name, as JSON values."""
    return {name: _value(getattr(of, name)) for name in names}


def _value(value: Any) -> Any:
    if isinstance(value, StrEnum):
        return str(value)
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, Sequence) and not isinstance(value, str):
        return [_value(each) for each in value]
    if to_dict := getattr(value, "to_dict", None):
        return to_dict()
    if is_dataclass(value):
        return as_json(value, *(each.name for each in fields(value)))
    return value


@dataclass(frozen=True, slots=True)
class Deviation:
    """Where a response leaves the effective spec: a JSON pointer into the body (or "status", "content-type"), the rule
    that it breaks, and that rule's pointer in the spec.
    """

    pointer: str
    rule: str
    source: str

    def __str__(self) -> str:
        return f"{self.pointer or 'body'}: {self.rule} [{self.source}]"


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    operation: str
    """The spec's operationId: that of the call, or of asking for the access token which it needs."""
    number: int
    """1 for the operation's first."""
    what: str
    """What happened, without names or the provider's words."""
    outcome: Outcome | None
    """None for a call that only reads."""
    started: datetime
    """When, in UTC."""
    elapsed: float
    """Seconds."""
    status: int | None
    """The HTTP status, if one was seen."""
    request_id: str | None = field(repr=False)
    """The response's X-Request-Id, if any."""
    failed: bool
    """Whether it gave an error."""


class Answered:
    """What has, or may have, the response to a call."""

    __slots__ = ()
    response: Response | None

    @property
    def status(self) -> int | None:
        """The HTTP status, if one was seen."""
        return self.response.status if self.response else None

    @property
    def request_id(self) -> str | None:
        """The response's X-Request-Id, if any; no provider documents one."""
        return self.response.request_id if self.response else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Known(Answered):
    """What every result has of its call."""

    response: Response | None = field(default=None, repr=False)
    """The raw response, if one came."""
    deviations: tuple[Deviation, ...] = field(default=(), repr=False)
    """Where the response leaves the effective spec: undocumented fields, new enum values, other types."""
    attempts: tuple[Attempt, ...] = field(default=(), repr=False)
    """Every attempt at the call; the last one is the one that succeeded, if any did."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Chunk(Known):
    """One call of a change: what became of it, and how many members it had."""

    outcome: Outcome
    members: int | None
    """None where a file of them was sent."""
    operation_token: str | None = field(default=None, repr=False)
    """The token by which the provider can be asked how this call's change goes, if it gave one."""
    message: str = ""
    """Why it was not applied."""
    code: str | None = field(default=None, repr=False)
    """The provider's own error code, where it has one."""
    provider_message: str | None = field(default=None, repr=False)
    """The provider's own words about why."""

    def to_dict(self) -> dict[str, Any]:
        """What is known, as values of JSON, without the provider's words, which may name members."""
        return as_json(self, "outcome", "members", "operation_token", "message", "status", "deviations", "attempts")


@dataclass(frozen=True, slots=True, kw_only=True)
class Changed:
    """What became of a change of members: every call of it, in the order in which they were made. No member is shown.

    The result of `add`, `remove` and `replace`, and `changed` of the error that they raise.
    """

    provider: str
    operation: str
    """The spec's operationId."""
    name: str | None = field(repr=False)
    """The audience's name, as sent; None where only its id was."""
    id: str | None
    """The audience's id, as sent."""
    state: State
    chunks: tuple[Chunk, ...] = ()
    complete: bool = True
    """Whether all members were sent; False where a failure left some that were not."""
    warnings: tuple[str, ...] = ()
    """What looks wrong in the members, by pages about other calls of the provider, or by a rule of ours; no member was
    left out for it."""

    @property
    def outcome(self) -> Outcome:
        """The outcome of all calls together; *not_sent* if there was nothing to send."""
        outcomes = [chunk.outcome for chunk in self.chunks]
        return Outcome.together(outcomes if self.complete else [*outcomes, Outcome.NOT_SENT])

    @property
    def members(self) -> int | None:
        """The number of members that the provider took; an id that was in several calls counts once for each. None if
        the provider took a file.
        """
        taken = [chunk.members for chunk in self.chunks if chunk.outcome is Outcome.APPLIED]
        return None if None in taken else sum(filter(None, taken))

    @property
    def operation_token(self) -> str | None:
        """The token of the last call that was applied."""
        tokens = [chunk.operation_token for chunk in self.chunks if chunk.outcome is Outcome.APPLIED]
        return tokens[-1] if tokens else None

    def to_dict(self) -> dict[str, Any]:
        """What is known, as values of JSON, the audience's name among them and no member; `--json` prints them."""
        names = ("provider", "operation", "outcome", "name", "id", "operation_token", "state", "members", "complete")
        return as_json(self, *names, "warnings", "chunks")
