"""The verbs of providers that know an audience by an id: Adobe and CommBox, on the mock server over real HTTP."""

import json
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any
from urllib.parse import quote

import httpx2
import pytest
from anyio.from_thread import BlockingPortal
from hypothesis import example, given
from hypothesis import strategies as st

import audiences
from audience_contract.mock import MockServer
from audience_contract.mock.state import Record as Kept
from audiences import (
    AmbiguousError,
    Audience,
    AudiencesError,
    InvalidError,
    NotFoundError,
    Outcome,
    PhoneFile,
    RecordState,
    Reference,
    RejectedError,
    RetryPolicy,
    SpecViolationError,
    State,
    UnknownOutcomeError,
    UnsupportedError,
    aio,
)
from callers import make
from cases import case

_ADOBE, _COMMBOX = "adobe", "commbox"


class Caller:
    """A provider object, blocking or asynchronous, whose verbs give what they raise, and a list as a list."""

    def __init__(self, key: str, server: MockServer | None, portal: BlockingPortal | None, **options: Any) -> None:
        if server:
            own = f"{key.upper()}_"
            known = {name: value for name, value in server.environment().items() if name.startswith(own)}
            given = {name.removeprefix(own).lower(): value for name, value in known.items()}
            options = {name: value for name, value in given.items() if name != "token_url"} | options
        allowed = {"allow_undocumented": True} if key == _ADOBE else {}
        self.provider, self._portal = make(key, aio if portal else audiences, **allowed | options), portal

    def __call__(self, verb: str, *arguments: Any, **options: Any) -> Any:
        call = partial(getattr(self.provider, verb), *arguments, **options)
        try:
            if verb == "list":
                return self._portal.call(self._listed) if self._portal else [*call()]
            return self._portal.call(call) if self._portal else call()
        except AudiencesError as error:
            return error

    def close(self) -> None:
        self._portal.call(self.provider.close) if self._portal else self.provider.close()

    async def _listed(self) -> list[Any]:
        return [record async for record in self.provider.list()]


@pytest.fixture
def server() -> Iterator[MockServer]:
    with MockServer(strict=True) as server:
        yield server


Connect = Callable[..., Caller]


@pytest.fixture
def connect(server: MockServer, face: BlockingPortal | None) -> Iterator[Connect]:
    """Makes provider objects of the mock server, which are closed in the end."""
    made: list[Caller] = []

    def one(key: str, **options: Any) -> Caller:
        made.append(Caller(key, server, face, **options))
        return made[-1]

    yield one
    for caller in made:
        caller.close()


def named(name: str, **fields: str) -> Audience:
    given: Any = {_ADOBE: fields} if fields else {}
    return Audience(name=name, provider_fields=given)


def phones(count: int, name: str = "a.csv") -> PhoneFile:
    rows = [b"phone1", *(b"%d" % (442079832100 + number) for number in range(count))]
    return PhoneFile(b"\r\n".join(rows) + b"\r\n", name)


def uploaded(name: str, count: int = 2) -> Audience:
    return Audience(name=name, members=phones(count))


def test_adobe_finds_an_audience_by_its_id_its_name_and_the_callers_own_id(connect: Connect) -> None:
    adobe = connect(_ADOBE)
    receipt = adobe("create", named("VIP", audienceId="mine"))
    adobe("create", named("VIP 2"))
    for what in (receipt, "VIP", Reference(external_id="mine"), Reference(id=receipt.id)):
        record = adobe("get", what)
        assert (record.id, record.external_id, record.name) == (receipt.id, "mine", "VIP")
        assert (record.created is not None, record.state, record.deviations) == (True, RecordState.OTHER, ())
        assert adobe("get", record).id == record.id
    assert json.loads(json.dumps(record.to_dict()))["external_id"] == "mine"
    for absent in ("vip", Reference(external_id="other"), Reference(id="mine")):
        assert isinstance(adobe("get", absent), NotFoundError)
    other = adobe("create", named("VIP"))
    ambiguous = adobe("get", "VIP")
    assert isinstance(ambiguous, AmbiguousError)
    assert {each.id for each in ambiguous.records} == {receipt.id, other.id}
    both = _answering({"children": [{"id": each, "audienceId": "mine"} for each in "ab"]})
    assert "has 2 audiences of that external id" in str(both("get", Reference(external_id="mine")))


