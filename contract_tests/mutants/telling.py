"""What `make mutants` prints, and whether it fails."""

from collections import Counter
from collections.abc import Mapping, Sequence

from mutants.exceptions import reason
from mutants.judging import Seen
from mutants.mutant import Mutant

_FAILED = ("SURVIVED", "EXCEPTION NOT NEEDED")


def told(seen: Mapping[Mutant, Seen], unused: Sequence[str]) -> tuple[list[str], bool]:
    """Lines on what became of the mutants and on the exceptions that are about none, and whether that is a failure."""
    lines = [f"EXCEPTION WITHOUT A MUTANT {pattern}" for pattern in unused]
    failed = bool(unused) or not seen
    for key in dict.fromkeys(mutant.key for mutant in seen):
        mine = {mutant: each for mutant, each in seen.items() if mutant.key == key}
        lines.append(f"{key}: {_sum(mine)}; {sum(each.requests for each in mine.values())} requests")
        for mutant, each in mine.items():
            state = _state(mutant, each)
            if state in _FAILED:
                failed = True
                lines.append(f"  {state} {mutant.name} ({each.requests} requests, {each.verdict})")
        reasons = Counter(reason(mutant.name) for mutant, each in mine.items() if _state(mutant, each) == "excepted")
        lines += [f"  {count} excepted: {why}" for why, count in reasons.items()]
    return [*lines, f"all: {_sum(seen)}"], failed


def _state(mutant: Mutant, each: Seen) -> str:
    if reason(mutant.name):
        return "EXCEPTION NOT NEEDED" if each.state else "excepted"
    return each.state or "SURVIVED"


def _sum(seen: Mapping[Mutant, Seen]) -> str:
    states = Counter(_state(mutant, each) for mutant, each in seen.items())
    return ", ".join([f"{len(seen)} mutants", *(f"{count} {state}" for state, count in sorted(states.items()))])
