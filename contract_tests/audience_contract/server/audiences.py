"""The audiences of a run: what it has made, what of that is still there, and which requests may therefore leave."""

import hashlib
import json
import re
import string
import zlib
from collections import defaultdict, deque
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from functools import cache, lru_cache
from typing import Any
from urllib.parse import unquote, unquote_plus

from ..bodies import json_of, parts_of
from ..facts import Effect, facts_of, told
from ..judging import Observation
from ..messages import Request
from ..mock.provider import load as provider_of
from ..schema import check
from ..spec import Operation, Spec
from ..strict_json import at
from ..urlencoded import pairs
from ..violation import UnreadableError
from .places import is_about_one, key_of, places

PREFIX = "contract-check-"
"""What names have in them that a run creates, as far as they are long enough and not of digits only."""
STARTS = (PREFIX, "contract_check_", "contractcheck")
"""The prefix, and what stands in its place where a name may have no hyphen, or neither that nor an underscore."""
_HELD = 5
"""Audiences that are read and changed, and never removed."""
_SAFE = {"GET", "HEAD", "OPTIONS"}


@dataclass(frozen=True)
class Made:
    """An audience of the run's: its name, its id or token, what the server answered, and the whole exchange.

    `by` is the operation that made it, and `path` the values of that request's path.
    """

    name: str
    id: str
    answer: Any
    seen: Observation | None = field(default=None, compare=False)
    by: str = ""
    path: Mapping[str, str] = field(default_factory=dict)

    def is_meant(self, key: str, by: str = "") -> bool:
        """Whether it has this name or id, and was made by this operation."""
        return key != "" and key in (self.name, self.id) and by in ("", self.by)

    def is_gone(self, key: str, by: str) -> bool:
        """Whether it is gone once the audience of this name or id is removed: it is that one, or below it."""
        return self.is_meant(key, by) or (key != "" and key in self.path.values())

    def told(self, pointer: str) -> Any:
        """What another operation takes of it."""
        return told(pointer, self.answer, self.path)


class NotOursError(Exception):
    """A request that must not leave: it could change what is not the run's."""


class Audiences:
    """What a run has made of audiences, in order; `left` are those that are still there, as far as is known.

    `mark` begins the names of the run; `digits` those that are of digits only.
    """

    def __init__(self, spec: Spec, run_id: str, *, read_only: bool = False) -> None:
        self._spec, self._read_only = spec, read_only
        self._run_id, self._marks = run_id, [*_marks(spec, run_id)]
        self.mark, self.digits = self._marks
        ours = provider_of(spec.key)
        self._is_by_name = ours.is_by_name
        fed = {name for operation in spec.operations for name in facts_of(operation).fed}
        keys = {ours.named.rpartition("/")[2]} if ours.is_by_name else fed
        # Each with an s or without, and whatever stands between its letters.
        spelled = (r"\W*".join(["", *re.sub(r"\W", "", key), "s?", ""]) for key in keys)
        self._key = re.compile("|".join(spelled) or "(?!)", re.IGNORECASE)
        self._taken = defaultdict[str, set[str]](set)
        for each in map(facts_of, spec.operations):
            self._taken[each.source] |= set(each.fed.values())
        self.left: list[Made] = []
        self._known: set[str] = set()
        self._ids: set[object] = set()
        self._unsure: list[Made] = []
        self._listed: list[Made] = []
        self._held: defaultdict[str, deque[Made]] = defaultdict(deque)
        self._spare: defaultdict[str, deque[Made]] = defaultdict(deque)

    def made(self, made: Made, *, plain: bool, sure: bool) -> None:
        """One more; another operation may ask for one that is `plain`. It is not `sure` to be there if it was made by
        what should have been refused: what the server does with it later shows the same mistake again.
        """
        if not made.name and made.seen:
            # The checker cannot read the body, but the server may have: the name is looked for in its text.
            text = made.seen.request.body.replace(b"\0", b"").decode("latin-1")
            found = re.search(rf"{re.escape(self.mark)}\d+", text)
            made = replace(made, name=found[0] if found else "")
        self.left.append(made)
        self._unsure += [] if sure else [made]
        # One of another name may have been there before; what is special about a name is tried on a plain one.
        is_plain = made.name.startswith(self.mark) and made.name.removeprefix(self.mark).isdecimal()
        if plain and (is_plain and made.name not in self._known if self._is_by_name else made.id):
            held, spare = self._held[made.by], self._spare[made.by]
            (held if len(held) < min(_HELD, len(spare)) else spare).append(made)
        self._known.add(made.name)
        self._ids |= {made.id, *(made.told(pointer) for pointer in self._taken[made.by])} - {"", None}

    def listed(self, answer: Any) -> None:
        """A run that only reads may ask about what a list shows; another one asks about what it has made."""
        found = [answer, *(answer.values() if isinstance(answer, dict) else ())]
        items = [item for each in found if isinstance(each, list) for item in each if isinstance(item, dict)]
        for operation in self._spec.operations if self._read_only else ():
            source, key = facts_of(operation).source, key_of(operation)
            for item in items if source and is_about_one(operation) else ():
                told_by = at(item, facts_of(operation).fed.get(key, f"/{key}"))
                held = self._held[source]
                if isinstance(told_by, str | int) and len(held) < _HELD and not self.find(str(told_by), source):
                    made = Made(str(told_by) if self._is_by_name else "", str(told_by), item, by=source)
                    self._listed.append(made)
                    held.append(made)

    def gone(self, key: str, by: str, *, sure: bool) -> None:
        """Those of a name or an id were removed, or if that is not `sure`, may have been."""
        self.left = [one for one in self.left if not sure or not one.is_gone(key, by)]
        self._unsure += [one for one in self.left if one.is_gone(key, by)]
        for kept in (self._held, self._spare):
            for maker, those in kept.items():
                kept[maker] = deque(one for one in those if not one.is_gone(key, by))
        self._known.add(key)

    def find(self, key: str, by: str = "") -> Made | None:
        """The one of a name or an id that is there for certain."""
        every = (*self._listed, *self.left)
        return next((one for one in reversed(every) if one.is_meant(key, by) and one not in self._unsure), None)

    def is_marked(self, name: str) -> bool:
        """Whether a name is one that nobody else can have given."""
        return any(mark in name for mark in self._marks)

    def rename(self, run_id: str) -> dict[str, str]:
        """From now on, use names that no story had before. Gives back the new mark for each mark of a story's run."""
        made = hashlib.sha256(f"{self._run_id} {len(self._marks)}".encode()).digest()
        # Of the same length, so that a name at the limit of its length stays there.
        another = "".join(string.ascii_lowercase[byte % 26] for byte in made[: len(run_id)])
        self.mark, self.digits = new = _marks(self._spec, another)
        self._marks += new
        return dict(zip(_marks(self._spec, run_id), new, strict=True))

    def is_absent(self, name: str) -> bool:
        """Whether nobody can have made one of the name: it is a new one of this run."""
        return self.is_marked(name) and name not in self._known

    def pick(self, operation: Operation, *, used: bool) -> Made | None:
        """One that a request to an operation can be about, None where there is none yet.

        One that is `used` up, removed, is no other request's.
        """
        facts = facts_of(operation)
        held, spare, removes = self._held[facts.source], self._spare[facts.source], facts.effect is Effect.REMOVES
        if held and not removes:
            held.rotate(-1)
            return held[-1]
        if not spare or not facts.source:
            return None
        # Until there are several, one has to do for both.
        return spare.popleft() if used and removes else spare[0]

    def may_leave(self, request: Request) -> bool:
        """Whether a request may be sent: in what changes or removes something, every name has the mark of this run.

        A server may read a name out of what is no right body.
        """
        path = request.target.partition("?")[0]
        methods = self._spec.methods(path)
        if self._read_only:
            return request.method in _SAFE and not request.values("x-http-method-override")
        found = [operation for method in methods if (operation := self._spec.match(method, path))]
        if not self._is_by_name:
            found = [operation for operation in found if operation.method == request.method] or found
        if {facts_of(operation).effect for operation in found} <= {Effect.READS, Effect.CREATES} and (
            self._is_by_name or request.method in _SAFE or not any("{" in operation.path for operation in found)
        ):
            return True
        values = [operation.path_values(path) for operation in found]
        by_path = all(facts_of(each).fed.keys() & known.keys() for each, known in zip(found, values, strict=True))
        if not self._is_by_name and any(not facts_of(each).fed for each in found):
            return False
        texts, mark = [unquote(text) for known in values for text in known.values()], "" if by_path else self.mark
        return all(map(self._is_ours, texts)) and all(map(self._is_ours, _names(request, self._key, mark)))

    def _is_ours(self, name: object) -> bool:
        return name in (None, "") or (isinstance(name, str) and self.is_marked(name)) or name in self._ids


