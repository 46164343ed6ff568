"""Lists are read page by page, and end."""

from collections.abc import Callable
from contextlib import aclosing
from dataclasses import replace
from typing import Any

import httpx2
import pytest
from anyio.from_thread import BlockingPortal
from hypothesis import given
from hypothesis import strategies as st

import audiences
from audiences import (
    AudiencesError,
    AuthenticationError,
    ConfigurationError,
    Record,
    RecordState,
    RetryPolicy,
    SpecViolationError,
    aio,
)
from audiences._operation import Listing, Page
from callers import make
from test_verbs import ERROR, RECORD

Answer = Callable[[str | None], Any]


class Lister:
    """A Batch whose pages a function gives, by their cursor; it knows which were asked for."""

    def __init__(self, face: BlockingPortal | None, page: Answer, **options: Any) -> None:
        self._portal, self.asked = face, list[str | None]()

        def answer(request: httpx2.Request) -> httpx2.Response:
            self.asked.append(request.url.params.get("from"))
            given = page(self.asked[-1])
            status, body = given if isinstance(given, tuple) else (200, given)
            return httpx2.Response(status, json=body)

        policy = RetryPolicy(attempts=2, first_wait=0)
        transport = httpx2.MockTransport(answer)
        self.provider = make("batch", aio if face else audiences, transport=transport, read_policy=policy, **options)

    def read(self, most: int = 10**6) -> tuple[list[Record], AudiencesError | None]:
        """As many audiences as are wanted, and the error that ended the list."""
        found: list[Record] = []

        async def read() -> None:
            async with aclosing(self.provider.list()) as records:
                async for record in records:
                    found.append(record)
                    if len(found) == most:
                        return

        try:
            if self._portal:
                self._portal.call(read)
            else:
                for record in self.provider.list():
                    found.append(record)
                    if len(found) == most:
                        break
        except AudiencesError as error:
            return found, error
        return found, None


def page(*names: Any, more: str | None = None, **changes: Any) -> dict[str, Any]:
    audiences = [{**RECORD, "name": name} if isinstance(name, str) else name for name in names]
    return {"audiences": audiences, "has_more": more is not None, **({"next_from": more} if more else {}), **changes}


def numbered(pages: int) -> Answer:
    """Two audiences a page."""

    def give(cursor: str | None) -> Any:
        number = int(cursor or 0)
        return page(f"a{number}", f"b{number}", more=str(number + 1) if number + 1 < pages else None)

    return give


@pytest.mark.parametrize("pages", [1, 2, 7])
def test_a_list_has_all_audiences_and_asks_for_each_page_once(face: BlockingPortal | None, pages: int) -> None:
    lister = Lister(face, numbered(pages))
    found, error = lister.read()
    assert error is None
    assert [record.name for record in found] == [f"{x}{number}" for number in range(pages) for x in "ab"]
    assert lister.asked == [None, *map(str, range(1, pages))]
    assert {(r.provider, r.operation, r.state, len(r.attempts)) for r in found} == {
        ("Batch", "audience_list", RecordState.READY, 1)
    }


def test_a_page_is_asked_for_when_the_iteration_comes_to_it(face: BlockingPortal | None) -> None:
    lister = Lister(face, numbered(5))
    lister.provider.list()
    assert lister.asked == []
    lister.read(3)
    assert lister.asked == [None, "1"]


def test_an_item_that_cannot_be_read_is_kept_raw_and_says_where_it_leaves_the_spec(
    face: BlockingPortal | None,
) -> None:
    items: list[Any] = [{"name": 5, "nb_ids": "x"}, None, [], {}]
    found, error = Lister(face, lambda _: page("VIP", *items)).read()
    assert error is None
    good, wrong, none, array, empty = found
    assert (good.deviations, empty.deviations, empty.name) == ((), (), None)
    assert (wrong.name, wrong.state, wrong.member_count, wrong.raw) == (None, RecordState.OTHER, None, items[0])
    assert {each.pointer for each in wrong.deviations} == {"/audiences/1/name", "/audiences/1/nb_ids"}
    for record, raw in ((none, None), (array, [])):
        assert (record.name, record.state, record.raw) == (None, RecordState.OTHER, raw)
        assert record.deviations
        assert record.to_dict()["raw"] == raw


