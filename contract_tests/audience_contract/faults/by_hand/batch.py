"""Batch: "They are case sensitive"."""

import json

from ...messages import Response
from ..acts import json_request, puts
from ..fault import Fault, Turn

_NAME = "/paths/~1audiences~1create/post/requestBody/content/application~1json/schema/properties/name"


def _caseless(turn: Turn) -> Response:
    answer, name = turn.answer(), turn.text("name")
    if answer.status >= 300:
        return answer
    first, token = turn.memory.setdefault("names", {}).setdefault(
        name.lower(), (name, json.loads(answer.body)["indexing_token"])
    )
    return answer if first == name else puts(indexing_token=token)(answer)


FAULTS = (
    Fault(
        "token-caseless",
        "Names that differ in case only have the same token.",
        (f"{_NAME}/description",),
        _caseless,
        show=tuple(json_request({"name": name, "type": "emails"}) for name in ("spring", "Spring")),
    ),
)
