"""Judges each exchange with a server: whether the answer fits the request, and whether it is as documented."""

import math
import unicodedata
from collections import Counter, deque
from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import lru_cache
from operator import attrgetter

from ..bodies import check as check_body
from ..bodies import value_of
from ..checker import check_response, rule_of_answer, rules_of_answer
from ..facts import bare, path_of, value_at
from ..judging import Ledger, Observation, undocumented
from ..media import entry_of, media_of
from ..messages import Request, Response
from ..mock.provider import facts_of
from ..mock.provider import load as provider_of
from ..rules import RULES, Weight
from ..schema import properties, types
from ..spec import Operation, escape
from ..strict_json import at
from ..violation import Violation
from . import wording
from .audiences import Audiences, Made
from .entry import Entry
from .expectation import Expectation, Expected, texts
from .leaks import Leaks
from .places import is_about_one, key_of, places
from .send import BROKEN_OFF, LATE, NOT_SENT, UNREACHABLE
from .target import Target

# What a server may answer to any message, whatever an operation documents (RFC 9110, 15.5 and 15.6; RFC 6585, 4).
_OF_HTTP = {405, 406, 411, 413, 414, 415, 417, 429, 431, 503}
_OF_BODIES = {413, 415}
"""Those of these statuses that the application itself gives, so its answers must have a documented media type."""
_OK, _ACCEPTED, _NOT_FOUND, _CONFLICT, _NOT_NOW = 200, 202, 404, 409, 429
_LONG, _LONG_TARGET = 2**16, 2**12
"""From so many bytes on, a body or a path with its query counts as long."""
_SOON = 0.5
"""Seconds by which one audience may be found later than another."""
_LAST = 3
"""How many of the last exchanges are shown when a server is gone."""
# Cached because most refusals are alike.
_misshaped = lru_cache(maxsize=64)(check_response)


