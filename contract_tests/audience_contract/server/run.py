"""A run: what is sent in which order, when it ends, and what it must have seen before it may call a contract kept."""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from importlib.metadata import version
from typing import Protocol
from urllib.parse import urlsplit

from ..evidence import Redactor
from ..judging import Ledger, Observation
from ..report import Created, Finding, Obligation, Report
from ..spec import Operation
from ..violation import Violation
from . import cases, pairs, part_cases, values, wire_cases
from .cases import Case
from .draft import Draft, Names, first
from .engine import Engine, Enough
from .expectation import Expectation, Fate
from .judge import Judge
from .send import Sender
from .target import Target

_BUSY = {429, 503}
_SILENT = 5
"""Requests without an answer, one after the other, after which a server counts as gone."""
_BODIES: dict[str, Callable[[Target, Draft, Names], Iterator[Case]]] = {
    "application/json": wire_cases.json_body,
    "application/x-www-form-urlencoded": wire_cases.form_body,
    "multipart/form-data": part_cases.multipart_body,
}


@dataclass(frozen=True)
class Options:
    """How a run is made.

    `seed` decides what is random; `requests` is the most that are sent, None without a limit; `seconds` the most that
    the run takes; `timeout` seconds for each answer. `creates` is the most successes, `rate` requests a second at most.
    `read_only` sends nothing but safe methods. `stop_first` ends at the first finding.
    """

    seed: int = 1
    requests: int | None = 1000
    seconds: float | None = None
    timeout: float = 10.0
    creates: int | None = None
    rate: float | None = None
    read_only: bool = False
    stop_first: bool = False
    patience: float = 5.0
    """Seconds that are waited at most, once more and twice, for a server that says it is busy."""


class Watcher(Protocol):
    """Is told how a run goes on."""

    def phase(self, name: str) -> None:
        """A phase begins, maybe again."""

    def request(self) -> None:
        """One more request."""

    def finding(self, finding: Finding) -> None:
        """One more root cause."""


def run(target: Target, options: Options | None = None, watcher: Watcher | None = None) -> Report:
    """Judge a server."""
    return _Run(target, options or Options(), watcher).report()


