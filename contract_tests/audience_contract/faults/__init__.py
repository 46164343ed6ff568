"""The fault catalogue: servers that break the contract in exactly one way, to see whether a check notices.

A folder for each spec's key, found by that key; each of its modules has a tuple `FAULTS`, of the operation that creates
where a fault names no other. The mock server plays them: `MockServer(fault="batch.no-token")`. In this folder, `acts`
are the ways in which a server goes wrong, `rewriting` and `uploads` how it takes a body for another one; `families`
makes the faults that any operation can have, with `bearer` and `answers`.

Left out because the mock's HTTP server neither shows nor sends it: header names in one case only, an answer longer than
its Content-Length, two Content-Lengths, an illegal status line or header.
"""

import pkgutil
from dataclasses import replace
from functools import cache
from importlib import import_module

from ..facts import Effect, facts_of
from ..spec import load, provider_keys
from .fault import Fault, Turn

__all__ = ["Fault", "Turn", "catalogue", "find"]


@cache
def catalogue(key: str) -> tuple[Fault, ...]:
    """The faults of a provider or service, in the order of their names; none for a key that has no folder."""
    try:
        folder = import_module(f".{key}", __name__)
    except ModuleNotFoundError as error:
        if error.name != f"{__name__}.{key}":
            raise
        return ()
    modules = [import_module(f"{folder.__name__}.{found.name}") for found in pkgutil.iter_modules(folder.__path__)]
    operations = load(key).operations
    creating = next(operation.id for operation in operations if facts_of(operation).effect is Effect.CREATES)
    by_hand = (fault for module in modules for fault in module.FAULTS)
    own = [replace(fault, operation=fault.operation or creating) for fault in by_hand]
    families = import_module(f"{__name__}.families")
    made = [fault for operation in operations for fault in families.faults(operation)]
    return tuple(sorted((*own, *made), key=lambda fault: fault.name))


def find(name: str) -> Fault:
    """The fault of a name such as `batch.no-token`; raises LookupError where there is none."""
    key = name.partition(".")[0]
    for fault in catalogue(key) if key in provider_keys() else ():
        if fault.name == name:
            return fault
    raise LookupError(f"no fault {name!r}; `audience-contract faults` lists them")
