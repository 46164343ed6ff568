"""What a provider might answer to a request that keeps the contract: each documented answer in several shapes.

Every shape is made from the mock's own answer. The checker says which of them keep the contract, and which break it.
"""

import random
import threading
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from ..bodies import value_of
from ..checker import check_response
from ..media import entry_of
from ..messages import Response
from ..mock.answers import reply
from ..mock.provider import Provider
from ..samples import sample
from ..spec import Node, Operation
from .choice import Answers

_LONG = "Ünïcödé ✓ 漢字 🙂 " * 100
_UNKNOWN = {"undocumented": {"nested": [1, None, "ü"]}}


@dataclass(frozen=True)
class Answer:
    """An answer and the name of its shape."""

    shape: str
    response: Response


class Varied:
    """Answers to each operation in turn: a plain success first, then every shape in an order that `seed` decides."""

    def __init__(self, choice: Answers, seed: int) -> None:
        self._choice, self._seed = choice, seed
        self._lock = threading.Lock()
        self._turns: Counter[str] = Counter()

    def next(self, ours: Provider, operation: Operation, success: Response) -> Answer:
        """The next answer; `success` is the mock's own."""
        name = f"{operation.spec.key} {operation.id}"
        with self._lock:
            turn = self._turns[name]
            self._turns[name] += 1
        if not turn or self._choice is Answers.SUCCESS:
            return Answer("plain", success)
        # Made anew in each turn, because each success has an id of its own; the seed keeps their order.
        found = varied(ours, operation, success)
        found += adversarial(operation, success) if self._choice is Answers.ADVERSARIAL else []
        # The order need not be unpredictable.
        random.Random(f"{self._seed} {name}").shuffle(found)  # noqa: S311
        return found[(turn - 1) % len(found)] if found else Answer("plain", success)


def varied(ours: Provider, operation: Operation, success: Response) -> list[Answer]:
    """Answers that the spec allows: documented successes and errors, each in several shapes."""
    codes = [int(code) for code in operation.node["responses"].value if code.isdigit()]
    statuses = [code for code in codes if code >= 400] or [400, 401, 429, 500]
    answers = (success, *(ours.error(operation, status) for status in statuses))
    shapes = (shape for answer in answers for shape in _shapes(operation, answer))
    return [shape for shape in shapes if not check_response(operation, shape.response)]


def adversarial(operation: Operation, success: Response) -> list[Answer]:
    """Answers that the spec forbids."""
    return [answer for answer in _faults(success) if check_response(operation, answer.response)]


def _shapes(operation: Operation, response: Response) -> Iterator[Answer]:
    yield Answer("plain", response)
    schema = _schema(operation, response)
    value = value_of(response)
    if not schema or not isinstance(value, dict):
        return
    yield Answer("required properties only", _with(response, _minimal(schema, value)))
    yield Answer("every property", _with(response, _full(schema, value)))
    yield Answer("unknown properties", _with(response, {**_UNKNOWN, **value}))
    yield Answer("long texts", _with(response, _long(schema, value)))


def _faults(success: Response) -> Iterator[Answer]:
    yield Answer("no body", replace(success, body=b""))
    yield Answer("body cut off", replace(success, body=success.body[:-2]))
    yield Answer("byte order mark", replace(success, body=b"\xef\xbb\xbf" + success.body))
    yield Answer(
        "HTML", Response(success.status, (("content-type", "text/html"),), b"<!doctype html><p>Please wait</p>")
    )
    yield Answer("no content type", replace(success, headers=()))
    yield Answer("array for an object", replace(success, body=b"[" + success.body + b"]"))
    yield Answer("undocumented status", replace(success, status=418))
    value = value_of(success)
    for name in value if isinstance(value, dict) else ():
        yield Answer(f"no {name}", _with(success, {key: value[key] for key in value if key != name}))
        yield Answer(f"null for {name}", _with(success, {**value, name: None}))
        yield Answer(f"array for {name}", _with(success, {**value, name: [value[name]]}))


def _schema(operation: Operation, response: Response) -> Node | None:
    documented = operation.response(response.status)
    entry = entry_of(documented and documented.get("content"), response)
    return entry.get("schema") if entry else None


def _with(response: Response, value: Any) -> Response:
    return replace(response, body=reply(response.status, value).body)


def _minimal(schema: Node, value: Any) -> Any:
    if not isinstance(value, dict):
        return value
    properties, required = schema.get("properties"), schema.plain("required", [])
    kinds = {name: (properties and properties.get(name)) or schema for name in required if name in value}
    return {name: _minimal(kind, value[name]) for name, kind in kinds.items()}


def _full(schema: Node, value: Any) -> Any:
    if not isinstance(value, dict):
        return value
    kinds = {name: kind for name in schema.plain("properties", ()) if (kind := schema["properties"].get(name))}
    more = {name: _full(kind, value[name]) if name in value else sample(kind, "text") for name, kind in kinds.items()}
    return {**value, **more}


def _long(schema: Node | None, value: Any) -> Any:
    if isinstance(value, dict):
        properties = schema.get("properties") if schema else None
        return {name: _long(properties and properties.get(name), child) for name, child in value.items()}
    free = not any(schema and schema.get(keyword) for keyword in ("format", "enum", "pattern", "maxLength"))
    return value + _LONG if isinstance(value, str) and free else value
