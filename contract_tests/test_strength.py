"""`make strength` in a short form: our check on some faults and on the correct servers, and the bars themselves."""

import json
import sys
from dataclasses import replace
from pathlib import Path

import pytest

import processes
from audience_contract import load, provider_keys
from audience_contract.faults import FAMILIES, catalogue
from cases import KEYS
from long import long
from strength import bars, peers, servers, tools
from strength.bars import Row
from strength.tools import FULL, OURS, PLAIN, Run

# Each family at one provider; one of each family at each is long.
_SHORT = {
    "adobe": ("overlooking", "admitting"),
    "adobe_ims": ("timing", "by_hand"),
    "batch": ("answering",),
    "commbox": ("misreading", "refusing"),
}
_SOME = [
    pytest.param(key, family, marks=() if family in _SHORT.get(key, ()) else pytest.mark.long)
    for key in provider_keys()
    for family in FAMILIES
]
# The stricter of the two until what is random starts; to the end is long.
_CORRECT = [
    ("adobe_ims.prose", 150),
    ("commbox.prose", 150),
    long("adobe_ims.prose", 1000),
    *(long(f"{key}.{which}", 1000) for key in KEYS for which in ("prose", "correct")),
]
_FAULT, _RIGHT, _STRICT = "batch.answer-indexing-token-missing", "batch.correct", "batch.prose"


@pytest.mark.parametrize(("key", "family"), _SOME)
def test_a_fault_is_found_within_the_requests_that_are_allowed(key: str, family: str) -> None:
    for name in [fault.name for fault in catalogue(key) if fault.family == family][:1]:
        done = tools.run(OURS, name, 1)
        assert done.found
        assert done.requests <= bars.most_requests(name)


@pytest.mark.parametrize(("name", "requests"), _CORRECT)
def test_a_correct_server_is_found_to_keep_the_contract(name: str, requests: int) -> None:
    done = tools.run(OURS, name, 1, requests=requests)
    assert (done.found, done.verdict) == ((), "kept")


def test_the_same_seed_finds_the_same_with_the_same_requests() -> None:
    first, second = (
        replace(tools.run(FULL, "adobe_ims.answer-expires-in-missing", 7, requests=250), seconds=0.0) for _ in range(2)
    )
    assert first == replace(second, seconds=first.seconds)
    assert first.margin >= bars.LEAST_MARGIN


@pytest.mark.long
def test_schemathesis_sends_as_many_requests_in_this_process_as_its_command_does(tmp_path: Path) -> None:
    # A failure of its phases that are not random: from one seed the two draw other examples.
    with servers.played(_STRICT) as played:
        found = peers.judge(played, _STRICT, 1, overlay=False)
        here = played.requests
    document = tmp_path / "openapi.json"
    document.write_text(json.dumps(peers.upstream("batch")), "utf-8")
    with servers.played(_STRICT) as played:
        options = peers.configuration(played, "batch", 1)
        headers = [text for name, value in options["headers"].items() for text in ("--header", f"{name}: {value}")]
        command = [sys.executable, "-m", "schemathesis.cli", "run", str(document), "--url", played.url, *headers]
        own = ["--seed=1", "--max-failures=1", "--no-shrink", "--generation-database=none", "--request-timeout=2"]
        ended = processes.run([*command, *own], cwd=tmp_path, seconds=280)
    assert (bool(found), here) == (ended.returncode != 0, played.requests)
    assert all(title.partition(": ")[2] in ended.stdout for title in found)


_GOOD = [
    Run(OURS, _RIGHT, 1, (), 900, verdict="kept"),
    Run(OURS, _FAULT, 1, ("found",), 4, verdict="violated"),
    Run(FULL, _FAULT, 1, ("found",), 900, margin=2, verdict="violated"),
    Run(PLAIN, _FAULT, 1, ("found",), 5),
]


def test_runs_that_keep_every_bar_miss_none() -> None:
    assert list(bars.missed(bars.rows(_GOOD))) == []


@pytest.mark.parametrize(
    ("number", "change", "words"),
    [
        (0, {"found": ("false",)}, "batch.correct, seed 1"),
        (0, {"verdict": "inconclusive"}, "inconclusive"),
        (0, {"requests": 600 * len(load("batch").operations) + 1}, "requests, and"),
        (1, {"found": ()}, "batch: 0 of 1 are found with every seed, and 95% should be"),
        (2, {"margin": 1}, "1 request shows it"),
        (3, {"requests": 4}, "finds what both find with 4 requests, ours with 4"),
    ],
)
def test_a_bar_that_is_missed_is_said(number: int, change: dict[str, object], words: str) -> None:
    runs = [replace(run, **change) if at == number else run for at, run in enumerate(_GOOD)]  # type: ignore[arg-type]
    missed = list(bars.missed(bars.rows(runs)))
    assert len(missed) == 1
    assert words in missed[0]


def test_a_fault_that_one_seed_misses_is_not_found_by_both() -> None:
    row = Row(_FAULT, [_GOOD[1], replace(_GOOD[3], found=(), seed=1), replace(_GOOD[3], seed=2)])
    assert not row.found_by(OURS, PLAIN)
    assert row.kills(PLAIN) == 1
