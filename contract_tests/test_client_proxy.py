"""`audience-contract client --upstream`: a proxy that changes nothing, and judges both sides."""

import gzip
import http.client
import os
import signal
import socket
import sys
import threading
import tracemalloc
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

import documented
import processes
from audience_contract import Request, Response, connections, load
from audience_contract.client.answers import Varied
from audience_contract.client.app import Application
from audience_contract.client.choice import Answers
from audience_contract.client.credentials import ThrowAway
from audience_contract.client.run import judge
from audience_contract.client.upstream import MAX_PASSED_ON, Upstream, readable
from audience_contract.judging import Ledger
from audience_contract.mock import MockServer
from audience_contract.report import Report, Verdict
from audience_contract.server import ProductionError
from long import long
from raw_server import RawServer, closed_port
from raw_server import http as answer
from sender import written
from test_client import COMMAND
from wire import body, header, wire

BASE, GOOD = documented.base("batch"), wire("batch").GOOD


@pytest.fixture
def _environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHONPATH", str(Path(__file__).parent))
    monkeypatch.setenv("BATCH_API_KEY", "key-of-the-user")


def proxied(folder: Path, upstream: str, *requests: Request) -> Report:
    return judge(written(folder / "requests", "batch", requests), providers=["batch"], upstream=upstream)


@pytest.mark.usefixtures("_environment")
def test_the_users_own_credential_goes_on_to_a_server_that_keeps_the_contract(tmp_path: Path, raw: RawServer) -> None:
    raw.answer = answer(202, b'{"indexing_token": "a"}')
    report = proxied(tmp_path, f"{raw.url}{BASE}", GOOD)
    assert (report.findings, report.verdict) == ((), Verdict.KEPT)
    assert {one.rule for one in report.tried} >= {"request.body", "response.status", "response.body"}
    came = raw.last()
    assert (came.target, came.body) == (GOOD.target, GOOD.body)
    assert came.values("authorization") == ["Bearer key-of-the-user"]
    assert came.values("host") == [urlsplit(raw.url).netloc]


@pytest.mark.usefixtures("_environment")
def test_both_sides_are_judged_and_no_credential_is_shown(tmp_path: Path, raw: RawServer) -> None:
    raw.answer = answer(202, b'{"key": "key-of-the-user"}')
    report = proxied(tmp_path, raw.url, GOOD, body("{}")(GOOD))
    assert {(finding.rule, finding.inputs) for finding in report.findings} == {
        ("request.body", ()), ("response.body", ("valid", "invalid")),
    }  # fmt: skip
    kept = [evidence for finding in report.findings for evidence in finding.evidence]
    assert all(evidence.response and b"key-of-the-user" not in evidence.response.body for evidence in kept)


@pytest.mark.usefixtures("_environment")
def test_an_upstream_that_does_not_answer_is_a_502_and_no_clients_fault(tmp_path: Path) -> None:
    url = f"http://127.0.0.1:{closed_port()}"
    report = proxied(tmp_path, url, GOOD, GOOD)
    assert (report.findings, report.verdict) == ((), Verdict.INCONCLUSIVE)
    [owed] = report.obligations
    assert owed.detail == f"no answer from {url}: Connection refused"
    assert f"could not be judged: {owed.detail} (2 times)" in report.notes
    assert "batch audience_create was answered 502, upstream: 2" in report.notes


@pytest.mark.usefixtures("_environment")
def test_what_a_client_breaks_is_found_whether_or_not_the_upstream_answers(tmp_path: Path) -> None:
    report = proxied(tmp_path, f"http://127.0.0.1:{closed_port()}", body("{}")(GOOD))
    assert {finding.rule for finding in report.findings} == {"request.body"}


