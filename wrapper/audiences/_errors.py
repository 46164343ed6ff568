"""Every exception of the library. Each carries the call's outcome, unless the call only read: then it is None.

AudiencesError
├── ConfigurationError    a credential or option is missing or malformed            not_sent
├── InvalidError          the draft breaks a rule of the spec, or one of ours       not_sent
├── UnsupportedError      the provider does not offer that, or has no place for it  not_sent
├── NotSentError          no connection, or nothing could be written to it          not_sent
│   └── NotSentTimeoutError    because a time was over                              not_sent
├── TokenError            no access token could be had (Adobe's OAuth)              not_sent
├── AuthenticationError   401 or 403                                                rejected
├── RateLimitedError      429                                                       rejected
├── RejectedError         any other 4xx but 408                                     rejected
│   └── NotFoundError     404: there is no such audience                            rejected
├── AmbiguousError        several audiences have that name                          None
├── ExistsError           there is such an audience already                         not_sent
├── WaitTimeoutError      an audience was still indexing when the time was over     None
├── UnavailableError      5xx                              unknown; rejected for a 503 with Retry-After
├── SpecViolationError    a 2xx without what a receipt needs                        applied
└── UnknownOutcomeError   no answer, 3xx, 408, or no status of HTTP's               unknown
    └── UnknownTimeoutError    no answer, because a time was over                   unknown

If a change of members takes several calls, the error has the outcome of all of them together, which may be *partly*. An
error because a time limit was reached is a TimeoutError, too.
"""

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Self

from ._outcome import Answered, Attempt, Changed, Deviation, Outcome, Response, as_json

OURS = "our rule"
"""The source of a rule that no provider documents."""


def shape(value: object) -> str:
    """The type and the size of a value, without its content."""
    if isinstance(value, str):
        return f"string of {len(value)} character{'s' if len(value) != 1 else ''}"
    if isinstance(value, bytes | list | tuple | dict):
        return f"{type(value).__name__} of {len(value)}"
    return type(value).__name__


def named(key: object) -> str:
    """A caller's key, as a message may show it: the key itself if it looks like a plain name, otherwise its shape."""
    return repr(str(key)) if isinstance(key, str) and re.fullmatch(r"[A-Za-z_]\w{0,39}", key) else f"<{shape(key)}>"


@dataclass(frozen=True, slots=True)
class Remedy:
    """An argument that would avoid the error, and its effect. As text, it is written as in Python."""

    argument: str
    value: Any
    effect: str

    def __str__(self) -> str:
        return f"{self.argument}={self.value!r} {self.effect}"


@dataclass(frozen=True, slots=True)
class Problem:
    """A rule that a draft breaks: the draft's field, the rule, the value's shape (never the value), and the rule's
    source: a pointer into the provider's effective spec, or "our rule" where no provider documents it.
    """

    field: str
    rule: str
    shape: str
    source: str
    remedy: Remedy | None = None
    """An argument that has the draft sent all the same, if there is one."""

    @classmethod
    def ours(cls, field: str, rule: str, value: object, remedy: Remedy | None = None) -> Self:
        """The problem of a value that breaks a rule of ours."""
        return cls(field, rule, shape(value), OURS, remedy)

    def to_dict(self) -> dict[str, str]:
        return {"field": self.field, "rule": self._said, "shape": self.shape, "source": self.source}

    def __str__(self) -> str:
        return f"{_what([self])} [{_where([self])}]"

    @property
    def _said(self) -> str:
        return f"{self.rule}; {self.remedy}" if self.remedy else self.rule


def _what(problems: Sequence[Problem]) -> str:
    return "; ".join(f"{problem.field} ({problem.shape}): {problem._said}" for problem in problems)


def _where(problems: Sequence[Problem]) -> str:
    """Where the rules are written."""
    sources = [f"effective spec {p.source}" if p.source.startswith("/") else p.source for p in problems]
    return "; ".join(dict.fromkeys(sources))


