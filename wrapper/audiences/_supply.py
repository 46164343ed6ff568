"""Takes the members of a change from the caller's iterable: at a time, as many as one call may have."""

import json
from collections.abc import AsyncIterable, Iterable, Mapping, Sequence
from itertools import islice
from typing import Any

from . import _json, _spec
from ._errors import OURS, InvalidError, Problem, shape
from ._members import Member
from ._operation import MemberRules

GIVEN = Iterable[Member | str] | AsyncIterable[Member | str]
"""What is given as members; the latter only in `audiences.aio`."""

_Members = dict[str, str | None]
"""The JSON text of members by id; None for one without attributes."""
_encoded = json.encoder.encode_basestring
_AT_ONCE = 1000
"""Items that are taken from an iterable between two checks whether the change is over."""


class Supply:
    """One pass over the members of a change, in constant memory.

    An id that comes twice before a call is full is sent once, with the attributes that came last.
    """

    def __init__(self, given: Any, verb: str, body: _spec.Schema, rules: MemberRules) -> None:
        """`body` is the schema of the request body. Raises InvalidError for what is no iterable of members."""
        members = body.at((rules.within,)).pointer
        self.most: int = body.spec.resolve(f"{members}/maxItems")[0]
        self._attributes = f"{members}/items/properties/attributes"
        self._most_attributes: int = body.spec.resolve(f"{self._attributes}/maxProperties")[0]
        self._verb, self._rules = verb, rules
        self.warnings: dict[str, tuple[int, int]] = {}
        """The place of the first member with each, and how often it came."""
        self._before, self._after = _json.dumps(rules.write(verb, "", self._warn)).decode().split('""')
        self.call: _Members = {}
        """The members of the next call, or of the one that is made now."""
        self._held: _Members = {}
        """The members that were taken and checked; those of the call come first."""
        self._place = -1
        self._given, self.awaits = given, isinstance(given, AsyncIterable)
        # To iterate over a mapping or over a table, such as a DataFrame of pandas, gives keys or the columns' names.
        odd = isinstance(given, str | bytes | Mapping) or hasattr(given, "columns")
        if odd or not (self.awaits or isinstance(given, Iterable)):
            raise InvalidError.ours("members", "must be an iterable of ids or of Member", given)
        self._source: Any = aiter(self._given) if self.awaits else iter(self._given)
        self._ended = False
        self.over = False
        """Whether the change is over. The thread that still takes members for a cancelled one then stops."""

    def check(self) -> None:
        """Look at every member. Raises InvalidError for one that breaks a rule."""
        items = iter(self._given)
        while part := [*islice(items, self.most)]:
            self._checked(part)
        self._place = -1
        self.warnings.clear()  # each comes again when its member is taken

    def fill(self) -> None:
        """Take members for a call. Raises InvalidError for one that breaks a rule, and what the iterable raises."""
        while not self.over and (wanted := self._wanted()):
            room = min(_AT_ONCE, wanted)
            some = [*islice(self._source, room)]
            self._held |= self._checked(some)
            self._ended = len(some) < room

    async def afill(self) -> None:
        while wanted := self._wanted():
            some = list[Any]()
            async for item in self._source:
                some.append(item)
                if len(some) == wanted:
                    break
            self._held |= self._checked(some)
            self._ended = len(some) < wanted

    def _wanted(self) -> int:
        """How many more members to take: one more than the call may have, to know whether the call is the last."""
        wanted = 0 if self._ended else max(0, self.most + 1 - len(self._held))
        if not wanted:
            self.call = dict(islice(self._held.items(), self.most))
        return wanted

    @property
    def written(self) -> str:
        """The members of the call, as they are sent."""
        return self._text(self.call)

    def _text(self, members: _Members) -> str:
        before, after = self._before, self._after
        return ",".join([more or f"{before}{_encoded(id)}{after}" for id, more in members.items()])

    def shorten(self, excess: int) -> None:
        """Leave the last members out of the call, for at least `excess` bytes, but not the first."""
        while excess > 0 and len(self.call) > 1:
            excess -= len(self._text(dict([self.call.popitem()])).encode()) + 1  # a comma

    def sent(self) -> None:
        """Note that the call is over."""
        self._held, self.call = dict(islice(self._held.items(), len(self.call), None)), {}

    @property
    def is_all(self) -> bool:
        """Whether the next call has all that is left."""
        return self._ended and len(self._held) <= self.most

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing more to send."""
        return self._ended and not self._held

    def _checked(self, items: Sequence[Any]) -> _Members:
        plain = {*map(type, items)} <= {str} and all(items) and [*map(str.strip, items)] == [*items]
        if plain and (text := "".join(items)).isascii() and text.isprintable():
            self._place += len(items)
            return dict.fromkeys(items)
        return dict(map(self._each, items))

    def _each(self, item: Any) -> tuple[str, str | None]:
        self._place += 1
        id = item.id if isinstance(item, Member) else item
        if not isinstance(id, str) or not id.strip() or not _json.is_unicode(id):
            raise self._wrong("", "must be an id, which is Unicode text and not blank, or a Member", id)
        if id != id.strip() or not id.isprintable():  # as lines of a file have it
            self._warn(f"an id has white space at an end, or what cannot be seen, and is sent with it [{OURS}]")
        if not isinstance(item, Member):
            return id, None
        if item.attributes:
            self._check(item.attributes)
        try:
            return id, _json.dumps(self._rules.write(self._verb, item, self._warn)).decode()
        except ValueError as error:
            raise self._wrong(".attributes", str(error), item.attributes) from None

    def _warn(self, warning: str) -> None:
        first, count = self.warnings.get(warning, (self._place, 0))
        self.warnings[warning] = first, count + 1

    def _check(self, attributes: Any) -> None:
        if self._verb == "remove":
            rule, source = "goes with add and replace only", f"{self._attributes}/description"
            raise self._wrong(".attributes", rule, attributes, source)
        if len(attributes) > self._most_attributes:
            rule, source = f"has at most {self._most_attributes} entries", f"{self._attributes}/maxProperties"
            raise self._wrong(".attributes", rule, attributes, source)

    def _wrong(self, field: str, rule: str, value: object, source: str = OURS) -> InvalidError:
        return InvalidError.of([Problem(f"members[{self._place}]{field}", rule, shape(value), source)])
