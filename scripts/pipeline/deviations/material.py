"""What the detectors read of a provider, all of it vendored."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlsplit

from referencing import Registry, Resource

from .. import effective, overlay, samples, validity
from .._errors import PipelineError
from ..documents import ABSENT, conform, pointer, read, resolve
from ..published import each_operation
from ..rooms import Provider

Json = dict[str, Any]
_TEXT = {"type": "string", "minLength": 1}
_FACT = {
    "type": "object",
    "required": ["about", "aspect", "place"],
    "properties": {
        "about": _TEXT,
        "aspect": {"enum": ["enum", "format", "meaning", "path", "rule", "status", "type", "version"]},
        "place": _TEXT,
        "pointer": {"type": "string", "pattern": "^/"},
        "value": True,
        "source": _TEXT,
        "confidence": {"enum": ["H", "M"]},
    },
    "additionalProperties": False,
    # A fact is in the vendored spec, or it has a value and says where that was read, and how surely.
    "oneOf": [{"required": ["pointer"]}, {"required": ["value", "source", "confidence"]}],
}
_COPING = {
    "type": "object",
    "required": ["finding", "how", "file", "test"],
    "properties": {"finding": _TEXT, "how": _TEXT, "file": _TEXT, "test": _TEXT},
    "additionalProperties": False,
}
_FACTS = {
    "type": "object",
    "properties": {"fact": {"type": "array", "items": _FACT}, "coping": {"type": "array", "items": _COPING}},
    "additionalProperties": False,
}


@dataclass(frozen=True)
class Material:
    """A provider's spec, samples, facts, and the wrapper's ways of coping. `actions` are those of the overlay."""

    provider: str
    spec: Json
    samples: tuple[Json, ...] = ()
    facts: tuple[Json, ...] = ()
    copings: tuple[Json, ...] = ()
    actions: tuple[tuple[Json, Json], ...] = ()
    """Each with the spec as it is after that action."""

    @classmethod
    def of(cls, provider: Provider) -> "Material":
        spec = effective.upstream(provider)
        facts: Json = {}
        if provider.facts.exists():
            facts = read(provider.facts)
            conform(facts, _FACTS, provider.facts)
            for number, fact in enumerate(facts.get("fact", ())):
                if "pointer" in fact and resolve(spec, fact["pointer"]) is ABSENT:
                    raise PipelineError(
                        f"{provider.facts}: /fact/{number}: {fact['pointer']} is gone from the spec; review the fact"
                    )
        return cls(
            provider.key,
            spec,
            tuple(
                {**sample, "at": f"samples/{file.name} /{number}"}
                for file, found in samples.recorded(provider).items()
                for number, sample in enumerate(found)
            ),
            tuple(facts.get("fact", ())),
            tuple(facts.get("coping", ())),
            tuple(overlay.steps(spec, provider.overlay)) if provider.overlay.exists() else (),
        )

    @property
    def effective(self) -> Json:
        return self.actions[-1][1] if self.actions else self.spec

    def having(self, spec: Json) -> "Material":
        """The same with another spec, and no overlay."""
        return replace(self, spec=spec, actions=())

    def operations(self) -> Iterator["Operation"]:
        for method, path, _ in each_operation(self.spec):
            yield Operation(self.spec, method.upper(), path, pointer(["paths", path, method]))


@dataclass(frozen=True)
class Operation:
    spec: Json
    method: str
    path: str
    at: str

    @property
    def name(self) -> str:
        return str(self.value.get("operationId", f"{self.method} {self.path}"))

    @property
    def value(self) -> Json:
        found: Json = resolve(self.spec, self.at)
        return found

    @property
    def security(self) -> list[Json]:
        found: Any = self.value.get("security", self.spec.get("security", ()))
        return list(found)

    @property
    def parameters(self) -> Iterator[tuple[str, Json]]:
        for number in range(len(self.value.get("parameters", ()))):
            yield target(self.spec, f"{self.at}/parameters/{number}")

    @property
    def bodies(self) -> Iterator[tuple[str, str, Json]]:
        """The schemas of the request body: media type, pointer, schema."""
        yield from _schemas(self.spec, f"{self.at}/requestBody")

    @property
    def answers(self) -> Iterator[tuple[str, str, Json]]:
        """The schemas of the answers: status, pointer, schema."""
        for status in self.value["responses"]:
            at, _ = target(self.spec, pointer(["responses", status], self.at))
            yield from ((status, place, schema) for _, place, schema in _schemas(self.spec, at))

    def takes(self, sample: Json) -> bool:
        """Whether a sample request, as far as it says so, is one to this operation."""
        if "target" not in sample:
            return any(True for _ in self.bodies)
        return sample["method"] == self.method and urlsplit(sample["target"]).path.endswith(self.path)


def target(spec: Json, at: str) -> tuple[str, Json]:
    """The pointer and value of a place, references followed."""
    found = resolve(spec, at)
    while isinstance(found, dict) and isinstance(found.get("$ref"), str):
        at = found["$ref"].removeprefix("#")
        found = resolve(spec, at)
    return at, found


def within(spec: Json, at: str) -> Iterator[tuple[str, Json]]:
    """A schema and those of its properties, items and alternatives, each once, with their pointers."""
    at, schema = target(spec, at)
    yield at, schema
    for name in schema.get("properties", ()):
        yield from within(spec, pointer(["properties", name], at))
    inner = ["items"] if "items" in schema else []
    inner += [f"{key}/{number}" for key in validity.ALTERNATIVES for number in range(len(schema.get(key, ())))]
    for each in inner:
        yield from within(spec, f"{at}/{each}")


def broken(spec: Json, at: str, value: Any) -> list[str]:
    """The rules of the schema at a pointer that a value breaks."""
    registry = Registry().with_resource("urn:spec", Resource.opaque(spec))
    dialect = validity.dialect(spec)
    return sorted({f"{pointer(e.absolute_path) or '(root)'} {e.validator}" for e in
                   dialect({"$ref": f"urn:spec#{at}"}, registry=registry).iter_errors(value)})  # fmt: skip


def _schemas(spec: Json, at: str) -> Iterator[tuple[str, str, Json]]:
    found = resolve(spec, at)
    for media in found.get("content", ()) if isinstance(found, dict) else ():
        place, schema = target(spec, f"{pointer(['content', media], at)}/schema")
        if isinstance(schema, dict):
            yield media, place, schema
