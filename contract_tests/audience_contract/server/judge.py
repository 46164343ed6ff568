"""Judges each exchange with a server: whether the answer fits the request, and whether it is as documented."""

import re
import unicodedata
from collections import Counter, deque
from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import lru_cache

from ..bodies import check as check_body
from ..bodies import value_of
from ..checker import check_response, rule_of_answer, rules_of_answer
from ..facts import Effect, facts_of, path_of, value_at
from ..judging import Ledger, Observation, undocumented
from ..messages import Request, Response
from ..mock.provider import load as provider_of
from ..rules import RULES, Weight
from ..schema import properties, types
from ..spec import Operation
from ..strict_json import at
from ..violation import UnreadableError, Violation
from . import wording
from .audiences import Audiences, Made
from .expectation import Expectation, Expected, texts
from .leaks import Leaks
from .places import is_about_one, key_of, places
from .send import BROKEN_OFF, LATE, NOT_SENT, UNREACHABLE
from .target import Target

# What a server may answer to any message, whatever an operation documents (RFC 9110, 15.5; RFC 6585, 4).
_OF_HTTP = {405, 406, 411, 413, 414, 415, 417, 429, 431}
_OF_BODIES = {413, 415}
"""Those of these statuses that the application itself gives, so its answers must have a documented media type."""
_OK, _NOT_FOUND, _CONFLICT, _NOT_NOW = 200, 404, 409, 429
_LONG, _LONG_TARGET = 2**16, 2**12
"""From so many bytes on, a body or a path with its query counts as long."""
_LAST = 3
"""How many of the last exchanges are shown when a server is gone."""


def _letters(name: str) -> str:
    return re.sub(r"\W|_", "", unicodedata.normalize("NFC", name)).lower()


