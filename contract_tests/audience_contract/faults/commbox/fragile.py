"""CommBox stumbles over what is right, or answers in a way that no success or refusal of its has."""

import json
import re
from collections.abc import Callable

from ...messages import Response
from ...multipart import Part
from ..acts import as_json, body, instead, on_error, on_success, page, puts, refuses, status
from ..fault import Fault, Turn
from . import (
    ANSWER,
    BAD,
    CREATED,
    DATA,
    DESCRIPTION,
    FILE,
    FORM,
    ID,
    NAME,
    REFUSAL,
    RESPONSES,
    UNAUTHORIZED,
)

_DATE = "/Date(1738828312258)/"


def _file(turn: Turn) -> Part:
    found = turn.fields.get("audience_file")
    return found if isinstance(found, Part) else Part("audience_file", "", "", b"")


def _head(turn: Turn) -> bytes:
    """Everything before the file's content."""
    return turn.request.body.partition(_file(turn).data)[0] if _file(turn).data else turn.request.body


def _numbers(turn: Turn) -> list[bytes]:
    """What looks like a phone number in a CSV file."""
    return re.findall(rb"(?<!\d)\d{7,15}(?!\d)", _file(turn).data) if _file(turn).content_type == "text/csv" else []


def _name(word: str, said: str, pattern: str) -> Fault:
    return Fault(
        f"commbox.name-{word}",
        f"A name {said} fails with 500.",
        (f"{NAME}/type", CREATED),
        refuses(lambda turn: re.search(pattern, turn.text("name")) is not None, 500),
    )


def _form(word: str, said: str, rule: str, when: Callable[[Turn], bool]) -> Fault:
    return Fault(f"commbox.{word}", f"A form is refused {said}.", (rule, FORM), refuses(when))


def _media(pattern: str) -> Callable[[Turn], bool]:
    return lambda turn: re.match(pattern, turn.header("content-type"), re.IGNORECASE) is None


def _csv(word: str, said: str, when: Callable[[Turn], bool]) -> Fault:
    return Fault(
        f"commbox.{word}",
        f"A CSV file {said} fails with 500.",
        (DESCRIPTION, CREATED),
        refuses(lambda turn: _file(turn).content_type == "text/csv" and when(turn), 500),
    )


def _in_xml(answer: Response) -> Response:
    return Response(answer.status, (("content-type", "application/xml"),), b"<Response><Status>201</Status></Response>")


def _deduplicated(turn: Turn) -> Response:
    answer, name = turn.answer(), turn.text("name")
    if answer.status != 201:
        return answer
    made = json.loads(answer.body)["data"]
    first, data = turn.memory.setdefault("files", {}).setdefault(_file(turn).data, (name, made))
    return answer if first == name else puts(data=data)(answer)


def _quoting(turn: Turn) -> Response:
    answer, numbers = turn.answer(), _numbers(turn)
    if answer.status != 201 or not numbers:
        return answer
    return puts(description=f"Audience created, {numbers[0].decode()} first")(answer)


