"""The results of calls, and the references by which a caller names an audience."""

import json
from collections.abc import Collection
from contextlib import suppress
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from typing import Any, Generic

from typing_extensions import TypeVar

from . import _checks, _json
from ._errors import AudiencesError, InvalidError, Problem, UnsupportedError
from ._outcome import Changed, Known, Outcome, Response, State, as_json

Model = TypeVar("Model", default=Any)
"""The generated model of what a provider's create answers."""


class RecordState(StrEnum):
    """The state of an audience's members at the provider. More values may be added in a minor release."""

    INDEXING = "indexing"
    """The provider works on the last change, or on the one that was asked about."""
    READY = "ready"
    """The provider is done with that change."""
    REPLACED = "replaced"
    """The members were replaced after the change that was asked about."""
    INACTIVE = "inactive"
    """The provider keeps the audience, and doesn't use it."""
    OTHER = "other"
    """The provider says something else, or nothing: see `Record.raw`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Record(Known):
    """What a provider says of an audience."""

    provider: str = ""
    """The provider's name."""
    name: str | None = field(repr=False)
    id: str | None
    """The provider's id, if it has one."""
    external_id: str | None = None
    """The caller's own id, which it gave at creation, where the provider keeps one beside its own."""
    state: RecordState
    member_count: int | None
    """The number of its members, if the provider says."""
    created: datetime | None
    """When it was created, with a time zone. None if the provider gives no time, or one without a zone, which is then
    in `raw`."""
    updated: datetime | None
    """When it was changed last; None likewise."""
    raw: Any = field(repr=False, hash=False)
    """The JSON that this was read from."""
    operation: str = ""
    """The spec's operationId."""
    operation_token: str | None = field(default=None, repr=False)
    """The token of the change that was asked about, if it was one."""

    def to_dict(self) -> dict[str, Any]:
        """What is known, as values of JSON, the audience's name among them; `--json` prints them."""
        names = ("provider", "operation", "name", "id", "external_id", "state", "member_count", "created", "updated")
        return as_json(self, *names, "deviations", "attempts") | {"raw": self.raw}


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt(Known, Generic[Model]):
    """Proof that the provider acted on a call."""

    provider: str
    operation: str
    """The spec's operationId."""
    name: str | None = field(repr=False)
    """The audience's name, as sent; None where only its id was."""
    id: str | None
    """The provider's id of the audience, if it gave one."""
    operation_token: str | None
    """The token by which a provider that works asynchronously (Batch) can be asked for progress, if it gave one."""
    state: State
    empty: bool = False
    """True for a create that sent no members, or a file that was seen to have none: add them by another call."""
    left_out: tuple[str, ...] = ()
    """The fields of the draft that `leave_out` named and that were not sent, as the provider has no place for them."""
    response: Response = field(repr=False)
    """The raw response."""
    model: Model | None = field(repr=False, hash=False)
    """The generated model of the response's body, or None for the reason in `model_problem`."""
    model_problem: str | None = None
    filename: str | None = field(default=None, repr=False)
    """The name under which a file was sent: without its folders, and without white space around it."""
    warnings: tuple[str, ...] = ()
    """What looks wrong near the top of the file that was sent, or that the file was not checked. They have counts, row
    numbers and kinds, and nothing of the file's content. The rules are ours, and no row was left out.
    """

    def to_dict(self) -> dict[str, Any]:
        """What is known, as values of JSON, the audience's name among them; `--json` prints them."""
        names = ("provider", "outcome", "status", "request_id", "deviations", "name", "id", "operation_token", "state")
        known = as_json(self, *names, "empty", "left_out", "warnings")
        return known | {"seconds": round(self.elapsed, 3)} | as_json(self, "attempts", "filename")

    @property
    def outcome(self) -> Outcome:
        return Outcome.APPLIED

    @property
    def status(self) -> int:
        """The HTTP status."""
        return self.response.status

    @property
    def elapsed(self) -> float:
        """Seconds from sending to the end of the answer."""
        return self.response.elapsed


