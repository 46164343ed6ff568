"""How a request must be answered: by a documented success, by a refusal, or by either if the documents are silent."""

import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from enum import Enum
from functools import lru_cache
from typing import Any

from .. import security
from ..bodies import fields_of, is_raw, json_of, parts_of, text_of
from ..checker import check_request
from ..judging import rule_of
from ..media import entry_of, media_of
from ..messages import Request, Response
from ..mock.provider import facts_of
from ..mock.provider import load as provider_of
from ..rules import RULES, Weight
from ..spec import Node, Operation
from ..strict_json import at
from ..urlencoded import decode
from ..violation import UnreadableError, Violation
from .advice import OPEN, misread, query_of
from .places import is_about_one, key_of, places
from .send import BUSY
from .target import Target

_LONG = 255
"""Characters: a server may take or refuse a longer text where no limit is documented."""
_USUAL = 64
"""Characters of a text that a server should take if no limit is documented."""
_CREDENTIAL = re.compile(r"\S+ [-\w.~+/]+=*", re.ASCII)
"""A scheme and a token68 (RFC 9110, 11.4)."""
_NOT_FOUND, _NOT_IMPLEMENTED = 404, 501
_TOO_LONG, _MUCH = {413, 414, 431}, 4096
"""Statuses by which a request of more than so many bytes may be refused, whatever else is wrong with it."""


class Expected(Enum):
    """How a request must be answered; each value is the wording in a report.

    Of two headlines the shorter is kept, so NO_SUCCESS is as long as UNAUTHORISED, which has the plainer requests.
    """

    SUCCESS = "it is valid"
    REFUSAL = "it must be refused with a documented status"
    UNAUTHORISED = "credentials must be refused"
    NO_SUCCESS = "the request must be refused"
    OPEN = "it may be taken or refused"
    LATER = "it is sent again later"


@dataclass(frozen=True)
class Expectation:
    """How a request must be answered, and why.

    - `expected`: the answer that fits.
    - `rule`: the id of the rule that an answer breaks if it does not fit.
    - `pointer`: the JSON pointer to the part of the spec that says so.
    - `kind`: the kind of input, in a few words.
    - `weight`: the weight of a finding; with NOT_JUDGED, only server errors are judged.
    - `broken`: what the request breaks; None for a valid request.
    - `detail`: the `detail` of a `Finding`.
    - `advised`: the rule of advice that a fitting answer breaks if it is not a 401; "" for none.
    - `odd`: the name of the only unusual text; "" for none.
    - `only`: the only status that a refusal may have; 0 if any documented refusal will do.
    """

    expected: Expected
    rule: str
    pointer: str
    kind: str
    weight: Weight = Weight.VIOLATION
    broken: Violation | None = None
    detail: str = ""
    advised: str = ""
    odd: str = ""
    only: int = 0

    @property
    def key(self) -> str:
        """The key of the documented rule: its pointer in the spec, or the rule's id if the rule has no place there.

        A rule in a shared component has one pointer, and so one key for all operations.
        """
        return self.pointer if RULES[self.rule].is_placed else self.rule

    def reason(self, operation: Operation, *, is_opposite: bool) -> str:
        """Why an answer that does not fit is wrong; `is_opposite` says that it is a success instead of a refusal, or
        the other way round.
        """
        starts = {Expected.SUCCESS: ("2", "3"), Expected.REFUSAL: ("4", "d"), Expected.UNAUTHORISED: ("401", "403")}
        start = (str(self.only),) if self.only else starts.get(self.expected, ())
        said = [] if is_opposite and self.expected is not Expected.REFUSAL else operation.node["responses"].value
        codes = ", ".join(code for code in said if code.startswith(start))
        return f"documented: {codes}" if codes else str(self.expected.value)

    def fits(self, operation: Operation, response: Response, size: int = 0) -> bool:
        """Whether an answer's status fits, for a request with a body of `size` bytes.

        A 5xx never fits, except a 501 to a method that is not documented, and a 503 if the request is sent again.
        """
        status = response.status
        documented = operation.node["responses"].value
        # If a success is documented, `default` stands for refusals.
        known = {str(status), f"{status // 100}XX"} if any(code[0] in "23" for code in documented) else {"default"}
        success = 200 <= status < 400 and bool(known & documented.keys())
        refusal = 400 <= status < 500
        match self.expected:
            case Expected.SUCCESS:
                # What a query looks for may not be there.
                asks = not is_about_one(operation) and any(place.kind == "query" for place in places(operation))
                return success or (asks and status == _NOT_FOUND and "404" in documented)
            case Expected.REFUSAL:
                refusals = _refusals(operation)
                fits = not refusals or status in refusals or (status in _TOO_LONG and size > _MUCH)
                return refusal and self.only in (0, status) and fits
            case Expected.UNAUTHORISED:
                return str(status) in {"401", "403"} & documented.keys() if "401" in documented else refusal
            case Expected.NO_SUCCESS:
                # A method that is not documented need not be implemented (RFC 9110, 9.1).
                return refusal or (status, self.rule) == (_NOT_IMPLEMENTED, "case.method")
            case Expected.OPEN:
                return success or refusal
            case Expected.LATER:
                return status in BUSY


