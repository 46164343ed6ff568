"""Audiences at Batch, Adobe Experience Platform and CommBox: one draft in, one receipt out.

A provider object also looks audiences up, waits for them, changes their members and deletes them, where the provider
offers that: the `capabilities` of its class say so. `Provider` is the base class of the three. `audiences.aio` has the
same providers for asynchronous code. Every error of a call is an AudiencesError; if the call changes something, the
error has the outcome.
"""

from ._audience import Audience
from ._call_settings import RetryPolicy, Timeouts
from ._errors import (
    AudiencesError,
    AuthenticationError,
    ConfigurationError,
    InvalidError,
    NotFoundError,
    NotSentError,
    NotSentTimeoutError,
    Problem,
    RateLimitedError,
    RejectedError,
    Remedy,
    SpecViolationError,
    TokenError,
    UnavailableError,
    UnknownOutcomeError,
    UnknownTimeoutError,
    UnsupportedError,
)
from ._everywhere import Result, create_everywhere
from ._members import Attribute, Member, PhoneFile, Url
from ._operation import Capability, Support
from ._options import CallOptions, Options
from ._outcome import Attempt, Changed, Chunk, Deviation, Headers, Outcome, Response, State
from ._provider import Blocking as Provider
from ._record import (
    AmbiguousError,
    Ensured,
    Evidence,
    ExistsError,
    Receipt,
    Reconciliation,
    Record,
    RecordState,
    Reference,
    Reply,
    WaitTimeoutError,
)
from ._request import Part, Request
from ._secret import Secret, SecretSource
from ._version import __version__

# providers: imports, written by make generate
from .providers.adobe import Adobe as Adobe
from .providers.batch import Batch as Batch
from .providers.commbox import CommBox as CommBox

# providers: end

__all__ = [
    "AmbiguousError",
    "Attempt",
    "Attribute",
    "Audience",
    "AudiencesError",
    "AuthenticationError",
    "CallOptions",
    "Capability",
    "Changed",
    "Chunk",
    "ConfigurationError",
    "Deviation",
    "Ensured",
    "Evidence",
    "ExistsError",
    "Headers",
    "InvalidError",
    "Member",
    "NotFoundError",
    "NotSentError",
    "NotSentTimeoutError",
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
    "Reply",
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
    "UnknownTimeoutError",
    "UnsupportedError",
    "Url",
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
