"""The audiences of a run: which ones it has made, which still exist, and so which requests may be sent."""

import hashlib
import json
import re
import string
import time
import zlib
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from functools import cache, lru_cache
from typing import Any
from urllib.parse import unquote, unquote_plus

from ..bodies import json_of, parts_of, value_of
from ..facts import Effect, effect_of, value_at
from ..judging import Observation
from ..messages import Request
from ..mock.provider import chosen, facts_of
from ..mock.provider import load as provider_of
from ..schema import check
from ..spec import Operation, Spec
from ..strict_json import at
from ..urlencoded import pairs
from ..violation import UnreadableError
from .places import is_about_one, key_of, places

PREFIX = "contract-check-"
"""The text in the names that a run creates, unless a name is too short for it or of digits only."""
STARTS = {PREFIX: "-", "contract_check_": "_", "contractcheck": "", "check": ""}
"""The prefix, and its spellings for names that may have no hyphen, no underscore either, or few letters; each with what
stands after the run's id.
"""
_IN_TURN = 5
"""How many audiences of each creating operation are read and changed in turn; the last ones are removed first."""
_SAFE = {"GET", "HEAD", "OPTIONS"}
_UUID = re.compile("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


@dataclass(frozen=True)
class Made:
    """An audience of the run: its name, its id or token, the server's answer, and the whole exchange.

    `by` is the id of the operation that made it, and `path` has the path parameters of that request.
    """

    name: str
    id: str
    answer: Any
    seen: Observation | None = field(default=None, compare=False)
    by: str = ""
    path: Mapping[str, str] = field(default_factory=dict)
    time: float = field(default_factory=time.monotonic, compare=False)

    @property
    def age(self) -> float:
        """The seconds since it was made."""
        return time.monotonic() - self.time

    @property
    def story(self) -> tuple[Observation, ...]:
        """The exchanges that made it, and before them those that made what it is in."""
        return (*self.seen.before, replace(self.seen, before=())) if self.seen else ()

    def is_called(self, key: str, by: str) -> bool:
        """Whether `key` is its name or id, and the operation `by` made it; any operation if `by` is ""."""
        return key != "" and key in (self.name, self.id) and by in ("", self.by)

    def is_removed_with(self, key: str, by: str) -> bool:
        """Whether removing the audience of this name or id removes this one: it is the same one, or below it."""
        return self.is_called(key, by) or (key != "" and key in self.path.values())

    def at(self, pointer: str) -> Any:
        """The value that another operation takes from it, at a pointer into its answer or path; None for nothing."""
        return value_at(pointer, self.answer, self.path)


class NotOursError(Exception):
    """A request that must not be sent, because it could change something that the run has not made."""


class Audiences:
    """The audiences that a run has made, in order; `existing` are those that, as far as is known, still exist.

    The run's names begin with `mark`, or with `digits` if they may only have digits.
    """

    def __init__(self, spec: Spec, run_id: str, *, read_only: bool = False) -> None:
        self._spec, self._read_only = spec, read_only
        self._run_id, self._marks = run_id, [*_marks(spec, run_id)]
        self.mark, self.digits = self._marks
        ours = provider_of(spec.key)
        self._is_by_name = ours.is_by_name
        linked = {name for operation in spec.operations for name in facts_of(operation).linked}
        keys = {ours.named.rpartition("/")[2]} if ours.is_by_name else linked
        # A server may read a name under a similar key: a plural, or one with other signs between its letters.
        spelled = (r"\W*".join(["", *re.sub(r"\W", "", key), "s?", ""]) for key in keys)
        self._key = re.compile("|".join(spelled) or "(?!)", re.IGNORECASE)
        self._linked = defaultdict[str, set[str]](set)
        # An operation that reads, or that is not judged, may take the id of what was not made.
        for each in (facts_of(each) for each in spec.operations if not ours.why_not(each)):
            self._linked[each.source] |= set() if each.reads else {*each.linked.values()}
        self.existing: list[Made] = []
        self.once: set[str] = set()
        """The operations that a second request about one audience was in conflict with."""
        self._known: set[str] = set()
        self._ids: set[object] = set()
        self._doubted: set[object] = set()
        self._given: dict[str, str] = {}
        self._unsure: list[Made] = []
        self._listed: list[Made] = []
        self._usable, self._turn = defaultdict[str, list[Made]](list), 0

    def record(self, made: Made, *, plain: bool, sure: bool) -> None:
        """Remember one more audience.

        Other operations may use it if it is `plain`. It is not `sure` to exist if the server should have refused the
        request that made it: what the server does with it later would only show the same mistake again.
        """
        if not made.name and made.seen:
            # The checker cannot read the body, but the server may have. So the name is looked for in the body's text.
            text = made.seen.request.body.replace(b"\0", b"").decode("latin-1")
            found = re.search(rf"{re.escape(self.mark)}\d+", text)
            made = replace(made, name=found[0] if found else "")
        twins = (one for one in self.existing if (one.by, one.id, one.path) == (made.by, made.id, made.path))
        is_known = any(one.name != made.name or not self.is_marked(one.name) for one in twins)
        # An action on what the run has made may answer that.
        if is_known and made.id not in ("", *made.path.values()) and not self._is_by_name:
            # What two creates answer may have been there before.
            self._doubted.add(made.id)
            for by, those in self._usable.items():
                self._usable[by] = [one for one in those if one.id != made.id]
        self.existing.append(made)
        self._unsure += [] if sure else [made]
        # An audience of any other name may have existed before the run, so only one with a plain name serves others.
        is_usable = self.is_plain(made.name) and made.name not in self._known if self._is_by_name else made.id
        if plain and is_usable and made.id not in self._doubted:
            self._usable[made.by].append(made)
        self._known.add(made.name)
        self._given[made.by] = made.id
        self._ids |= {made.id, *(made.at(pointer) for pointer in self._linked[made.by])} - {"", None}
        self._ids -= self._doubted

    def is_plain(self, name: str) -> bool:
        """Whether a name is one of the run's, without anything special."""
        return name.startswith(self.mark) and name.removeprefix(self.mark).isdecimal()

    def record_list(self, items: Sequence[Mapping[str, Any]]) -> None:
        """Take the items of a list's answer as audiences to ask about, in a run that only reads; else do nothing."""
        for operation in self._spec.operations if self._read_only else ():
            source, key = facts_of(operation).source, key_of(operation)
            for item in items if source and is_about_one(operation) else ():
                key_there = at(item, facts_of(operation).linked.get(key, f"/{key}"))
                is_new = isinstance(key_there, str | int) and not self.find(str(key_there), source)
                if is_new and len(self._usable[source]) < _IN_TURN:
                    made = Made(str(key_there) if self._is_by_name else "", str(key_there), item, by=source)
                    self._listed.append(made)
                    self._usable[source].append(made)

    def record_removal(self, key: str, by: str, *, sure: bool) -> None:
        """Record that the audiences of a name or an id were removed, or, if not `sure`, may have been."""
        self.existing = [one for one in self.existing if not sure or not one.is_removed_with(key, by)]
        self._unsure += [one for one in self.existing if one.is_removed_with(key, by)]
        for maker, those in self._usable.items():
            self._usable[maker] = [one for one in those if not one.is_removed_with(key, by)]
        self._known.add(key)

    def find(self, key: str, by: str = "", own: Mapping[str, str | None] = {}) -> Made | None:
        """The audience of a name or an id, if it certainly exists; else None. `own` has what is at pointers into it."""
        every = reversed((*self._listed, *self.existing))
        called = (one for one in every if one.is_called(key, by) and one not in self._unsure)
        found = (one for one in called if all(text in (None, str(one.at(pointer))) for pointer, text in own.items()))
        return next(found, None)

    def is_marked(self, name: str) -> bool:
        """Whether a name has a mark of this run, so that nobody else can have given it."""
        return any(mark in name for mark in self._marks)

    def rename(self, run_id: str) -> dict[str, str]:
        """Use a new mark from now on, so that names are new. Returns the new mark for each mark of the run `run_id`."""
        made = hashlib.sha256(f"{self._run_id} {len(self._marks)}".encode()).digest()
        # The same length, so that a name of the greatest length that is allowed keeps that length.
        another = "".join(string.ascii_lowercase[byte % 26] for byte in made[: len(run_id)])
        self.mark, self.digits = new = _marks(self._spec, another)
        self._marks += new
        return dict(zip(_marks(self._spec, run_id), new, strict=True))

    def is_absent(self, name: str) -> bool:
        """Whether no audience can have this name: it has this run's mark, and no request has used it."""
        return self.is_marked(name) and name not in self._known

    def unknown_id(self, by: str) -> str:
        """An id that no audience has, in the form of those that the operation `by` gives; "" for any other form."""
        given = self._given.get(by, "")
        if given.isdecimal():
            return self.digits
        return self.uuid(0) if _UUID.fullmatch(given) else ""

    def uuid(self, number: int) -> str:
        """A UUID with the mark of the run and a number of at most four digits."""
        return f"0000{number:04}-0000-4000-8000-0{self.digits}"

    def pick(self, operation: Operation, *, used: bool) -> Made | None:
        """An audience that a request to the operation can be about; None if there is none yet.

        `used` says that the request is meant to succeed: an audience that it removes, or with which it may succeed only
        `once`, is given to no other request.
        """
        facts = facts_of(operation)
        usable = self._usable[facts.source]
        if not usable or not facts.source:
            return None
        if facts.removes or operation.id in self.once:
            return usable.pop() if used else usable[-1]
        self._turn += 1
        return usable[self._turn % min(_IN_TURN, len(usable))]

    def may_be_sent(self, request: Request) -> bool:
        """Whether a request may be sent.

        In a request that changes or removes something, every name must be this run's, even in a malformed body: a
        server may read a name there.
        """
        path = request.target.partition("?")[0]
        if self._read_only:
            return request.method in _SAFE and not request.values("x-http-method-override")
        found = self._spec.at(path)
        same = [each for each in found if each.method == request.method]
        is_below = any("{" in each.path for each in found)
        if found and not (same or is_below) and effect_of(request.method) in (Effect.CHANGES, Effect.REMOVES):
            # What a method that the document lacks does to a whole list, nobody knows.
            paths = (each.path.lower() for each in self._spec.operations)
            if not self._is_by_name or any(each.startswith(f"{path}/{{".lower()) for each in paths):
                return False
        found = found if self._is_by_name else same or found
        creates = {facts_of(each).effect for each in found} <= {Effect.READS, Effect.CREATES}
        if creates and (self._is_by_name or request.method in _SAFE):
            return True
        values = [operation.path_values(path) for operation in found]
        meant = [{*facts_of(each).linked, chosen(each)} - {""} for each in found]
        by_path = all(names & known.keys() for names, known in zip(meant, values, strict=True))
        if not creates and not self._is_by_name and not all(meant):
            return False
        texts, mark = [unquote(text) for known in values for text in known.values()], "" if by_path else self.mark
        # What is created may be below what the document lists, and name other things in its body: it changes neither.
        # But of what has the id that it is to have, nobody knows.
        above = [place for each in found if creates for place in places(each) if place.kind == "path"]
        listed = {str(value) for place in above for value in place.says("enum", ())}
        own, body = [pointer for each in found for pointer in facts_of(each).unique], value_of(request)
        given = {str(id) for pointer in own if isinstance(id := value_at(pointer, body, {}), str | int)}
        named = given if creates else _names(request, self._key, mark)
        return all(text in listed or self._is_ours(text) for text in (*texts, *named))

    def _is_ours(self, name: object) -> bool:
        return name in (None, "") or (isinstance(name, str) and self.is_marked(name)) or name in self._ids


@lru_cache(maxsize=8)
def _names(request: Request, key: re.Pattern[str], mark: str) -> frozenset[object]:
    """Every text of a request that a server could take for an audience's name, however it reads the body.

    In a body that nobody can parse, each word counts, unless the mark stands in it. A `mark` of "" turns that off.
    """
    found = set[object]()
    for form in (request.target.partition("?")[2], request.body.decode("latin-1")):
        found |= {unquote_plus(value) for name, value in pairs(form) if key.fullmatch(unquote_plus(name))}
    with suppress(UnreadableError):
        found |= {part.data.decode("utf-8", "replace") for part in parts_of(request) if key.fullmatch(part.name)}
    with suppress(UnreadableError):
        return frozenset(found.union(_in_json(json_of(request), key)))
    try:
        # Of a key that comes twice, a server may read either value.
        found.update(_in_json(json.loads(request.body, object_pairs_hook=_Pairs), key))
    except (ValueError, RecursionError):
        if not request.values("content-encoding") and mark.encode() not in request.body.replace(b"\0", b""):
            found.update(re.findall(rb"\w+", request.body))
    return frozenset(found)


def _in_json(value: Any, key: re.Pattern[str]) -> Iterator[object]:
    # Cached because each of ten thousand members has the same few keys.
    left, is_key = [(value, False)], cache(key.fullmatch)
    while left:
        value, below = left.pop()
        if isinstance(value, dict) or type(value) is _Pairs:
            members = value.items() if isinstance(value, dict) else value
            left += [(child, below or is_key(name) is not None) for name, child in members]
        elif isinstance(value, list):
            left += [(child, below) for child in value]
        elif below or (isinstance(value, str) and ("{" in value or '"' in value or "=" in value)):
            # A text with such a character may itself hold a body with a name, so it counts as one.
            yield value


def _marks(spec: Spec, run_id: str) -> tuple[str, str]:
    """The mark of a run's names, in the spelling that suits most creates; and the mark of names of digits only."""
    marks = [f"{start}{run_id}{end}" for start, end in STARTS.items()]
    named = provider_of(spec.key).named
    creating = (each for each in spec.operations if facts_of(each).creates)
    names = ((each, {named, chosen(each)}) for each in creating)
    kinds = [place.schema for each, own in names for place in places(each) if place.name in own and place.schema]
    mark = max(marks, key=lambda mark: sum(not any(check(kind, f"{mark}0001", "")) for kind in kinds))
    return mark, f"7{zlib.crc32(run_id.encode()):010}"


class _Pairs(list[Any]):
    """The key-value pairs of a JSON object, both of them where a key comes twice."""
