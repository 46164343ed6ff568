"""Retry-After, which no provider documents: read if it is there, and never the end of an answer."""

from collections.abc import Iterator

import pytest
from anyio.from_thread import BlockingPortal
from hypothesis import example, given
from hypothesis import strategies as st

from audiences import Outcome, RateLimitedError, RetryPolicy, UnavailableError
from callers import Caller
from raw_server import RawServer, http


@pytest.fixture(scope="module", params=["blocking", "async"])
def caller(request: pytest.FixtureRequest, key: str, raw: RawServer, portal: BlockingPortal) -> Iterator[Caller]:
    """One that does not wait, and makes one attempt."""
    face = portal if request.param == "async" else None
    made = Caller(key, raw.url, face, create_policy=RetryPolicy(attempts=1))
    yield made
    made.close()


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("120", 120.0),
        ("0", 0.0),
        ("Wed, 21 Oct 2015 07:28:00 GMT", 0.0),
        ("Wed, 21 Oct 2015 07:28:00 GMT, Wed, 21 Oct 2999 07:28:00 GMT", None),
        ("Wed, 21 Oct 2015 07:28:00 GMT\r\nRetry-After: 120", None),
        ("60\r\nRetry-After: 90", None),
        ("soon", None),
        ("-5", None),
        ("9" * 400, None),
        ("1e3", None),
        ("", None),
        ("Wed, 99 Oct 2015 07:28:00 GMT", None),
    ],
)
def test_one_retry_after_is_read_as_seconds_or_as_a_date_and_is_otherwise_none(
    caller: Caller, raw: RawServer, value: str, seconds: float | None
) -> None:
    for status, kind in ((429, RateLimitedError), (503, UnavailableError)):
        raw.answer = http(status, b"{}", Retry_After=value)
        error = caller.create(caller.case.good())
        assert isinstance(error, kind)
        assert error.retry_after == seconds
        assert (error.outcome is Outcome.REJECTED) is (status == 429 or seconds is not None)
        assert ("" if not seconds else f"it asks to wait {seconds:.0f} s") in str(error)
        assert ("asks to wait" in str(error)) is bool(seconds)


NUMBERS = st.integers()
ZONES = st.sampled_from(["GMT", "+9999999999", ""])
DATES = st.builds("Wed, {} Oct {} {}:28:00 {}".format, NUMBERS, NUMBERS, NUMBERS, ZONES)


@given(value=st.text(st.characters(min_codepoint=33, max_codepoint=126)) | DATES)
@example(value="Wed, 21 Oct 99999999999999999999 07:28:00 GMT")
@example(value="Wed, 21 Oct 2015 07:28:00 +99999999999999")
def test_no_retry_after_ever_hides_the_answer(caller: Caller, raw: RawServer, value: str) -> None:
    raw.answer = http(429, b"{}", Retry_After=value)
    error = caller.create(caller.case.good())
    assert isinstance(error, RateLimitedError)
    assert error.retry_after is None or error.retry_after >= 0
