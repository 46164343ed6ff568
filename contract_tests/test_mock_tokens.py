"""Adobe's token endpoint, and Adobe's mock that takes its tokens."""

import json
from collections.abc import Iterator

import httpx2
import pytest

from audience_contract import Response
from audience_contract.mock import MockServer
from wire import Change, body, header, send, wire


@pytest.fixture
def server() -> Iterator[MockServer]:
    with MockServer() as found:
        yield found


def token(client: httpx2.Client, server: MockServer) -> str:
    return str(json.loads(send(client, server, "adobe_ims", wire("adobe_ims").GOOD).body)["access_token"])


def with_token(client: httpx2.Client, server: MockServer, issued: str, provider: str = "adobe") -> Response:
    return send(client, server, provider, header("Authorization", f"Bearer {issued}")(wire(provider).GOOD))


def test_a_token_comes_as_on_adobes_page(client: httpx2.Client, server: MockServer) -> None:
    answer = json.loads(send(client, server, "adobe_ims", wire("adobe_ims").GOOD).body)
    assert answer.pop("access_token")
    assert answer == {"token_type": "bearer", "expires_in": 86399}


def test_every_token_is_another_one_and_adobe_takes_them_all(client: httpx2.Client, server: MockServer) -> None:
    issued = [token(client, server) for _ in range(3)]
    assert len({*issued, "mock-token"}) == 4
    assert {with_token(client, server, each).status for each in [*issued, "mock-token"]} == {200}


@pytest.mark.parametrize("provider", ["batch", "commbox"])
def test_no_other_provider_takes_a_token_of_adobes(client: httpx2.Client, server: MockServer, provider: str) -> None:
    assert with_token(client, server, token(client, server), provider).status == 401


def test_a_token_of_another_server_is_not_taken(client: httpx2.Client, server: MockServer) -> None:
    with MockServer() as other:
        assert with_token(client, server, token(client, other)).status == 401


@pytest.mark.parametrize("way", ["method", "over HTTP"])
def test_issued_tokens_can_be_made_invalid_and_new_ones_hold(
    client: httpx2.Client, server: MockServer, way: str
) -> None:
    old = [token(client, server) for _ in range(2)]
    if way == "method":
        server.expire_tokens()
    else:
        assert client.delete(f"{server.url}/_mock/tokens").status_code == 204
    answers = [with_token(client, server, each) for each in old]
    assert [(answer.status, b'"401013"' in answer.body) for answer in answers] == [(401, True)] * 2
    new = token(client, server)
    assert new not in old
    assert {with_token(client, server, each).status for each in (new, "mock-token")} == {200}


def test_to_forget_audiences_leaves_tokens_as_they_are(client: httpx2.Client, server: MockServer) -> None:
    issued = token(client, server)
    server.clear()
    assert with_token(client, server, issued).status == 200


@pytest.mark.parametrize(
    ("change", "status", "error"),
    [
        (body("mock-client-id", "other"), 401, "invalid_client"),
        (body("mock-client-secret", "other"), 401, "invalid_client"),
        (body("mock-client-secret", ""), 401, "invalid_client"),
        (body("&client_id", "&id"), 400, "invalid_request"),
        (body("&scope", "&scope=a&scope"), 400, "invalid_request"),
        (body("=client_credentials", "=password"), 400, "unsupported_grant_type"),
        (body("=client_credentials&client_id", "=password&id"), 400, "invalid_request"),
    ],
)
def test_what_is_no_token_request_of_the_client_is_refused_as_rfc_6749_says(
    client: httpx2.Client, server: MockServer, change: Change, status: int, error: str
) -> None:
    answer = send(client, server, "adobe_ims", change(wire("adobe_ims").GOOD))
    assert (answer.status, json.loads(answer.body)) == (status, {"error": error})
