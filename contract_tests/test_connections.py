"""Each call that changes something has a connection of its own; `close()` ends those in flight."""

import select
import signal
import socket
import ssl
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, suppress
from functools import partial
from pathlib import Path
from typing import Any

import anyio
import pytest
import respx
from anyio.from_thread import BlockingPortal

import processes
from audiences import (
    Audience,
    AudiencesError,
    ConfigurationError,
    Outcome,
    PhoneFile,
    Receipt,
    RetryPolicy,
    Timeouts,
    UnknownTimeoutError,
    aio,
)
from audiences._json import dumps
from callers import Caller, created, make
from cases import case, good_answer
from faults import certificates
from long import long
from raw_server import RawServer, _read, http

HERE = Path(__file__).parent
ANSWER = good_answer("batch").replace(b"Connection: close\r\n", b"")
REFUSAL = http(400, b"{}").replace(b"Connection: close\r\n", b"")


class KeepAlive:
    """Answers each request on a connection, TLS or not, with `answer`, and keeps the connection open."""

    def __init__(self, answer: bytes, *, tls: bool = False, asks_later: bool = False) -> None:
        self.answer, self.connections, self.requests = answer, 0, list[bytes]()
        self.came = threading.Semaphore(0)
        self.asked = threading.Semaphore(0)
        self._context = (certificates.asking_later() if asks_later else certificates.good()) if tls else None
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=100)
        self.port = self._listener.getsockname()[1]
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self) -> None:
        while True:
            try:
                accepted, _ = self._listener.accept()
            except OSError:
                return
            self.connections += 1
            threading.Thread(target=self._talk, args=[accepted], daemon=True).start()

    def _talk(self, accepted: socket.socket) -> None:
        asked = False
        try:
            with self._context.wrap_socket(accepted, server_side=True) if self._context else accepted as wire:
                while True:
                    self.requests.append(_read(wire))
                    self.came.release()
                    wire.sendall(self.answer)
                    if isinstance(wire, ssl.SSLSocket) and wire.context.post_handshake_auth and not asked:
                        asked = True  # once: OpenSSL asks no second time before it has read the client's reply
                        wire.verify_client_post_handshake()
                        wire.do_handshake()
                        self.asked.release()
        except OSError:
            pass

    def close(self) -> None:
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()


@pytest.fixture
def stack() -> Iterator[ExitStack]:
    with ExitStack() as made:
        yield made


def batch(face: BlockingPortal | None, server: KeepAlive, *, tls: bool = False, **options: Any) -> Caller:
    if tls:
        options.setdefault("verify", certificates.trust())
    host = f"https://127.0.0.1:{server.port}" if tls else f"http://127.0.0.1:{server.port}"
    return Caller("batch", host, face, create_policy=RetryPolicy(attempts=1), **options)


@pytest.mark.parametrize("tls", [False, True], ids=["plain", "tls"])
@pytest.mark.parametrize(
    "stray",
    [REFUSAL + ANSWER, REFUSAL.replace(b"HTTP/1.1", b"HTTP/1.0") + ANSWER, REFUSAL.replace(b"\r\n", b"\n") + ANSWER],
    ids=["two answers", "an older version", "bare line feeds"],
)
def test_a_second_answer_is_never_the_next_calls(
    stack: ExitStack, face: BlockingPortal | None, stray: bytes, *, tls: bool
) -> None:
    server = KeepAlive(stray, tls=tls)
    stack.callback(server.close)
    caller = batch(face, server, tls=tls)
    for _ in range(3):
        assert caller.create(case("batch").good()).outcome is Outcome.REJECTED
    caller.close()
    assert server.connections == 3
    assert all(b"\r\nConnection: close\r\n" in request for request in server.requests)


def test_a_call_that_changes_something_does_not_go_over_a_connection_that_a_read_left(
    stack: ExitStack, face: BlockingPortal | None
) -> None:
    both = dumps({**case("batch").BODY, "nb_ids": 0})
    server = KeepAlive(good_answer("batch", both).replace(b"Connection: close\r\n", b""))
    stack.callback(server.close)
    caller = batch(face, server)
    read = partial(caller.provider.get, "VIP")
    face.call(read) if face else read()
    assert isinstance(caller.create(case("batch").good()), Receipt)
    caller.close()
    assert server.connections == 2


