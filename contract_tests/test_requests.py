"""What leaves: whatever draft is accepted becomes a request that the spec allows, judged on its raw bytes."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import audience_contract
from audiences import Audience, InvalidError, Outcome, Receipt, UnsupportedError
from audiences._json import dumps
from callers import Caller, created
from cases import case, good_answer
from raw_server import RawServer, http

EACH = settings(max_examples=settings().max_examples * 3 // 10)
"""Of what is tried at each provider, blocking and async."""


def judged(caller: Caller, raw: RawServer) -> list[audience_contract.Violation]:
    request = raw.last()
    path = request.target.removeprefix(caller.case.PATH).partition("?")[0]
    operation = audience_contract.load(caller.key).match(request.method, path)
    assert operation is not None
    return audience_contract.check_request(operation, request)


@pytest.mark.wheel
@EACH
@given(data=st.data())
def test_every_accepted_draft_becomes_one_request_that_the_spec_allows(
    caller: Caller, raw: RawServer, data: st.DataObject
) -> None:
    raw.answer = good_answer(caller.key)
    raw.requests.clear()
    audience, leave_out = data.draw(caller.case.accepted())
    result = caller.create(audience, leave_out)
    assert isinstance(result, Receipt)
    assert len(raw.requests) == 1
    assert judged(caller, raw) == []


@pytest.mark.wheel
@EACH
@given(data=st.data())
def test_every_draft_that_the_spec_forbids_is_refused_and_nothing_leaves(
    caller: Caller, raw: RawServer, data: st.DataObject
) -> None:
    raw.requests.clear()
    error = caller.create(data.draw(caller.case.refused()))
    assert isinstance(error, InvalidError | UnsupportedError)
    assert error.outcome is Outcome.NOT_SENT
    assert raw.requests == []


def test_two_requests_with_a_file_have_different_boundaries(raw: RawServer) -> None:
    caller = Caller("commbox", raw.url, None)
    raw.answer = http(201, dumps(caller.case.BODY))
    boundaries = set()
    for _ in range(2):
        caller.create(caller.case.good())
        boundaries.add(raw.last().values("content-type")[0])
    caller.close()
    assert len(boundaries) == 2
    assert not any("+++" in boundary for boundary in boundaries)


def test_a_description_never_becomes_batchs_display_name(raw: RawServer) -> None:
    raw.answer = good_answer("batch")
    created("batch", raw.url, None, case("batch").good(description="not a name"), {"description"})
    assert b"not a name" not in raw.last().body


def test_adobes_namespace_and_origin_are_sent_only_if_the_caller_gave_them(raw: RawServer) -> None:
    raw.answer = good_answer("adobe")
    created("adobe", raw.url, None, Audience(name="VIP"))
    assert raw.last().body == b'{"name":"VIP"}'
