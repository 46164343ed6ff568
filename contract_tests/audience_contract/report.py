"""What a run found: the one value from which every form of report is made.

Everything in it is fit to be shown: credentials have been taken out of the evidence before it gets here.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Literal

from .messages import Request, Response
from .rules import RULES, Rule

KEPT_EVIDENCE = 3
"""Exchanges that a finding keeps; `Finding.count` has how many there were."""


def counted(count: int, noun: str, plural: str = "") -> str:
    """A number and what there are so many of."""
    return f"{count} {noun if count == 1 else plural or noun + 's'}"


def moment(time: datetime) -> str:
    """A time in UTC as reports write it, in RFC 3339."""
    return time.isoformat(timespec="seconds").replace("+00:00", "Z")


class Verdict(StrEnum):
    """What a run says of the contract."""

    KEPT = "kept"
    VIOLATED = "violated"
    INCONCLUSIVE = "inconclusive"

    @property
    def exit_code(self) -> int:
        """0 kept, 1 violated, 2 could not be judged."""
        return list(Verdict).index(self)


@dataclass(frozen=True)
class Evidence:
    """One exchange, credentials taken out.

    `url` is the whole URL that was asked for; `response` is None where none came, and `trouble` then says why;
    `seconds` is the time that the answer took. `curl` is a command that sends the same again, credentials as
    environment variables; "" where curl cannot send it, or the body is not whole. Of a long body only the beginning is
    kept; `request_left_out` and `response_left_out` are how many bytes of the bodies are missing.
    """

    url: str
    request: Request
    response: Response | None
    seconds: float = 0.0
    curl: str = ""
    trouble: str = ""
    request_left_out: int = 0
    response_left_out: int = 0


@dataclass(frozen=True)
class Finding:
    """A rule that is broken, at one place, by one kind of input.

    `rule` is a key of `RULES`; `operation` an operationId ("" where there is none), `provider` its spec's key.
    `pointer` is a JSON pointer into the effective spec, to what is broken; `place` is where in the message, e.g.
    "body /indexing_token" or "status"; `kind` is the kind of input that shows it, e.g. "valid" or "name: too long".
    `message` says what is wrong, and `source` where the rule comes from: the overlay's reason for it, the provider's
    page. `count` is how many requests showed it. `accepted` is the reason of the baseline entry that accepts it, "" if
    none does. `because` is the key of the finding that has the same root cause and shows it more plainly, "" where
    there is none.
    """

    rule: str
    provider: str
    operation: str
    pointer: str
    place: str
    kind: str
    message: str
    source: str
    evidence: tuple[Evidence, ...] = ()
    count: int = 1
    accepted: str = ""
    because: str = ""

    @property
    def key(self) -> str:
        """A stable id: the same in every run for the same rule, place and kind of input, 16 hexadecimal digits."""
        text = "\n".join((self.rule, self.provider, self.operation, self.pointer, self.place, self.kind))
        # Half a surrogate pair, which a server's JSON can have, is no reason to fail.
        return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:16]

    @property
    def about(self) -> Rule:
        """The rule."""
        return RULES[self.rule]


@dataclass(frozen=True)
class Cell:
    """How often a rule was put to the test on an operation, and how often it was broken.

    `detail` splits a rule where that says more, e.g. by status: "401". Never put to the test is not kept.
    """

    provider: str
    operation: str
    rule: str
    detail: str = ""
    exercised: int = 0
    violated: int = 0

    @property
    def state(self) -> Literal["kept", "violated", "not exercised"]:
        """Its colour."""
        return "violated" if self.violated else "kept" if self.exercised else "not exercised"


@dataclass(frozen=True)
class Obligation:
    """What must have happened before a run may call the contract kept, e.g. that a documented success was reached."""

    provider: str
    operation: str
    text: str
    met: bool
    detail: str = ""


@dataclass(frozen=True)
class Created:
    """What a run left behind at the server: `name` as it was sent, `id` (or token) as it was answered."""

    provider: str
    name: str
    id: str = ""


@dataclass(frozen=True)
class Report:
    """A run and what it found.

    `command` is "server", "client" or "traffic"; `target` what was judged: a base URL, a command line, a file.
    `started` is a time in RFC 3339, `seconds` how long the run took, `requests` how many were sent or seen. `findings`
    are sorted, accepted ones included. `notes` say what a reader should know and nobody is to blame for: undocumented
    behaviour that was observed, a limit that ended the run, a baseline entry that has expired.
    """

    command: Literal["server", "client", "traffic"]
    target: str
    version: str
    started: str
    seconds: float
    requests: int
    findings: Sequence[Finding] = ()
    cells: Sequence[Cell] = ()
    obligations: Sequence[Obligation] = ()
    created: Sequence[Created] = ()
    notes: Sequence[str] = ()
    seed: int | None = None
    phases: dict[str, int] = field(default_factory=dict)
    """Requests by the phase that sent them."""
    ended: str = ""
    """Why the run ended before it had sent everything; "" if it did not."""
    planned: int = 0
    """How many rules were to be tried, each on each operation."""
    untried: tuple[tuple[str, str], ...] = ()
    """Those that were not, as the key of the rule (`Expectation.key`) and the operation."""
    strict: bool = False
    """Whether advice counts."""
    stopped: Evidence | None = None
    """The answer because of which nothing could be judged, where every valid request got the same."""

    @property
    def verdict(self) -> Verdict:
        """Violated by any finding that is not accepted; inconclusive with an obligation that is not met."""
        if any(not finding.accepted for finding in self.findings):
            return Verdict.VIOLATED
        if not self.requests or any(not obligation.met for obligation in self.obligations):
            return Verdict.INCONCLUSIVE
        return Verdict.KEPT
