import gc
import os
import re
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import httpx2
import pytest
from anyio import sleep
from anyio.from_thread import BlockingPortal, start_blocking_portal
from hypothesis import HealthCheck, settings

from audience_contract.mock import MockServer
from callers import Caller, Given
from cases import KEYS, good_answer
from ims import TokenEndpoint
from raw_server import RawServer
from sink import Sink

# What a collection makes stays, so a search for what can be freed would find nothing; there is much of it.
gc.disable()

# One server and one client serve all examples of a test; what a test sees is reset by each example.
settings.register_profile(
    "suite", deadline=None, suppress_health_check=[HealthCheck.too_slow], derandomize=True, max_examples=25
)
settings.register_profile("long", settings.get_profile("suite"), max_examples=2000, derandomize=False)
settings.register_profile("few", settings.get_profile("suite"), max_examples=8)
settings.load_profile("suite")


# What colours, widens, redirects or authorizes what a test starts, in the shell of a developer or on a machine of CI.
_OTHERS = re.compile(
    rf"CI|GITHUB_.*|COLUMNS|LINES|TERMINAL_WIDTH|(NO|PY|FORCE)_COLORS?|CLICOLOR.*|.*_PROXY|({'|'.join(KEYS)})_.*",
    re.IGNORECASE,
)


@pytest.fixture(scope="session", autouse=True)
def _same_environment() -> Iterator[None]:
    """The same environment wherever the tests run, and a terminal that is wide."""
    with pytest.MonkeyPatch.context() as patch:
        for name in filter(_OTHERS.fullmatch, list(os.environ)):
            patch.delenv(name)
        patch.setenv("COLUMNS", "200")
        yield


@pytest.fixture(scope="session")
def raw() -> Iterator[RawServer]:
    with RawServer() as server:
        yield server


@pytest.fixture(autouse=True)
def _nothing_of_an_earlier_test(request: pytest.FixtureRequest) -> None:
    """The server of sockets has no answer and no request of an earlier test."""
    if "raw" in request.fixturenames:
        raw: RawServer = request.getfixturevalue("raw")
        raw.answer = b""
        raw.answers.clear()
        raw.requests.clear()


@pytest.fixture(scope="session", params=KEYS)
def key(request: pytest.FixtureRequest) -> str:
    """Each provider in turn."""
    return str(request.param)


@pytest.fixture(scope="session")
def portal() -> Iterator[BlockingPortal]:
    """An event loop in a thread."""
    with start_blocking_portal() as made:
        yield made


@pytest.fixture(params=["blocking", "async"])
def face(request: pytest.FixtureRequest, portal: BlockingPortal) -> BlockingPortal | None:
    """What a Caller needs for the one face, and for the other."""
    return portal if request.param == "async" else None


@pytest.fixture(params=["blocking", "async", "async with an asynchronous function"])
def given_as(request: pytest.FixtureRequest, portal: BlockingPortal) -> Given:
    def asynchronous(function: Callable[..., Any]) -> Callable[..., Any]:
        async def call(*arguments: object) -> Any:
            await sleep(0)
            return function(*arguments)

        return call

    face = None if request.param == "blocking" else portal
    return face, asynchronous if "function" in request.param else lambda function: function


@pytest.fixture(scope="session", params=["blocking", "async"])
def caller(request: pytest.FixtureRequest, key: str, raw: RawServer, portal: BlockingPortal) -> Iterator[Caller]:
    """A provider object in front of the raw server, blocking and async in turn."""
    made = Caller(key, raw.url, portal if request.param == "async" else None)
    yield made
    made.close()


@pytest.fixture(scope="module")
def server() -> Iterator[MockServer]:
    """A mock server, which the tests of a module share."""
    with MockServer() as made:
        yield made


@pytest.fixture(scope="module")
def client() -> Iterator[httpx2.Client]:
    """Sends no header of its own that an operation could document."""
    with httpx2.Client(timeout=60, headers={"Accept": "", "User-Agent": "test"}) as made:
        yield made


@pytest.fixture
def sink() -> Iterator[Sink]:
    """Takes files of any size for CommBox."""
    created = good_answer("commbox")
    with Sink([created.replace(b"Connection: close", b"Connection: keep-alive")], kept=4 << 20) as made:
        yield made


@pytest.fixture
def sending(sink: Sink, face: BlockingPortal | None) -> Iterator[Caller]:
    """In front of the sink."""
    made = Caller("commbox", sink.url, face)
    yield made
    made.close()


@pytest.fixture
def endpoint() -> TokenEndpoint:
    """The token endpoint of `mock`."""
    return TokenEndpoint()


@pytest.fixture
def mock(endpoint: TokenEndpoint) -> Iterator[MockServer]:
    with MockServer(strict=True, middleware=endpoint.around) as server:
        yield server


@pytest.fixture(scope="session")
def updatable(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small project that can be updated; not to be changed."""
    # Without the pipeline, which is not there where the wheel is tested.
    import updating  # noqa: PLC0415

    return updating.made(tmp_path_factory.mktemp("updatable") / "project")


@pytest.fixture
def project(updatable: Path, tmp_path: Path) -> Path:
    """A copy of it, in git."""
    import updating  # noqa: PLC0415

    return updating.copied(updatable, tmp_path / "project")


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Of a test with several parameters the suite runs each value of each, not each with each: those are `long`."""
    tests: defaultdict[str, list[pytest.Function]] = defaultdict(list)
    for item in items:
        if isinstance(item, pytest.Function) and hasattr(item, "callspec") and not item.get_closest_marker("long"):
            tests[item.nodeid.partition("[")[0]].append(item)
    for test in tests.values():
        marks = [mark.args[0] for mark in test[0].iter_markers("parametrize")]
        # Names to which one mark gives values are one parameter.
        together = {name: names for names in marks for name in ([names] if isinstance(names, str) else names)}
        tried, left = set[object](), [(item, _values(item.callspec.params, together)) for item in test]
        while left:
            chosen = max(left, key=lambda one: len(one[1] - tried))
            left.remove(chosen)
            if chosen[1] <= tried:
                chosen[0].add_marker("long")
            tried |= chosen[1]


def _values(params: Mapping[str, object], together: Mapping[str, object]) -> set[object]:
    found: defaultdict[object, list[int]] = defaultdict(list)
    for name, value in params.items():
        found[together.get(name, name)].append(id(value))
    return {(name, *values) for name, values in found.items()}


def pytest_collection_finish() -> None:
    """Leave all that was collected out of each search for what can be freed."""
    gc.freeze()
    gc.set_threshold(20_000)
    gc.enable()


def pytest_make_parametrize_id(val: object) -> str | None:
    """An id that is short, and the same in every process."""
    return "a file" if isinstance(val, bytes) and (len(val) > 100 or not val.isascii()) else None
