"""The mutants that no check of a server can notice, each kind with its reason."""

import re

_TEXT = r"(x-www-form-urlencoded|multipart~1form-data)/schema"

EXCEPTIONS: tuple[tuple[str, str], ...] = (
    (rf"{_TEXT}: type(: or null| removed)$", "A form is an object, whatever else it may be."),
    (rf"{_TEXT}/properties/\w+: type(: or null| removed)$", "A field of a form is text, whatever else it may be."),
    (rf"{_TEXT}: (client_id|client_secret|scope|name): emptied$", "They are texts, and so is any field of a form."),
    (
        r"multipart~1form-data/schema: type: ",
        "The parts of a form are read one by one; none is of the form's own type.",
    ),
    (
        r"multipart~1form-data/schema/properties/audience_file: type",
        "A file is bytes, whatever type it is said to have.",
    ),
    (
        r"/parameters/\w+/schema: type(: or null| removed)$",
        "A header's or query's value is text, whatever else it may be.",
    ),
    (r"^adobe .*/schema: (name|namespace|originName) required$", "Which properties are required is not said."),
    (r"^adobe .*parameters/1/schema: enum: capitals added$", "Media types have no case (RFC 9110, 8.3.1)."),
    (r"properties/type: type(: or null| removed)$", "The enum, which is still there, says it too."),
    (r"name: pattern: \* becomes \+$", "Nothing is said of an empty name: a server may refuse it."),
    (r"encoding/\w+: application/vnd.ms-excel removed$", "Nothing here makes such a file, so a refusal tells nothing."),
    (
        r"multipart~1form-data(: encoding removed|/encoding/\w+: application/pdf added)$",
        "A part's media type is the caller's word; a server may look at the content alone.",
    ),
    (r"responses(/|: )(429|500|503)\b", "No request provokes it: the check neither floods nor breaks a server."),
)


def reason(name: str) -> str:
    """Why a mutant of that name cannot be noticed; "" if it can."""
    return next((why for pattern, why in EXCEPTIONS if re.search(pattern, name)), "")
