"""A run: what is sent in which order, when it ends, and what it must have seen before it may call a contract kept."""

import time
from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from importlib.metadata import version
from typing import Protocol
from urllib.parse import urlsplit

from ..evidence import Redactor
from ..judging import Ledger, Observation
from ..report import Created, Finding, Report, counted, moment
from ..spec import Operation
from ..violation import Violation
from . import cases, ending
from .cases import Case
from .courier import BUSY, Courier, Options
from .draft import Draft, Names, first
from .engine import Engine, Enough
from .expectation import Expectation, Fate, expect
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
        self._judge = Judge(target, self._ledger)
        self._courier = Courier(target, options, self._sending)
        self._names = Names(f"{options.seed:x}" if target.is_local else f"{time.time_ns() // 10**9:x}")
        self._phases: dict[str, int] = {}
        self._phase = ""
        self._told: set[str] = set()
        self._refused: dict[str, int] = {}
        self._refusing: set[tuple[str, str]] = set()
        self._valid: dict[str, int] = {}
        self._silent = 0
        self._ended = self._unfinished = ""

    def report(self) -> Report:
        started = datetime.now(UTC)
        try:
            if self._options.read_only:
                self._ended = "nothing may be created, and there is no operation that only reads"
            else:
                self._operations()
        except Enough as reason:
            self._ended = str(reason)
        except KeyboardInterrupt:
            self._ended, self._unfinished = "interrupted", "the run was not interrupted"
        return Report(
            command="server",
            target=self._redactor.text(self._target.url),
            version=version("audiences"),
            started=moment(started),
            seconds=self._courier.seconds,
            requests=self._courier.requests,
            findings=tuple(ending.explained(self._ledger.findings, self._refusing, self._valid)),
            cells=(*self._ledger.cells, *ending.unseen(self._target, self._ledger.cells)),
            obligations=tuple(ending.obligations(self._target, self._judge.successes, self._refused, self._unfinished)),
            created=tuple(Created(self._target.spec.key, name, made) for name, made in self._judge.created),
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

    def _operations(self) -> None:
        for operation in self._target.spec.operations:
            least = first(self._target, operation, self._names.new)
            if not self._open(operation, least):
                return
            every = groups(self._target, least, self._names, self._options.seed)
            made = plan(every, partial(self._expected, operation))
            self._send("once each", operation, mixed(made.breaking, made.keeping))
            self._engine("coverage", {"examples", "coverage"}, 100)
            self._send("again", operation, made.others)
            opening = cases.opening(self._target, least, self._names)
            ended = [*opening, *cases.admitted_again(self._target, least, self._names)]
            self._send("opening", operation, [Planned(case, self._expected(operation, case)) for case in ended])
            self._twice(operation, least)
        self._engine("fuzzing", {"fuzzing", "stateful"}, 100 if self._options.requests else 1_000_000)

    def _open(self, operation: Operation, least: Draft) -> bool:
        """Whether the server can be judged: one that answers everything in the same way tells nothing."""
        self._enter("opening")
        opening = Opening(self._target, operation)
        asked: list[tuple[Case, Observation]] = []
        for case in cases.opening(self._target, least, self._names):
            fate = self._expected(operation, case).fate
            may_create = fate in (Fate.SUCCESS, Fate.OPEN)
            if self._courier.spent if may_create else (self._courier.full or opening.valid == {0}):
                continue
            asked.append((case, self._courier.send(case)))
            opening.add(case.request, asked[-1][1], valid=fate is Fate.SUCCESS)
            while asked and opening.can_be_judged:
                earlier, seen = asked.pop(0)
                self._judged(operation, seen, self._expected(operation, earlier))
        self._ended = opening.why_not
        if self._ended:
            return False
        for case, seen in asked:
            self._judged(operation, seen, self._expected(operation, case))
        odd = unusual(self._target, least, self._names)
        self._send("opening", operation, (Planned(case, self._expected(operation, case)) for case in odd))
        return True

    def _twice(self, operation: Operation, least: Draft) -> None:
        """Note what becomes of a second audience of the same name: no provider says what must."""
        draft = cases.renamed(self._target, least, self._names)
        if draft.fields == least.fields or self._courier.spent:
            return
        case = Case("", draft.request())
        asked = [self._courier.send(case) for _ in range(2)]
        for seen in asked:
            self._judged(operation, seen, self._expected(operation, case))
        said = asked[-1].response.status if asked[-1].response else "nothing"
        self._ledger.note(f"{operation.id}: a second audience of the same name: {said}; not judged, undocumented")

    def _engine(self, phase: str, phases: set[str], examples: int) -> None:
        self._enter(phase)
        engine = Engine(
            self._target,
            self._names,
            seed=self._options.seed,
            timeout=self._options.timeout,
            before=lambda: self._courier.before(may_create=True),
            answered=self._answered,
            add=self._add,
        )
        if self._courier.reserve(_OWN):
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
        for case, expectation in made:
            if expectation.fate in (Fate.SUCCESS, Fate.OPEN) and self._courier.spent:
                limit = self._options.creates
                self._ledger.note(f"a valid request was left out: at most {limit} were to create anything")
            else:
                self._judged(operation, self._courier.send(case), expectation)

    def _expected(self, operation: Operation, case: Case) -> Expectation:
        return expect(self._target, operation, case.request, case.label)

    def _judged(self, operation: Operation, seen: Observation, expectation: Expectation) -> bool:
        if seen.response is not None and seen.response.status in BUSY and self._overloaded(operation):
            raise Enough("the server went on saying that it is busy")
        # Where nobody listens, nothing is said of the request.
        there = not seen.trouble.startswith(UNREACHABLE)
        kept = not there or self._judge.judge(operation, seen, self._judge.known(operation, seen, expectation))
        self._unfinished = "" if there else "the server was there to the end"
        self._silent = self._silent + 1 if seen.response is None else 0
        if self._silent == _SILENT:
            raise Enough("the server stopped answering")
        for finding in () if kept or not self._watcher else self._ledger.findings:
            if finding.key not in self._told and self._watcher:
                self._told.add(finding.key)
                self._watcher.finding(finding)
        refused = seen.response is not None and 400 <= seen.response.status < 500
        if expectation.kind in ending.PLAIN and expectation.fate is Fate.SUCCESS:
            self._valid[operation.id] = self._valid.get(operation.id, 0) + 1
        if refused and expectation.fate is not Fate.OPEN:
            self._refusing.add((expectation.rule, operation.id))
        if expectation.rule == "case.credential" and expectation.fate is not Fate.OPEN and refused:
            self._refused[expectation.pointer] = self._refused.get(expectation.pointer, 0) + 1
        return kept

    def _overloaded(self, operation: Operation) -> bool:
        """Whether the server refuses the simplest valid request too, for its rate and not for what was asked."""
        least = first(self._target, operation, self._names.new)
        response = self._courier.send(Case("", least.request())).response
        return response is not None and response.status in BUSY

    def _answered(self, operation: Operation, seen: Observation) -> bool:
        """Judge an answer that Schemathesis got."""
        below = seen.request.target.removeprefix(urlsplit(self._target.url).path)
        seen = self._courier.patient(Case("", replace(seen.request, target=below)), seen)
        return self._judged(operation, seen, expect(self._target, operation, seen.request))

    def _add(self, rule: str, operation: Operation, seen: Observation, violation: Violation) -> None:
        self._ledger.check(rule, operation.spec.key, operation.id, seen, [violation], kind="Schemathesis")
