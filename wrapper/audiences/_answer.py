"""Turns an answer of a provider into a result or an error."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from itertools import islice
from types import SimpleNamespace
from typing import Any, Generic, TypeVar

from . import _json, _spec
from ._errors import (
    AudiencesError,
    AuthenticationError,
    NotFoundError,
    RateLimitedError,
    RejectedError,
    SpecViolationError,
    UnavailableError,
    UnknownOutcomeError,
)
from ._operation import Effect, Operation, Path, value_at
from ._outcome import Attempt, Deviation, Outcome, Response

Answer = TypeVar("Answer")
MAX_DEVIATIONS = 100
"""The most deviations of one answer that are kept."""


@dataclass(frozen=True, repr=False)
class Success(Generic[Answer]):
    """A success (2xx), and what was read from it. Its repr shows no content: a token endpoint answers with a secret."""

    result: Answer
    model: object
    model_problem: str | None
    deviations: tuple[Deviation, ...]
    response: Response
    attempts: tuple[Attempt, ...] = ()

    @property
    def known(self) -> dict[str, Any]:
        """The fields that every result has of its call."""
        return {"response": self.response, "deviations": self.deviations, "attempts": self.attempts}


@dataclass(frozen=True, repr=False)
class Judged:
    """A response, and where it leaves the spec."""

    response: Response
    value: Any
    """The body as a JSON value; None if there is no body, or it cannot be read."""
    unreadable: str | None
    deviations: tuple[Deviation, ...]


def read(operation: Operation[Any, Answer], asked: Any, response: Response) -> Success[Answer] | AudiencesError:
    """The success that a response holds, or the error for one that is none. It is judged before it is parsed."""
    judged = judge(operation.spec, response)
    said = response.headers.get(operation.header) if operation.header else judged.value
    found = operation.result(asked, said) if 200 <= response.status < 300 else None
    if found is None:
        return failure(operation, judged)
    model, problem = _parsed(operation, judged)
    return Success(found, model, problem, judged.deviations, response)


def judge(operation: _spec.Operation, response: Response) -> Judged:
    value, unreadable = None, response.problem
    if unreadable is None and (response.body or operation.has_content(response.status)):
        try:
            value = _json.loads(response.body)
        except _json.UnreadableError as error:
            unreadable = str(error)
        except Exception as error:  # noqa: BLE001  # no memory, or our own fault: the outcome of the call is known
            unreadable = f"{type(error).__name__} while it was read"
    # The validator copies a value, and needs many times its memory, so of a large answer it gets only the beginning.
    seen = _json.beginning(value) if len(response.body) > _json.SMALL else value
    media_type = response.headers.get("content-type", "")
    found = operation.judge_answer(response.status, media_type, seen, unreadable)
    return Judged(response, value, unreadable, tuple(islice(found, MAX_DEVIATIONS)))


def _parsed(operation: Operation[Any, Any], judged: Judged) -> tuple[object, str | None]:
    if operation.parse is None:
        return None, None
    if not operation.spec.documents(judged.response.status):
        return None, "the status is not a documented success"
    # The generated models accept a wrong type silently, so a body that has one is not given to them.
    broken = [d.pointer for d in judged.deviations if d.rule != _spec.UNDOCUMENTED and d.pointer != "content-type"]
    if broken:
        return None, f"the body breaks the spec at {', '.join(p or 'its root' for p in broken)}"
    status, body = judged.response.status, judged.response.body
    try:
        text = body.decode(errors="replace")
        given = SimpleNamespace(status_code=status, content=body, text=text, json=lambda: judged.value)
        return operation.parse(given), None
    except Exception as error:  # noqa: BLE001  # generated code; the receipt must not be lost to it
        return None, f"the generated model raised {type(error).__name__}"


def failure(operation: Operation[Any, Any], judged: Judged) -> AudiencesError:
    """The error for a response that is no success."""
    status, headers, service = judged.response.status, judged.response.headers, operation.service
    wait = retry_after(headers.get("retry-after"), _date(headers.get("date")))
    asks = f"; it asks to wait {wait:,.0f} s" if wait else ""
    known: dict[str, Any] = {
        "retry_after": wait,
        "response": judged.response,
        "deviations": judged.deviations,
        "code": _first_text(judged.value, service.code),
        "provider_message": _first_text(judged.value, service.message),
    }
    if 200 <= status < 300 and operation.effect is Effect.READS and judged.response.problem:
        return UnknownOutcomeError(f"gave no whole answer: {judged.response.problem}", **known)
    if 200 <= status < 300:
        lacks = f"it lacks what is needed: {operation.needs}"
        why = f"its body is not readable: {judged.unreadable}" if judged.unreadable else lacks
        acted = "" if operation.effect is Effect.READS else ", so it acted"
        return SpecViolationError(f"answered {status}{acted}, but {why}", **known)
    if 400 <= status < 500 and status != 408:
        return _refusal(status, asks, known, operation)
    if 500 <= status < 600:
        refused = status == 503 and wait is not None
        outcome = Outcome.REJECTED if refused else Outcome.UNKNOWN
        return UnavailableError(f"failed ({status}){asks}", outcome=outcome, **known)
    gave = "a redirect, which is not followed and" if "location" in headers else "an answer that"
    asked = "what was asked" if operation.effect is Effect.READS else "whether it acted"
    return UnknownOutcomeError(f"gave {gave} does not say {asked} ({status})", **known)


def _refusal(status: int, asks: str, known: dict[str, Any], operation: Operation[Any, Any]) -> AudiencesError:
    names_one = operation.effect is not Effect.CREATES and operation.spec.names_one
    if status in (401, 403):
        return AuthenticationError(f"refused the credentials or their permission ({status})", **known)
    if status == 404 and names_one:
        return NotFoundError("says that there is no such audience (404); a wrong base URL gives the same", **known)
    if status == 429:
        return RateLimitedError(f"refused: too many requests (429){asks}", **known)
    hint = "; is the base URL right?" if status == 404 else ""
    return RejectedError(f"refused the request ({status}){hint}", **known)


def retry_after(value: str | None, now: datetime | None = None) -> float | None:
    """The seconds to wait by a Retry-After header, which gives seconds or an HTTP date; None if it gives neither.

    `now` is the time by the provider's clock, from the answer's Date header; without it, this machine's clock counts.

    >>> retry_after("120")
    120.0
    """
    if value is None or value.count(",") > 1:  # a date has one comma; more come from several such headers
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


def _first_text(body: Any, paths: Sequence[str | Path]) -> str | None:
    found = (value_at(body, (path,) if isinstance(path, str) else path) for path in paths)
    return next((str(value) for value in found if isinstance(value, str | int) and value != ""), None)