@pytest.mark.usefixtures("_environment")
def test_an_upstream_that_speaks_no_tls_could_not_be_judged(tmp_path: Path) -> None:
    with MockServer() as server:
        url = server.url.replace("http:", "https:")
        report = proxied(tmp_path, url, GOOD)
    assert (report.findings, report.verdict) == ((), Verdict.INCONCLUSIVE)
    assert any(f"no answer from {url}: TLS failed, " in owed.detail for owed in report.obligations)


@pytest.mark.usefixtures("_environment")
@pytest.mark.parametrize(
    ("status", "said"),
    [
        (401, "refused the credentials, with 401"),
        (403, "refused the credentials, with 403"),
        (429, "answered 429"),
        (503, "answered 503"),
    ],
)
def test_an_upstream_that_lets_nobody_in_or_is_busy_could_not_be_judged(
    status: int, said: str, tmp_path: Path, raw: RawServer
) -> None:
    raw.answer = answer(status, b'{"error_code": "c", "error_message": "m"}')
    report = proxied(tmp_path, raw.url, GOOD)
    assert (report.findings, report.verdict) == ((), Verdict.INCONCLUSIVE)
    assert [owed.detail for owed in report.obligations] == [f"{raw.url} {said}"]


@pytest.mark.usefixtures("_environment")
@pytest.mark.parametrize("status", [401, 403])
def test_credentials_that_the_upstream_refuses_are_a_finding_if_something_is_wrong_with_them(
    status: int, tmp_path: Path, raw: RawServer
) -> None:
    raw.answer = answer(status, b'{"error_code": "c", "error_message": "m"}')
    report = proxied(tmp_path, raw.url, header("Authorization")(GOOD))
    assert "request.credential" in {finding.rule for finding in report.findings}
    assert not any("could not be judged" in note for note in report.notes)


@pytest.mark.usefixtures("_environment")
def test_an_answer_with_white_space_around_a_header_reaches_the_client(tmp_path: Path, raw: RawServer) -> None:
    raw.answer = answer(202, b'{"indexing_token": "a"}', Server="acme/1 ", X_Tab="\ta", X_Folded="a\r\n b")
    requests = written(tmp_path / "requests", "batch", [GOOD])
    command = [*COMMAND, "--providers", "batch", "--upstream", f"{raw.url}{BASE}", "--", *requests]
    done = processes.run(command)
    assert (done.returncode, done.stderr.count("Traceback")) == (0, 0), done.stderr
    assert "202" in done.stdout


@pytest.mark.usefixtures("_environment")
@pytest.mark.parametrize("coding", ["gzip", "unheard-of"])
def test_an_answer_with_a_content_coding_is_passed_as_it_came_and_judged_if_it_can_be_read(
    coding: str, tmp_path: Path, raw: RawServer
) -> None:
    raw.answer = answer(202, gzip.compress(b"{}"), Content_Encoding=coding)
    report = proxied(tmp_path, raw.url, GOOD)
    assert [finding.place for finding in report.findings] == (["body /indexing_token"] if coding == "gzip" else [])
    assert any("content coding" in note for note in report.notes) == (coding != "gzip")


@pytest.mark.usefixtures("_environment")
def test_interim_answers_of_the_upstream_are_read_over(tmp_path: Path, raw: RawServer) -> None:
    interim = b"HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\nHTTP/1.1 102 Processing\r\n\r\n"
    raw.answer = interim + answer(202, b'{"indexing_token": "a"}')
    report = proxied(tmp_path, f"{raw.url}/2.10", GOOD)
    assert (report.findings, report.verdict) == ((), Verdict.KEPT)
    assert report.notes == ("batch audience_create was answered 202, upstream: 1",)


NAME = st.from_regex(r"[A-Za-z][A-Za-z0-9-]{0,10}", fullmatch=True).map(lambda name: f"X-{name}")
VALUE = st.from_regex(r"[!-~]([ -~]{0,20}[!-~])?", fullmatch=True)


