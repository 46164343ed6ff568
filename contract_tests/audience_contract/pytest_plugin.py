"""For pytest: a mock server, and a respx router that judges every request that passes it.

`@pytest.mark.audience_contract(...)` on a test, a class or a module (`pytestmark`) chooses:

- `provider`: the key of the one provider that is played; without it, all are;
- `respond`: a status from 400 to 599, with which every request is answered;
- `fault`: a fault of the mock server's catalogue, e.g. "batch.answer-indexing-token-missing" (`audience_mock` only);
- `strict`: nothing may be sent that the specs do not name.

pytest loads this module in every run, so nothing is imported before a fixture needs it.
"""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, NamedTuple, NoReturn

import pytest

if TYPE_CHECKING:
    import respx

    from .mock import MockServer

_MARKER = "audience_contract"


class _Choice(NamedTuple):
    provider: str | None = None
    respond: int | None = None
    fault: str | None = None
    strict: bool = False


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
    keys = [chosen.provider] if chosen.provider else ()
    with MockServer(strict=chosen.strict, fault=chosen.fault, respond=chosen.respond, keys=keys) as server:
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
    if chosen.fault:
        _refuse(f"fault={chosen.fault!r}: the fixture audience_router plays no faults; audience_mock does")
    for name in () if "audience_mock" in request.fixturenames else _urls():
        monkeypatch.delenv(name, raising=False)
    judge = Judge(chosen.provider, respond=chosen.respond, strict=chosen.strict)
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


def _choice(request: pytest.FixtureRequest) -> _Choice:
    wanted: dict[str, Any] = {}
    for marker in reversed(list(request.node.iter_markers(_MARKER))):
        if marker.args or not marker.kwargs.keys() <= set(_Choice._fields):
            _refuse(f"takes {', '.join(f'{name}=' for name in _Choice._fields)}")
        wanted |= marker.kwargs
    chosen = _Choice(**wanted)
    for said in _wrong(chosen):
        _refuse(said)
    return chosen


def _wrong(chosen: _Choice) -> Iterator[str]:
    from .faults import find  # noqa: PLC0415
    from .spec import provider_keys  # noqa: PLC0415

    if chosen.provider is not None and chosen.provider not in provider_keys():
        yield f"provider={chosen.provider!r}: no provider {chosen.provider!r}; there are {', '.join(provider_keys())}"
    if chosen.respond is not None and (type(chosen.respond) is not int or not 400 <= chosen.respond <= 599):
        yield f"respond={chosen.respond!r}: it is a status from 400 to 599"
    if not isinstance(chosen.strict, bool):
        yield f"strict={chosen.strict!r}: it is True or False"
    try:
        if chosen.fault is not None:
            find(str(chosen.fault))
    except LookupError as error:
        yield f"fault={chosen.fault!r}: {error.args[0]}"


def _refuse(said: str) -> NoReturn:
    # A failure without a trace: that of an exception would show pytest's code only.
    pytest.fail(f"the marker {_MARKER}: {said}", pytrace=False)
