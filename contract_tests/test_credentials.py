"""Secrets as a text, as a function that is asked again on each attempt, or from the environment."""

import gc
from collections.abc import Callable
from typing import Any

import httpx2
import pytest
from anyio.from_thread import BlockingPortal
from hypothesis import given
from hypothesis import strategies as st

from audiences import (
    AudiencesError,
    AuthenticationError,
    ConfigurationError,
    NotSentError,
    Receipt,
    RetryPolicy,
    Secret,
)
from audiences._json import dumps
from callers import Caller, make
from cases import case
from raw_server import RawServer, http
from wire import credential_place

LIMITED = http(429, b"{}", Retry_After="0")


def of(key: str) -> str:
    """The argument that a provider's secret in the Authorization header comes from."""
    secrets = [setting.argument for setting in make(key).settings if setting.secret and setting.required]
    return str(secrets[0])


def caller(key: str, url: str, face: BlockingPortal | None, secret: object, **options: Any) -> Caller:
    return Caller(key, url, face, **{of(key): secret}, **options)


def asynchronous(function: Callable[[], str]) -> Callable[[], Any]:
    async def ask() -> str:
        return function()

    return ask


def coroutine() -> Any:
    """What a function gives that does not look asynchronous."""
    return asynchronous(lambda: "secret")()


def sent(raw: RawServer, key: str) -> list[str]:
    """The credentials of all requests."""
    name, start = credential_place(key)
    values = [dict(raw.read(request).headers)[name] for request in raw.requests]
    assert all(value.startswith(start) for value in values)
    return [value.removeprefix(start) for value in values]


Given = tuple[BlockingPortal | None, Callable[[Callable[[], str]], Any]]


@pytest.fixture(params=["blocking", "async", "async with an asynchronous function"])
def given_as(request: pytest.FixtureRequest, portal: BlockingPortal) -> Given:
    """A face, and how a function is given to it."""
    face = None if request.param == "blocking" else portal
    return face, asynchronous if "function" in request.param else lambda function: function


def test_a_function_is_asked_again_on_each_attempt(key: str, raw: RawServer, given_as: Given) -> None:
    face, like = given_as
    raw.answers, raw.answer = [LIMITED], http(case(key).SUCCESS, dumps(case(key).BODY))
    raw.requests.clear()
    secrets = iter(["secret-1", "secret-2", "secret-3"])
    mine = caller(key, raw.url, face, like(lambda: next(secrets)))
    for _ in range(2):
        assert isinstance(mine.create(case(key).good()), Receipt)
    mine.close()
    assert sent(raw, key) == ["secret-1", "secret-2", "secret-3"]


def test_a_401_is_repeated_once_with_another_secret_and_not_at_all_with_the_same(
    key: str, raw: RawServer, given_as: Given
) -> None:
    face, like = given_as
    success = http(case(key).SUCCESS, dumps(case(key).BODY))
    for secrets, answers, expected in (
        (["old", "new"], [http(401), success], [401, case(key).SUCCESS]),
        (["old", "new", "newer", "newest"], [http(401), http(401), success], [401, 401]),
        (["old", "old", "new"], [http(401), success], [401]),
        (["old", "new", "newer"], [http(401), LIMITED, success], [401, 429, case(key).SUCCESS]),
        (["old", "new", "newer", "newest"], [http(401), LIMITED, http(401), success], [401, 429, 401]),
    ):
        raw.answers, left = answers, iter(secrets)
        raw.requests.clear()
        mine = caller(key, raw.url, face, like(lambda left=left: next(left)))  # type: ignore[misc]
        result = mine.create(case(key).good())
        mine.close()
        assert [attempt.status for attempt in result.attempts] == expected
        assert sent(raw, key) == secrets[: len(expected)]
    raw.answers = []


def test_a_401_with_a_fixed_secret_or_with_one_attempt_is_not_repeated(
    key: str, raw: RawServer, face: BlockingPortal | None
) -> None:
    raw.answer = http(401)
    secrets = map("secret-{}".format, range(9))
    for secret, policy in (("fixed", RetryPolicy()), (lambda: next(secrets), RetryPolicy(attempts=1))):
        mine = caller(key, raw.url, face, secret, create_policy=policy)
        error = mine.create(case(key).good())
        mine.close()
        assert isinstance(error, AuthenticationError)
        assert len(error.attempts) == 1


def unsent(key: str, face: BlockingPortal | None, secret: object) -> AudiencesError:
    """What comes of a secret with which nothing may be sent."""

    def send(_: httpx2.Request) -> httpx2.Response:
        raise AssertionError("was sent")

    error = caller(key, "http://127.0.0.1:1", face, secret, transport=httpx2.MockTransport(send)).create(
        case(key).good()
    )
    assert isinstance(error, AudiencesError)
    assert len(error.attempts) == 1
    return error


def test_a_function_that_fails_sends_nothing_and_its_words_are_not_shown(key: str, given_as: Given) -> None:
    face, like = given_as

    def fail() -> str:
        raise LookupError("vault-4711")

    error = unsent(key, face, like(fail))
    assert isinstance(error, NotSentError)
    assert "LookupError" in str(error)
    assert "vault-4711" not in f"{error!r} {error} {error.__context__!r}"


UNFIT = st.text().filter(lambda text: not (text.isascii() and text.isprintable() and text.strip() == text != ""))


@given(
    value=UNFIT | st.none() | st.integers() | st.just(b"bytes") | st.sampled_from([" key", "key\n", "k\r\nX: 1", ""])
)
def test_what_does_not_fit_a_header_is_refused_and_not_shown_wherever_it_comes_from(key: str, value: Any) -> None:
    error = unsent(key, None, lambda: value)
    assert isinstance(error, ConfigurationError)
    with pytest.raises(ConfigurationError) as caught:
        Secret(value)
    for each in (error, caught.value):
        assert len(repr(value)) < 7 or repr(value)[1:-1] not in str(each)


@pytest.mark.parametrize("value", ["secret-4711\n", " secret-4711", "secret\x7f-4711", "secret\t-4711\r\nX-Evil: 1"])
def test_a_variable_that_does_not_fit_a_header_is_refused_by_its_name_and_not_shown(
    key: str, value: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for setting in make(key).settings:
        if setting.required:
            monkeypatch.setenv(setting.variable, value)
            others = {name: given for name, given in case(key).ARGUMENTS.items() if name != setting.argument}
            with pytest.raises(ConfigurationError) as caught:
                type(make(key))(**others)
            assert setting.variable in str(caught.value)
            assert "4711" not in str(caught.value)


def test_an_asynchronous_function_is_refused_by_the_blocking_face_before_anything_is_sent(key: str) -> None:
    for secret in (asynchronous(lambda: "secret"), coroutine):
        error = unsent(key, None, secret)
        gc.collect()  # a coroutine that was never awaited would be warned of now
        assert isinstance(error, ConfigurationError)
        assert "asynchronous" in str(error)


def test_a_secret_can_be_given_ready_made(key: str) -> None:
    request = make(key, **{of(key): Secret("made-4711")}).prepare(case(key).good())
    name, start = credential_place(key)
    value = request.headers[name]
    assert isinstance(value, Secret)
    assert value.reveal() == f"{start}made-4711"
