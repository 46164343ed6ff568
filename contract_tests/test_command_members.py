"""The commands `add`, `remove`, `replace`, `list` and `ensure`: members come from a CSV file, row by row."""

import csv
import errno
import io
import json
import os
import re
import signal
import sys
import tracemalloc
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx2
import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.types import ASGIApp, Receive, Scope, Send

import processes
from audience_contract.mock import MockServer
from audiences import InvalidError, Member
from audiences._member_file import members_of
from callers import make
from long import long
from raw_server import RawServer, http
from test_command_line import BATCH, EXAMPLES, run
from test_command_verbs import ABSENT, ACCEPTED, INDEXING, Interrupting, ask, playing
from test_command_words import BATCH_KEYS

AT = ["SPRING", "-p", "batch"]
WORDS = {"error_code": "AUDIENCE_BROKEN", "error_message": "The audience is broken."}
REFUSED = http(400, json.dumps(WORDS).encode())
PIPES: dict[str, Any] = {"stdin": processes.PIPE, "stdout": processes.PIPE, "stderr": processes.PIPE}


@pytest.fixture
def server() -> Iterator[MockServer]:
    with MockServer() as server:
        assert run(server, *BATCH).returncode == 0
        yield server


def members(server: MockServer) -> Any:
    return httpx2.get(f"{server.url}/_mock/batch/audiences/SPRING/members").json()


def written(folder: Path, *lines: str) -> str:
    file = folder / "ids.csv"
    file.write_text("".join(f"{line}\n" for line in lines), "utf-8")
    return str(file)


def ids(first: int, count: int) -> list[str]:
    return [str(number) for number in range(first, first + count)]


def test_the_rows_of_a_file_are_added_with_their_attributes_and_removed(server: MockServer, tmp_path: Path) -> None:
    rows = ["a@b.test,1,Rome,2026-01-31T08:00:00+02:00,https://a.test/1", 'b@b.test,2,"Ham, Kent",,']
    file = written(tmp_path, "\ufeffmail,id,city,since,pic", *rows)
    attributes = [word for each in ("city", "since:date", "pic:url") for word in ("--attribute", each)]
    assert run(server, "add", *AT, "--file", file, "--column", "mail", *attributes).returncode == 0
    assert members(server) == {
        "a@b.test": {"city": "Rome", "date(since)": "2026-01-31T06:00:00Z", "url(pic)": "https://a.test/1"},
        "b@b.test": {"city": "Ham, Kent"},
    }
    done = run(server, "remove", *AT, "--file", written(tmp_path, "id", "a@b.test"), "--column", "id")
    assert (done.returncode, [*members(server)]) == (0, ["b@b.test"])


def test_more_members_than_one_call_takes_are_added_in_several_and_replaced_in_none(
    server: MockServer, tmp_path: Path
) -> None:
    file = written(tmp_path, "id", *ids(0, 25_000))
    done = run(server, "add", *AT, "--file", file)
    header, _, row = ([cell.strip() for cell in line.split("|")] for line in done.stdout.splitlines())
    shown = dict(zip(header, row, strict=True))
    assert (done.returncode, shown["members"], shown["calls"], shown["outcome"]) == (0, "25000", "3", "applied")
    assert len(members(server)) == 25_000
    small = run(server, "add", *AT, "--file", file, "--chunk-bytes", "100000", "--json")
    assert (small.returncode, len(json.loads(small.stdout)[0]["chunks"])) == (0, 8)
    assert len(members(server)) == 25_000
    none = run(server, "add", *AT, "--file", file, "--chunk-bytes", "5").stderr
    said = r"\(bytes of (\d+)\): cannot be sent in fewer bytes; --chunk-bytes \1 lets a call have so many bytes"
    assert re.search(said, none)
    refused = run(server, "replace", *AT, "--file", file)
    assert (refused.returncode, "at most 10000 members" in refused.stderr) == (4, True)
    assert len(members(server)) == 25_000
    assert run(server, "replace", *AT, "--file", written(tmp_path, "id", "1", "2")).returncode == 0
    assert [*members(server)] == ["1", "2"]


