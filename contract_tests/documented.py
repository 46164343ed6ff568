"""Facts of the providers' pages, read from the effective specs: a test that needs one is true of the next page too."""

import json
from functools import cache
from importlib.resources import files
from typing import Any
from urllib.parse import urlsplit


@cache
def spec(key: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(files("audience_clients").joinpath(key, "openapi.json").read_text("utf-8"))
    return found


def base_url(key: str) -> str:
    """The URL of the default server, its variables at their defaults."""
    server = spec(key)["servers"][0]
    url = str(server["url"])
    for name, variable in server.get("variables", {}).items():
        url = url.replace(f"{{{name}}}", variable["default"])
    return url.rstrip("/")


def base(key: str) -> str:
    """The path of that URL."""
    return urlsplit(base_url(key)).path


def bases(key: str) -> list[str]:
    """The paths of all servers, as the spec has them."""
    return [urlsplit(server["url"]).path for server in spec(key)["servers"]]


def host(key: str) -> str:
    return str(urlsplit(base_url(key)).hostname)
