"""The commands `get`, `wait` and `delete`: one audience at one provider."""

import json
import os
import shutil
import signal
import sys
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from queue import SimpleQueue
from typing import Any

import httpx2
import pytest

import processes
from audience_contract.mock import MockServer
from callers import make
from canaries import SECRET, WORDS, found_in, secret
from cases import KEYS
from long import long
from raw_server import RawServer, http
from test_command_curl import curls, paste
from test_command_escapes import ACTS, safe
from test_command_line import BATCH, EXAMPLES, run
from test_command_words import ADOBE_KEYS, BATCH_KEYS
from test_ended import Handshakes
from test_verbs import ERROR, RECORD

pty = pytest.importorskip("pty")
FOUND = http(200, json.dumps(RECORD).encode())
INDEXING = http(200, json.dumps({**RECORD, "indexing_state": "IN_PROGRESS"}).encode())
ABSENT = http(404, json.dumps(ERROR).encode())
ACCEPTED = http(202, b'{"indexing_token":"token-4711"}')
VERBS = [["get"], ["wait"], ["delete", "--yes"]]
COLUMN = ["--file", str(EXAMPLES / "customers.csv"), "--column", "phone1"]
CHANGE = ("add", "remove", "replace")
DRAFT = ["--set", "batch.type=emails"]
EVERY = [*VERBS, *([verb, *COLUMN] for verb in CHANGE), ["ensure", *DRAFT], ["create", *DRAFT]]


def ask(raw: RawServer, *arguments: str, at: str = "", **variables: str) -> processes.Ended:
    """A command to Batch, which `raw` plays."""
    return run(None, *arguments, "-p", "batch", "--base-url", f"batch={at or raw.url}", **{**BATCH_KEYS, **variables})


def playing(raw: RawServer, *answers: bytes) -> RawServer:
    """The server with these answers, the last one again and again; it forgets what came."""
    raw.requests.clear()
    *raw.answers, raw.answer = answers
    return raw


def test_get_shows_the_record_and_json_has_what_the_library_knows(raw: RawServer) -> None:
    done = ask(playing(raw, FOUND), "get", "VIP")
    assert (done.returncode, done.stderr) == (0, "")
    header, _, row = ([cell.strip() for cell in line.split("|")] for line in done.stdout.splitlines())
    assert dict(zip(header, row, strict=True)) == {
        "provider": "Batch", "name": "VIP", "id": "", "state": "ready", "member_count": "4012",
        "created": "2023-08-12T22:30:05+00:00", "updated": "2023-08-13T22:30:05+00:00",
    }  # fmt: skip
    (known,) = json.loads(ask(raw, "get", "VIP", "--json").stdout)
    answer = httpx2.MockTransport(lambda _: httpx2.Response(200, json=RECORD))
    record = make("batch", transport=answer).get("VIP").to_dict()
    assert {**known, "attempts": 0} == {**record, "attempts": 0}
    assert "GET /audiences/view?name=VIP" in raw.requests[-1].decode()


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        (FOUND, 0), (http(401, b"{}"), 3), (ABSENT, 3), (http(429, b"{}"), 4), (http(500, b"{}"), 4), (b"", 4),
        (http(302, Location="https://other.test/"), 4), (http(200, b"[]"), 4),
    ],
)  # fmt: skip
def test_the_exit_code_of_a_read_says_whether_there_was_an_answer_and_what_it_said(
    raw: RawServer, answer: bytes, code: int
) -> None:
    done = ask(playing(raw, answer), "get", "VIP", "--timeout", "1", "--json")
    assert (done.returncode, done.stderr) == (code, "")
    (known,) = json.loads(done.stdout)
    assert known.get("outcome") is None
    assert (known.get("error") is None) is (code == 0)
    assert "outcome" not in known.get("message", "")


def test_a_refusal_of_a_read_is_told_with_the_providers_words(raw: RawServer) -> None:
    done = ask(playing(raw, ABSENT), "get", "VIP")
    assert done.stdout == ""
    ours, theirs = done.stderr.splitlines()
    assert "there is no such audience (404)" in ours
    assert theirs == "Batch says: E1: words"


