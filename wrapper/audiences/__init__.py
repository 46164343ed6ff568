"""Audiences at Batch, Adobe Experience Platform and CommBox: one draft in, one receipt out; then looked up, waited for
and deleted, where the provider offers that (`capabilities` of its class says so).

`audiences.aio` has the same names for asynchronous code. `Provider` is any of the
three. Every error of a call is an AudiencesError; where the call changes something, it has the outcome.
"""

from ._attempt import Attempt
from ._audience import Audience
from ._call_settings import Timeouts
from ._drivers import Blocking as Provider
from ._errors import (
    AmbiguousError,
    AudiencesError,
    AuthenticationError,
    ConfigurationError,
    Deviation,
    InvalidError,
    NotFoundError,
    NotSentError,
    Problem,
    RateLimitedError,
    RejectedError,
    Remedy,
    SpecViolationError,
    TokenError,
    UnavailableError,
    UnknownOutcomeError,
    UnsupportedError,
    WaitTimeoutError,
)
from ._everywhere import Result, create_everywhere
from ._members import PhoneFile
from ._operation import Capability, Support
from ._options import CallOptions, Options
from ._outcome import Outcome, State
from ._policy import RetryPolicy
from ._receipt import Receipt
from ._reconcile import Reconciliation
from ._record import Record, RecordState, Reference
from ._response import Headers, Response
from ._secret import Secret, SecretSource
from ._version import __version__
from ._wire import Part, Request

# providers: imports, written by make generate
from .providers.adobe import Adobe as Adobe
from .providers.batch import Batch as Batch
from .providers.commbox import CommBox as CommBox

# providers: end

__all__ = [
    "AmbiguousError",
    "Attempt",
    "Audience",
    "AudiencesError",
    "AuthenticationError",
    "CallOptions",
    "Capability",
    "ConfigurationError",
    "Deviation",
    "Headers",
    "InvalidError",
    "NotFoundError",
    "NotSentError",
    "Options",
    "Outcome",
    "Part",
    "PhoneFile",
    "Problem",
    "Provider",
    "RateLimitedError",
    "Receipt",
    "Reconciliation",
    "Record",
    "RecordState",
    "Reference",
    "RejectedError",
    "Remedy",
    "Request",
    "Response",
    "Result",
    "RetryPolicy",
    "Secret",
    "SecretSource",
    "SpecViolationError",
    "State",
    "Support",
    "Timeouts",
    "TokenError",
    "UnavailableError",
    "UnknownOutcomeError",
    "UnsupportedError",
    "WaitTimeoutError",
    "__version__",
    "create_everywhere",
]
__all__ += [
    # providers: names, written by make generate
    "Adobe",
    "Batch",
    "CommBox",
    # providers: end
]