def expect(target: Target, operation: Operation, request: Request, label: str = "", rule: str = "") -> Expectation:
    """The expectation for a request. `label` says in a few words what is special about it.

    `rule` is one of advice, or "": the request is written in a way that HTTP, JSON or forms allow and many servers
    refuse, or in a way that they forbid and many servers take.
    """
    # A path without values for its parameters is another path, and maybe that of another operation.
    elsewhere = "{" in operation.path and not operation.path_values(request.target)
    if request.method != operation.method or elsewhere:
        return _of_method(operation, request, is_open=elsewhere)
    every = [violation for violation in check_request(operation, request) if violation.where != "content-length"]
    found = [violation for violation in every if not violation.is_undocumented]
    broken = [violation for violation in found if rule_of(violation) != "request.credential"]
    hard = [violation for violation in broken if not rule and _is_hard(operation, request, violation)]
    is_open = False
    # A server may overlook the Content-Type of a part, but not the content itself.
    if not hard and all(re.search("/encoding/[^/]+/contentType$", violation.rule) for violation in broken):
        provider = provider_of(operation.spec.key)
        is_open = any(provider.why_either_is_allowed(operation, request))
        hard = [] if is_open else list(provider.prose(operation, request))
    wrong_settings = target.wrong_settings(request)
    is_unnamed = len(found) < len(every) and not provider_of(operation.spec.key).extensible
    lacking = security.failing(operation, request, target.admits)
    if lacking:
        made = _unadmitted(target, lacking[0], request, label)
        # If something else is wrong too, no document says which of the two mistakes decides the answer.
        clear = not (broken or wrong_settings or hard or is_unnamed) or made.expected is Expected.OPEN
        # Credentials should be checked before the body.
        in_body = not wrong_settings and any(v.where.startswith(("body", "part")) for v in broken)
        advised = "http.order" if in_body and "401" in operation.node["responses"].value else ""
        return made if clear else replace(made, expected=Expected.NO_SUCCESS, advised=advised)
    secret = next((place for place in wrong_settings if target.is_secret(place)), "")
    if secret and not broken:
        responses, kind = operation.node["responses"].pointer, label or f"{secret} wrong"
        return Expectation(Expected.UNAUTHORISED, "case.credential", responses, kind, detail=secret)
    bound = [] if broken or hard else _bound(operation, wrong_settings)
    if hard or bound:
        return _broken(hard or bound, label, any_status=bool(wrong_settings))
    if broken and (shown := rule or next(filter(None, (misread(request, violation) for violation in broken)), "")):
        expected = Expected.OPEN if shown in OPEN else Expected.NO_SUCCESS
        return Expectation(expected, shown, "", label or _kind(broken[0]), Weight.ADVICE, broken[0])
    return _valid(operation, request, rule, label, is_open=bool(is_open or wrong_settings or is_unnamed or broken))


def _of_method(operation: Operation, request: Request, *, is_open: bool) -> Expectation:
    """The expectation for a request with another method, or, with `is_open`, to another path."""
    documented = operation.spec.methods(request.target.partition("?")[0])
    silent = is_open or request.method == "OPTIONS" or (request.method == "HEAD" and "GET" in documented)
    weight, expected = (Weight.NOT_JUDGED, Expected.OPEN) if silent else (Weight.VIOLATION, Expected.NO_SUCCESS)
    return Expectation(expected, "case.method", operation.node.pointer, f"method {request.method}", weight)


