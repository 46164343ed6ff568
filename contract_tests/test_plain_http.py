"""Plain http carries credentials within this machine only, unless it is permitted."""

from typing import Any

import pytest

from audiences import ConfigurationError
from callers import FACES, make

OAUTH = {"client_id": "id", "client_secret": "secret-4711", "scopes": "a", "access_token": None}
HERE = [
    "localhost",
    "LocalHost:8080",
    "127.0.0.1",
    "127.255.3.9:1",
    "[::1]",
    "[0:0:0:0:0:0:0:1]:80",
    "[::ffff:127.0.0.1]",
]
ELSEWHERE = [
    "shop.localhost",  # resolvers may ask DNS for it, although RFC 6761 says that they should not
    "example.com",
    "127.0.0.1.evil.com",
    "localhost.evil.com",
    "evillocalhost",
    "localhost-evil.com",
    "128.0.0.1",
    "0.0.0.0",  # noqa: S104  # nothing listens
    "[::]",
    "[::2]",
    "[::ffff:128.0.0.1]",
    # Readers of addresses differ in what these are.
    "0x7f000001",
    "2130706433",
    "0177.0.0.1",
    "127.1",
    "127.0.0.1.",
    "localhost.",
]
TWO_WAYS_TO_READ = [
    "evil.com\\.localhost",
    "evil.com\\@localhost",
    "localhost@evil.com",
    "evil.com%00.localhost",
    "evil.com%2f.localhost",
    "evil.com;.localhost",
    "evil.com,.localhost",
    "[::1%25.evil.com]",
    "[::1].evil.com",
    "127.0.0.1:80:80",
]


@FACES
@pytest.mark.parametrize("host", HERE)
def test_plain_http_within_this_machine_is_taken(face: object, host: str) -> None:
    assert make("batch", face, base_url=f"http://{host}/2.10").base_url == f"http://{host}/2.10"
    assert make("adobe", face, **OAUTH, token_url=f"http://{host}/token")


@FACES
@pytest.mark.parametrize("host", ELSEWHERE)
def test_plain_http_to_another_machine_is_refused_unless_it_is_permitted(face: object, host: str) -> None:
    with pytest.raises(ConfigurationError, match=r"base_url has plain http .* allow_http=True"):
        make("batch", face, base_url=f"http://{host}/2.10")
    with pytest.raises(ConfigurationError, match=r"token_url has plain http .* allow_http=True"):
        make("adobe", face, **OAUTH, token_url=f"http://{host}/token")
    assert make("batch", face, base_url=f"http://{host}/2.10", allow_http=True)
    assert make("adobe", face, **OAUTH, token_url=f"http://{host}/token", allow_http=True)


@pytest.mark.parametrize("host", TWO_WAYS_TO_READ)
@pytest.mark.parametrize("options", [{}, {"allow_http": True}])
def test_a_host_that_can_be_read_in_two_ways_is_refused(host: str, options: dict[str, Any]) -> None:
    with pytest.raises(ConfigurationError, match="base_url must be"):
        make("batch", base_url=f"http://{host}/2.10", **options)
    with pytest.raises(ConfigurationError, match="token_url must be"):
        make("adobe", **OAUTH, token_url=f"https://{host}/token", **options)


@FACES
@pytest.mark.parametrize("end", ["?", "#", "/?", "/#", "?#", "?a=b", "#a", "/path?"])
def test_an_address_with_a_query_or_a_fragment_even_an_empty_one_is_refused(face: object, end: str) -> None:
    with pytest.raises(ConfigurationError, match=r"base_url must be .* without user, query, fragment"):
        make("batch", face, base_url=f"https://batch.test/{{version}}{end}")
    with pytest.raises(ConfigurationError, match=r"token_url must be .* without user, query, fragment"):
        make("adobe", face, **OAUTH, token_url=f"https://ims.test/token{end}")


@FACES
def test_plain_http_through_a_proxy_on_another_machine_is_refused_unless_it_is_permitted(face: object) -> None:
    own, other = "http://127.0.0.1:9", "http://proxy.test:3128"
    for url in (own, own.upper()):
        with pytest.raises(ConfigurationError, match="the proxy is another machine"):
            make("batch", face, base_url=url, proxy=other)
    with pytest.raises(ConfigurationError, match="the proxy is another machine"):
        make("adobe", face, **OAUTH, token_url=own, proxy=other)
    for options in ({"allow_http": True, "proxy": other}, {"proxy": own}):
        assert make("batch", face, base_url=own, **options)
    assert make("batch", face, base_url="https://example.com", proxy=other)
