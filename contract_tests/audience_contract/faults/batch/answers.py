"""Batch's answers are wrong."""

from ...messages import Response
from ..acts import as_json, drops, every, on_success, status
from ..fault import Fault, Turn
from . import ANSWER, MALFORMED


def _crash(turn: Turn) -> Response:
    bad = turn.request.body and turn.object is None
    return turn.error(500) if bad else turn.answer()


def _hiding(turn: Turn) -> Response:
    answer = turn.answer()
    return status(202)(answer) if answer.status == 400 else answer


FAULTS = (
    Fault(
        "batch.no-token",
        "A success has no `indexing_token`.",
        (f"{ANSWER}/required",),
        on_success(drops("indexing_token")),
    ),
    Fault(
        "batch.no-token-sometimes",
        "Every third success has no `indexing_token`.",
        (f"{ANSWER}/required",),
        on_success(drops("indexing_token"), every(3)),
    ),
    Fault(
        "batch.no-token-install-ids",
        "A success has no `indexing_token` where the type is `install_ids`.",
        (f"{ANSWER}/required",),
        on_success(drops("indexing_token"), lambda turn: turn.text("type") == "install_ids"),
    ),
    Fault(
        "batch.token-camel-case",
        "The token is called `indexingToken`.",
        (f"{ANSWER}/required",),
        on_success(as_json(lambda value: {"indexingToken": value["indexing_token"]})),
    ),
    Fault("batch.error-as-success", "A refusal has the status 202.", (MALFORMED, f"{ANSWER}/required"), _hiding),
    Fault("batch.error-500", "A body that is no JSON object fails with 500.", (MALFORMED,), _crash),
)
