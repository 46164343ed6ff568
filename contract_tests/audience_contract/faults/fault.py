"""A fault, and the turn in which it acts. Nothing here depends on chance: a fault has a counter and a memory."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any, Protocol

from .. import bodies
from ..messages import Request, Response
from ..multipart import Part
from ..spec import Operation
from ..violation import UnreadableError

Act = Callable[["Turn"], Response]
When = Callable[["Turn"], object]
Change = Callable[[Request], Request]


def as_is(request: Request) -> Request:
    """No change."""
    return request


@dataclass(frozen=True)
class Fault:
    """One way to break the contract.

    `name` is the spec's key, a full stop and words. `sentence` says what such a server does. `evidence` is what makes
    that wrong: JSON pointers into the effective spec, or sections such as "RFC 9110, 11.1". `act` makes the answer to
    each request that reaches the path of the `operation`, an operationId, whatever the method; without an operation, to
    each request that reaches any path of the provider. `seconds` is how long a slow answer waits. `show` are changes of
    a right request; when they are sent in turn, the last answer differs from the correct server's.
    """

    name: str
    sentence: str
    evidence: tuple[str, ...]
    act: Act
    seconds: float = 0.0
    operation: str = ""
    show: tuple[Change, ...] = (as_is,)
    family: str = ""

    @property
    def provider(self) -> str:
        """The spec's key."""
        return self.name.partition(".")[0]


class Correct(Protocol):
    """The server without the fault."""

    def refusal(self, operation: Operation, request: Request) -> Response | None: ...
    def play(self, operation: Operation, request: Request) -> Response: ...
    def error(self, operation: Operation, status: int) -> Response: ...


@dataclass
class Turn:
    """A request at the faulty server.

    `number` counts the requests to the operation from 1, since the server started. `memory` lasts as long as the
    server. `delay` is how many seconds the answer waits; an act may set it to `seconds`, the fault's.
    """

    correct: Correct
    operation: Operation
    request: Request
    number: int
    memory: dict[str, Any]
    seconds: float = 0.0
    delay: float = field(default=0.0, init=False)

    def answer(self, request: Request | None = None) -> Response:
        """The correct server's answer to the turn's request, or to another; it also does what that asks for."""
        return self.correct.play(self.operation, _measured(request) if request else self.request)

    def refused(self, request: Request | None = None) -> bool:
        """Whether the correct server refuses the turn's request, or another one, for its credentials, method or form.
        Nothing is done at the server.
        """
        return self.correct.refusal(self.operation, _measured(request) if request else self.request) is not None

    def error(self, status: int) -> Response:
        """The provider's error with a status."""
        return self.correct.error(self.operation, status)

    def header(self, name: str) -> str:
        """The header's value, "" without it; several values are joined with commas (RFC 9110, 5.3)."""
        return ", ".join(self.request.values(name))

    @property
    def fields(self) -> dict[str, Any]:
        """The parts, properties or fields of the body by name; none where it cannot be read."""
        return fields(self.request)

    def text(self, name: str) -> str:
        """A property, field or text part that is a text, or else ""."""
        value = self.fields.get(name)
        if isinstance(value, Part):
            return value.data.decode("utf-8", "replace")
        return value if isinstance(value, str) else ""


def _measured(request: Request) -> Request:
    """A changed request with a Content-Length that is right, if it has one."""
    headers = tuple(
        (name, str(len(request.body)) if name.lower() == "content-length" else value) for name, value in request.headers
    )
    return replace(request, headers=headers)


def fields(request: Request) -> dict[str, Any]:
    """The same as `Turn.fields`, of any request."""
    found = {part.name: part for part in parts(request)} or json_object(request)
    try:
        return bodies.fields_of(request) if found is None else found
    except UnreadableError:
        return {}


def parts(request: Request) -> list[Part]:
    """The parts of an upload in their order; none where it cannot be read."""
    try:
        return bodies.parts_of(request)
    except UnreadableError:
        return []


def json_object(request: Request) -> dict[str, Any] | None:
    """The JSON object that a body is; None where it is none."""
    value = bodies.value_of(request)
    return value if isinstance(value, dict) else None
