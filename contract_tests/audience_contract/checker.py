"""Checks a request or a response against its operation in the effective spec. Nothing here sends or raises."""

from collections.abc import Iterator

from . import bodies, parameters, security
from .messages import Request, Response
from .spec import Node, Operation
from .violation import Violation


def check_request(operation: Operation, request: Request, *, undocumented: bool = True) -> list[Violation]:
    """What a request breaks, sorted; empty if nothing.

    The caller has matched the request's method and path to the operation (`Spec.match`). Credentials are judged by
    presence and form only. `undocumented=False` ignores properties, parts and query parameters that the spec does not
    name: its schemas allow them, but a client that keeps to the documentation never sends them.
    """
    found = {
        *parameters.check(operation, request),
        *security.check(operation, request),
        *_length(operation, request),
        *_request_body(operation, request),
    }
    return sorted(each for each in found if undocumented or not each.is_undocumented)


def check_response(operation: Operation, response: Response) -> list[Violation]:
    """What a response breaks, sorted; empty if nothing.

    The body is judged as it stands: undo any content coding first. Properties that the spec does not name are no
    violation, because its schemas allow them.
    """
    documented = operation.response(response.status)
    if not documented:
        rule, known = operation.node["responses"].pointer, operation.node["responses"].value
        # A document that lists no error does not say that there are none.
        if 400 <= response.status < 500 and all(code[0] in "123" for code in known):
            return []
        return [Violation("status", "", rule, f"{response.status} is not documented for this operation")]
    headers = documented.get("headers")
    found = set(_of_headers(headers, response) if headers else ())
    content = documented.get("content")
    # A 204 has no content, whatever is documented (RFC 9110, 15.3.5).
    if not content or response.status == 204:
        return sorted(found)
    of_body = {each for each in bodies.check(content, response) if not each.is_undocumented}
    is_of_type = not response.values("content-type") or all(each.where != "content-type" for each in of_body)
    if not response.body and is_of_type and not bodies.is_raw(content, response):
        of_body = {Violation("body", "", content.pointer, "missing")}
    found |= of_body
    return sorted(found)


def rules_of_answer(operation: Operation, response: Response) -> tuple[str, ...]:
    """The ids of the rules that an answer is judged by."""
    documented = operation.response(response.status)
    if not documented:
        return ("response.status",)
    headers = ("response.header",) if documented.get("headers") else ()
    return ("response.status", *headers, "response.content-type", "response.body")


def rule_of_answer(violation: Violation) -> str:
    """The id of the rule that a violation of `check_response` breaks."""
    return f"response.{violation.where.partition(' ')[0]}"


def _of_headers(headers: Node, response: Response) -> Iterator[Violation]:
    for name in headers.value:
        values = response.values(name)
        # The media type has rules of its own.
        if headers[name].get("schema") and name.lower() != "content-type":
            # Sent several times, it is one list (RFC 9110, 5.2).
            yield from parameters.check_one(headers[name], f"header {name}", (", ".join(values),) if values else ())


def _length(operation: Operation, request: Request) -> Iterator[Violation]:
    for value in request.values("content-length"):
        if value != str(len(request.body)):
            yield Violation("content-length", "", operation.node.pointer, "not the length of the body")
    if len(request.values("content-length")) > 1:
        yield Violation("content-length", "", operation.node.pointer, "sent more than once")


def _request_body(operation: Operation, request: Request) -> Iterator[Violation]:
    body = operation.node.get("requestBody")
    if not body:
        if request.body:
            yield Violation("body", "", operation.node.pointer, "the operation has none")
    elif request.body or bodies.is_raw(body["content"], request):
        yield from bodies.check(body["content"], request)
    elif body.plain("required"):
        yield Violation("body", "", f"{body.pointer}/required", "missing")
