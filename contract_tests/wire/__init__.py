"""Messages as bytes, one module a provider or service, for the tests of checker and mock server.

Each module has GOOD, a request that breaks nothing; BROKEN, changes of it that break one rule, with the place and the
rule that must be reported; UNNAMED, such changes that add what the spec allows without naming it; UNSENDABLE, such
changes that no HTTP client would send; SAME, changes that break nothing; ANSWERS, responses that break nothing;
WRONG_ANSWERS, with the place and the rule.

And what the mock server does: SUCCESS, its status; `created`, the name and the id or token in the answer to a create,
which no service has; BASE, the path of the base URL; OTHER_TARGETS, targets that also reach the operation;
VARIABLES, of the environment; URL, the one that points at the mock, and what follows the base URL in it; ERROR_KEYS, of
any error's body; REFUSED, headers with the status and a text of the answer; OTHERS, where the mock server plays other
operations than GOOD's, a right request about what BEFORE creates and its status, by the operationId or its last word.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import replace
from importlib import import_module
from typing import Any

import httpx2

import documented
from audience_contract import Operation, Request, Response, load, provider_keys, security
from audience_contract.bodies import value_of
from audience_contract.facts import path_of, value_at
from audience_contract.faults.acts import parts_body
from audience_contract.mock import MockServer
from audience_contract.mock.provider import Call, facts_of
from audience_contract.mock.provider import load as provider_of
from audience_contract.mock.state import State
from audience_contract.multipart import Part
from audience_contract.samples import sample
from audience_contract.server.draft import Draft
from audience_contract.server.places import places
from audience_contract.spec import Node

Change = Callable[[Request], Request]
BEARER, JSON = ("Authorization", "Bearer mock-token"), ("Content-Type", "application/json")
FORM = ("Content-Type", "application/x-www-form-urlencoded")


def upload(parts: Mapping[str, Part]) -> Change:
    """A multipart body, whatever the body was."""
    named = [replace(part, name=name) for name, part in parts.items()]
    typed = header("Content-Type", "multipart/form-data; boundary=fault-boundary")
    return lambda request: parts_body(named)(typed(request))


def wire(provider: str) -> Any:
    """A provider's module."""
    return import_module(f"{__name__}.{provider}")


def creating() -> list[str]:
    """The providers; the others are services that a provider needs."""
    return [key for key in provider_keys() if hasattr(wire(key), "created")]


def rows(name: str) -> list[tuple[Any, ...]]:
    """What every provider has under a name, each entry with its provider before it."""
    return [(key, *row) for key in provider_keys() for row in getattr(wire(key), name, ())]


def operation_of(provider: str) -> Operation:
    """The operation that the provider's GOOD calls."""
    spec, good = load(provider), wire(provider).GOOD
    path = spec.below_base(good.target.partition("?")[0])
    return next(o for o in spec.operations if o is spec.match(good.method, path or ""))


def right(operation: Operation) -> list[Request]:
    """Requests of which the last is a right one to an operation; those before it make what it is about."""
    calls = wire(operation.spec.key)
    if operation.id == operation_of(operation.spec.key).id:
        return [calls.GOOD]
    others = getattr(calls, "OTHERS", {})
    found = others.get(operation.id) or others.get(operation.id.rpartition("_")[2])
    return [calls.BEFORE, found[0]] if found else [calls.GOOD, _of_schemas(operation, calls.BASE, _made(operation))]


def _made(operation: Operation) -> dict[str, Any]:
    """What an operation takes of the first success that the mock answers to GOOD, by parameter."""
    key = operation.spec.key
    create, good = operation_of(key), wire(key).GOOD
    answer = provider_of(key).handler(create)(Call(create, good, State()))
    path = path_of(create, good, answer)
    return {name: value_at(at, value_of(answer), path) for name, at in facts_of(operation).linked.items()}


def _of_schemas(operation: Operation, base: str, known: Mapping[str, Any] = {}) -> Request:
    """What the spec requires of a request, with values that are `known`, or that its schemas allow."""
    headers = dict(credentials(operation.spec.key, operation.id))
    values: dict[str, dict[str, Any]] = {"path": {}, "query": {}, "header": headers, "body": {}}
    for place in places(operation):
        if place.required and place.kind != "body" and place.schema:
            found = known.get(place.name) or sample(place.schema)
            values[place.kind][place.name] = str(found) if place.kind == "header" else found
    media = operation.media
    if media:
        values["body"] = sample(operation.node["requestBody"]["content"][media]["schema"])
    request = Draft(operation, media, values, "limit").request()
    return replace(request, target=base + request.target)


