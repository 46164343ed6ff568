"""The mock server, over real HTTP: what it takes, what it refuses, and the errors that it gives on request."""

import json
import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any

import httpx2
import pytest
from hypothesis import given
from hypothesis import strategies as st

from audience_contract import Request, Response, check_request, check_response, load, provider_keys
from audience_contract.mock import MockServer
from audience_contract.mock.provider import chosen
from audience_contract.mock.state import KEPT_BYTES, KEPT_EXCHANGES, Exchange, State
from some_providers import MADE
from wire import Change, creating, header, operation_of, rows, send, wire

_KEYS = st.sampled_from(provider_keys())
REFUSALS = (400, 401, 403, 422)
_ERRORS = [
    (key, int(status))
    for key in provider_keys()
    for status in operation_of(key).node["responses"].value
    if status.isdecimal() and int(status) >= 400
]


@pytest.fixture(autouse=True)
def _forgets(server: MockServer) -> None:
    server.clear()


def value(response: Response) -> Any:
    """The JSON of an answer; its headers, if it has no body."""
    return json.loads(response.body) if response.body else dict(response.headers)


@pytest.mark.parametrize("provider", provider_keys())
def test_a_good_request_is_answered_with_the_documented_success(
    server: MockServer, client: httpx2.Client, provider: str
) -> None:
    good = wire(provider).GOOD
    answer = send(client, server, provider, good)
    assert (answer.status, check_response(operation_of(provider), answer)) == (wire(provider).SUCCESS, [])
    assert "Retry-After" not in dict(answer.headers)


@pytest.mark.parametrize("provider", creating())
def test_what_an_answer_says_was_created_is_kept(server: MockServer, client: httpx2.Client, provider: str) -> None:
    answer = send(client, server, provider, wire(provider).GOOD)
    (record,) = server.audiences
    assert (record.provider, record.operation) == (provider, operation_of(provider).id)
    assert (record.name, record.token or record.id) == wire(provider).created(value(answer))


@pytest.mark.parametrize("provider", MADE)
def test_a_second_audience_of_the_same_name_is_another_one(
    server: MockServer, client: httpx2.Client, provider: str
) -> None:
    answers = [send(client, server, provider, wire(provider).GOOD) for _ in range(2)]
    assert {answer.status for answer in answers} == {wire(provider).SUCCESS}
    first, second = server.audiences
    assert first.name == second.name
    assert (first.id, first.token) != (second.id, second.token)


@pytest.mark.parametrize("provider", creating())
def test_every_server_of_the_spec_leads_to_the_same_audiences(
    server: MockServer, client: httpx2.Client, provider: str
) -> None:
    good = wire(provider).GOOD
    for target in wire(provider).OTHER_TARGETS:
        answer = send(client, server, provider, replace(good, target=target))
        assert answer.status // 100 == 2
    assert (len(server.audiences) == len(wire(provider).OTHER_TARGETS)) or chosen(operation_of(provider))


@pytest.mark.parametrize(("provider", "change"), [row[:2] for row in rows("BROKEN")])
def test_a_request_that_breaks_the_spec_is_refused_as_documented_and_creates_nothing(
    server: MockServer, client: httpx2.Client, provider: str, change: Change
) -> None:
    answer = send(client, server, provider, change(wire(provider).GOOD))
    assert answer.status in REFUSALS
    assert check_response(operation_of(provider), answer) == []
    assert server.audiences == []


@pytest.mark.parametrize(
    ("provider", "change"), [(key, change) for key in provider_keys() for change in wire(key).SAME]
)
def test_a_request_in_another_form_is_accepted(
    server: MockServer, client: httpx2.Client, provider: str, change: Change
) -> None:
    assert send(client, server, provider, change(wire(provider).GOOD)).status == wire(provider).SUCCESS


@pytest.mark.parametrize(("provider", "change"), [row[:2] for row in rows("UNNAMED")])
def test_only_a_strict_server_refuses_what_the_spec_allows_without_naming_it(
    server: MockServer, client: httpx2.Client, provider: str, change: Change
) -> None:
    assert send(client, server, provider, change(wire(provider).GOOD)).status == wire(provider).SUCCESS
    with MockServer(strict=True) as strict:
        assert send(client, strict, provider, change(wire(provider).GOOD)).status in REFUSALS
        assert send(client, strict, provider, wire(provider).GOOD).status == wire(provider).SUCCESS


