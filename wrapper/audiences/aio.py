"""The providers, their base class `Provider`, and `create_everywhere`, by the same names, for asynchronous code.

They run on asyncio and on trio.
"""

from ._everywhere import acreate_everywhere as create_everywhere
from ._provider import Async as Provider

# providers: imports, written by make generate
from .providers.adobe import AsyncAdobe as Adobe
from .providers.batch import AsyncBatch as Batch
from .providers.commbox import AsyncCommBox as CommBox

# providers: end

__all__ = ["Provider", "create_everywhere"]
__all__ += [
    # providers: names, written by make generate
    "Adobe",
    "Batch",
    "CommBox",
    # providers: end
]
