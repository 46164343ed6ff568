"""The mock server, or any application, on a real socket."""

import asyncio
import ipaddress
import socket
import threading
from collections.abc import Callable, Collection
from contextlib import suppress
from types import TracebackType
from typing import Self

import uvicorn
from starlette.types import ASGIApp

from ..faults import Fault
from ..spec import load, provider_keys
from .app import Application
from .state import Exchange, Record, Settings


class Serving:
    """An ASGI application on a real socket, from `__enter__` to `__exit__`, in a thread of its own.

    `host` is an address of this machine, and `port` a port, 0 for a free one. Without `own_headers`, no Date and Server
    are added to answers. With `lives`, the application is told when it starts and ends (ASGI's lifespan). Entering
    raises OSError for a port in use.
    """

    def __init__(
        self, app: ASGIApp, *, host: str = "127.0.0.1", port: int = 0, own_headers: bool = True, lives: bool = True
    ) -> None:
        self._app, self._host, self._port, self._own_headers, self._lives = app, host, port, own_headers, lives

    def __enter__(self) -> Self:
        family = socket.AF_INET6 if ":" in self._host else socket.AF_INET
        self._socket = socket.create_server((self._host, self._port), family=family)
        # Accepted sockets inherit it. asyncio sets it only on sockets that name their protocol, which these do not, and
        # each answer would wait for the client's delayed acknowledgement.
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        config = uvicorn.Config(
            self._app,
            http="h11",
            ws="none",
            lifespan="auto" if self._lives else "off",
            log_config=None,
            # uvicorn's warnings about malformed messages concern only those who send them.
            log_level="critical",
            access_log=False,
            server_header=self._own_headers,
            date_header=self._own_headers,
            timeout_graceful_shutdown=1,
        )
        self._server = _Server(config)
        self._thread = threading.Thread(target=self._run, name="audience-contract-server", daemon=True)
        self._thread.start()
        while not self._server.ready.wait(0.1):
            if not self._thread.is_alive():
                self._socket.close()
                raise RuntimeError("the server did not start")
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.end()
        self._thread.join()

    @property
    def url(self) -> str:
        """Scheme, host and port; there is none before `__enter__`."""
        host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(self._host, self._host)  # noqa: S104 - all of this machine's
        name = f"[{host}]" if ":" in host else host
        return f"http://{name}:{self._socket.getsockname()[1]}"

    def _run(self) -> None:
        self._server.run(sockets=[self._socket])


class MockServer(Serving):
    """Plays every provider and service that has an effective spec, on one port.

        with MockServer() as server:
            os.environ.update(server.environment())

    `host` is a loopback address, or with `allow_remote` any of this machine's, and `port` a port, 0 for a free one;
    `strict` also refuses undocumented properties, parts and query parameters, which the specs' schemas allow, `prose`
    what their prose can be read to forbid. `fault` is a fault of the catalogue (`audience_contract.faults`), or its
    name; `respond` a status with which everything is answered. `middleware` is an ASGI middleware put around the
    application. Without `own_headers`, no Date and Server are added to answers. `settings` say how long an audience is
    being indexed, and more. `keys` are the providers that are played, or documents that are registered.

    The server answers from `__enter__` to `__exit__`. Its paths, also those that make it answer with a chosen error,
    are described at `audience_contract.mock.app.Application`; the credentials that it takes are in `environment()`.
    Not documented by any provider, so decided here: a second audience of the same name is created as another one.
    Raises ValueError for a host that is not a loopback address, unless `allow_remote`, and LookupError for an unknown
    fault; entering raises OSError for a port in use.
    """

    def __init__(
        self,
        *,
        host: str = "127.0.0.1",
        port: int = 0,
        allow_remote: bool = False,
        strict: bool = False,
        prose: bool = False,
        fault: Fault | str | None = None,
        respond: int | None = None,
        middleware: Callable[[ASGIApp], ASGIApp] | None = None,
        own_headers: bool = True,
        settings: Settings | None = None,
        keys: Collection[str] = (),
    ) -> None:
        address = ipaddress.ip_address("127.0.0.1" if host == "localhost" else host)
        if not (address.is_loopback or allow_remote):
            raise ValueError(f"{host} is not a loopback address; --allow-remote, or allow_remote=True, permits it")
        self._application = Application(strict=strict, prose=prose, fault=fault, respond=respond, keys=keys)
        self._keys = keys or provider_keys()
        self._application.state.settings = settings or Settings()
        app = middleware(self._application) if middleware else self._application
        super().__init__(app, host=host, port=port, own_headers=own_headers, lives=False)

    def base_url(self, provider: str) -> str:
        """A provider's base URL, with the defaults of its spec's server variables; no slash at the end."""
        return f"{self.url}/{provider}{load(provider).default_base}"

    def environment(self) -> dict[str, str]:
        """The environment variables that the `audiences` library reads: base URLs, and credentials that are right."""
        return self._application.environment({key: self.base_url(key) for key in self._keys})

    @property
    def settings(self) -> Settings:
        """What may be changed while the server runs."""
        return self._application.state.settings

    @property
    def audiences(self) -> list[Record]:
        """What was created and is still there, in order."""
        return self._application.state.records

    @property
    def exchanges(self) -> list[Exchange]:
        """The last exchanges that reached an operation, in order: 1000, of 64 MiB in all, at most."""
        return self._application.state.exchanges

    def clear(self) -> None:
        """Forget audiences and exchanges."""
        self._application.state.clear()

    def expire_tokens(self) -> None:
        """Make every access token invalid that was issued so far: who sends it again is answered as for a wrong one."""
        self._application.state.expire_tokens()


class _Server(uvicorn.Server):
    """Ends as soon as it is told to; uvicorn looks every tenth of a second, and then waits another one."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.ready = threading.Event()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        self._loop, self._told = asyncio.get_running_loop(), asyncio.Event()
        await super().startup(sockets)
        self.ready.set()

    def end(self) -> None:
        """End the server; may be called from another thread, and more than once."""
        self.should_exit = True
        with suppress(RuntimeError):  # the loop is closed
            self._loop.call_soon_threadsafe(self._told.set)

    async def main_loop(self) -> None:
        looking = asyncio.create_task(super().main_loop())
        await self._told.wait()
        looking.cancel()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        # What asyncio has accepted but not taken up when a server closes stays open for good. So nothing more is
        # accepted, and what was is taken up in the next two rounds of the loop. Windows' loop has no readers to remove.
        for listening in [each for server in self.servers for each in server.sockets]:
            with suppress(NotImplementedError):
                self._loop.remove_reader(listening.fileno())
        for _ in range(3):
            await asyncio.sleep(0)
        for server in self.servers:
            server.close()
        # Only answers that are still under way are waited for.
        if self.server_state.connections or self.server_state.tasks:
            await super().shutdown(sockets)
        else:
            await self.lifespan.shutdown()
