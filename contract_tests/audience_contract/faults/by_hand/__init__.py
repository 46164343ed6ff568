"""Faults against rules that stand in a provider's prose only: a module for each spec's key, with a tuple `FAULTS`."""

from collections.abc import Iterator
from importlib import import_module
from importlib.util import find_spec

from ...mock.provider import facts_of
from ...spec import Operation
from ..fault import Fault


def faults(operation: Operation) -> Iterator[Fault]:
    """The faults of an operation, if it creates."""
    name = f"{__name__}.{operation.spec.key}"
    if find_spec(name) and facts_of(operation).creates:
        yield from import_module(name).FAULTS