def test_what_was_created_is_listed_and_forgotten_over_http(server: MockServer, client: httpx2.Client) -> None:
    for provider in provider_keys():  # a service creates none
        send(client, server, provider, wire(provider).GOOD)
    listed = client.get(f"{server.url}/_mock/audiences").json()
    assert [entry["provider"] for entry in listed] == creating()
    assert [(entry["name"], entry["id"], entry["token"], entry["fields"], entry["file"]) for entry in listed] == [
        (record.name, record.id, record.token, record.fields, record.file) for record in server.audiences
    ]
    assert client.delete(f"{server.url}/_mock/audiences").status_code == 204
    assert (client.get(f"{server.url}/_mock/audiences").json(), server.audiences) == ([], [])


def test_the_last_exchanges_are_kept_as_the_provider_would_have_seen_them(
    server: MockServer, client: httpx2.Client
) -> None:
    for provider in provider_keys():
        good = wire(provider).GOOD
        send(client, server, provider, good)
        kept = server.exchanges[-1]
        assert (kept.provider, kept.operation) == (provider, operation_of(provider).id)
        assert (kept.request.method, kept.request.target, kept.request.body) == ("POST", good.target, good.body)
        assert check_request(operation_of(provider), kept.request) == []
        assert check_response(operation_of(provider), kept.response) == []
    for _ in range(KEPT_EXCHANGES):
        client.post(f"{server.url}/commbox/audiences")
    assert {kept.response.status for kept in server.exchanges} == {401}
    assert len(server.exchanges) == KEPT_EXCHANGES


