"""A run: what it sends in which order, when it ends, and what it must try before a contract counts as kept."""

import itertools
import secrets
import string
from collections import Counter, defaultdict, deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from importlib.metadata import version
from operator import attrgetter
from typing import Any, NamedTuple, Protocol

from ..bodies import value_of
from ..checker import check_request
from ..evidence import Redactor
from ..facts import Effect, chosen, facts_of
from ..judging import Ledger, Observation, rule_of
from ..messages import Request
from ..mock.provider import load as provider_of
from ..report import Created, Evidence, Finding, Obligation, Report, Step, counted, moment
from ..rules import RULES, Weight
from ..spec import Operation, unjudged
from ..strict_json import at
from . import cases
from .audiences import Audiences, Made, NotOursError
from .cases import Case, as_it_is
from .draft import Draft, File
from .ending import merged
from .expectation import Expectation, Expected, expect
from .judge import Judge
from .limits import CLEAN_UP, ONCE_MORE, LimitedSender, Options, RunEnded, UsedUp, may_have_acted
from .names import Names
from .opening import ABSENT, Opening
from .places import Place, is_about_one, key_of, places
from .plan import Plan, Planned, groups, plan
from .send import BUSY, NOT_SENT, UNREACHABLE, Wire
from .story import StoryError
from .story import request as request_of
from .target import Target

_SILENT = 5
"""A server counts as gone after so many requests in a row without an answer."""
_PAGES, _ON_PAGE = 20, 5
"""The most pages of a list that are followed, and how many items are asked for on each."""
_PAGE, _BACK = "a page of a list", "what was changed"
_MAX_FAILURES = 3
"""After so many failures in a row to make an audience, or to find one to remove, an operation is not tried again."""
_LAST = 3
"""How many of the last requests to an operation before a finding are kept, because they may be a part of its cause."""
REPEATS, _TO_CONFIRM = 22, 150
"""How often a story is sent at most; after so many requests to confirm findings, none is sent a third time."""
_ALL = "every rule"
_TAKEN = {"case.header", "case.refused", "case.method"}
"""Rules about requests that a server must refuse, whatever it was sent before."""
_OK, _NOT_FOUND = 200, 404
_FORM = {"response.content-type", "response.header", "response.body"}
"""Rules about the form of an answer, which do not depend on the request."""
_ORDER = (Effect.CREATES, Effect.READS, Effect.CHANGES, Effect.REMOVES)
_MAY_SUCCEED = (Expected.SUCCESS, Expected.OPEN)


class Watcher(Protocol):
    """Receives the progress of a run."""

    def phase(self, name: str) -> None:
        """The phase `name` begins."""

    def request(self) -> None:
        """One more request is about to be sent."""

    def finding(self, finding: Finding) -> None:
        """One more finding was made."""


def run(target: Target, options: Options | None = None, watcher: Watcher | None = None) -> Report:
    """Judge a server, and return the report. Limits that end the run are in the report; they raise nothing."""
    return Run(target, options or Options(), watcher).report()


class _Ready(NamedTuple):
    """A case with its request, the audience it is about, and the exchanges that must come `before` it in a story."""

    planned: Planned
    request: Request
    made: Made | None
    before: tuple[Observation, ...]


