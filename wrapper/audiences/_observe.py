"""Log records and OpenTelemetry spans. Neither has names, members, headers, bodies, URLs or the provider's words.

What an application's handler, filter or span processor raises is dropped: it does not end a call.
"""

import logging
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from functools import cache
from inspect import iscoroutine
from typing import Any

from ._attempt import Attempt
from ._errors import AudiencesError, ConfigurationError
from ._outcome import Outcome
from ._version import __version__

_LOG = logging.getLogger("audiences")
_LOG.addHandler(logging.NullHandler())  # without it, warnings would be printed where logging is not set up


def attempted(provider: str, operation: str, method: str, attempt: Attempt) -> None:
    """Log an attempt: INFO where it was applied as documented, WARNING otherwise; the fields are in `extra`, too."""
    fields = {
        "provider": provider,
        "operation": operation,
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
        _LOG.log(logging.WARNING if attempt.failed else logging.INFO, "%s: %s", said, attempt.what, extra=fields)


def warned(provider: str, warnings: tuple[str, ...]) -> None:
    """Log what looks wrong in a file."""
    for warning in warnings:
        with suppress(Exception):
            _LOG.warning("provider=%s: %s", provider, warning)


def tell(observer: Callable[..., object], *arguments: object) -> Exception | None:
    """Call a function of the caller's that nothing awaits. Gives back what it raised."""
    try:
        answer = observer(*arguments)
        if iscoroutine(answer):
            answer.close()
            raise ConfigurationError("a function is asynchronous, and is not awaited")
    except Exception as error:  # noqa: BLE001
        return error
    return None


def dropped(name: str, raised: Exception | None) -> None:
    """Log what a function of the caller's raised, if anything, by its kind only: its text may hold anything."""
    if raised is not None:
        with suppress(Exception):
            _LOG.warning("%s raised %s, which is dropped", name, type(raised).__name__)


@contextmanager
def span(provider: str, operation: str) -> Iterator[Any]:
    """The current span while a call goes on, from the tracer that the application set up; None without one."""
    current = manager = None
    with suppress(Exception):
        manager = _started(provider, operation)
        current = manager.__enter__() if manager else None
    try:
        yield current
    finally:
        with suppress(Exception):
            if manager:
                manager.__exit__(None, None, None)  # of an exception, OpenTelemetry would keep the text


def _started(provider: str, operation: str) -> Any:
    if not _installed():
        return None
    from opentelemetry.trace import SpanKind, get_tracer  # noqa: PLC0415  # an extra

    attributes = {"audiences.provider": provider, "audiences.operation": operation}
    return get_tracer("audiences", __version__).start_as_current_span(
        f"{provider} {operation}", kind=SpanKind.CLIENT, attributes=attributes
    )


def failed(current: Any, raised: BaseException, operation: str) -> None:
    """What the span says of a call that failed or was interrupted."""
    error = raised if isinstance(raised, AudiencesError) else raised.__cause__
    known = error if isinstance(error, AudiencesError) else None
    own = tuple(each for each in known.attempts if each.operation == operation) if known else ()
    done(current, known.outcome if known else None, own, type(raised).__name__)


def done(current: Any, outcome: Outcome | None, attempts: tuple[Attempt, ...], failure: str = "") -> None:
    """What the span says of the call in the end."""
    if current is None:
        return
    with suppress(Exception):
        from opentelemetry.trace import Status, StatusCode  # noqa: PLC0415

        if failure:
            current.set_attribute("error.type", failure)
            current.set_status(Status(StatusCode.ERROR))
        if outcome is not None:
            current.set_attribute("audiences.outcome", str(outcome))
        current.set_attribute("http.request.resend_count", max(len(attempts) - 1, 0))
        if attempts and attempts[-1].status is not None:
            current.set_attribute("http.response.status_code", attempts[-1].status)


@cache
def _installed() -> bool:
    try:
        import opentelemetry.trace  # noqa: F401, PLC0415
    except ImportError:
        return False
    return True
