"""The two ways to run a flow: from a thread, and from an event loop."""

from collections.abc import AsyncIterator, Callable, Coroutine, Iterator
from functools import wraps
from inspect import signature
from types import TracebackType
from typing import Any, Concatenate, Generic, ParamSpec, Self, TypeVar, Unpack, get_args

from ._http.send import AsyncTransport, BlockingTransport
from ._listing import Listing
from ._options import CallOptions
from ._provider import Provider
from ._record import Model, Record
from ._sides import AsyncSide, BlockingSide, Flow, R
from ._verbs import Verbs

P = ParamSpec("P")
M = TypeVar("M")
Method = TypeVar("Method", bound=Callable[..., Any])


def _blocking(flow: Callable[Concatenate[Verbs[M], P], Flow[R]]) -> Callable[Concatenate["Blocking[M]", P], R]:
    """The method that runs a verb's flow. It has the flow's signature, but that it returns what the flow gives."""

    @_called_as(flow)
    def method(self: "Blocking[M]", /, *given: P.args, **named: P.kwargs) -> R:
        return self._run(*self._begun(flow, given, named))

    return method


def _async(
    flow: Callable[Concatenate[Verbs[M], P], Flow[R]],
) -> Callable[Concatenate["Async[M]", P], Coroutine[Any, Any, R]]:
    """The same for the asynchronous class."""

    @_called_as(flow)
    async def method(self: "Async[M]", /, *given: P.args, **named: P.kwargs) -> R:
        return await self._run(*self._begun(flow, given, named))

    return method


def _called_as(flow: Callable[..., Any]) -> Callable[[Method], Method]:
    def method_of(method: Method) -> Method:
        own = signature(flow)
        result = get_args(own.return_annotation)[-1]
        wraps(flow)(method).__signature__ = own.replace(return_annotation=result)  # type: ignore[attr-defined]
        method.__annotations__ = {**flow.__annotations__, "return": result}
        return method

    return method_of


class Blocking(Provider[BlockingTransport], Generic[Model]):
    """A provider, for blocking code."""

    _side = BlockingSide

    prepare = _blocking(Verbs.prepare)
    create = _blocking(Verbs[Model].create)
    ensure = _blocking(Verbs[Model].ensure)
    get = _blocking(Verbs.get)
    wait = _blocking(Verbs.wait)
    add = _blocking(Verbs.add)
    remove = _blocking(Verbs.remove)
    replace = _blocking(Verbs.replace)
    delete = _blocking(Verbs.delete)
    reconcile = _blocking(Verbs.reconcile)
    request = _blocking(Verbs.request)

    def list(self, **options: Unpack[CallOptions]) -> Iterator[Record]:
        """All audiences, in the provider's order. Each page is asked for when the iteration comes to it, and `options`
        bound each of these calls. An item that cannot be read is a Record all the same: with the state *other*, its
        JSON in `raw`, and in `deviations` where it leaves the spec.

        Raises SpecViolationError where the list has no end: the mark of a next page is one of an earlier page, or many
        pages in a row bring nothing new. Otherwise, what `get` raises, but NotFoundError; all of it as the iteration
        goes on.
        """
        self._verbs(options, "list")  # wrong options are refused at once
        return self._pages(options)

    def _pages(self, options: CallOptions) -> Iterator[Record]:
        listing = Listing()
        while not listing.is_over:
            verbs = self._verbs(options, "list")
            yield from self._run(verbs, verbs.list(listing))

    def close(self) -> None:
        """End the calls in flight, and close the connections. A call that is just connecting ends when that does, by
        `Timeouts.connect` at the latest. The object can be used again.
        """
        self._end_calls()
        BlockingSide.run(self._sender.close())

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    def _run(self, verbs: Verbs, flow: Flow[R]) -> R:
        return BlockingSide.run(self._driven(verbs, flow))


class Async(Provider[AsyncTransport], Generic[Model]):
    """A provider, for asynchronous code: the same names, awaited."""

    _side = AsyncSide

    prepare = _async(Verbs.prepare)
    create = _async(Verbs[Model].create)
    ensure = _async(Verbs[Model].ensure)
    get = _async(Verbs.get)
    wait = _async(Verbs.wait)
    add = _async(Verbs.add)
    remove = _async(Verbs.remove)
    replace = _async(Verbs.replace)
    delete = _async(Verbs.delete)
    reconcile = _async(Verbs.reconcile)
    request = _async(Verbs.request)

    def list(self, **options: Unpack[CallOptions]) -> AsyncIterator[Record]:
        """All audiences, for `async for`. See the blocking `list`."""
        self._verbs(options, "list")
        return self._pages(options)

    async def _pages(self, options: CallOptions) -> AsyncIterator[Record]:
        listing = Listing()
        while not listing.is_over:
            verbs = self._verbs(options, "list")
            for record in await self._run(verbs, verbs.list(listing)):
                yield record

    async def close(self) -> None:
        """End the calls in flight of this event loop, and close its connections. The object can be used again."""
        self._end_calls()
        await AsyncSide.run(self._sender.close())

    aclose = close

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None
    ) -> None:
        await self.close()

    async def _run(self, verbs: Verbs, flow: Flow[R]) -> R:
        return await AsyncSide.run(self._driven(verbs, flow))
