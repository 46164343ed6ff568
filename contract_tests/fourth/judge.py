"""Judge the fourth provider's mock as any server is judged; prints the verdict and each finding."""

import sys

from audience_contract.mock import MockServer
from audience_contract.server import Options, Target, run

with MockServer() as server:
    key = sys.argv[1]
    report = run(Target.of(key, server.base_url(key), server.environment()), Options(requests=400))
sys.stdout.write("\n".join([report.verdict, *(f"{each.rule}: {each.message}" for each in report.findings)]))
