"""An audience is looked up before it is created, and what that tells after an unknown outcome."""

import json
from typing import Any

import httpx2
import pytest
from anyio.from_thread import BlockingPortal

from audiences import (
    AuthenticationError,
    Ensured,
    Evidence,
    ExistsError,
    InvalidError,
    NotFoundError,
    Outcome,
    Receipt,
    Record,
    Reference,
    SpecViolationError,
    UnavailableError,
    UnknownOutcomeError,
    WaitTimeoutError,
)
from cases import case
from test_verbs import ERROR, RECORD, Batch, viewed

GOOD = case("batch").good()
ABSENT = (404, ERROR)
CREATED = (202, {"indexing_token": "abc"})
LOST = httpx2.ReadError("reset")


def test_an_audience_that_is_there_is_found_and_nothing_is_created(face: BlockingPortal | None) -> None:
    batch = Batch(face, RECORD)
    ensured = batch("ensure", GOOD)
    assert isinstance(ensured, Ensured)
    assert (ensured.is_new, ensured.outcome, ensured.receipt) == (False, Outcome.NOT_SENT, None)
    assert ensured.record is not None
    assert (ensured.record.member_count, len(batch.asked)) == (4012, 1)
    assert json.loads(json.dumps(ensured.to_dict()))["is_new"] is False
    assert GOOD.name not in repr(ensured)


@pytest.mark.parametrize("verb", ["ensure", "get", "wait"])
def test_an_answer_without_a_property_of_an_audience_does_not_say_that_it_is_there(
    face: BlockingPortal | None, verb: str
) -> None:
    for answer in ({}, {"status": "ok"}, ERROR, {"type": "about:blank", "title": "words"}):
        batch = Batch(face, answer)
        error = batch(verb, GOOD if verb == "ensure" else GOOD.name)
        assert isinstance(error, SpecViolationError)
        assert error.outcome is (Outcome.NOT_SENT if verb == "ensure" else None)
        assert {request.method for request in batch.asked} == {"GET"}


def test_an_audience_that_is_not_there_is_created(face: BlockingPortal | None) -> None:
    batch = Batch(face, ABSENT, CREATED)
    ensured = batch("ensure", GOOD)
    assert (ensured.is_new, ensured.outcome, ensured.record) == (True, Outcome.APPLIED, None)
    assert ensured.receipt.operation_token == "abc"  # no secret
    assert [request.method for request in batch.asked] == ["GET", "POST"]


def test_what_ensure_gives_means_the_audience_and_the_change_that_created_it(face: BlockingPortal | None) -> None:
    for answers, asked in (((RECORD,), {}), ((ABSENT, CREATED), {"indexing_token": "abc"})):
        batch = Batch(face, *answers, RECORD)
        assert isinstance(batch("get", batch("ensure", GOOD)), Record)
        assert dict(batch.asked[-1].url.params) == {"name": GOOD.name, **asked}


@pytest.mark.parametrize("verb", ["ensure", "create"])
def test_where_it_cannot_be_looked_up_nothing_is_created(face: BlockingPortal | None, verb: str) -> None:
    options = {} if verb == "ensure" else {"look_first": True}
    kinds = {AuthenticationError: (401, ERROR), UnavailableError: (500, ERROR), UnknownOutcomeError: LOST}
    for kind, answer in kinds.items():
        batch = Batch(face, answer)
        error = batch(verb, GOOD, **options)
        assert isinstance(error, kind)
        assert (error.outcome, error.operation) == (Outcome.NOT_SENT, "audience_view")
        assert str(error).startswith("Batch: looking it up first: ")
        assert {request.method for request in batch.asked} == {"GET"}


def test_nobody_is_asked_about_a_draft_that_cannot_be_created(face: BlockingPortal | None) -> None:
    batch = Batch(face, ABSENT)
    assert isinstance(batch("ensure", case("batch").good(provider_fields={})), InvalidError)
    assert batch.asked == []


def test_a_create_that_looks_first_refuses_what_is_there(face: BlockingPortal | None) -> None:
    batch = Batch(face, RECORD)
    error = batch("create", GOOD, look_first=True)
    assert isinstance(error, ExistsError)
    assert error.record is not None
    assert (error.outcome, error.record.raw, len(batch.asked)) == (Outcome.NOT_SENT, RECORD, 1)
    assert isinstance(Batch(face, ABSENT, CREATED)("create", GOOD, look_first=True), Receipt)


@pytest.mark.parametrize("verb", ["create", "ensure"])
def test_only_after_a_look_what_is_found_was_applied(face: BlockingPortal | None, verb: str) -> None:
    options = {} if verb == "ensure" else {"look_first": True}
    lost = Batch(face, ABSENT, LOST)(verb, GOOD, **options)
    assert (lost.outcome, lost.looked_first) == (Outcome.UNKNOWN, True)
    for answer, outcome, evidence in (
        (viewed(created=None), Outcome.APPLIED, Evidence.FOUND),
        (ABSENT, Outcome.UNKNOWN, Evidence.NOT_SEEN),
    ):
        found = Batch(face, answer)("reconcile", lost.reconcile_token)
        assert (found.outcome, found.evidence) == (outcome, evidence)


FUTURE, PAST = "2999-01-01T00:00:00Z", "1999-01-01T00:00:00Z"


@pytest.mark.parametrize(
    ("times", "of_create", "of_change"),
    [
        ({"created": FUTURE, "updated": FUTURE}, Evidence.FOUND, Evidence.FOUND),
        ({"created": PAST, "updated": FUTURE}, Evidence.PERHAPS_OLDER, Evidence.FOUND),
        ({"created": PAST, "updated": PAST}, Evidence.PERHAPS_OLDER, Evidence.PERHAPS_OLDER),
        ({"created": None, "updated": "2999-01-01T00:00:00"}, Evidence.PERHAPS_OLDER, Evidence.PERHAPS_OLDER),
    ],
)
def test_what_is_found_is_told_apart_by_its_times_and_stays_unknown(
    times: dict[str, Any], of_create: Evidence, of_change: Evidence
) -> None:
    for evidence, verb, arguments in (
        (of_create, "create", [GOOD]), (of_change, "delete", ["VIP"]), (of_change, "add", ["VIP", ["1"]]),
        (of_change, "replace", ["VIP", ["1"]]),
    ):  # fmt: skip
        lost = Batch(None, LOST)(verb, *arguments)
        found = Batch(None, viewed(**times))("reconcile", lost)
        assert (found.outcome, found.evidence) == (Outcome.UNKNOWN, evidence)
        assert found.record is not None


def test_after_a_deletion_the_wait_for_it_ends_where_the_audience_is_gone() -> None:
    deleted = Batch(None, CREATED)("delete", "VIP")
    for what, answers in (
        (deleted, [viewed(indexing_state="IN_PROGRESS"), ABSENT]),
        (Reference.of_text(Reference.of(deleted).to_text()), [ABSENT]),
    ):
        batch = Batch(None, *answers)
        error = batch("wait", what)
        assert isinstance(error, NotFoundError)
        assert [error.outcome, len(batch.asked)] == [None, len(answers)]
    for what, token in ((Batch(None, CREATED)("create", GOOD), None), (deleted, "of another change")):
        error = Batch(None, ABSENT)("wait", what, token=token, within=0.1)
        assert isinstance(error, WaitTimeoutError)
        assert isinstance(error, TimeoutError)
