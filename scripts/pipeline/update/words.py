"""What an update changes, by name: properties with the side that they are on, parameters, statuses, credentials."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from ..documents import ABSENT, resolve
from .result import Change

_SIDES = {"requestBody": "request", "requestBodies": "request", "responses": "answer", "parameters": "parameter"}
_OF_DIFF = {"request": ("request",), "response": ("answer",)}


@dataclass(frozen=True)
class Word:
    """A name on the wire. `side`: request, answer, parameter, credentials, status or operation.

    `gone` if nothing is called so any more; `old` are the values that its schema had and has no more; `step` is the
    name with what a JSON pointer has around it.
    """

    text: str
    side: str
    gone: bool = False
    step: str = ""
    old: frozenset[Any] = field(default=frozenset())
    schemas: tuple[Any, Any] = field(default=(None, None), compare=False)


def words(changes: Iterable[Change], specs: tuple[Any, Any]) -> set[Word]:
    """Those of every change that is more than documentation."""
    found: set[Word] = set()
    for change in changes:
        for at in change.pointers if change.kind != "documentation" else ():
            found |= set(_of(at, change.side, specs))
    return found


def _of(at: str, said: str, specs: tuple[Any, Any]) -> Iterator[Word]:
    tokens = [token.replace("~1", "/").replace("~0", "~") for token in at.split("/")[1:]]
    raw = at.split("/")
    within = next((_SIDES[token] for token in tokens if token in _SIDES), None)
    named = [place for place in range(1, len(tokens)) if tokens[place - 1] == "properties"]
    if "securitySchemes" in tokens[:-1] or "security" in tokens:
        yield from _credentials(tokens, specs)
    elif within == "parameter":
        yield from _parameter(raw, specs)
    elif len(tokens) > 1 and tokens[-2] == "responses" and tokens[-1].isdecimal():
        yield Word(tokens[-1], "status", step=f"responses/{tokens[-1]}")
    elif not tokens or (len(tokens) <= 4 and tokens[0] == "paths"):
        yield from _operations(raw, specs)
    else:
        sides = (within,) if within else _OF_DIFF.get(said, ("request", "answer"))
        if named:
            place = "/".join(raw[: named[-1] + 2])
            step = "/".join(raw[named[-1] : named[-1] + 2])
            # Of names within each other the last: what is around a change is not touched.
            yield from (_word(tokens[named[-1]], side, step, place, specs) for side in sides)
        yield from (Word(name, side, step="required") for side in sides for name in _required(at, specs))


def _word(text: str, side: str, step: str, place: str, specs: tuple[Any, Any]) -> Word:
    old, new = (resolve(spec, place) for spec in specs)
    values = _values(old) - _values(new) if isinstance(old, dict) and isinstance(new, dict) else set()
    return Word(text, side, new is ABSENT, step, frozenset(values), (old, new))


def _values(schema: Any) -> set[Any]:
    """The values of a schema's keywords that a test is likely to have as well; its type is none of them."""
    listed = [*schema.get("enum", ()), *(schema[name] for name in schema if name not in ("type", "enum"))]
    return {value for value in listed if isinstance(value, (str, int)) and not isinstance(value, bool)}


def _required(at: str, specs: tuple[Any, Any]) -> set[str]:
    """The properties that one of two schemas requires and the other does not."""
    old, new = (resolve(spec, at) for spec in specs)
    if not (isinstance(old, dict) and isinstance(new, dict)):
        return set()
    lists = [set(schema["required"]) if isinstance(schema.get("required"), list) else set() for schema in (old, new)]
    return lists[0] ^ lists[1]


def _parameter(raw: list[str], specs: tuple[Any, Any]) -> Iterator[Word]:
    place = "/".join(raw[: raw.index("parameters") + 2])
    before, after = (found if isinstance(found := resolve(spec, place), dict) else {} for spec in specs)
    schemas = before.get("schema", {}), after.get("schema", {})
    old = frozenset(_values(schemas[0]) - _values(schemas[1]))
    if isinstance(before.get("name"), str):
        gone = before["name"] != after.get("name")
        yield Word(before["name"], "parameter", gone, "/".join(place.split("/")[-2:]), old, schemas)


def _credentials(tokens: list[str], specs: tuple[Any, Any]) -> Iterator[Word]:
    """The headers that the schemes are sent in."""
    for spec in specs:
        schemes = resolve(spec, "/components/securitySchemes")
        for name, scheme in schemes.items() if isinstance(schemes, dict) else ():
            if "security" in tokens or name in tokens:
                yield Word(str(scheme.get("name", "Authorization")), "credentials", step=f"securitySchemes/{name}")


def _operations(raw: list[str], specs: tuple[Any, Any]) -> Iterator[Word]:
    """The operation that a change is at or in, if it is about the operation as a whole."""
    for spec in specs:
        for end in range(3, len(raw) + 1):
            found = resolve(spec, "/".join(raw[:end]))
            if isinstance(found, dict) and isinstance(found.get("operationId"), str):
                yield Word(found["operationId"], "operation", gone=True)
