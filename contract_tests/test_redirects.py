"""Redirects: never followed, and told as they came."""

import pytest

from audiences import UnknownOutcomeError
from callers import Caller
from raw_server import RawServer, http

ELSEWHERE = "http://127.0.0.1:9/elsewhere"
LOCATIONS = (ELSEWHERE, "http://1:7.0.0.1:9/", "http://host:port/", "http://[x/", "\xff", "/a" * 40_000)


@pytest.mark.parametrize(("status", "location"), [*zip((307, 301, 302, 303, 307, 308), LOCATIONS, strict=True)])
def test_a_redirect_is_not_followed_its_outcome_is_unknown_and_its_location_hides_nothing_of_it(
    caller: Caller, raw: RawServer, status: int, location: str
) -> None:
    raw.requests.clear()
    raw.answer = http(status, b"{}", Location=location)
    error = caller.create(caller.case.good())
    assert isinstance(error, UnknownOutcomeError)
    assert "gave a redirect, which is not followed and does not say whether it acted" in str(error)
    assert len(raw.requests) == 1
    assert error.response is not None
    assert (error.response.status, error.response.body, error.response.problem) == (status, b"{}", None)
    assert error.response.headers["location"].encode() in (location.encode(), location.encode("latin-1"))
