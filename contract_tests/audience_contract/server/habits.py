"""What HTTP, JSON and forms allow or forbid and no document speaks of: by which rule of advice a request is judged."""

import re

from ..media import parse
from ..messages import Request
from ..security import is_bearer
from ..spec import Operation
from ..violation import Violation
from .send import Wire

OPEN = {"json.depth"}
"""Of the rules that `misread` gives, those by which such a request may be taken or refused."""
_UNREADABLE = {
    "NaN or Infinity": "json.numbers",
    "not UTF-8": "json.encoding",
    "same key twice": "json.keys",
    "nested deeper": "json.depth",
}
_HEAD = re.compile(
    rb'Content-Disposition: form-data; name="[^"\r\n]+"(; filename="[^"\r\n]*"\r\nContent-Type: [^\r\n]+)?'
)


def misread(operation: Operation, request: Request, violation: Violation) -> str:
    """The rule by which what no reader should take is wrong; "" where the documents forbid it, or nobody does."""
    if violation.where.startswith("part "):
        return "form.part" if "not UTF-8" in violation.message else ""
    media = parse("".join(request.values("content-type")[:1]))
    if violation.where == "content-type" and media and media.essence.endswith("+json"):
        body = operation.node.get("requestBody")
        return "json.suffix" if body and "application/json" in body["content"].value else ""
    found = (rule for words, rule in _UNREADABLE.items() if words in violation.message)
    return next(found, "")


def written(operation: Operation, request: Request, wire: Wire) -> str:
    """The rule by which a valid request that is written in an unusual way must be read; "" where it is not."""
    for unusual, rule in ((wire.chunked, "http.chunked"), (wire.absolute, "http.line"), (wire.expect, "http.expect")):
        if unusual:
            return rule
    if request.values("upgrade"):
        return "http.upgrade"
    is_bearers = any(map(is_bearer, operation.spec.schemes))
    bearers = request.values("authorization") if is_bearers else []
    if not all(re.match("Bearer [^ ]", value) for value in bearers):
        return "http.scheme"
    declared = {str(each.value["name"]).lower() for each in operation.node.get("parameters") or ()}
    if "accept" not in declared and not set(request.values("accept")) <= {"*/*", "application/json"}:
        return "http.accept"
    said = "".join(request.values("content-type")[:1])
    media = parse(said)
    if media and media.essence == "multipart/form-data":
        return _of_form(said, media.parameters.get("boundary", ""), request.body)
    body = operation.node.get("requestBody")
    return "http.type" if body and said and said not in body["content"].value else ""


def _of_form(said: str, boundary: str, body: bytes) -> str:
    between = f"--{boundary}".encode()
    plain = said == f"multipart/form-data; boundary={boundary}" and re.fullmatch("[-a-z0-9]{1,40}", boundary)
    first, *parts, last = body.split(between) if between in body else (b"", b"")
    if not plain or first or last != b"--\r\n":
        return "form.framing"
    heads = (part.removeprefix(b"\r\n").partition(b"\r\n\r\n")[0] for part in parts)
    return "" if all(map(_HEAD.fullmatch, heads)) else "form.part"
