"""What connections are made with: TLS, and proxies."""

import os
import ssl
from functools import cache
from os import PathLike
from urllib.parse import urlsplit
from urllib.request import getproxies, proxy_bypass

import httpx

from .. import _checks
from .._errors import ConfigurationError
from .._lock import Lock
from .network import AsyncBackend, Backend
from .spread import Spread

FROM_ENVIRONMENT = "environment"
_DIRECT = "direct"
_MAKING = Lock()


def check_transport(given: object, *, awaits: bool) -> None:
    """None is fine, too. Raises ConfigurationError for a transport of the other face: with it, a call would fail in the
    middle, and its outcome would be unknown.
    """
    kind = httpx.AsyncBaseTransport if awaits else httpx.BaseTransport
    if given is not None and not isinstance(given, kind):
        raise ConfigurationError(f"transport must be an httpx.{kind.__name__}")
    if isinstance(given, httpx.MockTransport):  # it is of both kinds, whatever its function is
        _checks.function("transport", given.handler, awaits=awaits)


def tls(ca_file: str | PathLike[str] | None = None) -> ssl.SSLContext:
    """One for the process: making one costs more than a call does. A CA file, which may change, is read anew."""
    if ca_file is not None:
        return ssl.create_default_context(cafile=ca_file)
    with _MAKING:  # `cache` alone may make two
        return _usual_authorities()


@cache
def _usual_authorities() -> ssl.SSLContext:
    return httpx.create_ssl_context(trust_env=False)


class Pool(httpx.HTTPTransport):
    def __init__(self, context: ssl.SSLContext, proxy: str | None, keepalive: float) -> None:
        limits = httpx.Limits(keepalive_expiry=keepalive)
        super().__init__(verify=context, trust_env=False, limits=limits, proxy=_proxy(proxy, context))
        # httpx hands no network backend to its pool; everything else of its transport stays as respx knows it.
        self._pool._network_backend = Backend()


def async_pools(context: ssl.SSLContext, proxy: str | None, keepalive: float) -> Spread:
    return Spread(lambda: AsyncPool(context, proxy, keepalive), keepalive)


class AsyncPool(httpx.AsyncHTTPTransport):
    def __init__(self, context: ssl.SSLContext, proxy: str | None, keepalive: float) -> None:
        limits = httpx.Limits(keepalive_expiry=keepalive)
        super().__init__(verify=context, trust_env=False, limits=limits, proxy=_proxy(proxy, context))
        self._pool._network_backend = AsyncBackend()


def _proxy(url: str | None, context: ssl.SSLContext) -> httpx.Proxy | None:
    # Without the context, httpcore would make another one for a proxy that speaks TLS, with the usual authorities.
    if url in (None, _DIRECT):
        return None
    return httpx.Proxy(url, ssl_context=context if url.lower().startswith("https:") else None)


def proxy_for(url: str) -> str:
    """The proxy that the environment names for the URL. Without one, it has a pool of its own all the same: httpx would
    take the one for the same host without a port, and its proxy.
    """
    named = from_environment(url)
    return named[1] if named else _DIRECT


def from_environment(url: str) -> tuple[str, str] | None:
    """The variable that names a proxy for the URL, and the proxy."""
    parts = urlsplit(url)
    host = f"[{parts.hostname}]" if ":" in (parts.hostname or "") else parts.hostname
    # An entry of NO_PROXY may have the port that goes without saying in the URL.
    if proxy_bypass(f"{host}:{parts.port or (443 if parts.scheme == 'https' else 80)}"):
        return None
    found = getproxies()
    kind = next((kind for kind in (parts.scheme, "all") if found.get(kind)), None)
    if kind is None:
        return None
    variable, proxy = f"{kind}_proxy", found[kind]
    # Of the two spellings, urllib prefers the lower one.
    return variable if variable in os.environ else variable.upper(), proxy if "://" in proxy else f"http://{proxy}"
