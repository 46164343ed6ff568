"""One provider object for threads, event loops and processes."""

import json
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import anyio
import pytest
from starlette.types import ASGIApp, Receive, Scope, Send

from audience_contract.mock import MockServer
from audiences import Outcome, Receipt, aio
from audiences._lock import Lock
from callers import make
from cases import KEYS, case
from forking import FORKS

HERE = Path(__file__).parent
THREADS = 24


class Clients:
    """Middleware: which connection carried what."""

    def __init__(self) -> None:
        self.ports: list[int] = []

    def around(self, app: ASGIApp) -> ASGIApp:
        async def play(scope: Scope, receive: Receive, send: Send) -> None:
            self.ports.append(scope["client"][1])
            await app(scope, receive, send)

        return play


@pytest.fixture(scope="module")
def clients() -> Clients:
    return Clients()


@pytest.fixture(scope="module")
def server(clients: Clients) -> Iterator[MockServer]:
    with MockServer(middleware=clients.around) as found:
        yield found


@pytest.fixture(autouse=True)
def _environment(server: MockServer, monkeypatch: pytest.MonkeyPatch) -> None:
    server.clear()
    for name, value in server.environment().items():
        monkeypatch.setenv(name, value)


def provider(key: str, face: Any = None) -> Any:
    """With what the mock server wants."""
    return type(make(key, *([face] if face else [])))()


def handle(result: Receipt) -> str:
    return str(result.id or result.operation_token)


def test_threads_that_share_an_object_get_each_its_own_receipt(key: str, server: MockServer) -> None:
    receipts: dict[str, Receipt] = {}

    def one(name: str) -> None:
        for number in range(3):
            receipts[f"{name}_{number}"] = shared.create(case(key).good(name=f"{name}_{number}"))

    with provider(key) as shared:
        threads = [threading.Thread(target=one, args=(f"T{number}",)) for number in range(THREADS)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    made = {record.name: record.id or record.token for record in server.audiences}
    assert {name: handle(receipt) for name, receipt in receipts.items()} == made
    assert len(made) == 3 * THREADS


@pytest.mark.parametrize("backend", ["asyncio", "trio"])
def test_one_event_loop_after_the_other_uses_an_object(key: str, server: MockServer, backend: str) -> None:
    shared = provider(key, aio)

    async def call() -> None:
        for _ in range(2):
            assert isinstance(await shared.create(case(key).good()), Receipt)
        await shared.close()

    for _ in range(3):
        anyio.run(call, backend=backend)
    assert len(server.audiences) == 6


FORKING = pytest.mark.filterwarnings("ignore:.*multi-threaded:DeprecationWarning")  # Python 3.12 on


@FORKING
def test_a_lock_that_is_held_during_a_fork_is_free_in_the_child() -> None:
    lock = Lock()
    with lock:
        child = os.fork()
        if child == 0:
            os._exit(0 if lock.take() else 1)
    assert os.waitpid(child, 0)[1] == 0


@FORKING
def test_connections_stay_with_their_process(clients: Clients) -> None:
    clients.ports.clear()
    with provider("batch") as shared:
        shared.create(case("batch").good())
        child = os.fork()
        if child == 0:
            try:
                shared.create(case("batch").good())
            finally:
                os._exit(0)
        os.waitpid(child, 0)
        shared.create(case("batch").good())
    parent, other, again = clients.ports
    assert parent == again != other


@pytest.mark.parametrize("face", ["blocking", "async"])
def test_parent_and_children_of_a_fork_go_on_whatever_threads_did_meanwhile(server: MockServer, face: str) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "forking", face],
        cwd=HERE, env={**os.environ, **server.environment()}, capture_output=True, text=True, check=False, timeout=60,
    )  # fmt: skip
    said = dict(json.loads(line) for line in done.stdout.splitlines())
    wanted = [f"child-{number}" for number in range(FORKS)]
    wanted += [f"{who}-{number}" for who in ("process", "parent") for number in range(len(KEYS))]
    assert {who: said.get(who) for who in wanted} == dict.fromkeys(wanted, Outcome.APPLIED)
    assert set(said.values()) == {Outcome.APPLIED}
    assert {record.name for record in server.audiences} == said.keys()
