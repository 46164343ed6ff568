"""What a provider offers, as values: its documented calls, and, with the reason, what it does not offer."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, fields
from enum import Enum, StrEnum
from types import MappingProxyType
from typing import Any, Generic, NamedTuple, TypeVar

from . import _spec
from ._audience import Draft, DraftRules
from ._errors import Remedy, UnsupportedError
from ._lazy import lazy
from ._members import Member, PhoneFile
from ._outcome import Outcome, State
from ._record import Record, Reference
from ._secret import Secret
from ._settings import Setting, Values
from ._token import Granted

Asked = TypeVar("Asked")
Answer = TypeVar("Answer")
Path = tuple[str | int, ...]
Json = Mapping[str, Any]
Built = Mapping[str, Any]
"""What a generated request builder returns: method, url, headers, and params, json, data or files."""


class Effect(Enum):
    """What a call does at the provider. Whether it has an outcome, and when it is repeated, follow from it."""

    READS = "reads"
    CREATES = "creates"
    CHANGES = "changes"
    REMOVES = "removes"


class Support(StrEnum):
    """How a provider offers a verb."""

    NATIVE = "native"
    """By a documented call."""
    EMULATED = "emulated"
    """By this library, out of several documented calls."""
    UNDOCUMENTED = "undocumented"
    """By a call of which no page says that it does this. It is made only with `allow_undocumented=True`."""
    UNSUPPORTED = "unsupported"


class Capability(NamedTuple):
    """Whether a provider offers a verb, and by which call or why not."""

    support: Support
    reason: str


Mark = str | int | None
"""The provider's mark of where a page of a list begins; None for the first page."""


class Page(NamedTuple):
    """One page of a list."""

    records: Sequence[Record]
    next: Mark
    """None after the last one."""
    items: str
    """The pointer in the answer's JSON to the array that the records were read from, one for each item."""


@dataclass(frozen=True)
class Change:
    """What a call that changes members sends: the members as JSON, or a file of them. The generated model is given an
    empty array, and the JSON then takes its place: a model for each member would take several times as long.
    """

    audience: Reference
    members: str = ""
    """What stands between the brackets of the array."""
    file: PhoneFile | None = None


@dataclass(frozen=True)
class MemberRules:
    """How a provider takes members one by one."""

    within: str
    """The property of the request body that has the members; its schema limits their number, and that of attributes."""
    write: Callable[[str, Member | str, Callable[[str], object]], Json]
    """The JSON value of a member, as it is sent with a verb. The function is told each warning, without values.

    Raises ValueError, whose text is the rule, for an attribute that cannot be sent.
    """
    most_replaced: str = ""
    """Why a replace cannot have more members than one call takes."""


@dataclass(frozen=True)
class Service:
    """What calls to one server share."""

    key: str
    """The folder of its effective spec among the generated clients."""
    headers: Callable[[Values], Mapping[str, str | Secret]]
    """The headers that every call has: they authenticate, or their value is a setting."""
    code: tuple[str | Path, ...]
    """The properties of an error body that may hold the provider's code, best first. One below others is given by its
    path, such as ("errors", 0, "code").
    """
    message: tuple[str | Path, ...]
    """The properties that may hold the provider's message, given likewise."""
    url: Callable[[Values, str], str] = lambda values, path: values["base_url"] + path
    """The URL of a path."""
    undocumented: str = ""
    """Why no page says that the calls do what they are used for; "" where one does."""


@dataclass(frozen=True)
class Operation(Generic[Asked, Answer]):
    """One documented call. `request` and `result` do no I/O."""

    service: Service
    id: str
    """The operationId in the effective spec."""
    effect: Effect
    request: Callable[[Asked, Values], Built]
    """The generated request builder, with its typed model inside."""
    result: Callable[[Asked, Any], Answer | None]
    """What the JSON of a success says; None if it lacks what the caller needs. The JSON is None if there is no body, or
    if it cannot be read."""
    parse: Callable[[Any], object] | None = None
    """The generated response parser, where a receipt has the model."""
    needs: str = ""
    """What a success must have; the error for one that lacks it says this."""
    consequence: str = ""
    """What else follows from the call by the provider's page; a person who is asked for consent is told so."""
    header: str = ""
    """The header of a success that `result` is given in place of the JSON, where an id stands in `Location` alone."""

    @lazy
    def spec(self) -> _spec.Operation:
        return _spec.load(self.service.key).operation(self.id)

    def state(self, status: int) -> State:
        """The audience's state after a success with this status."""
        if not self.spec.documents(status):
            return State.UNKNOWN
        done = {Effect.REMOVES: State.REMOVED, Effect.CHANGES: State.CHANGED}
        return State.ACCEPTED if status == 202 else done.get(self.effect, State.CREATED)

    @property
    def capability(self) -> Capability:
        if reason := self.service.undocumented:
            return Capability(Support.UNDOCUMENTED, reason)
        return Capability(Support.NATIVE, f"by {self.id}")


@dataclass(frozen=True)
class Unsupported:
    """A verb that the provider does not offer."""

    reason: str

    @property
    def capability(self) -> Capability:
        return Capability(Support.UNSUPPORTED, self.reason)


READING = ("get", "list", "wait", "reconcile")
"""The verbs that only ask, so that they have no outcome."""
VERBS = ("create", "ensure", "get", "list", "wait", "add", "remove", "replace", "delete")
_NOT_HERE = Unsupported("this library makes no such call yet")