def test_waiting_ends_with_the_record_or_with_8_and_what_was_seen_last(raw: RawServer) -> None:
    done = ask(playing(raw, INDEXING, FOUND), "wait", "VIP", "--token", "abc", "--json")
    assert (done.returncode, json.loads(done.stdout)[0]["state"]) == (0, "ready")
    assert [b"indexing_token=abc" in request for request in raw.requests] == [True, True]
    late = ask(playing(raw, INDEXING), "wait", "VIP", "--within", "1")
    assert late.returncode == 8
    assert "still indexing after" in late.stderr
    assert "4012" in late.stdout
    error, record = json.loads(ask(raw, "wait", "VIP", "--within", "1", "--json").stdout)
    assert (error["error"], record["state"]) == ("WaitTimeoutError", "indexing")


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        (ACCEPTED, 0), (http(202, b"{}"), 0), (http(400, b"{}"), 3), (ABSENT, 3), (http(500, b"{}"), 5), (b"", 5),
    ],
)  # fmt: skip
def test_a_deletion_says_first_what_follows_and_its_exit_code_is_that_of_its_outcome(
    raw: RawServer, answer: bytes, code: int
) -> None:
    done = ask(playing(raw, answer), "delete", "VIP", "--yes", "--json")
    assert done.returncode == code
    first, *_ = done.stderr.splitlines() if done.stderr else [""]
    assert first == "audiences: this deletes VIP at Batch; a campaign that targets it then targets an empty audience"
    (known,) = json.loads(done.stdout)
    assert known["outcome"] == {0: "applied", 3: "rejected", 5: "unknown"}[code]
    assert len(raw.requests) == 1
    assert raw.requests[0].startswith(b"POST /audiences/remove ")
    people = ask(raw, "delete", "VIP", "--yes")
    advice = f"before you repeat this: audiences get VIP --provider batch --base-url=batch={raw.url}\n"
    assert (advice in people.stderr) is (code == 5)
    assert ("token-4711" in people.stdout) is (answer == ACCEPTED)


@pytest.mark.parametrize("words", [each for each in EVERY if each[0] not in {"get", "wait"}], ids=" ".join)
def test_after_an_unknown_outcome_the_advice_is_that_of_the_verb_and_goes_where_the_call_went(
    raw: RawServer, words: list[str], tmp_path: Path
) -> None:
    file = tmp_path / "my keys.toml"
    file.write_text('[tenant.shop]\nBATCH_API_KEY = "KEY"\nBATCH_PROJECT = "PROJECT"\n', "utf-8")
    unknown = http(500, b"{}")
    playing(raw, *([ABSENT] if words[0] == "ensure" else []), unknown)
    verb, *others = words
    where = ["--credentials", str(file), "--tenant", "shop", "--allow-http"]
    done = ask(raw, verb, "VIP", *others, *where, KEY="key", PROJECT="project")
    assert done.returncode == 5
    advice = done.stderr.splitlines()[-1].removeprefix("Batch: it may have taken effect. ")
    if verb in {"create", "delete"}:
        look = f"audiences get VIP --provider batch --base-url=batch={raw.url} '--credentials={file}' --tenant=shop"
        assert advice == f"Look for the audience before you repeat this: {look} --allow-http"
    else:
        assert advice.startswith("Repeat the same command ")


def test_a_deletion_from_which_nothing_follows_by_the_page_says_only_what_is_deleted(raw: RawServer) -> None:
    server = ["-p", "adobe", "--base-url", f"adobe={playing(raw, http(204, b'')).url}", "--allow-undocumented"]
    done = run(None, "delete", "--id", "4711", "--yes", *server, ADOBE_ACCESS_TOKEN="token", **ADOBE_KEYS)
    assert (done.returncode, done.stderr) == (0, "audiences: this deletes 4711 at Adobe\n")
    playing(raw, http(400, b"{}"))
    failed = run(None, "delete", "--id", "4711", "--yes", *server, ADOBE_ACCESS_TOKEN="token", **ADOBE_KEYS)
    for each in (done, failed):
        assert [cell.strip() for cell in each.stdout.splitlines()[-1].split("|")][:3] == ["Adobe", "", "4711"]


def test_without_a_terminal_to_ask_on_nothing_is_deleted(raw: RawServer) -> None:
    words = ["delete", "VIP", "-p", "batch", "--base-url", f"batch={playing(raw, ACCEPTED).url}"]
    closed = ["sh", "-c", 'exec "$@" <&-', "sh", sys.executable, "-m", "audiences", *words]
    for done in (run(None, *words, **BATCH_KEYS), processes.run(closed, env={**os.environ, **BATCH_KEYS})):
        assert (done.returncode, done.stdout) == (2, "")
        assert "empty audience" in done.stderr
        assert "--yes" in done.stderr
    assert raw.requests == []


