"""What a run found: the one value from which every form of report is made.

Everything in it is fit to be shown: credentials have been taken out of the evidence before it gets here.
"""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Literal

from .messages import Request, Response
from .rules import GRAVITY, RULES, Rule, Weight

SEEN_ONCE = "Seen once, not again by its story"
"""The heading of findings that were not seen again when their story was sent again."""
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

    `url` is the whole URL that was asked for; `response` is None where none came, and `trouble` then says why. `curl`
    is a command that sends the same again, credentials as environment variables; another command where curl cannot
    carry it, "" where there is none. A long body is cut in the middle, and says there how many bytes are missing.
    Where it is `as_sent`, the request is what was on the wire, to the byte: its line, and the chunks of its body.
    """

    url: str
    request: Request
    response: Response | None
    curl: str = ""
    trouble: str = ""
    as_sent: bool = False


@dataclass(frozen=True)
class Step:
    """A request of a finding's story: what `operation` it asks for, and all that was `sent`.

    `sent` is what was on the wire, its body without chunks, with shell expressions for credentials. `label` says what
    is special about the request, "" where the request shows it; `advice` is the rule of advice that it is about.
    `answered` are the values of the answer by which later requests name what it created, by JSON pointer.
    """

    operation: str
    sent: bytes
    label: str = ""
    advice: str = ""
    answered: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class Finding:
    """A documented rule that is broken, whatever the inputs that show it.

    `rule` is a key of `RULES`, and `provider` the key of a spec. `pointer` is a JSON pointer into that effective spec,
    to what is broken; "" for a rule that has no place there. `detail` distinguishes findings of one pointer: the status
    and media type of an answer that is not documented, for example. Of a finding about several rules, it names them.
    `place` is where in the message, such as "body /indexing_token" or "status". `message` is the headline. `source` is
    where the rule comes from: the overlay's reason for it, and the provider's page. `operations`, `inputs` and
    `statuses` are those that show the finding, and `count` is how many requests did. `accepted` is the reason of the
    baseline entry that accepts it, "" if none does.

    `story` is what `replay` sends to see the finding again; the last request shows it. `longer` is the story with
    earlier requests to the operation before the last one. `replays` is how often the run sent the story until it showed
    the finding; the second time it sent `longer`.
    """

    rule: str
    provider: str
    pointer: str
    message: str
    source: str = ""
    detail: str = ""
    place: str = ""
    weight: Weight = Weight.VIOLATION
    operations: tuple[str, ...] = ()
    inputs: tuple[str, ...] = ()
    statuses: tuple[int, ...] = ()
    evidence: tuple[Evidence, ...] = ()
    count: int = 1
    accepted: str = ""
    story: tuple[Step, ...] = ()
    longer: tuple[Step, ...] = ()
    replays: int = 1

    @property
    def key(self) -> str:
        """A stable id: the same in every run for the same broken rule, 16 hexadecimal digits."""
        text = "\n".join((self.rule, self.provider, self.pointer, self.detail))
        # Half a surrogate pair, which a server's JSON can have, is no reason to fail.
        return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:16]

    @property
    def about(self) -> Rule:
        """The rule."""
        return RULES[self.rule]

    @property
    def where(self) -> str:
        """The provider, and the operations that show it."""
        return " ".join(filter(None, (self.provider, ", ".join(self.operations))))


@dataclass(frozen=True)
class Tried:
    """How many requests tried a rule on an operation."""

    provider: str
    operation: str
    rule: str
    count: int


@dataclass(frozen=True)
class Obligation:
    """What must have happened before a run may call the contract kept, e.g. that an operation was called."""

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
    `started` is a time in RFC 3339, `seconds` how long the run took; both are shown on a terminal only, so that the
    files of two equal runs are equal. `requests` is how many were sent or seen. `notes` say what a reader should know
    and nobody is to blame for.
    """

    command: Literal["server", "client", "traffic"]
    target: str
    version: str
    started: str = ""
    seconds: float = 0.0
    requests: int = 0
    findings: Sequence[Finding] = ()
    tried: Sequence[Tried] = ()
    obligations: Sequence[Obligation] = ()
    created: Sequence[Created] = ()
    notes: Sequence[str] = ()
    seed: int | None = None
    phases: dict[str, int] = field(default_factory=dict)
    """Requests by the phase that sent them."""
    run_id: str = ""
    """A text that is in the names that the run made up."""
    ended: str = ""
    """Why the run ended before it had sent everything; "" if it did not."""
    planned: int = 0
    """How many rules were to be tried, each on each operation."""
    untried: tuple[tuple[str, str], ...] = ()
    """The rules that were not tried, each as its key (`Expectation.key`) and the operation."""
    succeeded: tuple[int, int] = (0, 0)
    """To how many operations a request succeeded, and how many there are."""
    strict: bool = False
    """Whether advice counts."""
    root: str = "."
    """The folder that the paths of `files` start from."""
    files: Mapping[str, str] = field(default_factory=dict)
    """Where specs stand that a reader has, by provider."""
    stopped: Evidence | None = None
    """The answer because of which nothing could be judged, where every valid request got the same."""

    @property
    def groups(self) -> dict[str, list[Finding]]:
        """All findings, each group with the gravest first, by the heading that they have in a report.

        First those because of which the contract is violated; the last are those that the baseline accepts.
        """
        counting = (Weight.VIOLATION, Weight.ADVICE) if self.strict else (Weight.VIOLATION,)
        by_weight = {Weight.ADVICE: "Advice", Weight.NOT_JUDGED: SEEN_ONCE}
        found: dict[str, list[Finding]] = {name: [] for name in ("Violations", *by_weight.values(), "Accepted")}
        for one in ordered(self.findings):
            heading = "Violations" if one.weight in counting else by_weight[one.weight]
            found["Accepted" if one.accepted else heading].append(one)
        return found

    @property
    def counted(self) -> list[Finding]:
        """The findings because of which the contract is violated, the gravest first."""
        return self.groups["Violations"]

    @property
    def advice(self) -> list[Finding]:
        """The findings of advice that do not count."""
        return self.groups["Advice"]

    @property
    def accepted(self) -> list[Finding]:
        """The findings that the baseline accepts."""
        return self.groups["Accepted"]

    @property
    def every(self) -> list[Finding]:
        """All findings, those that count first."""
        return [one for findings in self.groups.values() for one in findings]

    @property
    def unfinished(self) -> list[str]:
        """Why nobody can say that the contract is kept."""
        owed = [one for one in self.obligations if not one.met]
        said = [
            ": ".join(filter(None, (" ".join(filter(None, (one.provider, one.operation))), f"not met: {one.text}")))
            + (f" ({one.detail})" if one.detail else "")
            for one in owed
        ]
        if self.untried:
            rule, operation = self.untried[0]
            said.append(f"not tried: {len(self.untried)} of {self.planned} rules; first: {rule} of {operation}")
            said += [self.ended] if self.ended else []
        if not self.requests:
            said.append("no request was sent")
        if self.stopped:
            said.append("every valid request got the same answer")
        return said

    @property
    def verdict(self) -> Verdict:
        """Violated by any finding that counts, finished or not; inconclusive where something was not tried."""
        return Verdict.VIOLATED if self.counted else Verdict.INCONCLUSIVE if self.unfinished else Verdict.KEPT

    @property
    def summary(self) -> str:
        """The result in a sentence."""
        parts = [
            counted(len(self.counted), "finding"),
            f"{len(self.accepted)} accepted" if self.accepted else "",
            f"{len(self.advice)} of advice" if self.advice else "",
            counted(self.requests, "request"),
            f"exit code {self.verdict.exit_code}",
        ]
        succeeded, of = self.succeeded
        is_whole = self.verdict is not Verdict.KEPT or succeeded == of
        start = ": " if is_whole else f", as far as seen: {succeeded} of {of} operations had a success, "
        return f"{self.verdict}{start}{', '.join(filter(None, parts))}"


def ordered(findings: Iterable[Finding]) -> list[Finding]:
    """The gravest first: by rule, and those first that were seen most often."""
    return sorted(findings, key=lambda one: (GRAVITY[one.rule], one.provider, -one.count, one.place, one.key))