@dataclass(frozen=True, slots=True, kw_only=True)
class Reference:
    """A reference to an audience: its name, its id, the caller's own id, or the provider's token of a change to it.

    `to_text()` gives a text for another process, where `Reference.of_text` reads it.
    """

    provider: str | None = None
    """The provider's name, or None for any."""
    name: str | None = field(default=None, repr=False)
    id: str | None = None
    token: str | None = field(default=None, repr=False)
    operation: str | None = None
    """The operationId of the change that the token belongs to, if that is known."""
    external_id: str | None = None
    """The caller's own id, for a provider that keeps it."""

    @property
    def by_name(self) -> str:
        """The name, for a provider that has no ids. Raises UnsupportedError if there is no name, or there is an id."""
        if self.name is None or self.id is not None or self.external_id is not None:
            raise UnsupportedError("addresses an audience by its name, and has no ids", field="id")
        return self.name

    @property
    def by_id(self) -> str:
        """The id, for a provider that finds nothing by name. Raises UnsupportedError if there is no id."""
        if self.id is None:
            reason = "it addresses an audience by its id"
            message = f"cannot look an audience up by its name: {reason}; give id=, or a receipt"
            raise UnsupportedError(message, field="name", reason=reason)
        return self.id

    @classmethod
    def of(cls, what: Any, id: str | None = None, token: str | None = None) -> "Reference":
        """The reference that a caller's arguments make: a name, a result or a Reference, and an id and a token.

        Raises InvalidError for what refers to no audience, and for a name, an id or a token that is not text.
        """
        if isinstance(what, Ensured):
            what = what.receipt or what.record
        if isinstance(what, Reference):
            found = what
        elif isinstance(what, Receipt | Record | Changed):
            found = cls(provider=what.provider or None, name=what.name, id=what.id, token=what.operation_token)
            found = found if isinstance(what, Record) else replace(found, operation=what.operation)
        else:
            found = cls(name=what)
        id, token = found.id if id is None else id, found.token if token is None else token
        found = replace(found, id=id, token=token, operation=found.operation if token == found.token else None)
        wrong = [
            Problem.ours(name, "must be Unicode text, and not empty", value)
            for name, value in asdict(found).items()
            if value is not None and not (isinstance(value, str) and value and _json.is_unicode(value))
        ]
        if not isinstance(what, Audiences | None) or not (wrong or found.name or id or found.external_id):
            rule = "must be the audience's name, a result of an earlier call or a Reference; or give its id"
            wrong = [Problem.ours("audience", rule, what)]
        if wrong:
            raise InvalidError.of(wrong)
        return found

    @classmethod
    def of_text(cls, text: str) -> "Reference":
        """The reference that `to_text` gave. Raises InvalidError for any other text."""
        with suppress(TypeError, ValueError, RecursionError, InvalidError):
            return cls.of(cls(**json.loads(text)))
        raise InvalidError.ours("text", "must be the text of a Reference", text)

    def to_text(self) -> str:
        """The reference as text, for another process; the name and the token are in it."""
        return json.dumps(asdict(self))


def time_of(body: Any, name: str) -> datetime | None:
    """A property that is a time with a zone (RFC 3339); None for anything else."""
    try:
        found = datetime.fromisoformat(str.upper(body[name]))
    except (KeyError, TypeError, ValueError):
        return None
    return found if found.tzinfo else None


def count_of(body: Any, name: str) -> int | None:
    """A property that is a whole number, which JSON may write as 1000.0 or 1e3; None for anything else."""
    value = body.get(name) if isinstance(body, dict) else None
    return int(value) if _checks.is_number(value) and value == int(value) else None


class AmbiguousError(AudiencesError):
    """Several audiences have that name: give the id of the one that is meant."""

    outcome: Outcome | None = None
    records: tuple[Record, ...] = ()
    """The record of each of them."""


