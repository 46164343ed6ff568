"""The life of an audience at Batch's mock: members, pages, tokens, and what no document decides both ways."""

import json
from collections.abc import Iterator
from typing import Any

import httpx2
import pytest
from hypothesis import given
from hypothesis import strategies as st

from audience_contract import Request, Response, check_response, load
from audience_contract.mock import MockServer, Settings
from wire import header, send, wire

_OPERATIONS = {operation.id.rpartition("_")[2]: operation for operation in load("batch").operations}
_GOOD: Request = wire("batch").GOOD
_IDS = st.sampled_from(["a", "b", "c", "d"])


class Batch:
    """Calls a mock server's Batch."""

    def __init__(self, client: httpx2.Client, server: MockServer) -> None:
        self.client, self.server = client, server
        server.clear()

    def __call__(self, word: str, query: str = "", **body: Any) -> Response:
        operation = _OPERATIONS[word]
        content = json.dumps(body).encode() if body else b""
        target = f"{wire('batch').BASE}{operation.path}{query}"
        answer = send(
            self.client,
            self.server,
            "batch",
            Request(operation.method, target, _GOOD.headers[: 2 + bool(body)], content),
        )
        assert check_response(operation, answer) == []
        return answer

    def token(self, word: str, **body: Any) -> str:
        answer = self(word, **body)
        assert answer.status == 202
        return str(json.loads(answer.body)["indexing_token"])

    def create(self, name: str = "a") -> str:
        return self.token("create", name=name, type="custom_ids")

    def view(self, token: str = "", name: str = "a") -> tuple[str, int]:
        answer = self("view", f"?name={name}" + (f"&indexing_token={token}" if token else ""))
        assert answer.status == 200
        shown = json.loads(answer.body)
        return shown["indexing_state"], shown["nb_ids"]

    def members(self, name: str = "a") -> Any:
        return self.client.get(f"{self.server.url}/_mock/batch/audiences/{name}/members").json()

    def pages(self, query: str = "") -> Iterator[Any]:
        page = json.loads(self("list", f"?{query}").body)
        yield page
        while page["has_more"]:
            page = json.loads(self("list", f"?{query}&from={page['next_from']}").body)
            yield page


def add(*ids: str, **attributes: Any) -> list[dict[str, Any]]:
    return [{"action": "add", "id": each, **({"attributes": attributes} if attributes else {})} for each in ids]


def remove(*ids: str) -> list[dict[str, Any]]:
    return [{"action": "remove", "id": each} for each in ids]


@given(
    st.lists(
        st.one_of(
            st.tuples(
                st.just("update"),
                st.lists(st.tuples(_IDS, st.sampled_from(["add", "remove"]), st.integers(0, 3)), min_size=1),
            ),
            st.tuples(st.just("replace"), st.lists(st.tuples(_IDS, st.just("add"), st.integers(0, 3)))),
        ),
        max_size=5,
    )
)
def test_the_members_are_what_the_changes_in_their_order_say(
    server: MockServer, client: httpx2.Client, changes: list[tuple[str, list[tuple[str, str, int]]]]
) -> None:
    batch, model = Batch(client, server), dict[str, Any]()
    batch.create()
    for word, members in changes:
        model = {} if word == "replace" else model
        sent: list[dict[str, Any]] = []
        for key, action, number in members:
            said = {"action": action} if word == "update" else {}
            sent.append({"id": key, **said, **({"attributes": {"n": number}} if action == "add" else {})})
            model = {one: known for one, known in model.items() if one != key}
            model |= {key: {"n": number}} if action == "add" else {}
        batch.token(word, name="a", ids=sent)
    assert batch.members() == model
    assert batch.view() == ("APPLIED", len(model))


def test_a_change_is_in_when_its_time_has_come_and_a_token_tells_of_its_own_change(client: httpx2.Client) -> None:
    with MockServer() as server:
        batch = Batch(client, server)
        tokens = [batch.create(), batch.token("update", name="a", ids=add("x", "y"))]
        server.settings.indexing = 3600
        tokens += [batch.token("replace", name="a", ids=[{"id": "z", "attributes": {"n": 1}}])]
        server.settings.indexing = 0
        assert [batch.view(token) for token in tokens] == [("REPLACED", 1), ("REPLACED", 1), ("APPLIED", 1)]
        server.settings.indexing = 3600
        tokens += [batch.token("update", name="a", ids=add("x"))]
        assert (batch.members(), batch.view(), batch.view(tokens[3])) == (
            {"z": {"n": 1}},
            ("IN_PROGRESS", 1),
            ("IN_PROGRESS", 1),
        )
        server.settings.indexing = 0
        assert (batch.members(), batch.view()) == ({"z": {"n": 1}, "x": {}}, ("APPLIED", 2))


@pytest.mark.parametrize("newest_first", [False, True])
@given(count=st.integers(0, 12), limit=st.none() | st.integers(1, 100), gone=st.integers(0, 11))
def test_the_pages_of_a_list_have_each_audience_once_whatever_goes_in_between(
    server: MockServer, client: httpx2.Client, *, newest_first: bool, count: int, limit: int | None, gone: int
) -> None:
    server.settings.newest_first = newest_first
    batch, size = Batch(client, server), limit or 10
    for number in range(count):
        batch.create(f"n{number}")
    pages, names = [], []
    for page in batch.pages(f"limit={limit}" if limit else ""):
        pages.append(page)
        names += [each["name"] for each in page["audiences"]]
        # It was shown already, or else it is shown no more.
        if f"n{gone}" in names and len(pages) == 1:
            batch.token("remove", name=f"n{gone}")
    every = [f"n{number}" for number in range(count)]
    assert names == (every[::-1] if newest_first else every)
    assert {len(page["audiences"]) for page in pages[:-1]} <= {size}
    assert [page.get("count") for page in pages] == [count, *[None] * (len(pages) - 1)]
    assert [page["has_more"] for page in pages] == [True] * (len(pages) - 1) + [False]
    assert ["next_from" in page for page in pages] == [page["has_more"] for page in pages]