@pytest.mark.parametrize("as_text", [False, True])
def test_adobe_s_list_goes_on_by_the_offset_whether_it_is_a_number_or_a_text(
    server: MockServer, connect: Connect, as_text: bool
) -> None:
    server.settings.next_as_text = as_text
    adobe = connect(_ADOBE)
    made = [adobe("create", named(f"n{number}")).id for number in range(41)]
    assert [record.id for record in adobe("list")] == made
    assert [kept.request.target.partition("start=")[2] for kept in server.exchanges[-3:]] == ["", "20", "40"]


def test_adobe_s_inactive_audiences_are_found_and_not_listed(server: MockServer, connect: Connect) -> None:
    server.settings.inactive = True
    adobe = connect(_ADOBE)
    adobe("create", named("VIP", audienceId="mine"))
    assert adobe("list") == []
    assert adobe("get", Reference(external_id="mine")).state is adobe("get", "VIP").state is RecordState.INACTIVE


def test_adobe_s_delete_takes_an_id_and_no_name(server: MockServer, connect: Connect) -> None:
    adobe = connect(_ADOBE)
    receipt = adobe("create", named("VIP"))
    assert isinstance(adobe("delete", "VIP"), UnsupportedError)
    deleted = adobe("delete", receipt)
    assert (deleted.id, deleted.state, deleted.status, server.audiences) == (receipt.id, State.REMOVED, 204, [])
    again = adobe("delete", receipt)
    assert (type(again), again.outcome) == (NotFoundError, Outcome.REJECTED)


@example(".").via("a segment that means the folder itself")
@example("..").via("a segment that means the folder above")
@given(st.text(min_size=1))
def test_an_id_in_a_url_is_a_segment_of_its_own_or_refused(id: str) -> None:
    sent: list[str] = []

    def answer(request: httpx2.Request) -> httpx2.Response:
        sent.append(request.url.raw_path.decode().removeprefix("/data/core/ups/audiences/"))
        return httpx2.Response(204)

    result = Caller(_ADOBE, None, None, transport=httpx2.MockTransport(answer))("delete", id=id)
    if isinstance(result, InvalidError):
        assert sent == []
        assert id in (".", "..")
    else:
        assert sent == [quote(id, safe="")]


def test_without_allow_undocumented_adobe_is_asked_for_nothing_that_no_page_says(face: BlockingPortal | None) -> None:
    adobe = Caller(_ADOBE, None, face, allow_undocumented=False)
    calls: list[tuple[str, list[object]]] = [
        ("get", ["VIP"]), ("get", [Reference(id="a")]), ("list", []), ("delete", [Reference(id="a")])
    ]  # fmt: skip
    for verb, asked in calls:
        error = adobe(verb, *asked)
        assert isinstance(error, UnsupportedError)
        assert (error.remedy and error.remedy.argument, "metadata alone" in str(error)) == ("allow_undocumented", True)


def test_an_audience_that_adobe_s_other_service_does_not_have_is_not_found(
    server: MockServer, connect: Connect
) -> None:
    server.settings.metadata_found = False
    adobe = connect(_ADOBE)
    receipt = adobe("create", named("VIP"))
    assert isinstance(adobe("get", receipt), NotFoundError)
    assert isinstance(adobe("get", "VIP"), NotFoundError)
    assert adobe("list") == []


def test_adobe_creates_at_the_path_that_ends_the_base_url(server: MockServer, connect: Connect) -> None:
    for path in ("/core/ais", "/data/core/ais"):
        below = connect(_ADOBE, base_url=server.environment()["ADOBE_BASE_URL"] + path)
        assert below("create", named("VIP")).status == 200
        assert server.exchanges[-1].request.target.startswith(f"{path}/audiences?")
        assert len(below("list")) == len(server.audiences)


def _answering(value: Any) -> Caller:
    transport = httpx2.MockTransport(lambda _: httpx2.Response(200, json=value))
    return Caller(_ADOBE, None, None, transport=transport, read_policy=RetryPolicy(attempts=1))


