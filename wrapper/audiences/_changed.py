"""What became of a change of members, call by call."""

from collections.abc import AsyncIterator, Iterable, Iterator
from dataclasses import dataclass, field
from itertools import chain
from typing import Any

from ._attempt import Attempt, as_json
from ._outcome import Outcome, State
from ._response import Response


@dataclass(frozen=True, slots=True, kw_only=True)
class Chunk:
    """One call of a change: what became of it, and how many members it had."""

    outcome: Outcome
    members: int | None
    """None where a file of them was sent."""
    operation_token: str | None = field(default=None, repr=False)
    """The token by which the provider can be asked how this call's change goes, if it gave one."""
    message: str = ""
    """Why it was not applied."""
    response: Response | None = field(default=None, repr=False)
    """The raw response, if one came."""
    attempts: tuple[Attempt, ...] = field(default=(), repr=False)

    def to_dict(self) -> dict[str, Any]:
        """What is known, as values of JSON."""
        return as_json(self, "outcome", "members", "operation_token", "message", "status", "attempts")

    @property
    def status(self) -> int | None:
        """The HTTP status, if one was seen."""
        return self.response.status if self.response else None


class Rest:
    """The members that were not applied, as far as is known, to be iterated over once: those of the calls that failed,
    and those that were never sent. Those that were not yet taken from the caller's iterable are taken from it then, and
    are lost where this is pickled.
    """

    def __init__(self, taken: tuple[Any, ...] = (), source: Any = ()) -> None:
        self._taken, self._source = taken, source

    @property
    def awaits(self) -> bool:
        """Whether it goes on with an asynchronous iterable."""
        return not isinstance(self._source, Iterable)

    def __iter__(self) -> Iterator[Any]:
        return chain(self._taken, self._source)

    async def __aiter__(self) -> AsyncIterator[Any]:
        for member in self._taken:
            yield member
        if self.awaits:
            async for member in self._source:
                yield member
        else:
            for member in self._source:
                yield member

    def __reduce__(self) -> tuple[Any, ...]:
        return Rest, (self._taken,)


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
    """What looks wrong in the members by pages about other calls of the provider; nothing was left out."""
    rest: Rest = field(default_factory=Rest, repr=False, compare=False)
    """What was not applied: give it to the same verb to go on."""

    @property
    def outcome(self) -> Outcome:
        """That of all calls together; *not_sent* where there was nothing to send."""
        outcomes = [chunk.outcome for chunk in self.chunks]
        return Outcome.together(outcomes if self.complete else [*outcomes, Outcome.NOT_SENT])

    @property
    def members(self) -> int | None:
        """How many members the provider took one by one, an id that several calls had counted in each; None where it
        took a file of them.
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