@pytest.fixture(scope="module")
def proxy(raw: RawServer) -> Iterator[str]:
    """The address of a proxy before the raw server."""
    upstream, throw_away = Upstream(f"{raw.url}/base"), ThrowAway(["batch"])
    app = Application({"batch": load("batch")}, Ledger(), Varied(Answers.SUCCESS, 0), throw_away, upstream)
    with MockServer(middleware=lambda _: app, own_headers=False) as server:
        yield urlsplit(server.url).netloc


@given(
    headers=st.lists(st.tuples(NAME, VALUE), max_size=4),
    bodies=st.tuples(st.binary(max_size=200), st.binary(max_size=200)),
    line=st.tuples(
        st.sampled_from([200, 202, 301, 400, 401, 418, 500, 599]),
        st.sampled_from(["/audiences/create", "/else%2fwhere?a=%ff&b", "/"]),
    ),
)
def test_whatever_is_sent_and_answered_passes_unchanged(
    headers: list[tuple[str, str]], bodies: tuple[bytes, bytes], line: tuple[int, str], proxy: str, raw: RawServer
) -> None:
    (sent, came), (status, path) = bodies, line
    lines = "".join(f"{name}: {value}\r\n" for name, value in headers)
    told = f"HTTP/1.1 {status} X\r\n{lines}Connection: close, Hop\r\nHop: 1\r\nContent-Length: {len(came)}\r\n\r\n"
    raw.answer = told.encode() + came
    with closing(http.client.HTTPConnection(proxy)) as connection:
        connection.putrequest("POST", f"/batch{BASE}{path}", skip_accept_encoding=True)
        for name, value in [*headers, ("Content-Length", str(len(sent))), ("Connection", "Hop"), ("Hop", "1")]:
            connection.putheader(name, value)
        connection.endheaders(sent)
        got = connection.getresponse()
        assert (got.status, got.read()) == (status, came)
    lowered = [(name.lower(), value) for name, value in headers]
    assert [pair for pair in raw.last().headers if pair[0].startswith("x-")] == lowered
    assert "hop" not in dict(raw.last().headers)
    assert (raw.last().target, raw.last().body) == (f"/base{path}", sent)
    expected = [*lowered, ("content-length", str(len(came)))]
    assert [(name.lower(), value) for name, value in got.getheaders() if name.lower() != "connection"] == expected


def test_a_providers_own_host_is_asked_where_that_is_allowed() -> None:
    with pytest.raises(ProductionError, match=r"api\.batch\.com is batch's production host"):
        judge(["true"], providers=["batch"], upstream=documented.base_url("batch"))
    # Nothing is sent: the command sends nothing.
    ended = judge(["true"], providers=["batch"], upstream=documented.base_url("batch"), production=True)
    assert (ended.requests, ended.verdict) == (0, Verdict.INCONCLUSIVE)


@pytest.mark.parametrize(
    "url",
    [
        "",
        "example.test",
        "ftp://example.test",
        "https://u:p@example.test",
        "https://a/?b",
        "https://a?",
        "https://a/#",
        "http://a:99999",
        "http://a/b c",
        "http://a/../b",
    ],
)
def test_what_is_no_base_url_is_refused_without_showing_it(url: str) -> None:
    with pytest.raises(ValueError, match="upstream") as caught:
        Upstream(url)
    assert "u:p" not in str(caught.value)


def test_a_body_that_is_not_of_its_coding_is_not_read() -> None:
    assert readable(Response(200, (("content-encoding", "gzip"),), b"plain"), cut=False)[1]


def test_a_body_that_unpacks_to_more_than_64_mib_is_not_judged() -> None:
    packed = Response(200, (("content-encoding", "gzip"),), gzip.compress(bytes(MAX_PASSED_ON + 1)))
    assert readable(packed, cut=False) == (replace(packed, body=b""), f"it unpacks to more than {MAX_PASSED_ON} bytes")


_CHUNKED = b"HTTP/1.1 202 X\r\nTransfer-Encoding: chunked\r\n\r\n%x\r\n"
_COUNTED = b"HTTP/1.1 202 X\r\nContent-Length: %d\r\n\r\n"
_CLOSED = b"HTTP/1.1 202 X\r\n\r\n"


