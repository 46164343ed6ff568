"""Batch takes what it must refuse."""

import json
import re

from ...messages import Request
from ..acts import json_body, json_request, pardons, reads, takes_as
from ..fault import Fault, Turn, When, fields, json_object
from . import CONTENT, MALFORMED, NAME, TYPE

_VALID = {"name": "fault", "type": "emails"}
_SPACE = " \t\r\n"


def _named(request: Request) -> Request:
    fields = json_object(request) or {}
    return json_body({**fields, "name": str(fields["name"])})(request)


def _like(pattern: str) -> When:
    return lambda turn: re.fullmatch(pattern, turn.text("name"), re.DOTALL) is not None


def _first_value(data: bytes) -> bytes:
    """What stands before the text that follows a JSON value."""
    try:
        text = data.decode()
        start = len(text) - len(text.lstrip(_SPACE))
        return text[: json.JSONDecoder().raw_decode(text, start)[1]].encode()
    except (ValueError, RecursionError):
        return data


def _cut(turn: Turn) -> bool:
    """Whether nothing is wrong with an object but that its end is missing."""
    text = turn.request.body.decode("utf-8", "replace")
    try:
        json.loads(text)
    except json.JSONDecodeError as error:
        cut = error.pos >= len(text.rstrip(_SPACE)) or error.msg.startswith("Unterminated string")
        return cut and text.lstrip(_SPACE).startswith("{")
    except (ValueError, RecursionError):
        pass
    return False


FAULTS = (
    Fault(
        "batch.name-1000",
        "Names are refused from 256 characters, but accepted again from 1000.",
        (f"{NAME}/maxLength",),
        pardons(f"{NAME}/maxLength", when=lambda turn: len(turn.text("name")) >= 1000),
    ),
    *(
        Fault(
            f"batch.name-{word}",
            f"Names {said} are accepted.",
            (f"{NAME}/description", f"{NAME}/pattern"),
            pardons(f"{NAME}/pattern", when=_like(pattern)),
        )
        for word, said, pattern in (
            ("space", "with a space inside", r"[A-Za-z0-9_-]+( [A-Za-z0-9_-]+)+"),
            ("slash", "with a slash", r"[A-Za-z0-9_/-]+"),
            ("letters", "with letters beyond a-z and A-Z", r"([^\W\d]|[0-9-])+"),
            ("digits", "with digits beyond 0-9", r"[A-Za-z\d_-]+"),
            ("newline", "with a newline at the end", r"[A-Za-z0-9_-]+\n"),
            ("tail", "that only begin as names may", r"[A-Za-z0-9_-].*"),
        )
    ),
    Fault(
        "batch.name-number",
        "A number is accepted as the name.",
        (f"{NAME}/type",),
        takes_as(_named, lambda turn: turn.object is not None and type(turn.object.get("name")) in (int, float)),
    ),
    Fault(
        "batch.type-case",
        "The type is accepted in any case.",
        (f"{TYPE}/enum",),
        pardons(f"{TYPE}/enum", when=lambda turn: turn.text("type").lower() in ("custom_ids", "emails", "install_ids")),
    ),
    Fault(
        "batch.body-cut",
        "A JSON body whose end is missing is accepted.",
        (MALFORMED, "RFC 8259, 2"),
        takes_as(json_body(_VALID), _cut),
    ),
    Fault(
        "batch.body-more",
        "Text after the JSON value is overlooked.",
        (MALFORMED, "RFC 8259, 2"),
        reads(_first_value),
    ),
    Fault(
        "batch.media-form",
        "A form's body is accepted.",
        (CONTENT,),
        takes_as(
            lambda request: json_request(fields(request))(request),
            lambda turn: turn.header("content-type") == "application/x-www-form-urlencoded" and bool(turn.fields),
        ),
    ),
)
