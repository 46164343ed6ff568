"""The mutants that no check can notice, each kind with its reason; KEPT is proved by the answers of their servers."""

import re
from collections.abc import Iterable, Iterator, Sequence

Exceptions = Sequence[tuple[str, str]]
_FORM = r"request /\S*/(application~1x-www-form-urlencoded|multipart~1form-data)/schema"

KEPT: Exceptions = (
    (r" response /\S*: \w+ required$", "A server that always sends what it need not keeps the contract."),
    (r" response /\S*: enum: \w+ removed$", "A server that has fewer of the values to send keeps the contract."),
    (
        r" response /\S*: type beside an enum(: [\w ]+| removed)$",
        "The enum, which is still there, leaves no other value.",
    ),
    (r"^batch response /\S*: enum: capitals added$", "They are capitals."),
    (r"/properties/access_token: minLength: 2$", "A token of two characters and more is a token."),
    (
        r"^adobe response /\S*1ais\S*/200/content: application/problem\+json (instead|added)$",
        "The spec's application/* has it.",
    ),
    (
        r" response /\S*/responses: default removed$",
        "A document that lists no error does not say that there are none.",
    ),
    (r" response /\S*: type: only \w+$", "A server that sends values of fewer types keeps the contract."),
)
"""What these mutants answer, the right spec allows."""

EXCEPTIONS: Exceptions = (
    *KEPT,
    (
        r"^adobe response /components/schemas/(Platform|Externally)GeneratedAudience",
        "An audience is either of the two: what one of them forbids, the other one may allow.",
    ),
    (
        r"^adobe request /\S*1audiences/get/parameters/[2-8](/schema|:)(?!.* required turned)",
        "Who asks for all audiences asks for no filter, order or page.",
    ),
    (rf"{_FORM}: type(: or null| removed)$", "A form is an object, whatever else it may be."),
    (r"/multipart~1form-data/schema: type: \w+$", "A form of parts is an object, whatever type a spec gives it."),
    (rf"{_FORM}/properties/audience_file: type: \w+$", "A file is bytes, whatever type a spec gives it."),
    (
        rf"{_FORM}/properties/\w+: type(: or null| removed)$",
        "A field of a form is text or a file, and never null; without a type too.",
    ),
    (rf"{_FORM}: (client_id|client_secret|scope|name): emptied$", "They are texts, and so is any field of a form."),
    (
        r" request /\S*/parameters/[\w-]+/schema: type(: or null| removed)$",
        "A header's or query's value is text, whatever else it may be.",
    ),
    (
        r" request /\S*(view/get/parameters/[01]|/parameters/(2|3|HeaderProjectKey|x-[\w-]+))/schema: type: array$",
        "One value is a list of one; whether a server takes a header that comes twice, the documents do not say.",
    ),
    (
        r"^adobe request /\S*/schema: (name|namespace|originName) required$",
        "The page does not say which properties are required, and its sample has these three.",
    ),
    (
        r"^adobe request /\S*(/properties/audienceId: type.*|/schema: audienceId: emptied)$",
        "Only some revisions of the page know the property, so that the check does not send it.",
    ),
    (
        r"^adobe request /\S*/parameters/1/schema: enum: capitals added$",
        "Media types have no case (RFC 9110, 8.3.1).",
    ),
    (r" request /\S*: type beside an enum(: or null| removed)$", "The enum, which is still there, says it too."),
    (
        r"^batch request /\S*/properties/name: pattern: \* becomes \+$",
        "Nothing is said of an empty name: a server may refuse it.",
    ),
    (
        r"^batch request /\S*view/get/parameters/1: (another name|in another place)$",
        "A view without the token is one too, and says the same of an audience that was changed once.",
    ),
    (
        r"^commbox request /\S*put/parameters/0/schema: type: (integer|number|array)$",
        "The ids that the server gives are of digits, and one value is a list of one.",
    ),
    (
        r"^commbox response /\S*put/responses: 404 removed$",
        "An audience that is not there gets a documented refusal: another one.",
    ),
    (r"_ID}/\S+/parameters/\d: required turned$", "What stands in a path is always there."),
    (
        r"^batch request /\S*list/get/parameters/0(/schema: type: \w+|: (another name|in another place))$",
        "A cursor is the server's own text: only who turns its pages can tell whether it must be taken.",
    ),
    (
        r"^batch request /\S*list/get/parameters/1/schema: maximum( removed|: 101)$",
        "Who asks for more items than a page has may get a full page or a refusal.",
    ),
    (
        r"^batch request /\S*(replace|update)/post/requestBody/content: application/x-www-form-urlencoded added$",
        "A form has no place for the objects in an array.",
    ),
    (
        r" response /\S*/(get|delete)/responses: (400|404) removed$",
        "No document says which refusal a wrong parameter gets, or a name that is not there.",
    ),
    (r"^adobe response /\S*audiences/get/responses: 401 removed$", "A 403 refuses a credential, too."),
    (
        r"^batch response /\S*view/get/responses: (400|404) removed$",
        "What breaks a rule, or is about no audience, gets a documented refusal: the other one.",
    ),
    (
        r" response /\S*/responses: (429|500|503) removed$|^commbox response /\S*/get/responses: (400|404) removed$",
        "An answer that never comes is missed by nobody: which error an overloaded or broken server has is its own.",
    ),
)

UNCHANGED: dict[str, str] = {
    "openapi": "It says how the document is read.",
    "info": "It is about the document.",
    "tags": "They order the documentation.",
    "servers": "The check is told the address.",
    "links": "They say where the next request takes its values from; no answer is wrong by them.",
    "headers": "Nothing judges what the documents say of an answer's headers.",
    "operationId": "It never leaves the document.",
    "summary": "It is for people.",
    "description": "It is for people; what a server must do by it is among the faults of the catalogue.",
    "title": "It is for people.",
    "example": "It is for people.",
    "examples": "They are for people.",
    "default": "It says what a server does without the value, which no request shows.",
}
"""The keywords that the specs have and no mutant changes, with the reason."""


def reason(name: str) -> str:
    """Why a mutant of that name cannot be noticed; "" if it can."""
    return next((why for pattern, why in EXCEPTIONS if re.search(pattern, name)), "")


def unused(names: Iterable[str], exceptions: Exceptions = EXCEPTIONS) -> Iterator[str]:
    """The patterns of exceptions that are about none of the mutants' names."""
    all_names = list(names)
    yield from (pattern for pattern, _ in exceptions if not any(re.search(pattern, name) for name in all_names))
