"""Create audiences at Batch, Adobe Experience Platform and CommBox: one draft in, one receipt out.

`audiences.aio` has the same names for asynchronous code. Every error is an AudiencesError, with its outcome.
"""

from ._audience import Audience
from ._errors import (
    AudiencesError,
    AuthenticationError,
    ConfigurationError,
    Deviation,
    InvalidError,
    NotSentError,
    Problem,
    RateLimitedError,
    RejectedError,
    SpecViolationError,
    UnavailableError,
    UnknownOutcomeError,
    UnsupportedError,
)
from ._everywhere import Result, create_everywhere
from ._members import IdKind, Ids, PhoneFile
from ._options import Options, Timeouts
from ._outcome import Outcome, State
from ._receipt import Receipt
from ._secret import Secret
from ._version import __version__
from ._wire import Headers, Part, Request, Response

# providers: imports, written by make generate
from .providers.adobe import Adobe as Adobe
from .providers.batch import Batch as Batch
from .providers.commbox import CommBox as CommBox

# providers: end

__all__ = [
    "Audience",
    "AudiencesError",
    "AuthenticationError",
    "ConfigurationError",
    "Deviation",
    "Headers",
    "IdKind",
    "Ids",
    "InvalidError",
    "NotSentError",
    "Options",
    "Outcome",
    "Part",
    "PhoneFile",
    "Problem",
    "RateLimitedError",
    "Receipt",
    "RejectedError",
    "Request",
    "Response",
    "Result",
    "Secret",
    "SpecViolationError",
    "State",
    "Timeouts",
    "UnavailableError",
    "UnknownOutcomeError",
    "UnsupportedError",
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
