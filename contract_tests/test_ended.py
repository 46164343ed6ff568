"""What ends a call from outside: `close()`, wherever the call is, and what a signal handler raises."""

import io
import os
import signal
import socket
import sys
import threading
import time
from contextlib import suppress
from pathlib import Path
from typing import Any

import anyio
import pytest

import processes
from audiences import (
    Audience,
    AudiencesError,
    NotSentError,
    Outcome,
    PhoneFile,
    RateLimitedError,
    RetryPolicy,
    aio,
)
from callers import make
from cases import case, good_answer
from faults import certificates
from raw_server import RawServer, http
from test_transport import resolving

HERE = Path(__file__).parent
ONCE = RetryPolicy(attempts=1)
LIMITED = http(429, b"{}", Retry_After="20")


class Handshakes:
    """Accepts, waits for `go`, and then goes on with TLS, and answers as the provider would."""

    def __init__(self) -> None:
        self.accepted, self.go, self.requests = threading.Event(), threading.Event(), 0
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"https://127.0.0.1:{self._listener.getsockname()[1]}"
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self) -> None:
        with suppress(OSError):
            while True:
                connection, _ = self._listener.accept()
                threading.Thread(target=self._talk, args=[connection], daemon=True).start()

    def _talk(self, connection: socket.socket) -> None:
        self.accepted.set()
        with connection, suppress(OSError):
            self.go.wait(100)
            with certificates.good().wrap_socket(connection, server_side=True) as secure:
                self.requests += bool(secure.recv(4096))
                secure.sendall(good_answer("batch"))

    def close(self) -> None:
        self.go.set()
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()


def closed_meanwhile(options: dict[str, Any], ready: Any, asynchronous: str | None) -> AudiencesError:
    """What becomes of a create whose provider object is closed once `ready()` is true; it has 100 s."""
    results: list[AudiencesError] = []
    draft = case("batch").good()
    if asynchronous is None:
        batch = make("batch", **options)

        def create() -> None:
            with pytest.raises(AudiencesError) as caught:
                batch.create(draft, timeout=100)
            results.append(caught.value)

        thread = threading.Thread(target=create)
        thread.start()
        while thread.is_alive() and not ready():
            time.sleep(0.01)
        batch.close()
        thread.join(60)
    else:

        async def main() -> None:
            batch = make("batch", aio, **options)

            async def create() -> None:
                with pytest.raises(AudiencesError) as caught:
                    await batch.create(draft, timeout=100)
                results.append(caught.value)

            with anyio.fail_after(60):
                async with anyio.create_task_group() as group:
                    group.start_soon(create)
                    while not ready():
                        await anyio.sleep(0.01)
                    await batch.close()

        anyio.run(main, backend=asynchronous)
    (error,) = results
    return error


SIDES = pytest.mark.parametrize("side", [None, "asyncio", "trio"], ids=["blocking", "asyncio", "trio"])


@SIDES
def test_a_call_in_its_handshake_is_ended_and_not_made_again(side: str | None) -> None:
    server = Handshakes()
    options = {"base_url": server.url, "verify": certificates.trust()}
    error = closed_meanwhile(options, server.accepted.is_set, side)
    server.close()
    assert isinstance(error, NotSentError)
    assert server.requests == 0


@SIDES
def test_a_call_whose_host_is_being_resolved_is_ended(side: str | None, monkeypatch: pytest.MonkeyPatch) -> None:
    asked, over = threading.Event(), threading.Event()

    def answer() -> list[Any]:
        asked.set()
        over.wait(20)
        return []

    resolving(monkeypatch, answer)
    error = closed_meanwhile({"base_url": "https://provider.test"}, asked.is_set, side)
    over.set()
    assert isinstance(error, NotSentError)
    assert "Timeout" not in str(error)


@SIDES
def test_a_call_that_waits_to_be_repeated_is_ended_with_its_refusal(side: str | None) -> None:
    answered = threading.Event()
    with RawServer(answer=LIMITED) as server:
        options = {"base_url": server.url, "on_response": lambda *_: answered.set()}
        error = closed_meanwhile(options, answered.is_set, side)
        assert isinstance(error, RateLimitedError)
        assert error.outcome is Outcome.REJECTED
        assert len(server.requests) == 1


class LateError(Exception):
    """As job runners raise from a signal handler; no BaseException."""