@pytest.mark.parametrize("tls", [False, True], ids=["plain", "tls"])
@pytest.mark.parametrize(("answer", "again"), [(ANSWER, True), (ANSWER + REFUSAL, False)], ids=["one", "two"])
def test_connections_are_used_again_where_the_caller_wants_it_but_none_with_more_than_one_answer(
    stack: ExitStack, face: BlockingPortal | None, answer: bytes, *, again: bool, tls: bool
) -> None:
    server = KeepAlive(answer, tls=tls)
    stack.callback(server.close)
    caller = batch(face, server, tls=tls, reuse_connections=True)
    for _ in range(3):
        assert isinstance(caller.create(case("batch").good()), Receipt)
    caller.close()
    assert (server.connections < 3) is again  # an idle one is kept for a second, which may pass on a busy machine
    assert not any(b"\r\nConnection: close\r\n" in request for request in server.requests)


@pytest.mark.parametrize("tls", [False, True], ids=["plain", "tls"])
def test_close_ends_all_calls_in_flight_at_once_and_touches_no_other_socket(stack: ExitStack, *, tls: bool) -> None:
    server, count = KeepAlive(b"", tls=tls), 20
    stack.callback(server.close)
    caller, results = batch(None, server, tls=tls), list[Any]()
    threads = [
        threading.Thread(target=lambda: results.append(caller.create(case("batch").good()))) for _ in range(count)
    ]
    for thread in threads:
        thread.start()
    for _ in range(count):
        assert server.came.acquire(timeout=60)
    others = list[tuple[socket.socket, socket.socket]]()
    begun = time.monotonic()
    caller.close()
    for thread in threads:
        thread.join(10)
        # It takes the number that was let go.
        others.append(tuple(stack.enter_context(each) for each in socket.socketpair()))  # type: ignore[arg-type]
    assert time.monotonic() - begun < 20
    assert [result.outcome for result in results] == [Outcome.UNKNOWN] * count
    for one, other in others:
        assert select.select([one, other], [], [], 0)[0] == []
        one.sendall(b"x")
        assert other.recv(9) == b"x"


@pytest.mark.parametrize("tls", [False, True], ids=["plain", "tls"])
def test_an_answer_that_close_cuts_short_is_not_taken_for_a_whole_one(stack: ExitStack, *, tls: bool) -> None:
    """Where it has no length, the end of the connection is its end, unless we made that."""
    server = KeepAlive(b"HTTP/1.1 202 X\r\n\r\n" + dumps(case("batch").BODY), tls=tls)
    stack.callback(server.close)
    caller, results = batch(None, server, tls=tls), list[Any]()
    thread = threading.Thread(target=lambda: results.append(caller.create(case("batch").good())))
    thread.start()
    assert server.came.acquire(timeout=60)
    time.sleep(0.2)  # until it waits for more
    caller.close()
    thread.join(10)
    assert isinstance(results[0], AudiencesError)


def test_what_tls_says_for_itself_later_is_no_answer_and_the_connection_is_used_again(
    stack: ExitStack, face: BlockingPortal | None
) -> None:
    """Here the server asks for a certificate after its first answer; others send tickets for later sessions."""
    server = KeepAlive(ANSWER, tls=True, asks_later=True)
    stack.callback(server.close)
    verify = certificates.trusting()
    verify.post_handshake_auth = True
    caller = batch(face, server, tls=True, reuse_connections=True, verify=verify)
    assert isinstance(caller.create(case("batch").good()), Receipt)
    assert server.asked.acquire(timeout=60)
    for _ in range(2):
        assert isinstance(caller.create(case("batch").good()), Receipt)
    caller.close()
    assert server.connections < 3


@pytest.mark.parametrize("tls", [False, True], ids=["plain", "tls"])
def test_a_server_that_reads_no_more_and_says_nothing_is_waited_for_by_the_write_timeout(
    face: BlockingPortal | None, *, tls: bool
) -> None:
    """With TLS, tickets for later sessions have come, which are no answer."""
    left = threading.Event()

    def serve() -> None:
        accepted, _ = listener.accept()
        with accepted, certificates.good().wrap_socket(accepted, server_side=True) if tls else accepted as wire:
            wire.recv(1)
            left.wait(20)

    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=serve)
        thread.start()
        url = f"{'https' if tls else 'http'}://127.0.0.1:{listener.getsockname()[1]}"
        draft = Audience(name="VIP", members=PhoneFile(b"phone1\r\n" + b"1" * 2**24, "x.csv", checked=False))
        options: dict[str, Any] = {"verify": certificates.trust(), "timeout": Timeouts(write=0.2, read=20)}
        error = created("commbox", url, face, draft, create_policy=RetryPolicy(attempts=1), **options)
        left.set()
        thread.join()
    assert "WriteTimeout (the write timeout is 0.2 s)" in str(error)


