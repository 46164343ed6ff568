"""What the mock server refuses, and the errors that it gives on request."""

import json
from collections.abc import Iterator
from typing import Any

import httpx2
import pytest

from audience_contract import Request, Response, check_response, load, provider_keys
from audience_contract.mock import MockServer
from wire import header, operation_of, rows, send, wire

_ERRORS = [
    (key, int(status))
    for key in provider_keys()
    for status in operation_of(key).node["responses"].value
    if status.isdecimal() and int(status) >= 400
]


@pytest.fixture(scope="module")
def running() -> Iterator[MockServer]:
    with MockServer() as server:
        yield server


@pytest.fixture
def server(running: MockServer) -> MockServer:
    running.clear()
    return running


@pytest.fixture(scope="module")
def client() -> Iterator[httpx2.Client]:
    with httpx2.Client(headers={"Accept": "", "User-Agent": "test"}) as found:
        yield found


def value(response: Response) -> Any:
    return json.loads(response.body)


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
    empty = Request("POST", wire(provider).GOOD.target, ())
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
    assert answer.status == status
    assert set(value(answer)) == wire(provider).ERROR_KEYS


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
