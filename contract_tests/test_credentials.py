"""Secrets as a text, as a function that is asked again on each attempt, or from the environment."""

from typing import Any

from anyio.from_thread import BlockingPortal

from audiences import (
    AuthenticationError,
    Receipt,
    RetryPolicy,
    Secret,
)
from callers import Caller, Given, make
from cases import case, good_answer
from raw_server import RawServer, http
from wire import credential_place

LIMITED = http(429, b"{}", Retry_After="0")


def of(key: str) -> str:
    """The argument that a provider's secret in the Authorization header comes from."""
    secrets = [setting.argument for setting in make(key).settings if setting.secret and setting.required]
    return str(secrets[0])


def caller(key: str, url: str, face: BlockingPortal | None, secret: object, **options: Any) -> Caller:
    return Caller(key, url, face, **{of(key): secret}, **options)


def sent(raw: RawServer, key: str) -> list[str]:
    """The credentials of all requests."""
    name, start = credential_place(key)
    values = [dict(raw.read(request).headers)[name] for request in raw.requests]
    assert all(value.startswith(start) for value in values)
    return [value.removeprefix(start) for value in values]


def test_a_function_is_asked_again_on_each_attempt(key: str, raw: RawServer, given_as: Given) -> None:
    face, like = given_as
    raw.answers, raw.answer = [LIMITED], good_answer(key)
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
    success = good_answer(key)
    for secrets, answers, expected in (
        (["old", "new"], [http(401), success], [401, case(key).SUCCESS]),
        (["old", "new", "newer", "newest"], [http(401), http(401), success], [401, 401]),
        (["old", "old", "new"], [http(401), success], [401]),
        (["old", "new", "newer"], [http(401), LIMITED, success], [401, 429, case(key).SUCCESS]),
        (["old", "new", "newer", "newest"], [http(401), LIMITED, http(401), success], [401, 429, 401]),
    ):
        raw.answers, left = answers, iter(secrets)
        raw.requests.clear()
        mine = caller(key, raw.url, face, like(lambda left=left: next(left)))
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


def test_a_secret_can_be_given_ready_made(key: str) -> None:
    request = make(key, **{of(key): Secret("made-4711")}).prepare(case(key).good())
    name, start = credential_place(key)
    value = request.headers[name]
    assert isinstance(value, Secret)
    assert value.reveal() == f"{start}made-4711"
