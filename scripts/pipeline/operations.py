"""The operations of a valid spec, with their parameters, bodies and answers; references are followed."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from .documents import pointer, resolve
from .published import each_operation

Json = dict[str, Any]


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


def operations(spec: Json) -> Iterator[Operation]:
    for method, path, _ in each_operation(spec):
        yield Operation(spec, method.upper(), path, pointer(["paths", path, method]))


def target(spec: Json, at: str) -> tuple[str, Json]:
    """The pointer and value of a place, references followed."""
    found = resolve(spec, at)
    while isinstance(found, dict) and isinstance(found.get("$ref"), str):
        at = found["$ref"].removeprefix("#")
        found = resolve(spec, at)
    return at, found


def _schemas(spec: Json, at: str) -> Iterator[tuple[str, str, Json]]:
    found = resolve(spec, at)
    for media in found.get("content", ()) if isinstance(found, dict) else ():
        place, schema = target(spec, f"{pointer(['content', media], at)}/schema")
        if isinstance(schema, dict):
            yield media, place, schema
