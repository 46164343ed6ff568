"""The two ways to run a flow: from a thread, and from an event loop."""

import math
import time
from collections.abc import AsyncIterator, Awaitable, Collection, Iterator, Mapping
from functools import partial
from inspect import iscoroutine
from types import TracebackType
from typing import Any, Self, Unpack, cast

import anyio
import anyio.to_thread

from ._audience import Audience
from ._changed import Changed
from ._errors import AudiencesError, ConfigurationError, NotSentTimeoutError
from ._http import connections, send
from ._http.trace import Send
from ._http.waiting import AsyncSide, BlockingSide
from ._listing import Listing
from ._members import PhoneFile
from ._options import CallOptions
from ._provider import Provider
from ._receipt import Receipt
from ._reconcile import Reconciliation
from ._record import Audiences, Record
from ._reply import Ensured, Reply
from ._steps import Await, Flow, R, Step, Wait, Work
from ._supply import GIVEN, GIVEN_ASYNC
from ._verbs import CHUNK_BYTES, LOOK, Changing, Verbs
from ._wire import Request

_LOOK = 0.05
"""Seconds between two looks whether a call that waits was ended."""


class Blocking(Provider[send.BlockingTransport]):
    """A provider, for blocking code."""

    _awaits = False

    def _owner(self) -> connections.Owner:
        return connections.process()

    def _connect(self, settings: connections.ConnectionSettings, transport: send.BlockingTransport | None) -> None:
        self._http = send.BlockingSender(settings, transport)

    def prepare(self, audience: Audience, *, leave_out: Collection[str] = ()) -> Request:
        """The request that `create` would send. Sends nothing; looks into an audience file.

        Raises UnsupportedError for a field that this provider cannot be told, unless `leave_out` names it, and
        InvalidError for a value that breaks the effective spec or a rule of ours; NotSentError for an open file that is
        in use, or cannot be read now.
        """
        return self._account.drafted(audience, leave_out)[1]

    def create(
        self,
        audience: Audience,
        *,
        leave_out: Collection[str] = (),
        look_first: bool = False,
        **options: Unpack[CallOptions],
    ) -> Receipt:
        """Create the audience. What is repeated by itself, see `RetryPolicy`; `options` see `CallOptions`.

        `leave_out` names fields of the draft ("description", "members") that are not sent where this provider cannot
        be told them; the receipt lists those. No provider documents what a second create of the same name does:
        `look_first=True` asks for the name before, and raises ExistsError where there is such an audience. If the
        outcome is unknown then, `reconcile` can say more.

        Raises InvalidError and UnsupportedError before anything is sent, and any other AudiencesError by what became
        of the call; its `outcome` says whether the audience may exist now. An interrupt is raised as it is; its
        `__cause__` is then such an error.
        """
        verbs = self._verbs(options, getattr(audience, "name", None))
        return self._run(verbs, verbs.create(audience, leave_out, look_first=look_first))

    def ensure(self, audience: Audience, *, leave_out: Collection[str] = (), **options: Unpack[CallOptions]) -> Ensured:
        """Have the audience be there: it is looked up by its name, and created where there is none. Nothing of one that
        is found is compared with the draft, or changed.

        Raises as `create` does, and UnsupportedError where the provider cannot be asked by name. While it is only
        looked up, the outcome is *not_sent*.
        """
        verbs = self._verbs(options, getattr(audience, "name", None))
        return self._run(verbs, verbs.ensure(audience, leave_out))

    def get(
        self,
        what: Audiences | None = None,
        *,
        id: str | None = None,
        token: str | None = None,
        **options: Unpack[CallOptions],
    ) -> Record:
        """What the provider says of an audience, which is given by its name, its `id`, a Receipt, a Record or a
        Reference. With the token of a change (a receipt has it), the state is that of the change.

        Raises NotFoundError where there is none, AmbiguousError where several have the name, UnsupportedError where
        the provider offers no such call, and any other AudiencesError; what only reads has no `outcome`.
        """
        verbs = self._verbs(options, reads=True)
        return self._run(verbs, verbs.get(what, id, token))

    def list(self, **options: Unpack[CallOptions]) -> Iterator[Record]:
        """All audiences, in the provider's order. Each page is asked for when the iteration comes to it, and `options`
        bound each of these calls. An item that cannot be read is a Record all the same: with the state *other*, its
        JSON in `raw`, and in `deviations` where it leaves the spec.

        Raises SpecViolationError where the list has no end: the mark of a next page is one of an earlier page, or many
        pages in a row bring nothing new. Otherwise, what `get` raises, but NotFoundError; all of it as the iteration
        goes on.
        """
        self._verbs(options, reads=True)  # wrong options are refused at once
        return self._pages(options)

    def _pages(self, options: CallOptions) -> Iterator[Record]:
        listing = Listing()
        while not listing.is_over:
            verbs = self._verbs(options, reads=True)
            yield from self._run(verbs, verbs.list(listing))

    def wait(
        self,
        what: Audiences | None = None,
        *,
        id: str | None = None,
        token: str | None = None,
        within: float = 300.0,
        **options: Unpack[CallOptions],
    ) -> Record:
        """Ask again and again, with pauses that grow from half a second or more to 30 seconds at most, until the
        audience is no longer indexing, and give what the provider says then: a change that another one has replaced is
        no failure, and a state that the provider does not document is given as it is.

        `within` has the seconds that it may take, of which `options` bound each single question. With the token of a
        change (a receipt has it), an audience that is not to be seen yet is waited for, too; after a delete, whose
        receipt or Reference is given, the NotFoundError that says that it is gone is raised at once.

        Raises WaitTimeoutError, with the last record, when the time is over; otherwise what `get` raises.
        """
        verbs = self._verbs(options, reads=True)
        return self._run(verbs, verbs.wait(what, id, token, within))

    def add(
        self,
        what: Audiences | None,
        members: GIVEN,
        *,
        id: str | None = None,
        go_on: bool = False,
        chunk_bytes: int = CHUNK_BYTES,
        **options: Unpack[CallOptions],
    ) -> Changed:
        """Add members to an audience, which is given as for `get`: any iterable of ids, or of Member with attributes.

        They are taken from the iterable as they are sent, in one call after the other, each with as many members as
        the provider takes and with `chunk_bytes` bytes at most; `options` bound each call. An id that comes twice is
        sent once where both are in one call, with the attributes that came last; later calls are sent later, and in
        which order the provider works on them is not documented. Members in a sequence, such as a list, are all
        looked at before any is sent; those of another iterable call by call.

        A call that fails ends the change: the error is that call's, its `outcome` is that of all calls together, and
        its `changed` lists them all, and has the rest of the members. With `go_on=True`, the calls after it are made
        all the same, and the result says which failed.

        Raises InvalidError for a member that breaks a rule, UnsupportedError where the provider offers no such call,
        and any other AudiencesError. What the iterable raises is raised as it is, like an interrupt: with such an
        error as its `__cause__`.
        """
        verbs, given = self._verbs(options), Changing(go_on, chunk_bytes)
        return self._run(verbs, verbs.add(what, id, members, given))

    def remove(
        self,
        what: Audiences | None,
        members: GIVEN,
        *,
        id: str | None = None,
        go_on: bool = False,
        chunk_bytes: int = CHUNK_BYTES,
        **options: Unpack[CallOptions],
    ) -> Changed:
        """Remove members from an audience; all that is said of `add` holds, but that they have no attributes."""
        verbs, given = self._verbs(options), Changing(go_on, chunk_bytes)
        return self._run(verbs, verbs.remove(what, id, members, given))

    def replace(
        self,
        what: Audiences | None,
        members: GIVEN | PhoneFile,
        *,
        id: str | None = None,
        allow_empty: bool = False,
        chunk_bytes: int = CHUNK_BYTES,
        **options: Unpack[CallOptions],
    ) -> Changed:
        """Replace all members of an audience by others, given as for `add`, or by those in a file where the provider
        takes one.

        It is one call, so there are only as many members as one call has: the next one would replace them. Without
        members it is refused, unless `allow_empty=True`.

        Raises as `add` does; UnsupportedError for too many members, before anything is sent.
        """
        verbs, given = self._verbs(options), Changing(False, chunk_bytes, allow_empty)
        return self._run(verbs, verbs.replace(what, id, members, given))

    def delete(
        self,
        what: Audiences | None = None,
        *,
        id: str | None = None,
        **options: Unpack[CallOptions],
    ) -> Receipt:
        """Delete an audience, which is given as for `get`.

        Raises as `create` does; UnsupportedError where the provider offers no such call.
        """
        verbs = self._verbs(options)
        return self._run(verbs, verbs.delete(what, id))

    def reconcile(
        self, what: AudiencesError | str, *, before: Collection[Record] | None = None, **options: Unpack[CallOptions]
    ) -> Reconciliation:
        """What became of a call with an unknown outcome: `what` is its error, or the error's `reconcile_token`.

        The audience is looked up by its name where the provider offers that. What is seen is `evidence`, and no proof,
        so the outcome stays unknown, unless the call was a create that looked first, or `before` is what `list` gave
        before a create, and has no audience of the id that there is now (where the list has all audiences, with ids).

        Raises InvalidError for an error or a token of another provider or base URL, and what `get` raises.
        """
        verbs = self._verbs(options, reads=True)
        return self._run(verbs, verbs.reconcile(what, before))

    def request(
        self,
        operation_id: str,
        *,
        path: Mapping[str, object] | None = None,
        params: Mapping[str, object] | None = None,
        json: object = None,
        **options: Unpack[CallOptions],
    ) -> Reply:
        """Make any call that the provider documents, by its operationId, with the parameters of its path and query and
        the body that are given. They go out as they are: only the answer is judged. What only reads (GET) is repeated
        as reads are; anything else as a create.

        Raises InvalidError for an operation that is in none of the provider's documents, and as `create` or `get` do.
        """
        verbs = self._verbs(options)
        return self._run(verbs, verbs.request(operation_id, {"path": path, "params": params, "json": json}))

    def close(self) -> None:
        """End the calls in flight, and close the connections. A call that is just connecting ends when that does, by
        `Timeouts.connect` at the latest. The object can be used again.
        """
        self._end_calls()
        self._http.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    def _run(self, verbs: Verbs, flow: Flow[R]) -> R:
        return BlockingSide.run(self._driven(verbs, flow))

    def _do(self, step: Step, verbs: Verbs) -> Any:
        match step:
            case Send():
                return self._http.send(step)
            case Wait(seconds):
                end = time.monotonic() + seconds
                while (left := end - time.monotonic()) > 0 and not verbs.ended:
                    time.sleep(min(left, _LOOK))
                return None
            case Work(do):
                return do()
            case Await(what):
                if iscoroutine(what):
                    what.close()
                raise ConfigurationError("a function is asynchronous, and only audiences.aio awaits those")
            case _:
                raise AssertionError(step)