class Judge:
    """Judges exchanges, and remembers what can only be seen in several of them."""

    def __init__(self, target: Target, ledger: Ledger, audiences: Audiences) -> None:
        self.target, self.ledger, self._audiences = target, ledger, audiences
        self.leaks = Leaks(target)
        self._provider = provider_of(target.spec.key)
        self._names: set[str] = set()
        self._certain: dict[str, Mapping[str, str]] = {}
        """The texts of right requests of the usual form, by the id of the audience that each made."""
        self._soonest = math.inf
        """The least age, in seconds, at which an audience was found."""
        self._ids: dict[tuple[str, ...], Observation] = {}
        self._last: deque[Observation] = deque(maxlen=_LAST)
        self.changed: set[str] = set()
        """The names and ids of the audiences that a request may have changed."""
        self.succeeded: set[str] = set()
        """The operations to which a request succeeded."""
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
        if expectation.expected is not Expected.SUCCESS:
            return expectation
        facts = facts_of(operation)
        # A refusal that has the status of a success may mean anything.
        is_changed = self.name(operation, seen.request) in self.changed
        says_no = is_changed and seen.response and self._provider.says_no(operation, seen.response)
        if not self._provider.is_by_name and (says_no or seen.status == _CONFLICT):
            self._audiences.once |= set() if facts.creates else {operation.id}
            return replace(expectation, expected=Expected.OPEN, kind="what may be in conflict with another one")
        if not is_about_one(operation):
            return expectation
        sent = _texts(operation, seen.request)
        is_named = facts.creates and self._provider.named not in facts.linked
        named = self._named(operation, seen.request) if is_named else ""
        if named in self._names:
            return replace(expectation, expected=Expected.OPEN, kind="a name that was sent before")
        name = sent.get(key_of(operation), "")
        is_alike = (named or name).lower() in map(str.lower, self._names - {name})
        alike = "a name like another but for case" if is_alike else ""
        expectation = replace(expectation, kind=alike or expectation.kind)
        if facts.creates and not facts.source:
            return expectation
        # Each thing may number what is below it from 1.
        made = self._audiences.find(name, facts.source, {at: sent.get(place) for place, at in facts.linked.items()})
        if made:
            # What was only accepted need not be there yet (RFC 9110, 15.3.3), if no other was found nearly as soon.
            is_accepted = made.seen is not None and made.seen.status == _ACCEPTED
            late = is_accepted and operation.response(404) and made.age + _SOON < self._soonest < math.inf
            kind = facts.unsure or ("an audience that may still be on its way" if late else "")
            missed = kind and seen.status == _NOT_FOUND
            return replace(expectation, expected=Expected.OPEN, kind=kind) if missed else expectation
        # To remove what is not there may be a success, unless a 404 is documented by itself.
        is_refused = not facts.removes or "404" in operation.node["responses"].value
        absent = operation.response(404) if is_refused and self._audiences.is_absent(name) else None
        if absent and expectation.weight is Weight.VIOLATION:
            nobodys = "an audience that does not exist" if self._provider.is_by_name else "an id that nothing has"
            # What is odd may be refused as malformed, because no audience can be called so.
            usual = self._audiences.is_plain(name) or name == self._audiences.unknown_id(facts.source)
            only = _NOT_FOUND if usual else 0
            return Expectation(Expected.REFUSAL, "case.refused", absent.pointer, alike or nobodys, only=only)
        return replace(expectation, expected=Expected.OPEN, kind="an audience or a token that may not be there")

    def judge(self, operation: Operation, seen: Observation, expectation: Expectation) -> None:
        """Judge an exchange: each rule that it breaks becomes a finding in the ledger."""
        entry = Entry(self.ledger, operation, seen, expectation)
        if seen.response is None:
            self._unanswered(entry)
            return
        self._last.append(seen)
        plain = expectation.expected is Expected.SUCCESS and expectation.pointer == operation.node["responses"].pointer
        self.valid[operation.id] += plain and not expectation.detail
        if seen.status >= 500 and not expectation.fits(operation, seen.response):
            # A failure on a valid request has another cause than a failure on an invalid one.
            advised = expectation.weight is Weight.ADVICE
            may_refuse = advised or expectation.expected is not Expected.SUCCESS
            kind = "invalid" if expectation.broken else "open" if may_refuse else "valid"
            kind = {"case.credential": "credentials", "case.method": "invalid"}.get(expectation.rule, kind)
            why = RULES[expectation.rule].reason if advised and kind == "open" else "no request may make a server fail"
            rule, detail = ("json.depth", "") if expectation.rule == "json.depth" else ("response.failure", kind)
            entry.tried(rule, "failed on", why, detail=detail)
        elif expectation.weight is not Weight.NOT_JUDGED:
            self._answered(entry)
        leaked = self.leaks.find(operation, seen, seen.response)
        entry.find("http.leak", leaked and f"{entry.asked}: {seen.status}, and {leaked}", detail=leaked)
        self._remember(entry)

    def entry(self, operation: Operation, seen: Observation) -> Entry:
        """The entry of an exchange that shows something of the whole run."""
        return Entry(self.ledger, operation, seen)

    def _unanswered(self, entry: Entry) -> None:
        """Judge a request without an answer. A server that was never there is not judged."""
        seen, expectation = entry.seen, entry.expectation
        gone = seen.trouble.startswith(UNREACHABLE)
        # No page says how long a request may be, and an early answer to a long one can get lost on its way.
        long = len(seen.request.body) >= _LONG or len(seen.request.target) >= _LONG_TARGET
        never = seen.trouble.startswith(NOT_SENT) or (gone and not self._last)
        if never or (seen.trouble == BROKEN_OFF and long):
            return
        rule, why = "response.time" if seen.trouble == LATE else "response.message", seen.trouble
        if expectation.weight is Weight.ADVICE and expectation.expected in (Expected.SUCCESS, Expected.OPEN):
            rule, why = expectation.rule, RULES[expectation.rule].reason
        said = f"{entry.asked}: no answer ({why})"
        if gone:
            rule = "response.message"
            said = f"gone after {self.entry(entry.operation, self._last[-1]).asked} ({seen.trouble})"
        self._last.extend([] if gone else [seen])
        # What had no answer is likely to be the cause; else any of the last ones may be.
        for shown in reversed(self._last) if self._last[-1].response else [self._last[-1]]:
            replace(entry, seen=shown).find(rule, said)

    def _answered(self, entry: Entry) -> None:
        """Judge an answer that is no server error."""
        operation, response, expectation = entry.operation, entry.response, entry.expectation
        expected = expectation.expected
        says_no = response.is_success and self._provider.says_no(operation, response)
        success, status = response.is_success and not says_no, response.status
        fits = expectation.fits(operation, response, len(entry.seen.request.body)) or status == _NOT_NOW
        fits = expected is not Expected.SUCCESS if says_no else fits
        verb = "refused" if not success else "admitted" if expectation.rule == "case.credential" else "took"
        if fits and expectation.rule == "case.refused" and "/schema/" in expectation.pointer and not success:
            self.refusing.add(operation.id)
        if status == 405:
            entry.tried("http.allow", "" if response.values("allow") else "answered")
        node, broken = operation.node["responses"], expectation.broken
        is_opposite = expected is not Expected.OPEN and success is not (expected is Expected.SUCCESS)
        wrong = not fits and is_opposite and (success or says_no or status >= 400)
        if expectation.weight is Weight.ADVICE:
            entry.tried(expectation.rule, verb if wrong else "")
            if success or expectation.rule != "http.media":
                return
        if expectation.advised:
            entry.tried(expectation.advised, "refused" if fits and status != 401 else "")
        if wrong and broken:
            why = wording.rule(operation, broken)
        else:
            why = wording.with_page(operation, expectation.pointer, expectation.reason(operation, is_opposite=wrong))
        entry.tried(expectation.rule, verb if wrong else "", why, detail=expectation.detail)
        if expectation.rule == "case.method":
            return
        entry = _of_answer(entry) if success else entry
        if operation.response(status) is not None:
            self._shape(entry)
        elif success or not self._is_of_http(entry):
            alike = [code for code in node.value if code[0] == str(status)[0]] or node.value
            why = wording.with_page(operation, node.pointer, f"documented: {', '.join(alike)}")
            entry.tried("response.status", "answered", why, detail=undocumented(response))
            return
        if not fits and not wrong:
            why = expectation.reason(operation, is_opposite=False)
            entry.tried("response.status", "answered", why, detail=f"{status} instead")

    def _is_of_http(self, entry: Entry) -> bool:
        """Whether an answer is a refusal that need not be documented."""
        operation, status = entry.operation, entry.seen.status
        if not self._provider.is_by_name and 400 <= status < 500 and entry.expectation.fits(operation, entry.response):
            # An OpenAPI document that leaves a refusal out does not say that the server has no other refusals.
            return True
        # An error's answer has no body, or one of JSON or of the media type of a documented answer.
        response, answers = entry.response, operation.node["responses"]
        is_json = bool((media := media_of(response)) and media.is_json)
        is_of_error = is_json or any(entry_of(each.get("content"), response) for each in answers)
        if status in _OF_BODIES and response.body and not is_of_error:
            return False
        # Where no document says whether or how such a request is refused, no document says with which status either.
        unsaid = entry.expectation.expected in (Expected.OPEN, Expected.NO_SUCCESS)
        return status in _OF_HTTP or (unsaid and 400 <= status < 500)

    def _shape(self, entry: Entry) -> None:
        """Judge whether an answer with a documented status has the documented headers and body."""
        operation, response = entry.operation, entry.response
        # No provider says whether the last page of a list has no cursor, or null as its cursor.
        ends = facts_of(operation).pages.values()
        null = {pointer for pointer in ends if at(value_of(response), pointer) is None}
        broken = [v for v in _misshaped(operation, response) if v.pointer not in null]
        broken = [v for v in broken if not self._provider.contradicts(response, v)]
        if response.is_success and not broken:
            said = self._provider.said(operation, entry.seen.request, response)
            broken = [*said, *self._respelled(operation, response)] or self._without_its_content(operation, response)
        for rule in rules_of_answer(operation, response):
            whys = ((v, wording.of_answer(operation, response, v)) for v in broken if rule_of_answer(v) == rule)
            found = [replace(v, message=_of_answer(entry).headline("answered", why)) for v, why in whys]
            about = operation.spec.key, operation.id, entry.seen
            self.ledger.check(rule, *about, found, kind=entry.kind)

    def _respelled(self, operation: Operation, response: Response) -> Iterator[Violation]:
        """Properties that no page of a provider names, and that are a documented one in another spelling."""
        documented = operation.response(response.status) if self._provider.is_by_name else None
        content = documented and documented.get("content")
        for each in check_body(content, response) if content else ():
            name, names = each.pointer.rpartition("/")[2], operation.node.at(each.rule).value
            near = [known for known in names if bare(known) == bare(name)]
            if near and each.is_undocumented:
                yield replace(each, message=f"it must be called {near[0]}")

    def _without_its_content(self, operation: Operation, response: Response) -> list[Violation]:
        """What a success lacks: a create's, a value to find the audience by; a list's, the list itself."""
        facts, value = facts_of(operation), value_of(response)
        owed: tuple[str, ...] = ()
        if facts.creates:
            owed = facts.unique
        elif facts.reads and not is_about_one(operation) and self._audiences.existing:
            owed = _lists(operation, response.status)
        if not self._provider.is_by_name or not owed or any(at(value, p) not in (None, "") for p in owed):
            return []
        name = " or ".join(pointer.removeprefix("/") for pointer in owed)
        return [Violation("body", "", operation.node["responses"].pointer, f"no {name}")]

    def _remember(self, entry: Entry) -> None:
        operation, seen, expectation = entry.operation, entry.seen, entry.expectation
        expected = expectation.expected
        name, facts = self.name(operation, seen.request), facts_of(operation)
        named = self._named(operation, seen.request)
        # A second request with one name, or without any, may be answered with what is there already.
        is_new = not facts.creates or (named not in self._names if named else expected is not Expected.OPEN)
        if facts.creates and named and expected in (Expected.SUCCESS, Expected.OPEN):
            self._names.add(named)
        is_success = seen.is_success and not self._provider.says_no(operation, entry.response)
        if not is_success or seen.request.method != operation.method:
            return
        self.succeeded.add(operation.id)
        value, sent = value_of(seen.response), _texts(operation, seen.request)
        path = path_of(operation, seen.request, seen.response)
        ids = [str(found) for pointer in facts.unique if isinstance(found := value_at(pointer, value, path), str | int)]
        fresh = [found for found in ids if found not in sent.values()]
        if facts.creates:
            chosen = ((kind.plain("enum"), text) for _, kind, text in texts(operation, seen.request))
            plain = expected is Expected.SUCCESS and all(text == choices[0] for choices, text in chosen if choices)
            before = seen.before if facts.source else ()
            story = replace(seen, answered=self.answered_with(operation, seen), before=before, last=())
            own = next(iter(fresh if self._provider.is_by_name else ids), "")
            made = Made(name, own, value, story, operation.id, path)
            self._audiences.record(made, plain=plain, sure=expected is not Expected.REFUSAL)
            is_usual = expected is Expected.SUCCESS and expectation.weight is Weight.VIOLATION
            self._certain |= {made.id: sent} if made.id and is_usual and not expectation.advised else {}
        elif facts.removes:
            self._audiences.record_removal(name, facts.source, sure=True)
            # What was removed leaves its id free.
            self._ids = {key: one for key, one in self._ids.items() if name not in key}
        elif facts.reads and (found := self._audiences.find(name, facts.source)):
            self._soonest = min(self._soonest, found.age)
        elif facts.reads and not is_about_one(operation):
            self._audiences.record_list(self.items(operation, seen))
            self._texts_fit(operation, seen)
        of_run = self.entry(operation, seen)
        self._page_fits(of_run, sent)
        # Other OpenAPI documents may number the things of each kind, and those below each other thing, from 1.
        above = () if self._provider.is_by_name else (operation.id, *path.values())
        for found in fresh if is_new else ():
            known = self._ids.get((found, *above))
            # Nor does any document say that the same change, asked for again, is another one.
            content = known and (value_of(known.request) or known.request.body)
            if not facts.creates and content == (value_of(seen.request) or seen.request.body):
                known = None
            both = replace(of_run, seen=replace(seen, before=(*seen.before, known))) if known else of_run
            # No OpenAPI document can say that an id is never given again, not even after what had it was removed.
            weight = None if self._provider.is_by_name or operation.node.plain("x-unique") else Weight.ADVICE
            shown = wording.cut(self.ledger.redactor.text(found))
            both.of_answer("run.unique", f"an earlier answer had its id {shown}" if known else "", weight=weight)
        self._ids |= dict.fromkeys(((found, *above) for found in fresh), replace(seen, before=(), last=()))
        for pointer, field in facts.echoes.items() if is_new else ():
            echoed = at(value, pointer)
            if field in sent and echoed is not None:
                said = f"another {field} than was sent" if self._differs(sent[field], echoed) else ""
                of_run.of_answer("run.echo", said, detail=pointer)

    def _texts_fit(self, operation: Operation, seen: Observation) -> None:
        """Judge whether a list shows the run's audiences with the texts that were sent.

        Of an odd text, signs, white space and case are not compared: no document says that a server keeps those.
        """
        named = self._provider.named
        # What is not found by its name may have got another one by a change.
        sure = [one for one in self._sure() if self._provider.is_by_name or one.id not in self.changed]
        ids, names = ({key(made): made for made in sure} for key in (attrgetter("id"), attrgetter("name")))
        for item in self.items(operation, seen):
            texts_of = {key: each for key, each in item.items() if isinstance(each, str)}
            # A name may be the id of another audience.
            found = [ids[each] for key, each in texts_of.items() if key != named and each in ids]
            for made in found or [names[each] for key, each in texts_of.items() if key == named and each in names]:
                entry = self.entry(operation, replace(seen, before=(*filter(None, [made.seen]), *seen.before)))
                for field in sorted({named, *self._provider.kept} & self._certain[made.id].keys() & item.keys()):
                    sent, shown = self._certain[made.id][field], str(item[field])
                    said = f"{sent} is shown as {shown}" if self._differs(sent, shown) else ""
                    entry.of_answer("run.echo", said, detail=named)

    def _differs(self, sent: str, shown: object) -> bool:
        """Whether a text is shown as another one; that a number is shown as a text, or the like, its schema tells."""
        shown = str(shown)
        return shown != sent if self._audiences.is_plain(sent) else bare(shown) != bare(sent)

    def _sure(self) -> Iterator[Made]:
        """The audiences that right requests of the usual form made, each the only one of its name."""
        sent = Counter(made.name for made in self._audiences.existing)
        return (one for one in self._audiences.existing if one.id in self._certain and sent[one.name] == 1)

    def lacking(self, operation: Operation, seen: Observation) -> Made | None:
        """The first audience that the run has certainly made, and that a right list of all audiences lacks."""
        if not seen.response or seen.status != _OK or [*_misshaped(operation, seen.response)]:
            return None
        shown = self.shows(operation, seen)
        return next((one for one in self._sure() if one.id not in shown), None)

    @staticmethod
    def _page_fits(entry: Entry, sent: Mapping[str, str]) -> None:
        """Judge whether a page has at most as many items as were asked for and as a page may have."""
        facts, value = facts_of(entry.operation), value_of(entry.response)
        for limit in (place for place in places(entry.operation) if place.name in facts.limits):
            items, most = at(value, facts.limits[limit.name]), sent.get(limit.name) or str(limit.says("default", ""))
            if isinstance(items, list) and most.isdecimal() and most != "0":
                most = str(min(int(most), limit.says("maximum", int(most))))
                many = f"{len(items)} on a page, where {most} is the most" if len(items) > int(most) else ""
                entry.of_answer("run.pages", many, detail=limit.name)

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
        value = value_of(seen.response) if seen.is_success else None
        found = next((at(value, pointer) for pointer in facts_of(operation).pages.values()), None)
        cursor = str(found) if isinstance(found, str | int) and found else ""
        again = cursor in given
        if cursor:
            said = "an earlier page had its cursor, so the list has no end" if again else ""
            self.entry(operation, seen).of_answer("run.pages", said)
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

    def judge_members(self, operation: Operation, reader: Operation, seen: Observation, made: Made) -> None:
        """Judge whether an audience has at most as many members as its changes can have left there."""
        facts, known, value = facts_of(operation), facts_of(reader), value_of(seen.response)
        if not is_about_one(reader):
            named = self._provider.named
            value = next((each for each in self.items(reader, seen) if made.id in {**each, named: ""}.values()), None)
        size = at(value, known.size) if known.size else None
        if isinstance(size, int) and facts.story and known.is_final(value):
            said = f"{size} members; {operation.id} leaves at most {facts.leaves}"
            self.entry(reader, seen).of_answer("run.members", said if size > facts.leaves else "")

    def _named(self, operation: Operation, request: Request) -> str:
        """The name in a request, in the form in which a server may compare names."""
        name = self.name(operation, request)
        return name if self._provider.names_have_case else unicodedata.normalize("NFKC", name).casefold().strip()

    def name(self, operation: Operation, request: Request) -> str:
        """The name or id of the audience that a request is about; "" if none can be read."""
        creates = facts_of(operation).creates
        return _texts(operation, request).get(self._provider.named if creates else key_of(operation), "")


def _of_answer(entry: Entry) -> Entry:
    """The entry without what is peculiar about the request, because the answer is what is wrong."""
    return replace(entry, expectation=replace(entry.expectation, odd="", broken=None))


@lru_cache(maxsize=64)
def _lists(operation: Operation, status: int) -> tuple[str, ...]:
    """JSON pointers to the documented lists of an answer, which may itself be one."""
    content = (documented := operation.response(status)) and documented.get("content")
    schemas = [schema for media in content or () if (schema := media.get("schema"))]
    found = [("", schema) for schema in schemas]
    found += [(f"/{escape(name)}", kind) for schema in schemas for name, kind in properties(schema).items()]
    return tuple(sorted({pointer for pointer, kind in found if "array" in types(kind)}))


def _texts(operation: Operation, request: Request) -> Mapping[str, str]:
    return {name: text for name, _, text in texts(operation, request)}
