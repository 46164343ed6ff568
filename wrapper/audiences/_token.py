"""OAuth 2.0 client credentials: an access token, asked for once for all threads and tasks."""

import copy
import os
import time
from collections.abc import Callable
from dataclasses import dataclass

from ._call_settings import CallSettings
from ._errors import AudiencesError, TokenError
from ._lock import Lock
from ._sides import Flow

MARGIN = 60.0
"""Seconds before its end at which a token is renewed; one of less than ten minutes is renewed after 90% of its time."""
LONGEST_LIFE = 24 * 3600.0
"""Seconds after which a token is renewed at the latest. Adobe has also given its 24 hours in milliseconds."""
_LOOK = 0.02
"""Seconds between two checks whether another thread or task, in whatever event loop, has got the token."""


@dataclass(frozen=True, slots=True, repr=False)
class Granted:
    token: str
    lifetime: float
    """Seconds."""


@dataclass(slots=True, repr=False)
class _Fetch:
    """A request for a token that goes on, and that others wait for. In the end it has a token, an error, or, if it was
    cancelled, neither.
    """

    process: int
    deadline: float
    over: bool = False
    token: str | None = None
    error: AudiencesError | None = None

    @property
    def goes_on(self) -> bool:
        # After a fork, the thread that was asking does not exist in the child.
        return not self.over and self.process == os.getpid()


class ClientCredentials:
    """An access token, shared by all calls. `fetch` asks the token endpoint for one, with the settings of the call that
    needs it; `variable` is the environment variable that can give the endpoint's URL.
    """

    def __init__(self, fetch: Callable[[CallSettings], Flow[Granted]], variable: str) -> None:
        self._fetch, self._variable = fetch, variable
        self._lock = Lock()
        self._token: tuple[str, float] | None = None
        self._going: _Fetch | None = None

    def ask(self, refused: str | None, how: CallSettings) -> Flow[str]:
        until = deadline = how.deadline
        while True:
            mine: _Fetch | None = None
            try:
                with self._lock.held:
                    now = time.monotonic()
                    if self._token and self._token[0] != refused and now < self._token[1]:
                        return self._token[0]
                    fetch = self._going
                    # A stuck request must not use up the time of the calls that wait: after half of it, they ask anew.
                    if fetch is None or not fetch.goes_on or now >= until:
                        fetch = mine = self._going = _Fetch(os.getpid(), deadline)
                    else:
                        until = now + (deadline - now) / 2
                if mine:
                    yield from self._lead(mine, how)
            finally:
                if mine:
                    mine.over = True
            while fetch.goes_on and time.monotonic() < until and not how.ending.over:
                yield from how.sleep(_LOOK)
            if fetch.token is not None:
                return fetch.token
            # An error because the asking call's time was over does not count for calls that have more time.
            if fetch.error and (fetch is mine or time.monotonic() < fetch.deadline):
                raise copy.copy(fetch.error)
            if time.monotonic() >= deadline or how.ending.over:
                why = "close() ended the call" if how.ending.over else "the total time is over"
                raise TokenError(f"no access token: {why}")

    def _lead(self, fetch: _Fetch, how: CallSettings) -> Flow[None]:
        try:
            granted = yield from self._fetch(how)
        except AudiencesError as error:
            fetch.error = TokenError.of(error, self._variable)
        else:
            lifetime = min(granted.lifetime, LONGEST_LIFE)
            self._token = granted.token, time.monotonic() + max(lifetime - MARGIN, 0.9 * lifetime)
            fetch.token = granted.token
