"""`python -m mutants`: a server for every change of every keyword of every spec, and whether the check notices it."""

import argparse
import sys
import time
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context

from audience_contract import provider_keys
from mutants.exceptions import reason, unused
from mutants.judging import Seen, see
from mutants.mutant import mutants
from mutants.telling import told


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
    played = [mutant for mutant in wanted if given.excepted or not reason(mutant.name)]
    with ProcessPoolExecutor(given.workers, mp_context=get_context("spawn")) as pool:
        answers = pool.map(see, played, [given.seed] * len(played))
        seen = dict.fromkeys(wanted, Seen()) | dict(zip(played, answers, strict=True))
    lines, failed = told(seen, list(unused(mutant.name for key in provider_keys() for mutant in mutants(key))))
    print("\n".join(lines))
    print(f"{sum(each.requests for each in seen.values())} requests, {time.monotonic() - begun:.0f} s")
    return int(failed)


if __name__ == "__main__":
    sys.exit(main())
