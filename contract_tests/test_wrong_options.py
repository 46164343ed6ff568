"""An option of a wrong kind is refused when the object is made, with the provider, the option and what is expected."""

import os
from typing import Any

import httpx2
import pytest

import audiences
from audiences import ConfigurationError, RetryPolicy, aio
from callers import FACES, make

OAUTH = {"client_id": "id", "client_secret": "secret-4711", "scopes": "a", "access_token": None}
WRONG: list[tuple[dict[str, Any], str]] = [
    *(({"timeout": it}, "timeout must be a") for it in (0, -1, float("nan"), float("inf"), True, 10**400, None, "5")),
    *(({"max_per_second": it}, "max_per_second must be a") for it in (0, -1, float("nan"), "5", True)),
    *(({"max_response_bytes": wrong}, "max_response_bytes") for wrong in (0, -1, 1.5, "9", None)),
    ({"on_progress": 5}, "on_progress"),
    ({"create_policy": {"attempts": 3}}, "create_policy"),
    ({"read_policy": None}, "read_policy"),
    ({"on_response": "print"}, "on_response"),
    ({"user_agent": "shop\r\nX-Evil: 1"}, "user_agent"),
    ({"allow_http": "no"}, "allow_http must be True or False"),
    ({"allow_http": None}, "allow_http must be True or False"),
    ({"base_url": 5}, "base_url .* must be a string"),
    ({"base_url": b""}, "base_url .* must be a string"),
    ({"verify": True}, "verify must be a file of CA certificates or an ssl.SSLContext"),
    ({"verify": b"ca.pem"}, "verify must be a file of CA certificates or an ssl.SSLContext"),
    ({"reuse_connections": 1}, "reuse_connections must be True or False"),
    ({"user_agent": 5}, "user_agent must be a string"),
    ({"proxy": 5}, "proxy must be"),
    ({"create_policy": 3}, "create_policy must be a RetryPolicy"),
    ({"on_request": 5}, "on_request must be a function"),
]


@FACES
def test_an_option_of_a_wrong_kind_is_refused_with_the_provider_and_what_is_expected(key: str, face: object) -> None:
    for options, words in WRONG:
        with pytest.raises(ConfigurationError, match=words) as caught:
            make(key, face, **options)
        assert str(caught.value).startswith(f"{make(key, face).title}: ")
        assert caught.value.provider == make(key, face).title


@FACES
def test_scopes_are_a_string(face: object) -> None:
    with pytest.raises(ConfigurationError, match=r"^Adobe: scopes .the OAuth scopes.* must be a string"):
        make("adobe", face, **{**OAUTH, "scopes": ["x"]})


class Sends(httpx2.BaseTransport):
    """Blocks."""


class Awaits(httpx2.AsyncBaseTransport):
    """Is awaited."""


async def answer(request: httpx2.Request) -> httpx2.Response:
    raise NotImplementedError


@pytest.mark.parametrize(
    ("face", "transport", "words"),
    [
        (audiences, Awaits(), "transport must be an httpx2.BaseTransport"),
        (audiences, Sends, "transport must be an httpx2.BaseTransport"),
        (audiences, httpx2.Client(), "transport must be an httpx2.BaseTransport"),
        (audiences, httpx2.MockTransport(answer), "transport is asynchronous, and is not awaited here"),
        (aio, Sends(), "transport must be an httpx2.AsyncBaseTransport"),
        (aio, "http://proxy", "transport must be an httpx2.AsyncBaseTransport"),
    ],
)
def test_a_transport_of_the_wrong_kind_is_refused_when_the_object_is_made(
    key: str, face: Any, transport: object, words: str
) -> None:
    with pytest.raises(ConfigurationError, match=words) as caught:
        make(key, face, transport=transport)
    assert caught.value.provider == make(key).title


def test_a_mock_transport_whose_function_blocks_serves_both_faces(key: str) -> None:
    transport = httpx2.MockTransport(lambda _: httpx2.Response(200))
    assert [make(key, face, transport=transport) for face in (audiences, aio)]


@pytest.mark.parametrize("wrong", ["yes", 1, None])
def test_whether_an_unavailable_provider_is_asked_again_is_true_or_false(wrong: Any) -> None:
    with pytest.raises(ConfigurationError, match="on_unavailable must be True or False"):
        RetryPolicy(on_unavailable=wrong)


def test_all_missing_settings_are_named_at_once(key: str, monkeypatch: pytest.MonkeyPatch) -> None:
    provider = type(make(key))
    for name in list(os.environ):
        if name.startswith(f"{key.upper()}_"):
            monkeypatch.delenv(name)
    with pytest.raises(ConfigurationError) as caught:
        provider()
    for setting in provider.settings:
        assert (f"'{setting.argument}', or set {setting.variable}" in str(caught.value)) == setting.required


def test_all_that_a_token_is_asked_for_with_is_named_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ADOBE_CLIENT_ID", "id")
    with pytest.raises(ConfigurationError) as caught:
        make("adobe", access_token=None, api_key=None, org_id=None)
    missing = ["ADOBE_API_KEY", "ADOBE_ORG_ID", "ADOBE_CLIENT_SECRET", "ADOBE_SCOPES"]
    assert [f"set {name}" in str(caught.value) for name in missing] == [True] * 4
    assert "ADOBE_ACCESS_TOKEN" not in str(caught.value)


def test_a_version_without_a_place_in_the_url_is_refused_with_both_variables(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BATCH_VERSION", "2.11")
    monkeypatch.setenv("BATCH_BASE_URL", "https://batch.test/2.10")
    with pytest.raises(ConfigurationError, match=r"BATCH_BASE_URL has no \{version\}.*BATCH_VERSION"):
        make("batch")
