"""A run: what it sends in which order, when it ends, and what it must try before a contract counts as kept."""

import secrets
import string
from collections.abc import Iterable, Iterator
from contextlib import suppress
from datetime import UTC, datetime
from importlib.metadata import version
from typing import Protocol

from ..checker import check_request
from ..evidence import Redactor
from ..facts import Effect
from ..judging import Ledger, Observation, rule_of
from ..messages import Request
from ..mock.provider import facts_of
from ..mock.provider import load as provider_of
from ..report import Created, Evidence, Finding, Obligation, Report, counted, moment
from ..rules import RULES, Weight
from ..spec import Operation, unjudged
from . import cases
from .audiences import Audiences, Made, NotOursError
from .cases import Case
from .confirmation import Confirmation
from .draft import Draft
from .ending import merged
from .exchanges import MAY_SUCCEED, Exchanges, Ready
from .expectation import Expectation, Expected
from .limits import Options, RunEnded, UsedUp
from .opening import ABSENT, Opening
from .places import is_about_one, places
from .plan import Plan, Planned, groups, plan
from .send import UNREACHABLE
from .sequences import Sequences
from .target import Target

_ALL = "every rule"
_ORDER = (Effect.CREATES, Effect.READS, Effect.CHANGES, Effect.REMOVES)


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


