"""What the tests need to know of a provider: one module each, with the same names."""

import pkgutil
from importlib import import_module
from types import ModuleType
from typing import Any

import httpx2

from audiences import Audience, PhoneFile
from audiences._json import dumps
from raw_server import http

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


def headers(key: str) -> dict[str, str]:
    """The headers of a success that say what its body does not."""
    return getattr(case(key), "HEADERS", {})


def body_of(key: str) -> bytes:
    """The body of the success of a create; empty where none is documented."""
    return dumps(case(key).BODY) if case(key).BODY else b""


def good_answer(key: str, content: bytes | None = None, **more: str) -> bytes:
    """The success of a create as it comes over the wire, with the documented body or another one."""
    return http(case(key).SUCCESS, body_of(key) if content is None else content, **headers(key), **more)


def good_response(key: str) -> httpx2.Response:
    """The success of a create as a transport gives it."""
    return httpx2.Response(case(key).SUCCESS, content=body_of(key), headers=headers(key))
