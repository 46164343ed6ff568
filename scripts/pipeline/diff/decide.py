"""Whether all that one schema gives the other takes: a proof, a witness against it, or neither."""

from dataclasses import dataclass
from typing import Any

import jsonschema_rs
from jsonschema_rs.canonical import CanonicalizationError, Containment

from .change import Witness
from .judge import Judge
from .plain import Schema
from .seal import seal
from .search import search


@dataclass(frozen=True)
class Verdict:
    """Neither contained nor with a witness: undecided."""

    contained: bool
    witness: Witness | None = None


def contained(given: Schema, accepting: Schema, *, text: bool = False, sealed: bool = True) -> bool:
    """Whether it can be proved; False is no proof of the contrary."""
    if given == accepting or accepting in (True, {}):
        return True
    return _covers(_as_text(accepting) if text else accepting, seal(given, accepting) if sealed else given)


def equivalent(one: Schema, other: Schema, *, text: bool = False) -> bool:
    """Whether it can be proved that the two take the same values, to the letter."""
    both = ((one, other), (other, one))
    return all(contained(given, accepting, text=text, sealed=False) for given, accepting in both)


def decide(given: Schema, accepting: Schema, giving: Schema, *, text: bool = False) -> Verdict:
    """`giving` is `given` with its children, which the other two may lack: a witness must be of it."""
    if contained(given, accepting, text=text):
        return Verdict(contained=True)
    sealed = seal(giving, accepting)
    gives, takes = Judge(sealed), Judge(accepting)

    def tells(value: Any) -> bool:
        return gives.takes(value) and not takes.takes(value, text=text)

    return Verdict(contained=False, witness=search(_difference(sealed, accepting), tells))


def _covers(accepting: Schema, given: Schema) -> bool:
    try:
        return _canonical(accepting).covers(_canonical(given)) is Containment.YES
    except (CanonicalizationError, jsonschema_rs.ValidationError):
        return False


def _difference(given: Schema, accepting: Schema) -> Schema:
    """A schema of what tells the two apart, where it can be made: nothing generates values of a recursive one."""
    try:
        schema: Schema = _canonical(given).subtract(_canonical(accepting)).to_json_schema()  # type: ignore[assignment]
    except (CanonicalizationError, jsonschema_rs.ValidationError):
        return given
    return given if isinstance(schema, dict) and "$defs" in schema else schema


def _canonical(schema: Schema) -> jsonschema_rs.CanonicalSchema:
    return jsonschema_rs.canonicalize(schema, draft=jsonschema_rs.Draft202012, validate_formats=True)


def _as_text(schema: Any) -> Any:
    """What stands in a URL, a header or a form is text first: where any text is taken, so is any number."""
    if isinstance(schema, list):
        return [_as_text(part) for part in schema]
    if not isinstance(schema, dict):
        return schema
    if schema == {"type": "string"}:
        return {"type": ["string", "number", "boolean"]}
    return {key: _as_text(part) for key, part in schema.items()}
