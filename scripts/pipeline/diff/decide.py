"""Decides whether one schema accepts every value of another: proved, disproved, or neither."""

from typing import Any

import jsonschema_rs
from jsonschema_rs.canonical import CanonicalizationError, Containment

from .plain import Schema
from .seal import seal


def decide(given: Schema, accepting: Schema, *, text: bool = False) -> Containment:
    """YES if `accepting` accepts every value of `given`, NO if it refuses one, UNKNOWN if neither is proved.

    `text` says that the values stand in a URL, a header or a form, where 5 and "5" are the same.
    """
    found = _covers(accepting, seal(given, accepting), text=text)
    # If `given` provably accepts every value of `accepting`, then `accepting` is narrower, or is the same in a form
    # that the library cannot recognise.
    narrower = found is Containment.UNKNOWN and _covers(given, accepting, text=False) is Containment.YES
    return Containment.NO if narrower else found


def equivalent(one: Schema, other: Schema, *, text: bool = False) -> bool:
    """Whether it is proved that the two accept exactly the same values."""
    return all(_covers(*pair, text=text) is Containment.YES for pair in ((one, other), (other, one)))


def _covers(accepting: Schema, given: Schema, *, text: bool) -> Containment:
    if given == accepting or accepting in (True, {}):
        return Containment.YES
    try:
        found = _canonical(_as_text(accepting) if text else accepting).covers(_canonical(given))
    except (CanonicalizationError, jsonschema_rs.ValidationError):
        return Containment.UNKNOWN
    kinds = [each.get("type") if isinstance(each, dict) else None for each in (accepting, given)]
    return Containment.UNKNOWN if text and kinds[0] == "string" != kinds[1] and found is Containment.NO else found


def _canonical(schema: Schema) -> jsonschema_rs.CanonicalSchema:
    return jsonschema_rs.canonicalize(schema, draft=jsonschema_rs.Draft202012, validate_formats=True)


def _as_text(schema: Any) -> Any:
    """The schema for values in a URL, a header or a form: they are text, so any text includes any number."""
    if isinstance(schema, list):
        return [_as_text(part) for part in schema]
    if not isinstance(schema, dict):
        return schema
    if schema == {"type": "string"}:
        return {"type": ["string", "number", "boolean"]}
    return {key: _as_text(part) for key, part in schema.items()}
