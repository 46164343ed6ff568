"""Faults that any operation can have, made from its spec: of who is admitted, what is sent, and what is answered."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from ..facts import Effect, facts_of
from ..messages import Response
from ..spec import Node, Operation
from . import answers, bearer
from .acts import always, on_success, puts, refuses
from .fault import Act, Fault, Turn

_SOME = ("auth-optional", "auth-any-token", "auth-in-query", "answer-empty", "every-twentieth", "leaks-trace")
"""Those of what all operations share that are played of more than the one that creates: the same code, as a rule."""
_WRONG: dict[str, Any] = {"string": 1, "integer": "1", "number": "1", "boolean": "true", "object": [], "array": {}}


def faults(operation: Operation) -> Iterator[Fault]:
    """An operation's. Those of one that does not create have its last word before theirs, as `batch.view-...`."""
    key, success = operation.spec.key, _success(operation)
    creates = facts_of(operation).effect is Effect.CREATES
    prefix = f"{key}." if creates else f"{key}.{operation.id.rpartition('_')[2]}-"
    shared = [*bearer.faults(prefix, operation), *answers.faults(prefix, success)]
    found = shared if creates else [fault for fault in shared if fault.name.removeprefix(prefix) in _SOME]
    for name, sentence, evidence, act in () if creates else _by_place(operation, success):
        found.append(Fault(f"{prefix}{name}", sentence, (evidence,), act))
    yield from (replace(fault, operation=operation.id) for fault in found)


def _success(operation: Operation) -> Node:
    responses = operation.node["responses"]
    return responses[next(code for code in responses.value if code.startswith("2"))]


def _by_place(operation: Operation, success: Node) -> Iterator[tuple[str, str, str, Act]]:
    """What is required is overlooked, what is right refused, what is answered wrong: at each place of these."""
    yield "refused", "Every right request is refused with 400.", success.pointer, refuses(always)
    for place, rule in _required(operation):
        yield (
            f"{_word(place)}-missing",
            f"A request without `{place}` is answered as the one before.",
            rule,
            _as_before(rule),
        )
    schema = next(iter(success["content"]))["schema"]
    for name in schema.plain("properties", {}):
        kind = schema["properties"][name]
        wrong = puts(**{name: _WRONG[kind.value["type"]]})
        yield f"answer-{_word(name)}", f"The `{name}` is of another type.", f"{kind.pointer}/type", on_success(wrong)


def _required(operation: Operation) -> Iterator[tuple[str, str]]:
    """The places of a request at which something must stand, and the rules that say so."""
    for parameter in operation.node.get("parameters") or ():
        if parameter.plain("required") and parameter.value["in"] != "path":
            yield parameter.value["name"], f"{parameter.pointer}/required"
    body = operation.node.get("requestBody")
    schema = next(iter(body["content"]))["schema"] if body else None
    for name in schema.plain("required", []) if schema else ():
        yield name, f"{schema.pointer}/required" if schema else ""


def _as_before(rule: str) -> Act:
    def act(turn: Turn) -> Response:
        if not turn.refused():
            turn.memory["before"] = turn.request
        elif "before" in turn.memory and turn.breaks_only(rule):
            return turn.answer(turn.memory["before"])
        return turn.answer()

    return act


def _word(name: str) -> str:
    return name.lower().replace("_", "-")