def messages(provider: str, operation: str, success: int) -> tuple[Any, ...]:
    """GOOD, BROKEN, SAME, UNNAMED, ANSWERS, WRONG_ANSWERS, OTHER_TARGETS, ERROR_KEYS and REFUSED of a provider whose
    operation takes and answers JSON, as the spec makes them.
    """
    asked = next(each for each in load(provider).operations if each.id == operation)
    base, good = documented.base(provider), _of_schemas(asked, documented.base(provider))
    media = asked.node["requestBody"]["content"][asked.media]
    keys = [(security.header(each), each.pointer) for each in next(iter(security.alternatives(asked)))]
    others = [each for each in asked.node.get("parameters") or () if each.value["in"] == "header"]
    needed = [(each.value["name"], f"{each.pointer}/required") for each in others if each.value.get("required")]
    charset = f"{asked.media.partition(';')[0].title()};charset=UTF-8"
    debug = body(json.dumps({**json.loads(good.body), "undocumented": "x"}))
    closed = media["schema"].plain("additionalProperties") is False
    more = [(debug, "body", f"{media['schema'].pointer}/{'additionalProperties' if closed else 'properties'}")]
    responses = asked.node["responses"]
    answered = [(kind, each) for response in [asked.response(success)] if response for kind, each in _content(response)]
    errors = [sample(each["schema"]) for code in sorted(responses.value) if code[0] in "45d"
              for _, each in _content(responses[code])]  # fmt: skip
    return (
        good,
        [(header(name), f"header {name}", rule) for name, rule in keys + needed]
        + [(body("{"), "body", media.pointer), (body("[]"), "body", f"{media['schema'].pointer}/type")]
        + (more if closed else []),
        [header("CONTENT-TYPE", charset), header("Accept", "*/*")],
        [(query("?debug=1"), "query debug", asked.node.pointer), *([] if closed else more)],
        [answer(success, kind, json.dumps(sample(each["schema"]))) for kind, each in answered],
        [(answer(success, kind, "{"), "body", each.pointer) for kind, each in answered],
        [other + good.target.removeprefix(base) for other in documented.bases(provider)],
        {*errors[0]} if errors and isinstance(errors[0], dict) else set(),
        [(name, wrong, 401, "") for name, _ in keys for wrong in ([], ["other"])],
    )


def _content(response: Node) -> list[tuple[str, Node]]:
    content = response.get("content")
    return [(kind, content[kind]) for kind in content.value] if content else []


def credential_place(provider: str) -> tuple[str, str]:
    """The header that has the provider's first credential, and what stands before it there."""
    scheme = security.alternatives(operation_of(provider))[0][0]
    return security.header(scheme), security.start(scheme)


def credentials(provider: str, operation: str) -> list[tuple[str, str]]:
    """The headers of an operation with the mock server's credentials; where there are alternatives, the first."""
    right = {"http": "mock-token", "apiKey": "mock-client-id"}
    asked = next(each for each in load(provider).operations if each.id == operation)
    schemes = next(iter(security.alternatives(asked)), [])
    return [(security.header(each), security.start(each) + right[each.value["type"]]) for each in schemes]


def media_of(provider: str) -> str:
    """The media type of the success of the provider's GOOD."""
    documented = operation_of(provider).response(wire(provider).SUCCESS)
    return next(iter(documented["content"].value)).replace("*", "json") if documented else ""


def credential(provider: str, text: str) -> Change:
    """Replace the first credential of the provider's GOOD, in the form that it has there."""
    name, start = credential_place(provider)
    return header(name, start + text)


def header(name: str, *values: str) -> Change:
    """Set, repeat or (without values) leave out a header."""

    def change(request: Request) -> Request:
        kept = tuple(pair for pair in request.headers if pair[0].lower() != name.lower())
        return replace(request, headers=kept + tuple((name, value) for value in values))

    return change


def query(text: str) -> Change:
    """Replace the query."""
    return lambda request: replace(request, target=request.target.partition("?")[0] + text)


def body(old: bytes | str, new: bytes | str | None = None) -> Change:
    """Replace text in the body, or with one argument the whole body."""

    def change(request: Request) -> Request:
        if new is None:
            return replace(request, body=_bytes(old))
        before, found, rest = request.body.partition(_bytes(old))
        return replace(request, body=before + _bytes(new) + rest) if found else request

    return change


def _bytes(text: bytes | str) -> bytes:
    return text.encode() if isinstance(text, str) else text


def answer(status: int, media: str, content: str) -> Response:
    return Response(status, (("content-type", media),) if media else (), content.encode())


def send(client: httpx2.Client, server: MockServer, provider: str, request: Request, prefix: str = "") -> Response:
    """Send a request as it is; only its Content-Length is set right."""
    built = httpx2.Request(
        request.method,
        f"{server.url}{prefix}/{provider}{request.target}",
        headers=[(name.encode(), value.encode("latin-1", "replace")) for name, value in request.headers],
        content=request.body,
    )
    answer = client.send(built)
    return Response(answer.status_code, tuple(answer.headers.multi_items()), answer.content)
