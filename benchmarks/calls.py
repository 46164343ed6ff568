"""CPU time of a create, as a ratio to plain httpx2: one call at a time, and 5 and 50 at once on an event loop.

Each is measured with kept connections (`reuse_connections=True`), and with a new connection for each call, which is the
library's default. The server is another process, so that only the client's CPU time counts. Exits with 1 if the median
ratio of all rounds is above `--most`, which has one limit for kept connections and one for new ones.
"""

import argparse
import asyncio
import ssl
import statistics
import sys
import time
from collections.abc import Awaitable, Callable

import httpx2
from server import AUTHORITY, serving

from audiences import Audience, Batch, aio

FEW, MANY = 5, 50
TRUST = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
AUTHORITY.configure_trust(TRUST)
TURN = 10
AUDIENCE = Audience(name="VIP", provider_fields={"batch": {"type": "emails"}})
BODY = b'{"name":"VIP","type":"emails"}'
PATH = "/audiences/create"
HEADERS = {"Authorization": "Bearer key-4711", "X-Batch-Project": "project_x", "Content-Type": "application/json"}


def one_at_a_time(url: str, calls: int, *, kept: bool) -> tuple[float, float]:
    """The CPU seconds of so many calls: the library's, and those of httpx2."""
    limits = httpx2.Limits(max_keepalive_connections=None if kept else 0)
    with (
        Batch(base_url=url, reuse_connections=kept, verify=TRUST, api_key="key-4711", project="project_x") as batch,
        httpx2.Client(trust_env=False, verify=TRUST, limits=limits) as client,
    ):
        ours, theirs = 0.0, 0.0
        for _ in range(calls // TURN):  # in turns, so that other load on the machine affects both alike
            ours += _spent(lambda: batch.create(AUDIENCE))
            theirs += _spent(lambda: client.post(f"{url}{PATH}", content=BODY, headers=HEADERS))
        return ours, theirs


def _spent(call: Callable[[], object]) -> float:
    call()
    begun = time.process_time()
    for _ in range(TURN):
        call()
    return time.process_time() - begun


async def in_flight(count: int, url: str, calls: int, *, kept: bool) -> tuple[float, float]:
    """The same, with `count` calls at once."""
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
    return time.process_time() - begun


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--calls", type=int, default=200, help="per measurement")
    parser.add_argument("--rounds", type=int, default=11, help="of which the median counts")
    parser.add_argument("--most", type=float, nargs=2, default=(1.4, 1.25), metavar="RATIO", help="that passes")
    parser.add_argument("--tls", action="store_true", help="measure TLS instead of plain HTTP")
    options = parser.parse_args()
    above = False
    with serving() as urls:
        url = urls[options.tls]
        for kept, most in zip((True, False), options.most, strict=True):
            for count in (1, FEW, MANY):
                ratios = sorted(_ratio(count, url, options.calls, kept=kept) for _ in range(options.rounds))
                ratio = statistics.median(ratios)
                above = above or ratio > most
                what = f"{'kept' if kept else 'new'} connections, {count} at once"
                print(f"{what}: {ratio:.2f} ({ratios[0]:.2f} to {ratios[-1]:.2f})")
    return int(above)


def _ratio(count: int, url: str, calls: int, *, kept: bool) -> float:
    if count > 1:
        ours, theirs = asyncio.run(in_flight(count, url, calls, kept=kept))
    else:
        ours, theirs = one_at_a_time(url, calls, kept=kept)
    return ours / theirs


if __name__ == "__main__":
    sys.exit(main())
