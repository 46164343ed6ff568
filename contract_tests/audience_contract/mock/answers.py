"""Answers: JSON, and those that follow from an operation's schemas where a provider's file has nothing to add."""

import json
from http.client import responses
from typing import Any

from ..messages import Response
from ..samples import sample
from ..schema import check
from ..spec import Node, Operation


def reply(status: int, value: Any, media: str = "application/json") -> Response:
    """A JSON response."""
    return Response(status, (("content-type", media),), json.dumps(value, ensure_ascii=False).encode())


def reason(status: int) -> str:
    """The status's phrase in HTTP."""
    return responses.get(status, "Unknown")


def success(operation: Operation, *, is_new: bool = False) -> Response | None:
    """The first documented success, or the 201 for what `is_new`, with the values of the spec's examples that fit; None
    where none is documented.
    """
    documented = [status for status in operation.node["responses"].value if status[0] in "23"]
    documented.sort(key=lambda status: (status != "201" or not is_new, status))
    return _answer(operation, int(documented[0].replace("X", "0")), "text") if documented else None


def error(operation: Operation, status: int, detail: str = "") -> Response:
    """The error with this status; where none is documented, one that looks like the first that has a body.

    Texts of which the spec has no example are what it says of the status, and `detail`.
    """
    documented = operation.response(status)
    said = documented.plain("description") if documented else ""
    return _answer(operation, status, f"{said or reason(status)}{detail}")


def _answer(operation: Operation, status: int, words: str) -> Response:
    content, documented = _content(operation, status), operation.response(status)
    declared = documented and documented.get("headers")
    needed = [name for name in declared.value if declared[name].plain("required")] if declared else []
    headers = tuple((name, str(sample(declared[name]["schema"], words))) for name in needed if declared)
    if content is None:
        return Response(status, headers, b"") if documented else reply(status, {"message": words})
    media = next((media for media in content.value if "json" in media), next(iter(content.value)))
    schema = content[media].get("schema")
    value = _value(content[media], schema, words) if schema else {}
    if isinstance(value, dict) and type(value.get("status")) is int:
        value = {**value, "status": status}
    is_json = "json" in media or "*" in media
    body = json.dumps(value, ensure_ascii=False) if is_json else value if isinstance(value, str) else words
    kind = media.replace("*/*", "application/json").replace("*", "json")
    return Response(status, (("content-type", kind), *headers), body.encode())


def _value(entry: Node, schema: Node, words: str) -> Any:
    """A value that the schema allows: one that is made, an example, or one with required properties only."""
    made = sample(schema, words)
    given = [entry.value["example"]] if "example" in entry.value else []
    given += [each.value["value"] for each in entry.get("examples") or () if "value" in each.value]
    every = (made, *given, sample(schema, words, smallest=True))
    return next((each for each in every if not any(check(schema, each, ""))), made)


def _content(operation: Operation, status: int) -> Node | None:
    """The documented content of a status, or of the first error that has any for one that is not documented."""
    documented = operation.response(status)
    if not documented and status >= 400:
        responses = operation.node["responses"]
        others = (responses[code] for code in sorted(responses.value) if code[0] in "45")
        documented = next((each for each in others if each.get("content")), None)
    return documented.get("content") if documented else None