@pytest.mark.parametrize("end", ["new", "new" * 40_000], ids=["shorter", "longer"])
def test_a_file_that_is_written_to_while_it_is_sent_ends_the_change(tmp_path: Path, end: str) -> None:
    file = Path(written(tmp_path, "id", *ids(0, 15_000)))

    def writing(app: ASGIApp) -> ASGIApp:
        async def write(scope: Scope, receive: Receive, send: Send) -> None:
            if scope["path"].endswith("/audiences/update"):
                file.write_text(f"id\n{end}\n")
            await app(scope, receive, send)

        return write

    with MockServer(middleware=writing) as server:
        assert run(server, *BATCH).returncode == 0
        done = run(server, "add", *AT, "--file", str(file))
        assert (done.returncode, [*members(server)]) == (7, ids(0, 10_000))
    assert "--file (file): was changed after it was looked at" in done.stderr


@pytest.mark.parametrize("pipe", [True, long(False)], ids=["pipe", "file"])
def test_members_come_from_standard_input(server: MockServer, tmp_path: Path, pipe: bool) -> None:
    words = [sys.executable, "-m", "audiences", "add", *AT, "--file", "-"]
    environment = {**os.environ, **server.environment()}
    file = written(tmp_path, "id", "1", "2")
    shell = 'cat "$0" | "$@"' if pipe else 'exec "$@" < "$0"'
    done = processes.run(["sh", "-c", shell, file, *words], env=environment)
    assert (done.returncode, [*members(server)]) == (0, ["1", "2"])


def test_empty_lines_are_no_members_wherever_they_stand(server: MockServer, tmp_path: Path) -> None:
    done = run(server, "add", *AT, "--file", written(tmp_path, "", "", "id", "1", "", "2", ""))
    assert (done.returncode, [*members(server)]) == (0, ["1", "2"])


WRONG = {
    "a missing column": (["mail", "4711"], "line 1", "among 1 cell; --column and --attribute name them"),
    "semicolons": (["id;city", "4711;4711"], "line 1", "among 1 cell, which seems to be separated by semicolons;"),
    "a column in capitals": (["ID,city", "4711,4711"], "line 1", "one of which differs only in case"),
    "a column that is there twice": (["id,id", "4711,4711"], "line 1", "more than one column named 'id'"),
    "nothing": ([], "line 1", "the file is empty"),
    "an empty id": (["id,a", "4711,4711", ",4711"], "line 3", "has no id"),
    "an id of white space": (["id", "4711", " \t"], "line 3", "has no id"),
    "a row that is too short": (["id,a", "4711"], "line 2", "has 1 cell, and the heading has 2 cells"),
    "a row that is too long": (["id", "4711,4711"], "line 2", "has 2 cells, and the heading has 1 cell"),
    "a quotation mark that is left open": (["id", '"4711', "4711"], "line 3", "an open quotation mark"),
    "the line ends of an old Mac": (["id\r4711\r4711"], "line 1", "line ends of CR alone"),
    "a line of a megabyte": (
        ["id", "4711" * 2**18],
        "line 2",
        "a cell above 131,072 characters",
    ),
    "a wrong row far below": (["id", *ids(0, 10_500), "4711,4711"], "line 10502", "has 2 cells"),
}


@pytest.mark.parametrize("wrong", WRONG)
def test_a_file_with_a_mistake_is_refused_by_the_line_before_anything_is_sent(
    raw: RawServer, wrong: str, tmp_path: Path
) -> None:
    lines, line, rule = WRONG[wrong]
    done = ask(playing(raw, ACCEPTED), "add", "VIP", "--file", written(tmp_path, *lines))
    assert (done.returncode, raw.requests) == (4, [])
    assert f"--file ({line}): " in done.stderr
    assert rule in done.stderr
    assert "4711" not in done.stderr + done.stdout


@pytest.mark.parametrize("text", ["2025-12-24T08:00:00", "2025-12-24", "4711", "0001-01-01T00:00:00+14:00"])
def test_a_time_without_its_zone_is_refused_by_the_line(raw: RawServer, text: str, tmp_path: Path) -> None:
    file = written(tmp_path, "id,since", f"4711,{text}")
    done = ask(playing(raw, ACCEPTED), "add", "VIP", "--file", file, "--attribute", "since:date")
    assert (done.returncode, raw.requests, "--file (line 2): must have a time" in done.stderr) == (4, [], True)
    assert (text in done.stderr, "4711" in done.stderr) == (False, False)