class Async(Provider[send.AsyncTransport]):
    """A provider, for asynchronous code: the same names, awaited."""

    _awaits = True

    def _owner(self) -> connections.Owner:
        return connections.event_loop()

    def _connect(self, settings: connections.ConnectionSettings, transport: send.AsyncTransport | None) -> None:
        self._http = send.AsyncSender(settings, transport)

    async def prepare(self, audience: Audience, *, leave_out: Collection[str] = ()) -> Request:
        """The request that `create` would send. See the blocking `prepare`."""
        prepare = partial(self._account.drafted, audience, leave_out)
        step = Work(prepare, time.monotonic() + self.timeouts.total, LOOK)
        _, request = await self._within(step, anyio.to_thread.run_sync(prepare, abandon_on_cancel=True))
        return cast("Request", request)

    async def create(
        self,
        audience: Audience,
        *,
        leave_out: Collection[str] = (),
        look_first: bool = False,
        **options: Unpack[CallOptions],
    ) -> Receipt:
        """Create the audience. See the blocking `create`; what it says of interrupts holds for a cancellation."""
        verbs = self._verbs(options, getattr(audience, "name", None))
        return await self._run(verbs, verbs.create(audience, leave_out, look_first=look_first))

    async def ensure(
        self, audience: Audience, *, leave_out: Collection[str] = (), **options: Unpack[CallOptions]
    ) -> Ensured:
        """Have the audience be there. See the blocking `ensure`."""
        verbs = self._verbs(options, getattr(audience, "name", None))
        return await self._run(verbs, verbs.ensure(audience, leave_out))

    async def get(
        self,
        what: Audiences | None = None,
        *,
        id: str | None = None,
        token: str | None = None,
        **options: Unpack[CallOptions],
    ) -> Record:
        """What the provider says of an audience. See the blocking `get`."""
        verbs = self._verbs(options, reads=True)
        return await self._run(verbs, verbs.get(what, id, token))

    def list(self, **options: Unpack[CallOptions]) -> AsyncIterator[Record]:
        """All audiences, for `async for`. See the blocking `list`."""
        self._verbs(options, reads=True)
        return self._pages(options)

    async def _pages(self, options: CallOptions) -> AsyncIterator[Record]:
        listing = Listing()
        while not listing.is_over:
            verbs = self._verbs(options, reads=True)
            for record in await self._run(verbs, verbs.list(listing)):
                yield record

    async def wait(
        self,
        what: Audiences | None = None,
        *,
        id: str | None = None,
        token: str | None = None,
        within: float = 300.0,
        **options: Unpack[CallOptions],
    ) -> Record:
        """Ask until the audience is no longer indexing. See the blocking `wait`."""
        verbs = self._verbs(options, reads=True)
        return await self._run(verbs, verbs.wait(what, id, token, within))

    async def add(
        self,
        what: Audiences | None,
        members: GIVEN_ASYNC,
        *,
        id: str | None = None,
        go_on: bool = False,
        chunk_bytes: int = CHUNK_BYTES,
        **options: Unpack[CallOptions],
    ) -> Changed:
        """Add members to an audience. See the blocking `add`; the members may be an asynchronous iterable, and another
        one is read in a thread.
        """
        verbs, given = self._verbs(options), Changing(go_on, chunk_bytes)
        return await self._run(verbs, verbs.add(what, id, members, given))

    async def remove(
        self,
        what: Audiences | None,
        members: GIVEN_ASYNC,
        *,
        id: str | None = None,
        go_on: bool = False,
        chunk_bytes: int = CHUNK_BYTES,
        **options: Unpack[CallOptions],
    ) -> Changed:
        """Remove members from an audience. See `add`."""
        verbs, given = self._verbs(options), Changing(go_on, chunk_bytes)
        return await self._run(verbs, verbs.remove(what, id, members, given))

    async def replace(
        self,
        what: Audiences | None,
        members: GIVEN_ASYNC | PhoneFile,
        *,
        id: str | None = None,
        allow_empty: bool = False,
        chunk_bytes: int = CHUNK_BYTES,
        **options: Unpack[CallOptions],
    ) -> Changed:
        """Replace all members of an audience. See the blocking `replace`."""
        verbs, given = self._verbs(options), Changing(False, chunk_bytes, allow_empty)
        return await self._run(verbs, verbs.replace(what, id, members, given))

    async def delete(
        self,
        what: Audiences | None = None,
        *,
        id: str | None = None,
        **options: Unpack[CallOptions],
    ) -> Receipt:
        """Delete an audience. See the blocking `delete`."""
        verbs = self._verbs(options)
        return await self._run(verbs, verbs.delete(what, id))

    async def reconcile(
        self, what: AudiencesError | str, *, before: Collection[Record] | None = None, **options: Unpack[CallOptions]
    ) -> Reconciliation:
        """What became of a call with an unknown outcome. See the blocking `reconcile`."""
        verbs = self._verbs(options, reads=True)
        return await self._run(verbs, verbs.reconcile(what, before))

    async def request(
        self,
        operation_id: str,
        *,
        path: Mapping[str, object] | None = None,
        params: Mapping[str, object] | None = None,
        json: object = None,
        **options: Unpack[CallOptions],
    ) -> Reply:
        """Make any call that the provider documents. See the blocking `request`."""
        verbs = self._verbs(options)
        return await self._run(verbs, verbs.request(operation_id, {"path": path, "params": params, "json": json}))

    async def close(self) -> None:
        """End the calls in flight of this event loop, and close its connections. The object can be used again."""
        self._end_calls()
        await self._http.close()

    aclose = close

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None
    ) -> None:
        await self.close()

    async def _run(self, verbs: Verbs, flow: Flow[R]) -> R:
        return await AsyncSide.run(self._driven(verbs, flow))

    async def _do(self, step: Step, verbs: Verbs) -> Any:
        match step:
            case Send():
                return await self._http.send(step)
            case Wait(seconds):
                end = time.monotonic() + seconds
                while (left := end - time.monotonic()) > 0 and not verbs.ended:
                    await anyio.sleep(min(left, _LOOK))
                return None
            case Work(do, math.inf):
                return await send.aside(do)
            case Work(do):
                return await self._within(step, anyio.to_thread.run_sync(do, abandon_on_cancel=True))
            case Await(what):
                return await self._within(step, what)
            case _:
                raise AssertionError(step)

    async def _within(self, step: Work | Await, what: Awaitable[Any]) -> Any:
        left = step.deadline - time.monotonic()
        with anyio.CancelScope(deadline=anyio.current_time() + left):
            return await what
        raise NotSentTimeoutError(f"nothing was sent: the total time was over in {step.during}", provider=self.title)