_ABSENT = {"update": {"ids": add("x")}, "replace": {"ids": [{"id": "x"}]}, "remove": {}}


@pytest.mark.parametrize(
    ("setting", "ask"),
    [
        *(
            ("absent_accepted", lambda b, word=word, body=body: b(word, name="b", **body))
            for word, body in _ABSENT.items()
        ),
        ("same_name_accepted", lambda b: b("create", name="a", type="emails")),
        ("removed_name_accepted", lambda b: (b("remove", name="a"), b("create", name="a", type="emails"))[1]),
        ("empty_accepted", lambda b: b("update", name="a", ids=[])),
        ("empty_accepted", lambda b: b("replace", name="a", ids=[])),
        ("unknown_token_accepted", lambda b: b("view", "?name=a&indexing_token=x")),
        ("unknown_cursor_accepted", lambda b: b("list", "?from=x")),
        ("limit_accepted", lambda b: b("list", "?limit=0")),
        ("limit_accepted", lambda b: b("list", "?limit=101")),
    ],
)
def test_what_no_document_decides_is_a_success_or_a_refusal_as_set(
    client: httpx2.Client, setting: str, ask: Any
) -> None:
    for accepted in (True, False):
        with MockServer(settings=Settings().but(**{setting: accepted})) as server:
            batch = Batch(client, server)
            batch.create()
            answer = ask(batch)
            is_absent = setting == "absent_accepted" and not accepted
            assert (answer.status < 300, b"no such audience" in answer.body) == (accepted, is_absent)


def test_a_removal_is_done_at_once_or_on_its_way_as_set(client: httpx2.Client) -> None:
    with MockServer(settings=Settings(indexing=3600, removed_at_once=False)) as server:
        batch = Batch(client, server)
        batch.create()
        token = batch.token("remove", name="a")
        assert batch.view(token) == ("IN_PROGRESS", 0)
        server.settings.indexing = 0
        assert (batch("view", "?name=a").status, batch("list").body.count(b'"name"')) == (404, 0)
        batch.create()
        server.settings.removed_at_once, server.settings.indexing = True, 3600
        batch.token("remove", name="a")
        assert batch("view", "?name=a").status == 404


def test_the_last_page_has_null_for_a_cursor_or_none_as_set(client: httpx2.Client) -> None:
    with MockServer(settings=Settings(null_at_end=True)) as server:
        answer = client.get(f"{server.base_url('batch')}/audiences/list", headers=dict(_GOOD.headers[:2]))
        assert answer.json() == {"audiences": [], "count": 0, "has_more": False, "next_from": None}


@pytest.mark.parametrize(
    "ids",
    [
        [{"action": "remove", "id": "x", "attributes": {"n": 1}}],
        [{"action": "add", "id": "x", "attributes": {f"n{number}": 1 for number in range(16)}}],
        [{"action": "put", "id": "x"}],
        [{"id": "x"}],
        add(*map(str, range(10_001))),
    ],
)
def test_a_change_that_breaks_a_rule_changes_nothing(
    server: MockServer, client: httpx2.Client, ids: list[dict[str, Any]]
) -> None:
    batch = Batch(client, server)
    batch.create()
    assert batch("update", name="a", ids=[*add("y"), *ids]).status == 400
    assert batch.members() == {}
    assert client.get(f"{server.url}/_mock/batch/audiences/b/members").status_code == 404


def test_as_many_members_as_allowed_with_as_many_attributes_are_taken(
    server: MockServer, client: httpx2.Client
) -> None:
    batch, attributes = Batch(client, server), {f"n{number}": number for number in range(15)}
    batch.create()
    batch.token("update", name="a", ids=add(*map(str, range(9_999))) + add("x", **attributes))
    assert batch.view() == ("APPLIED", 10_000)
    assert batch.members()["x"] == attributes
    batch.token("update", name="a", ids=remove("x", "y"))
    assert batch.view() == ("APPLIED", 9_999)


def test_a_setting_that_there_is_not_or_a_value_of_another_kind_changes_nothing(
    server: MockServer, client: httpx2.Client
) -> None:
    url = f"{server.url}/_mock/settings"
    times = (f'{{"indexing": {value}}}'.encode() for value in ('"1"', "true", "NaN", "1e400", "1" + "0" * 400, "-1"))
    names = (b'{"nothing": 0}', b'{"but": 1}', b'{"self": 1}', b'{"\\ud800": 1}', b'{"newest_first": 1}')
    said = ("unreadable: ", "the settings are a JSON object", "no setting ", "newest_first is ", "indexing is ")
    for wrong in (b"{", b"[]", b"5", b"\xff", b"[" * 100_000, *names, *times):
        before = client.get(url).json()
        answer = client.patch(url, content=wrong)
        assert answer.status_code == 400
        assert answer.json()["message"].startswith(said)
        assert client.get(url).json() == before
    assert client.patch(url, json={"newest_first": False}).json()["newest_first"] is False


def test_another_project_than_that_of_the_key_is_refused_as_a_wrong_key_is(
    client: httpx2.Client, server: MockServer
) -> None:
    server.clear()
    answer = send(client, server, "batch", header("X-Batch-Project", "another")(_GOOD))
    assert (answer.status, server.audiences[-1:]) == (401, [])
