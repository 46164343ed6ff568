"""What the documents say of an operation in words only: what it does to audiences, and what its answers have."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from enum import Enum, auto
from functools import lru_cache
from typing import Any
from urllib.parse import unquote

from .spec import Operation


class Effect(Enum):
    """What a success does to audiences, or to whatever else the operation is about."""

    READS = auto()
    CREATES = auto()
    CHANGES = auto()
    REMOVES = auto()


_BODY = "$response.body#"
_BY_METHOD = {"POST": Effect.CREATES, "PUT": Effect.CHANGES, "PATCH": Effect.CHANGES, "DELETE": Effect.REMOVES}


@dataclass(frozen=True)
class Facts:
    """One operation's.

    `unique` are JSON pointers into a success, to what no two successes have in common. `echoes` are such pointers to
    what it repeats of the request, and the parameter, property or part there. `fed` are parameters, properties and
    parts that take what the success had that created the audience: its pointer there, as the links of the spec say. The
    audience's name, where the operation takes one, is always one of them. `pages` are those that take what the
    operation's own success before had, in which a list goes on. `forbidden` are values of properties that break nothing
    but a rule in words. `unsure` is why an audience that was created may not be found all the same; "" where it must
    be.
    """

    effect: Effect
    unique: tuple[str, ...] = ()
    echoes: Mapping[str, str] = field(default_factory=dict)
    fed: Mapping[str, str] = field(default_factory=dict)
    pages: Mapping[str, str] = field(default_factory=dict)
    forbidden: Mapping[str, Any] = field(default_factory=dict)
    unsure: str = ""


def effect_of(method: str) -> Effect:
    """What a method says of an operation, where no document says more."""
    return _BY_METHOD.get(method, Effect.READS)


@lru_cache(maxsize=256)
def facts_of(operation: Operation) -> Facts:
    """The facts that the provider's file has of an operation, and what the spec's links say of it."""
    from .mock.provider import load  # noqa: PLC0415 - brings the mock server along

    known = load(operation.spec.key).facts
    creating = [each for each in operation.spec.operations if known(each).effect is Effect.CREATES]
    facts = known(operation)
    linked = dict(pair for each in creating for pair in _linked(each, operation)) if operation not in creating else {}
    return replace(facts, fed={**facts.fed, **linked}, pages=dict(_linked(operation, operation)))


def _linked(source: Operation, target: Operation) -> Iterator[tuple[str, str]]:
    """What an operation takes of the body of another one's success, and where that is there."""
    for status, response in source.node["responses"].value.items():
        links = source.node["responses"][status].get("links") if status.startswith("2") and response else None
        for link in (each.value for each in links or () if _is_to(each.value, target)):
            body = link.get("requestBody")
            taken = {**link.get("parameters", {}), **(body if isinstance(body, dict) else {})}
            for name, said in taken.items():
                if str(said).startswith(_BODY):
                    yield re.sub("^(path|query|header)[.]", "", name), str(said).removeprefix(_BODY)


def _is_to(link: Mapping[str, Any], target: Operation) -> bool:
    """Whether a link is to an operation, by its id or, of one that has none, by its place."""
    return link.get("operationId") == target.id or unquote(link.get("operationRef", "")) == f"#{target.node.pointer}"
