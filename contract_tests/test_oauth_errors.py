"""Adobe's OAuth: what it is asked with, what its endpoint may answer, and the errors that come of it."""

import contextlib
import json
from typing import Any

import httpx2
import pytest
from anyio.from_thread import BlockingPortal
from hypothesis import example, given
from hypothesis import strategies as st
from starlette.responses import JSONResponse

from audience_contract.mock import MockServer
from audiences import (
    AudiencesError,
    ConfigurationError,
    Outcome,
    Receipt,
    RetryPolicy,
    TokenError,
    aio,
)
from callers import make
from cases import case
from ims import CLIENT, TokenEndpoint, adobe

DRAFT = case("adobe").good()
TOKEN_URL = "https://ims.test/token"
FIXED = {name: value for name, value in case("adobe").ARGUMENTS.items() if name != "access_token"}
VARIABLES = {f"ADOBE_{name.upper()}": value for name, value in CLIENT.items()}


@pytest.mark.parametrize(
    ("options", "code"), [({"client_secret": "wrong-4711"}, "invalid_client"), ({"client_id": "x"}, "invalid_client")]
)
def test_a_refusal_of_the_endpoint_is_a_token_error_that_was_not_sent_and_shows_no_secret(
    mock: MockServer, endpoint: TokenEndpoint, options: dict[str, str], code: str
) -> None:
    with adobe(mock, **options) as provider, pytest.raises(TokenError) as caught:
        provider.create(DRAFT)
    error = caught.value
    assert (error.outcome, error.status, error.code, error.provider) == (Outcome.NOT_SENT, 401, code, "Adobe")
    assert (error.operation, error.audience_name) == ("create_audience", "VIP")
    assert (error.__cause__, error.__context__) == (None, None)
    assert endpoint.asked == 1
    assert mock.audiences == []
    assert not any(secret in f"{error} {error!r} {vars(error)}" for secret in ("wrong-4711", "mock-client-secret"))


def test_what_an_endpoint_says_is_kept_but_a_success_that_lacks_the_token_is_not(
    mock: MockServer, endpoint: TokenEndpoint
) -> None:
    for status, kept in ((400, True), (200, False)):
        body = {"error": "invalid_scope", "error_description": "words", "token": "t-4711"}
        endpoint.answer = lambda _, status=status, body=body: JSONResponse(body, status)  # type: ignore[misc]
        with adobe(mock) as provider, pytest.raises(TokenError) as caught:
            provider.create(DRAFT)
        assert (caught.value.code, caught.value.provider_message) == ("invalid_scope", "words")
        assert caught.value.response is not None
        assert caught.value.response.body == (json.dumps(body, separators=(",", ":")).encode() if kept else b"")


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.sampled_from([10**400, "3600", -1, 0]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=5,
)
GOOD = {"access_token": st.just("token-4712"), "token_type": st.just("bearer"), "expires_in": st.just(86399)}
ANSWERS = st.fixed_dictionaries({}, optional={name: good | JSON for name, good in GOOD.items()}) | JSON


def exchanges(token_answer: httpx2.Response) -> tuple[httpx2.MockTransport, list[httpx2.Request]]:
    """A transport for both servers, and what it carried."""
    seen: list[httpx2.Request] = []

    def answer(request: httpx2.Request) -> httpx2.Response:
        seen.append(request)
        created = httpx2.Response(200, json=case("adobe").BODY)
        return token_answer if str(request.url) == TOKEN_URL else created

    return httpx2.MockTransport(answer), seen


