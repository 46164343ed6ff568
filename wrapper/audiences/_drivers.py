"""The two ways to run a flow: from a thread, and from an event loop."""

import math
import time
from collections.abc import Awaitable, Collection
from functools import partial
from inspect import iscoroutine
from types import TracebackType
from typing import Any, Self, Unpack
from weakref import ref

import anyio
import anyio.to_thread

from ._audience import Audience
from ._errors import AudiencesError, ConfigurationError, NotSentError
from ._http import connections, send
from ._http.trace import Send
from ._options import CallOptions
from ._provider import LOOK, Creating, Provider
from ._receipt import Receipt
from ._reconcile import Reconciliation
from ._steps import Await, Flow, R, Step, Wait, Work
from ._wire import Request

_LOOK = 0.05
"""Seconds between two looks whether a call that waits was ended."""


class Blocking(Provider[send.BlockingTransport]):
    """A provider, for blocking code."""

    _awaits = False

    def _owner(self) -> connections.Owner:
        return connections.process()

    def _connect(self, way: connections.ConnectionSettings, transport: send.BlockingTransport | None) -> None:
        self._http = send.BlockingSender(way, transport)

    def prepare(self, audience: Audience, *, leave_out: Collection[str] = ()) -> Request:
        """The request that `create` would send. Sends nothing; looks into an audience file.

        Raises UnsupportedError for a field that this provider cannot be told, unless `leave_out` names it, and
        InvalidError for a value that breaks the effective spec or a rule of ours; NotSentError for an open file that is
        in use, or cannot be read now.
        """
        return self._prepare(audience, leave_out)

    def create(self, audience: Audience, *, leave_out: Collection[str] = (), **options: Unpack[CallOptions]) -> Receipt:
        """Create the audience. What is repeated by itself, see `RetryPolicy`; `options` see `CallOptions`.

        `leave_out` names fields of the draft ("description", "members") that are not sent where this provider cannot
        be told them; the receipt lists those.

        Raises InvalidError and UnsupportedError before anything is sent, and any other AudiencesError by what became
        of the call; its `outcome` says whether the audience may exist now. An interrupt is raised as it is; its
        `__cause__` is then such an error.
        """
        call = Creating(self, audience, leave_out, options)
        return self._run(call, call.flow())

    def reconcile(self, what: AudiencesError | str) -> Reconciliation:
        """What became of a call with an unknown outcome: `what` is its error, or the error's `reconcile_token`.

        No provider's spec has an operation for it yet, so nothing is asked, and the outcome stays unknown.

        Raises InvalidError for an error or a token of another provider or base URL.
        """
        return self._reconcile(what)

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

    def _run(self, call: Creating[Any], flow: Flow[R]) -> R:
        known = ref(call)
        try:
            self._calls[known] = self._owner()
            answer, failure = None, list[BaseException]()
            while True:
                # Outside of `except`, and as no local: what the flow makes of it must neither hang on it nor show it.
                step = flow.throw(failure.pop()) if failure else flow.send(answer)
                try:
                    answer = self._do(step, call)
                except BaseException as error:  # noqa: BLE001  # the flow decides what it means
                    failure.append(_cut(error))
        except StopIteration as stop:
            result: R = stop.value
            return result
        except BaseException as raised:
            call.explain(raised)  # where the interrupt came in here
            raise
        finally:
            self._calls.pop(known, None)

    def _do(self, step: Step, call: Creating[Any]) -> Any:
        match step:
            case Send():
                return self._http.send(step)
            case Wait(seconds):
                end = time.monotonic() + seconds
                while (left := end - time.monotonic()) > 0 and not call.ended:
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

    def _connect(self, way: connections.ConnectionSettings, transport: send.AsyncTransport | None) -> None:
        self._http = send.AsyncSender(way, transport)

    async def prepare(self, audience: Audience, *, leave_out: Collection[str] = ()) -> Request:
        """The request that `create` would send. See the blocking `prepare`."""
        prepare = partial(self._prepare, audience, leave_out)
        step = Work(prepare, time.monotonic() + self.timeouts.total, LOOK)
        request: Request = await self._within(step, anyio.to_thread.run_sync(prepare, abandon_on_cancel=True))
        return request

    async def create(
        self, audience: Audience, *, leave_out: Collection[str] = (), **options: Unpack[CallOptions]
    ) -> Receipt:
        """Create the audience. See the blocking `create`; what it says of interrupts holds for a cancellation."""
        call = Creating(self, audience, leave_out, options)
        return await self._run(call, call.flow())

    async def reconcile(self, what: AudiencesError | str) -> Reconciliation:
        """What became of a call with an unknown outcome. See the blocking `reconcile`."""
        return self._reconcile(what)

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

    async def _run(self, call: Creating[Any], flow: Flow[R]) -> R:
        known = ref(call)
        try:
            self._calls[known] = self._owner()
            answer, failure = None, list[BaseException]()
            while True:
                # Outside of `except`, and as no local: what the flow makes of it must neither hang on it nor show it.
                step = flow.throw(failure.pop()) if failure else flow.send(answer)
                try:
                    answer = await self._do(step, call)
                except BaseException as error:  # noqa: BLE001  # the flow decides what it means
                    failure.append(_cut(error))
        except StopIteration as stop:
            result: R = stop.value
            return result
        except BaseException as raised:
            call.explain(raised)  # where the interrupt came in here
            raise
        finally:
            self._calls.pop(known, None)

    async def _do(self, step: Step, call: Creating[Any]) -> Any:
        match step:
            case Send():
                return await self._http.send(step)
            case Wait(seconds):
                end = time.monotonic() + seconds
                while (left := end - time.monotonic()) > 0 and not call.ended:
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


def _cut(error: BaseException) -> BaseException:
    """An interrupt without the frames in which it came: they have what is being sent in local variables."""
    return error if isinstance(error, Exception) else error.with_traceback(None)