def on_a_terminal(raw: RawServer, answer: Callable[[int, processes.Process], object]) -> tuple[int, str]:
    """The exit code of a deletion that asks, and what the terminal got; `answer` is called once it has asked."""
    master, slave = pty.openpty()
    words = [sys.executable, "-m", "audiences", "delete", "VIP", "-p", "batch", "--base-url", f"batch={raw.url}"]
    pipes = {"stdin": slave, "stderr": slave, "stdout": processes.PIPE}
    shown = b""
    with processes.started(words, env={**os.environ, **BATCH_KEYS}, **pipes) as child:
        while b"[y/N]" not in shown:
            shown += os.read(master, 1024)
        answer(master, child)
        child.communicate()
    os.close(slave)
    with suppress(OSError):  # at its end
        while more := os.read(master, 1024):
            shown += more
    os.close(master)
    return child.returncode, shown.decode(errors="replace")  # it echoes what is no UTF-8, too


MORE = [(b"y\n", 0), (b"n\n", 4), (b"\n", 4), (b"\x04", 4), (b"\xff\n", 4)]


@pytest.mark.parametrize(
    ("text", "code"),
    [(b" YES \n", 0), (b"yess\n", 4), (None, 130), *(long(*each) for each in MORE)],
)
def test_on_a_terminal_it_is_asked_and_nothing_but_yes_deletes(raw: RawServer, text: bytes | None, code: int) -> None:
    def answer(terminal: int, child: processes.Process) -> None:
        if text is None:
            child.send_signal(signal.SIGINT)
        else:
            os.write(terminal, text)

    found, shown = on_a_terminal(playing(raw, ACCEPTED), answer)
    assert (found, len(raw.requests)) == (code, int(code == 0))
    assert shown.index("empty audience") < shown.index("[y/N]")
    assert ("nothing was deleted" in shown) is (code == 4)


@pytest.mark.parametrize("verb", ["get", "wait", "delete"])
def test_a_dry_run_shows_the_request_and_neither_sends_nor_asks(raw: RawServer, verb: str) -> None:
    playing(raw, FOUND)
    secret_key = {"BATCH_API_KEY": "key-4711-key"}
    plain = ask(raw, verb, "VIP", "--dry-run", **secret_key)
    assert (plain.returncode, plain.stderr) == (0, "")
    assert f"{'POST' if verb == 'delete' else 'GET'} {raw.url}/audiences/" in plain.stdout
    assert "Authorization: Bearer ***" in plain.stdout
    curl = ask(raw, verb, "VIP", "--dry-run", "--curl", **secret_key)
    assert "# needs in the environment: BATCH_API_KEY" in curl.stdout
    (known,) = json.loads(ask(raw, verb, "VIP", "--dry-run", "--json", **secret_key).stdout)
    assert "VIP" in known["url"] + str(known["body"])
    assert "4711" not in plain.stdout + curl.stdout + str(known)
    assert raw.requests == []


ONE = {"get": ["X"], "wait": ["--id", "5"], "delete": ["--id", "5"], "list": [], "ensure": ["X"]}
CHANGES = {verb: ["X", "--file", str(EXAMPLES / "customers.csv")] for verb in ("add", "remove", "replace")}
REFUSED = [
    (key, verb, reason)
    for key in KEYS
    for verb, (support, reason) in make(key).capabilities.items()
    if support in {"unsupported", "undocumented"}
]


@pytest.mark.parametrize(("key", "verb", "reason"), REFUSED)
def test_what_a_provider_does_not_offer_is_refused_with_the_reason_before_anybody_or_a_credential_is_asked_for(
    key: str, verb: str, reason: str
) -> None:
    done = run(None, verb, *{**ONE, **CHANGES}[verb], "-p", key)
    assert done.returncode == 4
    assert reason in done.stderr
    assert "replace" in reason or key != "commbox" or verb not in {"add", "remove"}
    assert "settings are missing" not in done.stderr
    assert ("outcome: not_sent" in done.stderr) is (verb not in {"get", "list", "wait"})
    assert "deletes" not in done.stderr


@pytest.mark.parametrize("verb", ["get", "wait", "delete"])
def test_what_cannot_be_asked_for_by_id_is_not_asked_for(verb: str) -> None:
    consent = ["--yes"] if verb == "delete" else []
    done = run(None, verb, "--id", "5", "-p", "batch", *consent, **BATCH_KEYS)
    assert (done.returncode, "has no ids" in done.stderr) == (4, True)


