"""One provider object for threads, event loops and processes."""

import asyncio
import gc
import json
import os
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import anyio
import pytest
from starlette.types import ASGIApp, Receive, Scope, Send

import processes
from audience_contract.mock import MockServer
from audiences import Outcome, Receipt, aio
from audiences._lock import Lock
from callers import make
from cases import KEYS, case
from forking import FORKS
from ims import CLIENT, adobe
from long import long
from some_providers import ANEW, MADE

HERE = Path(__file__).parent
THREADS = 24


def _child_does(act: Callable[[], object]) -> bool:
    """Whether the child of a fork gets through with something; one that waits for more than 20 seconds does not."""
    child = os.fork()
    if child == 0:
        # The handler that is there belongs to the parent's time-out.
        signal.signal(signal.SIGALRM, signal.SIG_DFL)
        signal.alarm(20)
        try:
            act()
            os._exit(0)
        finally:
            os._exit(1)
    return os.waitpid(child, 0)[1] == 0


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


def provider(key: str, face: Any = None, **options: Any) -> Any:
    """With what the mock server wants."""
    return type(make(key, *([face] if face else [])))(**options)


def handle(result: Receipt) -> str:
    return str(result.id or result.operation_token)


@ANEW
def test_threads_that_share_an_object_get_each_its_own_receipt(key: str, server: MockServer) -> None:
    receipts: dict[str, Receipt] = {}

    def one(name: str) -> None:
        for number in range(3):
            receipts[f"{name}x{number}"] = shared.create(case(key).good(name=f"{name}x{number}"))

    with provider(key) as shared:
        threads = [threading.Thread(target=one, args=(f"T{number}",)) for number in range(THREADS)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    made = {record.name: record.id or record.token for record in server.audiences}
    assert {name: handle(receipt) for name, receipt in receipts.items()} == made
    assert len(made) == 3 * THREADS


@ANEW
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


@pytest.mark.parametrize("key", [MADE[0], *map(long, MADE[1:])])
def test_connections_stay_usable_when_the_object_is_closed_in_another_event_loop(key: str, server: MockServer) -> None:
    shared = provider(key, aio)

    async def call() -> None:
        await shared.create(case(key).good())
        # Another loop, while this one goes on.
        await anyio.to_thread.run_sync(lambda: asyncio.run(shared.close()))
        await shared.create(case(key).good())
        await shared.close()

    asyncio.run(call())
    gc.collect(1)
    assert len(server.audiences) == 2


@pytest.mark.parametrize("key", [KEYS[0], *map(long, KEYS[1:])])
def test_event_loops_of_two_threads_use_an_object_at_the_same_time(key: str, server: MockServer) -> None:
    shared = provider(key, aio)
    together = threading.Barrier(2)
    results: list[object] = []

    async def call() -> None:
        for _ in range(20):
            await anyio.to_thread.run_sync(together.wait)
            results.append(await shared.create(case(key).good()))
        await shared.close()

    threads = [threading.Thread(target=asyncio.run, args=(call(),)) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    gc.collect(1)  # connections that were left open would be warned of now
    assert [type(result) for result in results] == [Receipt] * 40
    assert len(server.audiences) == 40


LOOP_AFTER_LOOP = """
import asyncio, gc
from callers import make
from audiences import aio
from cases import case
shared = type(make("batch", aio))(reuse_connections=True)
for _ in range(8):
    asyncio.run(shared.create(case("batch").good()))
gc.collect()
print(sum(isinstance(each, asyncio.BaseEventLoop) for each in gc.get_objects()))
"""


def test_what_event_loops_leave_behind_is_forgotten(server: MockServer) -> None:
    done = processes.run(
        [sys.executable, "-c", LOOP_AFTER_LOOP], cwd=HERE, env={**os.environ, **server.environment()}, check=True
    )
    assert int(done.stdout) <= 2


FORKING = pytest.mark.filterwarnings("ignore:.*multi-threaded:DeprecationWarning")  # Python 3.12 on


@FORKING
def test_a_lock_that_is_held_during_a_fork_is_free_in_the_child() -> None:
    lock, held, go_on = Lock(), threading.Event(), threading.Event()

    def hold() -> None:
        with lock.held:
            held.set()
            go_on.wait(60)

    thread = threading.Thread(target=hold)  # another one, because the thread that forks may take its own lock again
    thread.start()
    assert held.wait(60)

    def take() -> None:
        with lock.held:
            pass

    is_taken = _child_does(take)
    go_on.set()
    thread.join()
    assert is_taken


@FORKING
def test_connections_stay_with_their_process(clients: Clients) -> None:
    clients.ports.clear()
    with provider("batch", reuse_connections=True) as shared:
        shared.create(case("batch").good())
        assert _child_does(lambda: shared.create(case("batch").good()))
        shared.create(case("batch").good())
    parent, other, again = clients.ports
    assert parent == again != other


@pytest.mark.parametrize("face", ["async", long("blocking")])
def test_parent_and_children_of_a_fork_go_on_whatever_threads_did_meanwhile(server: MockServer, face: str) -> None:
    done = processes.run([sys.executable, "-m", "forking", face], cwd=HERE, env={**os.environ, **server.environment()})
    said = dict(json.loads(line) for line in done.stdout.splitlines())
    wanted = [f"child-{number}" for number in range(FORKS)]
    wanted += [f"{who}-{number}" for who in ("process", "parent") for number in range(len(KEYS))]
    assert {who: said.get(who) for who in wanted} == dict.fromkeys(wanted, Outcome.APPLIED)
    assert set(said.values()) == {Outcome.APPLIED}
    assert {record.name for record in server.audiences} == said.keys()


@FORKING
def test_a_child_of_a_fork_does_not_wait_for_a_token_that_a_thread_of_its_parent_asks_for(server: MockServer) -> None:
    asked, go_on, parent = threading.Event(), threading.Event(), os.getpid()

    def secret() -> str:
        if os.getpid() == parent:
            asked.set()
            go_on.wait(60)
        return str(CLIENT["client_secret"])

    with adobe(server, client_secret=secret) as shared:
        thread = threading.Thread(target=shared.create, args=[case("adobe").good()])
        thread.start()
        assert asked.wait(60)
        is_created = _child_does(lambda: shared.create(case("adobe").good()))
        go_on.set()
        thread.join()
    assert is_created
