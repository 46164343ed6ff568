"""The life of an audience: a mock server on a free loopback port, and the command line that talks to it."""

import os
import shlex
import subprocess
import sys
from pathlib import Path

from audience_contract.mock import MockServer

ROOT = Path(__file__).parent.parent
BATCH = ["SPRING_2026", "--provider", "batch"]
COMMBOX = ["SPRING_2026", "--provider", "commbox"]
FIELDS = ["batch.type=custom_ids", "adobe.namespace=demo", "adobe.originName=demo_script"]
# At creation, Batch and Adobe take no members, and Batch and CommBox take no description. The command's table shows it.
LEFT_OUT = ["members", "description"]
LIFE = {
    "An audience is created at all three providers, from one draft.": [
        *["create", "SPRING_2026", "--description", "Customers of spring", "--file", "examples/customers.csv"],
        *(word for field in FIELDS for word in ("--set", field)),
        *(word for field in LEFT_OUT for word in ("--leave-out", field)),
    ],
    "25,000 members are added at Batch, in calls of 10,000 at most, each with an attribute.": [
        *["add", *BATCH, "--file", "build/members.csv", "--column", "id", "--attribute", "since:date"]
    ],
    "Batch works on that for a while.": ["wait", *BATCH],
    "It says how many there are.": ["get", *BATCH],
    "So does the list of all audiences; with --json, each is a line.": ["list", "--provider", "batch"],
    "Some are removed again.": ["remove", *BATCH, "--file", "build/gone.csv", "--column", "id"],
    "Then the audience is deleted.": ["delete", *BATCH, "--yes"],
    "At CommBox, a file replaces all members.": ["replace", *COMMBOX, "--file", "examples/customers.xlsx"],
    "CommBox lists it with the new number of members.": ["list", "--provider", "commbox"],
}


def write(name: str, count: int) -> None:
    rows = (f"customer-{number},2026-01-31T08:00:00Z\n" for number in range(count))
    (ROOT / "build").mkdir(exist_ok=True)
    (ROOT / "build" / name).write_text("".join(["id,since\n", *rows]), "utf-8")


write("members.csv", 25_000)
write("gone.csv", 100)
codes = []
with MockServer() as server:
    environment = {**os.environ, **server.environment()}
    for text, arguments in LIFE.items():
        # CommBox has no state to wait for, so the mock server applies its changes at once.
        server.settings.indexing = 1.0 if "batch" in arguments else 0.0
        print(f"\n{text}\n$ audiences {shlex.join(arguments)}", flush=True)
        command = [sys.executable, "-m", "audiences", *arguments]
        codes.append(subprocess.run(command, env=environment, cwd=ROOT, check=False).returncode)
sys.exit(max(codes))
