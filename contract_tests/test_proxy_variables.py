"""What the proxy variables say is checked when the object is made, and NO_PROXY is kept to by host and port."""

from typing import Any

import pytest
from anyio.from_thread import BlockingPortal

from audiences import ConfigurationError, NotSentError, Receipt
from audiences._http.proxies import from_environment
from callers import FACES, make
from faults.server import Stage
from test_proxies import OAUTH, call, proxy, targets

__all__ = ["proxy"]  # a fixture

MALFORMED = [
    "http://name:word-4711@host:port",
    "http://name:word-4711@host:99999",
    "name:word-4711@ho st:3128",
    "http://[word-4711",
    "ftp://word-4711",
    "http://name:word-4711@",
    "http://wörd-4711",
]


@FACES
@pytest.mark.parametrize("variable", ["HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"])
@pytest.mark.parametrize("value", MALFORMED)
def test_a_malformed_proxy_of_the_environment_is_refused_with_its_variable_and_not_shown(
    face: object, variable: str, value: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(variable, value)
    with pytest.raises(ConfigurationError, match=rf"^Batch: .*\b{variable}\b.* must be .*URL") as caught:
        make("batch", face, base_url="https://provider.test", proxy="environment")
    assert "4711" not in str(caught.value)
    assert make("batch", face, base_url="https://provider.test")


def test_a_malformed_proxy_that_no_call_would_use_is_not_looked_at(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTPS_PROXY", MALFORMED[0])
    assert make("batch", base_url="http://127.0.0.1", proxy="environment")
    monkeypatch.setenv("NO_PROXY", "provider.test")
    assert make("batch", base_url="https://provider.test", proxy="environment")


@pytest.mark.parametrize("spared", [8443, 443])
def test_a_port_of_a_host_that_no_proxy_names_is_spared_and_its_other_port_is_not(
    face: BlockingPortal | None, proxy: Stage, spared: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTPS_PROXY", f"http://127.0.0.1:{proxy.port}")
    monkeypatch.setenv("NO_PROXY", f"provider.test:{spared}")
    for base, token in (("https://provider.test", ":8443"), ("https://provider.test:8443", "")):
        before = len(proxy.tunnels)
        options: dict[str, Any] = {**OAUTH, "token_url": f"https://provider.test{token}/token", "proxy": "environment"}
        token_spared = token == (":8443" if spared == 8443 else "")
        result = call("adobe", base, face, **options)
        # What is spared is asked for at a host that is not there.
        assert not isinstance(result, Receipt)
        through = [] if token_spared else [f"provider.test:{443 if spared == 8443 else 8443}"]
        assert targets(proxy)[before:] == through


def test_a_base_url_without_a_port_is_spared_where_no_proxy_names_its_schemes_port(
    face: BlockingPortal | None, proxy: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTPS_PROXY", f"http://127.0.0.1:{proxy.port}")
    monkeypatch.setenv("NO_PROXY", "provider.test:443")
    assert isinstance(call("batch", "https://provider.test", face, proxy="environment"), NotSentError)
    assert targets(proxy) == []


SPARED = [
    ("https://[fd00::1]", "fd00::1"),
    ("https://[fd00::1]", "[fd00::1]"),
    ("https://[fd00::1]", "[fd00::1]:443"),
    ("https://[fd00::1]", "FD00:0:0::1"),
    ("https://[fd00::1]:8443/x", "other.test, fd00::/8"),
    ("https://[fd00::1]:8443", "[fd00::1]:8443"),
    ("https://10.1.2.3", "10.0.0.0/8"),
    ("https://10.1.2.3", "10.1.2.3:443"),
    ("https://10.1.2.3", "10.1.2.3"),
    ("https://shop.provider.test", ".provider.test"),
    ("https://shop.provider.test", "provider.test:443"),
    ("https://provider.test", "*"),
    ("https://provider.test", ".test"),
    ("https://provider.test", "other.test, provider.test"),
]
NOT_SPARED = [
    ("https://[fd00::1]", "fd00::2"),
    ("https://[fd00::1]", "[fd00::1]:8443"),
    ("https://[fd00::1]", "10.0.0.0/8"),
    ("https://10.1.2.3", "11.0.0.0/8, fd00::/8, x/y, 10.1.2.3:444"),
    ("https://provider.test", "10.0.0.0/8, [, ], ::, other.test"),
    ("https://provider.test", "evil-provider.test, vider.test, provider.test:444, 127.0.0.1"),
]


@pytest.mark.parametrize(
    ("url", "no_proxy", "spared"), [(*each, True) for each in SPARED] + [(*each, False) for each in NOT_SPARED]
)
def test_no_proxy_names_hosts_addresses_and_networks_as_curl_and_httpx_read_it(
    url: str, no_proxy: str, *, spared: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTPS_PROXY", "http://proxy.test:3128")
    monkeypatch.setenv("NO_PROXY", no_proxy)
    assert from_environment(url) == (None if spared else ("HTTPS_PROXY", "http://proxy.test:3128"))


def test_a_proxy_is_asked_for_an_ipv6_address_in_brackets(face: BlockingPortal | None, proxy: Stage) -> None:
    result = call("batch", "https://[fd00::1]", face, proxy=f"http://127.0.0.1:{proxy.port}")
    assert isinstance(result, NotSentError)  # its certificate is another host's
    assert targets(proxy) == ["[fd00::1]:443"]
