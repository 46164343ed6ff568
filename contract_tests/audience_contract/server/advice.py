"""Rules of advice that a request's violations show: what HTTP, JSON and forms forbid where the documents are silent."""

import re

from ..messages import Request
from ..urlencoded import decode, pairs
from ..violation import Violation

OPEN = {"json.depth"}
"""Those of `misread`'s rules that let a server either take or refuse the request."""
_UNREADABLE = {
    "NaN or Infinity": "json.numbers",
    "not UTF-8": "json.encoding",
    "same key twice": "json.keys",
    "nested deeper": "json.depth",
    "closing boundary": "form.framing",
}


def misread(request: Request, violation: Violation) -> str:
    """The rule of advice that a server breaks if it takes a request with this violation.

    Returns "" where the documents themselves forbid the violation, or nothing forbids it.
    """
    match violation.where.partition(" ")[0]:
        case "part":
            return "form.part" if "not UTF-8" in violation.message else ""
        case "content-type" if violation.message.startswith("not one of"):
            known, said = re.split("[ ,;]+", violation.message), "".join(request.values("content-type")[:1])
            return "" if said.partition(";")[0].strip().lower() in known else "http.media"
        case "body":
            return next((rule for words, rule in _UNREADABLE.items() if words in violation.message), "")
    return ""


def query_of(request: Request) -> list[tuple[str, str]]:
    """The query parameters of a request, each name with a value; without those that cannot be decoded."""
    found = [(decode(key, plus=True), decode(text, plus=True)) for key, text in pairs(request.target.partition("?")[2])]
    return [(key, text) for key, text in found if key is not None and text is not None]
