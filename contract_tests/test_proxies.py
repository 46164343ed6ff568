"""Proxies are used if asked for, and their credentials are shown nowhere."""

import json
import re
import traceback
from base64 import b64encode
from collections.abc import Iterator
from functools import reduce
from typing import Any

import pytest
from anyio.from_thread import BlockingPortal

from audiences import AudiencesError, ConfigurationError, NotSentError, Receipt, RetryPolicy
from callers import FACES, Caller, created, make
from cases import KEYS, case, headers
from faults import certificates
from faults.answers import answering, through
from faults.server import Stage, Wire
from raw_server import RawServer, http

ONCE = RetryPolicy(attempts=1)
OAUTH = {"client_id": "id", "client_secret": "secret-4711", "scopes": "a", "access_token": None}


def both(one: Any, other: Any) -> Any:
    """The JSON values as one, in which objects have what either has."""
    if not (isinstance(one, dict) and isinstance(other, dict)):
        return other
    return one | {name: both(one.get(name), value) for name, value in other.items()}


# What any provider's success, and the token endpoint's, has.
TOKEN = {"access_token": "t", "token_type": "bearer", "expires_in": 3600}
BODY = reduce(both, (case(key).BODY for key in KEYS), TOKEN)
ANSWER = json.dumps(BODY).encode()
HEADERS = {name: value for key in KEYS for name, value in headers(key).items()}


def tunnel(wire: Wire) -> None:
    """A proxy that plays the server behind it too."""
    wire.request()
    wire.send(b"HTTP/1.1 200 Established\r\n\r\n")
    wire.secure(certificates.good())
    while True:
        wire.request()
        wire.send(http(200, ANSWER, **HEADERS, Connection="keep-alive"))


@pytest.fixture
def proxy() -> Iterator[Stage]:
    with Stage(tunnel, 200, ANSWER) as stage:
        yield stage


def call(key: str, url: str, face: BlockingPortal | None, **options: Any) -> Receipt | AudiencesError:
    policies = {"create_policy": ONCE, "read_policy": ONCE}
    return created(key, url, face, **{"verify": certificates.trust(), **policies, **options})


def targets(proxy: Stage) -> list[str]:
    """What tunnels were asked for."""
    return [seen.head.split(b" ")[1].decode() for seen in proxy.tunnels]


@pytest.mark.parametrize("given", ["HTTPS_PROXY=http://", "https_proxy=", "ALL_PROXY="])
def test_the_environments_proxy_is_used_if_asked_for(
    key: str, face: BlockingPortal | None, proxy: Stage, given: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    variable, _, scheme = given.partition("=")
    monkeypatch.setenv(variable, f"{scheme}127.0.0.1:{proxy.port}")
    assert "no connection to https://provider.test:443: " in str(call(key, "https://provider.test", face))
    assert targets(proxy) == []
    assert isinstance(call(key, "https://provider.test", face, proxy="environment"), Receipt)
    assert targets(proxy) == ["provider.test:443"]


def test_this_machine_is_not_reached_through_the_environments_proxy(
    key: str, face: BlockingPortal | None, raw: RawServer, proxy: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    raw.answer = http(200, ANSWER, **HEADERS)
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"):
        monkeypatch.setenv(name, f"http://127.0.0.1:{proxy.port}")
    assert isinstance(call(key, raw.url, face, proxy="environment"), Receipt)
    assert proxy.connections == 0


@pytest.mark.parametrize("given", [True, False], ids=["given", "environment"])
def test_the_token_endpoint_and_the_provider_are_reached_through_the_same_proxy(
    face: BlockingPortal | None, proxy: Stage, *, given: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = f"http://127.0.0.1:{proxy.port}"
    monkeypatch.setenv("HTTPS_PROXY", url)
    options = {**OAUTH, "token_url": "https://login.test:8443/token", "proxy": url if given else "environment"}
    assert isinstance(call("adobe", "https://provider.test", face, **options), Receipt)
    assert targets(proxy) == ["login.test:8443", "provider.test:443"]


@pytest.mark.parametrize("given", [True, False], ids=["given", "environment"])
def test_a_proxys_credentials_go_to_the_proxy_and_are_shown_nowhere(
    key: str, face: BlockingPortal | None, proxy: Stage, *, given: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = f"http://name-4711:word-4711@127.0.0.1:{proxy.port}"
    monkeypatch.setenv("HTTPS_PROXY", url)
    options: dict[str, Any] = {"proxy": url if given else "environment"}
    assert isinstance(call(key, "https://provider.test", face, **options), Receipt)
    encoded = b64encode(b"name-4711:word-4711")
    (head,) = [seen.head for seen in proxy.tunnels]
    assert re.search(rb"(?i)proxy-authorization: basic " + re.escape(encoded), head)
    assert all(b"roxy-" not in seen.head for seen in proxy.requests)
    # No certificate of ours is trusted now, so it fails behind the proxy.
    error = call(key, "https://provider.test", face, **options, verify=certificates.strangers())
    assert f"no connection to https://provider.test:443 through http://127.0.0.1:{proxy.port}: " in str(error)
    assert isinstance(error, NotSentError)
    caller = Caller(key, "https://provider.test", face, **options)
    shown = repr(caller.provider) + str(error) + repr(error) + "".join(traceback.format_exception(error))
    for private in ("name-4711", "word-4711", encoded.decode()):
        assert private not in shown


@FACES
@pytest.mark.parametrize(
    "proxy",
    [
        "",
        "word-4711",
        "127.0.0.1:3128",
        "http://",
        "http:///word-4711",
        "ftp://word-4711",
        "socks5://word-4711",
        "https://word-4711",
        "http://name:word-4711@",
        "http://name:word-4711@host:99999",
        "http://name:word-4711@host:port",
        "http://name:word-4711@host:0",
        "http://[word-4711",
        "http://name:word-4711@ho st",
        " http://word-4711",
        "http://word-4711\r\n",
        "http://wörd-4711",
        b"http://word-4711",
        True,
        {"https": "http://word-4711"},
    ],
)
def test_a_proxy_that_is_none_is_refused_at_once_and_not_shown(face: object, proxy: object) -> None:
    with pytest.raises(ConfigurationError, match='proxy must be "environment" or a URL') as caught:
        make("batch", face, proxy=proxy)
    assert "4711" not in str(caught.value)


@pytest.mark.parametrize("private", ["", "name-4711:word-4711@"], ids=["anybody", "a user"])
def test_a_proxy_is_asked_for_a_tunnel_to_plain_http_too(face: BlockingPortal | None, private: str) -> None:
    with Stage(through(answering(http(200, ANSWER, **HEADERS))), 200, ANSWER) as proxy:
        url = f"http://{private}127.0.0.1:{proxy.port}"
        assert isinstance(call("batch", "http://provider.test:8080/a", face, proxy=url, allow_http=True), Receipt)
        assert targets(proxy) == ["provider.test:8080"]
        assert (b"\r\nProxy-Authorization: Basic " in proxy.tunnels[0].head) == bool(private)
        (request,) = proxy.requests
        assert request.head.startswith(b"POST /a/")
        assert b"roxy-" not in request.head
