"""A run: what is sent in which order, when it ends, and what it must have seen before it may call a contract kept."""

import itertools
import time
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from importlib.metadata import version
from typing import Protocol

from ..evidence import Redactor
from ..facts import Effect, facts_of
from ..judging import Ledger, Observation
from ..report import Created, Finding, Report, counted, moment
from ..spec import Operation
from ..violation import Violation
from . import cases, ending
from .audiences import Audiences, Made
from .cases import Case
from .courier import BUSY, Courier, Options, may_have_acted
from .draft import Draft, Names, key_of
from .engine import Engine, Enough
from .expectation import Expectation, Expected, expect
from .judge import Judge
from .opening import Opening
from .plan import Planned, groups, mixed, plan
from .send import UNREACHABLE
from .target import Target
from .unusual import unusual

_OWN = 4
"""Requests that Schemathesis sends for itself each time, to learn about the server."""
_SILENT = 5
"""Requests without an answer, one after the other, after which a server counts as gone."""
_VAIN = 3
"""Audiences that could not be made, one after the other, after which none is made for another operation."""
_ORDER = (Effect.CREATES, Effect.READS, Effect.CHANGES, Effect.REMOVES)


class Watcher(Protocol):
    """Is told how a run goes on."""

    def phase(self, name: str) -> None:
        """A phase begins."""

    def request(self) -> None:
        """One more request."""

    def finding(self, finding: Finding) -> None:
        """One more finding."""


def run(target: Target, options: Options | None = None, watcher: Watcher | None = None) -> Report:
    """Judge a server."""
    return _Run(target, options or Options(), watcher).report()


