"""`python -m mutants`: a server for every change of every keyword of every spec, and whether the check notices it."""

import argparse
import sys
import time
from collections import Counter
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context

from audience_contract import provider_keys
from mutants.exceptions import reason
from mutants.judging import Seen, see
from mutants.mutant import Mutant, mutants


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m mutants", description=__doc__)
    parser.add_argument("words", nargs="*", help="words that a mutant's name must have, such as 'maxLength'")
    parser.add_argument("--provider", choices=provider_keys(), help="one provider's spec only")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--list", action="store_true", help="say what the mutants are, and play none")
    parser.add_argument(
        "--excepted", action="store_true", help="play the exceptions too, to see whether they are needed"
    )
    parser.add_argument("--workers", type=int, default=2, help="runs at the same time")
    given = parser.parse_args()
    begun = time.monotonic()
    keys = [key for key in provider_keys() if given.provider in (None, key)]
    wanted = [mutant for key in keys for mutant in mutants(key) if all(word in mutant.name for word in given.words)]
    if given.list:
        print("\n".join(mutant.name for mutant in wanted))
        return 0
    failed = 0
    total: Counter[str] = Counter()
    with ProcessPoolExecutor(given.workers, mp_context=get_context("spawn")) as pool:
        played = [mutant for mutant in wanted if given.excepted or not reason(mutant.name)]
        seen = dict.fromkeys(wanted, Seen()) | dict(
            zip(played, pool.map(see, played, [given.seed] * len(played)), strict=True)
        )
    for key in keys:
        pairs = [(mutant, each) for mutant, each in seen.items() if mutant.key == key]
        states = Counter(_state(mutant, each) for mutant, each in pairs)
        total += states
        print(f"{key}: {_sum(states)}; {sum(each.requests for _, each in pairs)} requests")
        for mutant, each in pairs:
            state = _state(mutant, each)
            if state in ("SURVIVED", "EXCEPTION NOT NEEDED"):
                failed += 1
                print(f"  {state} {mutant.name} ({each.requests} requests, {each.verdict})")
    print(f"all: {_sum(total)}, in {time.monotonic() - begun:.0f} s")
    return 1 if failed or not wanted else 0


def _state(mutant: Mutant, each: Seen) -> str:
    excepted = bool(reason(mutant.name))
    if each.found:
        return "EXCEPTION NOT NEEDED" if excepted else "noticed"
    return "keeps the contract" if each.keeps else "excepted" if excepted else "SURVIVED"


def _sum(states: Counter[str]) -> str:
    return f"{states.total()} mutants, " + ", ".join(f"{count} {state}" for state, count in sorted(states.items()))


if __name__ == "__main__":
    sys.exit(main())