@given(st.lists(st.sampled_from([0, 1, 300, 999, 1000, 1001, 1500]), max_size=20))
def test_the_exchanges_that_are_kept_are_the_last_that_fit(sizes: list[int]) -> None:
    state, unit = State(), KEPT_BYTES // 1000
    for number, size in enumerate(sizes):
        half = bytes(size * unit // 2)
        state.log(Exchange("p", str(number), Request("GET", "", (), half), Response(200, (), half)))
    kept = [int(exchange.operation) for exchange in state.exchanges]
    assert kept == list(range(len(sizes)))[len(sizes) - len(kept) :]
    assert sum(exchange.size for exchange in state.exchanges) <= KEPT_BYTES
    if len(kept) < len(sizes):
        assert sum(sizes[-len(kept) - 1 :]) * (unit // 2) * 2 > KEPT_BYTES


def test_large_requests_do_not_fill_the_memory(server: MockServer, client: httpx2.Client) -> None:
    content = b"a" * (KEPT_BYTES // 4)
    for _ in range(6):
        client.post(f"{server.base_url('batch')}/audiences/create", content=content)
    assert [len(kept.request.body) for kept in server.exchanges] == [len(content)] * 3


@given(_KEYS, st.binary())
def test_whatever_the_body_is_the_answer_is_a_documented_one(
    server: MockServer, client: httpx2.Client, provider: str, content: bytes
) -> None:
    good = wire(provider).GOOD
    answer = send(client, server, provider, Request("POST", good.target, good.headers, content))
    assert (answer.status, check_response(operation_of(provider), answer)) == (400, [])


def test_no_token_comes_twice_from_a_server_even_after_it_forgot(server: MockServer, client: httpx2.Client) -> None:
    tokens = []
    for _ in range(2):
        tokens.append(value(send(client, server, "batch", wire("batch").GOOD))["indexing_token"])
        server.clear()
    assert len(set(tokens)) == 2


def test_requests_at_the_same_time_never_share_a_token_or_lose_an_audience(server: MockServer) -> None:
    # Large enough for them to overlap: each is judged for several of the 5 ms after which Python switches threads.
    good = wire("commbox").GOOD
    large = Request(
        "POST", good.target, good.headers, good.body.replace(b"phone1\r\n", b"phone1\r\n" + b"1\r\n" * 20_000)
    )

    def create(_: int) -> int:
        with httpx2.Client(timeout=60) as own:
            return send(own, server, "commbox", large).status

    with ThreadPoolExecutor(8) as pool:
        assert set(pool.map(create, range(8))) == {201}
    assert len({record.id for record in server.audiences}) == len(server.audiences) == 8


def test_a_body_over_64_mebibytes_is_a_413_and_one_just_below_is_judged(
    server: MockServer, client: httpx2.Client
) -> None:
    good = wire("batch").GOOD
    for size, status in ((64 * 2**20, 400), (64 * 2**20 + 1, 413)):
        sent = Request("POST", good.target, good.headers, b" " * size)
        assert send(client, server, "batch", sent).status == status


def test_servers_start_afresh_with_the_same_tokens_and_leave_nothing_behind(client: httpx2.Client) -> None:
    found, before = [], threading.active_count()
    for _ in range(2):
        with MockServer() as server:
            send(client, server, "batch", wire("batch").GOOD)
            found.append(server.audiences)
            url = server.url
        with pytest.raises(httpx2.ConnectError):
            client.get(url)
    assert found[0] == found[1]
    assert threading.active_count() == before


def test_the_environment_points_at_the_base_urls(server: MockServer) -> None:
    environment = server.environment()
    for provider in provider_keys():
        base = server.base_url(provider)
        assert base == f"{server.url}/{provider}{wire(provider).BASE}"
        name, below = wire(provider).URL
        assert environment[name] == base + below
        assert load(provider).match(
            "POST", wire(provider).GOOD.target.partition("?")[0].removeprefix(wire(provider).BASE)
        )
    assert set(environment) == {name for provider in provider_keys() for name in wire(provider).VARIABLES}


@pytest.mark.parametrize("host", ["0.0.0.0", "192.0.2.1", "::", "example.org"])  # noqa: S104 - that is the point
def test_only_a_loopback_address_is_listened_on(host: str) -> None:
    with pytest.raises(ValueError, match=host):
        MockServer(host=host)


def test_a_port_in_use_is_an_error(server: MockServer) -> None:
    with pytest.raises(OSError, match="in use"), MockServer(port=int(server.url.rpartition(":")[2])):
        pass


@pytest.mark.parametrize(("provider", "name", "credential", "status", "holds"), rows("REFUSED"))
def test_missing_and_wrong_credentials_are_answered_as_documented(  # noqa: PLR0917
    server: MockServer, client: httpx2.Client, provider: str, name: str, credential: list[str], status: int, holds: str
) -> None:
    answer = send(client, server, provider, header(name, *credential)(wire(provider).GOOD))
    assert (answer.status, check_response(operation_of(provider), answer)) == (status, [])
    assert holds in answer.body.decode()
    assert server.audiences == []


@pytest.mark.parametrize(("provider", "status"), _ERRORS)
def test_every_documented_error_is_answered_on_request(
    server: MockServer, client: httpx2.Client, provider: str, status: int
) -> None:
    empty = replace(wire(provider).GOOD, headers=(), body=b"")
    answer = send(client, server, provider, empty, f"/_mock/respond/{status}")
    assert (answer.status, check_response(operation_of(provider), answer)) == (status, [])
    (kept,) = server.exchanges
    assert (kept.request.target, kept.response.status) == (wire(provider).GOOD.target, status)


@pytest.mark.parametrize("provider", provider_keys())
@pytest.mark.parametrize("status", [404, 429, 500, 520, 599])
def test_an_undocumented_error_too_is_answered_on_request(
    server: MockServer, client: httpx2.Client, provider: str, status: int
) -> None:
    answer = send(client, server, provider, wire(provider).GOOD, f"/_mock/respond/{status}")
    documented = operation_of(provider).response(status)
    without_body = documented and not documented.get("content")
    assert answer.status == status
    assert (without_body and not answer.body) or set(value(answer)) == wire(provider).ERROR_KEYS


def test_no_other_status_can_be_asked_for(server: MockServer, client: httpx2.Client) -> None:
    for status in ("202", "399", "600", "5000"):
        assert send(client, server, "batch", wire("batch").GOOD, f"/_mock/respond/{status}").status == 404
    assert server.audiences == []


@pytest.mark.parametrize("path", ["/", "/batch", "/batch/2.10", "/nobody/audiences", "/commbox/audiences/", "/_mock/x"])
@pytest.mark.parametrize("prefix", ["", "/_mock/respond/503", "/_mock/respond/202", "/_mock/respond/x"])
def test_an_unknown_path_is_a_404(server: MockServer, client: httpx2.Client, path: str, prefix: str) -> None:
    answer = client.post(server.url + prefix + path)
    assert (answer.status_code, answer.json()) == (404, {"message": "Not Found"})


@pytest.mark.parametrize("provider", provider_keys())
@pytest.mark.parametrize("method", ["GET", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "QUERY"])
def test_another_method_is_a_405_that_names_the_documented_ones(
    server: MockServer, client: httpx2.Client, provider: str, method: str
) -> None:
    spec, target = load(provider), wire(provider).GOOD.target
    documented = spec.methods(spec.below_base(target.partition("?")[0]) or "")
    if method not in documented:
        answer = send(client, server, provider, Request(method, target, ()))
        assert (answer.status, dict(answer.headers)["allow"]) == (405, ", ".join(documented))