@pytest.mark.parametrize("extra", [(), ("--json",)], ids=["people", "json"])
@pytest.mark.parametrize("verb", EVERY, ids=lambda verb: verb[0])
def test_what_a_provider_says_acts_on_no_terminal_and_is_shown_without_the_credentials_in_it(
    raw: RawServer, verb: list[str], extra: list[str], tmp_path: Path
) -> None:
    file = tmp_path / "credentials.toml"
    file.write_text(f"BATCH_API_KEY = {json.dumps(secret('api_key'))}\n", "utf-8")
    name = "VIP" if DRAFT[0] in verb else ACTS.replace("\0", "")
    told = f"{WORDS} {secret('api_key')} {ACTS}"
    said = dict.fromkeys([*RECORD, "display_name", "indexing_token", "error_message", "error_code", told], told)
    for status in (200 if verb in VERBS[:2] else 202, 400, 404):
        playing(raw, http(status, json.dumps(said).encode(), X_Request_Id=f"{WORDS} {secret('api_key')}"))
        done = ask(raw, *verb, name, "--credentials", str(file), *extra)
        printed = done.stdout + done.stderr
        assert safe(printed)
        assert not any(line.startswith("Batch applied") for line in done.stdout.splitlines())
        assert found_in(printed, SECRET, "Traceback") == set()
        assert status < 300 or WORDS in printed
        if status == 400 and not extra:
            assert "\N{SYMBOL FOR ESCAPE}[2K" in printed
            assert "<U+202E>" in printed.replace("\n", "")


class Interrupting(RawServer):
    """Interrupts its client once the request is there, and answers nothing before that has ended."""

    def __init__(self, by: signal.Signals = signal.SIGINT) -> None:
        super().__init__()
        self.by = by
        self.client: SimpleQueue[processes.Process] = SimpleQueue()

    def reply(self, request: bytes) -> bytes:  # noqa: ARG002
        client = self.client.get()
        client.send_signal(self.by)
        client.wait(20)
        return b""


@pytest.mark.parametrize("by", [signal.SIGINT, signal.SIGTERM])
@pytest.mark.parametrize("verb", [["get"], long(["wait"]), ["delete", "--yes"]])
def test_an_interrupt_ends_at_once_and_tells_what_is_known(verb: list[str], by: signal.Signals) -> None:
    """The first server never answers, so that a deletion may have been made; the second one never shakes hands."""
    with Interrupting(by) as silent:
        words = [sys.executable, "-m", "audiences", *verb, "VIP", "-p", "batch", "--json"]
        environment = {**os.environ, **BATCH_KEYS, "BATCH_BASE_URL": silent.url}
        pipes: dict[str, Any] = {"stdout": processes.PIPE, "stderr": processes.PIPE}
        with processes.started(words, env=environment, **pipes) as child:
            silent.client.put(child)
            out, _ = child.communicate()
        changes = verb[0] == "delete"
        assert child.returncode == (5 if changes else 128 + by)
        (known,) = json.loads(out)
        assert (known["outcome"], "no answer: interrupted" in known["message"]) == (
            "unknown" if changes else None,
            True,
        )
    server = Handshakes()
    with processes.started(words, env={**environment, "BATCH_BASE_URL": server.url}, **pipes) as child:
        assert server.accepted.wait(20)
        child.send_signal(by)
        child.communicate()
    server.close()
    assert (child.returncode, server.requests) == (128 + by, 0)


def test_an_audience_is_created_seen_waited_for_and_deleted() -> None:
    with MockServer() as server:

        def known(*arguments: str) -> dict[str, Any]:
            (found,) = json.loads(run(server, *arguments, "--json").stdout)
            assert isinstance(found, dict)
            return found

        def applied() -> None:
            while len(server.exchanges) < 3:  # that of `wait` among them
                time.sleep(0.02)
            server.settings.indexing = 0.0

        server.settings.indexing = 3600.0
        change = ["SPRING", "-p", "batch", "--token", known(*BATCH)["operation_token"]]
        assert known("get", *change)["state"] == "indexing"
        threading.Thread(target=applied, daemon=True).start()
        assert known("wait", *change)["state"] == "ready"
        deleted = known("delete", "SPRING", "-p", "batch", "--yes")
        assert (deleted["outcome"], deleted["name"], server.audiences) == ("applied", "SPRING", [])
        assert run(server, "get", "SPRING", "-p", "batch").returncode == 3


@pytest.mark.skipif(shutil.which("curl") is None, reason="needs curl, which a fresh machine may lack")
def test_the_printed_curl_commands_read_and_delete() -> None:
    with MockServer() as server:
        assert run(server, *BATCH).returncode == 0
        for verb in ("get", "delete"):
            (command,) = curls(run(server, verb, "SPRING", "-p", "batch", "--dry-run", "--curl").stdout)
            paste(command, server)
        assert server.audiences == []
        assert [exchange.operation for exchange in server.exchanges][1:] == ["audience_view", "audience_remove"]
