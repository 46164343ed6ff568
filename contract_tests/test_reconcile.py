"""After an unknown outcome: what can be found out, and from where."""

import json
import pickle
from typing import Any

import httpx2
import pytest
from anyio.from_thread import BlockingPortal
from hypothesis import example, given
from hypothesis import strategies as st

from audiences import AudiencesError, InvalidError, Outcome, Reconciliation, Support, UnknownOutcomeError, aio
from callers import Caller, make
from cases import KEYS, case
from raw_server import RawServer, http


def reconcile(provider: Any, what: Any, portal: BlockingPortal | None = None) -> Reconciliation:
    found: Reconciliation = portal.call(provider.reconcile, what) if portal else provider.reconcile(what)
    return found


def unknown(key: str, **changes: Any) -> UnknownOutcomeError:
    """The error of a create that nobody answered."""

    def fail(_: httpx2.Request) -> httpx2.Response:
        raise httpx2.ReadError("reset")

    with pytest.raises(UnknownOutcomeError) as caught:
        make(key, transport=httpx2.MockTransport(fail)).create(case(key).good(**changes))
    return caught.value


def asked(key: str) -> Any:
    """A provider object whose provider knows of no audience."""
    none = httpx2.Response(200, json={"data": []}) if key == "commbox" else httpx2.Response(404, json=case(key).ERROR)
    return make(key, transport=httpx2.MockTransport(lambda _: none))


def test_after_an_unknown_outcome_a_provider_that_cannot_be_asked_stays_unknown_and_the_reason_is_said(
    key: str, raw: RawServer, face: BlockingPortal | None
) -> None:
    if make(key).capabilities["get"].support is not Support.UNSUPPORTED:
        return  # test_verbs.py has what is found there
    for answer in (b"", http(500), http(302, Location="https://other.test/")):
        raw.answer = answer
        caller = Caller(key, raw.url, face)
        error = caller.create(case(key).good())
        assert isinstance(error, AudiencesError)
        for what in (error, error.reconcile_token, pickle.loads(pickle.dumps(error))):  # noqa: S301  # our own
            found = reconcile(caller.provider, what, face)
            assert (found.provider, found.outcome, found.name) == (error.provider, Outcome.UNKNOWN, "VIP")
            assert "look for the audience's name at the provider" in found.reason
        caller.close()


def test_the_token_is_plain_json_from_which_another_object_can_reconcile(key: str) -> None:
    error = unknown(key)
    token = json.loads(error.reconcile_token or "")
    assert token == {
        "version": 1,
        "provider": error.provider,
        "operation": error.operation,
        "base_url": error.base_url,
        "name": "VIP",
        "started": error.attempts[0].started.isoformat(),
        "looked_first": False,
    }
    assert reconcile(asked(key), json.dumps(token, indent=2)).name == "VIP"
    assert not any(secret in str(error.reconcile_token) for secret in case(key).SECRETS)


def test_neither_an_error_nor_what_was_found_shows_the_name_by_itself(key: str) -> None:
    error = unknown(key, name="Spring4711")
    found = reconcile(asked(key), error)
    assert found.name == "Spring4711"
    assert "4711" not in f"{error} {error!r} {found} {found!r}"
    with pytest.raises(InvalidError) as caught:
        reconcile(make(key, base_url="https://other.test"), error.reconcile_token)
    assert "4711" not in f"{caught.value} {caught.value!r}"


def test_there_is_no_token_where_the_outcome_is_known(key: str, raw: RawServer) -> None:
    caller = Caller(key, raw.url, None)
    for answer in (http(400), http(200, b"{}"), http(503, Retry_After="99")):
        raw.answer = answer
        error = caller.create(case(key).good())
        assert isinstance(error, AudiencesError)
        assert error.reconcile_token is None
        with pytest.raises(InvalidError, match="unknown"):
            caller.provider.reconcile(error)
    caller.close()


def test_a_token_of_another_provider_operation_or_base_url_is_refused(key: str) -> None:
    token = json.loads(unknown(key).reconcile_token or "")
    more = ("started", "looked_first")  # it can be done without
    changed = [{**token, name: "other"} for name in ("provider", "operation", "base_url")]
    broken = [{**token, "version": 2}, {**token, "name": None}, *({**token, name: None} for name in token)]
    broken += [{other: token[other] for other in token if other != name} for name in token if name not in more]
    for wrong in [*changed, *(each for each in broken if each not in ({**token, name: None} for name in more))]:
        with pytest.raises(InvalidError):
            reconcile(make(key), json.dumps(wrong))
    for other in KEYS:
        if other != key:
            with pytest.raises(InvalidError):
                reconcile(make(other), unknown(key))


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: (
        st.lists(inner) | st.dictionaries(st.text() | st.sampled_from(["version", "provider", "name"]), inner)
    ),
)


@example("[" * 100_000)
@example('{"a":' * 100_000)
@example("1" * 10_000)
@example(ValueError())
@example(AudiencesError(""))
@given(what=st.text() | JSON.map(json.dumps) | JSON | st.binary() | st.integers(4000, 5000).map("1".__mul__))
def test_what_is_no_token_is_refused(portal: BlockingPortal, what: Any) -> None:
    for provider, face in ((make("batch"), None), (make("batch", aio), portal)):
        with pytest.raises(InvalidError):
            reconcile(provider, what, face)


@given(name=st.text(st.characters(exclude_categories=["Cs"]), min_size=1))
def test_every_name_comes_back_from_a_token(name: str) -> None:
    token = unknown("adobe", name=name).reconcile_token
    assert token is not None
    assert token.isascii()
    assert reconcile(make("adobe"), token).name == name
