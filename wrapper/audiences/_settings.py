"""Where a provider object's credentials and options come from: an argument, or else an environment variable."""

import os
import re
from typing import NamedTuple
from urllib.parse import urlsplit

from ._errors import ConfigurationError
from ._secret import Secret


class Setting(NamedTuple):
    """A constructor's argument, the environment variable that stands in for it, and what it is."""

    argument: str
    variable: str
    meaning: str
    secret: bool = False
    required: bool = True

    def read(self, given: str | None, provider: str) -> str | None:
        """The argument, or else the variable's value; an empty variable counts as missing.

        Raises ConfigurationError, without the value, where it is missing, or is not fit for a header.
        """
        value = given if given is not None else os.environ.get(self.variable) or None
        origin = f"argument {self.argument!r}" if given is not None else f"environment variable {self.variable}"
        if value is None:
            if not self.required:
                return None
            raise ConfigurationError(
                f"{self.meaning} is missing: give the argument {self.argument!r}, or set {self.variable}",
                provider=provider,
            )
        if not isinstance(value, str) or not re.fullmatch(r"[!-~](?:[ -~]*[!-~])?", value):
            raise ConfigurationError(
                f"{self.meaning} ({origin}) must be visible ASCII characters, without white space at the ends",
                provider=provider,
            )
        return value

    def need(self, given: str | None, provider: str) -> str:
        return self.read(given, provider) or ""

    def need_secret(self, given: str | None, provider: str) -> Secret:
        return Secret(self.need(given, provider))


def base_url(url: str, provider: str) -> str:
    """The URL without a slash at its end. Raises ConfigurationError where a path cannot be appended to it."""
    try:
        parts = urlsplit(url)
        fine = parts.scheme in ("http", "https") and parts.hostname and (parts.port is None or parts.port > 0)
    except ValueError:
        fine = False
    else:
        fine = fine and not (parts.query or parts.fragment or "@" in parts.netloc or set(url) & set("{ "))
    if not fine:
        raise ConfigurationError(
            "base_url must be http(s)://host[:port][/path], without user, query, fragment or open variables",
            provider=provider,
        )
    return url.rstrip("/")
