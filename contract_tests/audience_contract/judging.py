"""Exchanges against the contract: violations become findings, and what was put to the test is counted."""

import threading
from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass, replace

from .checker import check_request, check_response
from .evidence import Redactor
from .messages import Request, Response
from .report import KEPT_EVIDENCE, Cell, Finding, Obligation
from .rules import RULES
from .spec import Operation, Spec, escape, source
from .violation import Violation

CREDENTIALS = frozenset({"request.credential"})
REQUEST_BODY = frozenset(
    f"request.{name}" for name in ("content-type", "body", "part", "length", "undocumented", "prose")
)
SHOWN = "--show-members: members and uploaded content are shown as they were sent"
_MASKED = "members and uploaded content are masked; --show-members shows them"
_BODIES = {"request.content-type", "request.body", "request.part"}


@dataclass(frozen=True)
class Observation:
    """An exchange as it was, credentials still in it: never to be shown. The fields are those of `Evidence`."""

    url: str
    request: Request
    response: Response | None = None
    seconds: float = 0.0
    trouble: str = ""


class Ledger:
    """What a run has seen so far: findings by their key, and how often each rule was put to the test.

    Without `strict`, what a client sends that the spec allows without naming it is a note and no finding. Safe to use
    from several threads.
    """

    def __init__(self, redactor: Redactor | None = None, *, strict: bool = False) -> None:
        self.redactor = redactor or Redactor()
        self._strict = strict
        self._lock = threading.Lock()
        self._findings: dict[str, Finding] = {}
        self._cells: dict[tuple[str, str, str, str], Cell] = {}
        self._notes: dict[str, int] = {}
        self._operations: dict[tuple[str, str], Operation] = {}
        self._kept: set[tuple[str, str]] = set()
        self._unjudged: dict[tuple[str, str], str] = {}

    def find(self, spec: Spec, path: str | None, seen: Observation) -> Operation | None:
        """The operation that a request asks for, by its raw path below the base URL; where there is none, a finding."""
        operation = spec.match(seen.request.method, path) if path is not None else None
        if not operation:
            known = path is not None and spec.methods(path)
            said = f"the path has {', '.join(known)} only" if known else "no such path"
            self.unknown(spec.key, seen, said)
        return operation

    def unknown(self, provider: str, seen: Observation, said: str) -> None:
        """A finding: the request is none of a documented operation."""
        self.redactor.learn(None, seen.request)
        where = f"{seen.request.method} {seen.request.target.partition('?')[0]}"
        broken = [Violation(where, "", "/paths", said)]
        self.check("request.operation", provider, "", seen, broken, kind="as sent")

    def request(
        self,
        operation: Operation,
        seen: Observation,
        *,
        credentials: Iterable[Violation] = (),
        unknown: Collection[str] = (),
        unjudged: str = "",
        refusal: Callable[[list[Violation]], Response] | None = None,
    ) -> list[Violation]:
        """Judge what a client sent; what it breaks, whether or not it had been found before.

        `credentials` is what the caller knows to be wrong with them, beyond their form. `unknown` is what is not judged
        because it was not recorded: rules, as those of `CREDENTIALS` and `REQUEST_BODY`, or places in lower case, such
        as "header x-project". `unjudged` is why
        an exchange says nothing of the client although its request breaks nothing. `refusal` is what a request that
        breaks something is answered with, where it is not answered yet.
        """
        self.redactor.learn(operation, seen.request)
        key, name = operation.spec.key, operation.id
        self._operations[key, name] = operation
        broken = [*request_violations(operation, seen.request), *((v, "request.credential") for v in credentials)]
        broken = [(found, rule) for found, rule in broken if not {rule, found.where.lower()} & set(unknown)]
        if not self._strict:
            for violation in (found for found, rule in broken if rule == "request.undocumented"):
                self.note(f"{key} {name}: {self._place(violation)}: {violation.message}")
            broken = [(found, rule) for found, rule in broken if rule != "request.undocumented"]
        violations = [violation for violation, _ in broken]
        if refusal and violations:
            seen = replace(seen, response=refusal(violations))
        judged = {rule for _, rule in broken} | set(_exercised(operation, seen.request, strict=self._strict))
        if any(rule == "request.content-type" for _, rule in broken):
            judged -= _BODIES - {"request.content-type"}
        for rule in judged - set(unknown):
            self.check(rule, key, name, seen, [v for v, broken_ in broken if broken_ == rule], kind="as sent")
        if not broken and not _BODIES & set(unknown):
            with self._lock:
                if unjudged:
                    self._unjudged.setdefault((key, name), unjudged)
                else:
                    self._kept.add((key, name))
        return violations

    def response(self, operation: Operation, seen: Observation, *, kind: str, body: bool = True) -> list[Violation]:
        """Judge what a server answered; what it breaks, nothing where no answer came.

        `kind` is the request's; without `body`, the body was not recorded, and is not judged.
        """
        if seen.response is None:
            return []
        # No body is a violation of its own, and hides nothing but what is in a body.
        broken = [v for v in check_response(operation, seen.response) if body or v.where != "body"]
        judged = {"response.status"}
        if operation.response(seen.response.status):
            judged |= {"response.content-type", "response.body"} if body else set()
        if any(violation.where == "content-type" for violation in broken):
            judged -= {"response.body"}
        for name in judged:
            faults = [violation for violation in broken if f"response.{violation.where}" == name]
            status = str(seen.response.status)
            self.check(name, operation.spec.key, operation.id, seen, faults, kind=kind, detail=status)
        return broken

    def check(
        self,
        rule: str,
        provider: str,
        operation: str,
        seen: Observation,
        broken: Iterable[Violation] = (),
        *,
        kind: str,
        detail: str = "",
    ) -> None:
        """Count that a rule was put to the test once; each of `broken` becomes a finding, or is counted on one.

        `operation` is an operationId, "" where there is none; `kind` and `detail` are those of `Finding` and `Cell`.
        """
        found = [
            Finding(rule, provider, operation, v.rule, self._place(v), kind, v.message, source(provider, v.rule))
            for v in broken
        ]
        with self._lock:
            at = (provider, operation, rule, detail)
            cell = self._cells.get(at, Cell(*at))
            self._cells[at] = replace(cell, exercised=cell.exercised + 1, violated=cell.violated + bool(found))
            for finding in {finding.key: finding for finding in found}.values():
                self._keep(finding, seen)

    def note(self, text: str) -> None:
        """What a reader should know and nobody is to blame for; said again, it is counted."""
        with self._lock:
            self._notes[text] = self._notes.get(text, 0) + 1

    def obligations(self, operations: Iterable[Operation]) -> tuple[Obligation, ...]:
        """That each of the operations had a request to judge by."""
        text = "at least one request that keeps the contract"
        places = [(operation.spec.key, operation.id) for operation in operations]
        with self._lock:
            met = {place: place in self._kept for place in places}
            return tuple(
                Obligation(*place, text, kept, "" if kept else self._unjudged.get(place, ""))
                for place, kept in met.items()
            )

    @property
    def findings(self) -> tuple[Finding, ...]:
        """In the order of the rules, and then by place."""
        order = list(RULES)
        with self._lock:
            found = list(self._findings.values())
        return tuple(sorted(found, key=lambda f: (f.provider, f.operation, order.index(f.rule), f.place, f.key)))

    @property
    def cells(self) -> tuple[Cell, ...]:
        """By provider and operation, in the order of the rules."""
        order = list(RULES)
        with self._lock:
            found = list(self._cells.values())
        return tuple(sorted(found, key=lambda c: (c.provider, c.operation, order.index(c.rule), c.detail)))

    @property
    def notes(self) -> tuple[str, ...]:
        masked = [_MASKED] if self.redactor.masked else []
        with self._lock:
            return (
                *masked,
                *(text if count == 1 else f"{text} ({count} times)" for text, count in self._notes.items()),
            )

    def _place(self, violation: Violation) -> str:
        pointer = f"{violation.pointer}/{escape(violation.missing)}" if violation.missing else violation.pointer
        return self.redactor.text(f"{violation.where} {pointer}".strip())

    def _keep(self, finding: Finding, seen: Observation) -> None:
        known = self._findings.get(finding.key)
        evidence, count = (known.evidence, known.count + 1) if known else ((), 1)
        if len(evidence) < KEPT_EVIDENCE:
            operation = self._operations.get((finding.provider, finding.operation))
            shown = self.redactor.evidence(
                seen.url, seen.request, seen.response, operation, seconds=seen.seconds, trouble=seen.trouble
            )
            evidence = (*evidence, shown)
        self._findings[finding.key] = replace(known or finding, evidence=evidence, count=count)


