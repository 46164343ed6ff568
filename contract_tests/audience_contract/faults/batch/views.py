"""Batch shows another audience than the one that was asked for, or one that is none."""

from dataclasses import replace

from ...messages import Response
from ...mock.provider import reply
from ..fault import Fault, Turn

_VIEW = "/paths/~1audiences~1view/get"


def _first_only(turn: Turn) -> Response:
    if turn.refused():
        return turn.answer()
    first: str = turn.memory.setdefault("first", turn.request.target)
    return turn.answer(replace(turn.request, target=first))


def _never_absent(turn: Turn) -> Response:
    answer = turn.answer()
    return reply(200, {"nb_ids": 0, "indexing_state": "APPLIED"}) if answer.status == 404 else answer


FAULTS = (
    Fault(
        "batch.view-first-only",
        "Whatever the name is, the audience is shown that was asked for first.",
        (f"{_VIEW}/parameters/0/description",),
        _first_only,
        operation="audience_view",
    ),
    Fault(
        "batch.view-never-absent",
        "An audience that there is not is shown, without members.",
        (f"{_VIEW}/responses/404", "/components/responses/404"),
        _never_absent,
        operation="audience_view",
    ),
)
