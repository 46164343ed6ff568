"""CommBox's answers are wrong."""

from ...messages import Response
from ...multipart import Part
from ..acts import as_json, body, drops, every, on_error, on_success, puts, status
from ..fault import Fault, Turn
from . import ANSWER, BAD, CREATED, DATA, ID, UNAUTHORIZED


def _leaks_number(turn: Turn) -> Response:
    answer, file = turn.answer(), turn.fields.get("audience_file")
    if answer.status != 400 or not isinstance(file, Part):
        return answer
    return puts(description=f"Bad Request near {file.data[-16:]!r}")(answer)


def _unparted(turn: Turn) -> Response:
    answer = turn.answer()
    return status(201)(answer) if answer.status == 400 else answer


FAULTS = (
    Fault("commbox.no-data", "A success has no `data`.", (f"{ANSWER}/required",), on_success(drops("data"))),
    Fault("commbox.no-id", "The `data` of a success is empty.", (f"{DATA}/required",), on_success(puts(data={}))),
    Fault(
        "commbox.no-id-sometimes",
        "The `data` of every third success is empty.",
        (f"{DATA}/required",),
        on_success(puts(data={}), every(3)),
    ),
    Fault(
        "commbox.id-number",
        "The id is a number.",
        (f"{ID}/type",),
        on_success(as_json(lambda value: {**value, "data": {"id": int(value["data"]["id"])}})),
    ),
    Fault(
        "commbox.time-no-zone",
        "The `response_time` of a success has no time zone.",
        (f"{ANSWER}/properties/response_time/format",),
        on_success(puts(response_time="2025-02-06T07:51:52.2581942")),
    ),
    Fault("commbox.error-empty", "A 401 has no body.", (f"{UNAUTHORIZED}/content",), on_error(body(b""), 401)),
    Fault(
        "commbox.error-as-success",
        "A refusal has the status 201, and 400 in its envelope only.",
        (BAD, f"{ANSWER}/required", CREATED),
        _unparted,
    ),
    Fault("commbox.leaks-number", "A refusal quotes the file's last phone number.", ("CWE-209",), _leaks_number),
)
