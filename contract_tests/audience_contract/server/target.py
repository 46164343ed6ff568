"""The server that is judged: where it is, and with which credentials and settings it is asked."""

import ipaddress
import os
import re
import socket
import time
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from ..connections import is_base_url
from ..messages import Request
from ..mock.provider import load as provider_of
from ..security import credential, header, start
from ..spec import Node, Operation, Spec, load
from ..urlencoded import decode, pairs


class ProductionError(ValueError):
    """The base URL is the provider's own, and nobody said that it may be."""


@dataclass(frozen=True)
class Target:
    """A server that claims to keep a provider's contract.

    `url` is its base URL, no slash at the end. `settings` are the values that the documents leave to the caller, by
    their place: "header Authorization" (the token alone, without its scheme) or "body client_secret". The repr has no
    value of them.
    """

    spec: Spec
    url: str
    settings: Mapping[str, str] = field(repr=False)

    @classmethod
    def of(
        cls, provider: str, url: str, environment: Mapping[str, str] = os.environ, *, production: bool = False
    ) -> "Target":
        """The server at `url`, its settings from the environment variables that `Provider.settings` names.

        Raises LookupError for an unknown provider, ValueError for a URL that is none or a variable that is missing,
        and ProductionError for a host that the spec names as a server, unless `production`.
        """
        spec = load(provider)
        if not is_base_url(url):
            raise ValueError("the URL must be http:// or https:// with a host, and without query and fragment")
        parts = urlsplit(url)
        if parts.username is not None or parts.password is not None:
            raise ValueError("the URL must not hold a user or password")
        hosts = {urlsplit(server.value["url"]).hostname for server in spec.node["servers"]}
        # With a dot at its end, it is the same host, written in full.
        host = (parts.hostname or "").removesuffix(".")
        if host in hosts and not production:
            raise ProductionError(
                f"{host} is {provider}'s production host: creating audiences there needs --allow-production"
            )
        variables = provider_of(provider).settings
        missing = sorted(name for name in variables.values() if not environment.get(name))
        if missing:
            raise ValueError(f"set {', '.join(missing)} in the environment")
        settings = {place: environment[name] for place, name in variables.items()}
        broken = sorted(name for place, name in variables.items() if not _fits(place, settings[place]))
        if broken:
            raise ValueError(f"{', '.join(broken)}: no header can carry that value")
        return cls(spec, _base(spec, url.rstrip("/")), settings)

    def named(self, operations: Collection[str]) -> frozenset[str]:
        """These operations; raises LookupError for a name that is none."""
        known = [operation.id for operation in self.spec.operations]
        for name in operations:
            if name not in known:
                raise LookupError(f"no operation {name!r}; there are {', '.join(known)}")
        return frozenset(operations)

    @property
    def is_local(self) -> bool:
        """Whether the server is on this machine."""
        host = urlsplit(self.url).hostname or ""
        try:
            return host == "localhost" or ipaddress.ip_address(host).is_loopback
        except ValueError:
            return False

    def wait(self, seconds: float) -> None:
        """Wait until something listens there, so many seconds at most."""
        parts = urlsplit(self.url)
        address = (parts.hostname or "", parts.port or (443 if parts.scheme == "https" else 80))
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            try:
                socket.create_connection(address, timeout=1).close()
            except OSError:
                time.sleep(0.1)
            else:
                return

    @property
    def secrets(self) -> tuple[str, ...]:
        """The values of credentials."""
        return tuple(value for place, value in self.settings.items() if self.is_secret(place))

    @property
    def names(self) -> tuple[str, ...]:
        """The environment variables that the settings come from."""
        return tuple(provider_of(self.spec.key).settings.values())

    @property
    def variables(self) -> dict[str, str]:
        """The environment variables that have credentials, by the credential."""
        found = provider_of(self.spec.key).settings
        return {value: found[place] for place, value in self.settings.items() if self.is_secret(place)}

    def is_secret(self, place: str) -> bool:
        """Whether a setting is a credential: of a security scheme, or a field that the provider's file names."""
        kind, _, name = place.partition(" ")
        return name in (
            {header(s) for s in self.schemes} if kind == "header" else provider_of(self.spec.key).credentials
        )

    def headers(self) -> dict[str, str]:
        """The headers that carry settings, right ones."""
        found = {}
        for scheme in self.schemes:
            value = self.settings[f"header {header(scheme)}"]
            found[header(scheme)] = start(scheme) + value
        others = {place.removeprefix("header "): v for place, v in self.settings.items() if place.startswith("header ")}
        return {**others, **found}

    def admits(self, scheme: Node, values: list[str]) -> bool:
        """Whether a header's values are the right credential of a scheme."""
        right = self.settings[f"header {header(scheme)}"]
        return len(values) == 1 and credential(scheme, values[0]) == right

    def wrong_settings(self, request: Request) -> list[str]:
        """The settings, credentials in headers apart, that a request gives another value than the right one."""
        credentials = {header(scheme) for scheme in self.schemes}
        found = []
        for place, right in self.settings.items():
            kind, _, name = place.partition(" ")
            if kind == "body":
                values = [decode(v, plus=True) for k, v in pairs(request.body.decode("latin-1")) if k == name]
            elif name not in credentials:
                values = list(request.values(name))
            else:
                continue
            # The order in a list of scopes means nothing (RFC 6749, 3.3).
            if values and [sorted(str(value).split(",")) for value in values] != [sorted(right.split(","))]:
                found.append(place)
        return found

    def schemes_of(self, operation: Operation) -> list[Node]:
        """The security schemes that an operation names."""
        named = {name for alternative in operation.security or () for name in alternative.value}
        return [scheme for scheme in self.schemes if scheme.pointer.rpartition("/")[2] in named]

    @property
    def schemes(self) -> list[Node]:
        """The declared security schemes."""
        components = self.spec.node.get("components")
        return list((components and components.get("securitySchemes")) or ())


def _base(spec: Spec, url: str) -> str:
    """The base URL without the beginning of an operation's path, two segments or more, where it has that as well."""
    paths = [re.match("[^{]*", operation.path) for operation in spec.operations]
    begun = {match[0][: end.start()] for match in paths if match for end in re.finditer("/", match[0])}
    found = (start for start in sorted(begun, key=len, reverse=True) if start.count("/") > 1 and url.endswith(start))
    return url.removesuffix(next(found, ""))


def _fits(place: str, value: str) -> bool:
    """Whether a value can stand where it belongs: a header's is one line without white space at its ends."""
    return not place.startswith("header ") or (value.isascii() and value.isprintable() and value == value.strip())
