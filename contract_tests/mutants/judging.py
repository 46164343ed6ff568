"""The checks on a mutant: the run against a server, or where none can provoke the answer, the recorded one."""

import logging
import re
import tempfile
from dataclasses import dataclass
from pathlib import Path

from audience_contract import load, traffic
from audience_contract.mock import MockServer
from audience_contract.mock.credentials import CLIENT_ID, CLIENT_SECRET
from audience_contract.report import Finding, Verdict
from audience_contract.server import Options, Target, run
from mutants import playing
from mutants.mutant import Mutant
from recorded import HOSTS, record
from wire import right

# The mutant's answer to what it alone accepts is made from another request.
_OURS = {"run.echo"}
_STATUS = re.compile(r" response /\S*responses(?:/|: )(\d\d\d)\b")
_WHOLE = re.compile(r"/components/securitySchemes/\w+|/paths(/[^/]+)?")
"""Where a change has a server refuse every request that is right: the check's caller may be wrong as well."""


@dataclass(frozen=True)
class Seen:
    """What a run found, with how many requests.

    `recorded` where it judged a recorded answer; `unserved` where the report says that the operation is not served.
    """

    found: tuple[str, ...] = ()
    requests: int = 0
    verdict: str = ""
    recorded: bool = False
    whole: bool = False
    unserved: bool = False

    @property
    def state(self) -> str:
        """How it ended, in words; "" if nobody noticed."""
        if self.found:
            return "noticed as recorded traffic" if self.recorded else "noticed"
        if self.whole and self.unserved:
            return "said to be not served"
        return "not judged (exit 2)" if self.whole and self.verdict == Verdict.INCONCLUSIVE else ""


def see(mutant: Mutant, seed: int) -> Seen:
    """Play a mutant until the first finding."""
    status = unprovoked(mutant)
    if status:
        return _recorded(mutant, status)
    logging.getLogger("uvicorn.error").setLevel(logging.CRITICAL)
    with MockServer(fault=playing.fault(mutant)) as server:
        own = {"ADOBE_CLIENT_ID": CLIENT_ID, "ADOBE_CLIENT_SECRET": CLIENT_SECRET, "ADOBE_SCOPES": "openid,AdobeID"}
        target = Target.of(load(mutant.key).key, server.base_url(mutant.key), {**server.environment(), **own})
        report = run(target, Options(seed=seed, timeout=5.0, stop_first=True, accepted=_is_ours))
    found = tuple(finding.rule for finding in (*report.counted, *report.advice) if not _is_ours(finding))
    whole = bool(_WHOLE.fullmatch(mutant.pointer))
    unserved = any(note.startswith("not served: ") and mutant.of in note for note in report.notes)
    return Seen(found, report.requests, str(report.verdict), whole=whole, unserved=unserved)


def unprovoked(mutant: Mutant) -> int:
    """The status of which the mutant's answer is that no request provokes, or 0.

    The check neither floods a server nor breaks it, and an operation without parameters and body is only asked rightly.
    """
    found = _STATUS.search(mutant.name)
    status, asked = int(found[1]) if found else 0, mutant.right.node
    is_right = not asked.get("parameters") and not asked.get("requestBody") and status in (400, 404)
    return status if status == 429 or status >= 500 or is_right else 0


def _is_ours(finding: Finding) -> bool:
    return finding.rule in _OURS


def _recorded(mutant: Mutant, status: int) -> Seen:
    answer = playing.wrong(mutant.right, mutant.operation, playing.right_answers(mutant.right)[status])
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "traffic.har")
        record(path, HOSTS[mutant.key], right(mutant.right)[-1], answer)
        report = traffic.judge(path)
    return Seen(tuple(finding.rule for finding in report.findings), report.requests, str(report.verdict), recorded=True)
