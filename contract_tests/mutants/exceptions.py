"""The mutants that no check of a server can notice, each kind with its reason."""

import re

_TEXT = r"(x-www-form-urlencoded|multipart~1form-data)/schema"

EXCEPTIONS: tuple[tuple[str, str], ...] = (
    (rf"{_TEXT}: type(: or null| removed)$", "A form is an object, whatever else it may be."),
    (rf"{_TEXT}/properties/\w+: type(: or null| removed)$", "A field of a form is text, whatever else it may be."),
    (rf"{_TEXT}: (client_id|client_secret|scope|name): emptied$", "They are texts, and so is any field of a form."),
    (
        r"multipart~1form-data(: encoding removed|/encoding/\w+: application/pdf added)$",
        "A part's media type is the caller's word; a server may look at the content alone.",
    ),
    (r"responses(/|: )(429|500|503)\b", "No request provokes it: the check neither floods nor breaks a server."),
)


def reason(name: str) -> str:
    """Why a mutant of that name cannot be noticed; "" if it can."""
    return next((why for pattern, why in EXCEPTIONS if re.search(pattern, name)), "")
