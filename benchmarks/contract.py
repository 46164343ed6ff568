"""How fast the check and the mock server are, beside other tools: start-up, cases a second, requests a second.

`audience-contract mock` must start it, as `make bench-contract` does: then the mock server has a process of its own and
does not share an interpreter with its client. `--prism URL` sends the same requests to the Prism server at that URL.
"""

import argparse
import asyncio
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from importlib.resources import files
from urllib.parse import urlsplit

from audience_contract.server import Target, run

_CONNECTIONS, _REQUESTS = 8, 4000
_BODY = b'{"name": "bench", "type": "emails", "display_name": "Bench"}'


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--prism", metavar="URL", help="the base URL of a Prism that plays Batch's spec")
    prism = parser.parse_args().prism
    starts = {name: _seconds([sys.executable, "-c", code]) for name, code in _STARTS.items()}
    print("start-up in seconds, median of 5:", ", ".join(f"{name} {value:.2f}" for name, value in starts.items()))
    url = os.environ["BATCH_BASE_URL"]
    report = run(Target.of("batch", url))
    ours, theirs = report.requests / report.seconds, _schemathesis(url)
    print(f"cases a second on Batch's mock: {ours:.0f}; st run {theirs:.0f}; ratio {ours / theirs:.2f}")
    rates = {"mock server, every request judged": _load(url)} | ({"Prism": _load(prism)} if prism else {})
    print("requests a second, 8 connections:", ", ".join(f"{name} {rate:.0f}" for name, rate in rates.items()))


_STARTS = {
    "audience-contract --help": "from audience_contract._command import app; app(['--help'])",
    "st --help": "import sys; sys.argv = ['st', '--help']; import schemathesis.cli; schemathesis.cli.schemathesis()",
    "python": "pass",
}


def _seconds(command: Sequence[str]) -> float:
    taken = []
    for _ in range(5):
        begun = time.perf_counter()
        subprocess.run(command, capture_output=True, check=False)
        taken.append(time.perf_counter() - begun)
    return sorted(taken)[2]


def _schemathesis(url: str) -> float:
    """The cases a second of the command `st run`, without its start-up."""
    spec = str(files("audience_clients") / "batch" / "openapi.json")
    command = [sys.executable, "-m", "schemathesis.cli", "run", spec, "--url", url]
    options = [
        "--header",
        "Authorization: Bearer mock-token",
        "--checks",
        "all",
        "--seed",
        "1",
        "--generation-database",
    ]
    with tempfile.TemporaryDirectory() as folder:
        report = f"{folder}/report.json"
        subprocess.run(
            [*command, *options, "none", "--report", "json", "--report-json-path", report],
            cwd=folder,
            capture_output=True,
            check=False,
        )
        with open(report, encoding="utf-8") as file:
            told = json.load(file)
            return int(told["test_cases"]["generated"]) / float(told["running_time"])


def _load(url: str) -> float:
    return asyncio.run(_loaded(url))


async def _loaded(url: str) -> float:
    parts = urlsplit(url)
    head = (
        f"POST {parts.path}/audiences/create HTTP/1.1\r\nHost: {parts.netloc}\r\nAuthorization: Bearer mock-token\r\n"
        f"X-Batch-Project: mock-project\r\nContent-Type: application/json\r\nContent-Length: {len(_BODY)}\r\n\r\n"
    )
    request = head.encode() + _BODY

    async def connection() -> None:
        reader, writer = await asyncio.open_connection(parts.hostname, parts.port)
        for _ in range(_REQUESTS // _CONNECTIONS):
            writer.write(request)
            answer = await reader.readuntil(b"\r\n\r\n")
            if not answer.startswith(b"HTTP/1.1 202"):
                raise RuntimeError(answer.decode("latin-1"))
            length = next(line for line in answer.lower().split(b"\r\n") if line.startswith(b"content-length"))
            await reader.readexactly(int(length.split(b":")[1]))
        writer.close()

    begun = time.perf_counter()
    await asyncio.gather(*(connection() for _ in range(_CONNECTIONS)))
    return _REQUESTS / (time.perf_counter() - begun)


if __name__ == "__main__":
    main()
