"""Credentials and personal data stay out of what is printed; names and the provider's words are there for who asks."""

import copy
import pickle
import traceback

import pytest
from anyio.from_thread import BlockingPortal

import audiences
from audiences import Audience, AudiencesError, InvalidError, NotSentError, PhoneFile, Receipt, Secret
from audiences._json import dumps
from callers import Caller, make
from cases import case
from raw_server import RawServer, closed_port, http
from wire import credential_place

PRIVATE = ["VIP-name", "ada@example.org", "442079832100"]


def shown(value: object) -> str:
    if isinstance(value, BaseException):
        return "".join(traceback.format_exception(value)) + repr(value) + str(value)
    return repr(value) + str(value)


def test_no_repr_shows_a_secret(key: str) -> None:
    provider = make(key)
    request = provider.prepare(case(key).good())
    text = (
        shown(provider)
        + shown(request)
        + shown(request.headers)
        + request.curl()
        + request.text()
        + str(request.redacted())
    )
    for secret in case(key).SECRETS:
        assert secret not in text


def test_a_curl_line_has_every_header_and_variables_for_secrets(key: str) -> None:
    curl = make(key).prepare(case(key).good()).curl()
    assert f'-H "{": ".join(credential_place(key))}${key.upper()}_' in curl
    for name in make(key).prepare(case(key).good()).headers:
        assert f"{name}: " in curl


@pytest.mark.parametrize("status", [200, 201, 202, 400, 401, 429, 500, 503])
def test_no_result_shows_a_secret_the_name_or_the_providers_words_by_itself(
    caller: Caller, raw: RawServer, status: int
) -> None:
    raw.answer = http(status, dumps(caller.case.BODY | caller.case.ERROR))
    result = caller.create(caller.case.good(name="VIP-name"))
    for private in [*caller.case.SECRETS, *PRIVATE, "words"]:
        assert private not in shown(result)
    if isinstance(result, Receipt):
        assert result.name == "VIP-name"
    else:
        assert result.audience_name == "VIP-name"
        if not isinstance(result, audiences.SpecViolationError):
            assert result.provider_message == "words"


def test_no_repr_of_a_draft_shows_names_or_members() -> None:
    file = PhoneFile(b"phone1\r\n442079832100", "442079832100.csv")
    text = shown(file) + shown(Audience(name="VIP-name", description="VIP-name", members=file))
    assert not any(private in text for private in PRIVATE)


@pytest.mark.parametrize("key", ["batch"])
def test_an_invalid_draft_is_described_by_shape_not_by_content(key: str) -> None:
    _, mail, number = PRIVATE
    with pytest.raises(InvalidError) as caught:
        make(key).create(Audience(name=mail, provider_fields={"batch": {"type": number}}))
    assert not any(private in shown(caught.value) for private in PRIVATE)
    assert {problem.field for problem in caught.value.problems} == {"name", "provider_fields['batch']['type']"}
    assert "string of 15 characters" in str(caught.value)
    assert "effective spec /paths" in str(caught.value)


def test_errors_survive_pickle_and_copy_whole(caller: Caller, raw: RawServer) -> None:
    raw.answer = http(429, dumps({"error_message": "m", "error_code": "c"}), Retry_After="99")
    error = caller.create(caller.case.good())
    assert isinstance(error, AudiencesError)
    for other in (pickle.loads(pickle.dumps(error)), copy.copy(error)):  # noqa: S301  # our own bytes
        assert type(other) is type(error)
        assert str(other) == str(error)
        assert vars(other).keys() == vars(error).keys()
        assert (other.status, other.retry_after, other.outcome) == (429, 99.0, error.outcome)


def test_a_failed_call_leaves_no_secret_in_any_frame_or_cause(key: str, face: BlockingPortal | None) -> None:
    caller = Caller(key, f"http://127.0.0.1:{closed_port()}", face)
    error = caller.create(caller.case.good(name="VIP-name"))
    caller.close()
    assert isinstance(error, NotSentError)
    assert (error.__cause__, error.__context__) == (None, None)
    report = "".join(traceback.TracebackException.from_exception(error, capture_locals=True).format())
    # The frames below the library's own are the test's, which made the credentials up.
    ours = "".join(part for part in report.split("  File ") if "/audiences/" in part.partition(",")[0])
    for private in [*caller.case.SECRETS, "442079832100"]:
        assert private not in ours


def test_a_secret_shows_stars() -> None:
    assert f"{Secret('key-4711')} {Secret('key-4711')!r}" == "Secret('***') Secret('***')"
    assert Secret("key-4711").reveal() == "key-4711"
