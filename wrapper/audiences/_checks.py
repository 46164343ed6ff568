"""Checks of a caller's options, so that a wrong one is reported at once, and not in the middle of a call."""

import re
from collections.abc import Mapping
from inspect import iscoroutinefunction
from typing import TypeGuard

from ._errors import ConfigurationError

_NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_TEXT = re.compile(r"[!-~](?:[ \t!-~]*[!-~])?|")
LONGEST = 7 * 24 * 3600
"""The longest time-out, in seconds. Operating systems count a socket's time-out in milliseconds, with 31 bits."""


def is_number(value: object) -> TypeGuard[float]:
    return isinstance(value, int | float) and not isinstance(value, bool)


def seconds(name: str, value: object, *, above_zero: bool) -> float:
    if is_number(value) and 0 <= value <= LONGEST and (value or not above_zero):
        return value
    least = "above zero" if above_zero else "of zero or more"
    raise ConfigurationError(f"{name} must be a number of seconds {least}, at most a week")


def count(name: str, value: object) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or value < 1:
        raise ConfigurationError(f"{name} must be a whole number above zero")
    return value


def truth(name: str, value: object) -> bool:
    """The bool. Raises ConfigurationError for any other value: the text `"no"` would count as true."""
    if not isinstance(value, bool):
        raise ConfigurationError(f"{name} must be True or False")
    return value


def headers(value: object) -> Mapping[str, str]:
    if isinstance(value, Mapping) and all(
        isinstance(name, str) and isinstance(text, str) and _NAME.fullmatch(name) and _TEXT.fullmatch(text)
        for name, text in value.items()
    ):
        return dict(value)
    raise ConfigurationError("extra_headers must be a mapping of names to texts of visible ASCII")


def function(name: str, value: object, *, awaits: bool) -> None:
    """Raises ConfigurationError for what is neither a function nor None, and, unless `awaits`, for an asynchronous
    function.
    """
    if value is None:
        return
    if not callable(value):
        raise ConfigurationError(f"{name} must be a function")
    if not awaits and any(map(iscoroutinefunction, (value, getattr(value, "__call__", None)))):  # noqa: B004
        raise ConfigurationError(f"{name} is asynchronous, and is not awaited here")
