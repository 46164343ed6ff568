"""What a request has a right to: a documented success, a refusal, or either where the documents are silent."""

import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import Enum
from typing import Any

from .. import security
from ..bodies import fields_of, json_of, parts_of
from ..checker import check_request
from ..judging import rule_of
from ..media import find, parse
from ..messages import Request, Response
from ..mock.provider import load as provider_of
from ..spec import Node, Operation
from ..urlencoded import decode, pairs
from ..violation import Violation
from .target import Target

_LONG = 255
"""Characters; whether a longer text is taken is left open where no limit is documented."""
_NOT_IMPLEMENTED = 501


class Expected(Enum):
    """How a request must end."""

    SUCCESS = "a documented success"
    REFUSAL = "a documented refusal"
    UNAUTHORISED = "a refusal of its credentials"
    NO_SUCCESS = "a refusal, of any status from 400 to 499"
    OPEN = "a documented success or a refusal"


@dataclass(frozen=True)
class Expectation:
    """How a request must end, the `rule` that says so, the `pointer` to what it breaks, and the `kind` of input."""

    expected: Expected
    rule: str
    pointer: str
    kind: str

    def fits(self, operation: Operation, response: Response) -> bool:
        """Whether an answer's status is what was to be expected; 5xx never is, but 501 to another method."""
        status = response.status
        success = 200 <= status < 300 and str(status) in operation.node["responses"].value
        refusal = 400 <= status < 500
        match self.expected:
            case Expected.SUCCESS:
                return success
            case Expected.REFUSAL:
                return refusal and status in _refusals(operation)
            case Expected.UNAUTHORISED:
                documented = {"401", "403"} & operation.node["responses"].value.keys()
                return str(status) in documented if "401" in documented else refusal
            case Expected.NO_SUCCESS:
                # A method that is not documented need not be implemented (RFC 9110, 9.1).
                return refusal or (status, self.rule) == (_NOT_IMPLEMENTED, "case.method")
            case Expected.OPEN:
                return success or refusal


def expect(target: Target, operation: Operation, request: Request, label: str = "") -> Expectation:
    """What the documents say of a request; `label` says in a few words what is special about it."""
    if request.method != operation.method:
        return Expectation(Expected.NO_SUCCESS, "case.method", operation.node.pointer, f"method {request.method}")
    responses = operation.node["responses"].pointer
    found = [v for v in check_request(operation, request, undocumented=False) if not _is_length(v)]
    broken = [violation for violation in found if rule_of(violation) != "request.credential"]
    hard = [violation for violation in broken if _is_hard(operation, request, violation)]
    # What a part is said to be a server may overlook; not what its content is.
    if not hard and all(_is_kind(violation) for violation in broken):
        provider = provider_of(operation.spec.key)
        hard = (
            [] if any(provider.why_either_is_allowed(operation, request)) else list(provider.prose(operation, request))
        )
    wrong_settings = target.wrong_settings(request)
    lacking = security.failing(operation, request, target.admits)
    if lacking:
        return _unadmitted(target, lacking[0], request, label, clear=not (broken or wrong_settings or hard))
    secret = next((place for place in wrong_settings if target.is_secret(place)), "")
    if secret and not broken:
        return Expectation(Expected.UNAUTHORISED, "case.credential", responses, label or f"{secret} wrong")
    if hard:
        place = hard[0].where.partition(" ")[0]
        expected = (
            Expected.NO_SUCCESS if place in ("header", "query", "content-type") or wrong_settings else Expected.REFUSAL
        )
        rule = "case.header" if place == "header" else "case.refused"
        return Expectation(expected, rule, hard[0].rule, label or _kind(hard[0]))
    undocumented = broken or wrong_settings or any(_open(operation, request))
    expected, kind = (Expected.OPEN, "undocumented") if undocumented else (Expected.SUCCESS, "valid")
    return Expectation(expected, "case.accepted", responses, label or kind)


def _unadmitted(target: Target, scheme: Node, request: Request, label: str, *, clear: bool) -> Expectation:
    name = security.header(scheme)
    values = request.values(name)
    if len(values) > 1 and any(target.admits(scheme, [value]) for value in values):
        return Expectation(Expected.OPEN, "case.credential", scheme.pointer, f"{name} repeated")
    kind = "missing" if not values else "empty" if values == [""] else "wrong"
    # With something else wrong too, nobody says which of the two the answer has to be about.
    expected = Expected.UNAUTHORISED if clear else Expected.NO_SUCCESS
    return Expectation(expected, "case.credential", scheme.pointer, label or f"{name} {kind}")


def _refusals(operation: Operation) -> set[int]:
    """The statuses that refuse what a request says; those that speak of credentials, and of a rate, are others."""
    documented = operation.node["responses"].value
    if "default" in documented:
        return set(range(400, 500)) - {429}
    every = range(400, 500) if "4XX" in documented else ()
    return {*every, *(int(key) for key in documented if re.fullmatch("4[0-9][0-9]", key))} - {401, 403, 429}


def _kind(violation: Violation) -> str:
    where = f"{violation.where} {violation.pointer}".strip()
    return f"{where}: {violation.rule.rpartition('/')[2] or violation.message}"