@pytest.mark.parametrize("head", [_CHUNKED % 2**33, *(long(head) for head in (_COUNTED % 2**33, _CLOSED))])
def test_of_an_answer_64_mib_are_read_and_the_client_sees_that_it_was_cut(head: bytes) -> None:
    endless, ledger = Endless(head), Ledger()
    with endless.listening() as url:
        app = Application(
            {"batch": load("batch")}, ledger, Varied(Answers.SUCCESS, 0), ThrowAway(["batch"]), Upstream(url)
        )
        with (
            MockServer(middleware=lambda _: app, own_headers=False) as server,
            closing(http.client.HTTPConnection(urlsplit(server.url).netloc)) as connection,
        ):
            connection.request("POST", "/batch/2.10/audiences/create", GOOD.body, dict(GOOD.headers))
            answered = connection.getresponse()
            with pytest.raises((http.client.IncompleteRead, ConnectionError)):
                connections.body(answered, 2 * MAX_PASSED_ON)
    assert endless.sent < MAX_PASSED_ON + 16 * 2**20  # what the sockets hold
    assert ledger.notes == (
        f"the body of an answer was not judged: it has more than {MAX_PASSED_ON} bytes, and was cut",
    )
    assert {finding.rule for finding in ledger.findings} <= {"response.content-type"}


@dataclass
class Endless:
    """A server that answers with `head` and then zeros, as many as anybody reads."""

    head: bytes
    sent: int = 0

    @contextmanager
    def listening(self) -> Iterator[str]:
        with socket.create_server(("127.0.0.1", 0)) as listener:
            thread = threading.Thread(target=self._serve, args=(listener,))
            thread.start()
            yield f"http://127.0.0.1:{listener.getsockname()[1]}"
            thread.join()

    def _serve(self, listener: socket.socket) -> None:
        client, _ = listener.accept()
        with client, suppress(OSError):
            client.recv(65536)
            client.sendall(self.head)
            while True:
                self.sent += client.send(bytes(2**16))


@pytest.mark.parametrize("size", [1, long(2), long(100_000)])
def test_a_body_in_chunks_of_any_size_takes_little_more_than_its_bytes(size: int, raw: RawServer) -> None:
    most = 200_000
    chunk = b"%x\r\n%b\r\n" % (size, b"a" * size)
    raw.answer = b"HTTP/1.1 202 X\r\nTransfer-Encoding: chunked\r\n\r\n" + chunk * (most // size + 2)
    with closing(connections.new(raw.url, 10, None)) as connection:
        connection.request("GET", "/")
        answered = connection.getresponse()
        tracemalloc.start()
        try:
            assert connections.body(answered, most) == (b"a" * most, True)
            assert tracemalloc.get_traced_memory()[1] < 4 * most
        finally:
            tracemalloc.stop()


@pytest.mark.parametrize("number", [signal.SIGINT, *(long(each) for each in (signal.SIGTERM, signal.SIGHUP))])
def test_an_interrupt_ends_the_command_and_the_run_is_inconclusive(number: signal.Signals) -> None:
    code = "import os, time; print(os.getpid(), flush=True); time.sleep(60)"
    command = [*COMMAND, "--", sys.executable, "-c", code]
    with processes.started(command, stdout=processes.PIPE, stderr=processes.PIPE) as ours:
        assert ours.stdout
        child = int(ours.stdout.readline())
        ours.send_signal(number)
        _, told = ours.communicate()
    assert ours.returncode == 2
    assert "not met: the command ends by itself (interrupted)" in told
    # The command got the same signal: of SIGINT, Python makes an exception.
    assert ("audience_contract" in told, told.count("KeyboardInterrupt")) == (False, number == signal.SIGINT)
    with pytest.raises(ProcessLookupError):
        os.kill(child, 0)
