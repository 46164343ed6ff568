"""CPU per create beside plain httpx2: one at a time in a thread, and with 5 and 50 in flight on an event loop.

Each is measured with a connection that is kept, which `reuse_connections=True` allows, and with a new one for each
call, as the library makes it. The server is another process, so what is counted is the client's CPU time alone. Exits
with 1 where ours is more than `--most` of httpx2's, by the median of all rounds, on kept connections and on new ones.
"""

import argparse
import asyncio
import multiprocessing
import ssl
import statistics
import sys
import time
from collections.abc import Awaitable, Callable
from functools import partial
from multiprocessing.connection import Connection

import httpx2
import trustme

from audiences import Audience, Batch, aio

FEW, MANY = 5, 50
AUTHORITY = trustme.CA()
TRUST = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
AUTHORITY.configure_trust(TRUST)
WARM = 20
AUDIENCE = Audience(name="VIP", provider_fields={"batch": {"type": "emails"}})
BODY = b'{"name":"VIP","type":"emails"}'
PATH = "/audiences/create"
HEADERS = {"Authorization": "Bearer key-4711", "X-Batch-Project": "project_x", "Content-Type": "application/json"}
ANSWER = b'HTTP/1.1 202 \r\nContent-Type: application/json\r\nContent-Length: 24\r\n\r\n{"indexing_token":"abc"}'


class Server(asyncio.Protocol):
    """Answers, and keeps the connection. A request ends with the one body that is sent here."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport, self._seen = transport, b""

    def data_received(self, data: bytes) -> None:
        self._seen += data
        if self._seen.endswith(BODY) and isinstance(self._transport, asyncio.WriteTransport):
            self._seen = b""
            self._transport.write(ANSWER)


def serve(port: Connection, authority: bytes) -> None:
    async def run() -> None:
        loop, context = asyncio.get_running_loop(), ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        trustme.CA.from_pem(*authority.split(b"|")).issue_cert("127.0.0.1").configure_cert(context)
        servers = [
            await loop.create_server(Server, "127.0.0.1", 0, backlog=2 * MANY, ssl=tls) for tls in (None, context)
        ]
        port.send([server.sockets[0].getsockname()[1] for server in servers])
        await asyncio.gather(*(server.serve_forever() for server in servers))

    asyncio.run(run())


def one_at_a_time(url: str, calls: int, *, kept: bool) -> tuple[float, float]:
    """CPU time per call: ours, and that of httpx2."""
    limits = httpx2.Limits(max_keepalive_connections=None if kept else 0)
    with (
        Batch(base_url=url, reuse_connections=kept, verify=TRUST, api_key="key-4711", project="project_x") as batch,
        httpx2.Client(trust_env=False, verify=TRUST, limits=limits) as client,
    ):
        ours = _spent(lambda: batch.create(AUDIENCE), calls)
        return ours, _spent(lambda: client.post(f"{url}{PATH}", content=BODY, headers=HEADERS), calls)


def _spent(call: Callable[[], object], calls: int) -> float:
    for _ in range(WARM):
        call()
    begun = time.process_time()
    for _ in range(calls):
        call()
    return (time.process_time() - begun) / calls


async def in_flight(count: int, url: str, calls: int, *, kept: bool) -> tuple[float, float]:
    """The same with so many calls at once."""
    limits = httpx2.Limits(keepalive_expiry=1.0, max_keepalive_connections=None if kept else 0)
    async with aio.Batch(
        base_url=url, reuse_connections=kept, verify=TRUST, api_key="key-4711", project="project_x"
    ) as batch:
        ours = await _aspent(lambda: batch.create(AUDIENCE), count, calls)
    async with httpx2.AsyncClient(limits=limits, trust_env=False, verify=TRUST) as client:
        return ours, await _aspent(lambda: client.post(f"{url}{PATH}", content=BODY, headers=HEADERS), count, calls)


async def _aspent(call: Callable[[], Awaitable[object]], count: int, calls: int) -> float:
    async def spend(calls: int) -> None:
        left = iter(range(calls))

        async def work() -> None:
            for _ in left:
                await call()

        await asyncio.gather(*(work() for _ in range(count)))

    await spend(2 * MANY)
    begun = time.process_time()
    await spend(calls)
    return (time.process_time() - begun) / calls


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--calls", type=int, default=100, help="per measurement")
    parser.add_argument("--rounds", type=int, default=15, help="of which the median counts")
    parser.add_argument("--most", type=float, nargs=2, default=(1.4, 1.25), metavar="RATIO", help="that passes")
    parser.add_argument("--tls", action="store_true", help="measure TLS instead of plain HTTP")
    options = parser.parse_args()
    context = multiprocessing.get_context("spawn")
    receive, send = context.Pipe(duplex=False)
    authority = b"|".join((AUTHORITY.cert_pem.bytes(), AUTHORITY.private_key_pem.bytes()))
    server = context.Process(target=serve, args=(send, authority), daemon=True)
    server.start()
    ports = receive.recv()
    url = f"https://127.0.0.1:{ports[1]}" if options.tls else f"http://127.0.0.1:{ports[0]}"
    above = False
    for kept, most in zip((True, False), options.most, strict=True):
        for count in (1, FEW, MANY):
            ratios = []
            for _ in range(options.rounds):
                run = partial(in_flight, count, url, options.calls, kept=kept)
                ours, theirs = asyncio.run(run()) if count > 1 else one_at_a_time(url, options.calls, kept=kept)
                ratios.append(ours / theirs)
            ratio = statistics.median(ratios)
            above = above or ratio > most
            what = f"{count} in flight" if count > 1 else "one at a time"
            print(
                f"{'kept' if kept else 'new'} connections, {what}: {ratio:.2f} ({min(ratios):.2f} to {max(ratios):.2f})"
            )
    server.terminate()
    return int(above)


if __name__ == "__main__":
    sys.exit(main())
