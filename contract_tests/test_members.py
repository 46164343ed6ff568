"""Members go into an audience, out of it, and are replaced: what is sent, what is refused, and what is told of it."""

import asyncio
import json
import pickle
import threading
import time
import tracemalloc
from collections.abc import AsyncIterator, Iterator, Sequence
from datetime import UTC, date, datetime, timedelta, timezone, tzinfo
from functools import partial
from itertools import chain
from typing import Any

import httpx2
import pytest
from anyio.from_thread import BlockingPortal
from hypothesis import given
from hypothesis import strategies as st

import audiences
from audiences import (
    Attribute,
    AuthenticationError,
    Changed,
    InvalidError,
    Member,
    NotSentError,
    Outcome,
    PhoneFile,
    RateLimitedError,
    Reference,
    RejectedError,
    State,
    Timeouts,
    UnknownOutcomeError,
    UnsupportedError,
    Url,
    aio,
)
from callers import make
from raw_server import RawServer, http
from test_verbs import ERROR, Batch

TOKEN = (202, {"indexing_token": "abc"})
REFUSED = (400, ERROR)
LOST = httpx2.ReadError("reset")
VERBS = ("add", "remove", "replace")


def bodies(batch: Batch) -> list[Any]:
    return [json.loads(request.content) for request in batch.asked]


def ids(batch: Batch) -> list[list[str]]:
    return [[member["id"] for member in body["ids"]] for body in bodies(batch)]


def numbers(count: int) -> Iterator[str]:
    """One by one, and once only."""
    return map(str, range(count))


async def one_by_one(count: int) -> AsyncIterator[str]:
    for number in range(count):
        yield str(number)


@pytest.mark.parametrize(
    ("verb", "path", "action"),
    [("add", "update", {"action": "add"}), ("remove", "update", {"action": "remove"}), ("replace", "replace", {})],
)
def test_members_are_told_by_the_call_that_the_page_has(
    face: BlockingPortal | None, verb: str, path: str, action: dict[str, str]
) -> None:
    batch = Batch(face, TOKEN)
    changed = batch(verb, "VIP", ["1", "ü"])
    assert bodies(batch) == [{"name": "VIP", "ids": [{"id": "1", **action}, {"id": "ü", **action}]}]
    assert batch.asked[0].url.path.endswith(f"/audiences/{path}")
    assert isinstance(changed, Changed)
    assert (changed.outcome, changed.state) == (Outcome.APPLIED, State.ACCEPTED)
    assert (changed.members, changed.complete) == (2, True)
    assert [(chunk.outcome, chunk.members, chunk.operation_token) for chunk in changed.chunks] == [
        (Outcome.APPLIED, 2, "abc")
    ]
    reference = Reference.of(changed)
    assert (reference.name, reference.token, reference.operation) == ("VIP", "abc", f"audience_{path}")


def test_any_iterable_is_taken_in_calls_of_as_many_as_the_page_allows(face: BlockingPortal | None) -> None:
    for members in (numbers(20_001), *([one_by_one(20_001)] if face else [])):
        batch = Batch(face, TOKEN)
        changed = batch("add", "VIP", members)
        assert [len(call) for call in ids(batch)] == [10_000, 10_000, 1]
        assert [*chain(*ids(batch))] == [*map(str, range(20_001))]
        assert [chunk.members for chunk in changed.chunks] == [10_000, 10_000, 1]


def test_an_asynchronous_iterable_is_refused_where_nothing_awaits_it() -> None:
    batch = Batch(None, TOKEN)
    assert "only audiences.aio" in str(batch("add", "VIP", one_by_one(1)))
    assert batch.asked == []


def test_an_iterable_is_read_only_as_far_as_it_is_sent() -> None:
    read = []

    def members() -> Iterator[str]:
        for member in numbers(1_000_000):
            read.append(member)
            yield member

    error = Batch(None, REFUSED)("add", "VIP", members())
    assert isinstance(error, RejectedError)
    assert len(read) == 10_001


