"""What else can be asked of a provider than to create: get, wait and delete, and what is found out after a create."""

import json
import re
import time
from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial
from typing import Any

import httpx2
import pytest
from anyio.from_thread import BlockingPortal
from hypothesis import given
from hypothesis import strategies as st

import audiences
from audiences import (
    AuthenticationError,
    Ensured,
    InvalidError,
    NotFoundError,
    NotSentError,
    Outcome,
    RateLimitedError,
    Receipt,
    Record,
    RecordState,
    Reference,
    RetryPolicy,
    SpecViolationError,
    State,
    Support,
    Timeouts,
    UnavailableError,
    UnknownOutcomeError,
    UnsupportedError,
    WaitTimeoutError,
    aio,
)
from audiences._json import dumps
from audiences._operation import id_of
from callers import Caller, make
from cases import case
from raw_server import RawServer, http

RECORD = {
    "name": "VIP",
    "display_name": "d",
    "type": "CUSTOM_ID",
    "nb_ids": 4012,
    "indexing_state": "APPLIED",
    "created": "2023-08-12T22:30:05Z",
    "updated": "2023-08-13T22:30:05Z",
}
ERROR = {"error_code": "E1", "error_message": "words"}
AT_ONCE = RetryPolicy(attempts=4, first_wait=0)


class Batch:
    """A Batch that gives the answers one after the other, and the last one again; it knows what it was asked."""

    def __init__(self, face: BlockingPortal | None, *answers: Any, **options: Any) -> None:
        self._portal, self._answers, self.asked = face, list(answers), list[httpx2.Request]()
        transport = httpx2.MockTransport(self._answer)
        policies = {"create_policy": AT_ONCE, "read_policy": AT_ONCE}
        self.provider = make("batch", aio if face else audiences, transport=transport, **policies | options)

    def _answer(self, request: httpx2.Request) -> httpx2.Response:
        self.asked.append(request)
        answer = self._answers.pop(0) if len(self._answers) > 1 else self._answers[0]
        answer = answer() if callable(answer) else answer
        if isinstance(answer, Exception):
            raise answer
        status, body, *headers = answer if isinstance(answer, tuple) else (200, answer)
        return httpx2.Response(status, json=body, headers=dict(*headers))

    def __call__(self, verb: str, *arguments: Any, **options: Any) -> Any:
        """What a verb gives, or the error that it raises."""
        call: Callable[[], Any] = partial(getattr(self.provider, verb), *arguments, **options)
        try:
            return self._portal.call(call) if self._portal else call()
        except audiences.AudiencesError as error:
            return error

    @property
    def queries(self) -> list[dict[str, str]]:
        return [dict(request.url.params) for request in self.asked]


def viewed(**changes: Any) -> dict[str, Any]:
    return {**RECORD, **changes}


def test_a_record_says_what_batch_says_of_the_audience(face: BlockingPortal | None) -> None:
    batch = Batch(face, RECORD)
    record = batch("get", "VIP")
    assert isinstance(record, Record)
    assert (record.provider, record.operation, record.name, record.id) == ("Batch", "audience_view", "VIP", None)
    assert (record.state, record.member_count) == (RecordState.READY, 4012)
    assert record.created == datetime(2023, 8, 12, 22, 30, 5, tzinfo=UTC)
    assert (record.raw, record.deviations, len(record.attempts)) == (RECORD, (), 1)
    assert record.attempts[0].outcome is None
    assert batch.queries == [{"name": "VIP"}]
    assert batch.asked[0].headers["X-Batch-Project"] == case("batch").ARGUMENTS["project"]
    assert json.loads(json.dumps(record.to_dict())) == record.to_dict()
    assert "VIP" not in repr(record)


@pytest.mark.parametrize(
    ("state", "expected"),
    [
        ("IN_PROGRESS", RecordState.INDEXING), ("IN_PROCESS", RecordState.INDEXING), ("APPLIED", RecordState.READY),
        ("REPLACED", RecordState.REPLACED), ("applied", RecordState.OTHER), (None, RecordState.OTHER),
    ],
)  # fmt: skip
def test_a_state_that_batch_does_not_document_is_other(state: str | None, expected: RecordState) -> None:
    assert Batch(None, viewed(indexing_state=state))("get", "VIP").state is expected


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)


