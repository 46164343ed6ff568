"""The bars that the runs must reach, and the numbers that they are compared with."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from statistics import median

from audience_contract import load
from strength import servers
from strength.tools import FULL, OURS, PEERS, Run

MOST_REQUESTS = 600
"""The most requests for each operation of a server: 400 to judge it, and the rest to remove what was created."""
LEAST_MARGIN = 2
LEAST_FOUND = 0.95
"""The least share of a provider's faults to find: families also make faults that no case of the check is about."""


@dataclass(frozen=True)
class Row:
    """All runs on one server."""

    server: str
    runs: Sequence[Run]

    def of(self, tool: str) -> list[Run]:
        return [run for run in self.runs if run.tool == tool]

    def kills(self, tool: str) -> int:
        return sum(bool(run.found) for run in self.of(tool))

    def found_by(self, *tools: str) -> bool:
        """Whether each of the tools found something, with every seed."""
        return all(self.of(tool) and self.kills(tool) == len(self.of(tool)) for tool in tools)

    def requests(self, tool: str) -> int:
        return sum(run.requests for run in self.of(tool))

    @property
    def margin(self) -> int:
        return max((run.margin for run in self.of(FULL)), default=0)


def rows(runs: Sequence[Run]) -> list[Row]:
    """The runs, grouped into a row for each server, in the order of the runs."""
    found: dict[str, list[Run]] = {}
    for run in runs:
        found.setdefault(run.server, []).append(run)
    return [Row(server, runs) for server, runs in found.items()]


def most_requests(server: str) -> int:
    """The most requests that a run on a server may have."""
    return MOST_REQUESTS * len(load(servers.key_of(server)).operations)


def missed(table: Sequence[Row]) -> Iterator[str]:
    """A sentence for each bar that is missed."""
    for row in table:
        own = row.of(OURS) + row.of(FULL)
        if servers.is_correct(row.server):
            for run in own:
                if run.found or run.verdict != "kept":
                    yield f"{row.server}, seed {run.seed}: {run.verdict}, {'; '.join(run.found)}"
        elif row.of(FULL) and row.found_by(FULL) and row.margin < LEAST_MARGIN:
            yield f"{row.server}: {row.margin} request shows it, and {LEAST_MARGIN} should"
        most, allowed = max((run.requests for run in own), default=0), most_requests(row.server)
        if most > allowed:
            yield f"{row.server}: {most} requests, and {allowed} are allowed"
    for key in dict.fromkeys(servers.key_of(row.server) for row in table):
        faulty = [row for row in table if servers.key_of(row.server) == key and not servers.is_correct(row.server)]
        found = [row for row in faulty if row.found_by(OURS)]
        if len(found) < LEAST_FOUND * len(faulty):
            yield f"{key}: {len(found)} of {len(faulty)} are found with every seed, and {LEAST_FOUND:.0%} should be"
    for tool in PEERS:
        mine, theirs = (sum(row.requests(name) for row in _both(table, tool)) for name in (OURS, tool))
        if theirs and mine >= theirs:
            yield f"{tool}: finds what both find with {theirs} requests, ours with {mine}"


def totals(table: Sequence[Row], tools: Sequence[str]) -> Iterator[str]:
    """Lines with the kills (faults that were found), requests and seconds of each tool."""
    faulty = [row for row in table if not servers.is_correct(row.server)]
    for tool in tools:
        runs = [run for row in faulty for run in row.of(tool)]
        seeds = sorted({run.seed for run in runs})
        if not runs:
            continue
        kills = ", ".join(str(sum(bool(run.found) for run in runs if run.seed == seed)) for seed in seeds)
        spent, seconds = sum(run.requests for run in runs), sum(run.seconds for run in runs)
        middle = f"median {median(run.requests for run in runs):g}"
        yield f"{tool}: kills of {len(faulty)} by seed {kills}; {spent} requests ({middle}), {seconds:.0f} s"
    for tool in PEERS:
        both = _both(faulty, tool)
        if both:
            mine, theirs = ([run.requests for row in both for run in row.of(name)] for name in (OURS, tool))
            yield (
                f"on the {len(both)} that both find: ours {sum(mine)} requests (median {median(mine):g}), "
                f"{tool} {sum(theirs)} (median {median(theirs):g})"
            )


def _both(table: Sequence[Row], tool: str) -> list[Row]:
    faulty = (row for row in table if not servers.is_correct(row.server))
    return [row for row in faulty if row.found_by(OURS, tool)]
