"""Whether the check of a server notices a mutant, told by its exchanges with the correct server.

A mutant is noticed if a server of the changed spec would answer one of these requests in a way that does not fit the
request, or with what the right spec forbids. That such an answer becomes a finding is shown by the server's faults.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cache
from itertools import chain
from typing import Any

from audience_contract import Operation, Request, Response, check_request, check_response, security
from audience_contract.mock import MockServer
from audience_contract.mock.app import Application
from audience_contract.rules import Weight
from audience_contract.samples import sample
from audience_contract.schema import alternatives
from audience_contract.server import Options, Target, run
from audience_contract.server.expectation import Expectation, expect
from audience_contract.spec import Node
from judged import target
from mistaken import changing
from mutants.mutant import Mutant
from wire import right
from witnesses import ask

_VALUES: tuple[Any, ...] = (None, "", "mutant", "2025-02-06", 7, 1.5, True, [], ["mutant"], {}, {"mutant": 1})


@dataclass(frozen=True)
class Exchange:
    """A request of the check, the correct server's answer, and the expectation that it fits."""

    request: Request
    answer: Response
    expectation: Expectation


def is_noticed(mutant: Mutant) -> bool:
    """Whether a server of the changed spec gives the check an answer that is wrong."""
    documented, changed = mutant.right, mutant.operation
    if mutant.side == "request":
        answered = ((each, _asked(changed, documented, each)) for each in exchanges(documented))
        return any(not each.expectation.fits(documented, answer) for each, answer in answered)
    other = {}
    # Long answers take longest to search.
    for answer in sorted(right_answers(documented).values(), key=lambda answer: len(answer.body)):
        other[answer.status] = found = wrong(documented, changed, answer)
        if found != answer and check_response(documented, found):
            return True
    answers = ((each, other.get(each.answer.status, each.answer)) for each in exchanges(documented))
    return any(not each.expectation.fits(documented, answer) for each, answer in answers)


@cache
def _run(key: str) -> tuple[Target, tuple[tuple[Request, Response], ...]]:
    """The target of a run against the mock server, and what arrived there with what it answered."""
    seen: list[tuple[Request, Response]] = []

    def after(request: Request, response: Response) -> Response:
        seen.append((replace(request, target=request.target.removeprefix(f"/{key}")), response))
        return response

    with MockServer(keys=[key], middleware=changing(after=after)) as server:
        judged = target(server, key)
        run(judged, Options(run_id="any"))
    return judged, tuple(dict.fromkeys(seen))


@cache
def exchanges(operation: Operation) -> list[Exchange]:
    """Those of a run that are about an operation, and that a server must answer as the correct one does."""
    found, (judged, seen) = [], _run(operation.spec.key)
    for request, answer in seen:
        path = operation.spec.below_base(request.target.partition("?")[0]) or ""
        about = operation.spec.match(request.method, path) or operation.spec.match(operation.method, path)
        if about is operation:
            expectation = expect(judged, operation, request)
            if expectation.weight is not Weight.NOT_JUDGED and expectation.fits(operation, answer):
                found.append(Exchange(request, answer, expectation))
    return found


@cache
def right_answers(operation: Operation) -> dict[int, Response]:
    """The correct server's documented ones by their status; an error of 400 where no spec says which there are."""
    application = Application()
    success = ask(application, operation.spec.key, right(operation))[-1].response
    codes = [code.replace("XX", "00") for code in operation.node["responses"].value]
    statuses = [int(code) for code in codes if code.isdigit() and code >= "400"] or [400] * ("default" in codes)
    return {success.status: success, **{status: application.error(operation, status) for status in statuses}}


def _asked(changed: Operation, documented: Operation, exchange: Exchange) -> Response:
    """The answer of a server that follows the changed spec in what it takes."""
    request, answer = exchange.request, exchange.answer
    if changed.path != documented.path:
        return Response(404, ())
    if request.method not in (changed.method, documented.method):
        return answer
    if request.method != changed.method:
        return Response(405, ())
    refused = _refused(changed, request)
    if request.method == documented.method and refused == _refused(documented, request):
        return answer
    if refused:
        return Response(refused, ()) if answer.status < 400 else answer
    return next(iter(right_answers(documented).values()))


def _refused(operation: Operation, request: Request) -> int:
    """The status with which a server of a spec refuses a request for its credentials or its form, or 0."""
    if security.failing(operation, request, _run(operation.spec.key)[0].admits):
        return 401
    return 400 if check_request(operation, request, undocumented=False) else 0


def wrong(documented: Operation, changed: Operation, answer: Response) -> Response:
    """An answer that the changed spec allows and the right one forbids.

    If there is none, the answer as it is if the changed spec allows it, or else one of another status. Of a status that
    the right spec does not name, no mutant says anything.
    """
    other = None
    for found in chain([answer], _near(documented, changed, answer)) if documented.response(answer.status) else ():
        if not check_response(changed, found):
            if check_response(documented, found):
                return found
            other = other or found
    return other or answer


def _near(documented: Operation, changed: Operation, answer: Response) -> Iterator[Response]:
    """Answers that differ in one thing, and with it in another status."""
    codes = changed.node["responses"].value
    # Where a success is documented, `default` is about refusals.
    if not {str(answer.status), f"{answer.status // 100}XX"} & codes.keys():
        kin = [int(code) for code in codes if code.isdigit()]
        for status in sorted(kin, key=lambda code: code // 100 != answer.status // 100):
            yield from (replace(found, status=status) for found in (answer, *_bodies(changed, answer)))
            yield from (found for own, found in right_answers(documented).items() if own == status)
    yield from _bodies(changed, answer)


def _bodies(operation: Operation, answer: Response) -> Iterator[Response]:
    try:
        value = json.loads(answer.body)
    except ValueError:
        return
    documented = operation.response(answer.status)
    schemas = [entry["schema"] for entry in (documented and documented.get("content")) or () if entry.get("schema")]
    for changed in chain(_values(value), *(_more(schema, value) for schema in schemas)):
        yield replace(answer, body=json.dumps(changed).encode())
    for media in ("text/plain", "application/problem+json"):
        headers = tuple((k, media if k.lower() == "content-type" else v) for k, v in answer.headers)
        yield replace(answer, headers=headers)
        yield replace(answer, headers=headers, body=b"mutant")
    yield replace(answer, body=b"")


def _more(schema: Node, value: Any) -> Iterator[Any]:
    """The value with a property more that the spec documents, or with another choice for one, at any depth."""
    if isinstance(value, list) and schema.get("items"):
        for number, each in enumerate(value):
            yield from ([*value[:number], more, *value[number + 1 :]] for more in _more(schema["items"], each))
    for alternative in alternatives(schema):
        yield from _values(sample(alternative, "mutant"))
        yield from _more(alternative, value)
    properties = schema.get("properties")
    if not properties or not isinstance(value, dict):
        return
    for name, kind in ((name, properties[name]) for name in properties.value):
        yield from ({**value, name: choice} for choice in kind.plain("enum", []))
        if name in value:
            yield from ({**value, name: more} for more in _more(kind, value[name]))
        else:
            yield from ({**value, name: more} for more in (*_VALUES, *_values(sample(kind, "mutant"))))


def _values(value: Any) -> Iterator[Any]:
    if isinstance(value, dict):
        for name in value:
            yield {key: child for key, child in value.items() if key != name}
            yield from ({**value, name: changed} for changed in _values(value[name]))
    if isinstance(value, list):
        for number, each in enumerate(value):
            yield from ([*value[:number], changed, *value[number + 1 :]] for changed in _values(each))
    yield from _VALUES
