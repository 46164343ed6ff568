"""The contract between a client and a provider, from the provider's effective spec: a checker and a mock server.

`check_request` and `check_response` judge messages; `audience_contract.mock.MockServer` plays the providers over real
HTTP. Neither knows the library that they are made for. Nothing here does I/O but the mock server, and reading a spec.
"""

from .checker import check_request, check_response
from .messages import Request, Response
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
    "load",
    "provider_keys",
]
