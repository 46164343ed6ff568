"""A secret that is malformed, or whose function goes wrong, is nowhere: not in the error, nor in its chain."""

import asyncio
import copy
import pickle
import warnings
from collections.abc import Callable
from functools import partial
from typing import Any

import pytest
from anyio.from_thread import BlockingPortal

import audiences
import canaries
from audiences import (
    Audience,
    AudiencesError,
    ConfigurationError,
    NotSentError,
    PhoneFile,
    RetryPolicy,
    Secret,
    aio,
)
from callers import FACES
from canaries import SECRET, credentials, draft, found_in, secret
from raw_server import closed_port

BAD = f"{SECRET}\r\nX-Evil: 1"


def check(error: BaseException) -> None:
    assert found_in(canaries.shown(error), SECRET) == set()
    assert found_in(canaries.reachable(error), SECRET) == set()
    assert (error.__cause__, error.__context__) == (None, None)


@pytest.mark.parametrize("oauth", [False, True])
@FACES
def test_a_malformed_value_of_the_environment_is_not_shown(
    key: str, face: Any, oauth: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    kind = canaries.class_of(key, face)
    settings = {each.argument: each for each in kind.settings}
    given = credentials(key, oauth=oauth)
    for broken in given:
        for argument, value in given.items():
            monkeypatch.setenv(settings[argument].variable, BAD if argument == broken else value)
        with pytest.raises(ConfigurationError, match=settings[broken].variable) as caught:
            kind()
        check(caught.value)


@pytest.mark.parametrize(
    "url", [f"http://user:{SECRET}@x", f"https://x/?key={SECRET}", f"{SECRET}://x", f"http://{SECRET}.test"]
)
def test_a_malformed_url_or_proxy_is_not_shown(key: str, url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    kind = canaries.class_of(key)
    with pytest.raises(ConfigurationError) as argument:
        kind(**credentials(key), base_url=url)
    monkeypatch.setenv(f"{key.upper()}_BASE_URL", url)
    with pytest.raises(ConfigurationError) as variable:
        kind(**credentials(key))
    with pytest.raises(ConfigurationError) as proxy:
        kind(**credentials(key), base_url="https://x", proxy=f"ftp://user:{SECRET}@x")
    with pytest.raises(ConfigurationError) as port:
        kind(**credentials(key), base_url="https://x", proxy=f"http://user:{SECRET}@x:99999")
    for caught in (argument, variable, proxy, port):
        check(caught.value)


def test_a_malformed_argument_is_not_shown(key: str) -> None:
    kind = canaries.class_of(key)
    for broken in credentials(key):
        with pytest.raises(ConfigurationError, match=broken) as caught:
            kind(**{**credentials(key), broken: BAD})
        check(caught.value)
    with pytest.raises(ConfigurationError) as caught:
        Secret(BAD)
    check(caught.value)


@pytest.mark.parametrize("oauth", [False, True])
@FACES
def test_a_mistyped_option_or_a_key_without_its_name_is_refused_without_showing_a_key(
    key: str, face: Any, oauth: bool
) -> None:
    kind, given = canaries.class_of(key, face), credentials(key, oauth=oauth)
    wrong: list[Callable[[], Any]] = [
        lambda: kind(**given, timeoout=5),
        lambda: kind(**given, **{f"{next(iter(given))}_": SECRET}),
        lambda: kind(*given.values()),
        lambda: kind(SECRET),
        lambda: kind(SECRET, **given),
    ]
    for make in wrong:
        with pytest.raises(TypeError) as caught:
            make()
        check(caught.value)
    with pytest.raises(TypeError, match=f"{kind.__name__} has no option timeoout"):
        wrong[0]()


def fail() -> str:
    raise ValueError(secret("x"))


def fail_as_ours() -> str:
    raise NotSentError(secret("x"))


def stop() -> str:
    raise StopIteration(secret("x"))


class Awaitable:
    """Neither a coroutine nor a future, and with a repr."""

    def __init__(self, value: object) -> None:
        self._value = value

    def __await__(self) -> Any:
        if isinstance(self._value, Exception):
            raise self._value
        return self._value
        yield

    def __repr__(self) -> str:
        return secret("x")


RUBBISH = [BAD, "", f" {SECRET}", f"{SECRET}\u00e9", SECRET.encode(), [SECRET], None, 5]
SYNC = [fail, fail_as_ours, stop, *[lambda value=value: value for value in RUBBISH]]
ASYNC = [lambda value=value: Awaitable(value) for value in [*RUBBISH, OSError(5, SECRET), NotSentError(SECRET)]]


async def coroutine() -> str:
    return BAD


def create(face: BlockingPortal | None, function: Callable[[], Any]) -> AudiencesError:
    here = f"http://127.0.0.1:{closed_port()}"
    kind = aio.CommBox if face else audiences.CommBox
    provider = kind(api_key=function, base_url=here, create_policy=RetryPolicy(attempts=2, first_wait=0))
    call: Any = partial(provider.create, draft("commbox"), leave_out={"description"})
    with pytest.raises(AudiencesError) as caught:
        face.call(call) if face else call()
    return caught.value


@pytest.mark.parametrize("function", SYNC)
def test_what_a_function_gives_or_raises_instead_of_a_secret_is_not_shown(
    face: BlockingPortal | None, function: Callable[[], Any]
) -> None:
    error = create(face, function)
    check(error)
    assert isinstance(error, NotSentError | ConfigurationError)
    assert error.outcome == "not_sent"


@pytest.mark.parametrize("function", [*ASYNC, coroutine])
def test_what_an_asynchronous_function_gives_or_raises_is_not_shown(
    portal: BlockingPortal, function: Callable[[], Any]
) -> None:
    check(create(portal, function))


@pytest.mark.parametrize("function", [coroutine, lambda: Awaitable(BAD)])
def test_an_asynchronous_function_of_a_blocking_object_is_refused_and_leaves_no_warning(
    function: Callable[[], Any],
) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        error = create(None, function)
        check(error)
    assert isinstance(error, ConfigurationError)
    assert "audiences.aio" in str(error)


def test_a_future_that_holds_a_secret_is_not_shown() -> None:
    async def call() -> AudiencesError:
        future = asyncio.get_running_loop().create_future()
        future.set_result(BAD)
        return create(None, lambda: future)

    check(asyncio.run(call()))


@FACES
@pytest.mark.parametrize("oauth", [False, True])
def test_what_holds_a_secret_is_not_pickled_and_says_so(key: str, face: Any, oauth: bool) -> None:
    provider = canaries.class_of(key, face)(**credentials(key, oauth=oauth))
    with pytest.raises(TypeError, match=f"{type(provider).__name__} holds credentials .* make it anew"):
        pickle.dumps(provider)
    request = canaries.class_of(key)(**credentials(key)).prepare(draft(key), leave_out={"description", "members"})
    with pytest.raises(TypeError, match="make it anew"):
        pickle.dumps(request)


@pytest.mark.parametrize("members", [PhoneFile(b"phone1\r\n1\r\n", "x.csv"), PhoneFile("x.csv"), None])
def test_a_draft_pickles_and_copies_whole(key: str, members: Any) -> None:
    given = draft(key, members=members)
    for other in (pickle.loads(pickle.dumps(given)), copy.deepcopy(given), copy.copy(given)):  # noqa: S301
        assert isinstance(other, Audience)
        assert other == given
    if isinstance(members, PhoneFile) and isinstance(members.source, bytes):
        again = pickle.loads(pickle.dumps(given))  # noqa: S301
        file = again.members.upload.open()
        assert file.read(100) == members.source
        file.close()


def test_every_error_pickles_whole() -> None:
    kinds = [each for each in map(vars(audiences).get, audiences.__all__) if isinstance(each, type)]
    kinds = [each for each in kinds if issubclass(each, AudiencesError)]
    response = audiences.Response(400, audiences.Headers((("A", "b"),)), b"{}")
    problem = audiences.Problem("name", "rule", "shape", "our rule")
    more: dict[type, Any] = {
        audiences.InvalidError: {"problems": [problem], "provider": "Batch"},
        audiences.UnsupportedError: {"field": "members", "reason": "r", "provider": "Batch"},
    }
    known = {"provider": "Batch", "code": "c", "provider_message": "m", "response": response, "retry_after": 1.5}
    for kind in kinds:
        error = kind("message", **more.get(kind, known))
        again = pickle.loads(pickle.dumps(error))  # noqa: S301
        assert (type(again), str(again), vars(again)) == (kind, str(error), vars(error))
    assert len(kinds) > 10
