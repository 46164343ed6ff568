"""Checks of a caller's options, so that a wrong one is reported at once, and not in the middle of a call."""

import re
from collections.abc import Mapping

from ._errors import ConfigurationError

_NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_TEXT = re.compile(r"[!-~](?:[ \t!-~]*[!-~])?|")
LONGEST = 7 * 24 * 3600
"""The longest time-out, in seconds. Operating systems count a socket's time-out in milliseconds, with 31 bits."""


def seconds(name: str, value: object, *, above_zero: bool) -> None:
    number = isinstance(value, int | float) and not isinstance(value, bool)
    if not (number and 0 <= value <= LONGEST and (value or not above_zero)):  # type: ignore[operator]
        least = "above zero" if above_zero else "of zero or more"
        raise ConfigurationError(f"{name} must be a number of seconds {least}, at most a week")


def count(name: str, value: object) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or value < 1:
        raise ConfigurationError(f"{name} must be a whole number above zero")
    return value


def headers(value: object) -> Mapping[str, str]:
    if isinstance(value, Mapping) and all(
        isinstance(name, str) and isinstance(text, str) and _NAME.fullmatch(name) and _TEXT.fullmatch(text)
        for name, text in value.items()
    ):
        return dict(value)
    raise ConfigurationError("extra_headers must be a mapping of names to texts of visible ASCII")