def test_text_that_is_not_utf_8_is_refused_by_the_line(raw: RawServer, tmp_path: Path) -> None:
    (tmp_path / "x.csv").write_bytes(b"id\n1\n\xff\n")
    done = ask(playing(raw, ACCEPTED), "add", "VIP", "--file", str(tmp_path / "x.csv"))
    assert (done.returncode, raw.requests) == (4, [])
    assert "(line 3): is not text that is saved as UTF-8" in done.stderr


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("id\n1\n".encode("utf-16"), "saved as UTF-8, and this seems to be UTF-16"),
        ("id\n1\n".encode("utf-16-be"), "saved as UTF-8, and this seems to be UTF-16"),
        (b"PK\x03\x04\n", "saved as UTF-8, and this seems to be an Excel file"),
        (b"id\n" + b"1" * 2**24, "(line 2): has 16 MiB or more"),
    ],
    ids=["utf-16", "utf-16 without a mark", "xlsx", "long"],
)
def test_a_file_that_is_no_csv_of_members_is_refused_with_what_it_should_be(
    raw: RawServer, content: bytes, said: str, tmp_path: Path
) -> None:
    (tmp_path / "x.csv").write_bytes(content)
    done = ask(playing(raw, ACCEPTED), "add", "VIP", "--file", str(tmp_path / "x.csv"))
    assert (done.returncode, raw.requests) == (4, [])
    assert said in done.stderr


@pytest.mark.skipif(not Path("/proc/self/mem").exists(), reason="needs a file that opens and cannot be read")
@pytest.mark.parametrize("extra", [[], ["--dry-run"]], ids=" ".join)
def test_a_file_that_cannot_be_read_is_an_error_of_that_file_and_nothing_is_sent(
    raw: RawServer, extra: list[str]
) -> None:
    done = ask(playing(raw, ACCEPTED), "add", "VIP", "--file", "/proc/self/mem", *extra)
    assert (done.returncode, raw.requests) == (4, [])
    assert "--file (line 1): cannot be read: " in done.stderr
    assert "outcome: not_sent" in done.stderr


class Breaking(io.BytesIO):
    """A file on a disk that fails after some lines."""

    def readline(self, size: int | None = -1, /) -> bytes:
        if line := super().readline(size):
            return line
        raise OSError(errno.EIO, os.strerror(errno.EIO), "4711.csv")


def test_a_file_that_breaks_off_ends_the_change_and_says_what_was_done() -> None:
    file = Breaking("\n".join(["id", *ids(0, 10_001), ""]).encode())
    answer = httpx2.MockTransport(lambda _: httpx2.Response(202, json={"indexing_token": "abc"}))
    with make("batch", transport=answer) as batch, pytest.raises(InvalidError) as caught:
        batch.add("VIP", members_of(file, "id", {}, lambda *_: None))
    assert caught.value.problems[0].rule == f"cannot be read: {os.strerror(errno.EIO)}"
    assert caught.value.problems[0].shape == "line 10003"
    assert (caught.value.outcome, caught.value.changed and caught.value.changed.members) == ("partly", 10_000)


@pytest.mark.parametrize("verb", ["add", "remove", "replace"])
def test_an_answer_that_deviates_is_told_of_each_call_of_a_change_as_of_a_create(
    raw: RawServer, verb: str, tmp_path: Path
) -> None:
    playing(raw, http(200, b'{"indexing_token":"token-4711"}'))
    words = [verb, "VIP", "--file", written(tmp_path, "id", "1")]
    (known,) = json.loads(ask(raw, *words, "--json").stdout)
    assert [each["pointer"] for each in known["chunks"][0]["deviations"]] == ["status"]
    shown, created = ask(raw, *words), ask(raw, "create", "VIP", "--set", "batch.type=emails")
    assert (shown.returncode, created.returncode) == (0, 0)
    for done in (shown, created):
        assert "Batch: the answer deviates from the spec: status: " in done.stderr


@pytest.mark.parametrize("body", [b"{}", b"no JSON"], ids=repr)
@pytest.mark.parametrize("option", [[], ["--go-on"]], ids=" ".join)
def test_an_answer_that_lacks_the_token_of_a_change_has_one_exit_code_also_where_the_change_goes_on(
    raw: RawServer, body: bytes, option: list[str], tmp_path: Path
) -> None:
    done = ask(playing(raw, http(202, body)), "add", "VIP", "--file", written(tmp_path, "id", "1"), *option)
    assert (done.returncode, "applied" in done.stdout) == (6, True)
    assert "answered 202, so it acted, but " in done.stderr
    assert "Batch: the answer deviates from the spec: " in done.stderr


