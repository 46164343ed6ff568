"""The faults of a server: an operation, a family and a place each, to see whether a check notices.

The families, a module each, make theirs for every operation from its effective spec and its facts: `overlooking` (a
rule overlooked), `refusing` (a legal value refused), `answering` (an answer wrong), `misreading` (the wire misread),
`admitting` (anybody admitted) and `timing` (time and chance). `by_hand` has faults against rules that stand in prose.
The mock server plays them: `MockServer(fault="batch.name-pattern")`.

Some faults are left out, because the mock's HTTP server cannot show or send them: header names in one case only, an
answer longer than its Content-Length, two Content-Lengths, an illegal status line or header.
"""

from dataclasses import replace
from functools import cache
from importlib import import_module

from ..spec import load, provider_keys
from .fault import Fault, Turn
from .places import slug

__all__ = ["FAMILIES", "Fault", "Turn", "catalogue", "find"]

FAMILIES = ("overlooking", "refusing", "answering", "misreading", "admitting", "timing", "by_hand")


@cache
def catalogue(key: str) -> tuple[Fault, ...]:
    """The faults of a provider or service, in the order of their names."""
    from ..mock.provider import facts_of  # noqa: PLC0415 - the mock server plays faults, so it imports this

    found: dict[str, Fault] = {}
    for operation in load(key).operations:
        creates = facts_of(operation).creates
        own = operation.id.rpartition("_")[2] if operation.id.isidentifier() else operation.id
        prefix = f"{key}." if creates else f"{key}.{slug(own)}-"
        for family in FAMILIES:
            # Imported late: the mock server imports this package, and the families import the mock's facts.
            for fault in import_module(f"{__name__}.{family}").faults(operation):
                name = f"{prefix}{fault.name}"
                found.setdefault(name, replace(fault, name=name, operation=operation.id, family=family))
    return tuple(sorted(found.values(), key=lambda fault: fault.name))


def find(name: str) -> Fault:
    """The fault of a name such as `batch.name-pattern`; raises LookupError where there is none."""
    key = name.partition(".")[0]
    for fault in catalogue(key) if key in provider_keys() else ():
        if fault.name == name:
            return fault
    raise LookupError(f"no fault {name!r}; `audience-contract server-faults` lists them")