class Run:
    """One run against a target: `report` plays it. `confirmation`, `exchanges` and `unjudged` serve a replay."""

    def __init__(self, target: Target, options: Options, watcher: Watcher | None = None) -> None:
        self._target, self._options, self._watcher = target, options, watcher
        # Members may be shown in reports, because the run makes them up.
        self._redactor = Redactor(target.hidden, target.variables, show_members=True)
        self._ledger = Ledger(self._redactor)
        self._run_id = options.run_id or "".join(secrets.choice(string.ascii_lowercase) for _ in range(8))
        self._audiences = Audiences(target.spec, self._run_id, read_only=options.read_only)
        self.exchanges = Exchanges(
            target, options, self._ledger, self._audiences, enter=self._enter, sending=self._sending, heed=self._heed
        )
        self._judge, self._sender, self._names = self.exchanges.judge, self.exchanges.sender, self.exchanges.names
        self._is_by_name = self.exchanges.is_by_name
        # Creates first, parents before their children, lists before what they may show.
        found = sorted(
            target.spec.operations,
            key=lambda each: (_ORDER.index(facts_of(each).effect), each.path.count("{"), is_about_one(each)),
        )
        self._rules = options.rules or RULES
        self.unjudged = {each.id: why for each in found if (why := self._why_not(each))}
        judged = (each for each in found if each.id not in self.unjudged)
        self.exchanges.allowed = [each for each in judged if not options.read_only or facts_of(each).reads]
        self._asked = {*(options.operations or target.spec.named)}
        self._operations = [each for each in self.exchanges.allowed if each.id in self._asked]
        self._sequences = Sequences(self.exchanges, self._operations)
        self.confirmation = Confirmation(self.exchanges, self._sequences, self._run_id, lambda: self._found)
        self._phases: dict[str, int] = {}
        self._announced = 0
        self._unserved: dict[str, int] = {}
        self._planned: dict[tuple[str, str], bool] = {}
        """Whether a rule was tried, by rule and operation."""
        self._stopped: Evidence | None = None
        self._ended = self._unfinished = ""

    def _why_not(self, operation: Operation) -> str:
        """Why no valid request to an operation can be made; "" if one can."""
        ours = provider_of(self._target.spec.key)
        if why := ours.why_not(operation):
            return why
        request, facts = self._names.draft(operation, smallest=True).request(), facts_of(operation)
        given = (each for each in places(operation) if each.kind == "path" or f"/{each.name}" in facts.unique)
        free = [place.name for place in given if place.name not in facts.linked]
        if free and not self._audiences.may_be_sent(request) and not self._options.read_only:
            return f"each known value of {free[0]} may be somebody else's"
        if not self._is_by_name:
            unset = sorted(name for at, name in ours.settings.items() if at not in self._target.settings)
            for violation in check_request(operation, request, undocumented=False):
                if rule_of(violation) == "request.credential":
                    return f"no credential is given for {violation.rule}: set {' or '.join(unset)}"
                return f"no right value is known for {self._target.spec.in_file(violation.rule)}"
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
            each = " to an operation" if self._operations[1:] else ""
            limit = f"ended at the limit of {counted(self._options.requests or 0, 'request')}{each}"
            self._ended = self._ended or (limit if self._sender.limited else "")
        is_there = self._ended != "interrupted" and not self.exchanges.silent
        if is_there:
            # Before the clean-up: some findings only show while the run's audiences exist.
            self.confirmation.confirm_all()
            self.exchanges.clean_up()
            # After it: findings that were not seen again, and those of the clean-up itself.
            why = self.confirmation.confirm_all()
            self.exchanges.clean_up()
            owed = [one for one in self._found if one.key not in self.confirmation.again]
            if owed:
                self._ledger.note(f"{counted(len(owed), 'finding')} not sent again{why}")
        if self.exchanges.is_gone:
            self._unfinished = "the server answers to the end"
        key = self._target.spec.key
        return Report(
            command="server",
            target=self._redactor.text(self._target.url),
            version=version("audience-contract"),
            started=moment(started),
            seconds=self._sender.seconds,
            requests=self._sender.requests,
            findings=tuple(map(self.confirmation.weighed, self._found)),
            tried=self._ledger.tried,
            obligations=(Obligation(key, "", self._unfinished, False),) if self._unfinished else (),
            created=tuple(Created(key, made.name, self._redactor.text(made.id)) for made in self._audiences.existing),
            notes=(*self._remarks(), *self._ledger.notes),
            ended=self._ended,
            stopped=self._stopped,
            succeeded=(len(self._asked & self._judge.succeeded), len(self._asked)),
            strict=self._options.strict,
            run_id=self._run_id,
            seed=self._options.seed,
            phases=dict(self._phases),
            planned=len(self._planned),
            untried=tuple((self._target.spec.in_file(rule), name) for rule, name in self._untried),
        )

    @property
    def _found(self) -> list[Finding]:
        """The findings for the operations and rules that were asked for, merged by root cause."""
        asked = {operation.id for operation in self._operations}
        # Operations that were not asked for may have been used to make audiences.
        of_rules = (self.confirmation.weighed(one) for one in self._ledger.findings if one.rule in self._rules)
        found = [one for one in of_rules if not one.operations or asked & {*one.operations}]
        return [*merged(found, self._operations, self._judge.valid, self._judge.refusing)]

    @property
    def _untried(self) -> list[tuple[str, str]]:
        return [each for each, is_tried in self._planned.items() if not is_tried]

    def _remarks(self) -> Iterator[str]:
        if self._ended and not self._untried:
            yield self._ended
        yield from self._target.spec.unjudged
        operations = (each for each in self._target.spec.operations if each.id in self.unjudged)
        yield from unjudged((each.node.pointer, self.unjudged[each.id]) for each in operations)
        if self._unserved:
            answers = " or ".join(map(str, sorted({*self._unserved.values()})))
            yield f"not served: {', '.join(self._unserved)}; every valid request was answered {answers}"
        if self._judge.valid and not self._judge.succeeded:
            names = ", ".join(self._target.names)
            yield f"no valid request succeeded: are the base URL and {names} right?"
        elif never := [each.id for each in self._operations if each.id not in self._judge.succeeded]:
            yield f"no request succeeded: {', '.join(never)}"
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
            whys = [why for name, why in self.unjudged.items() if name in self._asked]
            none = "there is no operation that only reads" if self._asked else "the document has no operations"
            why = whys[0] if whys and len(whys) == len(self._asked) else none
            self._ended = f"nothing can be judged: {why}"
        self._planned |= {(_ALL, operation.id): False for operation in self._operations}
        drafts = list(self._served(map(self._drafts, self._operations)))
        self._operations[:] = [smallest.operation for smallest, _ in drafts]
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
                self._sequences.read_back(operation)
            for operation in self._operations:
                # By now the audiences appear in a list, even if the server shows new ones late.
                self._sequences.turn_pages(operation)
                self._send("everything else", operation, plans[operation.id].others)
            for operation in self._operations:
                # By now there are more audiences than on the first page of a server that keeps to pages all the same.
                self._sequences.list_all(operation)
        for number in range(1000 if deep else 0):
            for operation in self._operations:
                self._engine(operation, number)
            if number and not self._sender.may_create():
                return

    def _drafts(self, operation: Operation) -> list[Draft]:
        """The smallest valid request, and the fullest; the smallest twice if the fullest is not valid."""
        smallest, fullest = (self._names.draft(operation, smallest=smallest) for smallest in (True, False))
        return [smallest, smallest if check_request(operation, fullest.request(), undocumented=False) else fullest]

    def _served(self, drafts: Iterable[list[Draft]]) -> Iterator[list[Draft]]:
        """The drafts of those operations that, by its first answers, the server has."""
        self.exchanges.enter("opening")
        known, unserved = False, None
        for smallest, fullest in drafts:
            operation = smallest.operation
            is_made = self._audiences.pick(operation, used=False)
            if is_made and not self._audiences.may_be_sent(self.exchanges.smallest(operation)):
                self._ledger.note(f"most is not tried: a right {operation.id} would name what may be somebody else's")
            opened = self._plan(operation, [cases.opening(smallest, fullest, self._names)])
            opening = self._open(operation, opened, known=known)
            if self._ended:
                return
            if operation.id in self._unserved:
                unserved = unserved or opening
            else:
                known = known or opening.is_there
                yield [smallest, fullest]
        if unserved and not known:
            status = self._unserved[unserved.operation.id]
            self._stop(f"every request was answered {status}: {unserved.asked}; is the base URL right?", unserved)

    def _plan(self, operation: Operation, found: Iterable[Iterable[Case]]) -> Plan:
        about = None
        with suppress(UsedUp):
            # The documents may forbid a made-up id, so the cases are planned with the id of a real audience.
            about = self.exchanges.audience(operation, used=False)

        def expected(case: Case) -> Expectation | None:
            base = self._names.about(case.base, about) if about and not case.absent else case.base
            return self.exchanges.expected(operation, case.request(base), case)

        # Any case may show that a rule about answers is broken, and any rule may be broken only after a valid request.
        by_answer = any(rule.startswith(("response.", "run.")) for rule in self._rules)
        made = plan(found, expected, RULES if by_answer else {*self._rules, "case.accepted"})
        facts = facts_of(operation)
        # Success is not certain if no document says that the audience is found, or if none can be made.
        unknown = facts.unsure or facts.source in self.unjudged
        open_ones = {Expected.OPEN, *((Expected.SUCCESS,) if unknown else ())}
        # A run that only reads cannot make an audience with an odd name.
        no_odd = self._options.read_only and facts.source
        for said in (one.expectation for one in made.first if not (no_odd and one.expectation.odd)):
            if said.weight is Weight.VIOLATION and said.rule in self._rules and said.expected not in open_ones:
                self._planned.setdefault((said.key, operation.id), False)
        return made

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
        asked: list[tuple[Ready, Observation]] = []
        with suppress(UsedUp):
            for planned in made.in_order:
                on_purpose = self.exchanges.may_create(operation, planned.expectation)
                is_over = facts_of(operation).creates and not self._sender.may_create(on_purpose=on_purpose)
                if is_over or (opening.valid == {0} and not on_purpose):
                    continue
                one = self.exchanges.ready(operation, planned)
                (first,) = self._sender.send_all(operation, [(one.request, planned.case.wire)])
                seen = self.exchanges.finished(operation, one, first)
                asked.append((one, seen))
                expected = self._judge.known(operation, seen, planned.expectation).expected
                is_refusal = planned.expectation.rule == "case.refused"
                opening.add(seen, valid=expected is Expected.SUCCESS, invalid=is_refusal)
                while asked and (opening.can_be_judged or (known and not opening.valid <= ABSENT)):
                    one, seen = asked.pop(0)
                    self.exchanges.record(operation, seen, one.planned.expectation, one.made)
        absent = 0 if operation.id in self._options.operations else opening.absent(known=known)
        if absent:
            self._unserved[operation.id] = absent
            self._planned = {each: tried for each, tried in self._planned.items() if each[1] != operation.id}
            self.exchanges.allowed.remove(operation)
        elif opening.why_not and not known and not self._audiences.existing:
            self._stop(opening.why_not, opening)
        else:
            for one, seen in asked:
                self.exchanges.record(operation, seen, one.planned.expectation, one.made)
        return opening

    def _engine(self, operation: Operation, number: int) -> None:
        """Send the cases of Schemathesis: those that cover the spec for number 0, and random ones from 1 on."""
        from .engine import Engine  # noqa: PLC0415 - slow to import, and for long runs only

        about: Made | None = None

        def ready() -> dict[str, str]:
            nonlocal about
            about = self.exchanges.audience(operation, used=True) or Made(self._names.new(), "", None)
            return self._names.meaning(operation, about)

        def send(request: Request) -> None:
            if facts_of(operation).creates and not self._sender.may_create():
                raise UsedUp
            with suppress(NotOursError):
                self.exchanges.play(operation, request, before=about.story if about else ())

        self.exchanges.enter("fuzzing" if number else "coverage")
        engine = Engine(operation, self._names, ready)
        with suppress(UsedUp):
            if number:
                engine.at_random(self._options.seed + number, send)
            else:
                engine.covering(send)

    def _enter(self, phase: str) -> None:
        self._sender.phase = phase
        if self._watcher and phase not in self._phases:
            self._watcher.phase(phase)
        self._phases.setdefault(phase, 0)

    def _sending(self) -> None:
        if self._options.stop_first and not self._sender.is_late and self.confirmation.has_one():
            raise RunEnded("ended at the first finding")
        phase = self._sender.phase
        self._phases[phase] = self._phases.get(phase, 0) + 1
        if self._watcher:
            self._watcher.request()

    def _send(self, phase: str, operation: Operation, made: Iterable[Planned]) -> None:
        self.exchanges.enter(phase)
        with suppress(UsedUp):
            every = [*made]
            while every:
                if self.exchanges.may_create(operation, every[0].expectation) and not self._sender.may_create():
                    limit = self._options.creates
                    self._ledger.note(f"a valid request was left out, because at most {limit} may create something")
                    del every[0]
                    continue
                # After a request without an answer, the server may be gone, so only one request is sent.
                count = 1 if self.exchanges.silent else self._sender.at_once
                if facts_of(operation).removes:
                    # A request that removes an audience must not take it from the next request.
                    removing = (at for at, one in enumerate(every) if one.expectation.expected in MAY_SUCCEED)
                    count = max(1, min(count, next(removing, count)))
                self.exchanges.play_cases(operation, every[:count])
                del every[:count]

    def _heed(self, operation: Operation, seen: Observation, known: Expectation) -> None:
        """Record the rule that an exchange has tried, and tell the watcher of new findings."""
        rule = (known.key, operation.id)
        if rule in self._planned and known.expected is not Expected.OPEN and not seen.trouble.startswith(UNREACHABLE):
            self._planned[rule] = True
        if self._watcher:
            for finding in self._ledger.every[self._announced :]:
                self._announced += 1
                self._watcher.finding(finding)
