"""OAuth 2.0 client credentials: an access token, asked for once for all threads and tasks."""

import copy
import os
import time
from collections.abc import Callable
from dataclasses import dataclass

from ._errors import AudiencesError, TokenError
from ._lock import Lock
from ._secret import Source
from ._steps import Flow, Wait

MARGIN = 60.0
"""A token is asked for anew so many seconds before it expires, or a tenth of its time before."""
_LOOK = 0.02
"""Seconds between two looks whether another thread or task, in whatever event loop, has got the token."""


@dataclass(frozen=True, slots=True, repr=False)
class Granted:
    token: str
    lifetime: float
    """Seconds."""


@dataclass(slots=True, repr=False)
class _Fetch:
    """One that goes on, for those who wait for it."""

    process: int
    over: bool = False
    error: AudiencesError | None = None


class ClientCredentials(Source):
    """`fetch` asks the token endpoint, until the deadline that it is given."""

    def __init__(self, fetch: Callable[[float], Flow[Granted]]) -> None:
        self._fetch = fetch
        self._lock = Lock()
        self._token: tuple[str, float] | None = None
        self._going: _Fetch | None = None

    def ask(self, refused: str | None, deadline: float) -> Flow[str]:
        while True:
            with self._lock:
                if self._token and self._token[0] != refused and time.monotonic() < self._token[1]:
                    return self._token[0]
                going, leads = self._going, False
                if going is None or going.process != os.getpid():  # a fork leaves those behind who were asking
                    going, leads = _Fetch(os.getpid()), True
                    self._going = going
            if leads:
                return (yield from self._lead(going, deadline))
            while not going.over:
                if time.monotonic() >= deadline:
                    raise TokenError("no access token: the total time is over")
                yield Wait(_LOOK)
            if going.error:
                raise copy.copy(going.error)

    def _lead(self, fetch: _Fetch, deadline: float) -> Flow[str]:
        try:
            granted = yield from self._fetch(deadline)
        except AudiencesError as error:
            fetch.error = TokenError.of(error)
            raise fetch.error from None
        else:
            self._token = granted.token, time.monotonic() + max(granted.lifetime - MARGIN, 0.9 * granted.lifetime)
            return granted.token
        finally:
            self._going = None
            fetch.over = True
