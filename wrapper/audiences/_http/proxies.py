"""TLS contexts, and proxies from URLs and the environment."""

import os
import ssl
from base64 import b64encode
from functools import cache, lru_cache
from ipaddress import ip_address, ip_network
from urllib.parse import unquote, urlsplit
from urllib.request import getproxies, proxy_bypass

import httpx2

from .._lock import Lock

Origin = tuple[str, str, int]
"""A URL's scheme, host and port."""
PROTOCOLS = ["http/1.1"]
"""The protocols that the TLS handshake offers to a server (ALPN)."""
_MAKING = Lock()


def tls() -> ssl.SSLContext:
    """A TLS context with the system's trust store, one for the process: to make one takes longer than a call."""
    with _MAKING.held:  # `cache` alone may make two
        return _trust_store()


@cache
def _trust_store() -> ssl.SSLContext:
    return speaking(httpx2.create_ssl_context(trust_env=False))


def speaking(context: ssl.SSLContext) -> ssl.SSLContext:
    """The context, which now offers HTTP/1.1. It has to be ours: a caller's is never changed, as others may use it."""
    context.set_alpn_protocols(PROTOCOLS)
    return context


def credentials(proxy: str) -> tuple[tuple[str, str], ...]:
    """The header with the user and the password of a proxy's URL; empty if it has none."""
    parts = urlsplit(proxy)
    user, word = unquote(parts.username or ""), unquote(parts.password or "")
    encoded = b64encode(f"{user}:{word}".encode()).decode()
    return (("Proxy-Authorization", f"Basic {encoded}"),) if user or word else ()


@lru_cache(64)
def origin(url: str) -> Origin:
    parts = urlsplit(url)
    return parts.scheme, parts.hostname or "", parts.port or {"http": 80, "https": 443}[parts.scheme]


def written(origin: Origin) -> str:
    """The origin as in a URL."""
    scheme, host, port = origin
    return f"{scheme}://{f'[{host}]' if ':' in host else host}:{port}"


def from_environment(url: str) -> tuple[str, str] | None:
    """The environment variable that has a proxy for the URL, and the proxy; None if no proxy is to be used."""
    scheme, host, port = origin(url)
    if _is_exception(host, port):
        return None
    found = getproxies()
    kind = next((kind for kind in (scheme, "all") if found.get(kind)), None)
    if kind is None:
        return None
    variable, proxy = f"{kind}_proxy", found[kind]
    # If a variable is set in both cases, urllib takes the one in lower case.
    return variable if variable in os.environ else variable.upper(), proxy if "://" in proxy else f"http://{proxy}"


def _is_exception(host: str, port: int) -> bool:
    """Whether NO_PROXY (or the system's settings) exempts the host. Names are read as urllib reads them. As with curl
    and httpx, an entry may also be an IPv6 address, with or without brackets, or a network, each also with a port.
    """
    if proxy_bypass(f"[{host}]:{port}" if ":" in host else f"{host}:{port}"):
        return True
    try:
        address = ip_address(host)
    except ValueError:
        return False
    return any(_covers(entry.strip(), address, port) for entry in getproxies().get("no", "").split(","))


def _covers(entry: str, address: object, port: int) -> bool:
    bracket, _, behind = entry.rpartition("]")
    if bracket:  # [IPv6] or [IPv6]:port
        network, own_port = bracket.removeprefix("["), behind.removeprefix(":")
    elif entry.count(":") == 1:
        network, _, own_port = entry.partition(":")
    else:
        network, own_port = entry, ""
    try:
        return own_port in ("", str(port)) and address in ip_network(network, strict=False)
    except (ValueError, TypeError):
        return False