@given(value=ANSWERS)
@example(value={"access_token": "token-4712", "expires_in": float("inf")})
def test_whatever_the_endpoint_answers_becomes_a_token_or_a_token_error(portal: BlockingPortal, value: Any) -> None:
    content = json.dumps(value)
    for face in (None, aio):
        transport, seen = exchanges(httpx2.Response(200, content=content))
        provider = type(make("adobe", face) if face else make("adobe"))(
            **FIXED, **CLIENT, token_url=TOKEN_URL, transport=transport
        )
        try:
            result = portal.call(provider.create, DRAFT) if face else provider.create(DRAFT)
        except AudiencesError as error:
            result = error
        token = value.get("access_token") if isinstance(value, dict) else None
        usable = isinstance(token, str) and token.isascii() and token.isprintable() and token.strip() == token != ""
        # JSON has no NaN and no Infinity (RFC 8259, 6).
        if usable and content == json.dumps(json.loads(content, parse_constant=lambda _: None)):
            assert isinstance(result, Receipt)
            assert seen[-1].headers["Authorization"] == f"Bearer {token}"
        else:
            assert isinstance(result, TokenError)
            assert result.outcome is Outcome.NOT_SENT
            assert len(seen) == 1


STEPS = st.lists(
    st.sampled_from([httpx2.ConnectError("no"), httpx2.ReadError("no")])
    | st.sampled_from([302, 400, 401, 403, 404, 408, 429, 500, 503, 520, 200]),
    max_size=6,
)


@given(steps=STEPS, attempts=st.integers(1, 5))
def test_a_token_is_asked_for_again_where_no_answer_or_a_passing_failure_came(steps: list[Any], attempts: int) -> None:
    left = [*steps]
    sent: list[Any] = []

    def answer(request: httpx2.Request) -> httpx2.Response:
        if str(request.url) != TOKEN_URL:
            return httpx2.Response(200, json=case("adobe").BODY)
        sent.append(left.pop(0) if left else "token")
        if isinstance(sent[-1], Exception):
            raise sent[-1]
        good = {"access_token": "token-4712", "token_type": "bearer", "expires_in": 86399}
        return httpx2.Response(200, json=good) if sent[-1] == "token" else httpx2.Response(sent[-1])

    policy = RetryPolicy(attempts=attempts, first_wait=0)
    transport = httpx2.MockTransport(answer)
    provider = type(make("adobe"))(**FIXED, **CLIENT, token_url=TOKEN_URL, transport=transport, read_policy=policy)
    with contextlib.suppress(TokenError):
        provider.create(DRAFT)
    again = [isinstance(step, Exception) or step in (408, 429, 500, 503, 520) for step in sent]
    assert all(again[:-1])
    assert len(sent) == attempts or not again[-1]


def test_a_lifetime_that_cannot_be_read_makes_the_token_serve_one_call() -> None:
    for lifetime, asked in ((86399, 1), (None, 3), ("86399", 3), (0, 3), (-5, 3), (10**400, 1), (86399992, 1)):
        body = {"access_token": "token-4712", "token_type": "bearer", "expires_in": lifetime}
        transport, seen = exchanges(httpx2.Response(200, content=json.dumps(body)))
        provider = type(make("adobe"))(**FIXED, **CLIENT, token_url=TOKEN_URL, transport=transport)
        for _ in range(3):
            provider.create(DRAFT)
        assert sum(str(request.url) == TOKEN_URL for request in seen) == asked, lifetime


def test_a_client_secret_by_function_is_asked_for_with_each_token(mock: MockServer, endpoint: TokenEndpoint) -> None:
    asked: list[str] = []

    def secret() -> str:
        asked.append("mock-client-secret")
        return asked[-1]

    with adobe(mock, client_secret=secret) as provider:
        for _ in range(3):
            provider.create(DRAFT)
            mock.expire_tokens()
    assert len(asked) == endpoint.asked == 3