@given(
    sizes=st.lists(st.integers(1, 60), min_size=1, max_size=40),
    room=st.integers(200, 600),
    verb=st.sampled_from(["add", "remove"]),
)
def test_no_call_has_more_bytes_than_allowed_and_none_of_the_members_is_lost(
    sizes: list[int], room: int, verb: str
) -> None:
    members = [f"{number:0{size}}" for number, size in enumerate(sizes)]
    batch = Batch(None, TOKEN)
    batch(verb, "VIP", iter(members), chunk_bytes=room)
    assert all(len(request.content) <= room for request in batch.asked)
    assert [*chain(*ids(batch))] == [*dict.fromkeys(members)]


def test_after_a_call_that_had_room_for_few_the_next_ones_are_full_again() -> None:
    batch = Batch(None, TOKEN)
    members = [*numbers(100), "x" * 800, *map(str, range(100, 200))]
    batch("add", "VIP", iter(members), chunk_bytes=1000)
    assert [*chain(*ids(batch))] == members
    *full, _ = (len(request.content) for request in batch.asked)
    assert all(size <= 1000 for size in full)
    assert [size <= 900 for size in full].count(True) <= 1  # where the large one comes next


def test_members_that_cannot_be_split_are_refused_where_they_are_too_large() -> None:
    batch = Batch(None, TOKEN)
    for verb, members in (("add", ["x" * 1000]), ("replace", ["x" * 50] * 100 + [*numbers(100)])):
        error = batch(verb, "VIP", members, chunk_bytes=500)
        assert isinstance(error, InvalidError)
        remedy = error.problems[0].remedy
        assert remedy is not None
        assert remedy.argument == "chunk_bytes"
        assert batch(verb, "VIP", members, chunk_bytes=remedy.value).outcome is Outcome.APPLIED
        batch.asked.clear()
    assert batch.asked == []


def test_an_id_that_comes_twice_is_sent_once_with_what_came_last() -> None:
    batch = Batch(None, TOKEN)
    changed = batch("add", "VIP", ["1", Member("2", {"a": 1}), "1", Member("2", {"a": 2}), Member("1", {"b": 3})])
    assert [{**each, "action": ""} for each in bodies(batch)[0]["ids"]] == [
        {"id": "1", "action": "", "attributes": {"b": 3}},
        {"id": "2", "action": "", "attributes": {"a": 2}},
    ]
    assert changed.members == 2


NIGHT = datetime(2026, 1, 31, 23, 30, tzinfo=timezone(timedelta(hours=-1)))


def test_attributes_are_told_by_the_names_that_the_page_has_for_their_kinds() -> None:
    given: dict[str, Attribute] = {
        "city": "Rome",
        "n": 3,
        "x": 1.5,
        "tags": ["a", "b"],
        "since": NIGHT,
        "pic": Url("https://a.test/1"),
    }
    told = {
        **{name: given[name] for name in ("city", "n", "x", "tags")},
        "date(since)": "2026-02-01T00:30:00Z",
        "url(pic)": "https://a.test/1",
    }
    for verb in ("add", "replace"):
        batch = Batch(None, TOKEN)
        changed = batch(verb, "VIP", [Member("1", given)])
        assert bodies(batch)[0]["ids"][0]["attributes"] == told
        assert changed.warnings == ()


def test_a_time_keeps_its_moment_in_utc_and_what_is_less_than_a_second() -> None:
    batch = Batch(None, TOKEN)
    batch("add", "VIP", [Member("1", {"at": datetime(2026, 1, 1, 0, 0, 0, 5, UTC)})])
    assert bodies(batch)[0]["ids"][0]["attributes"] == {"date(at)": "2026-01-01T00:00:00.000005Z"}


class NoZone(tzinfo):
    """Of a time that does not say how far it is from UTC, so that Python takes it for one without a zone."""

    def utcoffset(self, at: datetime | None) -> None: ...

    dst = tzname = utcoffset


MANY = {f"a{number}": number for number in range(16)}


