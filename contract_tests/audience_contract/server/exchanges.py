"""Exchanges: each request of a run, about an audience that the run has made, and its answer, which is judged."""

import itertools
from collections import Counter, defaultdict, deque
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from dataclasses import replace
from operator import attrgetter
from typing import Any, NamedTuple

from ..judging import Ledger, Observation
from ..messages import Request
from ..mock.provider import facts_of
from ..mock.provider import load as provider_of
from ..report import Step
from ..rules import Weight
from ..spec import Operation
from .audiences import Audiences, Made, NotOursError
from .cases import Case, as_it_is
from .expectation import Expectation, Expected, expect
from .judge import Judge
from .limits import CLEAN_UP, LimitedSender, Options, RunEnded, may_have_acted
from .names import Names
from .opening import ABSENT
from .places import places
from .plan import Planned
from .send import BUSY, NOT_SENT, PLAIN, Wire
from .target import Target

_SILENT = 5
"""A server counts as gone after so many requests in a row without an answer."""
_MAX_FAILURES = 3
"""After so many failures in a row to make an audience, or to find one to remove, an operation is not tried again."""
_LAST = 3
"""How many of the last requests to an operation before a finding are kept, because they may be a part of its cause."""
MAY_SUCCEED = (Expected.SUCCESS, Expected.OPEN)


class Ready(NamedTuple):
    """A case with its request, the audience it is about, and the exchanges that must come `before` it in a story."""

    planned: Planned
    request: Request
    made: Made | None
    before: tuple[Observation, ...]


