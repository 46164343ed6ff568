"""The members of a change, as they are taken from the caller's iterable: as many at a time as one call may have."""

from collections.abc import AsyncIterable, Iterable, Sequence
from typing import Any

from . import _json, _spec
from ._changed import Rest
from ._errors import OURS, InvalidError, Problem, shape
from ._members import Member
from ._operation import Json, MemberRules

GIVEN = Iterable[Member | str]
"""What blocking code gives as members."""
GIVEN_ASYNC = GIVEN | AsyncIterable[Member | str]


class Supply:
    """One pass over the members of a change, in constant memory.

    An id that comes twice before a call is full is sent once, with the attributes that came last.
    """

    def __init__(self, given: Any, verb: str, body: _spec.Schema, rules: MemberRules) -> None:
        """Raises InvalidError for what has no members."""
        members = body.at((rules.within,)).pointer
        self.most: int = body.spec.resolve(f"{members}/maxItems")[0]
        self._attributes = f"{members}/items/properties/attributes"
        self._most_attributes: int = body.spec.resolve(f"{self._attributes}/maxProperties")[0]
        self._verb, self._rules = verb, rules
        self.warnings = set[str]()
        self.call: dict[str, tuple[Member | str, Json]] = {}
        """The members of the next call, or of the one that is made now, by id."""
        self._later: dict[str, tuple[Member | str, Json]] = {}
        """Those that were taken, and have no room in it."""
        self._failed: list[Member | str] = []
        self._place = -1
        self.given, self.awaits = given, given.awaits if isinstance(given, Rest) else isinstance(given, AsyncIterable)
        if isinstance(given, str | bytes) or not (self.awaits or isinstance(given, Iterable)):
            raise self._wrong("members", "must be an iterable of ids or of Member", given)
        self._source: Any = aiter(self.given) if self.awaits else iter(self.given)
        self.ended = False

    @property
    def is_whole(self) -> bool:
        """Whether all members can be looked at before any is sent."""
        return isinstance(self.given, Sequence)

    def check(self) -> None:
        """Look at every member. Raises InvalidError for one that breaks a rule."""
        for item in self.given:
            self._written(item)
        self._place = -1

    def fill(self) -> None:
        """Take members for a call. Raises InvalidError for one that breaks a rule, and what the iterable raises."""
        if self._refill():
            for item in self._source:
                if not self._put(item):
                    return
            self.ended = True

    async def afill(self) -> None:
        if self._refill():
            async for item in self._source:
                if not self._put(item):
                    return
            self.ended = True

    def halve(self) -> bool:
        """Have a call take half as many members as this one; False where it has one only."""
        if len(self.call) < 2:
            return False
        self.most, self._later, self.call = len(self.call) // 2, self.call | self._later, {}
        return True

    def sent(self, *, applied: bool) -> None:
        """The call is over."""
        if not applied:
            self._failed += [item for item, _ in self.call.values()]
        self.call = {}

    @property
    def is_all(self) -> bool:
        """Whether the next call has all that is left."""
        return self.ended and not self._later

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing more to send."""
        return self.is_all and not self.call

    def rest(self) -> Rest:
        taken = [item for item, _ in (*self.call.values(), *self._later.values())]
        return Rest((*self._failed, *taken), () if self.ended else self._source)

    def _refill(self) -> bool:
        """Take what was left; whether there is room for more."""
        taken = [*self._later.items()]
        self.call, self._later = dict(taken[: self.most]), dict(taken[self.most :])
        return not self._later and not self.ended

    def _put(self, item: Any) -> bool:
        """Take a member; whether there is room for more."""
        try:
            written = self._written(item)
        except InvalidError:
            self._later[""] = item, {}  # it is among the rest
            raise
        id = item if isinstance(item, str) else item.id
        if id in self.call or len(self.call) < self.most:
            self.call[id] = item, written
            return True
        self._later[id] = item, written
        return False

    def _written(self, item: Any) -> Json:
        self._place += 1
        id = item.id if isinstance(item, Member) else item
        if not isinstance(id, str):
            raise self._wrong("", "must be an id, which is a string, or a Member", id)
        if not id or not (id.isascii() or _json.is_unicode(id)):
            raise self._wrong("", "must be Unicode text, and not empty", id)
        if isinstance(item, Member) and item.attributes:
            self._check(item.attributes)
        try:
            return self._rules.write(self._verb, item, self.warnings)
        except ValueError as error:
            rule = str(error)
        raise self._wrong(".attributes", rule, getattr(item, "attributes", None))

    def _check(self, attributes: Any) -> None:
        if self._verb == "remove":
            rule, source = "goes with add and replace only", f"{self._attributes}/description"
            raise self._wrong(".attributes", rule, attributes, source)
        if len(attributes) > self._most_attributes:
            rule, source = f"has at most {self._most_attributes} entries", f"{self._attributes}/maxProperties"
            raise self._wrong(".attributes", rule, attributes, source)

    def _wrong(self, field: str, rule: str, value: object, source: str = OURS) -> InvalidError:
        place = field if field == "members" else f"members[{self._place}]{field}"
        return InvalidError.of([Problem(place, rule, shape(value), source)])
