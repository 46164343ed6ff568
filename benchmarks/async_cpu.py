"""CPU per call of creates, one at a time, and with 5 and 50 in flight on an event loop; beside each, plain httpx2.

Each is measured with a new connection for each call, as the library makes it, and with one that is kept, which
`reuse_connections=True` allows. With `--tls`, what a TLS handshake costs, too, and what resuming a session would save.
The server is another process, so what is counted is the client's CPU time alone. Exits with 1 if our ratio of 50 to 5
is above `--most`.
"""

import argparse
import asyncio
import multiprocessing
import socket
import ssl
import statistics
import sys
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, ExitStack, asynccontextmanager
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
HEADERS = {"Authorization": "Bearer key-4711", "X-Batch-Project": "project_x", "Content-Type": "application/json"}
ANSWER = b'HTTP/1.1 202 \r\nContent-Type: application/json\r\nContent-Length: 24\r\n\r\n{"indexing_token":"abc"}'

Call = Callable[[], Awaitable[object]]
Open = Callable[[str], AbstractAsyncContextManager[Call]]


class Server(asyncio.Protocol):
    """Answers after a while, and keeps the connection. A request ends with the one body that is sent here."""

    def __init__(self, latency: float) -> None:
        self._latency, self._seen = latency, b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        self._seen += data
        if self._seen.endswith(BODY):
            self._seen = b""
            asyncio.get_running_loop().call_later(self._latency, self._answer)

    def _answer(self) -> None:
        if isinstance(self._transport, asyncio.WriteTransport) and not self._transport.is_closing():
            self._transport.write(ANSWER)


def serve(port: Connection, latency: float, authority: bytes) -> None:
    async def run() -> None:
        loop, context = asyncio.get_running_loop(), ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        trustme.CA.from_pem(*authority.split(b"|")).issue_cert("127.0.0.1").configure_cert(context)
        servers = [
            await loop.create_server(lambda: Server(latency), "127.0.0.1", 0, backlog=2 * MANY, ssl=tls)
            for tls in (None, context)
        ]
        port.send([server.sockets[0].getsockname()[1] for server in servers])
        await asyncio.gather(*(server.serve_forever() for server in servers))

    asyncio.run(run())


@asynccontextmanager
async def ours(url: str, *, kept: bool) -> AsyncIterator[Call]:
    async with aio.Batch(
        base_url=url, api_key="key-4711", project="project_x", reuse_connections=kept, verify=TRUST
    ) as batch:
        yield lambda: batch.create(AUDIENCE)


@asynccontextmanager
async def plain(url: str, *, kept: bool) -> AsyncIterator[Call]:
    limits = httpx2.Limits(keepalive_expiry=1.0, max_keepalive_connections=None if kept else 0)
    async with httpx2.AsyncClient(limits=limits, trust_env=False, verify=TRUST) as client:
        yield lambda: client.post(f"{url}/audiences/create", content=BODY, headers=HEADERS)


def one_at_a_time(url: str, calls: int, *, kept: bool) -> dict[str, tuple[float, float]]:
    """Microseconds of CPU and of the clock per blocking call."""
    found = {}
    with ExitStack() as opened:
        batch = opened.enter_context(
            Batch(base_url=url, api_key="key-4711", project="project_x", reuse_connections=kept, verify=TRUST)
        )
        limits = httpx2.Limits(max_keepalive_connections=None if kept else 0)
        client = opened.enter_context(httpx2.Client(trust_env=False, verify=TRUST, limits=limits))
        target = f"{url}/audiences/create"
        peers: dict[str, Callable[[], object]] = {
            "audiences": lambda: batch.create(AUDIENCE),
            "httpx2": lambda: client.post(target, content=BODY, headers=HEADERS),
        }
        for name, call in peers.items():
            for _ in range(WARM):
                call()
            begun, clock = time.process_time(), time.perf_counter()
            for _ in range(calls):
                call()
            spent = time.process_time() - begun, time.perf_counter() - clock
            found[name] = spent[0] / calls * 1e6, spent[1] / calls * 1e6
    return found


async def microseconds(opened: Open, url: str, in_flight: int, calls: int) -> float:
    """CPU time per call, over all threads, after a warm-up."""

    async def spend(count: int) -> None:
        left = iter(range(count))

        async def work() -> None:
            for _ in left:
                await call()

        await asyncio.gather(*(work() for _ in range(in_flight)))

    async with opened(url) as call:
        await spend(2 * MANY)
        begun = time.process_time()
        await spend(calls)
        return (time.process_time() - begun) / calls * 1e6