class Run:
    """One run against a target: `report` plays it; `send_story`, `times_shown` and `clean_up` serve a replay."""

    def __init__(self, target: Target, options: Options, watcher: Watcher | None = None) -> None:
        self._target, self._options, self._watcher = target, options, watcher
        # Members may be shown in reports, because the run makes them up.
        self._redactor = Redactor(target.secrets, target.variables, show_members=True)
        self._ledger = Ledger(self._redactor)
        self._run_id = options.run_id or "".join(secrets.choice(string.ascii_lowercase) for _ in range(8))
        self._audiences = Audiences(target.spec, self._run_id, read_only=options.read_only)
        self._judge = Judge(target, self._ledger, self._audiences)
        self._sender = LimitedSender(target, options, self._audiences, self._sending, self._put_off)
        self._names = Names(target, self._audiences)
        self._is_by_name = provider_of(target.spec.key).is_by_name
        found = sorted(target.spec.operations, key=self._order)
        self._unjudged = {each.id: why for each in found if (why := self._why_not(each))}
        self._allowed = [
            each for each in found if each.id not in self._unjudged and (not options.read_only or facts_of(each).reads)
        ]
        self._operations = [each for each in self._allowed if not options.operations or each.id in options.operations]
        self._phases: dict[str, int] = {}
        self._announced = 0
        self._unserved: dict[str, int] = {}
        self._planned: dict[tuple[str, str], bool] = {}
        """Whether a rule was tried, by rule and operation."""
        self._again: dict[str, bool] = {}
        """Whether a finding was seen again by its story, by key."""
        self._replays: Counter[str] = Counter()
        self._stopped: Evidence | None = None
        self._silent = 0
        self._last: defaultdict[str, deque[tuple[Observation, ...]]] = defaultdict(lambda: deque(maxlen=_LAST))
        """The last requests to each operation, each preceded by those that it needs."""
        self._first: dict[str, tuple[Observation, ...]] = {}
        """The first valid request to each operation that succeeded, preceded by those that it needs."""
        self._failures: Counter[str] = Counter()
        self._ended = self._unfinished = ""

    @staticmethod
    def _order(operation: Operation) -> tuple[int, int, bool]:
        """The sort key of operations: creates first, parents before their children, lists before what they may show."""
        return _ORDER.index(facts_of(operation).effect), operation.path.count("{"), is_about_one(operation)

    def _why_not(self, operation: Operation) -> str:
        """Why no valid request to an operation can be made; "" if one can."""
        ours, facts = provider_of(self._target.spec.key), facts_of(operation)
        if why := ours.why_not(operation):
            return why
        known = {
            *facts.linked,
            ours.named,
            chosen(operation),
            *(at.removeprefix("path ") for at in self._target.settings),
        }
        unknown = [place.name for place in places(operation) if place.kind == "path" and place.name not in known]
        if unknown and facts.effect in (Effect.CHANGES, Effect.REMOVES):
            return f"no link says what an audience that was created has as its {unknown[0]}"
        if not self._is_by_name:
            request = self._names.draft(operation, smallest=True).request()
            unset = sorted(name for at, name in ours.settings.items() if at not in self._target.settings)
            for violation in check_request(operation, request, undocumented=False):
                if rule_of(violation) == "request.credential":
                    return f"no credential is given for {violation.rule}: set {' or '.join(unset)}"
                return f"no right value is known for {violation.rule}"
            if chosen(operation) and not self._audiences.may_be_sent(request) and not self._options.read_only:
                return f"no value is known for {chosen(operation)} that is nobody's"
        return ""

    def report(self) -> Report:
        """Play the run: send the cases, see each finding again, clean up; returns the report.

        An interrupt ends the run early, and the report says so.
        """
        started = datetime.now(UTC)
        try:
            self._play()
        except RunEnded as reason:
            self._ended = str(reason)
        except KeyboardInterrupt:
            self._ended, self._unfinished = "interrupted", "the run was not interrupted"
        else:
            self._ended = self._ended or self._limit
        is_there = self._ended != "interrupted" and not self._silent
        if is_there:
            # Before the clean-up: some findings only show while the run's audiences exist.
            self._confirm_all()
            self.clean_up()
            # After it: findings that were not seen again, and those of the clean-up itself.
            why = self._confirm_all()
            self.clean_up()
            owed = [one for one in self._found if one.key not in self._again]
            if owed:
                self._ledger.note(f"{counted(len(owed), 'finding')} not sent again{why}")
        key = self._target.spec.key
        return Report(
            command="server",
            target=self._redactor.text(self._target.url),
            version=version("audience-contract"),
            started=moment(started),
            seconds=self._sender.seconds,
            requests=self._sender.requests,
            findings=tuple(map(self._weighed, self._found)),
            tried=self._ledger.tried,
            obligations=(Obligation(key, "", self._unfinished, False),) if self._unfinished else (),
            created=tuple(Created(key, made.name, made.id) for made in self._audiences.existing),
            notes=(*self._remarks(), *self._ledger.notes),
            ended=self._ended,
            stopped=self._stopped,
            strict=self._options.strict,
            run_id=self._run_id,
            seed=self._options.seed,
            phases=dict(self._phases),
            planned=len(self._planned),
            untried=tuple(self._untried),
        )

    @property
    def _found(self) -> list[Finding]:
        """The findings for the operations and rules that were asked for, merged by root cause."""
        asked = {operation.id for operation in self._operations}
        # Operations that were not asked for may have been used to make audiences.
        found = [one for one in self._ledger.findings if not one.operations or asked & {*one.operations}]
        found = [one for one in found if self._is_asked(one.rule)]
        return [*merged(found, self._operations, self._judge.valid, self._judge.refusing)]

    @property
    def _untried(self) -> list[tuple[str, str]]:
        return [each for each, is_tried in self._planned.items() if not is_tried]

    @property
    def _limit(self) -> str:
        each = " to an operation" if len(self._operations) > 1 else ""
        reason = f"ended at the limit of {counted(self._options.requests or 0, 'request')}{each}"
        return reason if self._sender.limited else ""

    def _remarks(self) -> Iterator[str]:
        if self._ended and not self._untried:
            yield self._ended
        yield from self._target.spec.unjudged
        operations = (each for each in self._target.spec.operations if each.id in self._unjudged)
        yield from unjudged((each.node.pointer, self._unjudged[each.id]) for each in operations)
        if self._unserved:
            answers = " or ".join(map(str, sorted({*self._unserved.values()})))
            yield f"not served: {', '.join(self._unserved)}; every valid request was answered {answers}"
        if self._judge.valid and not self._judge.succeeded:
            names = ", ".join(self._target.names)
            yield f"no valid request succeeded: are the base URL and {names} right?"
        if self._judge.leaks.unseen:
            known = counted(self._judge.leaks.unseen, "credential")
            yield f"too short or too ordinary to be looked for in answers: {known}"
        if self._sender.waits:
            yield f"answered 429 or 503, and sent again: {counted(self._sender.waits, 'request')}"
        if self._sender.unclear:
            yield f"may have created something without saying so: {counted(self._sender.unclear, 'request')}"

    def _play(self) -> None:
        """Play the phases, each with every operation, so that none waits until another has used up its requests."""
        if not self._operations:
            self._ended = "nothing may be created, and there is no operation that only reads"
        every = [self._drafts(each) for each in self._operations]
        self._planned |= {(_ALL, operation.id): False for operation in self._operations}
        drafts = list(self._served(every))
        self._operations = [smallest.operation for smallest, _ in drafts]
        if self._ended:
            return
        plans: dict[str, Plan] = {}
        deep = self._options.requests is None
        for _ in range(2 if deep else 1):
            for each, operation in zip(drafts, self._operations, strict=True):
                # Planned only when its turn comes: with many operations, planning takes a while.
                if operation.id not in plans:
                    plans[operation.id] = self._plan(operation, groups(each, self._names))
                    del self._planned[_ALL, operation.id]
                self._send("each rule once", operation, plans[operation.id].first)
                self._read_back(operation)
            for operation in self._operations:
                # By now the audiences appear in a list, even if the server shows new ones late.
                self._turn_pages(operation)
                self._send("everything else", operation, plans[operation.id].others)
            for operation in self._operations:
                # By now there are more audiences than on the first page of a server that keeps to pages all the same.
                self._list_all(operation)
        for number in range(1000 if deep else 0):
            for operation in self._operations:
                self._engine(operation, number)
            if number and self._sender.no_planned_creates:
                return

    def _drafts(self, operation: Operation) -> list[Draft]:
        """The smallest valid request, and the fullest; the smallest twice if the fullest is not valid."""
        smallest, fullest = (self._names.draft(operation, smallest=smallest) for smallest in (True, False))
        return [smallest, smallest if check_request(operation, fullest.request(), undocumented=False) else fullest]

    def _served(self, drafts: Iterable[list[Draft]]) -> Iterator[list[Draft]]:
        """The drafts of those operations that, by its first answers, the server has."""
        self._enter("opening")
        known, unserved = False, None
        for smallest, fullest in drafts:
            operation = smallest.operation
            opened = self._plan(operation, [cases.opening(smallest, fullest, self._names)])
            opening = self._open(operation, opened, known=known)
            if self._ended:
                return
            if operation.id in self._unserved:
                unserved = unserved or opening
            else:
                known = True
                yield [smallest, fullest]
        if unserved and not known:
            status = self._unserved[unserved.operation.id]
            self._stop(f"every request was answered {status}: {unserved.asked}; is the base URL right?", unserved)

    def _is_asked(self, rule: str) -> bool:
        return not self._options.rules or rule in self._options.rules

    def _plan(self, operation: Operation, found: Iterable[Iterable[Case]]) -> Plan:
        about = None
        with suppress(UsedUp):
            # The documents may forbid a made-up id, so the cases are planned with the id of a real audience.
            about = self._audience(operation, used=False)

        def expected(case: Case) -> Expectation | None:
            base = self._names.about(case.base, about) if about and not case.absent else case.base
            return self._expected(operation, case.request(base), case.label, case.wire)

        # Any case may show that a rule about answers is broken, and any rule may be broken only after a valid request.
        by_answer = any(rule.startswith(("response.", "run.")) for rule in self._options.rules)
        asked = {*self._options.rules, "case.accepted"} if self._options.rules and not by_answer else {*RULES}
        made = plan(found, expected, asked)
        facts = facts_of(operation)
        # Success is not certain if no document says that the audience is found, or if none can be made.
        unknown = facts.unsure or facts.source in self._unjudged
        open_ones = {Expected.OPEN, *((Expected.SUCCESS,) if unknown else ())}
        judged = (one.expectation for one in made.first if one.expectation.weight is Weight.VIOLATION)
        judged = (each for each in judged if self._is_asked(each.rule) and each.expected not in open_ones)
        if self._options.read_only and facts.source:
            # A run that only reads cannot make an audience with an odd name.
            judged = (each for each in judged if not each.shown)
        for expectation in judged:
            self._planned.setdefault((expectation.key, operation.id), False)
        return made

    def _expected(self, operation: Operation, request: Request, label: str, wire: Wire) -> Expectation | None:
        """The expectation for a request; None for a request that must not be sent."""
        if not self._audiences.may_be_sent(request):
            return None
        found = expect(self._target, operation, request, label, wire)
        if found.expected is not Expected.SUCCESS:
            return found
        creates = facts_of(operation).creates
        unmarked = self._is_by_name and not self._audiences.is_marked(
            self._judge.name(operation, request) or self._audiences.mark
        )
        if creates and unmarked:
            # A name too short for the mark may belong to an audience of somebody else.
            return replace(found, expected=Expected.OPEN, weight=Weight.NOT_JUDGED)
        return found

    def _stop(self, why: str, opening: Opening) -> None:
        self._ended, first = why, opening.first
        if first:
            self._stopped = self._redactor.evidence(first.url, first.request, first.response)

    def _open(self, operation: Operation, made: Plan, *, known: bool) -> Opening:
        """Judge the first answers, unless the operation is not served or the server cannot be judged.

        A server that answers everything in the same way cannot be judged, unless it is `known` to serve another
        operation.
        """
        opening = Opening(self._target, operation)
        asked: list[tuple[_Ready, Observation]] = []
        with suppress(UsedUp):
            for planned in made.in_order:
                if self._may_create(operation, planned.expectation):
                    left_out = self._sender.no_planned_creates
                else:
                    left_out = opening.valid == {0} or (self._sender.no_more_creates and facts_of(operation).creates)
                if left_out:
                    continue
                one = self._ready(operation, planned)
                (first,) = self._sender.send_all(operation, [(one.request, planned.case.wire)])
                seen = self._finished(operation, one, first)
                asked.append((one, seen))
                expected = self._judge.known(operation, seen, planned.expectation).expected
                opening.add(seen, valid=expected is Expected.SUCCESS, incomplete=planned.case.is_incomplete)
                while asked and (opening.can_be_judged or (known and opening.is_served)):
                    one, seen = asked.pop(0)
                    self._judged(operation, seen, one.planned.expectation, one.made)
        absent = 0 if operation.id in self._options.operations else opening.absent(known=known)
        if absent:
            self._unserved[operation.id] = absent
            self._planned = {each: tried for each, tried in self._planned.items() if each[1] != operation.id}
            self._allowed.remove(operation)
        elif opening.why_not and not known and not self._audiences.existing:
            self._stop(opening.why_not, opening)
        else:
            for one, seen in asked:
                self._judged(operation, seen, one.planned.expectation, one.made)
        return opening

    def _engine(self, operation: Operation, number: int) -> None:
        """Send the cases of Schemathesis: those that cover the spec for number 0, and random ones from 1 on."""
        from .engine import Engine  # noqa: PLC0415 - slow to import, and for long runs only

        about: Made | None = None

        def ready() -> dict[str, str]:
            nonlocal about
            about = self._audience(operation, used=True) or Made(self._names.new(), "", None)
            return self._names.meaning(operation, about)

        def send(request: Request) -> None:
            if self._sender.no_planned_creates and facts_of(operation).creates:
                raise UsedUp
            with suppress(NotOursError):
                seen = self._sender.send(operation, request)
                before = about.story if about else ()
                if not seen.trouble.startswith(NOT_SENT):
                    self._judged(operation, replace(seen, before=before), expect(self._target, operation, request))

        self._enter("fuzzing" if number else "coverage")
        engine = Engine(operation, self._names, ready)
        with suppress(UsedUp):
            if number:
                engine.at_random(self._options.seed + number, send)
            else:
                for request in engine.covering():
                    send(request)

    def _enter(self, phase: str) -> None:
        self._sender.phase = phase
        if self._watcher and phase not in self._phases:
            self._watcher.phase(phase)
        self._phases.setdefault(phase, 0)

    def _sending(self) -> None:
        if self._options.stop_first and not self._sender.is_late and self._has_one():
            raise RunEnded("ended at the first finding")
        phase = self._sender.phase
        self._phases[phase] = self._phases.get(phase, 0) + 1
        if self._watcher:
            self._watcher.request()

    def _counts(self, finding: Finding) -> bool:
        is_heavy = finding.weight is Weight.VIOLATION or self._options.strict
        return is_heavy and not self._options.accepted(finding)

    def _has_one(self) -> bool:
        """Whether there is a finding that counts: one that is not `accepted`, and that is seen again."""
        new = {one.key for one in self._ledger.every if self._counts(one)} - self._again.keys()
        found = [one for one in self._found if one.key in new] if new else []
        phase, mark, digits = self._sender.phase, self._audiences.mark, self._audiences.digits
        self._confirm(found)
        # Confirming changes these; later stories must have the marks of this run.
        self._sender.phase, self._audiences.mark, self._audiences.digits = phase, mark, digits
        return any(self._again.get(one.key, True) for one in found)

    def _send(self, phase: str, operation: Operation, made: Iterable[Planned]) -> None:
        self._enter(phase)
        with suppress(UsedUp):
            every = [*made]
            while every:
                if self._may_create(operation, every[0].expectation) and self._sender.no_planned_creates:
                    limit = self._options.creates
                    self._ledger.note(f"a valid request was left out, because at most {limit} may create something")
                    del every[0]
                    continue
                # After a request without an answer, the server may be gone, so only one request is sent.
                count = 1 if self._silent else self._sender.at_once
                if facts_of(operation).removes:
                    # A request that removes an audience must not take it from the next request.
                    removing = (at for at, one in enumerate(every) if one.expectation.expected in _MAY_SUCCEED)
                    count = max(1, min(count, next(removing, count)))
                self._together(operation, every[:count])
                del every[:count]

    def _together(self, operation: Operation, planned: Iterable[Planned]) -> None:
        """Send several cases at once, none of which depends on another one's answer, and judge them in order."""
        ready: list[_Ready] = []
        ended = None
        try:
            for each in planned:
                with suppress(NotOursError):
                    ready.append(self._ready(operation, each))
        except RunEnded as reason:
            ended = reason
        answers = self._sent(operation, ready)
        if any(seen.is_success for seen in answers) and facts_of(operation).removes and ready[1:]:
            # One audience was removed, so the other answers depend on chance. Each case is sent again with its own.
            for one in ready:
                key = one.made.name or one.made.id if one.made else ""
                self._audiences.record_removal(key, facts_of(operation).source, sure=True)
            for one in ready:
                self._together(operation, [one.planned])
        else:
            for one, seen in zip(ready, answers, strict=True):
                self._judged(operation, self._finished(operation, one, seen), one.planned.expectation, one.made)
        if ended:
            raise ended

    def _sent(self, operation: Operation, ready: Sequence[_Ready]) -> list[Observation]:
        return self._sender.send_all(operation, [(one.request, one.planned.case.wire) for one in ready])

    def _turn_pages(self, operation: Operation) -> None:
        """Follow a list from page to page, up to 20 pages, and compare these with the whole list on one page."""
        cursors = [place for place in places(operation) if place.name in facts_of(operation).pages]
        if not cursors:
            self._list_all(operation)
            return
        draft, given = self._names.draft(operation, smallest=True), set[str]()
        limits = [place for place in places(operation) if place.name in facts_of(operation).limits]
        bounded = [place for place in limits if place.says("maximum")]
        on_one_page = draft.put(bounded[0], bounded[0].says("maximum")) if bounded else draft
        expectation = Expectation(Expected.SUCCESS, "case.accepted", operation.node["responses"].pointer, _PAGE)
        if limits:
            draft = draft.put(limits[0], _ON_PAGE)
            # Without a documented maximum, no document says that a page size of our choice is allowed.
            expectation = expectation if bounded else replace(expectation, expected=Expected.OPEN)

        def page(asked: Draft) -> Observation:
            return self._played(operation, asked.request(), expectation, label=_PAGE)

        with suppress(UsedUp):
            for _ in range(2 * _ON_PAGE + 1 - len(self._audiences.existing)):
                self._make(operation, self._names.new())
            first = page(on_one_page)
            missed, ahead = self._judge.shows(operation, first), len(self._judge.items(operation, first))
            for _ in range(_PAGES):
                seen = page(draft)
                missed -= self._judge.shows(operation, seen)
                ahead -= len(self._judge.items(operation, seen))
                cursor = self._judge.next_page(operation, seen, given)
                is_number = cursor.isdecimal() and cursors[0].says("type") == "integer"
                if not cursor or (cursor == "0" and is_number):
                    # A page that starts at item 0 is no next page.
                    ahead = 0
                    break
                if is_number:
                    # A number is where the next page starts, so no later page has an item from before that.
                    ahead = min(ahead, len(self._judge.items(operation, first)) - int(cursor))
                draft = draft.put(cursors[0], cursor)
            if ahead <= 0:
                # Asked again, because only an audience that is there both times was certainly left out by the pages.
                seen = page(on_one_page)
                self._judge.judge_pages(operation, seen, missed & self._judge.shows(operation, seen))
            self._filter(operation, self._judge.ours(operation, first))

    def _list_all(self, operation: Operation) -> None:
        """Ask for a list that, by the documents, has every audience: it must have those of the run."""
        if not facts_of(operation).is_whole:
            return
        with suppress(UsedUp):
            request = self._names.draft(operation, smallest=True).request()
            lacks = partial(self._judge.lacking, operation)
            self._judge.is_whole(operation, self._played(operation, request, is_early=lacks, label=_PAGE))

    def _filter(self, operation: Operation, shown: Mapping[str, Any]) -> None:
        """Ask for a list with filters made from an item that it has; a filter that fits the item must keep it."""
        draft = self._names.draft(operation, smallest=True)
        for name, value, is_found in provider_of(self._target.spec.key).filters(operation, shown) if shown else ():
            asked = draft.put(next(place for place in places(operation) if place.name == name), value)
            seen = self._played(operation, asked.request(), label=_PAGE)
            if is_found:
                self._judge.judge_filter(operation, seen, shown)

    def _read_back(self, operation: Operation) -> None:
        """Change an audience, and read it, by the id that the change answered: it must exist, without extra members."""
        facts = facts_of(operation)
        if operation.method == "DELETE":
            self._delete_and_read(operation)
        for reader in self._operations if facts.effect is Effect.CHANGES else ():
            by_answer = {*facts.unique} & {*facts_of(reader).linked.values()}
            counts = facts.story and facts_of(reader).size
            if not (by_answer or counts) or not facts_of(reader).reads:
                continue
            with suppress(UsedUp):
                made = self._make(operation, self._names.new()) if facts.story else self._audience(operation, used=True)
                if not made or not made.seen:
                    continue
                before, answer = [*made.story], None
                for values in facts.story or [{}]:
                    draft = self._names.about(self._names.draft(operation, smallest=True), made)
                    for name, value in values.items():
                        draft = draft.put(Place("body", name), File(*value) if isinstance(value, tuple) else value)
                    changed = self._played(operation, draft.request(), before=tuple(before))
                    changed = replace(changed, answered=self._judge.answered_with(operation, changed))
                    before, answer = [*before, changed], value_of(changed.response)
                if not by_answer or any(at(answer, pointer) for pointer in by_answer):
                    fullest = self._names.draft(reader, smallest=False)
                    request = self._names.about(fullest, replace(made, answer=answer)).request()
                    seen = self._read(reader, request, final=bool(facts.story))
                    seen = replace(seen, before=tuple(before), label=_BACK)
                    kind = f"by what {operation.id} answered"
                    about = Expectation(Expected.SUCCESS, "case.accepted", reader.node["responses"].pointer, kind)
                    self._judge.judge(reader, seen, about)
                    self._judge.judge_members(operation, reader, seen, made)

    def _played(
        self,
        operation: Operation,
        request: Request,
        said: Expectation | None = None,
        *,
        of: Operation | None = None,
        is_early: Callable[[Observation], object] | None = None,
        **shown: Any,
    ) -> Observation:
        """Send a request, and again while the answer is early; `shown` are fields of the exchange, which is judged."""
        said, seen = said or expect(self._target, operation, request), self._sender.send(operation, request, of=of)
        late = is_early and self._sender.repeated_while(operation, seen, is_early)
        seen = replace(late or self._found_by_now(operation, seen, said), **shown)
        self._judged(operation, seen, said)
        return seen

    def _delete_and_read(self, operation: Operation) -> None:
        """Delete an audience, and read it: it must not be shown as before."""
        for reader in self._operations:
            if not facts_of(reader).reads or key_of(reader) != key_of(operation):
                continue
            with suppress(UsedUp, NotOursError):
                made = self._make(operation, self._names.new())
                if not made or not made.seen:
                    continue
                drafts = (self._names.draft(each, smallest=True) for each in (reader, operation))
                read, delete = (self._names.about(draft, made).request() for draft in drafts)
                before = _shown(self._read(reader, read))
                deleted = self._played(operation, delete, before=(made.seen,))
                if before is not None and deleted.status in (200, 204):
                    seen = self._sender.send(reader, read)
                    seen = self._sender.repeated_while(reader, seen, partial(_shows, before))
                    seen = replace(seen, before=(made.seen, replace(deleted, before=())), label=_BACK)
                    self._judge.judge_removal(operation, reader, seen, is_there=_shows(before, seen))

    def _read(self, reader: Operation, request: Request, *, final: bool = False) -> Observation:
        """Read an audience, and again while it is not found, or, if `final`, while its changes are not shown yet."""

        def is_early(seen: Observation) -> bool:
            value = _shown(seen) if final else None
            return seen.status == _NOT_FOUND or (value is not None and not facts_of(reader).is_final(value))

        return self._sender.repeated_while(reader, self._sender.send(reader, request), is_early)

    def _ready(self, operation: Operation, planned: Planned) -> _Ready:
        """Make a case's request, about an audience that exists unless the case says otherwise, and count it."""
        case, used = planned.case, planned.expectation.expected in _MAY_SUCCEED
        made = None if case.absent else self._audience(operation, used=used)
        request, other = case.request(self._names.about(case.base, made)), None
        name = self._judge.name(operation, request)
        if self._is_by_name and made and name != made.name and self._audiences.is_absent(name) and used:
            # An audience with the case's odd name has to be made first.
            other = self._make(operation, name)
            request = case.request(self._names.about(case.base, replace(other, name=made.name))) if other else request
        self._sender.check_and_count(operation, request)
        # A server that ignores case may refuse a name because of another audience, so that one belongs in the story.
        alike = [one for one in self._audiences.existing if one.name != name and one.name.lower() == name.lower()]
        before = tuple(step for each in (made, other, *alike) if each for step in each.story)
        return _Ready(planned, request, made, before)

    def _finished(self, operation: Operation, one: _Ready, seen: Observation) -> Observation:
        """The exchange of a case, or a later one if the server is busy or does not find the audience yet."""
        seen = self._sender.repeated_if_busy(operation, seen, one.planned.case.wire)
        seen = self._found_by_now(operation, seen, one.planned.expectation)
        return replace(seen, label=one.planned.case.label, before=one.before)

    def _found_by_now(self, operation: Operation, seen: Observation, expectation: Expectation) -> Observation:
        """The exchange, or a later one if it is about an audience that exists and that may not be there yet."""
        facts = facts_of(operation)
        is_sure = expectation.weight is Weight.VIOLATION and not facts.creates
        waits = expectation.expected is Expected.SUCCESS and (facts.reads or is_sure)
        is_there = waits and self._audiences.find(self._judge.name(operation, seen.request), facts.source)
        return self._sender.repeated_while(operation, seen) if is_there else seen

    def _confirm_all(self) -> str:
        """Try to see each finding again; return why that ended early, or "" if it did not."""
        before = {*self._again}
        try:
            self._confirm(self._found)
        except KeyboardInterrupt as reason:
            # A finding that was not seen again before the end is undecided: the missing requests could have shown it.
            self._again = {key: is_seen for key, is_seen in self._again.items() if is_seen or key in before}
            return f": {reason if isinstance(reason, RunEnded) else 'interrupted'}"
        return ""

    def _confirm(self, findings: Iterable[Finding]) -> None:
        """Send the story of each finding that was not seen again yet.

        The second time, the last requests before the finding come first, because they may be a part of the cause. What
        must be refused must be so whatever came before: if it is taken, it is twice in a row, or others are the cause.
        """
        owed = [one for one in findings if one.story and not self._again.get(one.key)]
        if owed:
            self._enter(ONCE_MORE)
            # Creates may have failed only because of the run's limits, so they are tried again.
            self._failures.clear()
        limit = self._sender.requests + _TO_CONFIRM
        for number in range(REPEATS):
            # In another order each time: a server may answer in turn.
            for one in owed[:: (-1) ** number]:
                by_itself = one.rule in _TAKEN
                late = number > 0 if by_itself else number > 1 and self._sender.requests > limit
                if self._again.get(one.key) or late:
                    continue
                said = one.rule, one.pointer, one.key
                self._replays[one.key] = number + 1
                with suppress(StoryError):
                    for _ in range(1 + by_itself):
                        before = self.times_shown(*said)
                        self.send_story(one.longer if number == 1 else one.story, self._run_id, self._target.url)
                        is_seen = self.times_shown(*said) > before
                        self._again[one.key] = is_seen or (by_itself and self._may_be_there(one))

    def _may_be_there(self, finding: Finding) -> bool:
        """Whether a wrong name was taken that no story can make new, such as a number.

        The server may refuse it from then on, because it has an audience of that name.
        """
        last, named = finding.story[-1], provider_of(self._target.spec.key).named
        creates = any(each.id == last.operation and facts_of(each).creates for each in self._target.spec.operations)
        is_about_it = named in (finding.detail, *finding.pointer.split("/"))
        return creates and is_about_it and not self._audiences.is_marked(last.sent.decode("latin-1"))

    def _weighed(self, finding: Finding) -> Finding:
        """The finding with its final weight: one that was not seen again is not judged.

        It keeps its weight if its story could not be sent, or if only a busy server shows it.
        """
        final = replace(finding, replays=self._replays[finding.key] or 1)
        is_of_busy = finding.rule in _FORM and {*finding.statuses} <= BUSY and finding.count > 1
        return final if is_of_busy or self._again.get(finding.key, True) else replace(final, weight=Weight.NOT_JUDGED)

    def times_shown(self, rule: str, pointer: str, key: str) -> int:
        """How often a finding of a report was seen so far, or any of the findings that the report merged into it."""
        found = [one for one in self._ledger.every if one.rule == rule]
        return sum(one.count for one in found if one.key == key or one.pointer.startswith(f"{pointer}/"))

    def send_story(self, story: Iterable[Step], run_id: str, url: str) -> list[Observation]:
        """Send a story with new names, and judge the answers; `run_id` and `url` are those of the run that recorded it.

        Raises StoryError if the story cannot be sent, and RunEnded if a limit is reached.
        """
        marks, ids = self._audiences.rename(run_id), dict[str, str]()
        exchanges, about = list[Observation](), list[Made]()
        operations = self._target.spec.named
        for step in story:
            if step.operation not in operations:
                raise StoryError(f"there is no operation {step.operation} any more")
            operation = operations[step.operation]
            request, wire = request_of(step.sent, self._target, url, marks, ids)
            expectation = self._expected(operation, request, step.label, wire)
            if not expectation:
                raise StoryError("a request could change what this run has not made")
            seen = self._sender.send(operation, request, wire)
            seen = self._found_by_now(operation, seen, expectation)
            seen = replace(seen, step=step, before=tuple(exchanges))
            self._judged(operation, seen, expectation, *about)
            about = self._audiences.existing[-1:] if facts_of(operation).creates else about
            exchanges.append(replace(seen, before=()))
            answered = dict(self._judge.answered_with(operation, seen))
            ids |= {recorded: answered[place] for place, recorded in step.answered if place in answered}
            if step.label == _PAGE:
                self._turn_pages(operation)
            for changing in operations.values() if step.label == _BACK else ():
                self._read_back(changing)
        return exchanges

    def _audience(self, operation: Operation, *, used: bool) -> Made | None:
        """An audience that a request to an operation can be about; it is made if there is none."""
        found = self._audiences.pick(operation, used=used)
        if found or not facts_of(operation).source:
            return found
        made = self._make(operation, self._names.new())
        return self._audiences.pick(operation, used=used) or made

    def _make(self, operation: Operation, name: str) -> Made | None:
        creating = next((each for each in self._allowed if each.id == facts_of(operation).source), None)
        last = self._audiences.existing[-1:]
        if creating and self._failures[creating.id] < _MAX_FAILURES and not self._sender.no_planned_creates:
            about = self._audience(creating, used=False) or Made(name, "", None)
            draft = self._names.about(self._names.draft(creating, smallest=True), about)
            for place in places(creating) if self._is_by_name else ():
                draft = draft.put(place, name) if self._names.is_name(place) else draft
            if not self._audiences.may_be_sent(draft.request()):
                return None
            self._played(creating, draft.request(), of=operation, before=about.story)
            is_made = self._audiences.existing[-1:] != last
            self._failures[creating.id] = 0 if is_made else self._failures[creating.id] + 1
            if is_made:
                return self._audiences.existing[-1]
        return self._audiences.find(name)

    def clean_up(self) -> None:
        """Remove the run's audiences, if the provider has an operation for that and `keep` is not set."""
        removing = [each for each in self._allowed if facts_of(each).removes]
        if not removing or self._options.keep or not self._audiences.existing or self._silent:
            return
        self._enter(CLEAN_UP)
        # What is within another audience goes before that one.
        with suppress(RunEnded):
            for by, made in itertools.groupby(self._audiences.existing[::-1], attrgetter("by")):
                operation, those = next((each for each in removing if facts_of(each).source == by), None), [*made]
                while operation and those and self._failures[operation.id] < _MAX_FAILURES:
                    self._remove(operation, those[: self._sender.at_once])
                    del those[: self._sender.at_once]

    def _remove(self, operation: Operation, those: Iterable[Made]) -> None:
        ready = []
        for made in {made.name or made.id: made for made in those if made in self._audiences.existing}.values():
            case = Case(self._names.about(self._names.draft(operation, smallest=True), made), as_it_is)
            request = case.request(case.base)
            if self._judge.name(operation, request):
                with suppress(NotOursError):
                    self._sender.check_and_count(operation, request)
                    planned = Planned(case, expect(self._target, operation, request))
                    ready.append(_Ready(planned, request, made, made.story))
        for one, seen in zip(ready, self._sent(operation, ready), strict=True):
            is_there = one.made and self._audiences.find(one.made.name or one.made.id, one.made.by)
            found = self._finished(operation, one, seen)
            self._judged(operation, found, one.planned.expectation, one.made)
            absent = is_there and found.status in ABSENT
            self._failures[operation.id] = self._failures[operation.id] + 1 if absent else 0

    def _may_create(self, operation: Operation, expectation: Expectation) -> bool:
        return facts_of(operation).creates and expectation.expected in _MAY_SUCCEED

    def _put_off(self, operation: Operation, seen: Observation) -> None:
        """Judge an answer that means "later"."""
        said = replace(expect(self._target, operation, seen.request), expected=Expected.LATER, advised="")
        self._judge.judge(operation, seen, said)

    def _judged(
        self, operation: Operation, seen: Observation, expectation: Expectation, about: Made | None = None
    ) -> None:
        if seen.status in BUSY and self._overloaded(operation):
            raise RunEnded("the server kept saying that it is busy")
        known = self._judge.known(operation, seen, expectation)
        first, last = self._first.get(operation.id, ()), self._last[operation.id]
        self._judge.judge(operation, replace(seen, last=(*first, *itertools.chain(*last))), known)
        last.append((*seen.before, replace(seen, before=())))
        if known.expected is Expected.SUCCESS and seen.is_success:
            self._first.setdefault(operation.id, last[-1])
        rule = (known.key, operation.id)
        if rule in self._planned and known.expected is not Expected.OPEN and not seen.trouble.startswith(UNREACHABLE):
            self._planned[rule] = True
        if facts_of(operation).removes and may_have_acted(seen):
            # A server may read a name where the checker reads none, so the intended audience counts as removed, too.
            for name in (self._judge.name(operation, seen.request), about.name if about else ""):
                self._audiences.record_removal(name, facts_of(operation).source, sure=False)
        self._silent = self._silent + 1 if seen.response is None else 0
        if self._silent == _SILENT:
            self._unfinished = "the server answers to the end"
            raise RunEnded("the server stopped answering")
        if self._watcher:
            for finding in self._ledger.every[self._announced :]:
                self._announced += 1
                self._watcher.finding(finding)

    def _overloaded(self, operation: Operation) -> bool:
        """Whether the server refuses even the smallest valid request as busy, so not because of the case's request."""
        draft = self._names.draft(operation, smallest=True)
        request = self._names.about(draft, self._audiences.pick(operation, used=False)).request()
        return self._sender.send(operation, request).status in BUSY


def _shown(seen: Observation) -> Any:
    """What a read shows; None if it does not succeed."""
    return value_of(seen.response) if seen.status == _OK else None


def _shows(value: Any, seen: Observation) -> bool:
    return bool(_shown(seen) == value)
