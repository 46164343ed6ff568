"""The operation *create*, as a provider says it: which of the draft's fields it takes, and what it answers with.

Every other operation will have such a module of its own; what operations share is in `_call.py` and `_provider.py`.
"""

from abc import ABC, abstractmethod
from collections.abc import Collection, Mapping
from typing import Any, ClassVar

from . import _spec
from ._audience import Audience
from ._call import Call, Handle
from ._errors import OURS, InvalidError, Problem, UnsupportedError, named, shape
from ._members import Look
from ._wire import Part

LEAVABLE = frozenset({"description", "members"})
"""The draft's fields that a call can leave out where a provider cannot be told."""


class Create(ABC):
    """A provider's create. It does no I/O but a look into an audience file."""

    call: ClassVar[Call]
    fields: ClassVar[Mapping[str, str]]
    """The properties of the request body, each with the draft's field that it is made of."""
    unsupported: ClassVar[Mapping[str, str]]
    """The draft's fields that the call has no place for, each with the reason."""
    carries_members: ClassVar[bool] = False
    """Whether the members go with the call; if not, the audience is empty afterwards."""

    def parts(self, audience: Audience) -> tuple[Mapping[str, Part], Look]:  # noqa: ARG002
        """The body's file parts, by name, and what was seen in them."""
        return {}, Look()

    @abstractmethod
    def build(self, body: Mapping[str, Any], parts: Mapping[str, Part]) -> Mapping[str, Any]:
        """What the generated request builder makes of a judged body."""

    @abstractmethod
    def handle(self, audience: Audience, body: Mapping[str, Any]) -> Handle | None:
        """The id or token in a success, or None if what the receipt needs is not there."""

    def prepare(
        self, audience: Audience, leave_out: Collection[str]
    ) -> tuple[Mapping[str, Any], tuple[str, ...], Look]:
        """What the generated builder makes of the draft, the fields left out, and what was seen in a file.

        Raises UnsupportedError and InvalidError as `Provider.prepare` documents.
        """
        if not isinstance(audience, Audience):
            raise InvalidError.of([Problem("audience", "must be an Audience", shape(audience), OURS)])
        left_out = self._left_out(audience, leave_out)
        parts, look = self.parts(audience)
        problems = [*look.problems]
        given = audience.provider_fields.get(self.call.key, {})
        for name in given.keys() & self.fields.keys():
            rule = "is a field of the draft itself"
            problems.append(Problem(self._field(name, given=True), rule, shape(given[name]), OURS))
        sent = {wire: name for wire, name in self.fields.items() if wire not in parts and name not in left_out}
        own = {wire: getattr(audience, name) for wire, name in sent.items()}
        body = {**given, **{wire: value for wire, value in own.items() if value is not None}}
        problems += self._judge({**body, **dict.fromkeys(parts, "")})
        if problems:
            raise InvalidError.of(problems)
        return self.build(body, parts), left_out, look

    def _left_out(self, audience: Audience, leave_out: Collection[str]) -> tuple[str, ...]:
        names = isinstance(leave_out, Collection) and not isinstance(leave_out, str)
        unknown = sorted(map(named, set(leave_out) - LEAVABLE)) if names else [shape(leave_out)]
        if unknown:
            rule = f"may only name {' and '.join(sorted(LEAVABLE))}, as a collection"
            raise InvalidError.of([Problem("leave_out", rule, ", ".join(unknown), OURS)])
        cannot = {name: why for name, why in self.unsupported.items() if getattr(audience, name) is not None}
        for name, reason in cannot.items():
            if name not in leave_out:
                message = f"{name} is not supported: {reason}; leave_out={{{name!r}}} sends the rest without it"
                raise UnsupportedError(message, field=name, reason=reason)
        return tuple(cannot)

    def _judge(self, body: Mapping[str, Any]) -> list[Problem]:
        schema = self.call.operation.body
        found = []
        for deviation in [*schema.judge(body), *schema.undocumented(body)]:
            wire = _spec.first(deviation.pointer)
            if wire in body:
                found.append(Problem(self._field(wire), deviation.rule, shape(body[wire]), deviation.source))
            else:
                values = schema.properties.get(wire, {}).get("enum")
                rule = f"{deviation.rule}: one of {', '.join(values)}" if values else deviation.rule
                found.append(Problem(self._field(wire), rule, "absent", deviation.source))
        return found

    def _field(self, wire: str, *, given: bool = False) -> str:
        """What the caller knows a property of the body by."""
        door = f"provider_fields[{self.call.key!r}][{named(wire)}]"
        return door if given else self.fields.get(wire, door)
