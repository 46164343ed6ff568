"""Faults that any operation can have, made from its spec: of who is admitted, what is sent, and what is answered."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from typing import Any

from ..facts import Effect, facts_of
from ..messages import Request, Response
from ..spec import Node, Operation
from ..violation import Violation
from . import answers, bearer
from .acts import always, calls, on_error, on_success, page, puts, reads, refuses, status, takes_as
from .fault import Act, Fault, Pardon, Turn
from .rewriting import only_item, outside, unpacked

_SOME = (
    "auth-optional",
    "auth-any-token",
    "auth-in-query",
    "answer-empty",
    "every-twentieth",
    "leaks-trace",
    "refused",
)
"""Those that are played of more than the operation that creates: the rest is the same code, as a rule."""
_WRONG: dict[str, Any] = {"string": 1, "integer": "1", "number": "1", "boolean": "true", "object": [], "array": {}}
_JSON = "application/json"
_Row = tuple[str, str, tuple[str, ...], Act]


def faults(operation: Operation) -> Iterator[Fault]:
    """An operation's. Those of one that does not create have its last word before theirs, as `batch.view-...`."""
    key, responses = operation.spec.key, operation.node["responses"]
    success = responses[next(code for code in responses.value if code.startswith("2"))]
    creates = facts_of(operation).effect is Effect.CREATES
    prefix = f"{key}." if creates else f"{key}.{operation.id.rpartition('_')[2]}-"
    shared = [*bearer.faults(prefix, operation), *answers.faults(prefix, success)]
    shared += _made(prefix, _messages(operation, success))
    some = shared if creates else [fault for fault in shared if fault.name.removeprefix(prefix) in _SOME]
    by_place = _made(prefix, (*_required(operation), *_wrong(success), *_same(operation, success)))
    yield from (replace(fault, operation=operation.id) for fault in (*some, *by_place))


def _made(prefix: str, rows: Iterable[_Row]) -> list[Fault]:
    return [Fault(f"{prefix}{name}", sentence, evidence, act) for name, sentence, evidence, act in rows]


def _required(operation: Operation) -> Iterator[_Row]:
    """What is required is overlooked, at each place."""
    body = operation.node.get("requestBody")
    schema = next(iter(body["content"])).get("schema") if body else None
    required = [(name, f"{schema.pointer}/required") for name in schema.plain("required", [])] if schema else []
    for parameter in operation.node.get("parameters") or ():
        if parameter.plain("required") and parameter.value["in"] != "path":
            required.append((parameter.value["name"], f"{parameter.pointer}/required"))
    for name, rule in required:
        sentence = f"A request without `{name}` is answered as the right one before."

        def lacks(violation: Violation, name: str = name, rule: str = rule) -> bool:
            at = violation.missing or violation.where.partition(" ")[2]
            return violation.rule == rule and at == name

        yield f"{_word(name)}-missing", sentence, (rule,), _as_before(lacks)


def _wrong(success: Node) -> Iterator[_Row]:
    """A property of a success is of another type."""
    schema = next(iter(success["content"]))["schema"]
    for name in schema.plain("properties", {}):
        kind = schema["properties"][name]
        said = kind.plain("type", "string")
        act = on_success(puts(**{name: _WRONG[said if isinstance(said, str) else said[0]]}))
        yield f"answer-{_word(name)}", f"The `{name}` of a success is of another type.", (kind.pointer,), act


def _same(operation: Operation, success: Node) -> Iterator[_Row]:
    """What no two successes have in common is the same in all."""
    for pointer in facts_of(operation).unique:
        *path, name = pointer.split("/")[1:]

        def act(turn: Turn, path: list[str] = path, name: str = name) -> Response:
            value: Any = {name: "0" * 32}
            for step in reversed(path):
                value = {step: value}
            return on_success(puts(**value))(turn)

        yield f"same-{_word(name)}", f"Every success has the same `{name}`.", (success.pointer,), act


