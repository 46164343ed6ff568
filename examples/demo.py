"""The main job for real: a mock server on a free loopback port, and the command line creating audiences there."""

import os
import shlex
import subprocess
import sys
from pathlib import Path

from audience_contract.mock import MockServer
from audiences import CommBox, PhoneFile

ROOT = Path(__file__).parent.parent
PROVIDERS = ["adobe", "batch", "commbox"]
PROVIDER_FIELDS = ["batch.type=custom_ids", "adobe.namespace=demo", "adobe.originName=demo_script"]


def create(environment: dict[str, str], name: str, file: str) -> int:
    arguments = ["create", name, "--description", "Customers of spring", "--file", f"examples/{file}"]
    for provider in PROVIDERS:
        arguments += ["--provider", provider]
    for field in PROVIDER_FIELDS:
        arguments += ["--set", field]
    # Batch and Adobe cannot be sent members, Batch and CommBox no description: the table shows what was left out.
    for field in ("members", "description"):
        arguments += ["--leave-out", field]
    print(f"\n$ audiences {shlex.join(arguments)}", flush=True)
    return subprocess.run(
        [sys.executable, "-m", "audiences", *arguments], env=environment, cwd=ROOT, check=False
    ).returncode


with MockServer() as server:
    print(f"mock server at {server.url}")
    environment = {**os.environ, **server.environment()}
    codes = [
        create(environment, "SPRING_2026_CSV", "customers.csv"),
        create(environment, "SPRING_2026_XLSX", "customers.xlsx"),
    ]
    os.environ.update(server.environment())
    with CommBox() as commbox:
        changed = commbox.replace("SPRING_2026_CSV", PhoneFile(ROOT / "examples" / "customers.xlsx"))
        count = commbox.get("SPRING_2026_CSV").member_count
    print(f"\nCommBox: SPRING_2026_CSV was filled anew from a file ({changed.outcome}), and has {count} members")
    print(f"\nthe mock server now has {len(server.audiences)} audiences")
sys.exit(max(codes))