def request_violations(operation: Operation, request: Request) -> list[tuple[Violation, str]]:
    """What a request breaks, the documents' prose included, each with its rule."""
    from .mock.provider import load  # noqa: PLC0415 - brings the mock server along

    everything = check_request(operation, request)
    required = check_request(operation, request, undocumented=False) if everything else []
    broken = [(v, rule_of(v) if v in required else "request.undocumented") for v in everything]
    if not _BODIES & {rule for _, rule in broken}:
        prose = load(operation.spec.key).prose(operation, request)
        broken += [(violation, "request.prose") for violation in prose]
    return broken


def rule_of(violation: Violation) -> str:
    """The rule that a violation of `check_request` breaks."""
    if violation.rule.startswith("/components/securitySchemes/"):
        return "request.credential"
    place = violation.where.partition(" ")[0]
    return "request.length" if place == "content-length" else f"request.{place}"


def _exercised(operation: Operation, request: Request, *, strict: bool) -> Iterator[str]:
    """The rules that a request of the operation is put to."""
    from .mock.provider import Provider, load  # noqa: PLC0415 - brings the mock server along

    yield "request.operation"
    if operation.security:
        yield "request.credential"
    for parameter in operation.node.get("parameters") or ():
        yield f"request.{parameter.value['in']}"
    body = operation.node.get("requestBody")
    if body:
        yield from ("request.content-type", "request.body")
        if "multipart/form-data" in body["content"].value:
            yield "request.part"
    if request.values("content-length"):
        yield "request.length"
    if strict:
        yield "request.undocumented"
    if type(load(operation.spec.key)).prose is not Provider.prose:
        yield "request.prose"