@lru_cache(maxsize=8)
def _names(request: Request, key: re.Pattern[str], mark: str) -> frozenset[object]:
    """Whatever a server could take for a name, however it reads the body.

    In a body that is no JSON, every word is one, unless it has the mark; none of them with a mark of "".
    """
    found = set[object]()
    for form in (request.target.partition("?")[2], request.body.decode("latin-1")):
        found |= {unquote_plus(value) for name, value in pairs(form) if key.fullmatch(unquote_plus(name))}
    with suppress(UnreadableError):
        found |= {part.data.decode("utf-8", "replace") for part in parts_of(request) if key.fullmatch(part.name)}
    with suppress(UnreadableError):
        return frozenset(found.union(_in_json(json_of(request), key)))
    try:
        # Of a name that comes twice, a server may read either.
        found.update(_in_json(json.loads(request.body, object_pairs_hook=_Pairs), key))
    except (ValueError, RecursionError):
        if not request.values("content-encoding") and mark.encode() not in request.body.replace(b"\0", b""):
            found.update(re.findall(rb"\w+", request.body))
    return frozenset(found)


def _in_json(value: Any, key: re.Pattern[str]) -> Iterator[object]:
    # The same few names stand in each of ten thousand members.
    left, is_key = [(value, False)], cache(key.fullmatch)
    while left:
        value, below = left.pop()
        if isinstance(value, dict | _Pairs):
            members = value.items() if isinstance(value, dict) else value
            left += [(child, below or is_key(name) is not None) for name, child in members]
        elif isinstance(value, list):
            left += [(child, below) for child in value]
        elif below or (isinstance(value, str) and ("{" in value or '"' in value or "=" in value)):
            # A text may have a body in it, and is no name that belongs elsewhere.
            yield value


def _marks(spec: Spec, run_id: str) -> tuple[str, str]:
    """What names begin with, the first of these that a name may have; and what those of digits begin with."""
    marks = [f"{start}{run_id}{end}" for start, end in zip(STARTS, ("-", "_", ""), strict=True)]
    named = provider_of(spec.key).named
    creating = (each for each in spec.operations if facts_of(each).effect is Effect.CREATES)
    kinds = [place.schema for each in creating for place in places(each) if place.name == named and place.schema]
    found = (mark for mark in marks if not any(any(check(kind, f"{mark}0001", "")) for kind in kinds))
    return next(found, marks[0]), f"7{zlib.crc32(run_id.encode()):010}"


class _Pairs(list[Any]):
    """The members of a JSON object, of a name that comes twice both."""