def test_a_call_that_deviates_is_told_though_a_later_one_ends_the_change(raw: RawServer, tmp_path: Path) -> None:
    playing(raw, http(200, b'{"indexing_token":"token-4711"}'), REFUSED)
    done = ask(raw, "add", "VIP", "--file", written(tmp_path, "id", *ids(0, 10_001)))
    assert (done.returncode, "deviates from the spec: status: " in done.stderr) == (7, True)
    assert "10000 members were taken; the same command sends all of the file." in done.stderr


def test_a_mistake_that_comes_late_through_a_pipe_ends_the_change_and_says_what_was_done(raw: RawServer) -> None:
    words = [sys.executable, "-m", "audiences", "add", "VIP", "-p", "batch", "--file", "-", "--json"]
    text = "\n".join(["id", *ids(0, 10_001), "a,b"])
    playing(raw, ACCEPTED)
    done = processes.run(words, given=text, env={**os.environ, **BATCH_KEYS, "BATCH_BASE_URL": raw.url})
    (known,) = json.loads(done.stdout)
    assert (done.returncode, known["outcome"], known["changed"]["members"]) == (7, "partly", 10_000)
    assert "line 10003" in known["message"]
    assert len(raw.requests) == 1


@pytest.mark.parametrize(("option", "calls"), [([], 2), (["--go-on"], 3)])
def test_a_call_that_fails_ends_the_change_unless_it_is_to_go_on(
    raw: RawServer, option: list[str], calls: int, tmp_path: Path
) -> None:
    file = written(tmp_path, "id", *ids(0, 25_000))
    for extra in ([], ["--json"]):
        done = ask(playing(raw, ACCEPTED, REFUSED, ACCEPTED), "add", "VIP", "--file", file, *option, *extra)
        assert (done.returncode, len(raw.requests)) == (7, calls)
        assert extra or f"{10_000 if calls == 2 else 15_000} members were taken" in done.stderr
        assert extra or "Batch says: AUDIENCE_BROKEN: The audience is broken." in done.stderr
    (known,) = json.loads(done.stdout)
    outcomes = [each["outcome"] for each in (known.get("changed") or known)["chunks"]]
    assert outcomes == ["applied", "rejected", "applied"][:calls]


def test_a_file_without_members_is_an_error_and_replace_may_be_told_to_take_it(
    server: MockServer, tmp_path: Path
) -> None:
    assert run(server, "add", *AT, "--file", written(tmp_path, "id", "1")).returncode == 0
    file = written(tmp_path, "id")
    for verb in ("add", "remove"):
        for extra in ((), ("--dry-run",), ("--json",)):
            done = run(server, verb, *AT, "--file", file, *extra)
            assert (done.returncode, "unknown" in done.stdout) == (4, False)
            assert "Batch: --file (empty): must not be empty - outcome: not_sent" in done.stdout + done.stderr
    refused = run(server, "replace", *AT, "--file", file)
    assert (refused.returncode, "--allow-empty removes all members" in refused.stderr) == (4, True)
    assert [*members(server)] == ["1"]
    assert run(server, "replace", *AT, "--file", file, "--allow-empty").returncode == 0
    assert [*members(server)] == []


@pytest.mark.parametrize("verb", ["add", "remove", "replace"])
def test_a_dry_run_of_a_change_names_nobody_sends_nothing_and_finds_what_is_wrong(
    raw: RawServer, verb: str, tmp_path: Path
) -> None:
    playing(raw, ACCEPTED)
    file = written(tmp_path, "id,since", "4711,2026-01-31T08:00:00Z")
    attribute = [] if verb == "remove" else ["--attribute", "since:date"]
    for extra in ([], ["--json"], ["--curl"], ["--allow-empty" if verb == "replace" else "--go-on"]):
        done = ask(raw, verb, "VIP", "--file", file, *attribute, "--dry-run", *extra)
        assert (done.returncode, done.stderr) == (0, "")
        assert "/audiences/" in done.stdout
        assert "4711" not in done.stdout
        assert "date(since)" in done.stdout or verb == "remove"
    many = written(tmp_path, "id", *ids(0, 10_001))
    assert ask(raw, verb, "VIP", "--file", many, "--dry-run").returncode == (4 if verb == "replace" else 0)
    assert raw.requests == []