class _Run:
    def __init__(self, target: Target, options: Options, watcher: Watcher | None) -> None:
        self._target, self._options, self._watcher = target, options, watcher
        # The members that are sent are made up here.
        self._redactor = Redactor(target.secrets, target.variables, show_members=True)
        self._ledger = Ledger(self._redactor)
        mark = f"{options.seed:x}" if target.is_local else f"{time.time_ns() // 10**9:x}"
        self._audiences = Audiences(target.spec, mark, read_only=options.read_only)
        self._judge = Judge(target, self._ledger, self._audiences)
        self._courier = Courier(target, options, self._audiences, self._sending)
        self._names = Names(target, mark, self._audiences)
        found = sorted(target.spec.operations, key=lambda operation: _ORDER.index(facts_of(operation).effect))
        self._operations = [each for each in found if not options.read_only or facts_of(each).effect is Effect.READS]
        self._creating = next((each for each in self._operations if facts_of(each).effect is Effect.CREATES), None)
        self._phases: dict[str, int] = {}
        self._phase = ""
        self._told: set[str] = set()
        self._refused: Counter[tuple[str, str]] = Counter()
        self._refusing: set[tuple[str, str]] = set()
        self._valid: Counter[str] = Counter()
        self._silent = self._vain = 0
        self._ended = self._unfinished = ""

    def report(self) -> Report:
        started = datetime.now(UTC)
        try:
            self._play()
        except Enough as reason:
            self._ended = str(reason)
        except KeyboardInterrupt:
            self._ended, self._unfinished = "interrupted", "the run was not interrupted"
        if self._courier.limited and not self._ended:
            each = " to an operation" if len(self._operations) > 1 else ""
            self._ended = f"ended after {counted(self._options.requests or 0, 'request')}{each}, as told"
        key, successes = self._target.spec.key, self._judge.successes
        owed = ending.obligations(self._target, self._operations, successes, self._refused, self._unfinished)
        return Report(
            command="server",
            target=self._redactor.text(self._target.url),
            version=version("audience-contract"),
            started=moment(started),
            seconds=self._courier.seconds,
            requests=self._courier.requests,
            findings=tuple(ending.explained(self._ledger.findings, self._refusing, self._valid)),
            cells=(*self._ledger.cells, *ending.unseen(self._target, self._ledger.cells)),
            obligations=tuple(owed),
            created=tuple(Created(key, made.name, made.id) for made in self._audiences.left),
            notes=(*self._remarks(), *self._ledger.notes),
            ended=self._ended,
            seed=self._options.seed,
            phases=dict(self._phases),
        )

    def _remarks(self) -> Iterator[str]:
        if self._ended:
            yield self._ended
        if self._valid and not self._judge.successes:
            names = ", ".join(self._target.names)
            yield f"no valid request succeeded: are the base URL and {names} right?"
        if self._judge.leaks.unseen:
            known = counted(self._judge.leaks.unseen, "credential")
            yield f"not looked for in answers, as too short or too ordinary a word: {known}"
        if self._courier.waits:
            yield f"an answer of 429 or 503, and sent again: {counted(self._courier.waits, 'request')}"
        if self._courier.unclear:
            yield f"may have created something, though not answered so: {counted(self._courier.unclear, 'request')}"

    def _play(self) -> None:
        """The phases, in each of them every operation: none waits until another has had all of its requests."""
        if not self._operations:
            self._ended = "nothing may be created, and there is no operation that only reads"
        judged: list[Draft] = []
        for operation in self._operations:
            least = self._names.first(operation)
            if not self._open(operation, least, known=bool(judged)):
                return
            judged.append(least)
        others = []
        for least in judged:
            expected = partial(self._expected, least.operation)
            made = plan(groups(least, self._names, self._options.seed), self._audiences.may_leave, expected)
            self._send("once each", least.operation, mixed(made.breaking, made.keeping))
            others.append(made.others)
        for least in judged:
            self._engine("coverage", least.operation, {"examples", "coverage"}, 100)
        for least, repeated in zip(judged, others, strict=True):
            self._send("again", least.operation, repeated)
        for least in judged:
            ended = itertools.chain(cases.opening(least, self._names), cases.admitted_again(least, self._names))
            self._send("opening", least.operation, self._planned(least.operation, ended))
            self._twice(least)
        rounds, examples = (1, 100) if self._options.requests else (1000, 1000)
        for number in range(rounds):
            for least in judged:
                self._engine("fuzzing", least.operation, {"fuzzing"}, examples, number)
            if self._courier.spent:
                return

    def _planned(self, operation: Operation, found: Iterable[Case]) -> Iterator[Planned]:
        allowed = (case for case in found if self._audiences.may_leave(case.request))
        return (Planned(case, self._expected(operation, case)) for case in allowed)

    def _open(self, operation: Operation, least: Draft, *, known: bool) -> bool:
        """Whether the server can be judged: one that answers everything in the same way tells nothing.

        One that is `known` by its answers to another operation can be.
        """
        self._enter("opening")
        opening = Opening(self._target, operation)
        asked: list[tuple[Planned, Observation]] = []
        with _until_used_up():
            for planned in self._planned(operation, cases.opening(least, self._names)):
                if self._may_create(operation, planned.expectation):
                    left_out = self._courier.spent
                else:
                    left_out = opening.valid == {0} or (self._courier.full and operation is self._creating)
                if left_out:
                    continue
                seen = self._sent(operation, planned.case)
                asked.append((planned, seen))
                expected = self._judge.known(operation, seen, planned.expectation).expected
                opening.add(planned.case.request, seen, valid=expected is Expected.SUCCESS)
                while asked and (known or opening.can_be_judged):
                    earlier, seen = asked.pop(0)
                    self._judged(operation, seen, earlier.expectation)
        if opening.why_not and not known:
            self._ended = opening.why_not
            return False
        for planned, seen in asked:
            self._judged(operation, seen, planned.expectation)
        self._send("opening", operation, self._planned(operation, unusual(least, self._names)))
        return True

    def _twice(self, least: Draft) -> None:
        """Note what becomes of a second audience of the same name: no provider says what must."""
        operation, draft = least.operation, self._names.renamed(least)
        if operation is not self._creating or draft.fields == least.fields or self._courier.spent:
            return
        case = Case("", draft.request())
        with _until_used_up():
            asked = [self._courier.send(operation, case) for _ in range(2)]
            for seen in asked:
                self._judged(operation, seen, self._expected(operation, case))
            said = asked[-1].response.status if asked[-1].response else "nothing"
            self._ledger.note(f"{operation.id}: a second audience of the same name: {said}; not judged, undocumented")

    def _engine(self, phase: str, operation: Operation, phases: set[str], examples: int, number: int = 0) -> None:
        self._enter(phase)
        engine = Engine(
            operation,
            self._names,
            seed=self._options.seed + number,
            timeout=self._options.timeout,
            before=lambda: self._courier.before(operation, may_create=True),
            ready=partial(self._ready, operation),
            check=self._courier.check,
            answered=partial(self._answered, operation),
            add=partial(self._add, operation),
        )
        if self._courier.reserve(operation, _OWN):
            engine.run(phases, examples=examples)

    def _enter(self, phase: str) -> None:
        self._phase = phase
        if self._watcher and phase not in self._phases:
            self._watcher.phase(phase)

    def _sending(self) -> None:
        if self._options.stop_first and not all(map(self._options.accepted, self._ledger.findings)):
            raise Enough("ended at the first finding, as told")
        self._phases[self._phase] = self._phases.get(self._phase, 0) + 1
        if self._watcher:
            self._watcher.request()

    def _send(self, phase: str, operation: Operation, made: Iterable[Planned]) -> None:
        self._enter(phase)
        with _until_used_up():
            for case, expectation in made:
                if self._may_create(operation, expectation) and self._courier.spent:
                    limit = self._options.creates
                    self._ledger.note(f"a valid request was left out: at most {limit} were to create anything")
                else:
                    self._judged(operation, self._sent(operation, case), expectation)

    def _sent(self, operation: Operation, case: Case) -> Observation:
        """The answer; to a request about an audience that is not there yet, once that was made."""
        made = self._make(operation, self._judge.name(operation, case.request))
        if made and operation is not self._creating:
            case = replace(case, request=self._names.filled(operation, case.request, made))
        seen = self._courier.send(operation, case)
        if facts_of(operation).effect is Effect.READS and made:
            seen = self._courier.until_found(operation, case, seen)
        return seen

    def _make(self, operation: Operation, name: str) -> Made | None:
        """The audience that a request to another operation counts on, made where it is missing."""
        creating = self._creating
        if creating and self._audiences.is_missing(name) and self._vain < _VAIN and not self._courier.spent:
            case = Case("", self._names.first(creating).but(**{self._names.provider.named: name}).request())
            seen = self._courier.send(creating, case, operation)
            self._judged(creating, seen, self._expected(creating, case))
            self._vain = 0 if self._audiences.find(name) else self._vain + 1
        return self._audiences.find(name)

    def _ready(self, operation: Operation, fresh: dict[str, str]) -> dict[str, str]:
        made = self._make(operation, fresh[key_of(operation)])
        return self._names.meaning(operation, made) if made else fresh

    def _may_create(self, operation: Operation, expectation: Expectation) -> bool:
        return operation is self._creating and expectation.expected in (Expected.SUCCESS, Expected.OPEN)

    def _expected(self, operation: Operation, case: Case) -> Expectation:
        return expect(self._target, operation, case.request, case.label)

    def _judged(self, operation: Operation, seen: Observation, expectation: Expectation) -> bool:
        if seen.response is not None and seen.response.status in BUSY and self._overloaded(operation):
            raise Enough("the server went on saying that it is busy")
        # Where nobody listens, nothing is said of the request.
        there = not seen.trouble.startswith(UNREACHABLE)
        kept = not there or self._judge.judge(operation, seen, self._judge.known(operation, seen, expectation))
        if facts_of(operation).effect is Effect.REMOVES and may_have_acted(seen):
            self._audiences.gone(self._judge.name(operation, seen.request), sure=False)
        self._unfinished = "" if there else "the server was there to the end"
        self._silent = self._silent + 1 if seen.response is None else 0
        if self._silent == _SILENT:
            raise Enough("the server stopped answering")
        for finding in () if kept or not self._watcher else self._ledger.findings:
            if finding.key not in self._told and self._watcher:
                self._told.add(finding.key)
                self._watcher.finding(finding)
        refused = seen.response is not None and 400 <= seen.response.status < 500
        if expectation.kind in ending.PLAIN and expectation.expected is Expected.SUCCESS:
            self._valid[operation.id] += 1
        if refused and expectation.expected is not Expected.OPEN:
            self._refusing.add((expectation.rule, operation.id))
        if expectation.rule == "case.credential" and expectation.expected is not Expected.OPEN and refused:
            self._refused[operation.id, expectation.pointer] += 1
        return kept

    def _overloaded(self, operation: Operation) -> bool:
        """Whether the server refuses the simplest valid request too, for its rate and not for what was asked."""
        case = Case("", self._names.renamed(self._names.first(operation)).request())
        response = self._courier.send(operation, case).response
        return response is not None and response.status in BUSY

    def _answered(self, operation: Operation, seen: Observation) -> bool:
        """Judge an answer that Schemathesis got."""
        seen = self._courier.patient(operation, Case("", seen.request), seen)
        return self._judged(operation, seen, expect(self._target, operation, seen.request))

    def _add(self, operation: Operation, rule: str, seen: Observation, violation: Violation) -> None:
        self._ledger.check(rule, operation.spec.key, operation.id, seen, [violation], kind="Schemathesis")


@contextmanager
def _until_used_up() -> Iterator[None]:
    """Until an operation has had all of its requests; a limit of the run goes on to whoever called."""
    try:
        yield
    except Enough as enough:
        if enough.args:
            raise
