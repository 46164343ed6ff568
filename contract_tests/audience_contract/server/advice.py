"""Rules of advice: what HTTP, JSON and forms allow or forbid where the provider's documents are silent."""

import json
import re
from collections.abc import Iterable

from ..bodies import json_of, parts_of
from ..media import parse
from ..messages import Request
from ..security import start
from ..spec import Operation
from ..strict_json import at
from ..urlencoded import decode, pairs
from ..violation import Violation
from .send import Wire

OPEN = {"json.depth"}
"""Those of `misread`'s rules that let a server either take or refuse the request."""
_UNREADABLE = {
    "NaN or Infinity": "json.numbers",
    "not UTF-8": "json.encoding",
    "same key twice": "json.keys",
    "nested deeper": "json.depth",
    "closing boundary": "form.framing",
}
_ALLOWED = (
    (rb"/\*.*?\*/|(//|#)[^\r\n]*", b""),
    (rb"'", b'"'),
    (rb"([{,]\s*)(\w+)(?=\s*:)", rb'\1"\2"'),
    (rb",(?=\s*[\]}])", b""),
    (rb"(?<=[ ,:\[])0+(?=\d)", b""),
    (rb'(\\["\\/bfnrtu])|\\', rb"\1"),
)
"""What some parsers take that is not JSON, such as comments and other quotes, and what takes its place in JSON."""
_CODED = re.compile("%(3[0-9]|[46][1-9A-F]|[57][0-9A]|2[DE]|5F|7E)", re.IGNORECASE)
"""The percent code of a character that does not need one (RFC 3986, 2.3)."""
_HEAD = re.compile(
    rb'Content-Disposition: form-data; name="[^"\r\n]+"(; filename="[^"\r\n]*"\r\nContent-Type: [^;\r\n]+)?'
)


def misread(request: Request, violation: Violation) -> str:
    """The rule of advice that a server breaks if it takes a request with this violation.

    Returns "" where the documents themselves forbid the violation, or nothing forbids it.
    """
    if request.values("content-encoding"):
        return ""
    place, _, name = violation.where.partition(" ")
    missing, said = violation.message == "missing", "".join(request.values("content-type")[:1])
    found = ""
    match place:
        case "part":
            respelled = missing and _is_near(name, (part.name for part in parts_of(request)))
            found = "form.part" if respelled or "not UTF-8" in violation.message else ""
        case "query":
            asked = query_of(request)
            texts = [text for key, text in asked if key == name]
            found = "http.query" if missing and _is_near(name, (key for key, _ in asked)) else ""
            # A server that reads numbers as Python does takes white space around them, and the digits of every script.
            spelled = violation.rule.endswith("/type") and all(re.fullmatch(r"\s*\d+\s*", text) for text in texts)
            found = "http.number" if texts and spelled else found
            # One that reads `true` as a truth value also takes it in other case, and with white space around it.
            is_true = violation.rule.endswith("/enum") and {text.strip().lower() for text in texts} == {"true"}
            found = "http.query" if is_true else found
        case "header":
            weighed = any(";q=" in value for value in request.values("accept"))
            found = "http.accept" if name == "Accept" and weighed else ""
        case "content-type" if violation.message.startswith("not one of"):
            known = re.split("[ ,;]+", violation.message)
            found = "" if said.partition(";")[0].strip().lower() in known else "http.media"
        case "body" if violation.missing and "json" in said:
            above = at(json_of(request), violation.pointer)
            found = "json.names" if isinstance(above, dict) and _is_near(violation.missing, above) else ""
        case _:
            known_as = (rule for words, rule in _UNREADABLE.items() if words in violation.message)
            lenient = "not JSON" in violation.message and _is_nearly_json(request.body)
            found = "json.text" if lenient else next(known_as, "")
    return found


def query_of(request: Request) -> list[tuple[str, str]]:
    """The query parameters of a request, each name with a value; without those that cannot be decoded."""
    found = [(decode(key, plus=True), decode(text, plus=True)) for key, text in pairs(request.target.partition("?")[2])]
    return [(key, text) for key, text in found if key is not None and text is not None]


def _is_near(name: str, others: Iterable[str]) -> bool:
    """Whether one of the others differs from the name only in case, or in white space around it."""
    return name.casefold() in (other.strip().casefold() for other in others)


def _is_nearly_json(body: bytes) -> bool:
    """Whether some parser in wide use takes the body for JSON, because it allows more than RFC 8259 does."""
    for pattern, json_has in _ALLOWED:
        body = re.sub(pattern, json_has, body, flags=re.DOTALL)
    try:
        # Some take control characters in strings, and any white space around the text.
        json.loads(body.decode().strip(), strict=False)
    except (ValueError, RecursionError):
        return False
    return True


def written(operation: Operation, request: Request, wire: Wire) -> str:
    """The rule of advice that asks a server to take a valid request of an unusual form; "" for a usual form."""
    on_the_wire = {
        "http.chunked": wire.chunked,
        "http.line": wire.absolute,
        "http.expect": wire.expect,
        "http.upgrade": request.values("upgrade"),
        "http.query": _CODED.search(request.target.partition("?")[2]),
    }
    for rule, is_unusual in on_the_wire.items():
        if is_unusual:
            return rule
    starts = "|".join(start(each) for each in operation.spec.schemes if each.value["type"] == "http")
    if starts and not all(re.match(f"({starts})[^ ]", value) for value in request.values("authorization")):
        return "http.scheme"
    if not declares_accept(operation) and not set(request.values("accept")) <= {"*/*", "application/json"}:
        return "http.accept"
    said = "".join(request.values("content-type")[:1])
    media = parse(said)
    if media and media.essence == "multipart/form-data":
        return _of_form(said, media.parameters.get("boundary", ""), request.body)
    body = operation.node.get("requestBody")
    return "http.type" if body and said and said not in body["content"].value else ""


def declares_accept(operation: Operation) -> bool:
    """Whether the spec has a parameter of its own for the header Accept."""
    return any(each.value["name"].lower() == "accept" for each in operation.node.get("parameters") or ())


def _of_form(said: str, boundary: str, body: bytes) -> str:
    between = f"--{boundary}".encode()
    # Some parsers look for the boundary without the hyphens before it, and so find it within a part as well.
    is_within = body.count(boundary.encode()) > body.count(between)
    plain = said == f"multipart/form-data; boundary={boundary}" and re.fullmatch("[-a-z0-9]{1,40}", boundary)
    first, *parts, last = body.split(between) if between in body else (b"", b"")
    if not plain or is_within or first or last != b"--\r\n":
        return "form.framing"
    heads = (part.removeprefix(b"\r\n").partition(b"\r\n\r\n")[0] for part in parts)
    return "" if all(map(_HEAD.fullmatch, heads)) else "form.part"