def test_commbox_replaces_by_a_file_whose_request_a_dry_run_shows(server: MockServer) -> None:
    at = ["SPRING", "-p", "commbox", "--file"]
    assert run(server, "create", *at, str(EXAMPLES / "customers.csv")).returncode == 0
    shown = json.loads(run(server, "replace", *at, str(EXAMPLES / "customers.xlsx"), "--dry-run", "--json").stdout)
    assert [each["method"] for each in shown] == ["PUT"]
    done = run(server, "replace", *at, str(EXAMPLES / "customers.xlsx"), "--json")
    assert (done.returncode, json.loads(done.stdout)[0]["outcome"]) == (0, "applied")
    assert server.exchanges[-1].operation == "PUT /Audiences/{AUDIENCE_ID}"


@pytest.mark.parametrize("verb", ["get", "replace"])
def test_no_such_audience_and_several_of_a_name_have_one_exit_code_for_every_verb(
    server: MockServer, verb: str
) -> None:
    file = ["--file", str(EXAMPLES / "customers.csv")]
    words = [verb, "SPRING", "-p", "commbox", *(file if verb == "replace" else [])]
    for said in ("has no audience of that name", None, "has 2 audiences of that name: the id of one is needed"):
        done = run(server, *words)
        assert done.returncode == (3 if said else 0)
        assert (said or "") in done.stderr
        assert run(server, "create", *words[1:4], *file).returncode == 0


def test_a_list_has_all_audiences_as_a_table_or_each_in_a_line(server: MockServer) -> None:
    names = [f"S{number}" for number in range(101)]
    key = {"Authorization": f"Bearer {server.environment()['BATCH_API_KEY']}"}
    project = {"X-Batch-Project": server.environment()["BATCH_PROJECT"]}
    with httpx2.Client(timeout=60, headers={**key, **project}) as client:
        for name in names:
            url = f"{server.environment()['BATCH_BASE_URL']}/audiences/create"
            client.post(url, json={"name": name, "type": "emails"}).raise_for_status()
    done = run(server, "list", "-p", "batch", "--json")
    assert (done.returncode, done.stderr) == (0, "")
    assert [json.loads(line)["name"] for line in done.stdout.splitlines()] == ["SPRING", *names]
    _, _, *rows = run(server, "list", "-p", "batch").stdout.splitlines()
    assert [row.split(" | ")[1].strip() for row in rows] == ["SPRING", *names]


def test_a_list_that_breaks_off_has_the_error_in_its_last_line(raw: RawServer) -> None:
    page = {"audiences": [{"name": "A"}], "has_more": True, "next_from": "b"}
    done = ask(playing(raw, http(200, json.dumps(page).encode()), REFUSED), "list", "--json")
    first, last = map(json.loads, done.stdout.splitlines())
    assert (done.returncode, first["name"], last["error"]) == (3, "A", "RejectedError")


def test_an_empty_list_is_said_to_be_empty_but_not_within_json(raw: RawServer) -> None:
    playing(raw, http(200, b'{"audiences": []}'))
    for extra, said in (([], "The list is empty.\n"), (["--json"], "")):
        done = ask(raw, "list", *extra)
        assert (done.returncode, done.stdout, done.stderr) == (0, "", said)


def test_ensure_creates_what_is_not_there_and_only_that(raw: RawServer) -> None:
    draft = ["ensure", "VIP", "--set", "batch.type=emails"]
    created = ask(playing(raw, ABSENT, ACCEPTED), *draft, "--json")
    assert (created.returncode, json.loads(created.stdout)[0]["is_new"], len(raw.requests)) == (0, True, 2)
    found = ask(playing(raw, INDEXING), *draft, "--json")
    assert (found.returncode, json.loads(found.stdout)[0]["is_new"], len(raw.requests)) == (0, False, 1)
    told = ask(raw, *draft)
    assert ("indexing" in told.stdout, "was there already" in told.stderr) == (True, True)
    assert "already" not in ask(playing(raw, ABSENT, ACCEPTED), *draft).stderr
    shown = json.loads(ask(playing(raw, ABSENT), *draft, "--json", "--dry-run").stdout)
    assert ([each["method"] for each in shown], raw.requests) == (["POST"], [])


