"""Values at the edges of two schemas, small ones first: what a change of either is likely to tell apart."""

import itertools
import json
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from . import strings
from .judge import Judge
from .plain import Schema

_PLAIN: list[Any] = ["", "a", 0, 1, -1, 0.5, True, False, None, [], {}]
_FORMATS = (
    "2020-02-03T04:05:06Z", "2020-02-03", "04:05:06Z", "P1D", "a@b.example", "b.example", "192.0.2.1", "2001:db8::1",
    "https://b.example/", "/a", "5b1f0c4e-2f43-4c5e-9d0c-3f2b8f1d7a10", "#/a",
)  # fmt: skip
_BIG = (2**31, -(2**31) - 1, 2**63, -(2**63) - 1, 1e39)
_MOST, _FEW = 600, 20


class Candidates:
    """`others`: schemas whose edges count too; `judge` says whether a value is of a plain schema."""

    def __init__(self, schema: Schema, others: Iterable[Schema], more: Iterable[str]) -> None:
        self.definitions = schema.get("$defs", {}) if isinstance(schema, dict) else {}
        self.schemas = [schema, *others]
        self._known: dict[tuple[str, int], list[Any]] = {}
        self.scalars = _unique([*more, *_PLAIN, *self._edges()])
        self.names = sorted({name for part in self._parts() for name in part.get("properties", ())})

    def of(self, schema: Schema, deep: int = 4) -> list[Any]:
        """Values that may be of `schema`; who asks must check."""
        key = json.dumps(schema, sort_keys=True), deep
        if key not in self._known:
            self._known[key] = list(itertools.islice(_distinct(self._of(schema, deep)), _MOST))
        return self._known[key]

    def _parts(self) -> Iterator[dict[str, Any]]:
        return (part for schema in self.schemas for part in strings.inside(schema))

    def _edges(self) -> Iterator[Any]:
        for part in self._parts():
            yield from part.get("enum", ())
            if "const" in part:
                yield part["const"]
            for key in ("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf"):
                if key in part:
                    yield from (part[key], part[key] + 1, part[key] - 1, part[key] / 2)
            for key in ("minLength", "maxLength"):
                if key in part:
                    yield from ("a" * max(0, part[key] + more) for more in (-1, 0, 1))
            if "pattern" in part:
                found = strings.example(part)
                yield from [] if found is None else [found]
        yield from _FORMATS
        yield from _BIG

    def _of(self, schema: Schema, deep: int) -> Iterator[Any]:
        if not isinstance(schema, dict):
            yield from self.scalars if schema else ()
            return
        if "$ref" in schema:
            yield from (
                self._of(self.definitions.get(schema["$ref"].rpartition("/")[2], False), deep - 1) if deep else ()
            )
        yield from schema.get("enum", ())
        if "const" in schema:
            yield schema["const"]
        own = strings.example(schema) if "pattern" in schema else None
        yield from [own] if own is not None else []
        for key in ("oneOf", "anyOf", "allOf"):
            for branch in schema.get(key, ())[: 1 if key == "allOf" else None]:
                yield from self._of(_beside(schema, key, branch), deep) if deep else ()
        if deep and any(key in schema for key in ("properties", "required", "additionalProperties", "maxProperties")):
            yield from self._objects(schema, deep)
        if deep and any(key in schema for key in ("items", "minItems", "maxItems", "uniqueItems", "prefixItems")):
            yield from self._arrays(schema, deep)
        yield from self.scalars
        if not deep:
            return
        if "object" in schema.get("type", ()):
            yield from self._objects(schema, deep)
        if "array" in schema.get("type", ()):
            yield from self._arrays(schema, deep)

    def _objects(self, schema: dict[str, Any], deep: int) -> Iterator[Any]:
        properties = schema.get("properties", {})
        other = schema.get("additionalProperties", True)
        values: Callable[[str], list[Any]] = lambda name: self.of(properties.get(name, other), deep - 1)  # noqa: E731
        least = {
            name: next(iter(_fitting(values(name), properties.get(name, other), self.definitions)), None)
            for name in schema.get("required", ())
        }
        yield least
        fresh = ["other", *(name for name in self.names if name not in properties)]
        for name in fresh:
            yield from ({**least, name: value} for value in _fitting(values(name), other, self.definitions)[:_FEW])
        for name in properties:
            few = _fitting(values(name), properties[name], self.definitions)[:_FEW]
            yield from ({**least, name: value} for value in few)
        for part in self._parts():
            for key in ("minProperties", "maxProperties"):
                if key in part:
                    first = _fitting(values("other"), other, self.definitions)
                    yield from (
                        {**least, **{f"p{n}": first[0] for n in range(part[key] + more)}}
                        for more in (-1, 0, 1)
                        if first
                    )
        # All that is known at once, for what looks at several together.
        full = {name: _fitting(values(name), properties[name], self.definitions) for name in properties}
        yield {**least, **{name: found[0] for name, found in full.items() if found}}

    def _arrays(self, schema: dict[str, Any], deep: int) -> Iterator[Any]:
        of = schema.get("items", True)
        values = self.of(of, deep - 1)
        least = schema.get("minItems", 0)
        good = _fitting(values, of, self.definitions)
        for value in values:
            yield [value] * max(1, least)
            yield [value, *good[: max(0, least - 1)]]
        yield good[:least]
        yield good[:1] * 2
        edges = {
            part[key] + more
            for part in self._parts()
            for key in ("minItems", "maxItems")
            if key in part
            for more in (-1, 0, 1)
        }
        for count in sorted(edge for edge in edges if 0 <= edge <= 2000):
            yield (good[:1] * count) if not schema.get("uniqueItems") else good[:count]


def _beside(schema: dict[str, Any], key: str, branch: Schema) -> Schema:
    """A branch together with what stands beside it, roughly: what comes of it is checked anyway."""
    if not isinstance(branch, dict):
        return branch
    rest = {name: value for name, value in schema.items() if name not in (key, "$defs")}
    if key == "allOf":
        for other in schema["allOf"]:
            rest = _merged(rest, other) if isinstance(other, dict) else rest
    return _merged(rest, branch)


def _merged(first: dict[str, Any], second: dict[str, Any]) -> dict[str, Any]:
    both = {**first, **second}
    if "properties" in first and "properties" in second:
        both["properties"] = {**first["properties"], **second["properties"]}
    if "required" in first and "required" in second:
        both["required"] = sorted({*first["required"], *second["required"]})
    return both


def _fitting(values: list[Any], schema: Schema, definitions: dict[str, Any]) -> list[Any]:
    judge = Judge({"allOf": [schema], "$defs": definitions} if definitions else schema)
    return [value for value in values if judge.takes(value)]


def _distinct(values: Iterable[Any]) -> Iterator[Any]:
    seen = set()
    for value in values:
        key = json.dumps(value, sort_keys=True)
        if key not in seen:
            seen.add(key)
            yield value


def _unique(values: Iterable[Any]) -> list[Any]:
    return list(_distinct(values))