def test_a_server_that_never_comes_to_its_answer_is_left_when_the_total_time_is_over(
    face: BlockingPortal | None,
) -> None:
    """It is never waited for: there is always more to read."""

    def serve() -> None:
        accepted, _ = listener.accept()
        with accepted, suppress(OSError):
            _read(accepted)
            while True:
                accepted.sendall(b"HTTP/1.1 100 Continue\r\n\r\n" * 1000)

    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=serve)
        thread.start()
        url = f"http://127.0.0.1:{listener.getsockname()[1]}"
        options: dict[str, Any] = {"timeout": Timeouts(total=0.5), "max_response_bytes": 2**40}
        error = created("batch", url, face, create_policy=RetryPolicy(attempts=1), **options)
        thread.join()
    assert isinstance(error, UnknownTimeoutError)
    assert "the total timeout is 0.5 s" in str(error)


def test_close_ends_asynchronous_calls_in_flight_of_its_event_loop(stack: ExitStack) -> None:
    server, count = KeepAlive(b""), 10
    stack.callback(server.close)
    outcomes = list[Outcome | None]()

    async def call() -> None:
        provider = make("batch", aio, base_url=f"http://127.0.0.1:{server.port}")

        async def create() -> None:
            try:
                await provider.create(case("batch").good())
            except AudiencesError as error:
                outcomes.append(error.outcome)

        async with anyio.create_task_group() as group:
            for _ in range(count):
                group.start_soon(create)
            for _ in range(count):
                assert await anyio.to_thread.run_sync(server.came.acquire, True, 10)
            await provider.close()

    anyio.run(call)
    assert outcomes == [Outcome.UNKNOWN] * count


STOPPED = """
import sys, anyio, audiences
from audiences import aio
from callers import make
from cases import case
blocking, url = sys.argv[1] == "blocking", sys.argv[2]
provider = make("batch", audiences if blocking else aio, base_url=url)
draft = case("batch").good()
receipt = provider.create(draft, timeout=3) if blocking else anyio.run(lambda: provider.create(draft, timeout=3))
print(receipt.operation_token)
"""


@pytest.mark.parametrize("face", ["async", long("blocking")])
def test_an_answer_that_came_while_the_process_was_stopped_is_read(face: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.settimeout(30)
        url = f"http://127.0.0.1:{listener.getsockname()[1]}"
        command = [sys.executable, "-c", STOPPED, face, url]
        with processes.started(command, cwd=HERE, stdout=processes.PIPE, seconds=60) as child:
            accepted, _ = listener.accept()
            with accepted:
                _read(accepted)
                child.send_signal(signal.SIGSTOP)
                accepted.sendall(ANSWER)
                time.sleep(3.2)  # longer than the call's total time
                child.send_signal(signal.SIGCONT)
                assert child.communicate()[0].strip() == case("batch").BODY["indexing_token"]


@pytest.mark.parametrize("using", [None, "httpx", "httpcore"])
def test_a_router_for_another_library_lets_nothing_through(
    raw: RawServer, face: BlockingPortal | None, using: str | None
) -> None:
    raw.requests.clear()
    caller = Caller("batch", raw.url, face)
    with respx.mock(using=using) if using else respx.mock():
        error = caller.create(case("batch").good())
    assert isinstance(error, ConfigurationError)
    assert 'respx.mock(using="httpcore2")' in str(error)
    assert "pytest-httpx2" in str(error)
    raw.answer = good_answer("batch")
    assert isinstance(caller.create(case("batch").good()), Receipt)
    caller.close()
    assert len(raw.requests) == 1


# At every line of the first kind of call here, of all of them in the long run.
@pytest.mark.parametrize(("count", "calls"), [(40, ["1"]), long(500, [])])
def test_interrupts_leave_a_provider_object_that_works(count: int, calls: list[str]) -> None:
    done = processes.run([sys.executable, "-m", "interrupting", str(count), "1", *calls], cwd=HERE)
    assert done.returncode == 0, done.stdout + done.stderr
    assert f"{count} interrupts, 0 faults" in done.stdout
    assert "plain, get: interrupted at " in done.stdout