def _messages(operation: Operation, success: Node) -> Iterator[_Row]:
    """Messages are misread, or mistaken for others, whatever they say."""
    responses = operation.node["responses"]
    yield "refused", "Every right request is refused with 400.", (success.pointer,), refuses(always)
    other = next(code for code in (200, 201, 202) if str(code) not in responses.value)
    yield f"success-{other}", f"A success has the status {other}.", (responses.pointer,), on_success(status(other))
    for code, instead in ((400, 422), (401, 403)):
        if str(code) in responses.value and str(instead) not in responses.value:
            said = f"What is to be answered with {code} is answered with {instead}."
            yield f"error-{instead}", said, (responses.pointer,), on_error(status(instead), code)
    if "400" in responses.value:
        act = on_error(lambda answer: page(answer.status))
        yield "error-html", "An error is a page of HTML.", (responses["400"].pointer,), act
    if not any(each.value["name"] == "Accept" for each in operation.node.get("parameters") or ()):
        act = refuses(lambda turn: turn.header("accept") == "*/*", 406)
        yield "accept-any", "`Accept: */*` is answered with 406.", (responses.pointer, "RFC 9110, 12.5.1"), act
    body = operation.node.get("requestBody")
    if body:
        yield from _bodies(operation, body)


def _bodies(operation: Operation, body: Node) -> Iterator[_Row]:
    content, rule = body["content"], f"{body.pointer}/required"
    media, chunked = next(iter(content.value)), "RFC 9112, 7.1"
    yield "chunked-refused", "A body in chunks is refused.", (chunked,), refuses(_is_chunked)
    yield "chunked-empty", "A body in chunks is read as empty.", (chunked,), takes_as(_emptied, _is_chunked)
    act = refuses(lambda turn: media not in turn.header("content-type"))
    sentence = "The media type is refused in other than lower case."
    yield "media-case", sentence, ("RFC 9110, 8.3.1", content.pointer), act
    sentence = "A request without a body is answered as the right one before."
    yield "body-empty", sentence, (rule,), _as_before(lambda violation: violation.rule == rule)
    if not media.startswith("multipart/"):
        act = calls("content-type", media, lambda said: said.partition(";")[0] == "text/plain")
        yield "media-text", "The body is accepted as text/plain.", (content.pointer,), act
    method = operation.method
    act = takes_as(lambda request: replace(request, method=method), lambda turn: turn.request.method == "GET")
    yield (
        "get-creates",
        "GET with a body does what is another method's.",
        (operation.node.pointer, "RFC 9110, 9.2.1"),
        act,
    )
    if media != _JSON:
        return
    schema = content[media]["schema"]
    act = refuses(lambda turn: "charset" in turn.header("content-type"))
    yield "media-parameter", f"`{_JSON}` is refused with a charset.", ("RFC 8259, 11", content.pointer), act
    act = reads(outside(rb",(?P<end>\s*})", rb"\g<end>"))
    yield "json-trailing-comma", "A comma after the last property is accepted.", ("RFC 8259, 4",), act
    kind = (f"{schema.pointer}/type",)
    yield "body-array", "An array with the object in it is accepted.", kind, reads(unpacked(list, only_item))
    act = _as_before(lambda violation: violation.rule in kind, lambda turn: turn.request.body.strip() == b"null")
    yield "body-null", "The body `null` is answered as the right one before.", kind, act
    first = next(iter(schema["properties"].value))
    act = refuses(lambda turn: next(iter(turn.fields), "") != first)
    yield "json-order", f"JSON is refused whose first property is not `{first}`.", ("RFC 8259, 1", schema.pointer), act


def _is_chunked(turn: Turn) -> bool:
    return bool(turn.header("transfer-encoding"))


def _emptied(request: Request) -> Request:
    return replace(request, body=b"")


def _as_before(pardon: Pardon, when: Callable[[Turn], bool] = always) -> Act:
    """It answers to a request with no other fault as to the last one that was right."""

    def act(turn: Turn) -> Response:
        if not turn.refused():
            turn.memory["before"] = turn.request
        elif "before" in turn.memory and when(turn) and turn.has_only(pardon):
            return turn.answer(turn.memory["before"])
        return turn.answer()

    return act


def _word(name: str) -> str:
    return name.lower().replace("_", "-")
