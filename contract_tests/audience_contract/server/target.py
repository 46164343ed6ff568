"""The server that is judged: its base URL, and the credentials and settings that requests carry."""

import ipaddress
import os
import re
import socket
import time
from base64 import b64decode
from collections.abc import Collection, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from ..connections import A_BASE_URL, is_base_url, tls
from ..messages import Request
from ..mock.provider import load as provider_of
from ..security import credential, place, start, where
from ..spec import Node, Operation, Spec, load
from ..urlencoded import decode, pairs


class ProductionError(ValueError):
    """The base URL is the provider's own, and `production` does not allow that."""


@dataclass(frozen=True)
class Target:
    """A server that claims to keep a provider's contract.

    `url` is its base URL, without a slash at the end. `settings` has the values that the documents leave to the caller,
    by place: "header Authorization" (the token alone, without its scheme) or "body client_secret". The repr leaves
    `settings` out. `ca` is a file of certificates to trust.
    """

    spec: Spec
    url: str
    settings: Mapping[str, str] = field(repr=False)
    ca: Path | None = None

    @classmethod
    def of(
        cls,
        provider: str,
        url: str,
        environment: Mapping[str, str] = os.environ,
        *,
        production: bool = False,
        ca: Path | None = None,
    ) -> "Target":
        """The server at `url`; its settings come from the environment variables that `Provider.settings` names.

        `ca` is a file of certificates to trust.

        Raises LookupError for an unknown provider, ValueError for a bad URL, a missing variable, a value that no header
        can carry or a file without certificates, and ProductionError for a host that the spec names as a server, unless
        `production` is true.
        """
        spec = load(provider)
        if not is_base_url(url):
            raise ValueError(f"the URL must be {A_BASE_URL}")
        # A host name with a dot at its end is the same host (RFC 1034, 3.1).
        host = (urlsplit(url).hostname or "").removesuffix(".")
        if host in spec.hosts and not production and not _is_local(host):
            said = f"{host} is {provider}'s production host: creating audiences there needs --allow-production"
            raise ProductionError(said)
        ours = provider_of(provider)
        variables = ours.settings
        missing = sorted(name for name in variables.values() if not environment.get(name))
        # Other OpenAPI documents may declare several schemes of which one is enough, or need no credentials at all.
        if missing and ours.is_by_name:
            raise ValueError(f"set {', '.join(missing)} in the environment")
        settings = {at: environment[name] for at, name in variables.items() if name not in missing}
        try:
            tls(url, ca)
        except OSError as error:
            raise ValueError(f"{ca} has no certificates: {error.strerror or 'it cannot be read'}") from None
        broken = sorted(variables[at] for at, text in settings.items() if at[:7] == "header " and not is_header(text))
        if broken:
            raise ValueError(f"{', '.join(broken)}: no header can carry that value")
        settings |= {f"header {name}": value for name, value in spec.headers.items()}
        return cls(spec, _base(spec, url.rstrip("/")), settings, ca)

    def named(self, operations: Collection[str]) -> frozenset[str]:
        """The operation ids as a set. Raises LookupError for an id that the spec does not have."""
        known = [operation.id for operation in self.spec.operations]
        for name in operations:
            if name not in known:
                raise LookupError(f"no rule or operation {name!r}; the operations are {', '.join(known)}")
        return frozenset(operations)

    @property
    def is_local(self) -> bool:
        """Whether the server is on this machine."""
        return _is_local(urlsplit(self.url).hostname or "")

    def wait(self, seconds: float) -> None:
        """Wait until something accepts connections at the URL, at most for `seconds`."""
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
        """The values of the settings that are credentials."""
        return tuple(value for place, value in self.settings.items() if self.is_secret(place))

    @property
    def hidden(self) -> tuple[str, ...]:
        """The credentials; of HTTP Basic, also the password, and all that is in the Base64."""
        plain = [_plain(value) for place, value in self.settings.items() if place.endswith(" Basic")]
        return tuple(filter(None, (*self.secrets, *plain, *(each.partition(":")[2] for each in plain))))

    @property
    def names(self) -> tuple[str, ...]:
        """The environment variables that the settings come from."""
        found = provider_of(self.spec.key).settings
        return tuple(name for at, name in found.items() if at in self.settings)

    @property
    def variables(self) -> dict[str, str]:
        """The name of the environment variable that each credential comes from, by the credential's value."""
        found = provider_of(self.spec.key).settings
        known = [(at, value) for at, value in self.settings.items() if self.is_secret(at) and at in found]
        # With a part of the password; of other credentials, such a part may be a word.
        cut = {value[:-4]: f"{found[at]}%????" for at, value in known if at.endswith(" Basic")}
        return cut | {value: found[at] for at, value in known}

    def is_secret(self, place: str) -> bool:
        """Whether a setting is a credential: of a security scheme, or a body field in `Provider.credentials`."""
        kind, _, name = place.partition(" ")
        in_body = kind == "body" and name in provider_of(self.spec.key).credentials
        return in_body or place in map(where, self.spec.schemes)

    def carried(self, operation: Operation) -> dict[str, dict[str, str]]:
        """The headers, query parameters and cookies with the right settings: values by kind of place and by name."""
        others = {at: value for at, value in self.settings.items() if at not in map(where, self.spec.schemes)}
        headers = {at.removeprefix("header "): others[at] for at in others if at.startswith("header ")}
        found: dict[str, dict[str, str]] = {"header": headers, "query": {}, "cookie": {}}
        for scheme in self.schemes_of(operation):
            kind, name = place(scheme)
            found[kind][name] = start(scheme) + self.settings[where(scheme)]
        return found

    def admits(self, scheme: Node, values: list[str]) -> bool:
        """Whether a header's values are the right credential of a scheme."""
        right = self.settings.get(where(scheme))
        return len(values) == 1 and credential(scheme, values[0]) == right

    def wrong_settings(self, request: Request) -> list[str]:
        """The places of settings to which a request gives a wrong value; those of security schemes are left out."""
        credentials = {*map(where, self.spec.schemes)}
        found = []
        for at, right in self.settings.items():
            kind, _, name = at.partition(" ")
            if kind == "body":
                values = [decode(v, plus=True) for k, v in pairs(request.body.decode("latin-1")) if k == name]
            elif at not in credentials:
                values = list(request.values(name))
            else:
                continue
            # The order in a list of scopes means nothing (RFC 6749, 3.3).
            if values and [sorted(str(value).split(",")) for value in values] != [sorted(right.split(","))]:
                found.append(at)
        return found

    def schemes_of(self, operation: Operation) -> list[Node]:
        """The security schemes of the first of the operation's alternatives for which all credentials are known."""
        known = {scheme.pointer.rpartition("/")[2]: scheme for scheme in self.schemes}
        alternatives = (alternative.value.keys() for alternative in operation.security or ())
        named = next((names for names in alternatives if names <= known.keys()), ())
        return [scheme for name, scheme in known.items() if name in named]

    @property
    def schemes(self) -> list[Node]:
        """The declared security schemes for which the settings have a credential."""
        return [scheme for scheme in self.spec.schemes if where(scheme) in self.settings]


def _is_local(host: str) -> bool:
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _base(spec: Spec, url: str) -> str:
    """The base URL, without an end of two segments or more that an operation's path begins with as well."""
    paths = [re.match("[^{]*", operation.path) for operation in spec.operations]
    begun = {match[0][: end.start()] for match in paths if match for end in re.finditer("/", match[0])}
    found = (start for start in sorted(begun, key=len, reverse=True) if start.count("/") > 1 and url.endswith(start))
    return url.removesuffix(next(found, ""))


def is_header(text: str) -> bool:
    """Whether a text can be a header's value: one line of ASCII without white space at its ends."""
    return text.isascii() and text.isprintable() and text == text.strip()


def _plain(basic: str) -> str:
    """The user and the password of a credential of HTTP Basic; "" if it has another form."""
    with suppress(ValueError):
        return b64decode(f"{basic}==").decode()
    return ""
