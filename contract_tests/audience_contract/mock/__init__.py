"""The mock server: every provider and service with an effective spec, under one port, over real HTTP."""

from .server import MockServer
from .state import Exchange, Record, Settings

__all__ = ["Exchange", "MockServer", "Record", "Settings"]
