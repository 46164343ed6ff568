"""`make strength` in a short form: our check on some faults and on the correct servers, and the bars themselves."""

import json
import sys
from dataclasses import replace
from pathlib import Path

import pytest

import processes
from audience_contract import provider_keys
from audience_contract.faults import FAMILIES, catalogue
from cases import KEYS
from long import long
from strength import bars, peers, servers, tools
from strength.tools import FULL, OURS

# Some families at one provider; one of each family at each is long.
_SHORT = {
    "adobe": ("admitting",),
    "adobe_ims": ("timing", "by_hand"),
    "batch": ("answering",),
    "commbox": ("misreading",),
}
_SOME = [
    pytest.param(key, family, marks=() if family in _SHORT.get(key, ()) else pytest.mark.long)
    for key in provider_keys()
    for family in FAMILIES
]
# The stricter of the two until what is random starts; to the end is long.
_CORRECT = [
    ("adobe_ims.prose", 150),
    long("commbox.prose", 150),
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
