"""Judge a provider's mock as any server is judged; prints the verdict, each finding, and what was not seen."""

import sys

from audience_contract.mock import MockServer
from audience_contract.server import Options, Target, run

with MockServer() as server:
    key, requests = sys.argv[1], int(sys.argv[2])
    report = run(Target.of(key, server.base_url(key), server.environment()), Options(requests=requests))
found = [f"{each.operation}: {each.rule}: {each.message}" for each in report.findings]
owed = [f"{each.operation}: not seen: {each.text}" for each in report.obligations if not each.met]
sys.stdout.write("\n".join([report.verdict, *found, *owed]))
