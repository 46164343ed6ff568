"""The two ways to run a flow: from a thread, and from an event loop."""

import math
import time
from collections.abc import Awaitable, Collection
from functools import partial
from inspect import iscoroutine
from types import TracebackType
from typing import Any, Self, Unpack, cast
from weakref import ref

import anyio
import anyio.to_thread

from ._audience import Audience
from ._errors import AudiencesError, ConfigurationError, NotSentError
from ._http import connections, send
from ._http.trace import Send
from ._options import CallOptions
from ._provider import Provider
from ._receipt import Receipt
from ._reconcile import Reconciliation
from ._record import Audiences, Record
from ._steps import Await, Flow, R, Step, Wait, Work
from ._verbs import LOOK, Verbs
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

    def create(self, audience: Audience, *, leave_out: Collection[str] = (), **options: Unpack[CallOptions]) -> Receipt:
        """Create the audience. What is repeated by itself, see `RetryPolicy`; `options` see `CallOptions`.

        `leave_out` names fields of the draft ("description", "members") that are not sent where this provider cannot
        be told them; the receipt lists those.

        Raises InvalidError and UnsupportedError before anything is sent, and any other AudiencesError by what became
        of the call; its `outcome` says whether the audience may exist now. An interrupt is raised as it is; its
        `__cause__` is then such an error.
        """
        verbs = self._verbs(options, getattr(audience, "name", None))
        return self._run(verbs, verbs.create(audience, leave_out))

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
        asked, verbs = self._reference(what, id, token), self._verbs(options, reads=True)
        return self._run(verbs, verbs.get(asked))

    def wait(
        self,
        what: Audiences | None = None,
        *,
        id: str | None = None,
        token: str | None = None,
        within: float = 300.0,
        **options: Unpack[CallOptions],
    ) -> Record:
        """Ask again and again, from every second to every 30 seconds, until the audience is no longer indexing, and
        give what the provider says then: a change that another one has replaced is no failure.

        `within` has the seconds that it may take, of which `options` bound each single question. With the token of a
        change (a receipt has it), an audience that is not to be seen yet is waited for, too; so after a delete, ask
        with `get`, whose NotFoundError says that the audience is gone.

        Raises WaitTimeoutError, with the last record, when the time is over; otherwise what `get` raises.
        """
        asked, verbs = self._reference(what, id, token), self._verbs(options, reads=True)
        return self._run(verbs, verbs.wait(asked, within))

    def delete(
        self,
        what: Audiences | None = None,
        *,
        id: str | None = None,
        **options: Unpack[CallOptions],
    ) -> Receipt:
        """Delete an audience, which is given as for `get`. At Batch, a campaign that targets it targets nobody then.

        Raises as `create` does; UnsupportedError where the provider offers no such call.
        """
        asked, verbs = self._reference(what, id), self._verbs(options)
        return self._run(verbs, verbs.delete(asked))

    def reconcile(self, what: AudiencesError | str, **options: Unpack[CallOptions]) -> Reconciliation:
        """What became of a call with an unknown outcome: `what` is its error, or the error's `reconcile_token`.

        The audience is looked up by its name where the provider offers that. What is seen is evidence, and no proof, so
        the outcome stays unknown.

        Raises InvalidError for an error or a token of another provider or base URL, and what `get` raises.
        """
        verbs = self._verbs(options, reads=True)
        return self._run(verbs, verbs.reconcile(what))

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
        known = ref(verbs)
        try:
            self._calls[known] = self._owner()
            answer, failure = None, list[BaseException]()
            while True:
                # Outside of `except`, and as no local: what the flow makes of it must not hang on it.
                step = flow.throw(failure.pop()) if failure else flow.send(answer)
                try:
                    answer = self._do(step, verbs)
                except BaseException as error:  # noqa: BLE001  # the flow decides what it means
                    failure.append(error)
        except StopIteration as stop:
            result: R = stop.value
            return result
        except BaseException as raised:
            verbs.explain(raised)  # where the interrupt came in here
            raise
        finally:
            self._calls.pop(known, None)

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
        self, audience: Audience, *, leave_out: Collection[str] = (), **options: Unpack[CallOptions]
    ) -> Receipt:
        """Create the audience. See the blocking `create`; what it says of interrupts holds for a cancellation."""
        verbs = self._verbs(options, getattr(audience, "name", None))
        return await self._run(verbs, verbs.create(audience, leave_out))

    async def get(
        self,
        what: Audiences | None = None,
        *,
        id: str | None = None,
        token: str | None = None,
        **options: Unpack[CallOptions],
    ) -> Record:
        """What the provider says of an audience. See the blocking `get`."""
        asked, verbs = self._reference(what, id, token), self._verbs(options, reads=True)
        return await self._run(verbs, verbs.get(asked))

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
        asked, verbs = self._reference(what, id, token), self._verbs(options, reads=True)
        return await self._run(verbs, verbs.wait(asked, within))

    async def delete(
        self,
        what: Audiences | None = None,
        *,
        id: str | None = None,
        **options: Unpack[CallOptions],
    ) -> Receipt:
        """Delete an audience. See the blocking `delete`."""
        asked, verbs = self._reference(what, id), self._verbs(options)
        return await self._run(verbs, verbs.delete(asked))

    async def reconcile(self, what: AudiencesError | str, **options: Unpack[CallOptions]) -> Reconciliation:
        """What became of a call with an unknown outcome. See the blocking `reconcile`."""
        verbs = self._verbs(options, reads=True)
        return await self._run(verbs, verbs.reconcile(what))

    async def close(self) -> None:
        """End the calls in flight of this event loop, and close its connections. The object can be used again."""
        self._end_calls()
        await self._http.close()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None
    ) -> None:
        await self.close()

    async def _run(self, verbs: Verbs, flow: Flow[R]) -> R:
        known = ref(verbs)
        try:
            self._calls[known] = self._owner()
            answer, failure = None, list[BaseException]()
            while True:
                # Outside of `except`, and as no local: what the flow makes of it must not hang on it.
                step = flow.throw(failure.pop()) if failure else flow.send(answer)
                try:
                    answer = await self._do(step, verbs)
                except BaseException as error:  # noqa: BLE001  # the flow decides what it means
                    failure.append(error)
        except StopIteration as stop:
            result: R = stop.value
            return result
        except BaseException as raised:
            verbs.explain(raised)  # where the interrupt came in here
            raise
        finally:
            self._calls.pop(known, None)

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
        raise NotSentError(f"nothing was sent: the total time was over in {step.during}", provider=self.title)
