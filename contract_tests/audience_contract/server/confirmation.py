"""Confirmation: a finding counts if its story, sent again, shows it again."""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from dataclasses import replace

from ..judging import BACK, Observation
from ..mock.provider import facts_of
from ..mock.provider import load as provider_of
from ..report import Finding, Step
from ..rules import Weight
from .exchanges import Exchanges
from .limits import ONCE_MORE, RunEnded
from .places import is_about_one
from .send import BUSY
from .sequences import PAGE, Sequences
from .story import StoryError
from .story import request as request_of

REPEATS, _TO_CONFIRM = 22, 150
"""How often a story is sent at most; after so many requests to confirm findings, none is sent a third time."""
_TAKEN = {"case.header", "case.refused", "case.method"}
"""Rules about requests that a server must refuse, whatever it was sent before."""
FORM = {"response.content-type", "response.header", "response.body"}
"""Rules about the form of an answer, which do not depend on the request."""


class Confirmation:
    """Sends the stories of findings; `found` gives those of the run so far, and `run_id` is the run's."""

    def __init__(
        self, exchanges: Exchanges, sequences: Sequences, run_id: str, found: Callable[[], Sequence[Finding]]
    ) -> None:
        self._exchanges, self._sequences, self._run_id, self._found = exchanges, sequences, run_id, found
        self._target, self._options, self._audiences = exchanges.target, exchanges.options, exchanges.audiences
        self._judge, self._sender, self._ledger = exchanges.judge, exchanges.sender, exchanges.ledger
        self.again: dict[str, bool] = {}
        """Whether a finding was seen again by its story, by key."""
        self._replays: Counter[str] = Counter()
        self._looked_at = 0
        """How many findings there were when it was last asked whether one counts."""

    def confirm_all(self) -> str:
        """Try to see each finding again; return why that ended early, or "" if it did not."""
        before = {*self.again}
        try:
            self._confirm(self._found())
        except KeyboardInterrupt as reason:
            # A finding that was not seen again before the end is undecided: the missing requests could have shown it.
            self.again = {key: is_seen for key, is_seen in self.again.items() if is_seen or key in before}
            return f": {reason if isinstance(reason, RunEnded) else 'interrupted'}"
        return ""

    def _confirm(self, findings: Iterable[Finding]) -> None:
        """Send the story of each finding that was not seen again yet.

        The second time, the last requests before the finding come before its own, because they may be a part of the
        cause. But what must be refused must be refused whatever came before: its story alone has to show it, twice in a
        row.
        """
        owed = [one for one in findings if one.story and not self.again.get(one.key)]
        if owed:
            self._exchanges.enter(ONCE_MORE)
            # Creates may have failed only because of the run's limits, so they are tried again.
            self._exchanges.failures.clear()
        limit = self._sender.requests + _TO_CONFIRM
        for number in range(REPEATS):
            # In another order each time: a server may answer in turn.
            for one in owed[:: (-1) ** number]:
                by_itself = one.rule in _TAKEN
                late = number > 0 if by_itself else number > 1 and self._sender.requests > limit
                if self.again.get(one.key) or late:
                    continue
                self._replays[one.key] = number + 1
                with suppress(StoryError):
                    is_seen = all(self._is_shown(one, longer=number == 1) for _ in range(1 + by_itself))
                    self.again[one.key] = is_seen or (by_itself and self._may_be_there(one))

    def _is_shown(self, finding: Finding, *, longer: bool) -> bool:
        """Whether the finding's story, sent once more, shows it."""
        said = finding.rule, finding.pointer, finding.key
        before = self.times_shown(*said)
        self.send_story(finding.longer if longer else finding.story, self._run_id, self._target.url)
        return self.times_shown(*said) > before

    def has_one(self) -> bool:
        """Whether there is a finding that counts: one that is not `accepted`, and that is seen again."""
        if (count := len(self._ledger.every)) == self._looked_at:
            return False
        self._looked_at = count
        heavy = [one for one in self._found() if one.weight is Weight.VIOLATION or self._options.strict]
        found = [one for one in heavy if one.key not in self.again and not self._options.accepted(one)]
        phase, mark, digits = self._sender.phase, self._audiences.mark, self._audiences.digits
        self._confirm(found)
        # Confirming changes these; later stories must have the marks of this run.
        self._sender.phase, self._audiences.mark, self._audiences.digits = phase, mark, digits
        return any(self.again.get(one.key, True) for one in found)

    def _may_be_there(self, finding: Finding) -> bool:
        """Whether a wrong name was taken that no story can make new, such as a number.

        The server may refuse it from then on, because it has an audience of that name.
        """
        last, named = finding.story[-1], provider_of(self._target.spec.key).named
        creates = any(each.id == last.operation and facts_of(each).creates for each in self._target.spec.operations)
        is_about_it = named in finding.place.replace("/", " ").split()
        return creates and is_about_it and not self._audiences.is_marked(last.sent.decode("latin-1"))

    def weighed(self, finding: Finding) -> Finding:
        """The finding with its final weight: one that was not seen again is not judged.

        It keeps its weight if its story could not be sent, or if only a busy server or another list shows it.
        """
        final = replace(finding, replays=self._replays[finding.key] or 1)
        asked = [self._target.spec.named[each] for each in finding.operations]
        is_of_list = all(facts_of(each).reads and not is_about_one(each) for each in asked)
        is_passing = finding.rule in FORM and ({*finding.statuses} <= BUSY or is_of_list) and finding.count > 1
        return final if is_passing or self.again.get(finding.key, True) else replace(final, weight=Weight.NOT_JUDGED)

    def times_shown(self, rule: str, pointer: str, key: str) -> int:
        """How often a finding of a report was seen so far, or any of the findings that the report merged into it."""
        found = [one for one in self._ledger.every if one.rule == rule]
        # Only of rules about requests are findings of several rules merged.
        below = [one.key for one in found if rule.startswith("case.") and f"{one.pointer}/".startswith(f"{pointer}/")]
        return sum(one.count for one in found if one.key in (key, *below))

    def send_story(self, story: Sequence[Step], run_id: str, url: str) -> list[Observation]:
        """Send a story with new names, and judge the answers; `run_id` and `url` are those of the run that recorded it.

        Raises StoryError if the story cannot be sent, and RunEnded if a limit is reached.
        """
        marks, ids = self._audiences.rename(run_id), dict[str, str]()
        exchanges, about = list[Observation](), None
        operations = self._target.spec.named
        for step in story:
            if step.operation not in operations:
                raise StoryError(f"there is no operation {step.operation} any more")
            operation = operations[step.operation]
            request, wire = request_of(step.sent, self._target, url, marks, ids)
            expectation = self._exchanges.expected(operation, request, step)
            if not expectation:
                raise StoryError("a request could change what this run has not made")
            seen = self._exchanges.play(
                operation, request, expectation, wire=wire, about=about, step=step, before=tuple(exchanges)
            )
            if facts_of(operation).creates:
                about = about or next(reversed(self._audiences.existing), None)
            exchanges.append(replace(seen, before=()))
            answered = dict(self._judge.answered_with(operation, seen))
            ids |= {recorded: answered[place] for place, recorded in step.answered if place in answered}
            if step.label == PAGE:
                self._sequences.turn_pages(operation)
            for changing in dict.fromkeys(each.operation for each in story) if step.label == BACK else ():
                self._sequences.read_back(operations[changing])
        return exchanges
