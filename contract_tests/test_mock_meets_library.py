"""Library and mock server, which know nothing of each other, over real HTTP."""

from collections.abc import Iterator
from functools import partial
from typing import Any

import pytest
from anyio.from_thread import BlockingPortal

import audiences
from audience_contract.mock import MockServer, Settings
from audiences import AudiencesError, NotFoundError, Outcome, Receipt, RecordState, Reference, Support, aio
from callers import make
from cases import KEYS, case
from some_providers import ANEW
from wire import operation_of


@pytest.fixture(scope="module")
def server() -> Iterator[MockServer]:
    with MockServer(strict=True) as server:
        yield server


def environment(server: MockServer, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in server.environment().items():
        monkeypatch.setenv(name, value)


@ANEW
@pytest.mark.wheel
def test_what_the_library_creates_the_mock_server_has(
    key: str, server: MockServer, portal: BlockingPortal, monkeypatch: pytest.MonkeyPatch
) -> None:
    environment(server, monkeypatch)
    server.clear()
    with type(make(key))() as provider:
        receipt = provider.create(case(key).good())
    asynchronous = type(make(key, aio))()
    again = portal.call(asynchronous.create, case(key).good())
    portal.call(asynchronous.close)
    assert [record.name for record in server.audiences] == ["VIP", "VIP"]
    assert isinstance(receipt, Receipt)
    assert isinstance(again, Receipt)
    assert (receipt.deviations, receipt.model_problem) == ((), None)


def test_wrong_credentials_are_an_authentication_error(key: str, server: MockServer) -> None:
    with make(key, base_url=server.base_url(key)) as provider, pytest.raises(audiences.AuthenticationError) as caught:
        provider.create(case(key).good())
    assert caught.value.provider_message


def test_every_documented_error_has_its_class_and_the_providers_words(
    key: str, server: MockServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    environment(server, monkeypatch)
    operation = operation_of(key)
    documented = [int(s) for s in operation.node["responses"].value if s.isdecimal() and int(s) >= 400]
    for status in documented or [400, 401, 403, 429, 500, 503]:
        url = server.base_url(key).replace(server.url, f"{server.url}/_mock/respond/{status}")
        with type(make(key))(base_url=url) as provider, pytest.raises(AudiencesError) as caught:
            provider.create(case(key).good())
        assert caught.value.status == status
        assert caught.value.outcome is (Outcome.REJECTED if status < 500 else Outcome.UNKNOWN)
        response = operation.response(status)
        assert caught.value.provider_message or (response and not response.get("content"))
        assert caught.value.deviations == ()


WAITED = [key for key in KEYS if type(make(key)).capabilities["wait"].support is Support.EMULATED]
LIVES = [*((key, True) for key in WAITED), ("batch", False)]


@pytest.mark.parametrize(("named", "shown"), LIVES)
def test_an_audience_is_made_waited_for_seen_deleted_and_gone(
    named: str, shown: bool, face: BlockingPortal | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    def ask(verb: str, *what: Any, **how: Any) -> Any:
        call = partial(getattr(provider, verb), *what, **how)
        return face.call(call) if face else call()

    with MockServer(settings=Settings(indexing=0.8, shown_while_indexing=shown)) as server:
        environment(server, monkeypatch)
        provider = type(make(named, aio if face else audiences))()
        receipt = ask("create", case(named).good())
        if shown:
            assert ask("get", receipt).state is RecordState.INDEXING
        else:
            with pytest.raises(NotFoundError):
                ask("get", receipt)
        record = ask("wait", Reference.of_text(Reference.of(receipt).to_text()), within=30)
        assert (record.state, record.name, record.member_count, record.deviations) == (RecordState.READY, "VIP", 0, ())
        assert record.created is None or record.created.utcoffset() is not None
        assert ask("delete", record).deviations == ()
        with pytest.raises(NotFoundError):
            ask("get", Reference.of(receipt))
        ask("close")