@dataclass(frozen=True, kw_only=True)
class Adapter:
    """One provider: its settings, and its calls by verb."""

    title: str
    """The provider's name, as people write it."""
    key: str
    """The provider's name in `provider_fields`, in the generated clients and on the command line."""
    settings: tuple[Setting, ...]
    draft: DraftRules
    create: Operation[Draft, Reference]
    get: Operation[Reference, list[Record]] | Unsupported
    delete: Operation[Reference, Reference] | Unsupported
    find: Operation[Reference, list[Record]] | None = None
    """Asks for an audience by its name or the caller's own id, where `get` takes the provider's id alone."""
    wait: Unsupported | None = None
    """Why there is nothing to wait for, if the provider has no state that says that an audience is indexing."""
    list: Operation[Mark, Page] | Unsupported = _NOT_HERE
    add: Operation[Change, Reference] | Unsupported = _NOT_HERE
    remove: Operation[Change, Reference] | Unsupported = _NOT_HERE
    replace: Operation[Change, Reference] | Unsupported = _NOT_HERE
    members: MemberRules | None = None
    """None where add, remove and replace take no single members, but a file."""
    unfit: Callable[[Record], str] = lambda _: ""
    """Why the members of an audience cannot be replaced by a file; "" if they can. It is looked up first."""
    token: Operation[Secret, Granted] | None = None
    """Asks for an access token, with the client's secret. Its settings have the names that `resolve` expects."""

    @lazy
    def capabilities(self) -> Mapping[str, Capability]:
        """The capability of each verb."""
        get = self.get.capability
        is_native = get.support is Support.NATIVE

        def made(how: str) -> Capability:
            return Capability(Support.EMULATED, how.format(get.reason)) if is_native else get

        of = {"ensure": made(f"asked {{}} first, then created {self.create.capability.reason}")}
        of |= {} if self.wait else {"wait": made("asked {} until it is no longer indexing")}
        return MappingProxyType({verb: of.get(verb) or getattr(self, verb).capability for verb in VERBS})

    def check(self, verb: str, *, allow_undocumented: bool) -> None:
        """Raises UnsupportedError for a verb that the provider does not offer, and, without `allow_undocumented`, for
        one that it offers by an undocumented call only.
        """
        support, reason = self.capabilities[verb]
        outcome = None if verb in READING else Outcome.NOT_SENT
        known: dict[str, Any] = {"outcome": outcome, "reason": reason}
        if support is Support.UNSUPPORTED:
            raise UnsupportedError(f"not supported: {reason}", **known)
        if support is Support.UNDOCUMENTED and not allow_undocumented:
            remedy = Remedy("allow_undocumented", True, "permits it")
            raise UnsupportedError(f"is not documented to do that: {reason}", remedy=remedy, **known)

    @property
    def operations(self) -> "tuple[Operation[Any, Any], ...]":
        """All calls in the table."""
        return tuple(entry for each in fields(self) if isinstance(entry := getattr(self, each.name), Operation))


def text(body: Any, *names: str) -> str | None:
    """The property at a path, if it is a string with something in it: an empty id or token identifies nothing."""
    found = value_at(body, names)
    return found if isinstance(found, str) and found else None


def id_of(body: Any, *names: str) -> str | None:
    """The id at a path, as text: a string with something in it, or a whole number."""
    found = value_at(body, names)
    return str(found) if isinstance(found, int) and not isinstance(found, bool) else text(body, *names)


def items(body: Any, name: str) -> list[Any] | None:
    """The property, if it is an array."""
    found = value_at(body, (name,))
    return found if isinstance(found, list) else None


def value_at(body: Any, path: Path) -> Any:
    """The value at a path; None if nothing is there."""
    for step in path:
        try:
            body = None if isinstance(body, str) else body[step]
        except (LookupError, TypeError):
            return None
    return body


_PATIENCE = 10
"""Pages in a row that bring nothing new, after which the list counts as one without an end."""


class Listing:
    """A list that is read page by page. It notices a list without an end, whatever the marks of its pages are."""

    def __init__(self) -> None:
        self.place: Mark = None
        self.is_over = False
        self.problem = ""
        """Why no page can be read after the last one; "" if one can."""
        self._anchor: Mark = None
        self._steps, self._power = 0, 1
        self._idle = 0
        self._last: object = None

    def turn(self, page: Page) -> None:
        """Take a page that was read: the next one is at `place`, unless the list is over or there is a `problem`."""
        mark, items = page.next, [record.raw for record in page.records]
        self.is_over = mark is None
        goes_back = isinstance(mark, int) and mark <= int(self.place or 0)
        # Brent's algorithm finds a circle with one stored mark: each is kept for twice as many pages as the one before,
        # so that the pages of any circle come back to one in the end.
        if not self.is_over and (goes_back or mark in (self.place, self._anchor)):
            self.problem = "it names a page as the next one that was read before"
        self._steps += 1
        if self._steps == self._power:
            self._anchor, self._steps, self._power = mark, 0, 2 * self._power
        self._idle = self._idle + 1 if not items or items == self._last else 0
        if not self.is_over and self._idle >= _PATIENCE:
            self.problem = f"{_PATIENCE} pages in a row brought nothing new, and yet it names a next one"
        self.place, self._last = mark, items
