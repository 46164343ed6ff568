"""Whether all that one schema gives the other takes: proved, disproved, or neither."""

from typing import Any

import jsonschema_rs
from jsonschema_rs.canonical import CanonicalizationError, Containment

from .plain import Schema
from .seal import seal


def decide(given: Schema, accepting: Schema, *, text: bool = False) -> Containment:
    """YES where every value that is given is taken, NO where one is refused, UNKNOWN where neither is proved.

    `text`: the values stand in a URL, a header or a form, where 5 and "5" are the same.
    """
    found = _covers(accepting, seal(given, accepting), text=text)
    # Where the other way round is proved, it is narrower, or the same in words that nothing here sees through.
    narrower = found is Containment.UNKNOWN and _covers(given, accepting, text=False) is Containment.YES
    return Containment.NO if narrower else found


def equivalent(one: Schema, other: Schema, *, text: bool = False) -> bool:
    """Whether it can be proved that the two take the same values, to the letter."""
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
    """What stands in a URL, a header or a form is text first: where any text is taken, so is any number."""
    if isinstance(schema, list):
        return [_as_text(part) for part in schema]
    if not isinstance(schema, dict):
        return schema
    if schema == {"type": "string"}:
        return {"type": ["string", "number", "boolean"]}
    return {key: _as_text(part) for key, part in schema.items()}