def _broken(hard: list[Violation], label: str, *, any_status: bool) -> Expectation:
    """The expectation for a request that breaks rules which a server must enforce."""
    # A value of the wrong type usually breaks other rules as well, such as `enum`; the type is the cause.
    first = next((violation for violation in hard if violation.rule.endswith("/type")), hard[0])
    place = first.where.partition(" ")[0]
    # No document says which of several broken rules decides the status.
    any_status |= place in ("header", "query", "path", "content-type") or len({v.where for v in hard}) > 1
    expected = Expected.NO_SUCCESS if any_status else Expected.REFUSAL
    rule = "case.header" if place == "header" else "case.refused"
    return Expectation(expected, rule, first.rule, label or _kind(first), broken=first, detail=first.missing)


def _bound(operation: Operation, wrong_settings: Iterable[str]) -> list[Violation]:
    """Violations for wrong settings in headers that, as the documented 401 says, belong to the credential."""
    pointer, found = f"{operation.node.pointer}/responses/401/description", operation.response(401)
    said = f"documented: 401, {found.plain('description', '')}" if found else ""
    names = provider_of(operation.spec.key).bound
    return [Violation(place, "", pointer, said) for place in wrong_settings if place.removeprefix("header ") in names]


def _valid(operation: Operation, request: Request, rule: str, label: str, *, is_open: bool) -> Expectation:
    """The expectation for a request that breaks no rule that must be enforced; `is_open`: it may be refused.

    `rule` is the rule of advice that allows its unusual form; "" for a usual form.
    """
    responses = operation.node["responses"].pointer
    found = () if is_open else texts(operation, request)
    if is_open or any(_open(found)):
        return Expectation(Expected.OPEN, "case.accepted", responses, label or "undocumented")
    if rule:
        return Expectation(Expected.SUCCESS, rule, "", "valid", Weight.ADVICE)
    odd = [(name, kind, text) for name, kind, text in found if _is_odd(kind, text)]
    if len(odd) != 1:
        # With several odd texts, nobody can tell because of which one a server refuses the request.
        detail = "several" if odd else ""
        return Expectation(Expected.SUCCESS, "case.accepted", responses, label or "valid", detail=detail)
    name, kind, text = odd[0]
    # The create has already shown that the server takes this name.
    is_known = name == key_of(operation) and not facts_of(operation).creates
    is_limited = is_known or kind.plain("maxLength") or kind.plain("pattern")
    if not is_limited and (len(text) > _USUAL or any(map(_is_rare, text))):
        return Expectation(Expected.SUCCESS, "json.limits", "", label or "valid", Weight.ADVICE)
    return Expectation(Expected.SUCCESS, "case.accepted", kind.pointer, label or "valid", odd=name)


def _unadmitted(target: Target, scheme: Node, request: Request, label: str) -> Expectation:
    """The expectation for a request that lacks the right credential of a security scheme."""
    name, values = security.place(scheme)[1], security.values_of(scheme, request)
    rule, pointer = "case.credential", scheme.pointer
    if len(values) > 1 and any(target.admits(scheme, [value]) for value in values):
        return Expectation(Expected.OPEN, rule, pointer, f"{name} repeated")
    kind = "missing" if not values else "empty" if values == [""] else "wrong"
    # A request without its API key also lacks a header or a parameter, and a server may refuse as malformed what is not
    # of the form of a credential (RFC 6750, 3.1).
    is_key = scheme.value["type"] == "apiKey"
    is_malformed = kind != "wrong" if is_key else bool(values) and not _CREDENTIAL.fullmatch(values[0])
    expected = Expected.NO_SUCCESS if is_malformed else Expected.UNAUTHORISED
    return Expectation(expected, rule, pointer, label or f"{name} {kind}")


def _refusals(operation: Operation) -> set[int]:
    """The documented statuses that refuse a request for its content, so none for credentials or for the rate."""
    documented = operation.node["responses"].value
    if "default" in documented:
        return set(range(400, 500)) - {429}
    every = range(400, 500) if "4XX" in documented else ()
    return {*every, *(int(key) for key in documented if re.fullmatch("4[0-9][0-9]", key))} - {401, 403, 429}


def _kind(violation: Violation) -> str:
    where = f"{violation.where} {violation.pointer}".strip()
    return f"{where}: {violation.rule.rpartition('/')[2] or violation.message}"


