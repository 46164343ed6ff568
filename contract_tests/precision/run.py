"""How precise the check of a server is: runs it on each careful server, and then on a server with each mistake."""

import argparse
import itertools
import json
import os
import re
import shutil
import signal
import socket
import statistics
import subprocess
import sys
import time
import tomllib
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
ROOT = HERE.parent.parent
BUILD = ROOT / "build" / "precision"
RESULTS = BUILD / "results"
GSON = Path("/usr/share/java/gson.jar")
CHECK_SECONDS = 400
START_SECONDS = 60
AT_ONCE = 2

CREDENTIALS = {
    "BATCH_API_KEY": "bcd38d9rfb38ra28",
    "BATCH_PROJECT": "project_0664hxvwffvbpn278gxdyhsadddqgna6",
    "ADOBE_ACCESS_TOKEN": "eyJ4NXUi.eyJpZCI6.h4dW5k",
    "ADOBE_API_KEY": "7f4a1c02e9",
    "ADOBE_ORG_ID": "5F0A1B2C3D@AdobeOrg",
    "ADOBE_SANDBOX_NAME": "prod",
    "COMMBOX_API_KEY": "eyJhbGci.eyJjbGll.c2lnbmF0",
}
PATHS = {"batch": "/2.10", "adobe": "", "commbox": ""}
# The judgements of a finding. true: the documents say so. habit: HTTP, JSON or forms say so, and the documents don't.
# untrue: neither does. not judged: truths.toml has no judgement of it.
VERDICTS = ("true", "habit", "untrue", "not judged")
OPERATIONS = {
    ("batch", "create"): "audience_create",
    ("batch", "view"): "audience_view",
    ("batch", "remove"): "audience_remove",
    ("batch", "update"): "audience_update",
    ("batch", "replace"): "audience_replace",
    ("batch", "list"): "audience_list",
    ("adobe", "create"): "create_audience",
    ("adobe", "list"): "listAudiences",
    ("commbox", "create"): "Post_Audiences",
    ("commbox", "list"): "Get_Audiences",
    ("commbox", "replace"): "PUT /Audiences/{AUDIENCE_ID}",
}


@dataclass(frozen=True)
class Case:
    """A careful server, or one with a mistake: in its source, `by` stands for the text `replace`.

    `operation` is the short name of the operation that the mistake is in, and `page` the sentence that it breaks.
    """

    server: str
    mistake: str = ""
    operation: str = ""
    what: str = ""
    page: str = ""
    replace: str = ""
    by: str = ""

    @property
    def provider(self) -> str:
        return self.server.rpartition("-")[2]

    @property
    def id(self) -> str:
        return f"{self.server}/{self.mistake}" if self.mistake else self.server

    @property
    def source(self) -> Path:
        (source,) = (HERE / "servers" / self.server).iterdir()
        return source

    @property
    def folder(self) -> Path:
        return RESULTS / self.server / (self.mistake or "careful")


def cases() -> list[Case]:
    """The careful servers, and then the mistakes, one of each server in turn."""
    careful = [Case(path.name) for path in sorted((HERE / "servers").iterdir()) if path.is_dir()]
    mistakes: dict[str, list[Case]] = {case.server: [] for case in careful}
    for entry in tomllib.loads((HERE / "mistakes.toml").read_text("utf-8"))["mistake"]:
        server, _, name = entry.pop("id").partition("/")
        mistakes[server].append(Case(server, name, **entry))
    in_turn = itertools.chain.from_iterable(itertools.zip_longest(*mistakes.values()))
    return careful + [case for case in in_turn if case is not None]


def missing_tool(case: Case) -> str:
    """The file or program that the server's stack needs and this machine lacks; "" if it has all."""
    needs = {"server.py": BUILD / "venv/bin/python", "server.mjs": BUILD / "node_modules", "Server.java": GSON}
    tools = {"server.py": "", "server.mjs": "node", "Server.java": "java", "main.go": "go"}
    if case.source.name in needs and not needs[case.source.name].exists():
        return str(needs[case.source.name])
    tool = tools[case.source.name]
    return tool if tool and shutil.which(tool) is None else ""


def laid_out(case: Case) -> tuple[Path, list[str]]:
    """Make a copy of the server with the mistake in it; returns its folder and the command that starts it there."""
    folder = BUILD / "servers" / case.server / (case.mistake or "careful")
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(HERE / "servers" / case.server, folder)
    source = folder / case.source.name
    if case.mistake:
        source.write_text(case.source.read_text("utf-8").replace(case.replace, case.by), "utf-8")
    match source.suffix:
        case ".py":
            return folder, [str(BUILD / "venv/bin/python"), source.name]
        case ".mjs":
            return folder, ["node", source.name]
        case ".java":
            return folder, ["java", "-cp", str(GSON), source.name]
    subprocess.run(["go", "build", "-o", "server", source.name], cwd=folder, check=True, timeout=120)
    return folder, ["./server"]


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])