@pytest.mark.parametrize(
    ("verb", "member", "said", "source"),
    [
        ("add", Member("1", MANY), "at most 15", "/maxProperties"),
        ("replace", Member("1", MANY), "at most 15", "/maxProperties"),
        ("remove", Member("1", {"a": 1}), "with add and replace only", "/description"),
        ("add", Member("1", {"a": datetime(2026, 1, 1)}), "a time zone", "our rule"),
        ("add", Member("1", {"a": datetime(2026, 1, 1, tzinfo=NoZone())}), "a time zone", "our rule"),
        ("add", Member("1", {"a": None}), "must be strings, numbers", "our rule"),  # type: ignore[dict-item]
        ("add", Member("1", {"a": {}}), "must be strings, numbers", "our rule"),  # type: ignore[dict-item]
        ("add", Member("1", {"a": float("nan")}), "must be strings, numbers", "our rule"),
        ("add", Member("1", {"a": "\ud800"}), "must be strings, numbers", "our rule"),
        ("add", Member("1", {"": 1}), "must have names", "our rule"),
        ("add", Member("1", {"b": 1, "since": date(2026, 1, 1)}), "'since' (date)", "our rule"),  # type: ignore[dict-item]
        ("add", Member("1", {"a": object()}), "booleans", "our rule"),  # type: ignore[dict-item]
        ("add", "", "not blank", "our rule"),
        ("add", " \n", "not blank", "our rule"),
        ("add", "\ud800", "Unicode", "our rule"),
        ("add", 5, "must be an id", "our rule"),
        ("add", Member("1", {"a": datetime.max.replace(tzinfo=NIGHT.tzinfo)}), "out of range", "our rule"),
        ("add", Member("1", {"a": Url("\ud800")}), "must be strings", "our rule"),
        ("add", Member("1", {"a": NIGHT, "date(a)": "x"}), "each name once", "our rule"),
        ("replace", Member(5), "must be an id", "our rule"),  # type: ignore[arg-type]
    ],
)
def test_a_member_that_breaks_a_rule_is_refused_before_anything_is_sent(
    face: BlockingPortal | None, verb: str, member: Any, said: str, source: str
) -> None:
    batch = Batch(face, TOKEN)
    error = batch(verb, "VIP", [*numbers(10_500 if verb != "replace" else 10), member])
    assert isinstance(error, InvalidError)
    assert said in str(error)
    assert error.problems[0].source.endswith(source)
    assert error.problems[0].field.startswith("members[10")
    assert (batch.asked, error.outcome) == ([], Outcome.NOT_SENT)
    assert "10499" not in str(error)


@pytest.mark.parametrize("attributes", [None, [("a", 1)], "a"])
def test_attributes_that_are_no_mapping_are_refused_when_the_member_is_made(attributes: Any) -> None:
    with pytest.raises(InvalidError, match="must be a mapping"):
        Member("1", attributes)


class Table:
    """As a DataFrame of pandas: to iterate over it gives the columns' names."""

    columns = ("id", "city")

    def __iter__(self) -> Iterator[str]:
        return iter(self.columns)


@pytest.mark.parametrize("verb", VERBS)
@pytest.mark.parametrize("given", [{"1": {"city": "Rome"}}, Table()])
def test_a_mapping_or_a_table_is_no_iterable_of_members_since_its_values_would_be_lost(verb: str, given: Any) -> None:
    batch = Batch(None, TOKEN)
    assert isinstance(batch(verb, "VIP", given), InvalidError)
    assert batch.asked == []


class Lazy(Sequence[str]):
    """Numbers, none of which is kept."""

    def __init__(self, size: int) -> None:
        self._size = size

    def __len__(self) -> int:
        return self._size

    def __getitem__(self, at: Any) -> Any:
        if at >= self._size:
            raise IndexError
        return str(at)


def test_a_sequence_is_looked_at_whole_in_as_little_memory_as_it_is_sent() -> None:
    batch, peaks = Batch(None, TOKEN), list[int]()
    batch("add", "VIP", Lazy(10))  # what is made once
    for size in (15_000, 40_000):
        batch.asked.clear()
        tracemalloc.start()
        batch("add", "VIP", Lazy(size))
        peaks.append(tracemalloc.get_traced_memory()[1] - sum(len(each.content) for each in batch.asked))
        tracemalloc.stop()
    assert peaks[1] < 1.5 * peaks[0]


