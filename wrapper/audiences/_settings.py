"""Where a provider object's credentials and options come from: an argument, or else an environment variable."""

import os
import re
import ssl
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from ipaddress import ip_address
from typing import Any, NamedTuple, cast
from urllib.parse import SplitResult, urlsplit

from . import _checks
from ._errors import ConfigurationError, Remedy
from ._http.connections import ConnectionSettings
from ._http.proxies import Origin, from_environment, origin, speaking
from ._http.send import check_transport
from ._reason import reason
from ._secret import FIT, Secret, SecretSource, is_fit
from ._version import __version__

FROM_ENVIRONMENT = "environment"
_CLIENT = ("client_id", "client_secret", "scopes", "token_url")
"""The settings with which an access token is asked for."""
ALLOW_HTTP = Remedy("allow_http", True, "permits it")


class Setting(NamedTuple):
    """The annotation of a constructor's argument that an environment variable can give as well."""

    variable: str
    meaning: str
    secret: bool = False
    required: bool = True
    whole: bool = False
    """Whether it is a whole number."""
    argument: str = ""
    """The name of the argument."""

    def read(self, given: object) -> object:
        """The argument, or else the variable's value, or None; an empty variable counts as missing. A secret may
        also be a function or a Secret.

        Raises ConfigurationError, which does not show the value, for a text that breaks a rule of the setting.
        """
        value = given if given is not None else os.environ.get(self.variable) or None
        asked = self.secret and (isinstance(value, Secret) or callable(value))
        rule = ""
        if value is not None and not asked and not is_fit(value):
            rule = FIT
        elif value is not None and self.whole and not re.fullmatch("[0-9]{1,9}", str(value)):
            rule = "must be a whole number"
        if rule:
            called = self.argument if given is not None else self.variable
            raise ConfigurationError(f"({self.meaning}) {rule}", argument=called)
        return value


def settings_of(options: Any) -> tuple[Setting, ...]:
    """The settings in the annotations of a TypedDict."""
    annotated = {name: getattr(each, "__metadata__", ()) for name, each in options.__annotations__.items()}
    return tuple(each._replace(argument=name) for name, found in annotated.items() for each in found)


def _asks_for_token(given: Mapping[str, object], settings: Collection[Setting]) -> bool:
    """Whether an access token is to be asked for, by OAuth 2.0 client credentials. Arguments win over the environment,
    and there the token wins.

    Raises ConfigurationError where both are given as arguments.
    """
    asks = any(given.get(name) is not None for name in _CLIENT)
    if asks and given.get("access_token") is not None:
        raise ConfigurationError("give access_token, or client_id, client_secret and scopes, not both")
    variables = {each.argument: os.environ.get(each.variable) for each in settings}
    found = given.get("access_token") is not None or variables["access_token"]
    return asks or (not found and bool(variables["client_id"]))


@dataclass(frozen=True, repr=False)
class Values:
    """A provider object's settings: its texts, where they are given, and its secrets."""

    texts: Mapping[str, str]
    secrets: Mapping[str, Secret]
    called: Mapping[str, str]
    """The argument, or else the variable, that each setting is taken from."""

    def __getitem__(self, name: str) -> str:
        return self.texts[name]

    def bearer(self, name: str) -> Secret:
        """The Authorization header with a token, or with a key that is sent like a token (RFC 6750)."""
        return self.prefixed(name, "Bearer ")

    def prefixed(self, name: str, prefix: str) -> Secret:
        """The value of a header: a prefix, and the credential."""
        return Secret(self.secrets[name], prefix=prefix)


def resolve(settings: Collection[Setting], given: Mapping[str, object], *, oauth: bool) -> Values:
    """The settings of a provider object. `oauth` says that an access token can be asked for.

    Raises ConfigurationError that names all missing settings at once.
    """
    asks = oauth and _asks_for_token(given, settings)
    unused = () if not oauth else ("access_token",) if asks else _CLIENT
    instead = {*_CLIENT} - {"token_url"} if asks else ()
    found = {each: each.read(given.get(each.argument)) for each in settings if each.argument not in unused}
    missing = [each for each, value in found.items() if value is None and (each.required or each.argument in instead)]
    if missing:
        ways = [f"give the argument {each.argument!r}, or set {each.variable} ({each.meaning})" for each in missing]
        error = ConfigurationError(f"settings are missing: {'; '.join(ways)}")
        error.missing = missing
        raise error
    secrets = {
        each.argument: Secret(cast("SecretSource", value), variable=each.variable)
        for each, value in found.items()
        if value and each.secret
    }
    texts = {each.argument: str(value) for each, value in found.items() if value and not each.secret}
    called = {each.argument: each.variable if given.get(each.argument) is None else each.argument for each in settings}
    return Values(texts, secrets, called)


