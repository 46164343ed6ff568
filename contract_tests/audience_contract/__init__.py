"""The contract between a client and a provider, from the provider's effective spec: a checker and a mock server.

`check_request` and `check_response` judge messages; `audience_contract.mock.MockServer` plays the providers over real
HTTP; `judge` serves an application and judges it. None of them imports the `audiences` library. `check_request` and
`check_response` do no I/O except to read a spec.
"""

from typing import Any

from .checker import check_request, check_response
from .messages import Request, Response
from .report import Report
from .spec import Operation, Spec, load, provider_keys
from .violation import Violation

__all__ = [
    "Operation",
    "Request",
    "Response",
    "Spec",
    "Violation",
    "check_request",
    "check_response",
    "judge",
    "load",
    "provider_keys",
]


def judge(app: Any, provider: str, **how: Any) -> Report:
    """Judge an ASGI application in a test: AssertionError, with the report, unless the contract was kept.

    `how` has the keyword arguments of `server.in_process.judge`.
    """
    from .server import in_process  # noqa: PLC0415 - slow to import, and not needed to check messages

    return in_process.judge(app, provider, **how)