def _is_hard(operation: Operation, request: Request, violation: Violation) -> bool:
    """Whether a server must refuse a request with this violation; false if it may be lenient, or nothing is said."""
    message, (place, _, name) = violation.message, violation.where.partition(" ")
    unreadable, provider = message.startswith("unreadable"), provider_of(operation.spec.key)
    name = violation.pointer.split("/")[1] if violation.pointer else name
    if violation.rule in provider.left_open or name in provider.only_in_some_revisions:
        return False
    in_query = provider.reads_query and violation.missing in dict(query_of(request))
    if in_query or message.startswith("sent ") or misread(request, violation):
        return False
    match place:
        case "content-type":
            # A server may guess JSON where no type is sent (RFC 9110, 8.3), but not a form's boundary (RFC 7578, 4.1).
            form = "multipart/form-data" in operation.node["requestBody"]["content"].value
            hard = form and message == "missing"
        case "header":
            hard = not unreadable
        case "query":
            hard = not unreadable and not _is_left_empty(operation, request, violation)
        case "part":
            is_ill = " breaks " in message and not provider.is_by_name
            hard = unreadable or message.startswith("missing") or is_ill
        case _:
            # RFC 8259: a parser may ignore a byte order mark (8.1), and may limit the digits of a number (9). What
            # percent codes of other bytes mean in a form is not said.
            bom = request.body.startswith(b"\xef\xbb\xbf")
            hard = not (unreadable and (bom or any(word in message for word in ("digits", "surrogate", "percent"))))
    return hard


def _is_left_empty(operation: Operation, request: Request, violation: Violation) -> bool:
    """Whether a violation is about an optional query parameter with an empty value, which many read as absent."""
    name = violation.where.partition(" ")[2]
    required = [p.value["name"] for p in operation.node.get("parameters") or () if p.plain("required")]
    values = [text for key, text in query_of(request) if key == name]
    return name not in required and values == [""]


def _is_odd(kind: Node, text: str) -> bool:
    """Whether a valid text is so unusual that a server may wrongly refuse it."""
    choices = kind.plain("enum")
    return text != choices[0] if choices else not re.fullmatch(r"[\w-][\w -]{0,63}", text, re.ASCII)


def _is_rare(character: str) -> bool:
    """Whether a character is beyond the first plane, invisible, or a separator of lines."""
    return character > "\uffff" or unicodedata.category(character) in ("Cf", "Zl", "Zp")


def _open(found: Iterable[tuple[str, Node, str]]) -> Iterator[str]:
    """The reasons why a request that breaks no rule, and that has the texts `found`, may still be refused."""
    for _, kind, text in found:
        if not text and not kind.plain("minLength"):
            yield "an empty text"
        if len(text) > _LONG and not kind.plain("maxLength"):
            yield "a long text"
        if any(unicodedata.category(character) in ("Cc", "Cn", "Cs") for character in text):
            yield "a character that is no text"


# Cached because one request is read several times.
@lru_cache(maxsize=16)
def texts(operation: Operation, request: Request) -> tuple[tuple[str, Node, str], ...]:
    """The texts in a request, each as its name, its schema and the text; none if the body cannot be read.

    Of an array, those of the first item count. Files and texts without a schema are left out.
    """
    path = {key: decode(text, plus=False) for key, text in operation.path_values(request.target).items()}
    try:
        found = {"query": dict(query_of(request)), "path": path, "body": _body_of(operation, request)}
    except UnreadableError:
        return ()
    named = ((each, at(found.get(each.kind), f"/{each.name}")) for each in places(operation))
    return tuple(
        (each.name or "the body", each.schema, text) for each, text in named if each.schema and isinstance(text, str)
    )


def _body_of(operation: Operation, request: Request) -> Any:
    """The body as JSON, fields or parts, without files; None for no body, or one of an undocumented media type."""
    body, media = operation.node.get("requestBody"), media_of(request)
    if not body or not media or not entry_of(body["content"], request):
        return None
    if is_raw(body["content"], request):
        return {"": text_of(request) or ""}
    if media.essence == "multipart/form-data" and request.body:
        return {p.name: p.data.decode("utf-8", "replace") for p in parts_of(request) if p.filename is None}
    return (json_of(request) if media.is_json else fields_of(request)) if request.body else None