def server_url(server: Mapping[str, Any], values: Values, *, allow_http: bool) -> str:
    """The base URL that was given, or that of a spec's server, with the spec's variables filled in."""
    called, url = values.called, values.texts.get("base_url", server["url"])
    for name, variable in server.get("variables", {}).items():
        value, hole = values.texts.get(name), f"{{{name}}}"
        if value is not None and not re.fullmatch(r"[\w.-]*\w", value):
            raise ConfigurationError(f"must be a path segment, such as {variable['default']}", argument=called[name])
        if value is not None and hole not in url and (called[name] == name or called["base_url"] != "base_url"):
            # An explicit URL wins over a version from the environment.
            rule = f"has no {hole} in it, and {called[name]} is given"
            raise ConfigurationError(rule, argument=called["base_url"])
        url = url.replace(hole, value or variable["default"])
    return base_url(url, allow_http=allow_http, argument=called["base_url"])


def base_url(url: str, *, allow_http: bool = False, argument: str = "base_url") -> str:
    """The URL without a slash at its end.

    Raises ConfigurationError where a path cannot be appended to it, or where it would send credentials unencrypted to
    another machine.
    """
    _checks.truth("allow_http", allow_http)
    parts = _parts(url, ("http", "https"))
    odd = r"[^\w.~!$&'()*+,;=:%/[\]-]|/\.\.?(/|$)"  # a request's URL must be written as it is sent
    if parts is None or re.search(odd, url, re.ASCII):
        without = "user, query, fragment, open variables, the steps . and .., and what must be encoded"
        raise ConfigurationError(f"must be http(s)://host[:port][/path], without {without}", argument=argument)
    if parts.scheme == "http" and not allow_http and not _is_here(url):
        rule = "has plain http and another host than this machine: credentials would go unencrypted"
        raise ConfigurationError(rule, argument=argument, remedy=ALLOW_HTTP)
    return url.rstrip("/")


def _parts(url: str, schemes: Collection[str]) -> SplitResult | None:
    """The parts of a URL; None if nothing can be connected to by it, or two parsers may find different hosts in it."""
    try:
        parts = urlsplit(url)
        fine = parts.scheme in schemes and parts.port != 0
    except ValueError:
        return None
    host = parts.netloc.rpartition("@")[2]
    return parts if fine and re.fullmatch(r"([A-Za-z0-9._-]+|\[[0-9A-Fa-f:.]+\])(:[0-9]*)?", host) else None


def _is_here(url: str) -> bool:
    host = urlsplit(url).hostname or ""
    try:
        address = ip_address(host)
    except ValueError:
        # RFC 6761 (6.3) has resolvers answer for names below it, too, but only as a SHOULD: some ask DNS.
        return host == "localhost"
    # Pythons differ in what they say of an IPv4 address within an IPv6 one.
    return (getattr(address, "ipv4_mapped", None) or address).is_loopback


def connection_settings(options: Mapping[str, Any], urls: Sequence[str], *, awaits: bool) -> ConnectionSettings:
    """How the provider object reaches its servers. Raises ConfigurationError for options that make no sense."""
    verify, proxy, agent = options.get("verify"), options.get("proxy"), options.get("user_agent")
    if options.get("transport") is not None and (verify is not None or proxy is not None):
        raise ConfigurationError("a transport brings its own verify and proxy")
    check_transport(options.get("transport"), awaits=awaits)
    if agent is not None and not is_fit(agent):
        raise ConfigurationError(f"user_agent {FIT}")
    proxies = dict[Origin, str]()
    for url in urls:
        # A proxy of the environment is not meant for URLs of this machine.
        found = ("proxy", proxy) if proxy != FROM_ENVIRONMENT else None if _is_here(url) else from_environment(url)
        if found is None or found[1] is None:
            continue
        _check_proxy(*found)
        if origin(url)[0] == "http" and not options.get("allow_http", False) and not _is_here(found[1]):
            why = "a URL has plain http and the proxy is another machine: credentials would go unencrypted"
            raise ConfigurationError(why, remedy=ALLOW_HTTP)
        proxies[origin(url)] = found[1]
    own = f"audiences/{__version__}"
    return ConnectionSettings(f"{agent} {own}" if agent else own, _verified(verify), proxies)


def _verified(verify: object) -> ssl.SSLContext | None:
    if verify is None or isinstance(verify, ssl.SSLContext):
        return verify
    if not isinstance(verify, str | os.PathLike) or not os.fspath(verify):
        why = "verify must be a file of CA certificates or an ssl.SSLContext; it cannot be turned off"
        raise ConfigurationError(why)
    try:
        return speaking(ssl.create_default_context(cafile=os.fspath(verify)))
    except ssl.SSLError:
        why = "it has no certificates in PEM format"
    except (OSError, ValueError) as error:
        why = reason(error)
    raise ConfigurationError(f"verify: the CA file cannot be loaded: {why}")


def _check_proxy(name: str, proxy: object) -> None:
    parts = _parts(proxy, ("http",)) if isinstance(proxy, str) else None
    if parts is None or not is_fit(proxy):
        what = f'"{FROM_ENVIRONMENT}" or a URL' if name == "proxy" else "a URL"
        raise ConfigurationError(f"{name} must be {what}: http://[user:password@]host[:port]")