def test_what_a_signal_handler_raises_goes_on_and_the_call_is_not_made_again() -> None:
    def handle(*_: object) -> None:
        raise LateError

    server = Handshakes()
    before = signal.signal(signal.SIGALRM, handle)
    try:
        with make("batch", base_url=server.url, verify=certificates.trust()) as batch:
            signal.setitimer(signal.ITIMER_REAL, 0.2)
            with pytest.raises(LateError) as caught:
                batch.create(case("batch").good(), timeout=100)
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
        server.close()
    assert isinstance(caught.value.__cause__, NotSentError)
    assert server.requests == 0


class Closing(io.BytesIO):
    """A file that closes the provider object when it is opened to be sent."""

    shop: Any = None

    def seek(self, offset: int, whence: int = os.SEEK_SET, /) -> int:
        if self.shop:
            self.shop.close()
        return super().seek(offset, whence)


def test_a_call_that_is_ended_while_its_file_is_opened_is_not_sent() -> None:
    with RawServer(answer=good_answer("commbox")) as server:
        file = Closing(b"phone1\r\n442079832100\r\n")
        shop: Any = make("commbox", base_url=server.url, on_request=lambda _: setattr(file, "shop", shop))
        with pytest.raises(NotSentError):
            shop.create(Audience(name="VIP", members=PhoneFile(file, "x.csv")))
        assert server.requests == []


class Unreadable(io.BytesIO):
    """A file that breaks once it is to be sent."""

    broken = False

    def break_now(self, _: object) -> None:
        self.broken = True

    def read(self, size: int | None = -1, /) -> bytes:
        if self.broken:
            raise OSError
        return super().read(size)


@SIDES
def test_the_head_of_a_request_waits_for_the_first_of_its_body(side: str | None) -> None:
    """So nothing has left where there is none, and both come in one piece."""
    file = Unreadable(b"phone1\r\n1\r\n")

    async def create(key: str, draft: Audience) -> object:
        async with make(key, aio, base_url=url, create_policy=ONCE, on_request=file.break_now) as provider:
            return await provider.create(draft)

    def called(key: str, draft: Audience) -> object:
        try:
            if side:
                return anyio.run(create, key, draft, backend=side)
            with make(key, base_url=url, create_policy=ONCE, on_request=file.break_now) as provider:
                return provider.create(draft)
        except AudiencesError as error:
            return error

    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.settimeout(20)
        url = f"http://127.0.0.1:{listener.getsockname()[1]}"
        members = PhoneFile(file, "x.csv", checked=False)
        assert isinstance(called("commbox", Audience(name="VIP", members=members)), NotSentError)
        accepted, _ = listener.accept()
        with accepted:
            assert accepted.recv(99) == b""
        came = list[bytes]()

        def serve() -> None:
            accepted, _ = listener.accept()
            with accepted:
                came.append(accepted.recv(65536))

        server = threading.Thread(target=serve)
        server.start()
        assert isinstance(called("batch", case("batch").good()), AudiencesError)
        server.join(5)
        assert came[0].startswith(b"POST ")
        assert came[0].endswith(b"}")


_INTERRUPTED = """
import signal, sys
class Interrupting:
    def find_spec(self, name, *_):
        if name == "typer":
            signal.raise_signal(signal.SIGINT)
sys.meta_path.insert(0, Interrupting())
from {package}._cli import main
main()
"""


@pytest.mark.parametrize("package", ["audiences", "audience_contract"])
def test_a_command_that_is_interrupted_while_it_imports_ends_with_130_and_says_nothing(package: str) -> None:
    ended = processes.run([sys.executable, "-c", _INTERRUPTED.format(package=package)])
    assert (ended.returncode, ended.stdout, ended.stderr) == (130, "", "")


def test_a_command_that_is_interrupted_before_anything_was_sent_ends_with_130() -> None:
    """The server never answers the connection's handshake, so nothing leaves."""
    server = Handshakes()
    environment = {"COMMBOX_API_KEY": "key-4711", "COMMBOX_BASE_URL": server.url}
    command = [sys.executable, "-m", "audiences", "create", "VIP", "-p", "commbox", "--file"]
    command += [str(HERE.parent / "examples" / "customers.csv")]
    with processes.started(command, env={**os.environ, **environment}, stderr=processes.PIPE) as child:
        assert server.accepted.wait(20)
        child.send_signal(signal.SIGINT)
        said = child.communicate()[1]
    server.close()
    assert (child.returncode, "outcome: not_sent" in said) == (130, True)
    assert server.requests == 0