@given(body=st.dictionaries(st.sampled_from([*sorted({*RECORD} - {"name"}), "more"]), JSON))
def test_whatever_properties_of_an_audience_an_answer_has_it_is_a_record_that_keeps_them(body: dict[str, Any]) -> None:
    record = Batch(None, body)("get", "VIP")
    if not body.keys() & (RECORD.keys() - {"type"}):  # an error may have a type, too
        assert isinstance(record, SpecViolationError)
        return
    assert record.raw == body
    assert record.member_count is None or type(record.member_count) is int
    assert all(time is None or time.tzinfo for time in (record.created, record.updated))


def test_of_a_read_that_is_redirected_or_times_out_nothing_is_said_of_acting(face: BlockingPortal | None) -> None:
    error = Batch(face, (302, {}, {"Location": "https://other.test/"}))("get", "VIP")
    assert "gave a redirect, which is not followed and does not say what was asked (302)" in str(error)
    assert "does not say what was asked (408)" in str(Batch(face, (408, {}))("get", "VIP"))


def test_a_time_without_a_zone_is_none_and_its_text_is_kept() -> None:
    record = Batch(None, viewed(created="2023-08-12T22:30:05"))("get", "VIP")
    assert (record.created, record.raw["created"]) == (None, "2023-08-12T22:30:05")


def test_counts_and_times_are_read_in_every_way_that_json_and_rfc_3339_write_them() -> None:
    record = Batch(None, viewed(nb_ids=4012.0, created="2023-08-12t22:30:05z"))("get", "VIP")
    assert (record.member_count, type(record.member_count)) == (4012, int)
    assert (record.created, record.deviations) == (datetime(2023, 8, 12, 22, 30, 5, tzinfo=UTC), ())


@pytest.mark.parametrize(
    ("given", "expected"),
    [(0, "0"), (4711, "4711"), ("a", "a"), ("", None), (None, None), (True, None), (1.5, None), ([1], None)],
)
def test_an_id_is_a_text_or_a_whole_number(given: object, expected: str | None) -> None:
    assert id_of({"data": {"id": given}}, "data", "id") == expected
    assert id_of({"data": given}, "data", "id") is None


def receipt() -> Receipt:
    created = Batch(None, (202, {"indexing_token": "abc"}))("create", case("batch").good())
    assert isinstance(created, Receipt)
    return created


def test_every_verb_takes_a_name_a_receipt_a_record_a_reference_and_the_text_of_one(
    face: BlockingPortal | None,
) -> None:
    record = Batch(None, RECORD)("get", "VIP", token="abc")
    reference, ensured = Reference.of(receipt()), Ensured(provider="Batch", name="VIP", receipt=receipt())
    batch = Batch(face, RECORD)
    with_token = {"name": "VIP", "indexing_token": "abc"}
    for what, query in [
        ("VIP", {"name": "VIP"}), (receipt(), with_token), (record, with_token), (reference, with_token),
        (Reference.of_text(reference.to_text()), with_token), (Reference(name="VIP"), {"name": "VIP"}),
        (ensured, with_token), (Reference.of(ensured), with_token),
    ]:  # fmt: skip
        for verb in ("get", "wait"):
            assert isinstance(batch(verb, what), Record)
            assert batch.queries[-1] == query
        assert isinstance(batch("delete", what), Receipt)
        assert batch.asked[-1].content == b'{"name":"VIP"}'


def test_what_is_neither_a_name_nor_a_result_is_refused_with_what_is_taken() -> None:
    said = "must be the audience's name, a result of an earlier call or a Reference; or give its id"
    for what in (None, 5, case("batch").good()):
        assert f"audience ({type(what).__name__}): {said}" in str(Batch(None, RECORD)("get", what))


@pytest.mark.parametrize("what", ["", None, 5, b"VIP", Reference(id=""), Reference()])
def test_what_means_no_audience_is_refused_before_anything_is_sent(what: Any) -> None:
    batch = Batch(None, RECORD)
    for verb in ("get", "wait", "delete"):
        assert isinstance(batch(verb, what), InvalidError)
    assert batch.asked == []


def test_an_audience_of_another_provider_and_an_id_where_there_are_none_are_refused() -> None:
    batch = Batch(None, RECORD)
    assert "must be of Batch, and is of another provider" in str(batch("get", Reference(provider="Adobe", name="VIP")))
    error = batch("get", id="4711")
    assert isinstance(error, UnsupportedError)
    assert "by its name" in str(error)
    assert batch.asked == []


