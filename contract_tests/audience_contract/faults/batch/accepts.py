"""Batch takes what it must refuse."""

import re
from dataclasses import replace

from ...messages import Request
from ..acts import header, json_request, pardons, takes_as
from ..fault import Fault, Turn, When, fields
from . import BODY, CONTENT, DISPLAY_NAME, MALFORMED, NAME, POST, PROJECT, TYPE

_VALID = {"name": "fault", "type": "emails"}


def _completed(request: Request) -> Request:
    return json_request({**_VALID, **fields(request)})(request)


def _named(request: Request) -> Request:
    return json_request({**fields(request), "name": str(fields(request)["name"])})(request)


def _like(pattern: str) -> When:
    return lambda turn: re.fullmatch(pattern, turn.text("name"), re.DOTALL) is not None


def _lacks(name: str) -> Fault:
    return Fault(
        f"batch.{name}-missing",
        f"A body without `{name}` is accepted.",
        (f"{BODY}/required",),
        takes_as(_completed, lambda turn: bool(turn.fields) and name not in turn.fields),
    )


def _unreadable(turn: Turn, pattern: bytes) -> bool:
    return not turn.fields and re.fullmatch(pattern, turn.request.body, re.DOTALL) is not None


FAULTS = (
    Fault(
        "batch.project-ignored",
        "A request without X-Batch-Project is accepted.",
        (f"{PROJECT}/required",),
        pardons(f"{PROJECT}/required"),
    ),
    Fault(
        "batch.name-256", "Names of 256 characters are accepted.", (f"{NAME}/maxLength",), pardons(f"{NAME}/maxLength")
    ),
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
            ("space", "with a space inside", r"[\w-]+( [\w-]+)+"),
            ("slash", "with a slash", r"[A-Za-z0-9_/-]+"),
            ("letters", "with letters beyond a-z and A-Z", r"[^\W\d]*[^\W\d_]+[\w-]*"),
            ("digits", "with digits beyond 0-9", r"[A-Za-z\d_-]+"),
            ("newline", "with a newline at the end", r"[A-Za-z0-9_-]+\n"),
            ("tail", "that only begin as names may", r"[A-Za-z0-9_-].*"),
        )
    ),
    _lacks("name"),
    _lacks("type"),
    Fault(
        "batch.name-number",
        "A number is accepted as the name.",
        (f"{NAME}/type",),
        takes_as(_named, lambda turn: type(turn.fields.get("name")) in (int, float)),
    ),
    Fault(
        "batch.display-name-null",
        "`null` is accepted as the display name.",
        (f"{DISPLAY_NAME}/type",),
        pardons(f"{DISPLAY_NAME}/type", when=lambda turn: turn.fields.get("display_name") is None),
    ),
    Fault("batch.type-any", "Any text is accepted as the type.", (f"{TYPE}/enum",), pardons(f"{TYPE}/enum")),
    Fault(
        "batch.type-case",
        "The type is accepted in any case.",
        (f"{TYPE}/enum",),
        pardons(f"{TYPE}/enum", when=lambda turn: turn.text("type").lower() in ("custom_ids", "emails", "install_ids")),
    ),
    Fault(
        "batch.body-array",
        "An array with the object in it is accepted.",
        (f"{BODY}/type",),
        takes_as(json_request(_VALID), lambda turn: turn.request.body.strip().startswith(b"[{")),
    ),
    Fault(
        "batch.body-empty",
        "A request without a body is accepted.",
        (f"{POST}/requestBody/required",),
        takes_as(json_request(_VALID), lambda turn: not turn.request.body),
    ),
    Fault(
        "batch.body-cut",
        "A JSON body whose end is missing is accepted.",
        (MALFORMED, "RFC 8259, 2"),
        takes_as(json_request(_VALID), lambda turn: _unreadable(turn, rb"\s*\{.*[^}\s]\s*")),
    ),
    Fault(
        "batch.body-more",
        "Text after the JSON value is overlooked.",
        (MALFORMED, "RFC 8259, 2"),
        takes_as(json_request(_VALID), lambda turn: _unreadable(turn, rb"\{[^{}]*\}\s*[^\s,}].*")),
    ),
    Fault(
        "batch.media-text",
        "JSON is accepted as text/plain.",
        (CONTENT,),
        takes_as(header("content-type", "application/json"), lambda turn: turn.header("content-type") == "text/plain"),
    ),
    Fault(
        "batch.media-form",
        "A form's body is accepted.",
        (CONTENT,),
        takes_as(_completed, lambda turn: "urlencoded" in turn.header("content-type")),
    ),
    Fault(
        "batch.get-creates",
        "GET with a body creates an audience.",
        (POST, "RFC 9110, 9.2.1"),
        takes_as(lambda request: replace(request, method="POST"), lambda turn: turn.request.method == "GET"),
    ),
)