def test_a_broken_member_of_an_iterable_that_is_read_once_ends_the_change_where_it_stands() -> None:
    batch = Batch(None, TOKEN)
    error = batch("add", "VIP", (each if each != "15000" else "" for each in numbers(20_000)))
    assert isinstance(error, InvalidError)
    assert error.problems[0].field == "members[15000]"
    assert error.outcome is Outcome.PARTLY
    assert error.changed is not None
    assert [chunk.members for chunk in error.changed.chunks] == [10_000]


@pytest.mark.parametrize(
    ("attributes", "words"),
    [
        ({"City": "x"}, ["name"]), ({"a" * 31: "x"}, ["name"]), ({"a": ""}, ["text"]), ({"a": "x" * 301}, ["text"]),
        ({"a": Url("https://a.test/" + "x" * 2048)}, ["text"]), ({"a": Url("photo.png")}, ["URL"]),
        ({"a": Url("https://a.test/ b")}, ["URL"]), ({"date(A)": "x"}, ["name"]),
        ({"a": True}, ["true or false"]),
    ],
)  # fmt: skip
def test_what_no_page_about_members_names_is_a_warning_without_the_value(
    attributes: dict[str, Any], words: list[str], caplog: pytest.LogCaptureFixture
) -> None:
    some = ["0", Member("1", attributes), Member("2", attributes)]
    changed = Batch(None, TOKEN)("add", "VIP", some)
    assert Batch(None, TOKEN)("add", "VIP", iter(some)).warnings == changed.warnings
    assert ["2 in all, first in members[1]" in warning for warning in changed.warnings] == [True]
    assert [word in warning for word, warning in zip(words, changed.warnings, strict=True)] == [True]
    assert all(warning in caplog.text for warning in changed.warnings)
    assert "City" not in str(changed.warnings)


def test_what_cannot_be_seen_in_an_id_is_sent_with_it_and_is_a_warning(face: BlockingPortal | None) -> None:
    for member in (" 3", "4\n", "4\n5", "\0", "6\N{ZERO WIDTH SPACE}", "\ufeff7"):
        for form in (member, Member(member)):
            batch = Batch(face, TOKEN)
            changed = batch("add", "VIP", ["1", form])
            assert ids(batch) == [["1", member]]
            assert all(each.endswith("; 1 in all, first in members[1]") for each in changed.warnings)
            assert ["white space at an end, or what cannot be seen" in each for each in changed.warnings] == [True]
    assert Batch(face, TOKEN)("add", "VIP", ["1 2", "\N{LATIN SMALL LETTER U WITH DIAERESIS}"]).warnings == ()


def test_more_members_than_one_call_has_are_not_replaced_at_all(face: BlockingPortal | None) -> None:
    batch = Batch(face, TOKEN)
    assert batch("replace", "VIP", [*numbers(10_000), *numbers(10_000)]).members == 10_000
    batch = Batch(face, TOKEN)
    for members in (numbers(10_001), [*numbers(10_001)]):
        error = batch("replace", "VIP", members)
        assert isinstance(error, UnsupportedError)
        assert "each replace removes the members of the one before" in str(error)
        assert error.outcome is Outcome.NOT_SENT
    assert batch.asked == []


def test_without_members_replace_is_refused_unless_it_is_allowed_and_add_does_nothing(
    face: BlockingPortal | None,
) -> None:
    batch = Batch(face, TOKEN)
    error = batch("replace", "VIP", iter(()))
    assert isinstance(error, InvalidError)
    assert "allow_empty=True" in str(error)
    assert batch("add", "VIP", []).outcome is Outcome.NOT_SENT
    assert batch.asked == []
    assert batch("replace", "VIP", (), allow_empty=True).outcome is Outcome.APPLIED
    assert bodies(batch) == [{"name": "VIP", "ids": []}]


