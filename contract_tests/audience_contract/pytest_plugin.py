"""For pytest: a mock server, and a respx router that judges every request that passes it.

`@pytest.mark.audience_contract(...)` on a test, a class or a module (`pytestmark`) chooses:

- `provider`: the key of the one provider that is played; without it, all are;
- `respond`: a status from 400 to 599, with which every request is answered;
- `fault`: a fault of the mock server's catalogue, e.g. "batch.answer-indexing-token-missing" (`audience_mock` only);
- `strict`: nothing may be sent that the specs do not name.

pytest loads this module in every run, so nothing is imported before a fixture needs it.
"""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, NoReturn

import pytest

if TYPE_CHECKING:
    import respx

    from .mock import MockServer

_MARKER = "audience_contract"
_NAMES = ("provider", "respond", "fault", "strict")


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line(
        "markers",
        f"{_MARKER}(provider=None, respond=None, fault=None, strict=False): "
        "what the fixtures audience_mock and audience_router play",
    )


@pytest.fixture
def audience_mock(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> "Iterator[MockServer]":
    """A running mock server, with its base URLs and credentials in the environment of the test."""
    from .mock import MockServer  # noqa: PLC0415

    chosen = _choice(request)
    provider = chosen.pop("provider", None)
    with MockServer(keys=[provider] if provider else (), **chosen) as server:
        for name, value in server.environment().items():
            monkeypatch.setenv(name, value)
        yield server


@pytest.fixture
def audience_router(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> "Iterator[respx.MockRouter]":
    """A respx router in place of the providers' own hosts: no request reaches them, and each one is judged.

    Requests that keep the contract get the mock's answers, whatever credentials are in their headers; those that break
    it are refused as the provider would refuse them, and fail the test when it ends. A test may add routes for other
    hosts. Base URLs in the environment, such as BATCH_BASE_URL, are unset during the test: they would lead past the
    router.
    """
    try:
        from .routing import Judge  # noqa: PLC0415
    except ModuleNotFoundError as error:
        if error.name not in ("respx", "pytest_httpx2"):
            raise
        pytest.fail("the fixture audience_router needs respx: pip install pytest-httpx2", pytrace=False)
    chosen = _choice(request)
    if fault := chosen.pop("fault", None):
        _refuse(f"fault={fault!r}: the fixture audience_router plays no faults; audience_mock does")
    for name in () if "audience_mock" in request.fixturenames else _urls():
        monkeypatch.delenv(name, raising=False)
    judge = Judge(**chosen)
    with judge.routing() as router:
        yield router
    if judge.findings:
        pytest.fail(judge.text(), pytrace=False)


def _urls() -> Iterator[str]:
    """The environment variables that have the providers' base URLs."""
    from .mock.provider import load  # noqa: PLC0415
    from .spec import provider_keys  # noqa: PLC0415

    for key in provider_keys():
        yield from (name for name, value in load(key).environment("http://mock").items() if "http://mock" in value)


def _choice(request: pytest.FixtureRequest) -> dict[str, Any]:
    chosen: dict[str, Any] = {}
    for marker in reversed(list(request.node.iter_markers(_MARKER))):
        if marker.args or not marker.kwargs.keys() <= {*_NAMES}:
            _refuse(f"takes {', '.join(f'{name}=' for name in _NAMES)}")
        chosen |= marker.kwargs
    for said in _wrong(**chosen):
        _refuse(said)
    return chosen


def _wrong(provider: Any = None, respond: Any = None, fault: Any = None, strict: Any = False) -> Iterator[str]:
    from .faults import find  # noqa: PLC0415
    from .spec import provider_keys  # noqa: PLC0415

    if provider not in (None, *provider_keys()):
        yield f"provider={provider!r}: no provider {provider!r}; there are {', '.join(provider_keys())}"
    if respond not in (None, *range(400, 600)):
        yield f"respond={respond!r}: it is a status from 400 to 599"
    if strict not in (True, False):
        yield f"strict={strict!r}: it is True or False"
    try:
        if fault is not None:
            find(str(fault))
    except LookupError as error:
        yield f"fault={fault!r}: {error.args[0]}"


def _refuse(said: str) -> NoReturn:
    # A failure without a trace: that of an exception would show pytest's code only.
    pytest.fail(f"the marker {_MARKER}: {said}", pytrace=False)
