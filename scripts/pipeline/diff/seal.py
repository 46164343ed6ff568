"""Excludes from an open object of the giving side the properties that only the accepting side names.

Read strictly, an object without a documented `code` may hold any `code`, so every property that is added later would
refuse some of its values. But nobody sends a property before it is documented, so such a property is excluded.
"""

from typing import Any

from .plain import Schema
from .words import LISTED

_SAME_PLACE = tuple(key for key in LISTED if key != "prefixItems")


def seal(given: Schema, accepting: Schema) -> Schema:
    return _place(given, [accepting])


def names(schema: Schema) -> set[str]:
    """The properties that a schema, or a branch of it, names, even if only as required."""
    return {name for part in _parts([schema]) for key in ("properties", "required") for name in part.get(key, ())}


def _place(given: Schema, accepting: list[Schema]) -> Schema:
    """The sealed schema of one place in the value. The excluded names hold for all its branches, so they stand here."""
    out = _below(given, accepting)
    known = names(given)
    says = any(key in part for part in _parts([given]) for key in ("additionalProperties", "patternProperties"))
    unknown = sorted({name for part in _parts(accepting) for name in part.get("properties", ())} - known)
    if isinstance(out, dict) and known and unknown and not says:
        out["properties"] = {**out.get("properties", {}), **dict.fromkeys(unknown, False)}
    return out


def _below(schema: Schema, accepting: list[Schema]) -> Schema:
    if not isinstance(schema, dict):
        return schema
    out: dict[str, Any] = dict(schema)
    for key in _SAME_PLACE:
        if key in schema:
            out[key] = [_below(branch, accepting) for branch in schema[key]]
    for name, child in schema.get("properties", {}).items():
        out["properties"] = {**out["properties"], name: _place(child, _children(accepting, name))}
    if "items" in schema:
        out["items"] = _place(schema["items"], [part["items"] for part in _parts(accepting) if "items" in part])
    return out


def _children(schemas: list[Schema], name: str) -> list[Schema]:
    return [part["properties"][name] for part in _parts(schemas) if name in part.get("properties", ())]


def _parts(schemas: list[Schema]) -> list[dict[str, Any]]:
    """Every schema object that describes the same place: the schemas, and their branches."""
    found: list[dict[str, Any]] = []
    for schema in schemas:
        if isinstance(schema, dict):
            found.append(schema)
            found += _parts([branch for key in _SAME_PLACE for branch in schema.get(key, ())])
    return found
