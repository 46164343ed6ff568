"""One draft to several providers at once."""

import threading
from collections.abc import Awaitable, Callable, Collection, Iterator, Sequence
from contextlib import contextmanager
from contextvars import copy_context
from queue import SimpleQueue
from typing import Unpack

import anyio

from . import _checks, _observe
from ._audience import Audience, check
from ._errors import AudiencesError, Remedy
from ._options import CallOptions
from ._provider import Async, Blocking
from ._record import Receipt
from ._sides import AsyncSide, BlockingSide, Flow, called, settled

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

    Nothing is sent to any provider before all drafts are prepared. If one cannot be sent (it is invalid, a field is not
    supported, the file cannot be read), none is sent: the result of each other provider is a NotSentError that names
    the provider whose draft it was. `partial=True` sends to the rest. Once the drafts are sent, a failure at one
    provider does not affect the others.

    `leave_out` and `options` mean for each provider what they mean for `create`: a field is left out only where the
    provider has no place for it. `on_result` is called with each result as soon as it is there, in the thread that
    called. What it raises is dropped, and its type is logged: the results come first. After an interrupt, it is called
    with what is known of every call (for a call without an answer, an UnknownOutcomeError), and then the interrupt is
    raised. Calls without an answer are told to end; one over a `transport` may go on.

    Returns: For each provider, in the order given, its receipt, or the error with its outcome; none is raised.
    Raises TypeError, ConfigurationError and InvalidError for arguments that make no sense, such as an asynchronous
    provider object, before anything is sent.

    >>> import httpx2
    >>> from audiences import Batch
    >>> created = httpx2.MockTransport(lambda _: httpx2.Response(202, json={"indexing_token": "abc"}))
    >>> draft = Audience(name="VIP", provider_fields={"batch": {"type": "emails"}})
    >>> with Batch(api_key="key", project="project", transport=created) as batch:
    ...     for result in create_everywhere(draft, [batch]):
    ...         print(result.provider, result.outcome, result.operation_token)
    Batch applied abc
    """
    run = _Run(Blocking, providers, audience, options, leave_out=leave_out, on_result=on_result, partial=partial)
    done: SimpleQueue[int] = SimpleQueue()

    def send(place: int) -> None:
        with run.failing(place, BaseException):  # e.g. the assertion of a test's transport
            run.results[place] = providers[place]._run(run.calls[place], run.calls[place].create(audience))
        done.put(place)

    def tell(place: int) -> None:
        run.untold.remove(place)  # first: after an interrupt, nobody is told twice
        if on_result:
            _observe.dropped("on_result", _observe.tell(on_result, run.results[place]))

    def send_all() -> None:
        for place in run.untold:
            # In the caller's context, where a span may be current. Daemons, so that a provider that does not answer
            # holds up no interrupt.
            threading.Thread(target=copy_context().run, args=(send, place), daemon=True).start()
        while run.untold:
            tell(done.get())

    return BlockingSide.run(run.all(send_all, tell))


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
    Raises TypeError, ConfigurationError and InvalidError for arguments that make no sense, such as a blocking provider
    object, before anything is sent.
    """
    run = _Run(Async, providers, audience, options, leave_out=leave_out, on_result=on_result, partial=partial)

    async def send(place: int) -> None:
        with run.failing(place):
            run.results[place] = await providers[place]._run(run.calls[place], run.calls[place].create(audience))
        await tell(place)

    async def tell(place: int) -> None:
        run.untold.remove(place)
        if on_result:
            with anyio.CancelScope(shield=True):
                told = await settled(called(on_result, run.results[place]))
                _observe.dropped("on_result", told.raised)  # the results come first

    async def send_all() -> None:
        async with anyio.create_task_group() as group:
            for place in run.untold:
                group.start_soon(send, place)

    return await AsyncSide.run(run.all(send_all, tell))


class _Run:
    """The calls of one draft to several providers, each at its place, and what is known of them."""

    def __init__(
        self,
        kind: type,
        providers: Sequence[Blocking | Async],
        audience: Audience,
        options: CallOptions,
        *,
        leave_out: Collection[str],
        on_result: object,
        partial: bool,
    ) -> None:
        if not isinstance(providers, Sequence) or not all(isinstance(provider, kind) for provider in providers):
            where = "audiences" if kind is Blocking else "audiences.aio"
            raise TypeError(f"providers must be a sequence of provider objects of {where}")
        self._audience, self._providers, self._leave_out, self._partial = audience, providers, leave_out, partial
        self.calls = [provider._verbs(options, "create", audience) for provider in providers]
        check(audience, leave_out)
        _checks.truth("partial", partial)
        _checks.function("on_result", on_result, awaits=kind is Async)
        self.results: dict[int, Result] = {}
        self.untold = list(range(len(providers)))

    def all(self, send_all: Callable[[], object], tell: Callable[[int], object]) -> Flow[list[Result]]:
        """The results of all calls. After an interrupt, what is known of each is passed on first."""
        try:
            for place, (provider, call) in enumerate(zip(self._providers, self.calls, strict=True)):
                with self.failing(place):
                    yield provider._run(call, call.prepare(self._audience, leave_out=self._leave_out))
            if not self._partial:
                self._refuse()
            for place in [*self.results]:
                yield tell(place)
            yield send_all()
        except BaseException as interrupt:
            for place in [*self.untold]:
                self.calls[place].how.ending.end()
                self.results.setdefault(place, self.calls[place].known(interrupt))
                yield tell(place)
            raise
        return [self.results[place] for place in range(len(self.calls))]

    @contextmanager
    def failing(self, place: int, kind: type[BaseException] = Exception) -> Iterator[None]:
        """An exception of this kind that is raised within becomes the result at this place."""
        try:
            yield
        except kind as error:
            self.results[place] = error if isinstance(error, AudiencesError) else self.calls[place].known(error)

    def _refuse(self) -> None:
        """If a draft cannot be sent, let the result of each other call be that it is not made, so that nothing is half
        done.
        """
        for place, call in enumerate(self.calls):
            if call.how.remaining <= 0:
                why = "nothing was sent: the total time was over before all drafts were prepared"
                self.results.setdefault(place, call.unsent(why))
        names = " and ".join(self.calls[place].title for place in sorted(self.results))
        for place in set(self.untold) - self.results.keys() if names else ():
            why = f"nothing was sent to anybody, because nothing can be sent to {names} (see there)"
            error = self.results[place] = self.calls[place].unsent(why)
            error.remedy = Remedy("partial", True, "sends to the rest")
