"""Audiences at Batch, Adobe Experience Platform and CommBox: one draft in, one receipt out.

A provider object also looks audiences up, waits for them, changes their members and deletes them, where the provider
offers that: the `capabilities` of its class say so. `Provider` is the base class of the three. `audiences.aio` has the
same providers for asynchronous code. Every error of a call is an AudiencesError; if the call changes something, the
error has the outcome.
"""

from ._audience import Audience as Audience
from ._call_settings import RetryPolicy as RetryPolicy
from ._call_settings import Timeouts as Timeouts
from ._errors import AudiencesError as AudiencesError
from ._errors import AuthenticationError as AuthenticationError
from ._errors import ConfigurationError as ConfigurationError
from ._errors import Deviation as Deviation
from ._errors import InvalidError as InvalidError
from ._errors import NotFoundError as NotFoundError
from ._errors import NotSentError as NotSentError
from ._errors import NotSentTimeoutError as NotSentTimeoutError
from ._errors import Problem as Problem
from ._errors import RateLimitedError as RateLimitedError
from ._errors import RejectedError as RejectedError
from ._errors import Remedy as Remedy
from ._errors import SpecViolationError as SpecViolationError
from ._errors import TokenError as TokenError
from ._errors import UnavailableError as UnavailableError
from ._errors import UnknownOutcomeError as UnknownOutcomeError
from ._errors import UnknownTimeoutError as UnknownTimeoutError
from ._errors import UnsupportedError as UnsupportedError
from ._everywhere import Result as Result
from ._everywhere import create_everywhere as create_everywhere
from ._members import Attribute as Attribute
from ._members import Member as Member
from ._members import PhoneFile as PhoneFile
from ._members import Url as Url
from ._operation import Capability as Capability
from ._operation import Support as Support
from ._options import CallOptions as CallOptions
from ._options import Options as Options
from ._outcome import Attempt as Attempt
from ._outcome import Changed as Changed
from ._outcome import Chunk as Chunk
from ._outcome import Headers as Headers
from ._outcome import Outcome as Outcome
from ._outcome import Response as Response
from ._outcome import Rest as Rest
from ._outcome import State as State
from ._provider import Blocking as _Blocking
from ._record import AmbiguousError as AmbiguousError
from ._record import Ensured as Ensured
from ._record import Evidence as Evidence
from ._record import ExistsError as ExistsError
from ._record import Receipt as Receipt
from ._record import Reconciliation as Reconciliation
from ._record import Record as Record
from ._record import RecordState as RecordState
from ._record import Reference as Reference
from ._record import Reply as Reply
from ._record import WaitTimeoutError as WaitTimeoutError
from ._request import Part as Part
from ._request import Request as Request
from ._secret import Secret as Secret
from ._secret import SecretSource as SecretSource
from ._version import __version__ as __version__

# providers: imports, written by make generate
from .providers.adobe import Adobe as Adobe
from .providers.batch import Batch as Batch
from .providers.commbox import CommBox as CommBox

# providers: end

Provider = _Blocking