@pytest.mark.parametrize(
    "text",
    ["", "VIP", "[]", "5", "null", "{}", '{"nme": "VIP"}', '{"name": 5}', '{"provider": "Batch"}', "[" * 100_000]
    + [f'{{"name": "VIP", "{other}": 5}}' for other in ("provider", "operation")],
)
def test_a_text_that_is_no_reference_is_refused(text: str) -> None:
    with pytest.raises(InvalidError, match="must be the text of a Reference"):
        Reference.of_text(text)


def test_an_audience_that_is_not_there_is_an_error_of_its_own_and_what_only_reads_has_no_outcome(
    face: BlockingPortal | None,
) -> None:
    batch = Batch(face, (404, ERROR))
    error = batch("get", "VIP")
    assert isinstance(error, NotFoundError)
    assert (error.status, error.code, error.provider_message) == (404, "E1", "words")
    assert [error.outcome, error.to_dict()["outcome"], error.reconcile_token] == [None] * 3
    assert "outcome" not in str(error)
    assert (error.audience_name, error.operation, len(batch.asked)) == ("VIP", "audience_view", 1)


def test_a_read_is_repeated_after_no_answer_and_after_any_429_and_5xx(face: BlockingPortal | None) -> None:
    batch = Batch(face, httpx2.ReadError("reset"), (500, ERROR), (429, ERROR), RECORD)
    record = batch("get", "VIP")
    assert [attempt.status for attempt in record.attempts] == [None, 500, 429, 200]
    assert isinstance(Batch(face, (500, ERROR))("get", "VIP"), UnavailableError)


def test_waiting_ends_when_the_audience_is_no_longer_indexing(face: BlockingPortal | None) -> None:
    batch = Batch(face, viewed(indexing_state="IN_PROGRESS"), RECORD)
    record = batch("wait", receipt())
    assert (record.state, record.operation_token, len(batch.asked)) == (RecordState.READY, "abc", 2)
    replaced = Batch(face, viewed(indexing_state="REPLACED"))("wait", "VIP")
    assert replaced.state is RecordState.REPLACED


def test_a_wait_goes_on_beyond_the_total_time_of_a_call_and_sleeps_as_long_as_it_is_asked_to(raw: RawServer) -> None:
    asked: list[float] = []
    raw.answers = [
        http(200, dumps(viewed(indexing_state="IN_PROGRESS"))),
        http(429, dumps(ERROR), Retry_After="2"),
        http(200, dumps(RECORD)),
    ]
    once, total = RetryPolicy(attempts=1), Timeouts(total=1.9)

    def note(_: object) -> None:
        asked.append(time.monotonic())

    with make("batch", base_url=raw.url, on_request=note, read_policy=once, timeout=total) as provider:
        assert provider.wait("VIP", within=20).state is RecordState.READY
    assert len(asked) == 3
    assert asked[2] - asked[1] >= 2


def test_a_wait_never_asks_sooner_than_it_is_asked_to(raw: RawServer, face: BlockingPortal | None) -> None:
    raw.answers = [
        http(200, dumps(viewed(indexing_state="IN_PROGRESS"))),
        http(429, dumps(ERROR), Retry_After="3600"),
        http(200, dumps(RECORD)),
    ]
    caller = Caller("batch", raw.url, face)
    wait: Callable[[], Any] = partial(caller.provider.wait, "VIP", within=4)
    with pytest.raises(RateLimitedError) as caught:
        face.call(wait) if face else wait()
    caller.close()
    assert (caught.value.retry_after, caught.value.outcome, len(raw.requests)) == (3600, None, 2)


def test_when_the_time_to_wait_is_over_the_error_has_the_last_record(face: BlockingPortal | None) -> None:
    batch = Batch(face, viewed(indexing_state="IN_PROGRESS", nb_ids=7))
    error = batch("wait", "VIP", within=0.01)
    assert isinstance(error, WaitTimeoutError)
    assert (error.outcome, error.record and error.record.member_count, len(error.attempts)) == (None, 7, 1)
    assert len(batch.asked) <= 2


def test_the_time_to_wait_is_used_up_and_the_message_says_how_long_it_was() -> None:
    batch, begun = Batch(None, viewed(indexing_state="IN_PROGRESS")), time.monotonic()
    error = batch("wait", "VIP", within=2)
    passed = time.monotonic() - begun
    assert passed >= 0.9  # the last question is asked a second before the end, or in the middle of what is left
    assert abs(float(re.findall(r"after ([\d.]+) s", str(error))[0]) - passed) < 1


