"""What the documents say of an operation in words only: what it does to audiences, and what its answers have."""

import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import Enum, auto
from functools import lru_cache
from typing import Any
from urllib.parse import unquote, urljoin

from .messages import Request, Response
from .spec import Operation, Spec
from .strict_json import at


class Effect(Enum):
    """What a success does to audiences, or to whatever else the operation is about."""

    READS = auto()
    CREATES = auto()
    CHANGES = auto()
    REMOVES = auto()


_BODY = "$response.body#"
PATH = "$request.path."
"""The start of what stands in place of a JSON pointer: the name of a path parameter follows, of the create or of the
path in its answer's `Location`.
"""
_BY_METHOD = {"POST": Effect.CREATES, "PUT": Effect.CHANGES, "PATCH": Effect.CHANGES, "DELETE": Effect.REMOVES}


@dataclass(frozen=True)
class Facts:
    """What is known of one operation beside its schemas.

    `unique`: JSON pointers into a success, to what no two successes have in common.
    `echoes`: JSON pointers into a success, to what it repeats of the request, each with the parameter, property or part
    that has it there.
    `source`: the operation that creates what this one is about, "" for none.
    `linked`: parameters, properties and parts that take something of the success of `source`, each with the pointer to
    it, as the links of the spec say. The audience's name, where the operation takes one, is always one of them.
    `pages`: parameters by which a list goes on, each with the pointer to what they take of the page before.
    `limits`: parameters that say how many items a page has at most, each with the pointer to the items.
    `forbidden`: by property, values that break nothing but a rule in words.
    `unsure`: why an audience that was created need not be found; "" where it must be.
    `story`: the bodies of changes that are made to a new audience one after the other, by property; a file is a tuple
    of its name, media type and content, and `...` is a new name.
    `leaves`: how many members the story leaves at most.
    `size`: a JSON pointer into a read's answer, to the number of members. It is final if the answer has the values
    `final`, by pointer.
    `is_whole`: whether a list has every audience on its only page.
    """

    effect: Effect
    unique: tuple[str, ...] = ()
    echoes: Mapping[str, str] = field(default_factory=dict)
    linked: Mapping[str, str] = field(default_factory=dict)
    pages: Mapping[str, str] = field(default_factory=dict)
    limits: Mapping[str, str] = field(default_factory=dict)
    forbidden: Mapping[str, Any] = field(default_factory=dict)
    unsure: str = ""
    source: str = ""
    story: tuple[Mapping[str, Any], ...] = ()
    leaves: int = 0
    size: str = ""
    final: Mapping[str, str] = field(default_factory=dict)
    is_whole: bool = False

    @property
    def creates(self) -> bool:
        """Whether the effect is to create."""
        return self.effect is Effect.CREATES

    @property
    def reads(self) -> bool:
        """Whether the effect is to read."""
        return self.effect is Effect.READS

    @property
    def removes(self) -> bool:
        """Whether the effect is to remove."""
        return self.effect is Effect.REMOVES

    def is_final(self, answer: Any) -> bool:
        """Whether a read's answer, as a JSON value, shows all changes that were made before."""
        return all(at(answer, pointer) == said for pointer, said in self.final.items())


def effect_of(method: str) -> Effect:
    """What a method says of an operation, where no document says more."""
    return _BY_METHOD.get(method, Effect.READS)


def value_at(pointer: str, answer: Any, path: Mapping[str, str]) -> Any:
    """The value at a pointer of `Facts.linked`: in the create's `answer`, or in the `path` of its request."""
    return path.get(pointer.removeprefix(PATH)) if pointer.startswith(PATH) else at(answer, pointer)


def bare(name: str) -> str:
    """A name without case and punctuation, in which two spellings of it are alike."""
    return re.sub(r"[\W_]", "", unicodedata.normalize("NFC", name)).lower()


def path_of(operation: Operation, request: Request, response: Response | None) -> dict[str, str]:
    """The values of the path's parameters, and those of the path in the `Location` of a create's answer."""
    found = operation.path_values(request.target)
    for location in response.values("location") if response else ():
        items = [each for each in operation.spec.operations if each.path.startswith(f"{operation.path.rstrip('/')}/{{")]
        whole = urljoin(request.target, location)
        found |= next((made for each in items if each.path.endswith("}") and (made := each.path_values(whole))), {})
    return {name: unquote(text) for name, text in found.items()}


def links_between(source: Operation, target: Operation) -> Iterator[tuple[str, str]]:
    """Each parameter or property of `target` that a link of `source` fills, and the pointer to its value there."""
    for link in (each for each in linking(source.spec).get(source, ()) if _is_to(each, target)):
        filled = [part for part in (link.get("parameters"), link.get("requestBody")) if isinstance(part, dict)]
        for name, said in (pair for part in filled for pair in part.items()):
            if str(said).startswith((_BODY, PATH)):
                yield re.sub("^(path|query|header)[.]", "", name), str(said).removeprefix(_BODY)


@lru_cache(maxsize=64)
def linking(spec: Spec) -> Mapping[Operation, list[Mapping[str, Any]]]:
    """The links of the successes of each operation that has some."""
    found: dict[Operation, list[Mapping[str, Any]]] = {}
    for operation in spec.operations:
        for status in operation.node["responses"].value:
            links = operation.node["responses"][status].get("links") if status.startswith("2") else None
            for link in links or ():
                found.setdefault(operation, []).append(link.value)
    return found


def _is_to(link: Mapping[str, Any], target: Operation) -> bool:
    """Whether a link is to an operation, by its id or, of one that has none, by its place."""
    return link.get("operationId") == target.id or unquote(str(link.get("operationRef"))) == f"#{target.node.pointer}"
