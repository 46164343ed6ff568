"""Whole lives of audiences: any sequence of verbs, with failures in between, leaves what the library says it left."""

import json
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import httpx2
import pytest
from anyio.from_thread import BlockingPortal
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from starlette.types import ASGIApp, Receive, Scope, Send

import audiences
from audience_contract.mock import MockServer, Settings
from audiences import (
    Audience,
    AudiencesError,
    Changed,
    Ensured,
    ExistsError,
    Member,
    NotFoundError,
    Outcome,
    Receipt,
    Record,
    RecordState,
    RetryPolicy,
    aio,
)

ACTS = {"", "lost_after", "broken_after"}
"""What may become of a call at which the provider acts all the same; at the others, it does not."""
TRUE = {
    "": Outcome.APPLIED,
    "broken_after": Outcome.APPLIED,
    "lost_after": Outcome.UNKNOWN,
    "lost_before": Outcome.UNKNOWN,
    "refused": Outcome.REJECTED,
}
ANSWERS = {"refused": (400, b'{"error_code":"E","error_message":"no"}'), "broken_after": (202, b"{")}


class Wire:
    """Between the library and the mock server: what becomes of the next calls, and what was sent in them."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        self.plan: list[str] = []
        self.calls: list[tuple[str, dict[str, Any], str]] = []

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["method"] != "POST":
            return await self._app(scope, receive, send)
        what, body, more = self.plan.pop(0) if self.plan else "", b"", True
        while more:
            message = await receive()
            body, more = body + message.get("body", b""), message.get("more_body", False)
        whole = {"type": "http.request", "body": body, "more_body": False}
        answer = list[Any]()

        async def give() -> Any:
            return whole

        async def keep(message: Any) -> None:
            answer.append(message)

        if what in ACTS:
            await self._app(scope, give, keep)
        acted = bool(answer) and answer[0]["status"] == 202
        if what and (acted or what not in ACTS):
            status, content = ANSWERS.get(what, (500, b"{}"))
            headers = [(b"content-type", b"application/json")]
            start = {"type": "http.response.start", "status": status, "headers": headers}
            answer = [start, {"type": "http.response.body", "body": content}]
        elif not acted:
            what = "refused"
        # Before the answer: the library is done as soon as it has that.
        self.calls.append((scope["path"].rpartition("/")[2], json.loads(body), what))
        for message in answer:
            await send(message)
        return None


@pytest.fixture(scope="module")
def lives(portal: BlockingPortal, client: httpx2.Client) -> Iterator[Callable[[], RuleBasedStateMachine]]:
    wires = list[Wire]()

    def between(app: ASGIApp) -> ASGIApp:
        wires.append(Wire(app))
        return wires[0]

    chosen = Settings(same_name_accepted=False)
    with MockServer(strict=True, middleware=between, settings=chosen) as server:
        yield partial(Life, server, wires[0], portal, client)


NAMES = st.sampled_from(["VIP", "OLD", "N-3"])
IDS = st.integers(0, 40).map(str)
MEMBERS = st.lists(IDS | st.builds(Member, IDS, st.dictionaries(st.sampled_from("ab"), st.integers(0, 3))), max_size=30)
FAULT = st.sampled_from(["", "", "", *TRUE])
PLANS = st.lists(FAULT, max_size=4)


class Life(RuleBasedStateMachine):
    """The model is what the provider acted on, by what was sent: by name the members, with their attributes."""

    def __init__(self, server: MockServer, wire: Wire, portal: BlockingPortal, client: httpx2.Client) -> None:
        super().__init__()
        self._server, self._wire, self._portal, self._client = server, wire, portal, client
        self._model: dict[str, dict[str, Any]] = {}
        server.clear()
        credentials: dict[str, Any] = {
            name.lower()[6:]: value for name, value in server.environment().items() if "BATCH" in name
        }
        once = RetryPolicy(attempts=1)
        options: dict[str, Any] = {"create_policy": once, "read_policy": once}
        self._blocking = audiences.Batch(**{**credentials, **options})
        self._asynchronous = aio.Batch(**{**credentials, **options})

    def teardown(self) -> None:
        self._blocking.close()
        self._portal.call(self._asynchronous.aclose)

    @initialize(awaits=st.booleans())
    def begin(self, awaits: bool) -> None:
        self._awaits = awaits

    def do(self, verb: str, *arguments: Any, plan: list[str] = [], **options: Any) -> Any:  # noqa: B006
        """What a verb gives or raises; and the calls that it made are in the model."""
        self._wire.plan[:], self._wire.calls = plan, []
        provider: Any = self._asynchronous if self._awaits else self._blocking
        call = partial(getattr(provider, verb), *arguments, **options)
        try:
            result = self._portal.call(call) if self._awaits else call()
        except AudiencesError as error:
            result = error
        self._wire.plan.clear()
        for path, body, what in self._wire.calls:
            if what in ACTS:
                self._act(path, body)
        return result

    def _act(self, path: str, body: dict[str, Any]) -> None:
        if path == "create":
            self._model[body["name"]] = {}
        elif path == "remove":
            self._model.pop(body["name"])
        members = self._model.get(body["name"], {})
        if path == "replace":
            members.clear()
        for each in body.get("ids", ()):
            if each.get("action") == "remove":
                members.pop(each["id"], None)
            else:
                members[each["id"]] = each.get("attributes", {})

    def judge(self, result: Receipt | Ensured | AudiencesError) -> None:
        """The outcome of a verb of one call is what was done on the wire."""
        done = [TRUE[what] for _, _, what in self._wire.calls]
        assert len(done) <= 1
        assert result.outcome is (done[0] if done else Outcome.NOT_SENT)
        # A deletion needs nothing of its answer.
        good = [("remove", "broken_after"), *((path, "") for path in ("create", "remove"))]
        assert isinstance(result, AudiencesError) != all((path, what) in good for path, _, what in self._wire.calls)

    @rule(name=NAMES, fault=FAULT, first=st.booleans())
    def create(self, name: str, fault: str, first: bool) -> None:
        there = name in self._model
        draft = Audience(name=name, provider_fields={"batch": {"type": "custom_ids"}})
        result = self.do("create", draft, plan=[fault], look_first=first)
        if first and there:
            assert isinstance(result, ExistsError)
            assert (result.outcome, self._wire.calls) == (Outcome.NOT_SENT, [])
        else:
            self.judge(result)
            if result.outcome is Outcome.UNKNOWN:
                found = self.do("reconcile", result.reconcile_token)
                applied = first and name in self._model
                assert found.outcome is (Outcome.APPLIED if applied else Outcome.UNKNOWN)
                assert (found.record is not None) == (name in self._model)

    @rule(name=NAMES, fault=FAULT)
    def ensure(self, name: str, fault: str) -> None:
        there = name in self._model
        result = self.do("ensure", Audience(name=name, provider_fields={"batch": {"type": "emails"}}), plan=[fault])
        self.judge(result)
        assert not isinstance(result, Ensured) or (result.is_new != there and name in self._model)

    @precondition(lambda self: self._model)
    @rule(name=NAMES, fault=FAULT)
    def delete(self, name: str, fault: str) -> None:
        there = name in self._model
        result = self.do("delete", name, plan=[fault])
        self.judge(result)
        assert there or result.outcome is not Outcome.APPLIED or fault
        if isinstance(result, Receipt):
            assert isinstance(self.do("wait", result), NotFoundError)

    @precondition(lambda self: self._model)
    @rule(
        verb=st.sampled_from(["add", "add", "remove"]),
        name=NAMES,
        members=MEMBERS,
        plan=PLANS,
        options=st.fixed_dictionaries({"go_on": st.booleans(), "chunk_bytes": st.sampled_from([150, 400, 10_000])}),
        lazy=st.booleans(),
    )
    def change(  # noqa: PLR0917  # drawn, not called
        self, verb: str, name: str, members: list[Any], plan: list[str], options: dict[str, Any], lazy: bool
    ) -> None:
        given = [each if verb == "add" or isinstance(each, str) else each.id for each in members]
        result = self.do(verb, name, iter(given) if lazy else given, plan=plan, **options)
        changed = self.changed(result)
        assert isinstance(result, Changed) or not options["go_on"]
        told = [
            each["id"] for _, body, what in self._wire.calls if TRUE[what] is Outcome.APPLIED for each in body["ids"]
        ]
        ids = {id_of(each) for each in given}
        assert {*told} <= ids
        assert {*told} == ids or changed.outcome is not Outcome.APPLIED
        # The same call can be made again, and then all are in, or out.
        if name in self._model and isinstance(result, AudiencesError):
            last = self.do(verb, name, given)
            assert last.outcome in (Outcome.APPLIED, Outcome.NOT_SENT)
            assert (ids - {*self._model[name]} if verb == "add" else ids & {*self._model[name]}) == set()

    @precondition(lambda self: self._model)
    @rule(name=NAMES, members=MEMBERS, fault=FAULT, allow_empty=st.booleans())
    def replace(self, name: str, members: list[Any], fault: str, allow_empty: bool) -> None:
        result = self.do("replace", name, members, plan=[fault], allow_empty=allow_empty)
        if not members and not allow_empty:
            assert (result.outcome, self._wire.calls) == (Outcome.NOT_SENT, [])
            return
        self.changed(result)
        if isinstance(result, Changed):
            assert {*self._model[name]} == {id_of(each) for each in members}

    def changed(self, result: Changed | AudiencesError) -> Changed:
        """What a change says of its calls is what was done on the wire: none is told twice, and none left out."""
        changed = result if isinstance(result, Changed) else result.changed
        assert changed is not None
        done = [TRUE[what] for _, _, what in self._wire.calls]
        assert [chunk.outcome for chunk in changed.chunks] == done
        assert [chunk.members for chunk in changed.chunks] == [len(body["ids"]) for _, body, _ in self._wire.calls]
        assert result.outcome is changed.outcome
        assert changed.outcome is Outcome.together(done if changed.complete else [*done, Outcome.NOT_SENT])
        return changed

    @rule(name=NAMES)
    def get(self, name: str) -> None:
        record = self.do("get", name)
        if name not in self._model:
            assert isinstance(record, NotFoundError)
        else:
            assert isinstance(record, Record)
            assert (record.member_count, record.state) == (len(self._model[name]), RecordState.READY)

    @rule()
    def read_all(self) -> None:
        found = self._portal.call(self._listed) if self._awaits else [*self._blocking.list()]
        counts = {record.name: record.member_count for record in found}
        assert counts == {name: len(members) for name, members in self._model.items()}
        assert len(found) == len(counts)

    async def _listed(self) -> list[Record]:
        return [record async for record in self._asynchronous.list()]

    @invariant()
    def the_provider_has_what_the_library_says(self) -> None:
        for name, members in self._model.items():
            url = f"{self._server.url}/_mock/batch/audiences/{name}/members"
            assert self._client.get(url).json() == members


def id_of(member: str | Member) -> str:
    return member if isinstance(member, str) else member.id


def test_whatever_is_done_to_audiences_they_are_as_the_library_says(lives: Callable[[], RuleBasedStateMachine]) -> None:
    make: Any = lives
    few = settings(
        max_examples=15,
        stateful_step_count=15,
    )
    run_state_machine_as_test(make, settings=few)
