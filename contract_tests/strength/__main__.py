"""`python -m strength`: runs our check and `st run` on the correct servers, and on a server with each fault.

Schemathesis finds a fault if it reports a failure that it does not report on the correct server, whose failures are its
baseline. The table has the requests until the first finding, a number for each seed, in brackets if nothing was found.
"margin" is how many requests of our check show the fault in a run to its end.
"""

import argparse
import sys
import time
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from fnmatch import fnmatch
from multiprocessing import get_context

from audience_contract import provider_keys
from strength import bars, servers, tools
from strength.bars import Row
from strength.tools import FULL, OURS, OVERLAY, PEERS, PLAIN, Run

_COLUMNS = "{:<38} {:>7} {:>18} {:>18} {:>18}"


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m strength", description=__doc__)
    parser.add_argument("faults", nargs="*", help="faults to play, such as 'name-*'; all if none is named")
    parser.add_argument("--provider", choices=provider_keys(), help="one provider's servers only")
    parser.add_argument("--seeds", type=int, default=3, help="how many runs each tool makes on a server")
    parser.add_argument("--ours", action="store_true", help="leave Schemathesis out")
    parser.add_argument("--every", type=int, default=1, metavar="N", help="play every Nth server only, spread evenly")
    parser.add_argument("--first", action="store_true", help="end every run at its first finding, so no margins")
    parser.add_argument("--workers", type=int, default=2, help="runs at the same time")
    given = parser.parse_args()
    begun = time.monotonic()
    names = _wanted(given.provider, given.faults)[:: given.every]
    kinds = [*(() if given.ours else PEERS), OURS, *(() if given.first else (FULL,))]
    table = bars.rows(_played(names, given.seeds, given.workers, kinds))
    for key in dict.fromkeys(servers.key_of(name) for name in names):
        _print(key, [row for row in table if servers.key_of(row.server) == key])
    failed = list(bars.missed(table))
    if len({servers.key_of(name) for name in names}) > 1:
        print("\nall providers")
        print("".join(f"  {line}\n" for line in bars.totals(table, (OURS, *PEERS, FULL))), end="")
    print("".join(f"MISSED {line}\n" for line in failed), end="")
    print(f"{len(names)} servers in {time.monotonic() - begun:.0f} s: {len(failed)} bars are missed")
    return 1 if failed or not names else 0


def _wanted(provider: str | None, patterns: Sequence[str]) -> list[str]:
    names = [name for name in servers.every() if provider in (None, servers.key_of(name))]
    return [
        name
        for name in names
        if not patterns or any(fnmatch(name, given) or fnmatch(name.partition(".")[2], given) for given in patterns)
    ]


def _played(names: Sequence[str], seeds: int, workers: int, kinds: Sequence[str]) -> list[Run]:
    every = [
        (kind, name, seed) for kind in kinds for name in names for seed in range(1, 2 if kind == FULL else seeds + 1)
    ]
    # Our hooks are global in Schemathesis, so plain runs, which must not have them, get processes of their own.
    plain, others = ([task for task in every if (task[0] == PLAIN) is is_plain] for is_plain in (True, False))
    runs = [*_in_pool(plain, workers), *_in_pool(others, workers)]
    order = {name: number for number, name in enumerate(names)}
    return sorted(runs, key=lambda run: order[run.server])


def _in_pool(tasks: Sequence[tuple[str, str, int]], workers: int) -> list[Run]:
    if not tasks:
        return []
    with ProcessPoolExecutor(workers, mp_context=get_context("spawn")) as pool:
        started = [pool.submit(tools.run, *task) for task in tasks]
        done = []
        for number, future in enumerate(started, 1):
            done.append(future.result())
            if number % 25 == 0:
                print(f"{number} of {len(tasks)} runs", file=sys.stderr)
    return done


def _print(key: str, table: Sequence[Row]) -> None:
    print(f"\n{_COLUMNS.format(key, 'margin', *(f'{tool}' for tool in (OURS, PLAIN, OVERLAY)))}")
    for row in table:
        margin = "" if servers.is_correct(row.server) else row.margin
        cells = (" ".join(_cell(run) for run in row.of(tool)) for tool in (OURS, PLAIN, OVERLAY))
        print(_COLUMNS.format(row.server.partition(".")[2], margin, *cells).rstrip())
        for words in sorted({words for run in row.of(PLAIN) + row.of(OVERLAY) for words in run.found}):
            if servers.is_correct(row.server):
                print(f"    false alarm of st run: {words}")
    print("".join(f"  {line}\n" for line in bars.totals(table, (OURS, *PEERS, FULL))), end="")


def _cell(run: Run) -> str:
    return str(run.requests) if run.found else f"({run.requests})"


if __name__ == "__main__":
    sys.exit(main())
