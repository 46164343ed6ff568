"""Judge the mocks of providers as any server is judged; prints each verdict, each finding, and what was not seen."""

import sys

from audience_contract.mock import MockServer
from audience_contract.server import Options, Target, run

requests, *keys = sys.argv[1:]
with MockServer() as server:
    for key in keys:
        target = Target.of(key, server.base_url(key), server.environment())
        report = run(target, Options(requests=int(requests)))
        found = [f"{each.where}: {each.rule}: {each.message}" for each in report.findings]
        owed = [f"not tried: {operation}: {rule}" for rule, operation in report.untried]
        sys.stdout.write("\n".join([report.verdict, *found, *owed, ""]))
