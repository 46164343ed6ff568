"""Credentials, kept out of every repr and pickle."""

import re
from collections.abc import Awaitable, Callable
from functools import partial
from typing import NoReturn, Self

from ._call_settings import CallSettings
from ._errors import ConfigurationError, NotSentError
from ._sides import Flow, Given, awaited, called, in_time

FIT = "must be a string of visible ASCII characters, without white space at the ends"


def is_fit(value: object) -> bool:
    """Whether a value can stand in a header."""
    return isinstance(value, str) and re.fullmatch(r"[!-~](?:[ -~]*[!-~])?", value) is not None


Source = Callable[[str | None, CallSettings], Flow[str]]
"""A flow that gives a secret, run on every attempt of a call. Its arguments are the secret that the provider has just
refused, or None, and the settings of the call."""


class Secret:
    """A credential: a text, or a function without arguments that gives it, asked again on every attempt.

    The function may be asynchronous where `audiences.aio` sends. Only `reveal()` and `value` show the text. An answer
    that holds it is kept with `***` in its place, if the secret has six characters or more.

    Raises ConfigurationError, without the value, for a text that cannot stand in a header.
    """

    __slots__ = ("_prefix", "_source", "variable")

    def __init__(self, source: "SecretSource", *, prefix: str = "", variable: str = "") -> None:
        if isinstance(source, Secret):
            given, variable = source._source, variable or source.variable
        elif callable(source):
            given = partial(_asked, source)
        elif is_fit(source):
            given = source
        else:
            raise ConfigurationError(f"a secret {FIT}")
        self._source: str | Source = given
        self._prefix = prefix
        self.variable: str = variable
        """The environment variable that can give the secret; "" if there is none."""

    @classmethod
    def of(cls, source: Source, variable: str) -> Self:
        made = cls("-", variable=variable)
        made._source = source
        return made

    def reveal(self) -> str:
        """The text. Raises TypeError for a secret that a function gives."""
        return self._prefix + self.value

    @property
    def given(self) -> bool:
        """Whether the text is known; a secret that a function gives has none until it is asked for."""
        return isinstance(self._source, str)

    @property
    def value(self) -> str:
        """The text without its prefix. Raises TypeError for a secret that a function gives."""
        if not isinstance(self._source, str):
            raise TypeError("this secret is asked for on every attempt")
        return self._source

    @property
    def masked(self) -> str:
        """The prefix, and stars."""
        return f"{self._prefix}***"

    def resolved(self, refused: "Secret | None", how: CallSettings) -> Flow[Self]:
        """The same secret with its text, for which its function is asked now. `refused` is the one that the provider
        has just refused.
        """
        if isinstance(self._source, str):
            return self
        value = yield from self._source(refused.value if refused else None, how)
        return type(self)(value, prefix=self._prefix, variable=self.variable)

    def __repr__(self) -> str:
        return "Secret('***')"

    def __deepcopy__(self, _: object) -> Self:
        """The secret itself, so that `copy.deepcopy` and `dataclasses.asdict` take a request."""
        return self

    def __reduce__(self) -> NoReturn:
        raise TypeError("a Secret is not pickled; make it anew where it is needed")


SecretSource = str | Secret | Callable[[], str | Awaitable[str]]


def _asked(function: Callable[[], str | Awaitable[str]], refused: str | None, how: CallSettings) -> Flow[str]:  # noqa: ARG001
    """The secret that a function of the caller's gives. Raises NotSentError if it raises, or is not done in time."""
    during = "the function for a secret"
    asked: Given = yield from in_time(how.side.work(partial(called, function), how.remaining), during)
    given = yield from awaited(asked, how.side, how.remaining, during)
    if given.raised:
        raise NotSentError(f"nothing was sent: {during} raised {type(given.raised).__name__}")
    if not is_fit(given.value):
        raise ConfigurationError(f"a secret {FIT}; the function for it returned something else")
    return str(given.value)
