"""One draft to several providers at once."""

from typing import Any

import httpx2
import pytest
from anyio.from_thread import BlockingPortal

import audiences
import cases
from audiences import Receipt, Result, UnknownOutcomeError, aio, create_everywhere
from audiences._json import dumps
from callers import make
from cases import KEYS, case

DRAFT = cases.everywhere()


def answer(key: str) -> httpx2.MockTransport:
    return httpx2.MockTransport(lambda _: httpx2.Response(case(key).SUCCESS, content=dumps(case(key).BODY)))


def fail(_: httpx2.Request) -> httpx2.Response:
    raise OSError("down")


@pytest.fixture(params=["blocking", "async"])
def everywhere(request: pytest.FixtureRequest, portal: BlockingPortal):  # type: ignore[no-untyped-def]  # noqa: ANN201
    def run(transports: dict[str, httpx2.MockTransport], leave_out: set[str]) -> list[Result]:
        if request.param == "blocking":
            providers = [make(key, audiences, transport=transport) for key, transport in transports.items()]
            return create_everywhere(DRAFT, providers, leave_out=leave_out)
        providers = [make(key, aio, transport=transport) for key, transport in transports.items()]
        return portal.call(lambda: aio.create_everywhere(DRAFT, providers, leave_out=leave_out))

    return run


def test_every_provider_gets_the_same_draft_and_says_what_it_left_out(everywhere) -> None:  # type: ignore[no-untyped-def]  # noqa: ANN001
    results = everywhere({key: answer(key) for key in KEYS}, {"description", "members"})
    assert [result.provider for result in results] == [make(key).title for key in KEYS]
    assert all(isinstance(result, Receipt) for result in results)
    unsupported = [tuple(name for name in ("description", "members") if name in case(key).UNSUPPORTED) for key in KEYS]
    assert [result.left_out for result in results] == unsupported


def surprise(_: httpx2.Request) -> httpx2.Response:
    raise AssertionError("of a test's own transport")


@pytest.mark.parametrize("failure", [fail, surprise])
@pytest.mark.parametrize("broken", KEYS)
def test_a_failure_at_one_never_hides_anothers_receipt(everywhere, broken: str, failure: Any) -> None:  # type: ignore[no-untyped-def]  # noqa: ANN001
    transports = {key: httpx2.MockTransport(failure) if key == broken else answer(key) for key in KEYS}
    results = everywhere(transports, {"description", "members"})
    kinds = {key: type(result) for key, result in zip(KEYS, results, strict=True)}
    assert kinds == {key: UnknownOutcomeError if key == broken else Receipt for key in KEYS}


def test_no_providers_give_no_results(everywhere) -> None:  # type: ignore[no-untyped-def]  # noqa: ANN001
    assert everywhere({}, set()) == []


def test_what_is_no_provider_object_of_that_face_is_refused_before_anything_is_sent(portal: BlockingPortal) -> None:
    blocking, asynchronous = make("batch", transport=answer("batch")), make("batch", aio, transport=answer("batch"))
    wrongs: list[Any] = [blocking, [blocking, asynchronous], [None]]
    for wrong in wrongs:
        with pytest.raises(TypeError, match="provider objects of audiences"):
            create_everywhere(DRAFT, wrong)
    with pytest.raises(TypeError, match=r"provider objects of audiences\.aio"):
        portal.call(aio.create_everywhere, DRAFT, [blocking])