def blocking(url: str, rounds: int, calls: int, *, kept: bool) -> None:
    ratios: list[tuple[float, float]] = []
    for _ in range(rounds):
        found = one_at_a_time(url, calls, kept=kept)
        (our_cpu, our_time), (cpu, clock) = found["audiences"], found["httpx2"]
        ratios.append((our_cpu / cpu, our_time / clock))
        print(f"one at a time: {our_cpu:5.0f} µs of CPU and {our_time:5.0f} µs, httpx2 {cpu:5.0f} and {clock:5.0f}")
    cpu, clock = (statistics.median(each) for each in zip(*ratios, strict=True))
    print(f"one at a time: median ratio to httpx2: {cpu:.2f} of CPU, {clock:.2f} of time")


def asynchronous(url: str, rounds: int, calls: int, *, kept: bool) -> float:
    """Our median ratio of the CPU with many in flight to that with few."""
    peers: dict[str, Open] = {"audiences": partial(ours, kept=kept), "httpx2": partial(plain, kept=kept)}
    spent: dict[str, list[tuple[float, float]]] = {name: [] for name in peers}
    for _ in range(rounds):
        for name, opened in peers.items():
            few, many = (asyncio.run(microseconds(opened, url, n, calls)) for n in (FEW, MANY))
            spent[name].append((few, many))
            print(f"{name:9}  {few:5.0f} µs of CPU with {FEW} in flight, {many:5.0f} µs with {MANY}: {many / few:.2f}")
    for place, number in enumerate((FEW, MANY)):
        pairs = zip(spent["audiences"], spent["httpx2"], strict=True)
        ratio = statistics.median(a[place] / b[place] for a, b in pairs)
        print(f"with {number} in flight: median ratio to httpx2: {ratio:.2f}")
    return statistics.median(many / few for few, many in spent["audiences"])


def handshakes(port: int, calls: int) -> None:
    """CPU of a TLS connection made by Python's own sockets: as new, and with the session of an earlier one."""
    for resumed in (False, True):
        session, begun = None, 0.0
        for number in range(calls + WARM):
            begun = begun if number > WARM else time.process_time()
            with (
                socket.create_connection(("127.0.0.1", port)) as plain_socket,
                TRUST.wrap_socket(plain_socket, server_hostname="127.0.0.1", session=session) as secure,
            ):
                secure.sendall(b"POST / HTTP/1.1\r\n\r\n" + BODY)
                secure.recv(4096)
                session = secure.session if resumed else None
        spent = (time.process_time() - begun) / (calls - 1) * 1e6
        print(
            f"a TLS connection and an exchange, plain sockets, {'resumed' if resumed else 'new'}: {spent:.0f} µs of CPU"
        )


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--latency", type=float, default=20, metavar="MS", help="of the server, in milliseconds")
    parser.add_argument("--calls", type=int, default=1000, help="per measurement; a tenth of it one at a time")
    parser.add_argument("--rounds", type=int, default=5, help="of which the median counts")
    parser.add_argument("--most", type=float, default=2.0, metavar="RATIO", help="that passes")
    parser.add_argument("--tls", action="store_true", help="measure TLS instead of plain HTTP")
    options = parser.parse_args()
    context = multiprocessing.get_context("spawn")
    receive, send = context.Pipe(duplex=False)
    authority = b"|".join((AUTHORITY.cert_pem.bytes(), AUTHORITY.private_key_pem.bytes()))
    server = context.Process(target=serve, args=(send, options.latency / 1000, authority), daemon=True)
    server.start()
    ports = receive.recv()
    url = f"https://127.0.0.1:{ports[1]}" if options.tls else f"http://127.0.0.1:{ports[0]}"
    ratio = 0.0
    for kept in (True, False):
        print(f"The server answers after {options.latency:g} ms; {'kept' if kept else 'new'} connections.")
        blocking(url, options.rounds, max(options.calls // 10, 10), kept=kept)
        if not options.tls:
            ratio = max(ratio, asynchronous(url, options.rounds, options.calls, kept=kept))
    if options.tls:
        handshakes(ports[1], max(options.calls // 10, 10))
    server.terminate()
    return int(ratio > options.most)


if __name__ == "__main__":
    sys.exit(main())
