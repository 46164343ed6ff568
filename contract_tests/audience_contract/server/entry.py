"""What the ledger gets of an exchange: which rules it tried, and the headline of each finding that it shows."""

from dataclasses import dataclass, replace
from functools import cached_property

from ..judging import Ledger, Observation
from ..messages import Response
from ..rules import RULES, Weight
from ..spec import Operation
from ..violation import Violation
from . import wording
from .expectation import Expectation, Expected

_OF_A_RUN = Expectation(Expected.OPEN, "", "", "success")
"""For rules that no single request states, such as that no two successes have the same id."""


@dataclass(frozen=True)
class Entry:
    """The entry of an exchange in the ledger; `expectation` is what the answer is judged by."""

    ledger: Ledger
    operation: Operation
    seen: Observation
    expectation: Expectation = _OF_A_RUN

    @property
    def response(self) -> Response:
        """The answer, where there is one."""
        assert self.seen.response is not None
        return self.seen.response

    @cached_property
    def asked(self) -> str:
        """The request in a few words."""
        said = self.expectation
        if said.rule in ("case.credential", "case.method"):
            return f"a request, {said.kind}"
        # The text is cut only after redaction: a credential without its end would not be recognised and hidden.
        return wording.asked(self.operation, self.ledger.redactor.bare(self.seen.request), said)

    @cached_property
    def kind(self) -> str:
        """The kind of the input: the text that is odd, or else what is special about the request."""
        if not self.expectation.odd:
            return self.expectation.kind
        odd = wording.odd(self.operation, self.ledger.redactor.bare(self.seen.request), self.expectation)
        return next(map(wording.without_name, odd.values()), self.expectation.kind)

    def headline(self, verb: str, why: str) -> str:
        """What the server did, and why that is wrong."""
        return f"{verb} {self.asked}: {self.seen.status} ({why})"

    def tried(self, rule: str, verb: str = "", why: str = "", *, detail: str = "") -> None:
        """Count a rule as tried, as broken if a `verb` says what the server did; `why` replaces the rule's reason."""
        self.find(rule, verb and self.headline(verb, why or RULES[rule].reason), detail=detail)

    def find(self, rule: str, said: object, *, detail: str = "", weight: Weight | None = None) -> None:
        """Count a rule as tried; if `said` is a text that is not "", it is the message of a finding.

        `weight` replaces that of the rule.
        """
        is_own = self.expectation.rule in (rule, "")
        pointer = self.expectation.pointer if is_own else self.operation.node["responses"].pointer
        broken = self.expectation.broken if is_own else None
        where = broken or Violation((is_own and self.expectation.odd) or "status", "", "", "")
        found = [replace(where, rule=pointer, message=said, missing="")] if isinstance(said, str) and said else []
        about = self.operation.spec.key, self.operation.id, self.seen
        self.ledger.check(rule, *about, found, kind=self.kind, detail=detail, weight=weight)

    def of_answer(self, rule: str, why: str, *, detail: str = "", weight: Weight | None = None) -> None:
        """Count a rule as tried, as broken if `why` says what is wrong with the answer."""
        self.find(rule, why and self.headline("answered", why), detail=detail, weight=weight)
