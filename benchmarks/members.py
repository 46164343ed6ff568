"""CPU time and memory for adding a million members to a Batch server on this machine.

CPU time is counted per member, beside that of the generated client with its models, `json` and plain httpx2; the server
is another process. Memory is the peak of a separate process that adds the ids of an iterator. Exits with 1 if the ratio
of our CPU time to the generated client's is above `--most`, or if ten times as many ids increase the peak by more than
the share `--more`.
"""

import argparse
import json
import multiprocessing
import resource
import sys
import time
from itertools import islice
from multiprocessing.connection import Connection
from typing import Any

import httpx2
from server import serving

from audience_clients.batch.api.audiences import audience_update
from audience_clients.batch.models import AudienceUpdateBody, AudienceUpdateBodyIdsItem, AudienceUpdateBodyIdsItemAction
from audiences import Batch

CALL = 10_000


def ours(url: str, count: int) -> float:
    """The library's CPU seconds for adding so many members."""
    with Batch(base_url=url, api_key="key-4711", project="project_x") as batch:
        begun = time.process_time()
        changed = batch.add("VIP", map(str, range(count)))
        spent = time.process_time() - begun
    if changed.members != count:
        raise SystemExit("not all members were taken")
    return spent


def generated(url: str, count: int) -> float:
    """The CPU seconds of the generated client, used as its models are meant to be."""
    ids = map(str, range(count))
    add = AudienceUpdateBodyIdsItemAction.ADD
    with httpx2.Client(trust_env=False) as client:
        begun = time.process_time()
        while call := [AudienceUpdateBodyIdsItem(action=add, id=each) for each in islice(ids, CALL)]:
            built: dict[str, Any] = audience_update.build_request(
                body=AudienceUpdateBody(name="VIP", ids=call), x_batch_project="project_x"
            )
            content = json.dumps(built["json"]).encode()
            headers = built["headers"] | {"Authorization": "Bearer key-4711"}
            client.post(url + built["url"], content=content, headers=headers).raise_for_status()
        return time.process_time() - begun


def peak(port: Connection, url: str, count: int) -> None:
    """Add the members, and send the peak memory of this process, in KiB as Linux counts it, to `port`."""
    ours(url, count)
    port.send(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--members", type=int, default=1_000_000, help="for memory, ten times as many, too")
    parser.add_argument("--rounds", type=int, default=3, help="of which the best counts")
    parser.add_argument("--most", type=float, default=1 / 3, metavar="RATIO", help="of CPU that passes")
    parser.add_argument("--more", type=float, default=0.1, metavar="PART", help="of memory that passes")
    options = parser.parse_args()
    context, count = multiprocessing.get_context("spawn"), options.members
    receive, send = context.Pipe(duplex=False)
    with serving() as (url, _):
        spent = {run: min(run(url, count) for _ in range(options.rounds)) / count * 1e6 for run in (ours, generated)}
        ratio = spent[ours] / spent[generated]
        print(f"CPU per member: {spent[ours]:.2f} µs, generated client {spent[generated]:.2f} µs: {ratio:.2f} of it")
        peaks = []
        for size in (count, 10 * count):
            child = context.Process(target=peak, args=(send, url, size))
            child.start()
            peaks.append(receive.recv())
            child.join()
            print(f"memory with {size:,} members: {peaks[-1] / 1024:.1f} MiB")
    more = peaks[1] / peaks[0] - 1
    print(f"ten times as many members: {more:+.1%} of memory")
    return int(ratio > options.most or more > options.more)


if __name__ == "__main__":
    sys.exit(main())