@pytest.fixture
def environment(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    for setting in type(make("adobe")).settings:
        monkeypatch.delenv(setting.variable, raising=False)
    return monkeypatch


@pytest.mark.parametrize(
    ("arguments", "variables", "words"),
    [
        ({"access_token": "t", **CLIENT}, {}, "not both"),
        ({"access_token": "t", "token_url": TOKEN_URL}, {}, "not both"),
        ({"access_token": "t", "scopes": "a"}, {}, "not both"),
        ({"client_secret": "s"}, {}, "'client_id', or set ADOBE_CLIENT_ID"),
        ({"scopes": "a"}, {"ADOBE_ACCESS_TOKEN": "t"}, "'client_id', or set ADOBE_CLIENT_ID"),
        ({"client_id": "i"}, {}, "'client_secret', or set ADOBE_CLIENT_SECRET"),
        ({"client_id": "i", "client_secret": "s"}, {}, "'scopes', or set ADOBE_SCOPES"),
        ({}, {"ADOBE_CLIENT_ID": "i"}, "'client_secret', or set ADOBE_CLIENT_SECRET"),
        ({}, {"ADOBE_CLIENT_SECRET": "s"}, "ADOBE_CLIENT_ID, ADOBE_CLIENT_SECRET and ADOBE_SCOPES in its place"),
        ({}, {}, "ADOBE_CLIENT_ID, ADOBE_CLIENT_SECRET and ADOBE_SCOPES in its place"),
        ({**CLIENT, "client_secret": "s\n"}, {}, "client_secret"),
        ({**CLIENT, "token_url": "ims.test/token"}, {}, "token_url must be"),
        ({**CLIENT, "token_url": "https://u:p@ims.test/"}, {}, "token_url must be"),
        ({**CLIENT, "token_url": "https://ims.test/?a=b"}, {}, "token_url must be"),
        ({**CLIENT, "token_url": "http://ims.test/token"}, {}, "token_url has plain http"),
        (CLIENT, {"ADOBE_TOKEN_URL": "http://ims.test/token"}, "ADOBE_TOKEN_URL has plain http"),
    ],
)
@pytest.mark.parametrize("face", [None, aio], ids=["blocking", "async"])
def test_arguments_that_make_no_sense_are_a_clear_error(
    environment: pytest.MonkeyPatch, face: Any, arguments: dict[str, str], variables: dict[str, str], words: str
) -> None:
    provider = type(make("adobe", face) if face else make("adobe"))
    for name, value in variables.items():
        environment.setenv(name, value)
    with pytest.raises(ConfigurationError) as caught:
        provider(**FIXED, **arguments)
    assert words in str(caught.value)


@pytest.mark.parametrize(
    ("arguments", "variables", "authorization"),
    [
        ({}, {**VARIABLES, "ADOBE_TOKEN_URL": TOKEN_URL}, "asked"),
        ({**CLIENT, "token_url": TOKEN_URL}, {"ADOBE_ACCESS_TOKEN": "ready"}, "asked"),
        ({"client_id": "i"}, {**VARIABLES, "ADOBE_TOKEN_URL": TOKEN_URL}, "asked"),
        ({}, {**VARIABLES, "ADOBE_ACCESS_TOKEN": "ready"}, "ready"),
        ({"access_token": "given"}, {**VARIABLES, "ADOBE_ACCESS_TOKEN": "ready"}, "given"),
    ],
)
def test_arguments_win_over_the_environment_and_there_the_token_wins(
    environment: pytest.MonkeyPatch, arguments: dict[str, str], variables: dict[str, str], authorization: str
) -> None:
    for name, value in variables.items():
        environment.setenv(name, value)
    body = {"access_token": "asked", "token_type": "bearer", "expires_in": 86399}
    transport, seen = exchanges(httpx2.Response(200, json=body))
    type(make("adobe"))(**FIXED, **arguments, transport=transport).create(DRAFT)
    assert seen[-1].headers["Authorization"] == f"Bearer {authorization}"


def test_the_documented_endpoint_is_asked_by_default_with_a_form(environment: pytest.MonkeyPatch) -> None:  # noqa: ARG001
    transport, seen = exchanges(httpx2.Response(200))
    with pytest.raises(TokenError):
        type(make("adobe"))(**FIXED, **CLIENT, transport=transport).create(DRAFT)
    assert str(seen[0].url) == "https://ims-na1.adobelogin.com/ims/token/v3"
    assert seen[0].headers["Content-Type"] == "application/x-www-form-urlencoded"
    assert seen[0].content == (
        b"grant_type=client_credentials&client_id=mock-client-id&client_secret=mock-client-secret"
        b"&scope=openid%2CAdobeID"
    )