@pytest.mark.parametrize("members", ["123", b"123", None, 5, PhoneFile(b"phone1\n1\n", "a.csv")])
def test_what_has_no_members_is_refused(members: Any) -> None:
    batch = Batch(None, TOKEN)
    for verb in VERBS:
        error = batch(verb, "VIP", members)
        assert isinstance(error, InvalidError | UnsupportedError)
    assert batch.asked == []


@pytest.mark.parametrize(
    ("answer", "kind", "outcome"),
    [
        (REFUSED, RejectedError, Outcome.PARTLY), (LOST, UnknownOutcomeError, Outcome.UNKNOWN),
        ((401, ERROR), AuthenticationError, Outcome.PARTLY), ((429, ERROR), RateLimitedError, Outcome.PARTLY),
        (httpx2.ConnectError("no"), NotSentError, Outcome.PARTLY), ((500, ERROR), None, Outcome.UNKNOWN),
        ((202, {}), None, Outcome.PARTLY),
    ],
)  # fmt: skip
def test_a_call_that_fails_ends_the_change_and_the_error_has_every_call(
    face: BlockingPortal | None, answer: Any, kind: type | None, outcome: Outcome
) -> None:
    batch = Batch(face, TOKEN, answer, answer, answer, answer, TOKEN)
    error = batch("add", "VIP", numbers(30_000))
    assert kind is None or isinstance(error, kind)
    assert error.outcome is outcome
    assert error.changed.outcome is outcome
    assert [chunk.members for chunk in error.changed.chunks] == [10_000, 10_000]
    assert error.changed.chunks[0].outcome is Outcome.APPLIED
    assert json.loads(json.dumps(error.to_dict()))["changed"]["complete"] is False
    again = pickle.loads(pickle.dumps(error))  # noqa: S301  # our own
    assert again.changed.chunks == error.changed.chunks


def test_the_calls_after_a_failure_are_made_where_the_caller_says_so(face: BlockingPortal | None) -> None:
    batch = Batch(face, TOKEN, REFUSED, LOST, TOKEN)
    changed = batch("add", "VIP", numbers(40_000), go_on=True)
    assert isinstance(changed, Changed)
    outcomes = [Outcome.APPLIED, Outcome.REJECTED, Outcome.UNKNOWN, Outcome.APPLIED]
    assert [chunk.outcome for chunk in changed.chunks] == outcomes
    assert (changed.outcome, changed.members, changed.complete) == (Outcome.UNKNOWN, 20_000, True)


@pytest.mark.parametrize("answer", [REFUSED, LOST])
def test_a_change_of_which_no_call_was_applied_does_not_say_that_members_were_changed(answer: Any) -> None:
    changed = Batch(None, answer)("add", "VIP", ["1"], go_on=True)
    assert isinstance(changed, Changed)
    assert changed.state is State.UNKNOWN


def test_the_total_time_is_that_of_each_call_and_not_of_the_change(raw: RawServer) -> None:
    def members() -> Iterator[str]:
        yield from numbers(10_001)
        time.sleep(4.1)
        yield "last"

    raw.answer = http(202, b'{"indexing_token": "abc"}')
    with make("batch", base_url=raw.url, timeout=Timeouts(total=4)) as provider:
        assert [chunk.members for chunk in provider.add("VIP", members()).chunks] == [10_000, 2]


def test_a_refusal_that_asks_to_wait_is_waited_for_as_of_any_call(face: BlockingPortal | None) -> None:
    asked: list[int] = []

    def answer(request: httpx2.Request) -> httpx2.Response:
        asked.append(len(request.content))
        again = len(asked) == 2
        return httpx2.Response(429 if again else 202, headers={"Retry-After": "0"}, json={"indexing_token": "t"})

    batch = make("batch", aio if face else audiences, transport=httpx2.MockTransport(answer))
    add = partial(batch.add, "VIP", numbers(20_000))
    changed = face.call(add) if face else add()
    assert [len(chunk.attempts) for chunk in changed.chunks] == [1, 2]
    assert changed.outcome is Outcome.APPLIED