class _Run:
    def __init__(self, target: Target, options: Options, watcher: Watcher | None) -> None:
        self._target, self._options, self._watcher = target, options, watcher
        self._told: set[str] = set()
        self._redactor = Redactor(target.secrets)
        self._ledger = Ledger(self._redactor)
        self._judge = Judge(target, self._ledger)
        self._sender = Sender(target.url, options.timeout)
        self._names = Names(f"{options.seed:x}" if target.is_local else f"{time.time_ns() // 10**9:x}")
        self._started = time.monotonic()
        self._phases: dict[str, int] = {}
        self._phase = ""
        self._requests = 0
        self._ended = ""
        self._silent = 0
        self._created = 0
        self._refused: dict[str, int] = {}

    def report(self) -> Report:
        started = datetime.now(UTC)
        try:
            if self._options.read_only:
                self._ended = "nothing may be created, and there is no operation that only reads"
            else:
                self._operations()
        except Enough as reason:
            self._ended = str(reason)
        finally:
            self._sender.close()
        return Report(
            command="server",
            target=self._redactor.text(self._target.url),
            version=version("audiences"),
            started=started.isoformat(timespec="seconds").replace("+00:00", "Z"),
            seconds=time.monotonic() - self._started,
            requests=self._requests,
            findings=self._ledger.findings,
            cells=self._ledger.cells,
            obligations=tuple(self._obligations()),
            created=tuple(Created(self._target.spec.key, name, made) for name, made in self._judge.created),
            notes=(*([self._ended] if self._ended else []), *self._ledger.notes),
            ended=self._ended,
            seed=self._options.seed,
            phases=dict(self._phases),
        )

    def _operations(self) -> None:
        for operation in self._target.spec.operations:
            least = first(self._target, operation, self._names.new)
            self._enter("opening")
            if not self._open(operation, least):
                return
            for phase, made in self._made(least):
                self._enter(phase)
                for case in made:
                    self._ask(operation, case)
        self._enter("fuzzing")
        self._engine({"fuzzing", "stateful"}, 100 if self._options.requests else 1_000_000)

    def _made(self, least: Draft) -> Iterator[tuple[str, Iterator[Case]]]:
        target, names = self._target, self._names
        yield "credentials", cases.credentials(target, least, names)
        yield "parameters", cases.parameters(target, least, names)
        self._enter("coverage")
        self._engine({"examples", "coverage"}, 100)
        yield "methods", cases.methods(target, least, names)
        yield "wire", wire_cases.any_body(target, least, names)
        if least.media in _BODIES:
            yield "wire", _BODIES[least.media](target, least, names)
        yield "values", values.ladder(target, least, names)
        yield "combinations", pairs.combinations(target, least, names, self._options.seed, 120)
        yield "opening", cases.opening(target, least, names)

    def _open(self, operation: Operation, least: Draft) -> bool:
        """Whether the server can be judged: one that answers everything in the same way tells nothing."""
        asked: list[tuple[Case, Observation]] = []
        for case in cases.opening(self._target, least, self._names):
            if not self._spent():
                asked.append((case, self._sent(case)))
        valid = {seen.response.status if seen.response else 0 for _, seen in asked}
        for case in _opposite(least):
            if self._created != self._options.creates:
                asked.append((case, self._sent(case)))
        statuses = {seen.response.status if seen.response else 0 for _, seen in asked}
        if statuses == {0}:
            self._ended = f"no answer: {asked[0][1].trouble}"
        elif valid <= {401, 403}:
            said = " or ".join(map(str, sorted(valid)))
            self._ended = f"{operation.id}: every valid request was answered {said}; are the credentials right?"
        elif len(statuses) == 1 and not 200 <= min(statuses) < 300:
            self._ended = f"{operation.id}: every request was answered {min(statuses)}, valid or not"
        if self._ended:
            return False
        for case, seen in asked:
            self._judged(operation, seen, self._judge.expect(operation, seen, case.label))
        return True

    def _engine(self, phases: set[str], examples: int) -> None:
        engine = Engine(
            self._target,
            self._names,
            seed=self._options.seed,
            timeout=self._options.timeout,
            before=lambda: self._before(may_create=True),
            answered=self._answered,
            add=self._add,
        )
        engine.run(phases, examples=examples)
        self._stopped()

    def _enter(self, phase: str) -> None:
        self._phase = phase
        if self._watcher and phase not in self._phases:
            self._watcher.phase(phase)

    def _before(self, *, may_create: bool = False) -> None:
        """Count a request that is about to be sent; raises Enough where a limit is reached."""
        self._stopped()
        if may_create and self._spent():
            raise Enough
        options = self._options
        if options.requests is not None and self._requests >= options.requests:
            raise Enough(f"ended after {options.requests} requests, as told")
        if options.seconds is not None and time.monotonic() - self._started >= options.seconds:
            raise Enough(f"ended after {options.seconds:g} seconds, as told")
        if options.creates is not None and self._created >= options.creates:
            raise Enough(f"ended when {options.creates} audiences had been created, as told")
        if options.rate and self._requests:
            time.sleep(max(0.0, self._started + self._requests / options.rate - time.monotonic()))
        self._requests += 1
        self._phases[self._phase] = self._phases.get(self._phase, 0) + 1
        if self._watcher:
            self._watcher.request()

    def _spent(self) -> bool:
        """Whether no more may be created on purpose; one is kept for what a server takes by mistake."""
        creates = self._options.creates
        return creates is not None and self._created >= max(creates - 1, 1)

    def _stopped(self) -> None:
        if self._options.stop_first and self._ledger.findings:
            raise Enough("ended at the first finding, as told")

    def _sent(self, case: Case) -> Observation:
        self._before()
        seen = self._patient(case, self._sender.send(case.request, case.wire))
        self._count(seen)
        return seen

    def _count(self, seen: Observation) -> None:
        self._created += seen.response is not None and 200 <= seen.response.status < 300

    def _patient(self, case: Case, seen: Observation) -> Observation:
        """The answer, or a later one where the server says that it is busy."""
        for number in range(2):
            if seen.response is None or seen.response.status not in _BUSY:
                break
            self._ledger.note("a request was answered 429 or 503 and was sent again")
            told = "".join(seen.response.values("retry-after")[:1])
            time.sleep(min(self._options.patience, float(told) if told.isdecimal() else 0.1 * 4**number))
            self._before()
            seen = self._sender.send(case.request, case.wire)
        return seen

    def _ask(self, operation: Operation, case: Case) -> None:
        fate = self._judge.expect(operation, Observation("", case.request), case.label).fate
        if fate in (Fate.SUCCESS, Fate.OPEN) and self._spent():
            self._ledger.note(f"a valid request was left out: at most {self._options.creates} were to create anything")
            return
        seen = self._sent(case)
        self._judged(operation, seen, self._judge.expect(operation, seen, case.label))

    def _judged(self, operation: Operation, seen: Observation, expectation: Expectation) -> bool:
        if seen.response is not None and seen.response.status in _BUSY and self._overloaded(operation):
            raise Enough("the server went on saying that it is busy")
        kept = self._judge.judge(operation, seen, expectation)
        self._silent = self._silent + 1 if seen.response is None else 0
        if self._silent == _SILENT:
            raise Enough("the server stopped answering")
        if not kept and self._watcher:
            for finding in self._ledger.findings:
                if finding.key not in self._told:
                    self._told.add(finding.key)
                    self._watcher.finding(finding)
        refused = seen.response is not None and 400 <= seen.response.status < 500
        if expectation.rule == "case.credential" and expectation.fate is not Fate.OPEN and refused:
            self._refused[expectation.pointer] = self._refused.get(expectation.pointer, 0) + 1
        return kept

    def _overloaded(self, operation: Operation) -> bool:
        """Whether the server refuses the simplest valid request too, for its rate and not for what was asked."""
        least = first(self._target, operation, self._names.new)
        response = self._sent(Case("", least.request())).response
        return response is not None and response.status in _BUSY

    def _answered(self, operation: Operation, seen: Observation) -> bool:
        """Judge an answer that Schemathesis got."""
        below = seen.request.target.removeprefix(urlsplit(self._target.url).path)
        seen = self._patient(Case("", replace(seen.request, target=below)), seen)
        self._count(seen)
        return self._judged(operation, seen, self._judge.expect(operation, seen))

    def _add(self, rule: str, operation: Operation, seen: Observation, violation: Violation) -> None:
        self._ledger.check(rule, operation.spec.key, operation.id, seen, [violation], kind="Schemathesis")

    def _obligations(self) -> Iterator[Obligation]:
        key = self._target.spec.key
        for operation in self._target.spec.operations:
            for status in operation.node["responses"].value:
                if status.startswith("2"):
                    count = self._judge.successes.get(int(status), 0)
                    yield Obligation(key, operation.id, f"{status} was reached", count > 0, f"{count} times")
            for scheme in self._target.schemes:
                name, refused = scheme.pointer.rpartition("/")[2], self._refused.get(scheme.pointer, 0)
                admitted = sum(self._judge.successes.values())
                yield Obligation(key, operation.id, f"{name} was seen admitting", admitted > 0, f"{admitted} times")
                yield Obligation(key, operation.id, f"{name} was seen refusing", refused > 0, f"{refused} times")


def _opposite(least: Draft) -> Iterator[Case]:
    """Requests that must not succeed."""
    yield Case("no header at all", replace(least, headers={}).request())
    yield Case("empty body", least.request(b""))
