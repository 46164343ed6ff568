"""One draft to several providers at once."""

from collections.abc import Collection, Sequence
from concurrent.futures import ThreadPoolExecutor

import anyio

from ._audience import Audience
from ._drivers import Async, Blocking
from ._errors import AudiencesError
from ._receipt import Receipt

Result = Receipt | AudiencesError


def create_everywhere(
    audience: Audience, providers: Sequence[Blocking], *, leave_out: Collection[str] = ()
) -> list[Result]:
    """Create the audience at every provider, all at once; a failure at one does not touch the others.

    `leave_out` is for each provider what it is for `create`: only what that provider cannot be told is left out.

    Returns: For each provider, in the order given, its receipt, or the error with its outcome; none is raised.

    >>> import httpx
    >>> from audiences import Batch
    >>> created = httpx.MockTransport(lambda _: httpx.Response(202, json={"indexing_token": "abc"}))
    >>> draft = Audience(name="VIP", provider_fields={"batch": {"type": "emails"}})
    >>> with Batch(api_key="key", project="project", transport=created) as batch:
    ...     for result in create_everywhere(draft, [batch]):
    ...         print(result.provider, result.outcome, result.operation_token)
    Batch applied abc
    """

    def one(provider: Blocking) -> Result:
        try:
            return provider.create(audience, leave_out=leave_out)
        except AudiencesError as error:
            return error

    with ThreadPoolExecutor(max(1, len(providers))) as pool:
        return list(pool.map(one, providers))


async def acreate_everywhere(
    audience: Audience, providers: Sequence[Async], *, leave_out: Collection[str] = ()
) -> list[Result]:
    """Create the audience at every provider, all at once; a failure at one does not touch the others.

    Returns: For each provider, in the order given, its receipt, or the error with its outcome; none is raised.
    """
    results: dict[int, Result] = {}

    async def one(place: int, provider: Async) -> None:
        try:
            results[place] = await provider.create(audience, leave_out=leave_out)
        except AudiencesError as error:
            results[place] = error

    async with anyio.create_task_group() as group:
        for place, provider in enumerate(providers):
            group.start_soon(one, place, provider)
    return [results[place] for place in range(len(providers))]
