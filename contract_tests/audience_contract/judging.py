"""Judges exchanges by the contract: violations become findings, and what was tried is counted."""

import itertools
import threading
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace

from .checker import check_request, check_response, rule_of_answer, rules_of_answer
from .evidence import KEPT_BODY, LEAST_BODY, Redactor
from .media import media_of
from .messages import Request, Response
from .report import KEPT_EVIDENCE, Finding, Obligation, Step, Tried, ordered
from .rules import GRAVITY, RULES, Weight
from .spec import Operation, Spec, escape, registered, source
from .violation import Violation

CREDENTIALS = frozenset({"request.credential"})
REQUEST_BODY = frozenset(
    f"request.{name}" for name in ("content-type", "body", "part", "length", "undocumented", "prose")
)
SHOWN = "--show-members: members and uploaded content are shown as they were sent"
_MASKED = "members and uploaded content are masked; --show-members shows them"
_BODIES = {"request.content-type", "request.body", "request.part"}
BACK = "what was changed"
"""The label of a request that reads what the one before it changed."""
ROOM = 2**16
"""Bytes of bodies in all evidence; once they are used up, only `LEAST_BODY` of each further body is kept."""
_INPUTS = 8
"""Inputs that a finding names."""


@dataclass(frozen=True)
class Observation:
    """An exchange as it was, credentials still in it: never to be shown. The fields are those of Evidence and Step."""

    url: str
    request: Request
    response: Response | None = None
    seconds: float = 0.0
    trouble: str = ""
    sent: Request | None = None
    """What was on the wire, to the byte, where that is known."""
    operation: str = ""
    label: str = ""
    advice: str = ""
    answered: tuple[tuple[str, str], ...] = ()
    step: Step | None = None
    """The step of a story that it repeats: a finding that it shows is told with the names of the story."""
    before: tuple["Observation", ...] = ()
    """What has to be sent before it to get the same answer."""
    last: tuple["Observation", ...] = ()
    """The first right request to the operation, the newest create, and the last requests, each with what it needs."""
    number: int = field(default_factory=itertools.count().__next__, compare=False, repr=False)
    """Identifies the exchange; stays the same when another field is replaced."""

    @property
    def status(self) -> int:
        """The answer's status; 0 without an answer."""
        return self.response.status if self.response else 0

    @property
    def is_success(self) -> bool:
        """Whether the answer has the status of a success."""
        return self.response is not None and self.response.is_success


