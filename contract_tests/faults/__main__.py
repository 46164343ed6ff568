"""`python -m faults`: every fault to every provider, blocking and async, and a table of what was seen and claimed."""

import argparse
import sys
import time
from collections.abc import Iterable
from fnmatch import fnmatch
from itertools import groupby

from faults.fault import Fault
from faults.judge import Observation, judge
from faults.playing import WORKERS, cases_of, run_all
from faults.plays import FAULTS

_COLUMNS = "{:<42} {:>5} {:>8}  {:<9} {:<17} {:>13}  {}"


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m faults", description=__doc__)
    parser.add_argument("names", nargs="*", help="faults to play, such as 'tls_*'; all if none is named")
    parser.add_argument("--list", action="store_true", help="say what each fault does, and play none")
    parser.add_argument("--wire", action="store_true", help="show what the server did and saw")
    parser.add_argument("--workers", type=int, default=WORKERS, help="cases at the same time")
    given = parser.parse_args()
    wanted = given.names or ["*"]
    faults = [fault for fault in FAULTS.values() if any(fnmatch(fault.name, name) for name in wanted)]
    if given.list:
        for fault in faults:
            print(f"{fault.name:<48} {' or '.join(fault.truth):<10} {fault.does}")
        return 0
    begun = time.monotonic()
    cases = cases_of(faults)
    seen = run_all(cases, given.workers)
    wrong = sum(_rows(fault, [each for each in seen if each.fault == fault.name], wire=given.wire) for fault in faults)
    print(f"{len(faults)} faults, {len(cases)} cases in {time.monotonic() - begun:.0f} s: {wrong} cases are wrong")
    return 1 if wrong or not cases else 0


def _rows(fault: Fault, seen: list[Observation], *, wire: bool) -> int:
    """A row for what was seen alike; the number of cases in which something is wrong."""
    if fault is next(iter(FAULTS.values())):
        print(_COLUMNS.format("fault", "cases", "requests", "claimed", "truth", "seconds", ""))
    judged = sorted(((_like(each), judge(fault, each), each) for each in seen), key=lambda item: item[:2])
    for (requests, claimed, _), group in groupby(judged, key=lambda item: item[0]):
        alike = list(group)
        who = "" if len(alike) == len(seen) else _who(each for *_, each in alike)
        seconds = sorted(each.seconds for *_, each in alike)
        span = f"{seconds[0]:.2f} - {seconds[-1]:.2f}"
        told = claimed if not alike[0][2].skipped else "skipped"
        truth = " or ".join(fault.truth)
        print(_COLUMNS.format(fault.name, len(alike), requests, told, truth, span, who))
        for finding in dict.fromkeys(finding for _, findings, _ in alike for finding in findings):
            print(f"    WRONG: {finding}")
        if wire:
            print("".join(f"    | {line}\n" for line in (*alike[0][2].wire, alike[0][2].said)), end="")
    return sum(bool(findings) for _, findings, _ in judged)


def _like(seen: Observation) -> tuple[int, str, bool]:
    return seen.requests, str(seen.claimed), bool(judge(FAULTS[seen.fault], seen))


def _who(seen: Iterable[Observation]) -> str:
    return ", ".join(f"{each.provider} {each.side}" for each in seen)


if __name__ == "__main__":
    sys.exit(main())