class Exchanges:
    """Makes the requests of a run, sends them, and has the answers judged.

    `allowed` are the operations that may be asked for audiences, or to remove them. The run is told when a phase begins
    (`enter`), of each request before it is sent (`sending`), and of each exchange that was judged (`heed`).
    """

    def __init__(
        self,
        target: Target,
        options: Options,
        ledger: Ledger,
        audiences: Audiences,
        *,
        enter: Callable[[str], None],
        sending: Callable[[], None],
        heed: Callable[[Operation, Observation, Expectation], None],
    ) -> None:
        self.target, self.options, self.ledger, self.audiences = target, options, ledger, audiences
        self.enter, self._heed = enter, heed
        self.judge = Judge(target, ledger, audiences)
        self.sender = LimitedSender(target, options, audiences, sending, self._put_off)
        self.names = Names(target, audiences)
        self.is_by_name = provider_of(target.spec.key).is_by_name
        self.allowed: list[Operation] = []
        self.failures: Counter[str] = Counter()
        self.silent = 0
        """How many of the last requests had no answer."""
        self.is_gone = False
        """Whether the server stopped answering."""
        self._last: defaultdict[str, deque[tuple[Observation, ...]]] = defaultdict(lambda: deque(maxlen=_LAST))
        """The last requests to each operation, each preceded by those that it needs."""
        self._first: dict[str, tuple[Observation, ...]] = {}
        """The first valid request to each operation that succeeded, preceded by those that it needs."""

    def expected(self, operation: Operation, request: Request, like: Case | Step) -> Expectation | None:
        """The expectation for a request like that of a case or step; None for a request that must not be sent."""
        if not self.audiences.may_be_sent(request):
            return None
        found = expect(self.target, operation, request, like.label, like.advice)
        if found.expected is not Expected.SUCCESS:
            return found
        name = self.judge.name(operation, request) or self.audiences.mark
        if facts_of(operation).creates and self.is_by_name and not self.audiences.is_marked(name):
            # A name too short for the mark may belong to an audience of somebody else.
            return replace(found, expected=Expected.OPEN, weight=Weight.NOT_JUDGED)
        return found

    def play_cases(self, operation: Operation, planned: Iterable[Planned]) -> None:
        """Send several cases at once, none of which depends on another one's answer, and judge them in order."""
        ready: list[Ready] = []
        ended = None
        try:
            for each in planned:
                with suppress(NotOursError):
                    ready.append(self.ready(operation, each))
        except RunEnded as reason:
            ended = reason
        answers = self._send(operation, ready)
        if any(seen.is_success for seen in answers) and facts_of(operation).removes and ready[1:]:
            # One audience was removed, so the other answers depend on chance. Each case is sent again with its own.
            for one in ready:
                key = one.made.name or one.made.id if one.made else ""
                self.audiences.record_removal(key, facts_of(operation).source, sure=True)
            for one in ready:
                self.play_cases(operation, [one.planned])
        else:
            for one, seen in zip(ready, answers, strict=True):
                self.record(operation, self.finished(operation, one, seen), one.planned.expectation, one.made)
        if ended:
            raise ended

    def _send(self, operation: Operation, ready: Sequence[Ready]) -> list[Observation]:
        return self.sender.send_all(operation, [(one.request, one.planned.case.wire) for one in ready])

    def ready(self, operation: Operation, planned: Planned, about: Made | None = None) -> Ready:
        """Make a case's request and count it. Without `about`, it is about any audience, or one that never existed."""
        case, used = planned.case, planned.expectation.expected in MAY_SUCCEED
        made = about or (None if case.absent else self.audience(operation, used=used))
        request, other = case.request(self.names.about(case.base, made)), None
        name = self.judge.name(operation, request)
        if self.is_by_name and made and name != made.name and self.audiences.is_absent(name) and used:
            # An audience with the case's odd name has to be made first.
            other = self.make(operation, name)
            request = case.request(self.names.about(case.base, replace(other, name=made.name))) if other else request
        self.sender.check_and_count(operation, request)
        # A server that ignores case may refuse a name because of another audience, so that one belongs in the story.
        alike = [one for one in self.audiences.existing if one.name != name and one.name.lower() == name.lower()]
        needed = sorted(filter(None, (made, other, *alike)), key=attrgetter("time"))
        before = tuple(step for each in needed for step in each.story)
        return Ready(planned, request, made, before)

    def finished(self, operation: Operation, one: Ready, seen: Observation) -> Observation:
        """The exchange of a case, or a later one if the server is busy or does not find the audience yet."""
        seen = self.sender.repeated_if_busy(operation, seen, one.planned.case.wire)
        seen = self.found_by_now(operation, seen, one.planned.expectation)
        case = one.planned.case
        return replace(seen, label=case.label, advice=case.advice, before=one.before)

    def play(
        self,
        operation: Operation,
        request: Request,
        said: Expectation | None = None,
        *,
        wire: Wire = PLAIN,
        of: Operation | None = None,
        about: Made | None = None,
        is_early: Callable[[Observation], object] | None = None,
        **shown: Any,
    ) -> Observation:
        """Send a request, and again while the answer is early; `shown` are fields of the exchange, which is judged."""
        said, seen = said or expect(self.target, operation, request), self.sender.send(operation, request, wire, of)
        late = is_early and self.sender.repeated_while(operation, seen, is_early)
        seen = replace(late or self.found_by_now(operation, seen, said), **shown)
        self.record(operation, seen, said, about)
        return seen

    def found_by_now(self, operation: Operation, seen: Observation, expectation: Expectation) -> Observation:
        """The exchange, or a later one if it is about an audience that exists and that may not be there yet."""
        facts = facts_of(operation)
        is_sure = expectation.weight is Weight.VIOLATION and not facts.creates
        waits = expectation.expected is Expected.SUCCESS and (facts.reads or is_sure)
        is_there = waits and self.audiences.find(self.judge.name(operation, seen.request), facts.source)
        return self.sender.repeated_while(operation, seen) if is_there else seen

    def record(
        self, operation: Operation, seen: Observation, expectation: Expectation, about: Made | None = None
    ) -> None:
        """Have an exchange judged, and remember it; `about` is the audience that it was meant to be about.

        Raises RunEnded if the server keeps saying that it is busy, or has stopped answering.
        """
        # If even the smallest valid request is refused as busy, it is not because of the case's request.
        if seen.status in BUSY and self.sender.send(operation, self.smallest(operation)).status in BUSY:
            raise RunEnded("the server kept saying that it is busy")
        known = self.judge.known(operation, seen, expectation)
        first, last = self._first.get(operation.id, ()), self._last[operation.id]
        newest = (step for made in self.audiences.existing[-1:] for step in made.story)
        self.judge.judge(operation, replace(seen, last=(*first, *newest, *itertools.chain(*last))), known)
        last.append((*seen.before, replace(seen, before=())))
        if known.expected is Expected.SUCCESS and seen.is_success:
            self._first.setdefault(operation.id, last[-1])
        self._heed(operation, seen, known)
        facts = facts_of(operation)
        if may_have_acted(seen) and not (facts.creates or facts.reads):
            # A server may read a name where the checker reads none, so the intended audience counts, too.
            names = {self.judge.name(operation, seen.request), *((about.name, about.id) if about else ())} - {""}
            self.judge.changed |= names
            for name in names if facts.removes else ():
                self.audiences.record_removal(name, facts.source, sure=False)
        self.silent = self.silent + 1 if seen.response is None and not seen.trouble.startswith(NOT_SENT) else 0
        if self.silent == _SILENT:
            self.is_gone = True
            raise RunEnded("the server stopped answering")

    def smallest(self, operation: Operation) -> Request:
        """The smallest valid request to an operation, about an audience of the run if there is one."""
        draft = self.names.draft(operation, smallest=True)
        return self.names.about(draft, self.audiences.pick(operation, used=False)).request()

    def _put_off(self, operation: Operation, seen: Observation) -> None:
        """Judge an answer that means "later"."""
        said = replace(expect(self.target, operation, seen.request), expected=Expected.LATER, advised="")
        self.judge.judge(operation, seen, said)

    @staticmethod
    def may_create(operation: Operation, expectation: Expectation) -> bool:
        """Whether a request with this expectation may create something."""
        return facts_of(operation).creates and expectation.expected in MAY_SUCCEED

    def audience(self, operation: Operation, *, used: bool) -> Made | None:
        """An audience that a request to an operation can be about; it is made if there is none."""
        found = self.audiences.pick(operation, used=used)
        if found or not facts_of(operation).source:
            return found
        made = self.make(operation, self.names.new())
        return self.audiences.pick(operation, used=used) or made

    def make(self, operation: Operation, name: str) -> Made | None:
        """Make an audience that a request to an operation can be about; returns it, or the one of this name.

        None if it could not be made, or if nothing more may be created.
        """
        creating = next((each for each in self.allowed if each.id == facts_of(operation).source), None)
        last = self.audiences.existing[-1:]
        if creating and self.failures[creating.id] < _MAX_FAILURES and self.sender.may_create():
            about = self.audience(creating, used=False) or Made(name, "", None)
            draft = self.names.about(self.names.draft(creating, smallest=True), about)
            for place in places(creating) if self.is_by_name else ():
                draft = draft.put(place, name) if self.names.is_name(place) else draft
            if not self.audiences.may_be_sent(draft.request()):
                return None
            self.play(creating, draft.request(), of=operation, before=about.story)
            is_made = self.audiences.existing[-1:] != last
            self.failures[creating.id] = 0 if is_made else self.failures[creating.id] + 1
            if is_made:
                return self.audiences.existing[-1]
        return self.audiences.find(name)

    def clean_up(self) -> None:
        """Remove the run's audiences, if the provider has an operation for that and `keep` is not set."""
        removing = [each for each in self.allowed if facts_of(each).removes]
        if not removing or self.options.keep or not self.audiences.existing or self.silent:
            return
        self.enter(CLEAN_UP)
        # What is within another audience goes before that one.
        with suppress(RunEnded):
            for by, made in itertools.groupby(self.audiences.existing[::-1], attrgetter("by")):
                operation, those = next((each for each in removing if facts_of(each).source == by), None), [*made]
                while operation and those and self.failures[operation.id] < _MAX_FAILURES:
                    self._remove(operation, those[: self.sender.at_once])
                    del those[: self.sender.at_once]

    def _remove(self, operation: Operation, those: Iterable[Made]) -> None:
        ready = []
        for made in {made.name or made.id: made for made in those if made in self.audiences.existing}.values():
            case = Case(self.names.about(self.names.draft(operation, smallest=True), made), as_it_is)
            request = case.request(case.base)
            if self.judge.name(operation, request):
                with suppress(NotOursError):
                    ready.append(self.ready(operation, Planned(case, expect(self.target, operation, request)), made))
        for one, seen in zip(ready, self._send(operation, ready), strict=True):
            is_there = one.made and self.audiences.find(one.made.name or one.made.id, one.made.by)
            found = self.finished(operation, one, seen)
            self.record(operation, found, one.planned.expectation, one.made)
            absent = is_there and found.status in ABSENT
            self.failures[operation.id] = self.failures[operation.id] + 1 if absent else 0