class AudiencesError(Answered, Exception):
    """The base class of the errors that the library raises for its calls and options.

    The message has neither the audience's name nor the provider's words: those are in `audience_name`,
    `provider_message` and `response`.
    """

    outcome: Outcome | None = Outcome.NOT_SENT
    provider: str | None = None
    """The provider's name, or None where no provider is involved yet."""
    operation: str | None = None
    """The spec's operationId."""
    audience_name: str | None = None
    base_url: str | None = None
    """Where the call went."""
    response: Response | None = None
    """The raw response, as far as one came."""
    deviations: tuple[Deviation, ...] = ()
    """Where the response leaves the effective spec."""
    code: str | None = None
    """The provider's own error code, where it has one (Batch, Adobe's gateway)."""
    provider_message: str | None = None
    """The provider's own words."""
    retry_after: float | None = None
    """Seconds to wait, from a Retry-After header; no provider documents that header."""
    problems: tuple[Problem, ...] = ()
    """The rules that a draft, or another argument, breaks."""
    argument: str = ""
    """The argument or the environment variable that the message is about, if it is about one."""
    remedy: Remedy | None = None
    """An argument that would avoid the error, if there is one."""
    attempts: tuple[Attempt, ...] = ()
    """Every attempt at the call, the last one included, and every failed attempt to get an access token."""
    looked_first: bool = False
    """True for a create before which the provider said that it had no such audience."""
    warnings: tuple[str, ...] = ()
    """What looks wrong in the members, or near the top of their file, as a receipt has it."""
    changed: Changed | None = None
    """For a change of members: what became of each call, and what was not sent."""

    def __init__(self, message: str, **known: Any) -> None:
        """`known` has attributes by their names."""
        super().__init__(message)
        vars(self).update(known)

    @property
    def reconcile_token(self) -> str | None:
        """What another process needs for `reconcile`, as JSON; None unless the outcome is unknown. It has the
        audience's name in it, and no secret.
        """
        if self.outcome is not Outcome.UNKNOWN or self.base_url is None or self.audience_name is None:
            return None
        known = as_json(self, "provider", "operation", "base_url", "looked_first")
        started = self.attempts[0].started.isoformat() if self.attempts else None
        return json.dumps({"version": 1, **known, "name": self.audience_name, "started": started})

    def to_dict(self) -> dict[str, Any]:
        """What is known, as values of JSON, with the same keys for every error; `--json` prints them.

        It has the audience's name, the provider's words, and the body of an answer that could not be used.
        """
        known = as_json(self, "provider", "outcome", "status", "request_id", "deviations", "warnings")
        known |= {"name": self.audience_name, "error": type(self).__name__, "message": str(self)}
        names = ("code", "provider_message", "retry_after", "problems", "attempts", "reconcile_token", "changed")
        unusable = self.response.body if isinstance(self, SpecViolationError) and self.response else None
        body = None if unusable is None else unusable.decode("utf-8", "replace")
        return known | as_json(self, *names) | {"body": body}

    def __str__(self) -> str:
        said = f"{self.argument} {self.args[0]}" if self.argument else str(self.args[0])
        said = f"{self.provider}: {said}" if self.provider else said
        said = f"{said}; {self.remedy}" if self.remedy else said
        return f"{said} - outcome: {self.outcome}" if self.outcome else said


class ConfigurationError(AudiencesError):
    """A credential or an option is missing or malformed: when a provider object is made, or a call begins."""

    missing: Sequence[Any] = ()
    """The settings that are missing."""


class InvalidError(AudiencesError):
    """The draft breaks a rule of the effective spec, or one of ours; nothing was sent. `problems` has all of them."""

    @classmethod
    def of(cls, problems: Sequence[Problem]) -> "InvalidError":
        return cls(_what(problems), problems=tuple(problems))

    @classmethod
    def ours(cls, field: str, rule: str, value: object, remedy: Remedy | None = None) -> "InvalidError":
        """For a rule of ours that a value breaks."""
        return cls.of([Problem.ours(field, rule, value, remedy)])

    def __str__(self) -> str:
        return f"{super().__str__()} [{_where(self.problems)}]" if self.problems else super().__str__()


class UnsupportedError(AudiencesError):
    """The provider does not offer the call, or has no place for a `field` of the draft; nothing was sent.

    `reason` says why. `leave_out={field}` sends a draft without the field, and the receipt then lists it.
    """

    field: str = ""
    reason: str = ""


class NotSentError(AudiencesError):
    """No connection was made, or nothing could be written to it."""


class NotSentTimeoutError(NotSentError, TimeoutError):
    """Nothing was sent before a time limit was reached."""


class TokenError(AudiencesError):
    """No access token could be had, so the call was not sent. `code` and `provider_message` are OAuth's `error` and
    `error_description`; `status` and `response` are those of the token endpoint, whose attempts are in `attempts`, too.
    """

    @classmethod
    def of(cls, error: AudiencesError, variable: str) -> Self:
        """The error for a failed call to the token endpoint. `variable` is the one that can give the endpoint's URL."""
        # What a success of this endpoint says is a secret.
        response = error.response and (
            replace(error.response, body=b"") if error.response.status < 300 else error.response
        )
        names = ("deviations", "code", "provider_message", "retry_after", "attempts")
        known = {name: getattr(error, name) for name in names}
        return cls(f"no access token from the token endpoint ({variable}): {error.args[0]}", response=response, **known)


class AuthenticationError(AudiencesError):
    """401 or 403: the provider refused the credentials, or what they may do."""

    outcome: Outcome | None = Outcome.REJECTED


class RateLimitedError(AudiencesError):
    """429: too many requests. `retry_after` has the seconds to wait, if the provider said."""

    outcome: Outcome | None = Outcome.REJECTED


class RejectedError(AudiencesError):
    """A 4xx other than 401, 403, 408 and 429: the provider refused. `code` and `provider_message` say why."""

    outcome: Outcome | None = Outcome.REJECTED


class NotFoundError(RejectedError):
    """404: the provider says that there is no such audience. A wrong base URL is answered in the same way."""


class UnavailableError(AudiencesError):
    """A 5xx. The outcome is *unknown*, or *rejected* for a 503 with Retry-After: our reading, no provider says so."""

    outcome: Outcome | None = Outcome.UNKNOWN


class SpecViolationError(AudiencesError):
    """A 2xx whose body is not readable, or lacks what is needed. A call that changes something took effect: do
    not repeat it.

    `deviations` has the JSON pointers, `response` the bytes.
    """

    outcome: Outcome | None = Outcome.APPLIED


class UnknownOutcomeError(AudiencesError):
    """The provider may have acted: no answer came, or one that does not tell (3xx, 408, a status that HTTP lacks)."""

    outcome: Outcome | None = Outcome.UNKNOWN


class UnknownTimeoutError(UnknownOutcomeError, TimeoutError):
    """No answer came before a time limit was reached."""
