"""Where a provider object's credentials and options come from: an argument, or else an environment variable."""

import os
import re
import ssl
from collections.abc import Mapping, Sequence
from ipaddress import ip_address
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from ._errors import ConfigurationError
from ._http.network import tls
from ._http.send import Way
from ._secret import FIT, Secret, SecretSource, is_fit
from ._version import __version__


class Setting(NamedTuple):
    """A constructor's argument, the environment variable that stands in for it, and what it is."""

    argument: str
    variable: str
    meaning: str
    secret: bool = False
    required: bool = True

    def read(self, given: str | None, provider: str) -> str | None:
        """The argument, or else the variable's value; an empty variable counts as missing.

        Raises ConfigurationError, without the value, where it is not fit for a header.
        """
        value = given if given is not None else os.environ.get(self.variable) or None
        origin = f"argument {self.argument!r}" if given is not None else f"environment variable {self.variable}"
        if value is not None and not is_fit(value):
            del given, value  # a crash report may show this frame
            raise ConfigurationError(f"{self.meaning} ({origin}) {FIT}", provider=provider)
        return value

    def in_environment(self) -> bool:
        return bool(os.environ.get(self.variable))

    def need(self, given: str | None, provider: str) -> str:
        """The same. Raises ConfigurationError where it is missing, too."""
        value = self.read(given, provider)
        if value is None:
            missing = f"{self.meaning} is missing: give the argument {self.argument!r}, or set {self.variable}"
            raise ConfigurationError(missing, provider=provider)
        return value

    def need_secret(self, given: SecretSource | None, provider: str) -> Secret:
        """As a Secret; a function is not asked yet."""
        if isinstance(given, Secret) or callable(given):
            return Secret(given)
        return Secret(self.need(given, provider))


def base_url(url: str, provider: str, *, allow_http: bool = False, name: str = "base_url") -> str:
    """The URL without a slash at its end.

    Raises ConfigurationError where a path cannot be appended to it, or where it would send credentials unencrypted to
    another machine.
    """
    try:
        parts = urlsplit(url)
        fine = parts.scheme in ("http", "https") and parts.hostname and (parts.port is None or parts.port > 0)
    except ValueError:
        parts, fine = urlsplit(""), None
    if not fine or parts.query or parts.fragment or "@" in parts.netloc or set(url) & set("{ "):
        raise ConfigurationError(
            f"{name} must be http(s)://host[:port][/path], without user, query, fragment or open variables",
            provider=provider,
        )
    if parts.scheme == "http" and not allow_http and not _is_here(parts.hostname or ""):
        raise ConfigurationError(
            f"{name} has plain http and another host than this machine: credentials would go unencrypted; "
            "allow_http=True permits it",
            provider=provider,
        )
    return url.rstrip("/")


def _is_here(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost" or host.endswith(".localhost")


def way(options: Mapping[str, Any], urls: Sequence[str]) -> Way:
    """How the provider object reaches its servers. Raises ConfigurationError for options that make no sense."""
    if "transport" in options and (options.keys() & {"verify", "proxy"}):
        raise ConfigurationError("a transport brings its own verify and proxy")
    verify, proxy, agent = options.get("verify"), options.get("proxy"), options.get("user_agent")
    if not isinstance(verify, str | os.PathLike | ssl.SSLContext | None):
        raise ConfigurationError(
            "verify must be a file of CA certificates or an ssl.SSLContext; it cannot be turned off"
        )
    if isinstance(verify, str | os.PathLike):
        try:
            verify = tls(os.fspath(verify))
        except (OSError, ValueError) as error:
            why = getattr(error, "strerror", None) or type(error).__name__
            raise ConfigurationError(f"verify: the CA file cannot be loaded: {why}") from None
    if proxy is not None and not (isinstance(proxy, str) and re.match(r"(https?|socks5h?)://[^/]|environment$", proxy)):
        raise ConfigurationError('proxy must be a URL (http, https, socks5) or "environment"')
    if agent is not None and not is_fit(agent):
        raise ConfigurationError(f"user_agent {FIT}")
    own = f"audiences/{__version__}"
    return Way(urls, f"{agent} {own}" if agent else own, verify, proxy)