NEXT = st.none() | st.booleans() | st.integers(-5, 5) | st.text("0123-a ", max_size=3) | st.floats(allow_nan=False)


@given(following=NEXT)
@example("9" * 5000)
def test_whatever_adobe_says_of_the_next_page_its_list_ends(following: Any) -> None:
    found = _answering({"children": [{"id": "a"}], "_page": {"next": following}})("list")
    is_last = not following or following in ("0", "00", "000")
    assert isinstance(found, list) is is_last or isinstance(found, SpecViolationError)


def test_an_answer_about_other_audiences_than_asked_for_is_no_record() -> None:
    adobe = _answering({"id": "b", "name": "b", "children": [{"id": "b", "name": "b"}]})
    assert isinstance(adobe("get", Reference(id="a")), SpecViolationError)
    assert isinstance(adobe("get", "a"), SpecViolationError)


def test_a_time_of_adobe_s_that_is_no_number_is_not_a_time() -> None:
    answer = httpx2.Response(200, json={"id": "1", "createEpoch": "soon", "updateEpoch": 1})
    adobe = make(_ADOBE, transport=httpx2.MockTransport(lambda _: answer), allow_undocumented=True)
    record = adobe.get(id="1")
    assert record.created is None
    assert record.updated.timestamp() == 1


def test_commbox_lists_every_audience_and_finds_one_by_name_or_id(server: MockServer, connect: Connect) -> None:
    commbox = connect(_COMMBOX)
    receipt = commbox("create", uploaded("VIP"))
    server._application.state.add(Kept(_COMMBOX, "", "D", "7", fields={"type": "Dynamic"}))
    assert [(record.name, record.member_count) for record in commbox("list")] == [("VIP", 2), ("D", None)]
    for what in ("VIP", receipt, Reference(id=receipt.id)):
        record = commbox("get", what)
        assert (record.id, record.member_count, record.deviations) == (receipt.id, 2, ())
        assert record.created is not None
    server.settings.zones = False
    record = commbox("get", "VIP")
    assert (record.created, record.raw["created_time"][-1].isdecimal()) == (None, True)
    again = commbox("create", uploaded("VIP"))
    ambiguous = commbox("get", "VIP")
    assert [each.id for each in ambiguous.records] == [receipt.id, again.id]
    assert isinstance(commbox("get", Reference(id="8")), NotFoundError)
    assert isinstance(commbox("wait", "VIP"), UnsupportedError)


@pytest.mark.parametrize("key", [_ADOBE, _COMMBOX])
def test_an_id_that_is_a_number_is_kept_as_text_and_finds_its_audience(key: str, connect: Connect) -> None:
    item = {"id": 4711, "audienceId": 4711, "name": "VIP", "type": "Static"}
    body = {"data": [item]} if key == _COMMBOX else item
    caller = connect(key, transport=httpx2.MockTransport(lambda _: httpx2.Response(200, json=body)))
    record = caller("get", id="4711")
    assert (record.id, record.external_id) == ("4711", "4711" if key == _ADOBE else None)


@pytest.mark.parametrize("key", [_ADOBE, _COMMBOX])
def test_a_404_of_a_list_says_of_no_audience_that_it_is_not_there(key: str, connect: Connect) -> None:
    asked: list[str] = []

    def refuse(request: httpx2.Request) -> httpx2.Response:
        asked.append(request.method)
        return httpx2.Response(404, json={})

    caller = connect(key, transport=httpx2.MockTransport(refuse))
    errors = [caller("list"), caller("get", "VIP"), caller("ensure", case(key).good(), leave_out={"members"})]
    assert [type(each) for each in errors] == [RejectedError] * 3
    assert asked == ["GET"] * 3


def test_commbox_replaces_the_users_of_an_audience_by_those_of_a_file(server: MockServer, connect: Connect) -> None:
    commbox = connect(_COMMBOX)
    receipt = commbox("create", uploaded("VIP"))
    for what, count in (("VIP", 3), (receipt, 4), (commbox("get", "VIP"), 5)):
        changed = commbox("replace", what, phones(count))
        assert (changed.outcome, changed.id, changed.state) == (Outcome.APPLIED, receipt.id, State.CHANGED)
        assert (changed.members, changed.complete) == (None, True)
        assert commbox("get", receipt).member_count == count
    assert server.exchanges[-2].request.target == f"/Audiences/{receipt.id}"


