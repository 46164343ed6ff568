"""Sends one attempt, blocking or from an event loop."""

import os
import ssl
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import AsyncExitStack, ExitStack, suppress
from dataclasses import dataclass
from functools import partial
from http.cookiejar import CookieJar, DefaultCookiePolicy
from typing import Any

import anyio
import anyio.to_thread
import httpx

from .._errors import AudiencesError
from .._lock import Lock
from .._secret import Secret
from .._steps import R, Send
from .._wire import Response
from . import network, pools
from .body import ENCODINGS, Outgoing, apieces, pieces
from .loops import Clients
from .seen import NEVER_LEFT, DeadlineError

BlockingTransport = httpx.BaseTransport
AsyncTransport = httpx.AsyncBaseTransport


@dataclass(frozen=True, slots=True, repr=False)
class Way:
    """How a provider object reaches its servers."""

    urls: Sequence[str]
    user_agent: str
    tls: ssl.SSLContext | None
    proxy: str | None
    keepalive: float

    def options(self, transport: Any, pool: Any) -> dict[str, Any]:
        """Those of an httpx client. `pool` makes a transport of ours, from a TLS context, a proxy and a keep-alive."""
        environment = self.proxy == pools.FROM_ENVIRONMENT
        proxies = {url: pools.proxy_for(url) for url in self.urls} if environment else {}
        context = None if transport else self.tls or pools.tls()
        return {
            "transport": transport or pool(context, None if environment else self.proxy, self.keepalive),
            "mounts": {url: pool(context, proxy, self.keepalive) for url, proxy in proxies.items() if proxy},
            "follow_redirects": False,
            "trust_env": False,
            "headers": {"User-Agent": self.user_agent, "Accept-Encoding": ENCODINGS},
            # What one call is told, the next does not tell.
            "cookies": CookieJar(DefaultCookiePolicy(allowed_domains=[])),
        }


def _keep_head(response: httpx.Response) -> None:
    response.request.extensions[_HEAD](response)
    # Redirects are not followed, and still httpx reads a Location, and raises where it is no URL.
    response.headers.pop("Location", None)


async def _akeep_head(response: httpx.Response) -> None:
    _keep_head(response)


_HEAD = "audiences.head"
_HOOKS = {"response": [_keep_head]}
_ASYNC_HOOKS = {"response": [_akeep_head]}


class BlockingSender:
    """Sends from threads. The client is made at the first call, once for all threads, and anew after a fork."""

    def __init__(self, way: Way, transport: BlockingTransport | None) -> None:
        self._way, self._transport = way, transport
        self._lock = Lock()
        self._client: httpx.Client | None = None
        self._process = 0

    def send(self, step: Send) -> Response:
        """The answer, as far as it came. Raises the AudiencesError for none."""
        result = self._try(step)
        if isinstance(result, AudiencesError):
            raise result
        return result

    def _try(self, step: Send) -> Response | AudiencesError:
        """Either is returned, so that no exception with its request hangs on the error."""
        seen, how = step.seen, step.how
        try:
            with _Files() as files, network.budget(how.deadline, how.max_response_bytes, seen.hear):
                client = self._open()
                built = _build(client, step, files, seen.trace)
                seen.built = True
                response = client.send(built, stream=True)
                files.callback(_quietly, response.close)
                for piece in pieces(response):
                    if not seen.take(piece, how.max_response_bytes):
                        break
                    if time.monotonic() >= how.deadline:  # transports of the caller's own do not keep to it
                        raise DeadlineError
                if not seen.ended:
                    network.spoil(response)
        except AssertionError:
            raise  # a test's transport speaking to its test
        except Exception as error:  # noqa: BLE001  # whatever a transport raises, the caller learns the outcome
            late = time.monotonic() >= how.deadline and not isinstance(error, NEVER_LEFT)
            return seen.result(DeadlineError() if late else error)
        return seen.result()

    def _open(self) -> httpx.Client:
        with self._lock:
            if self._client is None or self._process != os.getpid():
                self._client = httpx.Client(event_hooks=_HOOKS, **self._way.options(self._transport, pools.Pool))
                self._process = os.getpid()
            return self._client

    def close(self) -> None:
        with self._lock:
            client, self._client = self._client, None
        if client is not None and self._process == os.getpid():
            client.close()