@pytest.mark.parametrize("body", [[], None, {}, {"audiences": None}, {"audiences": {}}])
def test_an_answer_without_a_list_is_an_error(face: BlockingPortal | None, body: Any) -> None:
    found, error = Lister(face, lambda _: body).read()
    assert isinstance(error, SpecViolationError)
    assert [found, error.outcome, error.operation] == [[], None, "audience_list"]


def test_the_last_page_may_say_so_in_any_way_that_the_page_allows(face: BlockingPortal | None) -> None:
    for last in ({"next_from": None}, {"has_more": False, "next_from": "9"}, {"next_from": ""}, {}):
        answers: Any = {None: {"audiences": [RECORD], **last}}
        found, error = Lister(face, answers.__getitem__).read()
        assert (len(found), error) == (1, None)


@pytest.mark.parametrize("cursor", [{}, {"next_from": None}, {"next_from": ""}, {"next_from": 5}], ids=str)
def test_a_page_that_is_not_the_last_and_does_not_say_how_to_go_on_is_an_error(
    face: BlockingPortal | None, cursor: dict[str, Any]
) -> None:
    found, error = Lister(face, lambda _: {"audiences": [RECORD], "has_more": True, **cursor}).read()
    assert (found, type(error)) == ([], SpecViolationError)
    assert "a string at /next_from" in str(error)


def test_a_page_that_cannot_be_had_ends_the_list_with_its_error(face: BlockingPortal | None) -> None:
    lister = Lister(face, lambda cursor: (401, ERROR) if cursor else page("VIP", more="1"))
    found, error = lister.read()
    assert isinstance(error, AuthenticationError)
    assert [*(record.name for record in found), error.outcome] == ["VIP", None]


def test_wrong_options_of_a_list_are_refused_where_it_begins() -> None:
    with pytest.raises(ConfigurationError):
        next(make("batch").list(timeout=-1))


@given(before=st.integers(0, 12), loop=st.integers(1, 12))
def test_a_cursor_that_comes_again_ends_the_list_with_an_error_that_says_so(before: int, loop: int) -> None:
    def give(cursor: str | None) -> Any:
        number = int(cursor or 0)
        return page(f"a{number}", more=str(number + 1 if number + 1 < before + loop else before))

    lister = Lister(None, give)
    found, error = lister.read(5000)
    assert isinstance(error, SpecViolationError)
    assert "read before" in str(error)
    assert {record.name for record in found} == {f"a{number}" for number in range(before + loop)}
    assert len(found) <= 4 * (before + loop)


@pytest.mark.parametrize("names", [(), ("VIP",)])
def test_pages_that_bring_nothing_new_and_do_not_end_are_an_error(
    face: BlockingPortal | None, names: tuple[str, ...]
) -> None:
    lister = Lister(face, lambda cursor: page(*names, more=str(int(cursor or 0) + 1)))
    _, error = lister.read()
    assert isinstance(error, SpecViolationError)
    assert "brought nothing new" in str(error)
    assert len(lister.asked) <= 12


SOME = Record(name=None, id=None, state=RecordState.OTHER, member_count=None, created=None, updated=None, raw=None)


@pytest.mark.parametrize("marks", [[2, 2], [2, 4, 3], [0], [2, 0]])
def test_a_mark_that_is_a_number_only_goes_forward(marks: list[int]) -> None:
    listing = Listing()
    for mark in marks:
        assert not listing.problem
        listing.turn(Page([replace(SOME, raw=mark)], mark, "/"))
    assert "read before" in listing.problem