class BrokenError(Exception):
    """Of the caller's own iterable."""


@pytest.mark.parametrize("kind", [BrokenError, AssertionError])
@pytest.mark.parametrize("own", [None, KeyError("the caller's own cause")], ids=["plain", "with a cause of its own"])
def test_what_the_iterable_raises_is_raised_and_its_cause_tells_what_was_sent(
    face: BlockingPortal | None, own: Exception | None, kind: type[Exception]
) -> None:
    def members() -> Iterator[str]:
        yield from numbers(15_000)
        raise kind from own

    batch = Batch(face, TOKEN)
    with pytest.raises(kind) as caught:
        batch("add", "VIP", members())
    cause: Any = caught.value.__cause__
    assert type(cause) is NotSentError
    assert cause.__cause__ is own
    assert cause.changed is not None
    assert cause.outcome is Outcome.PARTLY
    assert str(cause) == "Batch: interrupted between two calls - outcome: partly"
    assert [chunk.members for chunk in cause.changed.chunks] == [10_000]
    assert cause.changed.complete is False


def test_an_error_of_another_providers_call_in_the_iterable_stays_an_error_of_that_call(
    face: BlockingPortal | None,
) -> None:
    commbox = make("commbox", transport=httpx2.MockTransport(lambda _: httpx2.Response(401)))

    def members() -> Iterator[str]:
        yield from numbers(10_001)
        yield from (record.name for record in commbox.list())

    error: Any = Batch(face, TOKEN)("add", "VIP", members())
    assert (error.provider, error.operation, error.outcome) == ("CommBox", "Get_Audiences", None)
    assert isinstance(error, AuthenticationError)
    cause: Any = error.__cause__
    assert (cause.provider, cause.operation, cause.outcome) == ("Batch", "audience_update", Outcome.PARTLY)


def test_an_error_of_an_earlier_call_that_a_transport_raises_is_an_error_of_this_call(
    face: BlockingPortal | None,
) -> None:
    earlier = Batch(face, (401, ERROR))("get", "VIP")
    error = Batch(face, earlier)("add", "VIP", ["1"])
    assert error is earlier
    assert (error.provider, error.operation, error.__cause__) == ("Batch", "audience_update", None)


def test_a_cancelled_change_soon_stops_taking_members(portal: BlockingPortal) -> None:
    taken, go_on, last = threading.Event(), threading.Event(), list[int]()

    def members() -> Iterator[str]:
        yield "0"
        taken.set()
        go_on.wait(60)
        for number in range(1, 10_000):
            last[:] = [number]
            yield str(number)

    given: Any = members()

    async def cancelled() -> Any:
        adding = asyncio.ensure_future(Batch(portal, TOKEN).provider.add("VIP", given))
        await asyncio.to_thread(taken.wait)
        adding.cancel()
        with pytest.raises(asyncio.CancelledError) as caught:
            await adding
        return caught.value.__cause__

    changed = portal.call(cancelled).changed
    go_on.set()
    while given.gi_running or not last:  # in the thread
        time.sleep(0.01)
    assert last[0] < 2000
    assert (changed.chunks, changed.complete) == ((), False)


def test_nothing_shows_a_member_by_itself() -> None:
    member = Member("id-4711", {"city": "Rome-4711"})
    for result in (
        Batch(None, TOKEN)("add", "VIP", [member]),
        Batch(None, REFUSED)("add", "VIP", [member]),
        Batch(None, TOKEN)("add", "VIP", iter([member, ""])),
    ):
        assert "4711" not in f"{member!r} {result} {result!r} {json.dumps(result.to_dict())}"


def test_closing_ends_a_change_between_its_calls(face: BlockingPortal | None) -> None:
    batch: Any = Batch(face, TOKEN, on_response=lambda *_: batch.provider.close())
    error = batch("add", "VIP", numbers(30_000), go_on=True)
    assert isinstance(error, NotSentError)
    assert (error.outcome, len(batch.asked)) == (Outcome.PARTLY, 1)