class ExistsError(AudiencesError):
    """There is such an audience already, so that nothing was sent to create it."""

    record: Record | None = None
    """What the provider says of it."""


class WaitTimeoutError(AudiencesError, TimeoutError):
    """The audience was still indexing or not to be seen yet, or no answer had come, when the time to wait was over."""

    outcome: Outcome | None = None
    record: Record | None = None
    """The last record that was seen."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ensured(Generic[Model]):
    """The result of `ensure`: an audience that was found, or else created."""

    provider: str
    name: str = field(repr=False)
    record: Record | None = None
    """What the provider says of it, where it was found."""
    receipt: Receipt[Model] | None = None
    """The receipt of the call that created it, where it was not found."""

    @property
    def is_new(self) -> bool:
        """Whether it was created."""
        return self.receipt is not None

    @property
    def outcome(self) -> Outcome:
        """*applied* where it was created; *not_sent* where it was found, so that nothing had to be changed."""
        return Outcome.APPLIED if self.is_new else Outcome.NOT_SENT

    def to_dict(self) -> dict[str, Any]:
        """What is known, as values of JSON, the audience's name among them."""
        found = self.receipt or self.record
        return {"is_new": self.is_new, **(found.to_dict() if found else {})}


Audiences = str | Receipt | Record | Changed | Ensured | Reference
"""What every verb takes as an audience; a string is its name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply(Known):
    """The result of a call that was made with `request`."""

    provider: str
    operation: str
    """The spec's operationId."""
    outcome: Outcome | None
    """None for a call that only reads."""
    value: Any = field(repr=False, hash=False)
    """The body as a JSON value; None if there is no body, or it cannot be read."""
    response: Response = field(repr=False)
    """The raw response."""


class Evidence(StrEnum):
    """What the provider says after a call whose outcome was unknown."""

    FOUND = "found"
    """There is such an audience, and it was made or changed after the call began, or was not there before."""
    PERHAPS_OLDER = "perhaps_older"
    """There is such an audience, and it may be as it was before the call."""
    NOT_SEEN = "not_seen"
    """No such audience is to be seen so far. It may still appear: providers work on changes after they answer."""
    NOT_TOLD = "not_told"
    """The audience cannot be looked up, or not by its name alone."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reconciliation:
    """What could be found out about a call whose outcome was unknown.

    The outcome stays *unknown*: an audience that is seen may have been made by another call, and one that is not seen
    may still appear. The outcome is *applied* in two cases only. The call was a create that looked first
    (`look_first=True`, or `ensure`) and saw no such audience, and now there is one. Or a list that was taken `before`
    does not have the id of the audience that there is now. Even then, only the caller can know that nobody else creates
    audiences of that name.
    """

    provider: str
    outcome: Outcome
    evidence: Evidence
    reason: str
    name: str = field(repr=False)
    """The audience's name."""
    record: Record | None = None
    """What the provider says of the audience, its times among it, where it has one of that name."""


def token_in(what: AudiencesError | str, provider: str, operations: Collection[str], base_url: str) -> dict[str, Any]:
    """What the `reconcile_token` of an error says, as the object of its JSON; `what` is the error, or its token.

    Raises InvalidError for a token of another provider, operation or base URL, and for what has no token.
    """
    token: Any = what.reconcile_token if isinstance(what, AudiencesError) else what
    try:
        found: Any = json.loads(token)
    except (TypeError, ValueError, RecursionError):
        found = None
    if not (isinstance(found, dict) and found.get("version") == 1 and isinstance(found.get("name"), str)):
        raise InvalidError.ours("what", "must be an error whose outcome is unknown, or its reconcile_token", what)
    here = (found.get("provider"), found.get("base_url")) == (provider, base_url)
    if not here or found.get("operation") not in operations:
        rule = f"must be of a call that changes something at {provider}, at the base URL of this object"
        raise InvalidError.ours("what", rule, what)
    return found
