"""How a provider's operation is described by its adapter, and how any of its answers becomes a receipt or an error."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from itertools import islice
from typing import Any, NamedTuple

from . import _json, _spec
from ._attempt import Attempt
from ._errors import (
    AudiencesError,
    AuthenticationError,
    Deviation,
    RateLimitedError,
    RejectedError,
    SpecViolationError,
    UnavailableError,
    UnknownOutcomeError,
)
from ._lazy import lazy
from ._outcome import Outcome, State
from ._response import Response

MAX_DEVIATIONS = 100
"""The most deviations of one answer that are kept."""


class Handle(NamedTuple):
    """By what the audience or the operation can be asked for later."""

    id: str | None = None
    token: str | None = None


@dataclass(frozen=True)
class Call:
    """One operation of a provider. `states` has the documented successes; `parse` is the generated response parser."""

    key: str
    operation_id: str
    states: Mapping[int, State]
    parse: Callable[[Any], object]
    needs: Sequence[str]
    """Pointers to the strings of which a receipt needs one."""
    code: Sequence[str]
    """The properties of an error body that may hold the provider's code, best first."""
    message: Sequence[str]
    """The same for the provider's words."""
    safe: bool = False
    """Whether a repetition has no effect at the provider."""

    @lazy
    def operation(self) -> _spec.Operation:
        return _spec.load(self.key).operation(self.operation_id)

    def read(self, response: Response, handle: Callable[[Mapping[str, Any]], Handle | None]) -> "Success":
        """The success in a response, judged before it is parsed. `handle` finds in the body what a receipt needs.

        Raises the AudiencesError that the response amounts to.
        """
        judged = self._judge(response)
        if not 200 <= response.status < 300:
            raise self._error(judged)
        found = handle(judged.value) if isinstance(judged.value, dict) else None
        if found is None:
            raise self._error(judged)
        model, problem = self._parse(judged)
        state = self.states.get(response.status, State.UNKNOWN)
        return Success(found, state, model, problem, judged.deviations, response)

    def failure(self, response: Response) -> AudiencesError:
        """What a response amounts to in which nothing was found."""
        return self._error(self._judge(response))

    def _judge(self, response: Response) -> "_Judged":
        unreadable = response.problem
        if unreadable is None:
            try:
                value = _json.loads(response.body)
                return _Judged(response, value, None, self._deviations(response, value, None))
            except _json.UnreadableError as error:
                unreadable = str(error)
            except Exception as error:  # noqa: BLE001  # no memory, or a fault of ours: what became of the call is known
                unreadable = f"{type(error).__name__} while it was read"
        return _Judged(response, None, unreadable, self._deviations(response, None, unreadable))

    def _deviations(self, response: Response, value: Any, unreadable: str | None) -> tuple[Deviation, ...]:
        media_type = response.headers.get("content-type", "")
        # The judge copies what it is given, and takes many times its memory: of a large answer it gets the beginning.
        value = _json.beginning(value) if len(response.body) > _json.SMALL else value
        found = self.operation.judge_answer(response.status, media_type, value, unreadable)
        return tuple(islice(found, MAX_DEVIATIONS))

    def _parse(self, judged: "_Judged") -> tuple[object, str | None]:
        if judged.response.status not in self.states:
            return None, "the status is not a documented success"
        # The models take a wrong type silently, so only a body without one is given to them.
        broken = [d.pointer for d in judged.deviations if d.rule != _spec.UNDOCUMENTED and d.pointer != "content-type"]
        if broken:
            return None, f"the body breaks the spec at {', '.join(p or 'its root' for p in broken)}"
        try:
            return self.parse(_Answer(judged.response.status, judged.response.body, judged.value)), None
        except Exception as error:  # noqa: BLE001  # generated code; the receipt must not be lost to it
            return None, f"the generated model raised {type(error).__name__}"

    def _error(self, judged: "_Judged") -> AudiencesError:
        status, headers = judged.response.status, judged.response.headers
        wait = longest_wait(headers.all("retry-after"), _date(headers.get("date")))
        known = self._known(judged)
        if 200 <= status < 300:
            lacks = f"it lacks what a receipt needs: a string at {' or '.join(self.needs)}"
            why = f"its body is not readable: {judged.unreadable}" if judged.unreadable else lacks
            return SpecViolationError(f"answered {status}, so it acted, but {why}", **known)
        if status in (401, 403):
            return AuthenticationError(f"refused the credentials or their permission ({status})", **known)
        if status == 429:
            return RateLimitedError("refused: too many requests (429)", retry_after=wait, **known)
        if 400 <= status < 500 and status != 408:
            return RejectedError(f"refused the request ({status})", **known)
        if 500 <= status < 600:
            refused = status == 503 and wait is not None
            outcome = Outcome.REJECTED if refused else Outcome.UNKNOWN
            return UnavailableError(f"failed ({status})", outcome=outcome, retry_after=wait, **known)
        return UnknownOutcomeError(f"gave an answer that tells nothing ({status})", **known)

    def _known(self, judged: "_Judged") -> dict[str, Any]:
        body = judged.value if isinstance(judged.value, dict) else {}
        return {
            "response": judged.response,
            "deviations": judged.deviations,
            "code": _first_text(body, self.code),
            "provider_message": _first_text(body, self.message),
        }


@dataclass(frozen=True, repr=False)
class Success:
    """What a 2xx says. Not shown: of the token endpoint it is a secret."""

    handle: Handle
    state: State
    model: object
    model_problem: str | None
    deviations: tuple[Deviation, ...]
    response: Response
    attempts: tuple[Attempt, ...] = ()


@dataclass(frozen=True, repr=False)
class _Judged:
    response: Response
    value: Any
    unreadable: str | None
    deviations: tuple[Deviation, ...]


@dataclass(frozen=True, repr=False)
class _Answer:
    """A response as the generated parsers read it; the body is decoded already."""

    status_code: int
    content: bytes
    value: Any

    @property
    def text(self) -> str:
        return self.content.decode()

    def json(self) -> Any:
        return self.value


def longest_wait(values: Sequence[str], now: datetime | None = None) -> float | None:
    """The longest of several Retry-After headers; None where there is none, or one of them cannot be read."""
    waits = [retry_after(value, now) for value in values]
    return None if None in waits else max(waits, default=None)  # type: ignore[type-var]  # no None is among them


def retry_after(value: str | None, now: datetime | None = None) -> float | None:
    """The seconds in a Retry-After header, which has seconds or an HTTP date; None if it has neither. `now` is by the
    provider's clock, where the answer has a Date.

    >>> retry_after("120")
    120.0
    """
    if value is None:
        return None
    if re.fullmatch(r"[0-9]{1,18}", value.strip()):
        return float(value)
    date = _date(value)
    return max(0.0, (date - (now or datetime.now(UTC))).total_seconds()) if date else None


def _date(value: str | None) -> datetime | None:
    try:
        date = parsedate_to_datetime(value or "")
        return date.replace(tzinfo=date.tzinfo or UTC)
    except (ValueError, OverflowError, TypeError):
        return None


def _first_text(body: Mapping[str, Any], names: Sequence[str]) -> str | None:
    found = (body.get(name) for name in names)
    return next((str(value) for value in found if isinstance(value, str | int) and value != ""), None)


def text(body: Mapping[str, Any], name: str) -> str | None:
    """The property if it is a string with something in it: an empty id or token identifies nothing."""
    value = body.get(name)
    return value if isinstance(value, str) and value else None
