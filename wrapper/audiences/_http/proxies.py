"""What connections are made with: TLS, and proxies."""

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
"""What a server is offered within TLS."""
_MAKING = Lock()


def tls() -> ssl.SSLContext:
    """The system's trust store, one for the process: making it costs more than a call does."""
    with _MAKING.held:  # `cache` alone may make two
        return _trust_store()


@cache
def _trust_store() -> ssl.SSLContext:
    return speaking(httpx2.create_ssl_context(trust_env=False))


def speaking(context: ssl.SSLContext) -> ssl.SSLContext:
    """A context of ours, which now offers HTTP/1.1. A context of the caller's is never changed: others may use it."""
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


def from_environment(url: str) -> tuple[str, str] | None:
    """The variable that names a proxy for the URL, and the proxy."""
    scheme, host, port = origin(url)
    if _is_exception(host, port):
        return None
    found = getproxies()
    kind = next((kind for kind in (scheme, "all") if found.get(kind)), None)
    if kind is None:
        return None
    variable, proxy = f"{kind}_proxy", found[kind]
    # Of the two spellings, urllib prefers the lower one.
    return variable if variable in os.environ else variable.upper(), proxy if "://" in proxy else f"http://{proxy}"


def _is_exception(host: str, port: int) -> bool:
    """Whether NO_PROXY (or the system's settings) has the host: urllib's reading of names, and, as curl and httpx do,
    IPv6 addresses with brackets or without, networks, and a port behind any of them.
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