@contextmanager
def running(case: Case, port: int) -> Iterator[None]:
    """Run the case's server on a port; raises RuntimeError if it ends instead of listening."""
    folder, command = laid_out(case)
    with (case.folder / "server.log").open("wb") as log:
        process = subprocess.Popen(
            command,
            cwd=folder,
            env={**os.environ, **CREDENTIALS, "PORT": str(port)},
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
        try:
            until = time.monotonic() + START_SECONDS
            while time.monotonic() < until:
                if process.poll() is not None:
                    raise RuntimeError(f"{case.id} did not start: see {log.name}")
                with socket.socket() as probe:
                    if probe.connect_ex(("127.0.0.1", port)) == 0:
                        break
                time.sleep(0.1)
            yield
        finally:
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()


def measure(case: Case) -> None:
    """Run the check as a user does, with 80 columns, and keep its output, report, exit code and seconds as files."""
    shutil.rmtree(case.folder, ignore_errors=True)
    case.folder.mkdir(parents=True)
    port = free_port()
    with running(case, port), (case.folder / "terminal.txt").open("wb") as terminal:
        command = [
            str(Path(sys.executable).parent / "audience-contract"),
            *("server", case.provider, "--url", f"http://127.0.0.1:{port}{PATHS[case.provider]}"),
            *("--report", f"json={case.folder / 'report.json'}"),
        ]
        started = time.monotonic()
        check = subprocess.Popen(
            command,
            cwd=case.folder,
            env={**os.environ, **CREDENTIALS, "COLUMNS": "80"},
            stdout=terminal,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        try:
            code = check.wait(CHECK_SECONDS)
        except subprocess.TimeoutExpired:
            os.killpg(check.pid, signal.SIGKILL)
            code = check.wait()
    seconds = round(time.monotonic() - started, 1)
    (case.folder / "result.json").write_text(json.dumps({"exit": code, "seconds": seconds}), "utf-8")
    print(f"{case.id}: exit {code} after {seconds} s", flush=True)


Finding = dict[str, Any]


@dataclass(frozen=True)
class Result:
    exit: int
    requests: int
    findings: list[Finding]
    terminal: list[str]


def result_of(case: Case) -> Result | None:
    """The kept result of a case, with its violations only; None if the case was not measured."""
    if not (case.folder / "result.json").exists():
        return None
    code = json.loads((case.folder / "result.json").read_text("utf-8"))["exit"]
    report = case.folder / "report.json"
    said: dict[str, Any] = {"findings": [], "requests": 0}
    if report.exists():
        said = json.loads(report.read_text("utf-8"))
    violations = [finding for finding in said["findings"] if finding.get("weight", "violation") == "violation"]
    lines = (case.folder / "terminal.txt").read_text("utf-8", "replace").splitlines()
    return Result(code, said["requests"], violations, lines)


def names(finding: Finding, operation: str) -> bool:
    """Whether a finding names an operation (its id in the spec)."""
    return operation in json.dumps([finding.get("operation"), finding.get("operations")])


def symptoms(finding: Finding) -> set[str]:
    """The finding's key with each status of its answers.

    A finding whose symptoms the careful server shows as well is not due to the mistake.
    """
    answers = [(evidence.get("response") or {}).get("status") for evidence in finding["evidence"]]
    return {f"{finding['key']} {status}" for status in answers} or {finding["key"]}


def shown(finding: Finding, lines: list[str]) -> bool:
    """Whether these lines of a terminal have a finding's headline: all of it, wrapped or not, or its start and end."""
    headline = " ".join(finding["message"].split())
    if headline.replace(" ", "") in "".join("".join(lines).split()):
        return True
    # A shortened headline is one line that begins with the finding's number. It lacks the page in the last brackets,
    # and then, if it is still too long, its middle.
    numbered = [found[1] for line in lines if (found := re.fullmatch(r" *\d+ (.+)", line))]
    pageless = re.sub(r"; [^; ()]+\)$", ")", headline)
    patterns = [re.escape(said).replace("…", ".+") for said in numbered]
    return any(re.fullmatch(each, said) for each in patterns for said in (headline, pageless))


def verdict_of(finding: Finding, server: str, truths: list[dict[str, Any]]) -> str:
    """The verdict of the first judgement in truths.toml whose words are all in the finding."""
    texts = {"server": server, **finding}
    for truth in truths:
        if all(part in str(texts.get(key, "")) for key, part in truth["where"].items()):
            return str(truth["verdict"])
    return "not judged"


def percent(part: int, whole: int) -> str:
    return f"{part} of {whole} ({100 * part / whole:.0f} %)" if whole else "none"


def scored(label: str, all_cases: list[Case]) -> str:
    """The score of all cases that have a result, as Markdown under a heading with `label`."""
    truths = tomllib.loads((HERE / "truths.toml").read_text("utf-8")).get("truth", [])
    commit = subprocess.run(
        ["git", "rev-parse", "--short", "HEAD"], cwd=ROOT, check=True, capture_output=True, text=True, timeout=60
    ).stdout.strip()
    results = {case.id: result for case in all_cases if (result := result_of(case)) is not None}
    careful = [case for case in all_cases if not case.mistake and case.id in results]
    mistakes = [case for case in all_cases if case.mistake and case.id in results and case.server in results]
    rows: list[str] = []
    said: Counter[str] = Counter()
    for case in careful:
        result = results[case.id]
        judged = [verdict_of(finding, case.server, truths) for finding in result.findings]
        said.update(judged)
        counts = Counter(judged)
        cells = [case.id, result.exit, len(judged), *(counts[verdict] for verdict in VERDICTS), result.requests]
        rows.append(f"| {' | '.join(map(str, cells))} |")
    table: list[str] = []
    numbers: list[int] = []
    found = early = late = 0
    for case in mistakes:
        result = results[case.id]
        known = [symptoms(finding) for finding in results[case.server].findings]
        new = [finding for finding in result.findings if not any(symptoms(finding) <= one for one in known)]
        right = [finding for finding in new if names(finding, OPERATIONS[case.provider, case.operation])]
        is_found = result.exit == 1 and bool(right)
        first = is_found and any(shown(finding, result.terminal[:40]) for finding in right)
        last = is_found and any(shown(finding, result.terminal[-24:]) for finding in right)
        found, early, late = found + is_found, early + first, late + last
        if is_found:
            numbers.append(len(new))
        marks = ["yes" if mark else "no" for mark in (is_found, first, last)]
        table.append(
            f"| {case.id} | {case.operation} | {marks[0]} | {len(new)} | {marks[1]} | {marks[2]} | {result.requests} |"
        )
    green = sum(results[case.id].exit == 0 for case in careful)
    return "\n".join(
        [
            f"## {label}, {datetime.now(UTC):%Y-%m-%d}, commit {commit}",
            "",
            f"- Careful servers with exit 0: {percent(green, len(careful))}.",
            f"- Violations said of them: {', '.join(f'{said[verdict]} {verdict}' for verdict in VERDICTS)}.",
            f"- Mistakes found: {percent(found, len(mistakes))}.",
            f"- Findings per found mistake: median {statistics.median(numbers or [0])}, most {max(numbers or [0])}.",
            f"- The right one in the first 40 lines: {percent(early, found)}; in the last 24: {percent(late, found)}.",
            "",
            "| Careful server | Exit | Violations | True | Habit | Untrue | Not judged | Requests |",
            "| --- | --- | --- | --- | --- | --- | --- | --- |",
            *rows,
            "",
            "| Mistake | Operation | Found | Findings | First 40 lines | Last 24 lines | Requests |",
            "| --- | --- | --- | --- | --- | --- | --- |",
            *table,
            "",
        ]
    )


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("only", nargs="*", help="careful servers, or server/mistake; all without")
    parser.add_argument("--keep", action="store_true", help="measure only what has no result yet")
    parser.add_argument("--score", action="store_true", help="score the results that are there")
    parser.add_argument("--publish", default="", metavar="LABEL", help="append the score to SCORE.md under this name")
    given = parser.parse_args()
    servers = {name.partition("/")[0] for name in given.only if "/" in name}
    everything = [
        case
        for case in cases()
        if not given.only or {case.id, case.server} & {*given.only} or (not case.mistake and case.server in servers)
    ]
    lacking = {case.server: tool for case in everything if not case.mistake and (tool := missing_tool(case))}
    for server, tool in sorted(lacking.items()):
        print(f"skipped {server}: {tool} is not installed")
    everything = [case for case in everything if case.server not in lacking]
    if not given.score:
        wanted = [case for case in everything if not (given.keep and result_of(case))]
        with ThreadPoolExecutor(AT_ONCE) as pool:
            list(pool.map(measure, wanted))
    text = scored(given.publish or "Score", everything)
    if given.publish:
        with (HERE / "SCORE.md").open("a", encoding="utf-8") as score:
            score.write("\n" + text)
    print(text)
    return 0


if __name__ == "__main__":
    sys.exit(main())
