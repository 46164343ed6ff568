"""The faults, by kind. Importing this package registers them."""

import pkgutil
from importlib import import_module

from faults.fault import FAULTS

__all__ = ["FAULTS"]

for _module in pkgutil.iter_modules(__path__):
    import_module(f"{__name__}.{_module.name}")
