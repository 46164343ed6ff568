"""An exchange as a finding tells it: what was asked, what came back, and which rule that breaks."""

from dataclasses import dataclass
from functools import cached_property

from ..judging import Ledger, Observation
from ..messages import Response
from ..rules import RULES
from ..spec import Operation
from ..violation import Violation
from . import wording
from .expectation import Expectation


@dataclass(frozen=True)
class Told:
    """An exchange, and the expectation that its answer is judged by; None where a whole run tells what is right."""

    ledger: Ledger
    operation: Operation
    seen: Observation
    expectation: Expectation | None = None

    @property
    def response(self) -> Response:
        """The answer, where there is one."""
        assert self.seen.response is not None
        return self.seen.response

    @cached_property
    def asked(self) -> str:
        """The request in a few words."""
        said = self.expectation
        if said and said.rule in ("case.credential", "case.method"):
            return f"a request, {said.kind}"
        if said and said.shown:
            return wording.cut(self.ledger.redactor.text(said.shown))
        broken, kind = (said.broken, said.kind) if said else (None, "")
        # The text is cut only after redaction: a credential without its end would not be recognised and hidden.
        return wording.asked(self.operation, self.ledger.redactor.bare(self.seen.request), broken, kind)

    def headline(self, verb: str, why: str) -> str:
        """What the server did, and why that is wrong."""
        return f"{verb} {self.asked}: {self.seen.status} ({why})"

    def tried(self, rule: str, verb: str = "", why: str = "", *, detail: str = "") -> None:
        """Count a rule as tried; with a `verb`, what the server did, it is broken. Without a `why`, the rule tells."""
        self.find(rule, verb and self.headline(verb, why or RULES[rule].reason), detail=detail)

    def find(self, rule: str, said: str | bool | None, *, detail: str = "") -> None:
        """Count a rule as tried; if `said` is a text that is not "", it is the message of a finding."""
        pointer, kind = "", "success"
        if self.expectation:
            is_own = rule == self.expectation.rule
            pointer = self.expectation.pointer if is_own else self.operation.node["responses"].pointer
            kind = self.expectation.kind
        found = [Violation("status", "", pointer, said)] if isinstance(said, str) and said else []
        about = self.operation.spec.key, self.operation.id, self.seen
        self.ledger.check(rule, *about, found, kind=kind, detail=detail)

    def page(self, wrong: str, *, detail: str = "") -> None:
        """Count a page of a list as tried; `wrong`, unless it is "", is the end of a finding's sentence."""
        self.find("run.pages", wrong and f"{self.asked}{wrong}", detail=detail)