class AsyncSender:
    """Sends from event loops; files are opened and read off them."""

    def __init__(self, way: Way, transport: AsyncTransport | None) -> None:
        self._way, self._transport = way, transport
        self._clients = Clients(self._make)

    async def send(self, step: Send) -> Response:
        """The answer, as far as it came. Raises the AudiencesError for none."""
        result = await self._try(step)
        if isinstance(result, AudiencesError):
            raise result
        return result

    async def _try(self, step: Send) -> Response | AudiencesError:
        """See the blocking one."""
        seen, how = step.seen, step.how
        error: Exception | None = None
        scope = anyio.CancelScope(deadline=anyio.current_time() + how.deadline - time.monotonic())
        try:
            with scope, network.budget(how.deadline, how.max_response_bytes, seen.hear):
                await self._exchange(step)
        except AssertionError:
            raise  # a test's transport speaking to its test
        except Exception as raised:  # noqa: BLE001  # whatever a transport raises, the caller learns the outcome
            error = raised
        result = partial(seen.result, DeadlineError() if scope.cancelled_caught else error)
        return (await aside(result)) if seen.large else result()

    async def _exchange(self, step: Send) -> None:
        seen, how = step.seen, step.how
        client = await self._clients.get()
        async with AsyncExitStack() as stack:
            build = partial(_build, client, step, stack.enter_context(_Files()), seen.atrace)
            # A call that is over does not wait for a file that takes long to open.
            parts = step.request.parts
            built = await anyio.to_thread.run_sync(build, abandon_on_cancel=True) if parts else build()
            seen.built = True
            response = await client.send(built, stream=True)
            stack.push_async_callback(_aquietly, response.aclose)
            async for piece in apieces(response):
                if not seen.take(piece, how.max_response_bytes):
                    break
                if time.monotonic() >= how.deadline:  # a stream that never waits is never cancelled
                    raise DeadlineError
            if not seen.ended:
                network.spoil(response)

    def _make(self) -> httpx.AsyncClient:
        return httpx.AsyncClient(event_hooks=_ASYNC_HOOKS, **self._way.options(self._transport, pools.async_pools))

    async def close(self) -> None:
        await self._clients.close()


class _Files(ExitStack):
    """The files of an attempt. A thread that opens some after the attempt is over closes them itself."""

    def __init__(self) -> None:
        super().__init__()
        self._guard, self._over = threading.Lock(), False

    def take(self, opened: ExitStack) -> None:
        with self._guard:
            if not self._over:
                self.push(opened.pop_all())

    def __exit__(self, *raised: Any) -> bool | None:
        with self._guard:
            self._over = True
        return super().__exit__(*raised)


def _build(client: httpx.Client | httpx.AsyncClient, step: Send, files: _Files, trace: object) -> httpx.Request:
    """The request with its secrets; files are opened, and closed with the stack."""
    with ExitStack() as opened:
        built = _built(client, step, opened, trace)
        files.take(opened)
        return built


def _built(client: httpx.Client | httpx.AsyncClient, step: Send, files: ExitStack, trace: object) -> httpx.Request:
    request, how, seen, t = step.request, step.how, step.seen, step.how.timeouts
    left = max(how.deadline - time.monotonic(), 0.001)
    # Else a cancellation at the deadline would hide that a place in the caller's own pool was waited for until then.
    sooner = left - min(0.1 * left, 0.1)
    headers = {name: v.reveal() if isinstance(v, Secret) else v for name, v in request.headers.items()}
    parts = []
    for part in request.parts:
        content = part.content if isinstance(part.content, bytes) else files.enter_context(part.content.open())
        parts.append((part.name, (part.filename, content, part.media_type)))
    body = request.body.reveal().encode() if isinstance(request.body, Secret) else request.body
    built = client.build_request(
        request.method,
        request.url,
        headers=headers,
        content=body,
        files=parts or None,  # type: ignore[arg-type]  # readers of ours have what httpx uses of a file
        timeout=(min(t.connect, left), min(t.read, left), min(t.write, left), min(t.pool, sooner)),
        extensions={"trace": trace, _HEAD: seen.head},
    )
    if request.parts:
        length = built.headers.get("Content-Length")
        built.stream = Outgoing(built.stream, int(length) if length else None, how.on_progress)
    return built


async def aside(read: Callable[[], R]) -> R:
    """What an answer says, found out in a thread: no cancellation and no lack of free threads takes it away."""
    found: list[R] = []
    with anyio.CancelScope(shield=True):
        found.append(await anyio.to_thread.run_sync(read, limiter=anyio.CapacityLimiter(1)))
    return found.pop()


def _quietly(close: Any) -> None:
    with suppress(Exception):  # all is known by now
        close()


async def _aquietly(close: Any) -> None:
    with suppress(Exception):
        await close()