class Ledger:
    """What a run has seen so far: findings by their key, and how often each rule was tried.

    With `strict`, it is a violation, not advice, if a client sends what the spec allows without naming it. Safe to use
    from several threads.
    """

    def __init__(self, redactor: Redactor | None = None, *, strict: bool = False) -> None:
        self.redactor = redactor or Redactor()
        self._strict, self._room = strict, ROOM
        self._lock = threading.Lock()
        self._findings: dict[str, Finding] = {}
        self._shown_by: dict[str, set[int]] = {}
        self._tried: Counter[tuple[str, str, str]] = Counter()
        self._notes: Counter[str] = Counter()
        self._operations: dict[tuple[str, str], Operation] = {}
        self._kept: set[tuple[str, str]] = set()
        self._unjudged: dict[tuple[str, str], str] = {}

    def find(self, spec: Spec, path: str | None, seen: Observation) -> Operation | None:
        """The operation that a request asks for, by its raw path below the base URL; without one, adds a finding."""
        operation = spec.match(seen.request.method, path) if path is not None else None
        if not operation:
            known = path is not None and spec.methods(path)
            said = f"the path has {', '.join(known)} only" if known else "no such path"
            self.unknown(spec.key, seen, said)
        return operation

    def unknown(self, provider: str, seen: Observation, said: str) -> None:
        """Add a finding: the request belongs to no documented operation; `said` tells why."""
        self.redactor.learn(None, seen.request)
        where = f"{seen.request.method} {seen.request.target.partition('?')[0]}"
        broken = [Violation(where, "", "/paths", f"{where}: {said}")]
        self.check("request.operation", provider, "", seen, broken, detail=self.redactor.text(where))

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
        """Judge what a client sent; return what it breaks, advice left out, whether or not it had been found before.

        `credentials` are violations that the caller knows of, beyond the form of the credentials. `unknown` is what is
        not judged because it was not recorded: rules, such as those of `CREDENTIALS` and `REQUEST_BODY`, or places in
        lower case, such as "header x-project". `unjudged` is why an exchange says nothing of the client although its
        request breaks nothing. `refusal` makes the answer to a request that breaks something, if it has none yet.
        """
        self.redactor.learn(operation, seen.request)
        key, name = operation.spec.key, operation.id
        self._operations[key, name] = operation
        every = [*request_violations(operation, seen.request), *((v, "request.credential") for v in credentials)]
        every = [(found, rule) for found, rule in every if not {rule, found.where.lower()} & set(unknown)]
        broken = [found for found, rule in every if self._strict or RULES[rule].weight is Weight.VIOLATION]
        if refusal and broken:
            seen = replace(seen, response=refusal(broken))
        judged = {rule for _, rule in every} | set(_tried_by(operation, seen.request))
        if any(rule == "request.content-type" for _, rule in every):
            judged -= _BODIES - {"request.content-type"}
        for rule in judged - set(unknown):
            found = [replace(v, message=f"sent {self._said(v)}") for v, broken_ in every if broken_ == rule]
            self.check(rule, key, name, seen, found, weight=Weight.VIOLATION if self._strict else None)
        if not broken and not _BODIES & set(unknown):
            with self._lock:
                if unjudged:
                    self._unjudged.setdefault((key, name), unjudged)
                else:
                    self._kept.add((key, name))
        return broken

    def response(
        self, operation: Operation, seen: Observation, *, kind: str, body: bool = True, unknown: Collection[str] = ()
    ) -> list[Violation]:
        """Judge what a server answered; return what it breaks: nothing if no answer came.

        `kind` says in a few words what the request was. Without `body`, the body was not recorded, and is not judged.
        Nor are the rules and places that are `unknown`, as in `request`.
        """
        if seen.response is None:
            return []
        # A body that was not recorded hides only what would be in the body.
        left_out = {*unknown, *(() if body else ("body",))}
        every = check_response(operation, seen.response)
        broken = [v for v in every if not {rule_of_answer(v), v.where.lower()} & left_out]
        judged = ({*rules_of_answer(operation, seen.response)} if body else {"response.status"}) - left_out
        if any(violation.where == "content-type" for violation in broken):
            judged -= {"response.body"}
        for rule in judged:
            faults = [violation for violation in broken if rule_of_answer(violation) == rule]
            detail = undocumented(seen.response) if rule == "response.status" else ""
            said = [replace(fault, message=f"{seen.response.status}: {self._said(fault)}") for fault in faults]
            self.check(rule, operation.spec.key, operation.id, seen, said, kind=kind, detail=detail)
        return broken

    def check(
        self,
        rule: str,
        provider: str,
        operation: str,
        seen: Observation,
        broken: Iterable[Violation] = (),
        *,
        kind: str = "",
        detail: str = "",
        weight: Weight | None = None,
    ) -> None:
        """Count one try of a rule; each of `broken` becomes a finding, or is counted with one that is there.

        `operation` is an operationId, "" where there is none; `kind` names the input, and `detail` is that of
        `Finding`. `weight` replaces that of the rule.
        """
        about, spec = RULES[rule], registered(provider)
        # What a read shows of a change names both operations, because a run of only these sees it again. That the read
        # is refused says nothing of the change.
        changing = {each.operation for each in seen.before[-1:] if seen.label == BACK and rule.startswith("run.")}
        named = tuple(sorted({operation, *changing} - {""}))
        showing = (named, (kind,) if kind else (), (seen.status,) if seen.response else ())
        found = [
            Finding(
                rule,
                provider,
                (spec.in_file(v.rule) if spec else v.rule) if about.is_placed else "",
                self.redactor.text(v.message),
                source(provider, v.rule),
                detail or v.missing,
                self._place(v),
                weight or about.weight,
                *showing,
            )
            for v in broken
        ]
        with self._lock:
            self._tried[provider, operation, rule] += 1
            for finding in {finding.key: finding for finding in found}.values():
                self._keep(finding, operation, seen)

    def note(self, text: str) -> None:
        """Add a note: what a reader should know and nobody is to blame for. The same text again is counted."""
        with self._lock:
            self._notes[text] += 1

    def obligations(self, operations: Iterable[Operation]) -> tuple[Obligation, ...]:
        """For each operation, that at least one request kept the contract; `met` says whether it did."""
        text = "at least one request that keeps the contract"
        places = dict.fromkeys((operation.spec.key, operation.id) for operation in operations)
        with self._lock:
            unmet = {place: self._unjudged.get(place, "") for place in places if place not in self._kept}
        return tuple(Obligation(*place, text, place not in unmet, unmet.get(place, "")) for place in places)

    @property
    def findings(self) -> tuple[Finding, ...]:
        """The gravest first. Of findings about a server that the same answers show, only the gravest is there."""
        with self._lock:
            found, shown_by = ordered(self._findings.values()), {k: frozenset(v) for k, v in self._shown_by.items()}
        covered: set[frozenset[int]] = set()
        kept = []
        for finding in sorted(found, key=lambda one: (one.weight is Weight.ADVICE, GRAVITY[one.rule])):
            answers = shown_by[finding.key]
            if finding.about.side == "client" or answers not in covered:
                kept.append(finding)
            covered.add(answers)
        return tuple(ordered(kept))

    @property
    def every(self) -> tuple[Finding, ...]:
        """All findings so far, a new one last. This is quick, because a run asks often."""
        with self._lock:
            return tuple(self._findings.values())

    @property
    def tried(self) -> tuple[Tried, ...]:
        """By provider and operation, in the order of the rules."""
        with self._lock:
            found = [Tried(*where, count) for where, count in self._tried.items()]
        return tuple(sorted(found, key=lambda one: (one.provider, one.operation, GRAVITY[one.rule])))

    @property
    def notes(self) -> tuple[str, ...]:
        """The notes so far, each with how often it was said; first whether members are masked."""
        masked = [_MASKED] if self.redactor.masked else []
        with self._lock:
            said = [text if count == 1 else f"{text} ({count} times)" for text, count in self._notes.items()]
        return (*masked, *said)

    def _said(self, violation: Violation) -> str:
        return f"{self._place(violation)}: {violation.message}"

    def _place(self, violation: Violation) -> str:
        pointer = f"{violation.pointer}/{escape(violation.missing)}" if violation.missing else violation.pointer
        return self.redactor.text(f"{violation.where} {pointer}".strip())

    def _keep(self, finding: Finding, operation: str, seen: Observation) -> None:
        known = self._findings.get(finding.key, replace(finding, count=0))
        evidence = known.evidence
        # The plainest headline is kept, of a valid request if any shows it, and the exchange stands first. Of several
        # without an answer, that is the first one, because the server may be gone since.
        plainer = not evidence or (not seen.trouble and plainness(finding) < plainness(known))
        if plainer or len(evidence) < KEPT_EVIDENCE:
            about = self._operations.get((finding.provider, operation))
            room = KEPT_BODY if self._room > 0 else LEAST_BODY
            new = self.redactor.evidence(
                seen.url,
                seen.sent or seen.request,
                seen.response,
                about,
                trouble=seen.trouble,
                keep=room,
                again=f"audience-contract replay REPORT {finding.key}" if seen.sent else "",
                is_alone=not seen.before,
            )
            self._room -= len(new.request.body) + len(new.response.body if new.response else b"")
            evidence = ((new, *evidence) if plainer else (*evidence, new))[:KEPT_EVIDENCE]
        self._findings[finding.key] = replace(
            joined(finding if plainer else known, (known, finding)),
            # The gravest weight counts: one violation is enough, whatever other requests show.
            weight=min((known.weight, finding.weight), key=list(Weight).index),
            evidence=evidence,
            story=self._story((*seen.before, seen)) if plainer else known.story,
            longer=self._story((*seen.before, *seen.last, seen)) if plainer else known.longer,
        )
        self._shown_by.setdefault(finding.key, set()).add(seen.number)

    def _story(self, sent: Iterable[Observation]) -> tuple[Step, ...]:
        """What `replay` sends; nothing if it has a credential in a form that no expression stands for."""
        steps = []
        for each in {each.number: each for each in sent}.values():
            sent_bytes = self.redactor.story(replace(each.sent, body=each.request.body)) if each.sent else None
            if sent_bytes is None:
                return ()
            steps.append(each.step or Step(each.operation, sent_bytes, each.label, each.advice, each.answered))
        return tuple(steps)


