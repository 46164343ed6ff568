"""What only several requests in a row can show: the pages of a list, and what a change has left."""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from functools import partial
from typing import Any

from ..bodies import value_of
from ..facts import Effect
from ..judging import BACK, Observation
from ..messages import Request
from ..mock.provider import facts_of
from ..mock.provider import load as provider_of
from ..schema import is_date_time
from ..spec import Operation
from ..strict_json import at
from .audiences import Made, NotOursError
from .draft import Draft, File
from .exchanges import Exchanges
from .expectation import Expectation, Expected
from .limits import UsedUp
from .places import Place, is_about_one, key_of, places
from .wording import brief

_PAGES, _ON_PAGE = 20, 5
"""The most pages of a list that are followed, and how many items are asked for on each."""
PAGE = "a page of a list"
"""The label of requests for a page."""
_OK, _NOT_FOUND = 200, 404


class Sequences:
    """Sends the sequences of requests; `operations` are those that a sequence may read with."""

    def __init__(self, exchanges: Exchanges, operations: Sequence[Operation]) -> None:
        self._exchanges, self._operations = exchanges, operations
        self._target, self._audiences, self._names = exchanges.target, exchanges.audiences, exchanges.names
        self._judge, self._sender = exchanges.judge, exchanges.sender

    def turn_pages(self, operation: Operation) -> None:
        """Follow a list from page to page, up to 20 pages, and compare these with the whole list on one page."""
        cursors = [place for place in places(operation) if place.name in facts_of(operation).pages]
        if not cursors:
            self.list_all(operation)
            return
        draft, given = self._names.draft(operation, smallest=True), set[str]()
        limits = [place for place in places(operation) if place.name in facts_of(operation).limits]
        bounded = [place for place in limits if place.says("maximum")]
        on_one_page = draft.put(bounded[0], bounded[0].says("maximum")) if bounded else draft
        expectation = Expectation(Expected.SUCCESS, "case.accepted", operation.node["responses"].pointer, PAGE)
        if limits:
            draft = draft.put(limits[0], _ON_PAGE)
            # Without a documented maximum, no document says that a page size of our choice is allowed.
            expectation = expectation if bounded else replace(expectation, expected=Expected.OPEN)

        def page(asked: Draft) -> Observation:
            return self._exchanges.play(operation, asked.request(), expectation, label=PAGE)

        with suppress(UsedUp):
            for _ in range(2 * _ON_PAGE + 1 - len(self._audiences.existing)):
                self._exchanges.make(operation, self._names.new())
            first = page(on_one_page)
            missed, whole, count = self._judge.shows(operation, first), len(self._judge.items(operation, first)), 0
            for _ in range(_PAGES):
                seen = page(draft)
                missed -= self._judge.shows(operation, seen)
                count += len(self._judge.items(operation, seen))
                cursor = self._judge.next_page(operation, seen, given)
                # A number is where the next page starts. What starts at item 0 is no next page.
                is_number = cursor.isdecimal() and cursors[0].says("type") == "integer"
                if not cursor or not 0 < (int(cursor) if is_number else max(count, 1)) < whole:
                    # Asked again: only an audience that is there both times was certainly left out by the pages, and
                    # only of a list that has not grown.
                    seen = page(on_one_page)
                    has_grown = len(self._judge.items(operation, seen)) > whole
                    missed = set() if has_grown else missed & self._judge.shows(operation, seen)
                    said = f"it has {brief(min(missed))}, which is on no page of the same list" if missed else ""
                    self._judge.entry(operation, seen).of_answer("run.pages", said, detail="left out")
                    break
                draft = draft.put(cursors[0], cursor)
            if limits:
                # The last page, once more as a full one: it must not say that another one follows.
                last = on_one_page.put(cursors[0], self._judge.next_page(operation, first, set()) or ...)
                page(last.put(limits[0], len(self._judge.items(operation, page(last))) or 1))
            self._filter(operation, first)

    def list_all(self, operation: Operation) -> None:
        """Ask for a list that, by the documents, has every audience: it must have those of the run."""
        if not facts_of(operation).is_whole:
            return
        with suppress(UsedUp):
            request = self._names.draft(operation, smallest=True).request()
            lacks = partial(self._judge.lacking, operation)
            seen = self._exchanges.play(operation, request, is_early=lacks, label=PAGE)
            entry = self._judge.entry(operation, replace(seen, before=made.story) if (made := lacks(seen)) else seen)
            said = f"{brief(made.name)} was created, and is not there" if made else ""
            entry.of_answer("run.pages", said, detail="all")

    def _filter(self, operation: Operation, first: Observation) -> None:
        """Ask for a list with filters made from an item that it has; a filter that fits the item must keep it."""
        draft, names = self._names.draft(operation, smallest=True), self._judge.shows(operation, first)
        ours = [each for each in self._judge.items(operation, first) if names & {*map(str, each.values())}]
        shown: Mapping[str, Any] = max(ours, key=len, default={})
        for name, value, is_found in provider_of(self._target.spec.key).filters(operation, shown) if shown else ():
            asked = draft.put(next(place for place in places(operation) if place.name == name), value)
            seen = self._exchanges.play(operation, asked.request(), label=PAGE)
            is_there = shown.get("name") in (each.get("name") for each in self._judge.items(operation, seen))
            # A later page may have it.
            if is_found and seen.status == _OK and not self._judge.next_page(operation, seen, set()):
                said = f"no {brief(shown.get('name'))}, which fits, and is in the list without the filter"
                self._judge.entry(operation, seen).of_answer("run.pages", "" if is_there else said, detail="filter")

    def read_back(self, operation: Operation) -> None:
        """Change or remove an audience, and read it with each operation that must show what became of it."""
        facts = facts_of(operation)
        for reader in self._operations if facts.effect in (Effect.CHANGES, Effect.REMOVES) else ():
            known = facts_of(reader)
            if facts.removes:
                shows = is_about_one(reader) and key_of(reader) == key_of(operation)
            else:
                shows = bool({*facts.unique} & {*known.linked.values()} or (facts.story and known.size))
            with suppress(UsedUp, NotOursError):
                made = self._exchanges.make(operation, self._names.new()) if known.reads and shows else None
                if made and made.seen:
                    (self._remove_and_read if facts.removes else self._change_and_read)(operation, reader, made)

    def _change_and_read(self, operation: Operation, reader: Operation, made: Made) -> None:
        """Read an audience by the id that a change answered: it must exist, without extra members."""
        by_answer = {*facts_of(operation).unique} & {*facts_of(reader).linked.values()}
        story = self._changed(operation, made)
        if not by_answer or any(at(value_of(story[-1].response), pointer) for pointer in by_answer):
            kind = f"by what {operation.id} answered"
            said = Expectation(Expected.SUCCESS, "case.accepted", reader.node["responses"].pointer, kind)
            seen = self._sender.send(reader, self._by_answer(reader, made, story[-1]))
            seen = self._sender.repeated_while(reader, seen, partial(self._is_early, reader, made))
            seen = replace(seen, before=story, label=BACK)
            # Judged as it is: of a token that no creation answered, nothing else would be certain.
            self._judge.judge(reader, seen, said)
            self._judge.judge_members(operation, reader, seen, made)

    def _remove_and_read(self, operation: Operation, reader: Operation, made: Made) -> None:
        """Read an audience after its removal: once that is done, it must not be shown as before."""
        read = self._names.about(self._names.draft(reader, smallest=True), made).request()
        shown = self._exchanges.play(reader, read, is_early=partial(self._is_early, reader, made))
        story = self._changed(operation, made)
        told, early = story[-1], partial(_is_unfinished, reader)
        if facts_of(reader).final:
            asked = self._by_answer(reader, made, told)
            told = self._exchanges.play(reader, asked, is_early=early, before=story)
        if shown.status == _OK and told.status in (200, 204) and not early(told):
            is_there = partial(_shows, value_of(shown.response))
            seen = self._exchanges.play(reader, read, is_early=is_there, before=story, label=BACK)
            said = f"as before, though {operation.id} has removed it"
            self._judge.entry(reader, seen).of_answer("run.removed", said if is_there(seen) else "")

    def _changed(self, operation: Operation, made: Made) -> tuple[Observation, ...]:
        """What made an audience, and then the changes of it that the operation's story has, or a removal of it."""
        story = [*made.story]
        for values in facts_of(operation).story or [{}]:
            draft = self._names.about(self._names.draft(operation, smallest=True), made)
            for name, value in values.items():
                sent = self._names.new() if value is ... else File(*value) if isinstance(value, tuple) else value
                draft = draft.put(Place("body", name), sent)
            changed = self._exchanges.play(operation, draft.request(), before=tuple(story))
            story.append(replace(changed, before=(), answered=self._judge.answered_with(operation, changed)))
        return tuple(story)

    def _is_early(self, reader: Operation, made: Made, seen: Observation) -> bool:
        """Whether an audience is not shown yet, or not with all its changes; of a list's pages, any may have it."""
        is_there = not facts_of(reader).is_whole or made.id in self._judge.shows(reader, seen)
        return seen.status == _NOT_FOUND or (seen.status == _OK and not is_there) or _is_unfinished(reader, seen)

    def _by_answer(self, reader: Operation, made: Made, changed: Observation) -> Request:
        """A request that reads an audience by what the answer to a change of it has."""
        fullest = self._names.draft(reader, smallest=False)
        return self._names.about(fullest, replace(made, answer=value_of(changed.response))).request()


def _is_unfinished(reader: Operation, seen: Observation) -> bool:
    return seen.status == _OK and not facts_of(reader).is_final(value_of(seen.response))


def _shows(before: Any, seen: Observation) -> bool:
    return seen.status == _OK and _is_as_before(before, value_of(seen.response))


def _is_as_before(before: Any, now: Any) -> bool:
    """Whether a value is the same, but for times and numbers that have grown: they may tell when it was changed last,
    and a removal that removes nothing may have changed that.
    """
    if isinstance(before, dict) and isinstance(now, dict) and before.keys() == now.keys():
        return all(_is_as_before(before[name], now[name]) for name in now)
    return bool(before == now) or _has_grown(before, now)


def _has_grown(before: Any, now: Any) -> bool:
    """Whether two values are numbers or times, and the second one is larger."""
    known = all(type(each) in (int, float) or (isinstance(each, str) and is_date_time(each)) for each in (before, now))
    return known and type(before) is type(now) and bool(before < now)