class Judge:
    """Judges exchanges, and remembers what can only be seen in several of them."""

    def __init__(self, target: Target, ledger: Ledger, audiences: Audiences) -> None:
        self.target, self.ledger, self._audiences = target, ledger, audiences
        self.leaks = Leaks(target)
        self._provider = provider_of(target.spec.key)
        self._names: set[str] = set()
        self._certain: set[str] = set()
        """The ids of audiences that a right request of the usual form made."""
        self._ids: dict[str, Observation] = {}
        self._last: deque[Observation] = deque(maxlen=_LAST)
        self.successes: Counter[tuple[str, int]] = Counter()
        """How many requests succeeded, by operation and status."""
        self.valid: Counter[str] = Counter()
        """How many plain valid requests were sent, by operation."""
        self.refusing: set[str] = set()
        """The operations that refused a body because of its schema."""

    def known(  # noqa: PLR0911 - one for each case
        self, operation: Operation, seen: Observation, expectation: Expectation
    ) -> Expectation:
        """The expectation, adjusted to what the run has made and removed.

        No document says whether one name may be created twice, or what answers a request about a removed audience: both
        answers are allowed then. A request about an audience that never existed must get a 404, if that is documented.
        """
        if expectation.expected is not Expected.SUCCESS or not is_about_one(operation):
            return expectation
        facts, sent = facts_of(operation), _texts(operation, seen.request)
        status = seen.response.status if seen.response else 0
        if not self._provider.is_by_name and status == _CONFLICT:
            return replace(expectation, expected=Expected.OPEN, kind="what may be in conflict with another one")
        creates = facts.effect is Effect.CREATES
        if creates and self._provider.named not in facts.linked and self._named(operation, seen.request) in self._names:
            return replace(expectation, expected=Expected.OPEN, kind="a name that was sent before")
        if creates and not facts.source:
            return expectation
        name, unsure = sent.get(key_of(operation), ""), facts.unsure
        made = self._audiences.find(name, facts.source)
        if made and all(sent.get(place) in (None, str(made.at(pointer))) for place, pointer in facts.linked.items()):
            missed = unsure and status == _NOT_FOUND
            return replace(expectation, expected=Expected.OPEN, kind=unsure) if missed else expectation
        absent = operation.response(404) if not made and self._audiences.is_absent(name) else None
        if absent and expectation.weight is Weight.VIOLATION:
            kind = "a name that no audience has" if self._provider.is_by_name else "an id that nothing has"
            # What no audience can be called may be refused as malformed.
            only = _NOT_FOUND if re.fullmatch(r"[\w-]+", name, re.ASCII) else 0
            return Expectation(Expected.REFUSAL, "case.refused", absent.pointer, kind, only=only)
        return replace(expectation, expected=Expected.OPEN, kind="an audience or a token that may not be there")

    def judge(self, operation: Operation, seen: Observation, expectation: Expectation) -> None:
        """Judge an exchange: each rule that it breaks becomes a finding in the ledger."""
        if seen.response is None:
            self._unanswered(operation, seen, expectation)
            return
        self._last.append(seen)
        response, weight = seen.response, expectation.weight
        plain = expectation.expected is Expected.SUCCESS and expectation.pointer == operation.node["responses"].pointer
        self.valid[operation.id] += plain and not expectation.detail
        if response.status >= 500 and not expectation.fits(operation, response):
            nested = expectation.rule == "json.depth"
            said = self._headline("failed on", operation, seen, expectation, "no request may make a server fail")
            # A failure on a valid request has another cause than a failure on an invalid one.
            kind = "valid" if expectation.expected is Expected.SUCCESS else "invalid"
            kind = "unusual" if weight is Weight.ADVICE and not expectation.broken else kind
            kind = "credentials" if expectation.rule == "case.credential" else kind
            rule = "json.depth" if nested else "response.failure"
            self._find(rule, operation, seen, said, expectation, detail="" if nested else kind)
        elif weight is not Weight.NOT_JUDGED:
            self._answered(operation, seen, expectation)
        leaked = self.leaks.find(operation, seen, response)
        said = leaked and f"{self._asked(operation, seen, expectation)}: {response.status}, and {leaked}"
        self._find("http.leak", operation, seen, said, expectation, detail=leaked)
        self._remember(operation, seen, expectation)

    def _unanswered(self, operation: Operation, seen: Observation, expectation: Expectation) -> None:
        """Judge a request without an answer. A server that was never there is not judged."""
        gone = seen.trouble.startswith(UNREACHABLE)
        # No page says how long a request may be, and an early answer to a long one can get lost on its way.
        long = len(seen.request.body) >= _LONG or len(seen.request.target) >= _LONG_TARGET
        never = seen.trouble.startswith(NOT_SENT) or (gone and not self._last)
        if never or (seen.trouble == BROKEN_OFF and long):
            return
        rule, why = "response.time" if seen.trouble == LATE else "response.message", seen.trouble
        if expectation.weight is Weight.ADVICE and expectation.expected is Expected.SUCCESS:
            rule, why = expectation.rule, RULES[expectation.rule].reason
        said = f"{self._asked(operation, seen, expectation)}: no answer ({why})"
        if gone:
            rule = "response.message"
            said = f"gone after {self._asked(operation, self._last[-1], None)} ({seen.trouble})"
        for shown in reversed(self._last) if gone else (seen,):
            self._find(rule, operation, shown, said, expectation)

    def _answered(self, operation: Operation, seen: Observation, expectation: Expectation) -> None:
        """Judge an answer that is no server error."""
        response = seen.response
        assert response is not None
        expected, status = expectation.expected, response.status
        says_no = status < 300 and self._provider.says_no(operation, response)
        success = status < 300 and not says_no
        fits = expectation.fits(operation, response, len(seen.request.body)) or status == _NOT_NOW
        fits = expected is not Expected.SUCCESS if says_no else fits
        documented = operation.response(status) is not None
        if fits and expectation.rule == "case.refused" and "/schema/" in expectation.pointer and not success:
            self.refusing.add(operation.id)
        if status == 405 and not response.values("allow"):
            said = self._headline("answered", operation, seen, expectation, RULES["http.allow"].reason)
            self._find("http.allow", operation, seen, said, expectation)
        if expectation.weight is Weight.ADVICE:
            verb = "took" if success else "refused"
            said = self._headline(verb, operation, seen, expectation, RULES[expectation.rule].reason)
            self._find(expectation.rule, operation, seen, not fits and said, expectation)
            if success or expectation.rule != "http.media":
                return
        if expectation.advised and fits and status != 401:
            said = self._headline("refused", operation, seen, expectation, RULES[expectation.advised].reason)
            self._find(expectation.advised, operation, seen, said, expectation)
        node, wrong = operation.node["responses"], False
        if not fits and expected is not Expected.OPEN and success is not (expected is Expected.SUCCESS):
            wrong = success or says_no or status >= 400
        if wrong:
            rule = RULES[expectation.rule]
            broken = expectation.broken
            why = (
                wording.rule(operation, broken)
                if broken
                else wording.with_page(operation, expectation.pointer, expected.value)
            )
            verb = "refused" if not success else "admitted" if rule.id == "case.credential" else "took"
            said = self._headline(verb, operation, seen, expectation, why)
            self._find(rule.id, operation, seen, said, expectation, detail=expectation.detail)
        else:
            self.ledger.check(expectation.rule, operation.spec.key, operation.id, seen)
        if expectation.rule == "case.method":
            return
        if documented:
            self._shape(operation, seen, expectation)
        elif success or not self._is_of_http(operation, seen, expectation):
            why = wording.with_page(operation, node.pointer, f"documented: {', '.join(node.value)}")
            said = self._headline("answered", operation, seen, expectation, why)
            self._find("response.status", operation, seen, said, expectation, detail=undocumented(response))
            return
        if not fits and not wrong:
            why = "documented: 401 or 403" if expected is Expected.UNAUTHORISED else expected.value
            said = self._headline("answered", operation, seen, expectation, why)
            self._find("response.status", operation, seen, said, expectation, detail=f"{status} instead")

    def _is_of_http(self, operation: Operation, seen: Observation, expectation: Expectation) -> bool:
        """Whether an answer is a refusal that need not be documented."""
        assert seen.response is not None
        status = seen.response.status
        # Where no document says whether or how such a request is refused, no document says with which status either.
        absent = self._audiences.is_absent(self.name(operation, seen.request))
        unsaid = expectation.expected is Expected.OPEN and (
            bool(self.target.wrong_settings(seen.request))
            or self._named(operation, seen.request) in self._names
            or (absent and facts_of(operation).effect is not Effect.CREATES)
        )
        if not self._provider.is_by_name and 400 <= status < 500 and expectation.fits(operation, seen.response):
            # An OpenAPI document that leaves a refusal out does not say that the server has no other refusals.
            return True
        if status in _OF_BODIES and not self._is_like_an_error(operation, seen.response):
            return False
        return status in _OF_HTTP or ((expectation.expected is Expected.NO_SUCCESS or unsaid) and 400 <= status < 500)

    @staticmethod
    def _is_like_an_error(operation: Operation, response: Response) -> bool:
        """Whether an answer has no body, or a body of JSON or of the media type of a documented answer."""
        known = {operation.node["responses"][code].get("content") for code in operation.node["responses"].value}
        types = {media.partition(";")[0] for content in known if content for media in content.value}
        said = "".join(response.values("content-type")[:1]).partition(";")[0].strip().lower()
        return not response.body or said in types or said.endswith("json")

    def _shape(self, operation: Operation, seen: Observation, expectation: Expectation) -> None:
        """Judge whether an answer with a documented status has the documented headers and body."""
        response = seen.response
        assert response is not None
        ends = facts_of(operation).pages.values() if self._provider.is_by_name else ()
        # No provider says whether the last page of a list has no cursor, or null as its cursor.
        null = {pointer for pointer in ends if at(value_of(response), pointer) is None}
        broken = [v for v in _misshaped(operation, response) if v.pointer not in null]
        broken = [v for v in broken if not self._provider.contradicts(response, v)]
        if response.status < 300 and not broken:
            broken = [*self._provider.said(operation, seen.request, response), *self._respelled(operation, response)]
            broken = broken or self._without_its_content(operation, response)
        for rule in rules_of_answer(operation, response):
            found = [v for v in broken if rule_of_answer(v) == rule]
            said = [replace(v, message=self._shape_headline(operation, seen, expectation, v)) for v in found]
            self.ledger.check(rule, operation.spec.key, operation.id, seen, said, kind=expectation.kind)

    @staticmethod
    def _respelled(operation: Operation, response: Response) -> Iterator[Violation]:
        """Properties that no document names, and that are a documented one in another spelling."""
        documented = operation.response(response.status)
        content = documented and documented.get("content")
        for each in check_body(content, response) if content else ():
            name, names = each.pointer.rpartition("/")[2], operation.node.at(each.rule).value
            near = [known for known in names if _letters(known) == _letters(name)]
            if near and each.is_undocumented:
                yield replace(each, message=f"its name is {near[0]}")

    def _without_its_content(self, operation: Operation, response: Response) -> list[Violation]:
        """What a success lacks: a create's, a value to find the audience by; a list's, the list itself."""
        facts, value = facts_of(operation), value_of(response)
        owed: tuple[str, ...] = ()
        if facts.effect is Effect.CREATES:
            owed = facts.unique
        elif facts.effect is Effect.READS and not is_about_one(operation) and self._audiences.existing:
            owed = _lists(operation, response.status)
        if not self._provider.is_by_name or not owed or any(at(value, p) not in (None, "") for p in owed):
            return []
        name = " or ".join(pointer.removeprefix("/") for pointer in owed)
        return [Violation("body", "", operation.node["responses"].pointer, f"no {name}")]

    def _shape_headline(
        self, operation: Operation, seen: Observation, expectation: Expectation, broken: Violation
    ) -> str:
        assert seen.response is not None
        said = broken.message if not broken.missing else f"no {broken.missing}"
        place = f"{broken.where} {broken.pointer}".strip()
        why = wording.with_page(operation, broken.rule, f"{place}: {said}")
        # The headline leaves out the peculiarity of the request, because the answer is what is wrong.
        return self._headline("answered", operation, seen, replace(expectation, shown=""), why)

    def _remember(self, operation: Operation, seen: Observation, expectation: Expectation) -> None:
        expected, response = expectation.expected, seen.response
        name, facts = self.name(operation, seen.request), facts_of(operation)
        assert response is not None
        named, creates = self._named(operation, seen.request), facts.effect is Effect.CREATES
        # A second request with one name, or without any, may be answered with what is there already.
        is_new = not creates or (named not in self._names if named else expected is not Expected.OPEN)
        if creates and named and expected in (Expected.SUCCESS, Expected.OPEN):
            self._names.add(named)
        is_success = 200 <= response.status < 300 and not self._provider.says_no(operation, response)
        if not is_success or seen.request.method != operation.method:
            return
        self.successes[operation.id, response.status] += 1
        value, sent = value_of(response), _texts(operation, seen.request)
        path = path_of(operation, seen.request, response)
        ids = [str(found) for pointer in facts.unique if isinstance(found := value_at(pointer, value, path), str | int)]
        fresh = [found for found in ids if found not in sent.values()]
        if creates:
            plain = expected is Expected.SUCCESS and all(
                text == kind.value["enum"][0] for _, kind, text in texts(operation, seen.request) if kind.get("enum")
            )
            before = seen.before if facts.source else ()
            story = replace(seen, answered=self.answered_with(operation, seen), before=before, last=())
            own = next(iter(fresh if self._provider.is_by_name else ids), "")
            made = Made(name, own, value, story, operation.id, path)
            self._audiences.record(made, plain=plain, sure=expected is not Expected.REFUSAL)
            is_usual = expected is Expected.SUCCESS and expectation.weight is Weight.VIOLATION
            self._certain |= {made.id} if is_usual and not expectation.advised else set()
        elif facts.effect is Effect.REMOVES:
            self._audiences.record_removal(name, facts.source, sure=True)
        elif facts.effect is Effect.READS and not is_about_one(operation):
            self._audiences.record_list(value)
            self._names_fit(operation, seen)
        self._page_fits(operation, seen, sent)
        for found in fresh if is_new else ():
            known, said = self._ids.get(found), ""
            both = replace(seen, before=(*seen.before, known)) if known else seen
            if known:
                said = f"{self._asked(operation, seen, expectation)}: {response.status} with an id of an earlier answer"
            self._find("run.unique", operation, both, said)
        self._ids |= dict.fromkeys(fresh, replace(seen, before=(), last=()))
        for pointer, field in facts.echoes.items() if is_new else ():
            echoed = at(value, pointer)
            if field in sent and echoed is not None:
                said = ""
                if not isinstance(echoed, str) or _trimmed(echoed) != _trimmed(sent[field]):
                    said = f"{self._asked(operation, seen, None)}: {response.status} with another {field} than was sent"
                self._find("run.echo", operation, seen, said, detail=pointer)

    def _names_fit(self, operation: Operation, seen: Observation) -> None:
        """Judge whether a list shows the run's audiences under the names that were sent.

        Of an odd name, signs, white space and case are not compared: no document says that a server keeps those.
        """
        named = self._provider.named
        known = {made.id: made for made in self._audiences.existing if made.id and made.name}
        for item in self.items(operation, seen):
            found = [known[each] for each in item.values() if isinstance(each, str) and each in known]
            for made in found if named in item else ():
                shown = str(item[named])
                said = f"{self._asked(operation, seen, None)}: it has {made.name} as {shown}"
                differs = shown != made.name
                if not self._audiences.is_plain(made.name):
                    differs = _letters(shown) != _letters(made.name)
                wrong = made.id in self._certain and differs
                both = replace(seen, before=tuple(filter(None, [made.seen])))
                self._find("run.echo", operation, both, wrong and said, detail=named)

    def lacking(self, operation: Operation, seen: Observation) -> Made | None:
        """The first audience that the run has certainly made, and that a right list of all audiences lacks."""
        if not seen.response or seen.response.status != _OK or [*_misshaped(operation, seen.response)]:
            return None
        shown, sent = self.shows(operation, seen), Counter(made.name for made in self._audiences.existing)
        made = (one for one in self._audiences.existing if one.id in self._certain and sent[one.name] == 1)
        return next((one for one in made if one.id not in shown), None)

    def is_whole(self, operation: Operation, seen: Observation) -> None:
        """Judge whether a list of all audiences has those of the run."""
        made = self.lacking(operation, seen)
        seen = replace(seen, before=made.story) if made else seen
        self._page(operation, seen, f" lacks {made.name}, which was created" if made else "", detail="all")

    def _page_fits(self, operation: Operation, seen: Observation, sent: Mapping[str, str]) -> None:
        """Judge whether a page has at most as many items as were asked for and as a page may have."""
        facts, value = facts_of(operation), value_of(seen.response)
        for limit in (place for place in places(operation) if place.name in facts.limits):
            items, most = at(value, facts.limits[limit.name]), sent.get(limit.name) or str(limit.says("default", ""))
            if isinstance(items, list) and most.isdecimal() and most != "0":
                most = str(min(int(most), limit.says("maximum", int(most))))
                many = f": {len(items)} on a page, where {most} is the most" if len(items) > int(most) else ""
                self._page(operation, seen, many, detail=limit.name)

    def answered_with(self, operation: Operation, seen: Observation) -> tuple[tuple[str, str], ...]:
        """The ids in an answer that later requests use, each with its JSON pointer."""
        value, path = value_of(seen.response), path_of(operation, seen.request, seen.response)
        known = {pointer for each in operation.spec.operations for pointer in facts_of(each).linked.values()}
        found = ((pointer, value_at(pointer, value, path)) for pointer in sorted({*known, *facts_of(operation).unique}))
        return tuple((pointer, str(text)) for pointer, text in found if isinstance(text, str | int))

    def next_page(self, operation: Operation, seen: Observation, given: set[str]) -> str:
        """The cursor of the next page of a list; "" after the last page. It is added to `given`.

        A cursor that is in `given` already is a finding, and ends the list.
        """
        value = value_of(seen.response) if seen.response and seen.response.status < 300 else None
        found = next((at(value, pointer) for pointer in facts_of(operation).pages.values()), None)
        cursor = str(found) if isinstance(found, str | int) and found else ""
        again = cursor in given
        if cursor:
            self._page(operation, seen, ": an earlier page had its cursor, so the list has no end" if again else "")
        given.add(cursor)
        return "" if again else cursor

    def items(self, operation: Operation, seen: Observation) -> list[dict[str, object]]:
        """The items on a page of a list."""
        value = value_of(seen.response)
        pointers = facts_of(operation).limits.values() or _lists(operation, 200)
        found = [at(value, pointer) for pointer in pointers]
        return [item for each in found if isinstance(each, list) for item in each if isinstance(item, dict)]

    def shows(self, operation: Operation, seen: Observation) -> set[str]:
        """The names and ids of the run's audiences that a page of a list has."""
        ours = {key for made in self._audiences.existing for key in (made.name, made.id) if key}
        every = (item.values() for item in self.items(operation, seen))
        return ours & {text for each in every for text in each if isinstance(text, str)}

    def ours(self, operation: Operation, seen: Observation) -> Mapping[str, object]:
        """The item with the most properties among those of the run's audiences on a page; empty if there is none."""
        names = self.shows(operation, seen)
        found = [each for each in self.items(operation, seen) if names & {*map(str, each.values())}]
        return max(found, key=len, default={})

    def judge_filter(self, operation: Operation, seen: Observation, shown: Mapping[str, object]) -> None:
        """Judge whether a filtered list has `shown`, an item of the whole list; not if a later page may have it."""
        is_there = shown.get("name") in (each.get("name") for each in self.items(operation, seen))
        is_all = (
            seen.response is not None and seen.response.status == 200 and not self.next_page(operation, seen, set())
        )
        said = f" lacks {shown.get('name')}, which the list has without it" if is_all and not is_there else ""
        self._page(operation, seen, said, detail="filter")

    def judge_members(self, operation: Operation, reader: Operation, seen: Observation, made: Made) -> None:
        """Judge whether an audience has at most as many members as its changes can have left there."""
        facts, known, value = facts_of(operation), facts_of(reader), value_of(seen.response)
        if not is_about_one(reader):
            value = next((each for each in self.items(reader, seen) if made.id in each.values()), None)
        size = at(value, known.size) if known.size else None
        if isinstance(size, int) and facts.story and known.is_final(value):
            said = f"{self._asked(reader, seen, None)}: {size} members; {operation.id} leaves at most {facts.leaves}"
            # The finding names both operations, because a run with --only needs both to see it again.
            for each in (operation, reader):
                self._find("run.members", each, seen, size > facts.leaves and said)

    def judge_removal(self, operation: Operation, reader: Operation, seen: Observation, *, is_there: bool) -> None:
        """Judge whether an audience that was deleted is still shown as before."""
        said = is_there and f"{self._asked(reader, seen, None)}: 200 as before, though {operation.id} has deleted it"
        for each in (operation, reader):
            self._find("run.removed", each, seen, said)

    def judge_pages(self, operation: Operation, seen: Observation, those: set[str]) -> None:
        """Judge whether a list page by page had all it has on one page; `those` are the audiences that were missing."""
        said = f" has {min(those)}, which is missing from the same list page by page" if those else ""
        self._page(operation, seen, said, detail="left out")

    def _page(self, operation: Operation, seen: Observation, wrong: str, *, detail: str = "") -> None:
        """Count a page of a list as tried; `wrong`, unless it is "", is the end of a finding's sentence."""
        said = wrong and f"{self._asked(operation, seen, None)}{wrong}"
        self._find("run.pages", operation, seen, said, detail=detail)

    def _find(
        self,
        rule: str,
        operation: Operation,
        seen: Observation,
        said: str | bool | None,
        expectation: Expectation | None = None,
        *,
        detail: str = "",
    ) -> None:
        """Count a rule as tried; if `said` is a text that is not "", it is the message of a finding.

        Without an `expectation`, the rule is one of those that a whole run keeps, about successes.
        """
        pointer, kind = "", "success"
        if expectation:
            pointer = expectation.pointer if rule == expectation.rule else operation.node["responses"].pointer
            kind = expectation.kind
        found = [Violation("status", "", pointer, said)] if isinstance(said, str) and said else []
        self.ledger.check(rule, operation.spec.key, operation.id, seen, found, kind=kind, detail=detail)

    def _headline(self, verb: str, operation: Operation, seen: Observation, expectation: Expectation, why: str) -> str:
        assert seen.response is not None
        return f"{verb} {self._asked(operation, seen, expectation)}: {seen.response.status} ({why})"

    def _asked(self, operation: Operation, seen: Observation, expectation: Expectation | None) -> str:
        if expectation and expectation.rule in ("case.credential", "case.method"):
            return f"a request, {expectation.kind}"
        if expectation and expectation.shown:
            return wording.cut(self.ledger.redactor.text(expectation.shown))
        broken, kind = (expectation.broken, expectation.kind) if expectation else (None, "")
        # The text is cut only after redaction: a credential without its end would not be recognised and hidden.
        return wording.asked(operation, self.ledger.redactor.bare(seen.request), broken, kind)

    def _named(self, operation: Operation, request: Request) -> str:
        """The name in a request, in the form in which a server may compare names."""
        name = self.name(operation, request)
        return name if self._provider.names_have_case else unicodedata.normalize("NFKC", name).casefold().strip()

    def name(self, operation: Operation, request: Request) -> str:
        """The name or id of the audience that a request is about; "" if none can be read."""
        creates = facts_of(operation).effect is Effect.CREATES
        return _texts(operation, request).get(self._provider.named if creates else key_of(operation), "")


def _trimmed(text: str) -> str:
    """The text as a server may keep it: no document says whether spaces around it stay, or which form letters have."""
    return unicodedata.normalize("NFC", text).strip()


@lru_cache(maxsize=64)
def _lists(operation: Operation, status: int) -> tuple[str, ...]:
    """JSON pointers to the documented lists of an answer."""
    content = (documented := operation.response(status)) and documented.get("content")
    schemas = [schema for media in content.value if (schema := content[media].get("schema"))] if content else []
    found = (pair for schema in schemas for pair in properties(schema).items())
    return tuple(sorted({f"/{name}" for name, kind in found if "array" in types(kind)}))


# Cached because most refusals are alike.
@lru_cache(maxsize=64)
def _misshaped(operation: Operation, response: Response) -> list[Violation]:
    return check_response(operation, response)


# Cached because one request is read several times.
@lru_cache(maxsize=16)
def _texts(operation: Operation, request: Request) -> Mapping[str, str]:
    try:
        return {name: text for name, _, text in texts(operation, request)}
    except UnreadableError:
        return {}