def plainness(one: Finding) -> tuple[bool, bool, int]:
    """A key to sort findings by: first those of a valid request, then those that quote an object, then the shortest."""
    return "valid" not in one.inputs, '{"' not in one.message, len(one.message)


def joined(first: Finding, those: Sequence[Finding]) -> Finding:
    """The first of several findings, with what shows any of them."""
    inputs = {text for one in those for text in one.inputs}
    return replace(
        first,
        operations=tuple(sorted({name for one in those for name in one.operations})),
        inputs=tuple(sorted(inputs, key=lambda each: (each != "valid", each))[:_INPUTS]),
        statuses=tuple(sorted({status for one in those for status in one.statuses})),
        count=sum(one.count for one in those),
    )


def undocumented(response: Response) -> str:
    """What tells one answer that is not documented from another: its status and media type."""
    media = media_of(response)
    return f"{response.status} {media.essence if media else 'without a type'}"


def request_violations(operation: Operation, request: Request) -> list[tuple[Violation, str]]:
    """What a request breaks, the documents' prose included, each with its rule."""
    from .mock.provider import load  # noqa: PLC0415 - brings the mock server along

    everything = check_request(operation, request)
    broken = [(v, "request.undocumented" if v.is_undocumented else rule_of(v)) for v in everything]
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


def _tried_by(operation: Operation, request: Request) -> Iterator[str]:
    """The rules that a request of the operation tries."""
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
    yield "request.undocumented"
    if type(load(operation.spec.key)).prose is not Provider.prose:
        yield "request.prose"