FAULTS = (
    _name("percent", "with a percent sign that begins no code", "%(?![0-9A-Fa-f]{2})"),
    _name("digits", "of digits only", r"^\d+$"),
    _name("lines", "with a line break inside", r"\n"),
    Fault(
        "commbox.name-markup",
        "A name with a `<` before a letter fails with 500 and a page of HTML, as unsafe.",
        (f"{NAME}/type", CREATED, RESPONSES),
        instead(page(500), lambda turn: re.search("<[A-Za-z]", turn.text("name")) is not None),
    ),
    _form(
        "part-header-more",
        "whose parts have other headers too",
        "RFC 7578, 4.8",
        lambda turn: re.search(rb"\r\n(?!content-(?:disposition|type):)[a-z-]+:", _head(turn).lower()) is not None,
    ),
    _form(
        "part-disposition-order",
        "that says a file's name before the part's",
        "RFC 2183, 2",
        lambda turn: re.search(rb"form-data; *filename=", _head(turn)) is not None,
    ),
    _form(
        "part-charset",
        "that has a part `_charset_`",
        "RFC 7578, 4.6",
        lambda turn: "_charset_" in turn.fields,
    ),
    _form("boundary-no-space", "without a space before `boundary`", "RFC 9110, 8.3.1", _media(r"\S+; ")),
    _form("boundary-second", "whose boundary is not the first parameter", "RFC 2045, 5", _media(r"\S+; *boundary")),
    Fault(
        "commbox.boundary-name-case",
        "A form is refused that calls its boundary `Boundary`.",
        ("RFC 9110, 5.6.6", FORM),
        refuses(lambda turn: "boundary=" not in turn.header("content-type")),
    ),
    Fault(
        "commbox.boundary-signs",
        "A form is refused whose boundary has other signs in it than letters, digits and hyphens.",
        ("RFC 2046, 5.1.1", FORM),
        refuses(lambda turn: re.search(r'boundary="?[\w-]*[^"\w;-]', turn.header("content-type")) is not None),
    ),
    Fault(
        "commbox.filename-semicolon",
        "A file name with a semicolon fails with 500.",
        (FILE, "RFC 2183, 2", CREATED),
        refuses(lambda turn: ";" in (_file(turn).filename or ""), 500),
    ),
    Fault(
        "commbox.filename-bare",
        "A file is refused whose name has no extension.",
        (FILE, DESCRIPTION),
        refuses(lambda turn: "." not in (_file(turn).filename or ".")),
    ),
    Fault(
        "commbox.filename-long",
        "A file name of more than 100 characters fails with 500.",
        (FILE, CREATED),
        refuses(lambda turn: len(_file(turn).filename or "") > 100, 500),
    ),
    Fault(
        "commbox.file-hyphens",
        "A form is refused whose file has a line that begins with two hyphens.",
        ("RFC 2046, 5.1.1", FORM),
        refuses(lambda turn: re.search(rb"(^|\n)--", _file(turn).data) is not None),
    ),
    _csv("csv-one-column", "of one column only", lambda turn: b"," not in _file(turn).data.partition(b"\n")[0]),
    _csv("csv-one-number", "with a single number", lambda turn: len(_numbers(turn)) == 1),
    _csv("csv-long-number", "with a number of 15 digits", lambda turn: any(len(each) == 15 for each in _numbers(turn))),
    _csv(
        "csv-two-countries",
        "whose numbers do not all begin with the same two digits",
        lambda turn: len({each[:2] for each in _numbers(turn)}) > 1,
    ),
    Fault(
        "commbox.expect-417",
        "A request that expects 100-continue, as curl's uploads do, is answered with 417.",
        ("RFC 9110, 10.1.1", RESPONSES),
        refuses(lambda turn: turn.header("expect").lower() == "100-continue", 417),
    ),
    Fault(
        "commbox.answer-xml",
        "A success is XML where Accept names that too.",
        (f"{CREATED}/content",),
        on_success(_in_xml, lambda turn: "application/xml" in turn.header("accept")),
    ),
    Fault(
        "commbox.answer-bom",
        "A byte order mark stands before the JSON of a success.",
        ("RFC 8259, 8.1", ANSWER),
        on_success(body(lambda data: b"\xef\xbb\xbf" + data)),
    ),
    Fault(
        "commbox.answer-utf-16",
        "The JSON of a refusal is in UTF-16.",
        ("RFC 8259, 8.1", REFUSAL),
        on_error(body(lambda data: data.decode().encode("utf-16-le")), 400),
    ),
    Fault(
        "commbox.answer-capitals",
        "The properties of a success begin with capitals.",
        (f"{ANSWER}/required",),
        on_success(as_json(lambda value: {name.capitalize(): found for name, found in value.items()})),
    ),
    Fault(
        "commbox.data-text",
        "The `data` of a success is JSON inside a text.",
        (f"{DATA}/type",),
        on_success(as_json(lambda value: {**value, "data": json.dumps(value["data"])})),
    ),
    Fault(
        "commbox.time-script",
        "The `response_time` of a success is written as JavaScript's dates once were.",
        (f"{ANSWER}/properties/response_time/format",),
        on_success(puts(response_time=_DATE)),
    ),
    Fault(
        "commbox.time-no-such-day",
        "The `response_time` of a 401 is the 30th of February.",
        (f"{UNAUTHORIZED}/content/application~1json/schema/properties/response_time/format",),
        on_error(puts(response_time="2025-02-30T07:51:52Z"), 401),
    ),
    Fault(
        "commbox.error-message",
        "A 401 has a `Message`, of the framework, and nothing else.",
        (f"{UNAUTHORIZED}/content/application~1json/schema/required",),
        on_error(as_json(lambda _: {"Message": "Authorization has been denied for this request."}), 401),
    ),
    Fault(
        "commbox.error-list",
        "The `description` of a 400 is an array of texts.",
        (f"{REFUSAL}/properties/description/type",),
        on_error(as_json(lambda value: {**value, "description": [value["description"]]}), 400),
    ),
    Fault(
        "commbox.error-as-200",
        "A refusal has the status 200, and 400 in its envelope only.",
        (BAD, RESPONSES),
        on_error(status(200), 400),
    ),
    Fault(
        "commbox.id-of-file",
        "A file that was uploaded before gives the id of then, whatever the audience's name.",
        (f"{ID}/description",),
        _deduplicated,
    ),
    Fault(
        "commbox.leaks-first-number",
        "The description of a success quotes the file's first phone number.",
        ("CWE-201",),
        _quoting,
    ),
)