@pytest.mark.parametrize("failure", [httpx2.ReadError("reset"), (500, ERROR)], ids=repr)
def test_once_an_audience_was_seen_a_question_that_fails_for_a_time_does_not_end_the_wait(failure: Any) -> None:
    once = {"read_policy": RetryPolicy(attempts=1, first_wait=0)}
    batch = Batch(None, viewed(indexing_state="IN_PROGRESS"), failure, RECORD, **once)
    assert batch("wait", "VIP", within=60).state is RecordState.READY
    assert isinstance(Batch(None, (500, ERROR), **once)("wait", "VIP"), UnavailableError)
    refused = Batch(None, viewed(indexing_state="IN_PROGRESS"), (401, ERROR), **once)("wait", "VIP")
    assert isinstance(refused, AuthenticationError)


def test_close_ends_a_wait_and_is_not_taken_for_the_end_of_its_time(face: BlockingPortal | None) -> None:
    def close() -> Any:
        return batch.provider.close()

    batch: Any = Batch(face, viewed(indexing_state="IN_PROGRESS"), on_response=lambda *_: close())
    error = batch("wait", "VIP")
    assert isinstance(error, NotSentError)
    assert [error.outcome] == [None]
    assert "close() ended" in str(error)


def test_an_answer_about_another_audience_is_no_record_of_this_one(face: BlockingPortal | None) -> None:
    error = Batch(face, viewed(name="OTHER"))("get", "VIP")
    assert isinstance(error, SpecViolationError)
    assert [error.outcome] == [None]
    assert "so it acted" not in str(error)


def test_a_name_and_an_id_that_batch_has_no_place_for_are_refused_together() -> None:
    batch = Batch(None, RECORD)
    for verb in ("get", "wait", "delete"):
        assert isinstance(batch(verb, "VIP", id="4711"), UnsupportedError)
    assert batch.asked == []


@pytest.mark.parametrize("wrong", ["", False, 0, 5, "\ud800", b"x"])
def test_a_token_or_an_id_that_is_no_text_is_refused_with_its_own_shape(wrong: Any) -> None:
    batch = Batch(None, RECORD)
    for field in ("token", "id"):
        error = batch("get", "VIP", **{field: wrong})
        assert isinstance(error, InvalidError)
        assert [problem.field for problem in error.problems] == [field]
        assert (error.provider, error.outcome) == ("Batch", None)
    assert batch.asked == []


def test_what_keeps_a_read_from_being_sent_has_no_outcome_either(face: BlockingPortal | None) -> None:
    batch = Batch(face, RECORD)
    for error in (batch("get", "VIP", timeout=-1), batch("wait", "VIP", within=-1), batch("reconcile", "x")):
        assert (error.provider, error.outcome, error.operation) == ("Batch", None, None)
    assert batch("delete", "VIP", timeout=-1).outcome is Outcome.NOT_SENT


@pytest.mark.parametrize("name", ["\ud800", ""])
def test_a_token_to_reconcile_with_a_name_that_is_none_is_refused(name: str) -> None:
    batch = Batch(None, RECORD)
    lost = json.loads(Batch(None, httpx2.ReadError("reset"))("delete", "VIP").reconcile_token)
    assert isinstance(batch("reconcile", json.dumps({**lost, "name": name})), InvalidError)
    assert batch.asked == []


def late() -> Exception:
    time.sleep(1.2)
    return httpx2.ReadTimeout("x")


def test_where_the_last_question_has_no_answer_in_time_the_time_to_wait_is_over() -> None:
    batch = Batch(None, viewed(indexing_state="IN_PROGRESS"), late)
    error = batch("wait", "VIP", within=1.1)
    assert isinstance(error, WaitTimeoutError)
    assert error.record is not None
    assert error.record.state is RecordState.INDEXING
    assert "within must be a number of seconds" in str(batch("wait", "VIP", within="5"))
    unanswered = Batch(None, late)("wait", "VIP", within=1.1)
    assert isinstance(unanswered, WaitTimeoutError)
    assert unanswered.record is None