def _is_kind(violation: Violation) -> bool:
    return bool(re.search("/encoding/[^/]+/contentType$", violation.rule))


def _is_length(violation: Violation) -> bool:
    return violation.where == "content-length"


def _is_hard(operation: Operation, request: Request, violation: Violation) -> bool:
    """Whether a server has to refuse what breaks this rule: false where it may be lenient, or nothing is said."""
    message = violation.message
    if request.values("content-encoding") or violation.rule in provider_of(operation.spec.key).left_open:
        return False
    if violation.where == "content-type":
        count = len(request.values("content-type"))
        # Without its type JSON may be guessed (RFC 9110, 8.3); the boundary of a form can't (RFC 7578, 4.1).
        form = "multipart/form-data" in operation.node["requestBody"]["content"].value
        return (count == 1 and not _same_media(operation, request)) or (count == 0 and form)
    if violation.where.startswith(("header ", "query ")):
        if message.startswith(("sent ", "unreadable")):
            return False
        return violation.where != "header Accept" or not _may_accept(violation, operation, request)
    if violation.where.startswith("part "):
        return message.startswith(("missing", "sent ", "unreadable"))
    # RFC 8259, 8.1: a byte order mark may be ignored; section 4: names should be unique. Depths and digits are limits.
    lenient = ("byte order mark", "same key twice", "deeper", "digits", "surrogate")
    return not (message.startswith("unreadable") and (any(w in message for w in lenient) or _has_bom(request)))


def _has_bom(request: Request) -> bool:
    return request.body.startswith(b"\xef\xbb\xbf")


def _same_media(operation: Operation, request: Request) -> bool:
    """Whether it is the documented media type with other parameters, or one that cannot be read."""
    essence = request.values("content-type")[0].partition(";")[0].strip().lower()
    body = operation.node.get("requestBody")
    return body is not None and any(essence == key.partition(";")[0].strip().lower() for key in body["content"].value)


def _may_accept(violation: Violation, operation: Operation, request: Request) -> bool:
    """Whether an Accept of other letters asks for the documented media type too."""
    values = request.values("accept")
    wanted = operation.node.at(violation.rule.removesuffix("/enum").removesuffix("/required")).plain("enum") or []
    types = [parse(str(value)) for value in wanted]
    asked = [parse(part.strip()) for value in values for part in value.split(",")]
    return any(media and media in types for media in asked)


def _open(operation: Operation, request: Request) -> Iterator[str]:
    """Why a request that breaks no rule may still be refused."""
    if not provider_of(operation.spec.key).extensible and check_request(operation, request, undocumented=True):
        yield "something that the documents do not name"
    accept = [parse(part.partition(";q")[0].strip()) for v in request.values("accept") for part in v.split(",")]
    if accept and not any(m and (m.is_json or "*" in m.essence) for m in accept) and not _declares_accept(operation):
        yield "an Accept that JSON is not in"
    if request.values("content-encoding") or len(request.values("accept")) > 1:
        yield "a header whose effect is not documented"
    for _, kind, text in texts(operation, request):
        if not text and not kind.plain("minLength"):
            yield "an empty text"
        if len(text) > _LONG and not kind.plain("maxLength"):
            yield "a long text"
        if any(unicodedata.category(character) in ("Cc", "Cn", "Cs") for character in text):
            yield "a character that is no text"
    yield from provider_of(operation.spec.key).why_either_is_allowed(operation, request)


def texts(operation: Operation, request: Request) -> Iterator[tuple[str, Node, str]]:
    """The texts in a readable request that the documents give a schema, each with its name and that; a file is none."""
    asked = {decode(key, plus=True): decode(text, plus=True) for key, text in pairs(request.target.partition("?")[2])}
    asked |= {key: decode(text, plus=False) for key, text in operation.path_values(request.target).items()}
    for parameter in operation.node.get("parameters") or ():
        name, text = parameter.value["name"], asked.get(parameter.value["name"])
        if parameter.value["in"] in ("query", "path") and text is not None:
            yield name, parameter["schema"], text
    body = operation.node.get("requestBody")
    media = parse("".join(request.values("content-type")[:1]))
    entry = body and media and find(body["content"], media)
    properties = entry and entry["schema"].get("properties")
    if not entry or not media or not properties:
        return
    if media.essence == "multipart/form-data":
        found = [(p.name, p.data.decode("utf-8", "replace")) for p in parts_of(request) if p.filename is None]
    else:
        value = json_of(request) if media.is_json else fields_of(request)
        found = list(value.items()) if isinstance(value, dict) else []
    yield from _texts(properties, found, "")


def _texts(properties: Node, found: Iterable[tuple[str, Any]], above: str) -> Iterator[tuple[str, Node, str]]:
    for name, value in found:
        kind = properties.get(name)
        below = kind and kind.get("properties")
        if kind and isinstance(value, str):
            yield above + name, kind, value
        elif below and isinstance(value, dict):
            yield from _texts(below, value.items(), f"{above}{name}/")


def _declares_accept(operation: Operation) -> bool:
    return any(p.value["name"].lower() == "accept" for p in operation.node.get("parameters") or ())
