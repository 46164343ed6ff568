"""Adobe refuses what it must take, fails, or answers wrongly."""

import unicodedata
from collections.abc import Callable

from ...messages import Response
from ..acts import as_json, on_success, puts, refuses
from ..fault import Act, Fault, Turn
from . import ANSWER_ID, ANSWER_NAME, API_KEY, BODY, CREATED, DESCRIPTION, NAME, NAMESPACE, QUERY


def _echoes(change: Callable[[str], str]) -> Act:
    """It repeats the name with a change; one that was not sent stays away."""
    return on_success(
        as_json(lambda value: {**value, "name": change(value["name"])} if "name" in value else value),
    )


def _own_id_lost(turn: Turn) -> Response:
    answer = turn.answer()
    return puts(audienceId="0" * 8)(answer) if answer.status < 300 and "audienceId" in turn.fields else answer


def _name_of_before(turn: Turn) -> Response:
    answer, before = turn.answer(), turn.memory.get("name")
    if answer.status >= 300:
        return answer
    turn.memory["name"] = turn.text("name")
    return puts(name=before)(answer) if before is not None else answer


def _leaks_key(turn: Turn) -> Response:
    answer = turn.answer()
    key = turn.header("x-api-key")
    return puts(message=f"Api Key is invalid: {key}")(answer) if key and answer.status == 403 else answer


FAULTS = (
    Fault(
        "adobe.name-changed-case",
        "The name in the answer is in lower case.",
        (f"{ANSWER_NAME}/description",),
        _echoes(str.lower),
    ),
    Fault(
        "adobe.name-cut",
        "The name in the answer is cut after 128 characters.",
        (f"{ANSWER_NAME}/description",),
        _echoes(lambda name: name[:128]),
    ),
    Fault(
        "adobe.name-trimmed",
        "The name in the answer lacks the white space at its ends.",
        (f"{ANSWER_NAME}/description",),
        _echoes(str.strip),
    ),
    Fault(
        "adobe.name-composed",
        "The name in the answer has composed letters where decomposed ones were sent.",
        (f"{ANSWER_NAME}/description",),
        _echoes(lambda name: unicodedata.normalize("NFC", name)),
    ),
    Fault(
        "adobe.name-question-marks",
        "The name in the answer has question marks for letters beyond Latin-1.",
        (f"{ANSWER_NAME}/description",),
        _echoes(lambda name: name.encode("latin-1", "replace").decode("latin-1")),
    ),
    Fault(
        "adobe.name-escaped",
        "The name in the answer is escaped as in HTML.",
        (f"{ANSWER_NAME}/description",),
        _echoes(lambda name: name.replace("&", "&amp;").replace("<", "&lt;")),
    ),
    Fault(
        "adobe.name-of-before",
        "The name in the answer is that of the request before.",
        (f"{ANSWER_NAME}/description",),
        _name_of_before,
    ),
    Fault(
        "adobe.id-not-the-callers",
        "The audienceId in the answer is not the one that was sent.",
        (f"{ANSWER_ID}/description", f"{BODY}/properties/audienceId/description"),
        _own_id_lost,
    ),
    Fault(
        "adobe.description-needed",
        "A body without `description` is refused.",
        (f"{DESCRIPTION}/description",),
        refuses(lambda turn: "description" not in turn.fields),
    ),
    Fault(
        "adobe.description-lines",
        "A description of several lines fails with 500.",
        (f"{DESCRIPTION}/type", CREATED),
        refuses(lambda turn: "\n" in turn.text("description"), 500),
    ),
    Fault(
        "adobe.name-accents",
        "A name beyond ASCII fails with 500.",
        (f"{NAME}/type", CREATED),
        refuses(lambda turn: not turn.text("name").isascii(), 500),
    ),
    Fault(
        "adobe.namespace-rare",
        "A namespace with an apostrophe fails with 500, where there is a description too.",
        (f"{NAMESPACE}/type", CREATED),
        refuses(lambda turn: "'" in turn.text("namespace") and "description" in turn.fields, 500),
    ),
    Fault(
        "adobe.query-escaped",
        "A query with percent-encoded letters is refused.",
        ("RFC 3986, 2.3", QUERY),
        refuses(lambda turn: "%" in turn.request.target),
    ),
    Fault("adobe.leaks-key", "A 403 quotes the API key that was sent.", (API_KEY, "CWE-209"), _leaks_key),
)
