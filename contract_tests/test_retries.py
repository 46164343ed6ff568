"""What is repeated by itself, how often and after what wait; and that every attempt is told."""

import time
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any

import httpx2
import pytest
from anyio.from_thread import BlockingPortal
from hypothesis import assume, given
from hypothesis import strategies as st

from audiences import (
    NotSentError,
    Outcome,
    RateLimitedError,
    Receipt,
    RetryPolicy,
    Timeouts,
    UnknownOutcomeError,
)
from callers import Caller, created, make
from cases import case, good_answer, good_response
from raw_server import RawServer, closed_port, http

AT_ONCE = {"first_wait": 0.0, "max_wait": 0.0}
LIMITED = http(429, b"{}", Retry_After="0")
SECONDS = st.floats(0, 100, allow_subnormal=False) | st.integers(0, 100)
POLICIES = st.builds(RetryPolicy, attempts=st.integers(1, 5000), first_wait=SECONDS, max_wait=SECONDS)


@given(policy=POLICIES, asked=st.floats(0, 1e9), attempt=st.integers(1, 5000), safe=st.booleans())
def test_no_wait_is_shorter_than_was_asked_for_and_none_is_waited_that_is_above_the_cap(
    policy: RetryPolicy, asked: float, attempt: int, safe: bool
) -> None:
    wait = policy.wait(RateLimitedError("", retry_after=asked), attempt, safe=safe)
    if attempt >= policy.attempts or asked > policy.max_retry_after:
        assert wait is None
    else:
        assert wait is not None
        assert asked <= wait <= asked + 1
        others = {policy.wait(RateLimitedError("", retry_after=asked), attempt, safe=safe) for _ in range(3)}
        assert asked < 0.001 or len(others) > 1  # not all callers come back at the same moment


@given(policy=POLICIES, attempt=st.integers(1, 5000), safe=st.booleans())
def test_a_back_off_doubles_up_to_its_longest_and_has_between_half_and_all_of_that(
    policy: RetryPolicy, attempt: int, safe: bool
) -> None:
    assume(attempt < policy.attempts)
    longest = min(policy.max_wait, policy.first_wait * 2.0 ** min(attempt - 1, 1000))
    waits = [policy.wait(NotSentError(""), attempt, safe=safe) for _ in range(3)]
    assert all(wait is not None and longest / 2 <= wait <= longest for wait in waits)
    assert longest < 0.001 or len(set(waits)) > 1


STEPS = st.lists(
    st.sampled_from([httpx2.ConnectError("no"), httpx2.ReadError("no")])
    | st.tuples(st.sampled_from([429, 503]), st.booleans())
    | st.tuples(st.sampled_from([302, 400, 401, 403, 404, 408, 409, 413, 500, 504, 520]), st.booleans()),
    min_size=1,
    max_size=6,
)


def repeats(step: Any, policy: RetryPolicy) -> bool:
    """Whether a create may be repeated after it, by the rules of the policy's documentation."""
    if isinstance(step, Exception):
        return isinstance(step, httpx2.ConnectError)
    status, asks = step
    return bool(asks and (status == 429 or (status == 503 and policy.on_unavailable)))


@given(steps=STEPS, attempts=st.integers(1, 5), on_unavailable=st.booleans())
def test_a_create_is_repeated_only_after_what_had_no_effect_and_every_attempt_is_told(
    key: str, portal: BlockingPortal, steps: list[Any], attempts: int, on_unavailable: bool
) -> None:
    policy = RetryPolicy(attempts=attempts, on_unavailable=on_unavailable, **AT_ONCE)
    for face in (None, portal):
        left = [*steps]
        sent: list[Any] = []

        def answer(_: httpx2.Request, left: list[Any] = left, sent: list[Any] = sent) -> httpx2.Response:
            sent.append(left.pop(0) if left else None)
            if isinstance(sent[-1], Exception):
                raise sent[-1]
            if sent[-1] is None:
                return good_response(key)
            status, asks = sent[-1]
            return httpx2.Response(status, headers={"Retry-After": "0"} if asks else {})

        caller = Caller(key, "http://127.0.0.1:1", face, transport=httpx2.MockTransport(answer), create_policy=policy)
        result = caller.create(case(key).good())
        assert all(repeats(step, policy) for step in sent[:-1])
        assert len(sent) == attempts or sent[-1] is None or not repeats(sent[-1], policy)
        assert [attempt.status for attempt in result.attempts] == [
            step[0] if isinstance(step, tuple) else None if step else case(key).SUCCESS for step in sent
        ]
        assert isinstance(result, Receipt) == (sent[-1] is None)
        assert result.outcome is result.attempts[-1].outcome


