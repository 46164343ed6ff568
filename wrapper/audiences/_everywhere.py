"""One draft to several providers at once."""

import threading
from collections.abc import Awaitable, Callable, Collection, Sequence
from contextvars import copy_context
from inspect import isawaitable
from queue import SimpleQueue
from typing import Unpack

import anyio

from . import _checks, _observe
from ._audience import Audience
from ._drivers import Async, Blocking
from ._errors import AudiencesError, NotSentError, UnknownOutcomeError
from ._gate import INTERRUPTED, AsyncGate, BlockingGate
from ._options import CallOptions
from ._provider import Creating
from ._receipt import Receipt

Result = Receipt | AudiencesError


def create_everywhere(
    audience: Audience,
    providers: Sequence[Blocking],
    *,
    leave_out: Collection[str] = (),
    partial: bool = False,
    on_result: Callable[[Result], object] | None = None,
    **options: Unpack[CallOptions],
) -> list[Result]:
    """Create the audience at every provider, all at once.

    Nothing is sent to anybody before all drafts are prepared. If one cannot be sent (it is invalid, a field is not
    supported, the file cannot be read), none is, and the others' results are a NotSentError that names whose it is;
    `partial=True` sends to the rest. Once they are sent, a failure at one does not touch the others.

    `leave_out` and `options` are for each provider what they are for `create`: only what that provider cannot be told
    is left out. `on_result` is called with each result as soon as it is there, in the thread that called. What it
    raises is dropped, and its kind is logged: the results come first. After an interrupt it is called with what is
    known of every call (of one that is not answered, an UnknownOutcomeError), and then the interrupt is raised; such
    calls are not stopped.

    Returns: For each provider, in the order given, its receipt, or the error with its outcome; none is raised.
    Raises TypeError and ConfigurationError for what is not a blocking provider object, and for options that make no
    sense, before anything is sent.

    >>> import httpx
    >>> from audiences import Batch
    >>> created = httpx.MockTransport(lambda _: httpx.Response(202, json={"indexing_token": "abc"}))
    >>> draft = Audience(name="VIP", provider_fields={"batch": {"type": "emails"}})
    >>> with Batch(api_key="key", project="project", transport=created) as batch:
    ...     for result in create_everywhere(draft, [batch]):
    ...         print(result.provider, result.outcome, result.operation_token)
    Batch applied abc
    """
    _check(providers, Blocking, on_result, partial, options)
    gate = BlockingGate([provider.title for provider in providers], partial=partial)
    results: dict[int, Result] = {}
    untold = list(range(len(providers)))
    done: SimpleQueue[int] = SimpleQueue()

    def one(place: int, provider: Blocking) -> None:
        try:
            call = Creating(provider, audience, leave_out, options, gate.hold(place))
            results[place] = provider._run(call)
        except AudiencesError as error:
            results[place] = error
        except BaseException as error:  # noqa: BLE001  # e.g. the assertion of a test's transport
            results[place] = _lost(f"no answer: {type(error).__name__}", provider, audience, sent=gate.leave(place))
        gate.leave(place)
        done.put(place)

    def tell(place: int) -> None:
        untold.remove(place)  # first: after an interrupt, nobody is told twice
        if on_result:
            _observe.dropped("on_result", _observe.tell(on_result, results[place]))

    try:
        for place, provider in enumerate(providers):
            # In the caller's context, where a span may be current. Daemons, so that an interrupt is not held up by a
            # provider that does not answer.
            threading.Thread(target=copy_context().run, args=(one, place, provider), daemon=True).start()
        while untold:
            tell(done.get())
    except BaseException:
        sent = not gate.shut()
        why = "interrupted before an answer came" if sent else INTERRUPTED
        for place in [*untold]:
            results.setdefault(place, _lost(why, providers[place], audience, sent=sent))
            tell(place)
        raise
    return [results[place] for place in range(len(providers))]


async def acreate_everywhere(
    audience: Audience,
    providers: Sequence[Async],
    *,
    leave_out: Collection[str] = (),
    partial: bool = False,
    on_result: Callable[[Result], Awaitable[None] | object] | None = None,
    **options: Unpack[CallOptions],
) -> list[Result]:
    """Create the audience at every provider, all at once, or at none while one draft cannot be sent.

    See the blocking `create_everywhere`. `on_result` may be asynchronous. A cancellation cancels the calls that are not
    finished; what is known of each reaches `on_result`, which is not cancelled itself.

    Returns: For each provider, in the order given, its receipt, or the error with its outcome; none is raised.
    Raises TypeError and ConfigurationError for what is not an asynchronous provider object, and for options that make
    no sense, before anything is sent.
    """
    _check(providers, Async, on_result, partial, options)
    gate = AsyncGate([provider.title for provider in providers], partial=partial)
    results: dict[int, Result] = {}

    async def tell(place: int, result: Result) -> None:
        results[place] = result
        if on_result:
            with anyio.CancelScope(shield=True):
                try:
                    answer = on_result(result)
                    if isawaitable(answer):
                        await answer
                except Exception as error:  # noqa: BLE001  # the results come first
                    _observe.dropped("on_result", error)

    async def one(place: int, provider: Async) -> None:
        try:
            call = Creating(provider, audience, leave_out, options, gate.hold(place))
            result: Result = await provider._run(call)
        except AudiencesError as error:
            result = error
        except (anyio.get_cancelled_exc_class(), KeyboardInterrupt) as interrupt:
            if isinstance(interrupt.__cause__, AudiencesError):
                await tell(place, interrupt.__cause__)
            raise
        except Exception as error:  # noqa: BLE001  # e.g. the assertion of a test's transport
            result = _lost(f"no answer: {type(error).__name__}", provider, audience, sent=gate.leave(place))
        gate.leave(place)
        await tell(place, result)

    async with anyio.create_task_group() as group:
        for place, provider in enumerate(providers):
            group.start_soon(one, place, provider)
    return [results[place] for place in range(len(providers))]


def _lost(why: str, provider: Blocking | Async, audience: Audience, *, sent: bool = True) -> AudiencesError:
    """The error for a call of which nothing else is known than whether it can have been sent."""
    error = UnknownOutcomeError(why) if sent else NotSentError(why)
    provider._mark(error, audience)
    return error


def _check(
    providers: Sequence[Blocking | Async], kind: type, on_result: object, partial: object, options: CallOptions
) -> None:
    if not isinstance(providers, Sequence) or not all(isinstance(provider, kind) for provider in providers):
        where = "audiences" if kind is Blocking else "audiences.aio"
        raise TypeError(f"providers must be a sequence of provider objects of {where}")
    _checks.truth("partial", partial)
    _checks.function("on_result", on_result, awaits=kind is Async)
    for provider in providers:
        provider._how(options, provider.create_policy)
