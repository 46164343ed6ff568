"""What the tests need to know of a provider: one module each, with the same names."""

import pkgutil
from importlib import import_module
from types import ModuleType

KEYS = sorted(module.name for module in pkgutil.iter_modules(__path__) if not module.name.startswith("_"))


def case(key: str) -> ModuleType:
    return import_module(f"cases.{key}")