def test_a_wait_without_time_says_what_was_answered_or_that_nothing_was(raw: RawServer) -> None:
    assert isinstance(Batch(None, (401, ERROR))("wait", "VIP", within=0), AuthenticationError)
    assert isinstance(Batch(None, (404, ERROR))("wait", "VIP", within=0), NotFoundError)
    assert Batch(None, RECORD)("wait", "VIP", within=0).state is RecordState.READY
    with make("batch", base_url=raw.url) as provider, pytest.raises(WaitTimeoutError, match="no answer after"):
        provider.wait("VIP", within=0)


def test_an_accepted_change_that_is_not_to_be_seen_yet_is_waited_for() -> None:
    batch = Batch(None, (404, ERROR), RECORD)
    assert batch("wait", receipt()).state is RecordState.READY
    error = Batch(None, (404, ERROR))("wait", receipt(), within=0.01)
    assert isinstance(error, WaitTimeoutError)
    assert error.record is None
    assert isinstance(Batch(None, (404, ERROR, {"Retry-After": "9" * 18}))("wait", receipt(), within=2), NotFoundError)


def test_deleting_gives_a_receipt_with_the_token_of_the_change(face: BlockingPortal | None) -> None:
    batch = Batch(face, (202, {"indexing_token": "abc"}))
    deleted = batch("delete", "VIP")
    assert (deleted.name, deleted.operation, deleted.operation_token) == ("VIP", "audience_remove", "abc")
    assert (deleted.state, deleted.outcome, deleted.empty) == (State.ACCEPTED, Outcome.APPLIED, False)
    assert batch.asked[0].method == "POST"


@pytest.mark.parametrize("answer", [(202, {}), (202, []), (204, None), (200, {"indexing_token": 5})])
def test_a_deletion_without_a_token_was_applied_all_the_same(answer: Any) -> None:
    deleted = Batch(None, answer)("delete", "VIP")
    assert (deleted.outcome, deleted.operation_token) == (Outcome.APPLIED, None)


def test_a_deletion_that_nobody_answered_is_not_repeated(face: BlockingPortal | None) -> None:
    batch = Batch(face, httpx2.ReadError("reset"))
    error = batch("delete", "VIP")
    assert isinstance(error, UnknownOutcomeError)
    assert (error.outcome, len(batch.asked)) == (Outcome.UNKNOWN, 1)
    refused = Batch(face, (401, ERROR))("delete", "VIP")
    assert isinstance(refused, AuthenticationError)
    assert refused.outcome is Outcome.REJECTED


@pytest.mark.parametrize(
    ("answer", "seen", "words"),
    [(RECORD, True, "before the call began"), ((404, ERROR), False, "not seen|is to be seen so far")],
)
def test_what_is_seen_after_an_unknown_outcome_is_evidence_and_no_proof(
    face: BlockingPortal | None, answer: Any, seen: bool, words: str
) -> None:
    for verb, what in (("create", case("batch").good()), ("delete", "VIP")):
        lost = Batch(face, httpx2.ReadError("reset"))(verb, what)
        batch = Batch(face, answer)
        found = batch("reconcile", lost.reconcile_token)
        assert (found.outcome, found.name, found.record is not None) == (Outcome.UNKNOWN, "VIP", seen)
        assert any(word in found.reason for word in words.split("|"))
        assert batch.queries == [{"name": "VIP"}]


def first(provider: Any, verb: str) -> Any:
    """What a verb gives, of a list its first audience."""
    arguments = {"list": [], "ensure": [case(provider.key).good()]}
    members = [["1"]] if verb in {"add", "remove", "replace"} else []
    given = getattr(provider, verb)(*arguments.get(verb, ["VIP", *members]))
    return given if verb != "list" else given.__anext__() if hasattr(given, "__anext__") else next(given)


def test_a_verb_that_a_provider_does_not_offer_is_refused_with_the_reason(face: BlockingPortal | None) -> None:
    for key in ("adobe", "commbox"):
        provider = make(key, aio if face else audiences)
        for verb, (support, reason) in provider.capabilities.items():
            if support is Support.UNSUPPORTED:
                call = partial(first, provider, verb)
                with pytest.raises(UnsupportedError) as caught:
                    face.call(call) if face else call()
                assert reason in str(caught.value)
                assert caught.value.provider == provider.title
    assert {verb: each.support for verb, each in audiences.Batch.capabilities.items()} == {
        **dict.fromkeys(("create", "get", "list", "add", "remove", "replace", "delete"), Support.NATIVE),
        **dict.fromkeys(("ensure", "wait"), Support.EMULATED),
    }
