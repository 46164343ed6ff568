"""One draft to several providers at once."""

import threading
from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from contextvars import copy_context
from inspect import isawaitable
from queue import SimpleQueue
from typing import Unpack

import anyio

from . import _checks, _observe
from ._audience import Audience
from ._drivers import Async, Blocking
from ._errors import AudiencesError, Remedy
from ._options import CallOptions
from ._receipt import Receipt
from ._verbs import INTERRUPTED, Verbs

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

    >>> import httpx2
    >>> from audiences import Batch
    >>> created = httpx2.MockTransport(lambda _: httpx2.Response(202, json={"indexing_token": "abc"}))
    >>> draft = Audience(name="VIP", provider_fields={"batch": {"type": "emails"}})
    >>> with Batch(api_key="key", project="project", transport=created) as batch:
    ...     for result in create_everywhere(draft, [batch]):
    ...         print(result.provider, result.outcome, result.operation_token)
    Batch applied abc
    """
    _check(providers, Blocking, on_result, partial, options)
    calls = [provider._verbs(options, getattr(audience, "name", None)) for provider in providers]
    results: dict[int, Result] = {}
    untold = list(range(len(providers)))
    done: SimpleQueue[int] = SimpleQueue()

    def prepare(place: int) -> None:
        try:
            providers[place]._run(calls[place], calls[place].preparing(audience, leave_out))
        except Exception as error:  # noqa: BLE001
            results[place] = _result(error, calls[place], sent=False)

    def send(place: int) -> None:
        try:
            results[place] = providers[place]._run(calls[place], calls[place].create(audience, leave_out=leave_out))
        except BaseException as error:  # noqa: BLE001  # e.g. the assertion of a test's transport
            results[place] = _result(error, calls[place], sent=True)
        done.put(place)

    def tell(place: int) -> None:
        untold.remove(place)  # first: after an interrupt, nobody is told twice
        if on_result:
            _observe.dropped("on_result", _observe.tell(on_result, results[place]))

    try:
        for place in untold:
            prepare(place)
        results.update(_not_to_be_sent(calls, results, partial=partial))
        for place in untold:
            if place in results:
                done.put(place)
            else:
                # In the caller's context, where a span may be current. Daemons, so that a provider that does not answer
                # holds up no interrupt.
                threading.Thread(target=copy_context().run, args=(send, place), daemon=True).start()
        while untold:
            tell(done.get())
    except BaseException as interrupt:
        for place in [*untold]:
            calls[place].end()
            results.setdefault(place, calls[place].known(interrupt))
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
    calls = [provider._verbs(options, getattr(audience, "name", None)) for provider in providers]
    results: dict[int, Result] = {}
    sent = False

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

    async def prepare(place: int) -> None:
        try:
            await providers[place]._run(calls[place], calls[place].preparing(audience, leave_out))
        except Exception as error:  # noqa: BLE001
            results[place] = _result(error, calls[place], sent=False)

    async def send(place: int) -> None:
        result: Result
        try:
            if place in results:
                result = results[place]
            else:
                result = await providers[place]._run(calls[place], calls[place].create(audience, leave_out=leave_out))
        except Exception as error:  # noqa: BLE001  # e.g. the assertion of a test's transport
            result = _result(error, calls[place], sent=True)
        except BaseException as interrupt:
            if isinstance(interrupt.__cause__, AudiencesError):
                await tell(place, interrupt.__cause__)
            raise
        await tell(place, result)

    try:
        for place in range(len(providers)):
            await prepare(place)
        results.update(_not_to_be_sent(calls, results, partial=partial))
        sent = True
        async with anyio.create_task_group() as group:
            for place in range(len(providers)):
                group.start_soon(send, place)
    finally:
        if not sent:
            for place, call in enumerate(calls):
                await tell(place, results.get(place) or call.lost(INTERRUPTED, sent=False))
    return [results[place] for place in range(len(providers))]


def _result(error: BaseException, call: Verbs, *, sent: bool) -> AudiencesError:
    return error if isinstance(error, AudiencesError) else call.lost(f"no answer: {type(error).__name__}", sent=sent)


def _not_to_be_sent(calls: Sequence[Verbs], refused: Mapping[int, Result], *, partial: bool) -> dict[int, Result]:
    """The results of the calls that are not made: those that cannot be, and with them the others, so that nothing is
    half done.
    """
    found, files = dict(refused), [call.open_file for call in calls]
    if partial:
        return found
    for place, call in enumerate(calls):
        if call.is_late:
            found.setdefault(place, call.lost(_LATE, sent=False))
        elif files[place] is not None and files.count(files[place]) > 1:
            found.setdefault(place, call.lost(_TWICE, sent=False))
    if not found:
        return found
    names = " and ".join(dict.fromkeys(calls[place].title for place in sorted(found)))
    why = f"nothing was sent to anybody, because the call to {names} cannot be made (see its error)"
    rest = {place: call.lost(why, sent=False) for place, call in enumerate(calls) if place not in found}
    for error in rest.values():
        error.remedy = Remedy("partial", True, "sends to the rest")
    return found | rest


_LATE = "nothing was sent: the total time was over before all drafts were prepared"
_TWICE = "give a path, or the file's bytes: one open file cannot be read for two calls at once"


def _check(
    providers: Sequence[Blocking | Async], kind: type, on_result: object, partial: object, options: CallOptions
) -> None:
    if not isinstance(providers, Sequence) or not all(isinstance(provider, kind) for provider in providers):
        where = "audiences" if kind is Blocking else "audiences.aio"
        raise TypeError(f"providers must be a sequence of provider objects of {where}")
    _checks.truth("partial", partial)
    _checks.function("on_result", on_result, awaits=kind is Async)
    for provider in providers:
        provider._how(options)
