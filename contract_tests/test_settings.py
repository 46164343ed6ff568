"""Credentials and options: from arguments, or else from the environment, and refused without being shown."""

import asyncio
import re
from inspect import isawaitable
from typing import Any

import pytest
from anyio.from_thread import BlockingPortal
from hypothesis import given
from hypothesis import strategies as st

import audiences
import documented
from audiences import Audience, ConfigurationError, Request, RetryPolicy
from audiences._settings import Setting
from callers import FACES, Caller, make
from cases import KEYS, case
from raw_server import RawServer
from wire import operation_of


def prepared(provider: Any, audience: Audience) -> Request:
    request = provider.prepare(audience)
    return asyncio.run(request) if isawaitable(request) else request  # type: ignore[arg-type, no-any-return]


@FACES
def test_what_is_not_an_argument_comes_from_its_variable(
    key: str, face: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    provider = type(make(key, face))
    for setting in provider.settings:
        if setting.required:
            monkeypatch.setenv(setting.variable, "4712" if setting.whole else f"{setting.argument}-of-environment")
    monkeypatch.setenv(f"{key.upper()}_BASE_URL", "http://127.0.0.1:1/somewhere/")
    request = prepared(provider(), case(key).good())
    values = [value if isinstance(value, str) else value.reveal() for value in request.headers.values()]
    values.append(request.url)
    for setting in provider.settings:
        assert not setting.required or any(
            ("4712" if setting.whole else f"{setting.argument}-of-environment") in value for value in values
        )
    path = re.sub("{.+?}", "[^/]+", operation_of(key).path)
    assert re.match(f"http://127.0.0.1:1/somewhere{path}", request.url)
    explicit = prepared(make(key, face, base_url="http://127.0.0.1:2"), case(key).good())
    assert re.match(f"http://127.0.0.1:2{path}", explicit.url)
    assert not any("of-environment" in str(value) for value in explicit.headers.values())


def test_a_setting_that_is_a_whole_number_is_refused_where_it_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    setting = Setting("ACME_REVISION", "the revision", whole=True, argument="revision")
    assert setting.read("4712") == "4712"
    for value in ("", "x", "1.5", "-1", "1" * 10, "\N{ARABIC-INDIC DIGIT ONE}"):
        with pytest.raises(ConfigurationError, match="revision"):
            setting.read(value)
    monkeypatch.setenv("ACME_REVISION", "x")
    with pytest.raises(ConfigurationError, match="ACME_REVISION"):
        setting.read(None)


UNFIT = st.text(min_size=1).filter(lambda text: not (text.isascii() and text.isprintable() and text.strip() == text))


@given(value=UNFIT | st.just("") | st.just("key\r\nX-Evil: 1") | st.just(" key") | st.just("key\n"))
def test_a_setting_that_does_not_fit_a_header_is_refused_and_not_shown(key: str, value: str) -> None:
    provider = type(make(key))
    for argument in case(key).ARGUMENTS:
        with pytest.raises(ConfigurationError) as caught:
            provider(**{**case(key).ARGUMENTS, argument: value})
        assert argument in str(caught.value)
        assert len(value) < 5 or value not in str(caught.value)


@pytest.mark.parametrize(
    "url",
    [
        "",
        "ftp://x",
        "x",
        "http://",
        "http://u:p@x",
        "http://x?a=1",
        "http://x#f",
        "http://x:99999",
        "http://[",
        "http://x/{y}",
        "https://x/a/../b",
        "https://x/.",
        'https://x/"',
    ],
)
def test_a_base_url_that_no_path_can_be_appended_to_is_refused(key: str, url: str) -> None:
    with pytest.raises(ConfigurationError):
        make(key, base_url=url)


def test_the_default_base_url_is_the_specs_server() -> None:
    assert {key: make(key).base_url for key in KEYS} == {key: documented.base_url(key) for key in KEYS}


def test_an_explicit_base_url_wins_over_the_environments_version(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BATCH_VERSION", "9.9")
    assert make("batch").base_url == documented.spec("batch")["servers"][0]["url"].format(version="9.9")
    assert make("batch", base_url="http://127.0.0.1/{version}").base_url == "http://127.0.0.1/9.9"
    assert make("batch", base_url="http://127.0.0.1/2.8").base_url == "http://127.0.0.1/2.8"


@pytest.mark.parametrize("version", ["../x", "2/1", "2 1", ""])
def test_a_version_that_is_no_path_segment_is_refused(version: str) -> None:
    with pytest.raises(ConfigurationError, match="version"):
        make("batch", version=version)


def test_a_version_that_the_base_url_has_no_place_for_is_refused() -> None:
    assert make("batch", version="9.9").base_url == documented.spec("batch")["servers"][0]["url"].format(version="9.9")
    with pytest.raises(ConfigurationError, match="version"):
        make("batch", version="9.9", base_url="http://127.0.0.1/2.10")


WRONG = [
    ({"timeout": "5"}, "timeout must be"),
    ({"timeout": True}, "timeout must be"),
    ({"timeout": 10**400}, "timeout must be"),
    ({"max_response_bytes": 0}, "max_response_bytes"),
    ({"max_response_bytes": "8"}, "max_response_bytes"),
    ({"on_progress": 5}, "on_progress"),
]
OF_CALL = [({"policy": 3}, "policy"), ({"policy": None}, "policy"), ({"timeout": None}, "timeout must be")]


@pytest.mark.parametrize(("options", "words"), WRONG + OF_CALL)
def test_an_option_of_a_call_that_makes_no_sense_is_refused_before_anything_is_sent(
    key: str, raw: RawServer, face: BlockingPortal | None, options: dict[str, Any], words: str
) -> None:
    raw.requests.clear()
    caller = Caller(key, raw.url, face)
    error = caller.create(case(key).good(), **options)
    assert isinstance(error, ConfigurationError)
    assert words in str(error)
    assert (error.provider, error.audience_name, error.attempts) == (caller.provider.title, "VIP", ())
    with pytest.raises(TypeError, match="no option attempts, create_policy"):
        caller.create(case(key).good(), create_policy=RetryPolicy(), attempts=1)
    caller.close()
    assert raw.requests == []


NUMBERS = st.floats() | st.integers() | st.booleans() | st.none() | st.text()


@given(attempts=NUMBERS, seconds=NUMBERS, name=st.sampled_from(["first_wait", "max_wait", "max_retry_after"]))
def test_a_policy_is_made_of_whole_attempts_and_finite_seconds(attempts: Any, seconds: Any, name: str) -> None:
    whole = isinstance(attempts, int) and not isinstance(attempts, bool) and attempts > 0
    finite = isinstance(seconds, int | float) and not isinstance(seconds, bool) and 0 <= seconds <= 604_800
    fields: dict[str, Any] = {"attempts": attempts, name: seconds}
    if whole and finite:
        assert getattr(RetryPolicy(**fields), name) == seconds
    else:
        with pytest.raises(ConfigurationError, match=name if whole else "attempts"):
            RetryPolicy(**fields)


def test_one_number_sets_every_timeout() -> None:
    assert make("batch", timeout=3).timeouts == audiences.Timeouts(3, 3, 3, 3, 3)
