"""What a server does that follows a mutated spec: the mock server, with the mutant as its fault."""

import json
from collections.abc import Iterator
from dataclasses import replace
from functools import cache
from itertools import chain
from typing import Any

from audience_contract import Operation, Request, Response, check_request, check_response, load
from audience_contract.faults import Fault, Turn
from audience_contract.faults.acts import header, json_request
from audience_contract.mock import credentials
from audience_contract.mock.app import Application
from audience_contract.mock.provider import load as provider_of
from audience_contract.samples import sample
from audience_contract.schema import alternatives
from audience_contract.spec import Node
from mutants.mutant import Mutant
from wire import right
from witnesses import ask

_VALUES: tuple[Any, ...] = (None, "", "mutant", "2025-02-06", 7, 1.5, True, [], ["mutant"], {}, {"mutant": 1})


def fault(mutant: Mutant) -> Fault:
    """The mutant as a fault that the mock server plays."""
    operation = mutant.operation
    # Asked for here: the server that plays the mutant cannot ask another one while it answers.
    success = next(answer for status, answer in right_answers(mutant.right).items() if status < 300)

    def asked(turn: Turn) -> Response:
        if operation.path != turn.operation.path:
            return turn.error(404)
        if turn.request.method != turn.operation.method:
            return turn.answer()
        if operation.method != turn.operation.method:
            return turn.error(405)
        state = turn.correct.state if isinstance(turn.correct, Application) else None
        assert state
        lacking = credentials.wrong(operation, turn.request, provider_of(mutant.key).tokens(state))
        refused = lacking or _misfit(operation) or check_request(operation, turn.request, undocumented=False)
        if refused and not turn.refused():
            return turn.error(401 if lacking else 400)
        # What the mutant alone takes has the effect of a request that is right.
        if not turn.refused():
            turn.memory["right"] = turn.request
        elif not refused:
            return _taken(turn, turn.memory.get("right", right(mutant.right)[-1]), success)
        return turn.answer()

    def answered(turn: Turn) -> Response:
        return wrong(turn.operation, operation, turn.answer())

    act = asked if mutant.side == "request" else answered
    return Fault(f"{mutant.key}.mutant", "A server of another spec.", (mutant.pointer,), act, operation=mutant.of)


def _taken(turn: Turn, before: Request, success: Response) -> Response:
    """The answer to what says the same in JSON, if that is right; or else to a right one, about the same path."""
    same = header("content-length")(json_request(turn.fields)(turn.request))
    if turn.correct.refusal(turn.operation, same) is None:
        return turn.answer(same)
    _, question, query = before.target.partition("?")
    answer = turn.answer(replace(before, target=turn.request.target.partition("?")[0] + question + query))
    # What it was about may have been removed.
    return answer if answer.status < 300 else success


def _misfit(operation: Operation) -> bool:
    """Whether no form of parts is of the type that the spec says; the checker reads them one by one, whatever it is."""
    body = operation.node.get("requestBody")
    form = body and body["content"].get("multipart/form-data")
    schema = form and form.get("schema")
    if not schema:
        return False
    files = [kind for kind in schema.get("properties") or () if kind.plain("format") == "binary"]
    return schema.plain("type", "object") != "object" or any(kind.plain("type", "string") != "string" for kind in files)


def wrong(documented: Operation, mutated: Operation, answer: Response) -> Response:
    """An answer that the mutated spec allows and the right one forbids.

    If there is none, one of another status where the mutated spec has not this one, or else the answer as it is. Of a
    status that the right spec does not name, no mutant says anything.
    """
    if not documented.response(answer.status):
        return answer
    other = answer
    for found in chain([answer], _near(mutated, answer)):
        if not check_response(mutated, found):
            if check_response(documented, found):
                return found
            if other is answer and found.status != answer.status:
                other = found
    return other


def keeps(mutant: Mutant) -> bool:
    """Whether no answer of the mutant's can be wrong: what it allows, the right spec allows too."""
    if mutant.side == "request":
        return False
    operation, mutated = mutant.right, mutant.operation
    played = ((answer, wrong(operation, mutated, answer)) for answer in right_answers(operation).values())
    return not any(given.status != answer.status or check_response(operation, given) for answer, given in played)


@cache
def right_answers(operation: Operation) -> dict[int, Response]:
    """The correct server's documented ones by their status; an error of 400 where no spec says which there are."""
    application = Application()
    success = ask(application, operation.spec.key, right(operation))[-1].response
    codes = [code.replace("XX", "00") for code in operation.node["responses"].value]
    statuses = [int(code) for code in codes if code.isdigit() and code >= "400"] or [400] * ("default" in codes)
    return {success.status: success, **{status: application.error(operation, status) for status in statuses}}


def _near(operation: Operation, answer: Response) -> Iterator[Response]:
    """Answers that differ in one thing, and with it in another status."""
    # Where a success is documented, `default` is about refusals.
    if not {str(answer.status), f"{answer.status // 100}XX"} & operation.node["responses"].value.keys():
        kin = [int(code) for code in operation.node["responses"].value if code.isdigit()]
        for status in sorted(kin, key=lambda code: code // 100 != answer.status // 100):
            yield from (replace(found, status=status) for found in (answer, *_bodies(operation, answer)))
            # The operation is that of a mutated spec.
            whole = load(operation.spec.key).operations
            answers = right_answers(next(each for each in whole if each.id == operation.id))
            if status in answers:
                yield answers[status]
    yield from _bodies(operation, answer)


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
