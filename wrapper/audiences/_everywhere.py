"""One draft to several providers at once."""

import threading
from collections.abc import Collection, Iterator, Sequence
from queue import SimpleQueue

import anyio

from ._audience import Audience
from ._drivers import Async, Blocking
from ._errors import AudiencesError, UnknownOutcomeError
from ._receipt import Receipt

Result = Receipt | AudiencesError


def create_everywhere(
    audience: Audience, providers: Sequence[Blocking], *, leave_out: Collection[str] = ()
) -> list[Result]:
    """Create the audience at every provider, all at once; a failure at one does not touch the others.

    `leave_out` is for each provider what it is for `create`: only what that provider cannot be told is left out.

    Returns: For each provider, in the order given, its receipt, or the error with its outcome; none is raised.
    Raises TypeError for what is not a blocking provider object, before anything is sent.

    >>> import httpx
    >>> from audiences import Batch
    >>> created = httpx.MockTransport(lambda _: httpx.Response(202, json={"indexing_token": "abc"}))
    >>> draft = Audience(name="VIP", provider_fields={"batch": {"type": "emails"}})
    >>> with Batch(api_key="key", project="project", transport=created) as batch:
    ...     for result in create_everywhere(draft, [batch]):
    ...         print(result.provider, result.outcome, result.operation_token)
    Batch applied abc
    """
    results = dict(as_created(audience, providers, leave_out=leave_out))
    return [results[place] for place in range(len(providers))]


def as_created(
    audience: Audience, providers: Sequence[Blocking], *, leave_out: Collection[str]
) -> Iterator[tuple[int, Result]]:
    """The results with their places in `providers`, each as soon as it is there."""
    _check(providers, Blocking)
    results: SimpleQueue[tuple[int, Result]] = SimpleQueue()

    def one(place: int, provider: Blocking) -> None:
        try:
            results.put((place, provider.create(audience, leave_out=leave_out)))
        except AudiencesError as error:
            results.put((place, error))
        except BaseException as error:  # noqa: BLE001  # e.g. the assertion of a test's transport
            results.put((place, _foreign(error, provider, audience)))

    for place, provider in enumerate(providers):
        # Daemons, so that an interrupt is not held up by a provider that does not answer.
        threading.Thread(target=one, args=(place, provider), daemon=True).start()
    for _ in providers:
        yield results.get()


async def acreate_everywhere(
    audience: Audience, providers: Sequence[Async], *, leave_out: Collection[str] = ()
) -> list[Result]:
    """Create the audience at every provider, all at once; a failure at one does not touch the others.

    A cancellation cancels the calls that are not finished; what they did is then unknown, and no results are returned.

    Returns: For each provider, in the order given, its receipt, or the error with its outcome; none is raised.
    Raises TypeError for what is not an asynchronous provider object, before anything is sent.
    """
    _check(providers, Async)
    results: dict[int, Result] = {}

    async def one(place: int, provider: Async) -> None:
        try:
            results[place] = await provider.create(audience, leave_out=leave_out)
        except AudiencesError as error:
            results[place] = error
        except Exception as error:  # noqa: BLE001  # e.g. the assertion of a test's transport
            results[place] = _foreign(error, provider, audience)

    async with anyio.create_task_group() as group:
        for place, provider in enumerate(providers):
            group.start_soon(one, place, provider)
    return [results[place] for place in range(len(providers))]


def _foreign(error: BaseException, provider: Blocking | Async, audience: Audience) -> AudiencesError:
    """One provider's surprise, which must not hide the others' results."""
    message = f"no answer: {type(error).__name__}"
    return UnknownOutcomeError(message, provider=provider.title, audience_name=audience.name)


def _check(providers: Sequence[object], kind: type) -> None:
    if not isinstance(providers, Sequence) or not all(isinstance(provider, kind) for provider in providers):
        where = "audiences" if kind is Blocking else "audiences.aio"
        raise TypeError(f"providers must be a sequence of provider objects of {where}")