def test_an_interrupt_while_members_are_read_has_sent_nothing() -> None:
    words = [sys.executable, "-m", "audiences", "add", "VIP", "-p", "batch", "--file", "-", "--json"]
    environment = {**os.environ, **BATCH_KEYS, "BATCH_BASE_URL": "http://127.0.0.1:9"}
    with processes.started(words, env=environment, **PIPES) as child:
        assert child.stdin
        # More than a pipe holds, and fewer members than a call has: once it is written, they are being read.
        child.stdin.write("\n".join(["id", *(f"{number:0>200}" for number in range(9_000))]))
        child.stdin.flush()
        child.send_signal(signal.SIGINT)
        out, _ = child.communicate()
    assert (child.returncode, json.loads(out)[0]["outcome"]) == (130, "not_sent")


def test_an_interrupt_of_a_call_that_is_not_answered_leaves_it_unknown(tmp_path: Path) -> None:
    file = written(tmp_path, "id", "1")
    with Interrupting() as silent:
        words = [sys.executable, "-m", "audiences", "add", "VIP", "-p", "batch", "--file", file, "--json"]
        environment = {**os.environ, **BATCH_KEYS, "BATCH_BASE_URL": silent.url}
        with processes.started(words, env=environment, **PIPES) as child:
            silent.client.put(child)
            out, _ = child.communicate()
    (known,) = json.loads(out)
    assert (child.returncode, known["outcome"]) == (5, "unknown")
    assert known["changed"]["chunks"][0]["outcome"] == "unknown"


def test_a_closed_standard_input_has_no_members_and_nothing_is_sent() -> None:
    command = [sys.executable, "-m", "audiences", "add", *AT, "--file", "-"]
    done = processes.run(["sh", "-c", 'exec "$@" <&-', "sh", *command], env={**os.environ, **BATCH_KEYS})
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == "audiences: nothing was sent: a standard stream is closed\n"


def test_completion_knows_the_verbs_and_h_is_help() -> None:
    words = {"_AUDIENCES_COMPLETE": "complete_bash", "COMP_WORDS": "audiences re", "COMP_CWORD": "1"}
    done = run(None, **words)
    assert done.stdout.split() == ["remove", "replace"]
    words |= {"COMP_WORDS": "audiences get -p batch -p batch --js", "COMP_CWORD": "6"}
    assert run(None, **words).stdout.split() == ["--json"]
    assert run(None, "add", "-h").stdout == run(None, "add", "--help").stdout != ""


def member_file(text: str, **attributes: str) -> Iterator[Member | str]:
    return members_of(io.BytesIO(text.encode()), "id", attributes, lambda *_: None)


CELLS = st.text(st.characters(exclude_categories=["Cs"]))


@given(rows=st.lists(st.tuples(CELLS.filter(str.strip), CELLS)), end=st.sampled_from(["\n", "\r\n"]))
def test_every_row_of_a_csv_is_a_member_with_the_text_of_its_cells(rows: list[tuple[str, str]], end: str) -> None:
    text = io.StringIO(newline="")
    csv.writer(text, lineterminator=end, quoting=csv.QUOTE_ALL).writerows([("id", "city"), *rows])
    expected = [Member(id, {"city": city} if city else {}) for id, city in rows]
    assert [*member_file(text.getvalue(), city="text")] == expected
    assert [*member_file(text.getvalue())] == [id for id, _ in rows]


@given(st.binary())
def test_whatever_a_file_has_it_gives_members_or_says_what_is_wrong_by_the_line(data: bytes) -> None:
    said, found = "line 1", list[Any]()
    try:
        found = [*members_of(io.BytesIO(b"id\n" + data), "id", {}, lambda *_: None)]
    except InvalidError as error:
        said = error.problems[0].shape
    assert re.fullmatch(r"line \d+", said)
    assert all(isinstance(each, str) and each for each in found)


def test_a_file_is_read_in_the_same_memory_however_long_it_is() -> None:
    def peak(count: int) -> int:
        members = member_file("id\n" + "1\n" * count)
        tracemalloc.start()
        for _ in members:
            pass
        most = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return most

    peak(1000)
    assert peak(100_000) < 1.1 * peak(10_000) + 1000