@pytest.mark.parametrize(
    ("what", "file", "said"),
    [
        ("D", phones(2), (UnsupportedError, "static audiences only")),
        ("VIP", phones(0), (InvalidError, "allow_empty=True removes all members")),
        ("VIP", PhoneFile(b"phone\r\n", "a.csv"), (InvalidError, "phone1")),
        ("VIP", ["442079832100"], (UnsupportedError, "takes a PhoneFile")),
        ("nobody", phones(2), (NotFoundError, "no audience of that name")),
        ("twice", phones(2), (AmbiguousError, "has 2 audiences of that name")),
    ],
)
def test_what_commbox_would_not_replace_is_refused_before_a_file_is_sent(
    server: MockServer, connect: Connect, what: str, file: Any, said: tuple[type[AudiencesError], str]
) -> None:
    commbox = connect(_COMMBOX)
    for name in ("VIP", "twice", "twice"):
        commbox("create", uploaded(name))
    server._application.state.add(Kept(_COMMBOX, "", "D", "7", fields={"type": "Dynamic"}))
    error = commbox("replace", what, file)
    assert (type(error), error.outcome) == (said[0], Outcome.NOT_SENT)
    assert said[1] in str(error)
    assert not any(kept.request.method == "PUT" for kept in server.exchanges)
    assert commbox("replace", "VIP", phones(0), allow_empty=True).outcome is Outcome.APPLIED
    assert commbox("get", "VIP").member_count == 0


def test_a_create_that_nobody_answered_was_applied_where_a_list_taken_before_lacks_its_id(
    server: MockServer, connect: Connect
) -> None:
    commbox = connect(_COMMBOX)
    commbox("create", uploaded("VIP"))
    before = commbox("list")

    def lose(request: httpx2.Request) -> httpx2.Response:
        if request.method != "GET":
            raise httpx2.ReadError("reset")
        return httpx2.Response(200, json={"data": [{"id": before[0].id, "name": "VIP", "type": "Static"}]})

    losing = Caller(_COMMBOX, server, None, transport=httpx2.MockTransport(lose))
    error, change = losing("create", uploaded("VIP")), losing("replace", "VIP", phones(1))
    assert isinstance(error, UnknownOutcomeError)
    assert isinstance(change, UnknownOutcomeError)
    assert commbox("reconcile", change, before=[]).outcome is Outcome.UNKNOWN
    assert commbox("reconcile", error, before=before).outcome is Outcome.UNKNOWN
    commbox("create", uploaded("VIP"))  # what the lost call did
    assert commbox("reconcile", error).outcome is Outcome.UNKNOWN
    found = commbox("reconcile", error, before=before)
    assert (found.outcome, found.record.id) == (Outcome.APPLIED, server.audiences[-1].id)
    still = commbox("reconcile", error, before=commbox("list"))
    assert still.outcome is Outcome.UNKNOWN
    commbox("create", uploaded("VIP"))
    assert commbox("reconcile", error, before=before).outcome is Outcome.UNKNOWN  # two are new: it may be either
    read_once = iter(before)
    assert len([*read_once]) == 1
    for wrong in (read_once, [{"id": "1"}], "", 5):
        assert isinstance(commbox("reconcile", error, before=wrong), InvalidError)


def test_a_list_from_which_audiences_may_be_missing_does_not_tell_that_one_is_new() -> None:
    def lose(_: httpx2.Request) -> httpx2.Response:
        raise httpx2.ReadError("reset")

    error = Caller(_ADOBE, None, None, transport=httpx2.MockTransport(lose))("create", named("VIP"))
    assert isinstance(error, UnknownOutcomeError)
    found = _answering({"children": [{"id": "a", "name": "VIP"}]})("reconcile", error, before=[])
    assert (found.outcome, found.record.id) == (Outcome.UNKNOWN, "a")
