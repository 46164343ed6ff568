"""The tools that judge: our check, and Schemathesis in the two ways in which somebody could run it."""

import logging
import time
from dataclasses import dataclass, replace

from audience_contract.server import Options, Target
from audience_contract.server import run as check
from strength import servers
from strength.servers import Played

OURS, PLAIN, OVERLAY = "ours", "st run", "st run, overlay"
FULL = "ours, to its end"
"""Our check without a stop at the first finding, which tells how many requests show a fault."""
PEERS = (PLAIN, OVERLAY)


@dataclass(frozen=True)
class Run:
    """A tool's run on a server: what it found, in words, how many requests it sent, and how many seconds it took.

    `margin` is the most requests that showed one finding, in a run of our check only.
    """

    tool: str
    server: str
    seed: int
    found: tuple[str, ...]
    requests: int
    seconds: float = 0.0
    margin: int = 0
    verdict: str = ""


def run(tool: str, server: str, seed: int, *, requests: int = 400) -> Run:
    """One run, on a server of its own; `requests` is the most that our check sends."""
    # The server logs each malformed request, and the check sends such requests on purpose.
    logging.getLogger("uvicorn.error").setLevel(logging.CRITICAL)
    with servers.played(server) as played:
        if tool in PEERS:
            from strength import peers  # noqa: PLC0415 - slow to import, and not needed by our check's own tests

            # The seconds of a run on a faulty server leave out the earlier run on the correct one.
            peers.prepare(servers.key_of(server), seed, overlay=tool == OVERLAY)
            started = time.monotonic()
            found = peers.judge(played, server, seed, overlay=tool == OVERLAY)
            return Run(tool, server, seed, found, played.requests, time.monotonic() - started)
        started = time.monotonic()
        done = ours(played, server, seed, stop_first=tool == OURS, requests=requests)
        return replace(done, seconds=time.monotonic() - started)


def ours(played: Played, server: str, seed: int, *, stop_first: bool, requests: int) -> Run:
    """A run of our check on a running server."""
    target = Target.of(servers.key_of(server), played.url, played.environment)
    options = Options(seed=seed, timeout=servers.TIMEOUT, stop_first=stop_first, requests=requests)
    report = check(target, options)
    return Run(
        OURS if stop_first else FULL,
        server,
        seed,
        tuple(f"{f.key} {f.message}" for f in (*report.counted, *report.advice)),
        # The server's counter misses malformed requests, and the report's count may miss requests that arrive.
        max(report.requests, played.requests),
        # A lower bound: one request may show several findings, and no finding keeps all of its requests.
        margin=max(
            max((finding.count for finding in report.findings), default=0),
            len({evidence.request for finding in report.findings for evidence in finding.evidence}),
        ),
        verdict=str(report.verdict),
    )
