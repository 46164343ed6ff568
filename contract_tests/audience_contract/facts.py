"""What the documents say of an operation in words only: what it does to audiences, and what its answers have."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum, auto

from .spec import Operation


class Effect(Enum):
    """What a success does to audiences, or to whatever else the operation is about."""

    READS = auto()
    CREATES = auto()
    CHANGES = auto()
    REMOVES = auto()


_BY_METHOD = {"POST": Effect.CREATES, "PUT": Effect.CHANGES, "PATCH": Effect.CHANGES, "DELETE": Effect.REMOVES}


@dataclass(frozen=True)
class Facts:
    """One operation's.

    `unique` are JSON pointers into a success, to what no two successes have in common. `echoes` are such pointers to
    what it repeats of the request, and the parameter, property or part there. `fed` are parameters, properties and
    parts that take what the success had that created the audience: its pointer there. The audience's name, where the
    operation takes one, is always one of them. `unsure` is why an audience that was created may not be found all the
    same; "" where it must be.
    """

    effect: Effect
    unique: tuple[str, ...] = ()
    echoes: Mapping[str, str] = field(default_factory=dict)
    fed: Mapping[str, str] = field(default_factory=dict)
    unsure: str = ""


def effect_of(method: str) -> Effect:
    """What a method says of an operation, where no document says more."""
    return _BY_METHOD.get(method, Effect.READS)


def facts_of(operation: Operation) -> Facts:
    """The facts that the provider's file has of an operation."""
    from .mock.provider import load  # noqa: PLC0415 - brings the mock server along

    return load(operation.spec.key).facts(operation)
