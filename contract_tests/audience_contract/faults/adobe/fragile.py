"""Adobe mangles what it repeats, stumbles over what is right, or answers as no success does."""

import json
import re
import uuid
from collections.abc import Callable
from typing import Any
from urllib.parse import unquote_plus

from ...messages import Response
from ..acts import as_json, body, on_success, page, puts, refuses
from ..fault import Fault, Turn
from . import ANSWER, ANSWER_ID, ANSWER_NAME, API_KEY, BEARER, BODY, CONTENT, CREATED, DESCRIPTION, NAME, OPERATION


def _echo(word: str, said: str, change: Callable[[str], Any], rule: str = f"{ANSWER_NAME}/description") -> Fault:
    return Fault(
        f"adobe.name-{word}",
        f"The name in the answer {said}.",
        (rule,),
        on_success(as_json(lambda value: {**value, "name": change(value["name"])} if "name" in value else value)),
    )


def _described(turn: Turn) -> Response:
    answer = turn.answer()
    swapped = answer.status == 200 and turn.text("name") and turn.text("description")
    return puts(name=turn.text("description"))(answer) if swapped else answer


def _of_namespace(turn: Turn) -> Response:
    answer = turn.answer()
    if answer.status != 200 or "audienceId" in turn.fields:
        return answer
    return puts(audienceId=str(uuid.uuid5(uuid.NAMESPACE_OID, turn.text("namespace"))))(answer)


def _unordered(turn: Turn) -> bool:
    names = [name.lower() for name, _ in turn.request.headers]
    return names.index("x-api-key") < names.index("authorization")


def _gateway(turn: Turn) -> Response:
    answer = turn.answer()
    unread = answer.status == 400 and turn.request.body and turn.object is None and turn.header("content-type")
    return page(502, "<h1>Bad Gateway</h1>") if unread else answer


def _shown(text: str) -> str:
    return json.dumps(text)[1:-1]


def _misread(text: str) -> str:
    return text.encode().decode("latin-1")


FAULTS = (
    _echo("misread", "is its UTF-8, read as Latin-1", _misread),
    _echo("escaped-twice", "has JSON's escapes in it where it had quotes or letters beyond ASCII", _shown),
    _echo(
        "decoded", "has spaces for plus signs and letters for percent codes, as though it came in a query", unquote_plus
    ),
    _echo("collapsed", "has one space for several", lambda name: re.sub(" {2,}", " ", name)),
    _echo("no-emoji", "lacks characters beyond U+FFFF", lambda name: re.sub("[\U00010000-\U0010ffff]", "", name)),
    _echo("no-quotes", "lacks quotes at its ends", lambda name: name.strip('"')),
    _echo("no-tail", "ends at its first character U+0000", lambda name: name.partition("\0")[0]),
    _echo(
        "read-as-number",
        "is a number where it has digits only",
        lambda name: int(name) if re.fullmatch("[0-9]{1,15}", name) else name,
        f"{ANSWER_NAME}/type",
    ),
    _echo("wrapped", "is an object, by language", lambda name: {"en": name}, f"{ANSWER_NAME}/type"),
    Fault(
        "adobe.name-is-description",
        "The name in the answer is the description, where there is one.",
        (f"{ANSWER_NAME}/description",),
        _described,
    ),
    Fault(
        "adobe.id-of-namespace",
        "Audiences of one namespace have the same audienceId.",
        (f"{ANSWER_ID}/description",),
        _of_namespace,
    ),
    Fault(
        "adobe.answer-prefix",
        "The JSON of a success follows `)]}',`, as a guard against scripts.",
        ("RFC 8259, 2", ANSWER),
        on_success(body(lambda data: b")]}',\n" + data)),
    ),
    Fault(
        "adobe.description-empty",
        "An empty description fails with 500.",
        (f"{DESCRIPTION}/type", CREATED),
        refuses(lambda turn: turn.fields.get("description") == "", 500),
    ),
    Fault(
        "adobe.description-tab",
        "A description with a tab fails with 500.",
        (f"{DESCRIPTION}/type", "RFC 8259, 7", CREATED),
        refuses(lambda turn: "\t" in turn.text("description"), 500),
    ),
    Fault(
        "adobe.name-backslash",
        "A name with a backslash fails with 500.",
        (f"{NAME}/type", CREATED),
        refuses(lambda turn: "\\" in turn.text("name"), 500),
    ),
    Fault(
        "adobe.json-solidus",
        "JSON with the escape `\\/` is refused.",
        ("RFC 8259, 7", BODY),
        refuses(lambda turn: rb"\/" in turn.request.body),
    ),
    Fault(
        "adobe.headers-order",
        "A request is refused whose x-api-key stands before its Authorization.",
        ("RFC 9110, 5.3", API_KEY),
        refuses(_unordered),
    ),
    Fault(
        "adobe.token-worn",
        "The right token is refused from the 41st request on.",
        (BEARER,),
        refuses(lambda turn: turn.number > 40, 401),
    ),
    Fault("adobe.body-502", "A body that is no JSON object fails with 502.", ("RFC 9110, 15.6.3", CONTENT), _gateway),
    Fault(
        "adobe.delete-500",
        "DELETE on the route fails with 500.",
        (OPERATION, "RFC 9110, 9.1"),
        lambda turn: turn.error(500) if turn.request.method == "DELETE" else turn.answer(),
    ),
)
