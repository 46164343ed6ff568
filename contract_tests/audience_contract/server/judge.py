"""One exchange with a server, judged from both sides: what was asked, and what came back."""

from collections import Counter
from dataclasses import replace

from ..bodies import json_of
from ..checker import check_response
from ..facts import Effect, facts_of
from ..judging import Ledger, Observation
from ..messages import Request
from ..mock.provider import load as provider_of
from ..spec import Operation
from ..strict_json import at
from ..violation import UnreadableError, Violation
from .audiences import Audiences, Made
from .draft import is_about_one, key_of
from .expectation import Expectation, Expected, texts
from .leaks import Leaks
from .send import LATE
from .target import Target

# What a server may answer to any message, whatever an operation documents (RFC 9110, 15.5).
_OF_HTTP = {405, 406, 411, 413, 414, 415, 417, 431}


class Judge:
    """Judges exchanges, and remembers what only several of them tell."""

    def __init__(self, target: Target, ledger: Ledger, audiences: Audiences) -> None:
        self.target, self.ledger, self._audiences = target, ledger, audiences
        self.leaks = Leaks(target)
        self._provider = provider_of(target.spec.key)
        self._names: set[str] = set()
        self._ids: set[str] = set()
        self.successes: Counter[tuple[str, int]] = Counter()
        """By operation and status."""

    def known(self, operation: Operation, seen: Observation, expectation: Expectation) -> Expectation:
        """The expectation, in view of what the run has made.

        Whether a name is taken twice is not documented, nor what becomes of an audience that is not there any more. Of
        one that never was there, nothing can be found.
        """
        if expectation.expected is not Expected.SUCCESS or not is_about_one(operation):
            return expectation
        name = self.name(operation, seen.request)
        if facts_of(operation).effect is Effect.CREATES:
            known = name in self._names and "a name that was sent before"
            return replace(expectation, expected=Expected.OPEN, kind=known) if known else expectation
        made, sent = self._audiences.find(name), self._texts(operation, seen.request)
        fed, unsure = facts_of(operation).fed.items(), facts_of(operation).unsure
        if made and all(sent.get(place) in (None, str(at(made.answer, pointer))) for place, pointer in fed):
            return replace(expectation, expected=Expected.OPEN, kind=unsure) if unsure else expectation
        absent = operation.response(404) if not made and self._audiences.is_absent(name) else None
        if absent:
            return Expectation(Expected.REFUSAL, "case.refused", absent.pointer, "a name that no audience has")
        return replace(expectation, expected=Expected.OPEN, kind="an audience or a token that may not be there")

    def judge(self, operation: Operation, seen: Observation, expectation: Expectation) -> bool:
        """Whether the exchange kept the contract; what it broke is in the ledger."""
        key, expected, response = operation.spec.key, expectation.expected, seen.response
        kind = "no answer" if response is None else "success" if response.status < 300 else "refusal"
        where = operation.node["responses"].pointer
        before = sum(finding.count for finding in self.ledger.findings)
        late = seen.trouble == LATE
        self._check("response.time", operation, seen, kind, late and self._broken("time", where, seen.trouble))
        if response is None:
            if not late:
                broken = self._broken("message", where, seen.trouble)
                self._check("response.message", operation, seen, kind, broken)
            return False
        failed = response.status >= 500 and not expectation.fits(operation, response)
        said = f"{response.status} to {_a(expectation.kind)}"
        self._check(
            "response.failure", operation, seen, expectation.kind, failed and self._broken("status", where, said)
        )
        documented = operation.response(response.status) is not None
        # Which refusal it gets that is not documented to be refused in one way, or at all, is not documented either.
        again = expected is Expected.OPEN and self.name(operation, seen.request) in self._names
        any_refusal = expected is Expected.NO_SUCCESS or again
        of_http = response.status in _OF_HTTP or (any_refusal and 400 <= response.status < 500)
        if expectation.rule == "case.method":
            pass
        elif documented:
            self.ledger.response(operation, seen, kind=kind)
        elif not of_http:
            check = check_response(operation, response)
            self.ledger.check("response.status", key, operation.id, seen, check, kind=kind)
        if response.status == 405 and not response.values("allow"):
            broken = self._broken("header Allow", where, "405 without the methods that there are (RFC 9110, 15.5.6)")
            self._check("response.message", operation, seen, "405", broken)
        if documented and not failed and response.status < 300:
            faults = [] if check_response(operation, response) else list(self._provider.said(operation, response))
            self.ledger.check("response.body", key, operation.id, seen, faults, kind=kind)
        leaked = self.leaks.find(operation, seen, response)
        self._check("response.leak", operation, seen, kind, bool(leaked) and self._broken("body", where, leaked))
        if not failed:
            self._fits(operation, seen, expectation, documented=documented)
        self._remember(operation, seen, expected)
        return sum(finding.count for finding in self.ledger.findings) == before

    def _fits(self, operation: Operation, seen: Observation, expectation: Expectation, *, documented: bool) -> None:
        response = seen.response
        assert response is not None
        fits = expectation.fits(operation, response)
        success = response.status < 300
        # An undocumented status is a fault of its own, and need not be told twice.
        if not fits and not documented and (expectation.expected is Expected.SUCCESS) is success:
            return
        said = f"answered {response.status}; the documents give it {expectation.expected.value}"
        broken = Violation("status", "", expectation.pointer, said)
        faults = [] if fits else [broken]
        self.ledger.check(expectation.rule, operation.spec.key, operation.id, seen, faults, kind=expectation.kind)

    def _remember(self, operation: Operation, seen: Observation, expected: Expected) -> None:
        name, response, facts = self.name(operation, seen.request), seen.response, facts_of(operation)
        assert response is not None
        if facts.effect is Effect.CREATES and name and expected in (Expected.SUCCESS, Expected.OPEN):
            self._names.add(name)
        if not 200 <= response.status < 300 or seen.request.method != operation.method:
            return
        self.successes[operation.id, response.status] += 1
        try:
            value = json_of(response)
        except UnreadableError:
            value = None
        sent, where = self._texts(operation, seen.request), operation.node["responses"].pointer
        ids = [str(found) for pointer in facts.unique if isinstance(found := at(value, pointer), str | int)]
        fresh = [found for found in ids if found not in sent.values()]
        if facts.effect is Effect.CREATES:
            plain = expected is Expected.SUCCESS and all(
                text == kind.value["enum"][0] for _, kind, text in texts(operation, seen.request) if kind.get("enum")
            )
            self._audiences.made(Made(name, next(iter(fresh), ""), value), plain=plain)
        elif facts.effect is Effect.REMOVES:
            self._audiences.gone(name, sure=True)
        for found in fresh:
            again = found in self._ids and self._broken("body", where, "an id or token twice")
            self._check("run.unique", operation, seen, "success", again)
        self._ids.update(fresh)
        for pointer, field in facts.echoes.items():
            echoed = at(value, pointer)
            if field in sent and echoed is not None:
                other = echoed != sent[field] and self._broken("body", where, "not what was sent")
                self._check("run.echo", operation, seen, pointer, other)

    def _check(
        self, rule: str, operation: Operation, seen: Observation, kind: str, broken: Violation | bool | None
    ) -> None:
        faults = [broken] if isinstance(broken, Violation) else []
        self.ledger.check(rule, operation.spec.key, operation.id, seen, faults, kind=kind)

    @staticmethod
    def _broken(where: str, rule: str, message: str) -> Violation:
        return Violation(where, "", rule, message)

    def name(self, operation: Operation, request: Request) -> str:
        """The name of the audience that a request is about, or what stands for it, where one can be read there."""
        return self._texts(operation, request).get(key_of(operation), "")

    @staticmethod
    def _texts(operation: Operation, request: Request) -> dict[str, str]:
        try:
            return {name: text for name, _, text in texts(operation, request)}
        except UnreadableError:
            return {}


def _a(kind: str) -> str:
    return "a valid request" if kind == "valid" else f"a request of the kind “{kind}”"
