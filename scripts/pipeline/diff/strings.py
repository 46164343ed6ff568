"""What two schemas say of strings, told to each other: the prover knows patterns by their text only."""

import copy
from collections.abc import Iterator
from typing import Any

from interegular.fsm import FSM

from . import patterns
from .patterns import UnknownPatternError
from .plain import Schema
from .words import LISTED, NAMED, SINGLE

_TESTS = ("pattern", "minLength", "maxLength")


def inside(schema: Any) -> Iterator[dict[str, Any]]:
    """Every schema object in a plain schema."""
    if not isinstance(schema, dict):
        return
    yield schema
    children = [schema[key] for key in SINGLE if key in schema]
    children += [child for key in (*NAMED, "$defs") for child in schema.get(key, {}).values()]
    children += [child for key in LISTED for child in schema.get(key, ())]
    for child in children:
        yield from inside(child)


def sharpen(given: Schema, accepting: Schema) -> tuple[Schema, list[str]]:
    """`given` with all that follows for its strings of what `accepting` asks for; strings that lack some of it."""
    asked = {(key, part[key]) for part in inside(accepting) for key in _TESTS if key in part}
    if not asked:
        return given, []
    sharper = copy.deepcopy(given)
    lacking: dict[str, None] = {}
    for part in list(inside(sharper)):
        if not _takes_strings(part):
            continue
        try:
            machine = _machine(part)
        except UnknownPatternError:
            continue
        for key, value in sorted(asked, key=str):
            try:
                example = patterns.witness(patterns.without(machine, _test(key, value)))
            except UnknownPatternError:
                continue
            if example is not None:
                lacking[example] = None
            elif part.get(key) != value:
                part.setdefault("allOf", []).append({key: value})
    return sharper, list(lacking)


def _takes_strings(part: dict[str, Any]) -> bool:
    if "enum" in part or "const" in part:
        return False
    kinds = part.get("type", [])
    return "string" in kinds or ("type" not in part and any(key in part for key in _TESTS))


def _machine(part: dict[str, Any]) -> FSM:
    tests = [_test(key, part[key]) for key in _TESTS if key in part]
    tests += [
        _test(key, member[key]) for member in part.get("allOf", ()) if isinstance(member, dict)
        for key in _TESTS if key in member
    ]  # fmt: skip
    return patterns.all_of(tests or [patterns.lengths(0, None)])


def _test(key: str, value: Any) -> FSM:
    if key == "pattern":
        return patterns.language(value)
    return patterns.lengths(value, None) if key == "minLength" else patterns.lengths(0, value)
