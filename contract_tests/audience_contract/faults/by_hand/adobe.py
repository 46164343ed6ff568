"""Adobe: the id in an answer is the caller's own, where one was sent."""

from ...messages import Response
from ..acts import json_request, puts
from ..fault import Fault, Turn

_POST = "/paths/~1core~1ais~1audiences/post"
_SENT = f"{_POST}/requestBody/content/application~1json/schema/properties/audienceId"
_ID = f"{_POST}/responses/200/content/application~1*/schema/properties/audienceId"


def _own_id_lost(turn: Turn) -> Response:
    answer = turn.answer()
    return puts(audienceId="0" * 8)(answer) if answer.status < 300 and "audienceId" in turn.fields else answer


FAULTS = (
    Fault(
        "id-not-the-callers",
        "The audienceId in the answer is not the one that was sent.",
        (f"{_ID}/description", f"{_SENT}/description"),
        _own_id_lost,
        show=(json_request({"name": "a", "namespace": "n", "originName": "o", "audienceId": "mine"}),),
    ),
)