def test_every_attempt_says_what_when_and_with_which_outcome(key: str, face: BlockingPortal | None) -> None:
    begun = datetime.now(UTC)
    error = created(key, f"http://127.0.0.1:{closed_port()}", face, create_policy=RetryPolicy(first_wait=0.02))
    assert isinstance(error, NotSentError)
    assert [attempt.number for attempt in error.attempts] == [1, 2, 3]
    assert {attempt.operation for attempt in error.attempts} == {error.operation}
    for earlier, later in zip(error.attempts, error.attempts[1:], strict=False):
        assert begun <= earlier.started <= later.started - timedelta(seconds=0.01)
        assert earlier.elapsed < (later.started - earlier.started).total_seconds()
    for attempt in error.attempts:
        assert attempt.failed
        assert (attempt.outcome, attempt.status, attempt.request_id) == (Outcome.NOT_SENT, None, None)
        assert "ConnectError" in attempt.what


@given(
    asked=st.integers(0, 10**6), date=st.datetimes(datetime(1980, 1, 1), datetime(9000, 1, 1), timezones=st.just(UTC))
)
def test_an_http_date_is_judged_by_the_servers_own_clock(asked: int, date: datetime) -> None:
    until = date + timedelta(seconds=asked)
    headers = {"Date": format_datetime(date, usegmt=True), "Retry-After": format_datetime(until, usegmt=True)}
    transport = httpx2.MockTransport(lambda _: httpx2.Response(429, headers=headers))
    with pytest.raises(RateLimitedError) as caught:
        make("batch", transport=transport, create_policy=RetryPolicy(attempts=1)).create(case("batch").good())
    assert caught.value.retry_after == asked


@pytest.mark.parametrize(("policy", "seconds"), [(RetryPolicy(), 31), (RetryPolicy(max_retry_after=0.5), 30)])
def test_a_retry_after_above_the_cap_is_raised_at_once_with_the_seconds(
    key: str, raw: RawServer, face: BlockingPortal | None, policy: RetryPolicy, seconds: int
) -> None:
    raw.answer = http(429, b"{}", Retry_After=str(seconds))
    begun = time.monotonic()
    error = created(key, raw.url, face, create_policy=policy)
    assert isinstance(error, RateLimitedError)
    assert (error.retry_after, len(error.attempts)) == (seconds, 1)
    assert time.monotonic() - begun < 20


def test_a_policy_of_one_call_goes_before_that_of_the_object(
    key: str, raw: RawServer, face: BlockingPortal | None
) -> None:
    raw.answer = http(429, b"{}", Retry_After="0")
    caller = Caller(key, raw.url, face, create_policy=RetryPolicy(attempts=4))
    assert len(caller.create(case(key).good(), policy=RetryPolicy(attempts=2)).attempts) == 2
    assert len(caller.create(case(key).good()).attempts) == 4
    caller.close()


def test_what_was_asked_for_is_waited(raw: RawServer) -> None:
    raw.answers = [http(429, b"{}", Retry_After="1")]
    raw.answer = good_answer("batch")
    first, second = created("batch", raw.url, None).attempts
    assert second.started - first.started >= timedelta(seconds=1)


def test_no_attempt_is_made_after_the_total_time(key: str, raw: RawServer, face: BlockingPortal | None) -> None:
    raw.answer = http(429, b"{}", Retry_After="30")
    caller = Caller(key, raw.url, face, timeout=Timeouts(total=25))
    begun = time.monotonic()
    error = caller.create(case(key).good())
    assert isinstance(error, RateLimitedError)
    assert (error.retry_after, len(error.attempts)) == (30.0, 1)
    assert time.monotonic() - begun < 20
    caller.close()

    patient = RetryPolicy(attempts=1000, first_wait=0.1, max_wait=0.1)
    begun = time.monotonic()
    error = created(key, f"http://127.0.0.1:{closed_port()}", face, create_policy=patient, timeout=Timeouts(total=1))
    assert isinstance(error, NotSentError)
    assert 2 <= len(error.attempts) <= 21
    assert time.monotonic() - begun < 20


@pytest.mark.parametrize("where", ["object", "call"])
def test_timeouts_are_those_of_the_object_or_of_the_call(key: str, where: str, face: BlockingPortal | None) -> None:
    def hang(request: httpx2.Request) -> httpx2.Response:
        seen.update(request.extensions["timeout"])
        raise httpx2.ReadTimeout("no answer")

    seen: dict[str, float] = {}
    times: dict[str, Any] = {"timeout": Timeouts(connect=1, read=2, write=3, pool=4, total=9)}
    options: dict[str, Any] = times if where == "object" else {"timeout": 0.5}
    caller = Caller(key, "http://127.0.0.1:1", face, transport=httpx2.MockTransport(hang), **options)
    error = caller.create(case(key).good(), **(times if where == "call" else {}))
    assert isinstance(error, UnknownOutcomeError)
    assert seen == {"connect": 1, "read": 2, "write": 3, "pool": 4}


def test_the_policies_can_be_seen_on_the_object(key: str) -> None:
    provider = make(key)
    assert provider.create_policy == RetryPolicy(attempts=3, on_unavailable=False)
    assert provider.read_policy == RetryPolicy(attempts=5)
    own = RetryPolicy(attempts=7)
    other = make(key, create_policy=own)
    assert (other.create_policy, other.read_policy) == (own, provider.read_policy)
