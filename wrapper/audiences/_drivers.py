"""The two ways to run a flow: from a thread, and from an event loop."""

import time
from collections.abc import Collection
from types import TracebackType
from typing import Any, Self

import anyio
import anyio.to_thread

from . import _transport
from ._audience import Audience
from ._provider import Provider
from ._receipt import Receipt
from ._steps import Flow, R, Send, Wait, Work


class Blocking(Provider[_transport.BlockingTransport]):
    """The blocking face of a provider."""

    def _connect(self, transport: _transport.BlockingTransport | None) -> None:
        self._http = _transport.BlockingSender(self.timeouts, transport)

    def create(self, audience: Audience, *, leave_out: Collection[str] = ()) -> Receipt:
        """Create the audience: one request, never repeated.

        `leave_out` names fields of the draft ("description", "members") that are not sent where this provider cannot
        be told them; the receipt lists those.

        Raises InvalidError and UnsupportedError before anything is sent, and any other AudiencesError by what became
        of the call; its `outcome` says whether the audience may exist now.
        """
        flow = self._create_flow(audience, leave_out)
        return self._run(flow)

    def close(self) -> None:
        """Close the connections, which ends calls in flight. The object can be used again: it then opens new ones."""
        self._http.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    def _run(self, flow: Flow[R]) -> R:
        try:
            step = next(flow)
            while True:
                try:
                    answer = self._do(step)
                except Exception as error:  # noqa: BLE001  # the flow decides what it means
                    step = flow.throw(error)
                else:
                    step = flow.send(answer)
        except StopIteration as stop:
            result: R = stop.value
            return result

    def _do(self, step: Send | Wait | Work) -> Any:
        match step:
            case Send(request):
                return self._http.send(request)
            case Wait(seconds):
                return time.sleep(seconds) if seconds else None
            case Work(do):
                return do()


class Async(Provider[_transport.AsyncTransport]):
    """The asynchronous face of a provider: the same names, awaited."""

    def _connect(self, transport: _transport.AsyncTransport | None) -> None:
        self._http = _transport.AsyncSender(self.timeouts, transport)

    async def create(self, audience: Audience, *, leave_out: Collection[str] = ()) -> Receipt:
        """Create the audience: one request, never repeated. See the blocking `create`."""
        flow = self._create_flow(audience, leave_out)
        return await self._run(flow)

    async def close(self) -> None:
        """Close the connections, which ends calls in flight. The object can be used again: it then opens new ones."""
        await self._http.close()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None
    ) -> None:
        await self.close()

    async def _run(self, flow: Flow[R]) -> R:
        try:
            step = next(flow)
            while True:
                try:
                    answer = await self._do(step)
                except Exception as error:  # noqa: BLE001  # the flow decides what it means
                    step = flow.throw(error)
                else:
                    step = flow.send(answer)
        except StopIteration as stop:
            result: R = stop.value
            return result

    async def _do(self, step: Send | Wait | Work) -> Any:
        match step:
            case Send(request):
                return await self._http.send(request)
            case Wait(seconds):
                return await anyio.sleep(seconds) if seconds else None
            case Work(do):
                return await anyio.to_thread.run_sync(do)
