"""Log records and OpenTelemetry spans. Neither has names, members, headers, bodies or the provider's words; the URL of
a span has the path as the spec writes it, without values.

An exception from an application's handler, filter or span processor is dropped: it does not end a call.
"""

import logging
import re
from collections.abc import Callable
from contextlib import suppress
from functools import cache
from inspect import iscoroutine
from typing import Any
from urllib.parse import urlsplit

from ._errors import ConfigurationError
from ._outcome import Attempt, Outcome
from ._sides import called
from ._version import __version__

_LOG = logging.getLogger("audiences")
_LOG.addHandler(logging.NullHandler())  # without it, warnings would be printed where logging is not set up


def attempted(provider: str, method: str, url: str, attempt: Attempt) -> None:
    """Log an attempt: as INFO if it succeeded, as WARNING if it failed; the fields are in `extra`, too. Only the span
    has the URL, whose path has no values in it.
    """
    with suppress(Exception):
        _attempt_span(url, method, attempt)
    level = logging.WARNING if attempt.failed else logging.INFO
    if not _LOG.isEnabledFor(level):
        return
    fields = {
        "provider": provider,
        "operation": attempt.operation,
        "method": method,
        "attempt": attempt.number,
        "status": attempt.status,
        "outcome": str(attempt.outcome) if attempt.outcome else None,
        "duration": round(attempt.elapsed, 4),
        # The header is the provider's text, which is not logged, unless it can be nothing but an id.
        "request_id": attempt.request_id if re.fullmatch(r"[\w.:-]{1,100}", attempt.request_id or "") else None,
    }
    said = " ".join(f"{name}={value}" for name, value in fields.items() if value is not None)
    with suppress(Exception):
        _LOG.log(level, "%s: %s", said, attempt.what, extra=fields)


def warned(provider: str, warnings: tuple[str, ...]) -> None:
    """Log what looks wrong in a file."""
    for warning in warnings:
        with suppress(Exception):
            _LOG.warning("provider=%s: %s", provider, warning)


def tell(observer: Callable[..., object], *arguments: object) -> Exception | None:
    """Call a function of the caller's that nothing awaits. Returns what it raised, if anything."""
    given = called(observer, *arguments)
    if iscoroutine(given.value):
        given.value.close()
        return ConfigurationError("a function is asynchronous, and is not awaited")
    return given.raised


def dropped(name: str, raised: Exception | None) -> None:
    """Log what a function of the caller's raised, if anything, by its kind only: its text may hold anything."""
    if raised is not None:
        with suppress(Exception):
            _LOG.warning("%s raised %s, which is dropped", name, type(raised).__name__)


class Span:
    """The span of a verb, which is current while the verb runs; none if the application set up no tracer."""

    _manager: Any = None
    _current: Any = None

    def begin(self, provider: str, verb: str) -> None:
        attributes = {"audiences.provider": provider, "audiences.verb": verb}
        with suppress(Exception):
            if (tracer := _tracer()) and verb != "prepare":  # which sends nothing
                self._manager = tracer.start_as_current_span(f"{provider} {verb}", attributes=attributes)
                self._current = self._manager.__enter__()

    def end(self, outcome: Outcome | None, failure: str = "") -> None:
        if self._current is not None:
            with suppress(Exception):
                if failure:
                    _fail(self._current, failure)
                if outcome is not None:
                    self._current.set_attribute("audiences.outcome", str(outcome))

    def close(self) -> None:
        if self._current is not None:
            with suppress(Exception):
                self._manager.__exit__(None, None, None)  # given an exception, OpenTelemetry would keep its text


def _attempt_span(url: str, method: str, attempt: Attempt) -> None:
    """Record a finished attempt as a span, within the span of its verb."""
    if (tracer := _tracer()) is None:
        return
    parts = urlsplit(url)
    attributes: dict[str, str | int] = {
        "audiences.operation": attempt.operation,
        "http.request.method": method,
        "server.address": parts.hostname or "",
        "server.port": parts.port or {"http": 80, "https": 443}[parts.scheme],
        "url.full": url,
    }
    if attempt.number > 1:
        attributes["http.request.resend_count"] = attempt.number - 1
    begun = int(attempt.started.timestamp() * 1e9)
    current = tracer.start_span(method, kind=_opentelemetry().SpanKind.CLIENT, attributes=attributes, start_time=begun)
    if attempt.status is not None:
        current.set_attribute("http.response.status_code", attempt.status)
    if attempt.failed:
        _fail(current, str(attempt.status or attempt.outcome or "no answer"))
    current.end(begun + int(attempt.elapsed * 1e9))


def _fail(current: Any, kind: str) -> None:
    api = _opentelemetry()
    current.set_attribute("error.type", kind)
    current.set_status(api.Status(api.StatusCode.ERROR))


@cache
def _opentelemetry() -> Any:
    """OpenTelemetry's interface for traces, an extra; None where it is not installed."""
    try:
        from opentelemetry import trace  # noqa: PLC0415
    except ImportError:
        return None
    return trace


def _tracer() -> Any:
    """The application's tracer; None if it has set up none."""
    api = _opentelemetry()
    if api is None or isinstance(provider := api.get_tracer_provider(), api.ProxyTracerProvider):
        return None
    return provider.get_tracer("audiences", __version__)
