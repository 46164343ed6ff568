"""The check of a server on a mutant."""

import logging
from dataclasses import dataclass

from audience_contract import load
from audience_contract.mock import MockServer
from audience_contract.mock.credentials import CLIENT_ID, CLIENT_SECRET
from audience_contract.server import Options, Target, run
from mutants import playing
from mutants.mutant import Mutant

# The mutant's answer to what it alone accepts is made from another request.
_OURS = {"run.echo"}


@dataclass(frozen=True)
class Seen:
    """What a run found, with how many requests; or that the mutant `keeps` the contract, and was not played."""

    found: tuple[str, ...] = ()
    requests: int = 0
    keeps: bool = False
    verdict: str = ""


def see(mutant: Mutant, seed: int) -> Seen:
    """Play a mutant until the first finding."""
    logging.getLogger("uvicorn.error").setLevel(logging.CRITICAL)
    if playing.keeps(mutant):
        return Seen(keeps=True)
    with MockServer(fault=playing.fault(mutant)) as server:
        own = {"ADOBE_CLIENT_ID": CLIENT_ID, "ADOBE_CLIENT_SECRET": CLIENT_SECRET, "ADOBE_SCOPES": "openid,AdobeID"}
        target = Target.of(load(mutant.key).key, server.base_url(mutant.key), {**server.environment(), **own})
        report = run(target, Options(seed=seed, timeout=5.0, stop_first=True))
    found = tuple(finding.rule for finding in report.findings if finding.rule not in _OURS)
    return Seen(found, report.requests, verdict=str(report.verdict))
