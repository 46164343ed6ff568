"""What the tests need to know of a provider: one module each, with the same names."""

import pkgutil
from importlib import import_module
from types import ModuleType
from typing import Any

from audiences import Audience, PhoneFile

KEYS = sorted(module.name for module in pkgutil.iter_modules(__path__) if not module.name.startswith("_"))


def everywhere(**changes: Any) -> Audience:
    """One draft that says all there is to say to every provider."""
    fields: dict[str, Any] = {
        "name": "VIP",
        "description": "d",
        "members": PhoneFile(b"phone1\r\n442079832100\r\n", "x.csv"),
        "provider_fields": {key: case(key).FIELDS for key in KEYS},
    }
    return Audience(**fields | changes)


def case(key: str) -> ModuleType:
    return import_module(f"cases.{key}")
