"""The servers that are judged: a correct one, a correct one that also enforces the prose, and one for each fault."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace

from starlette.types import ASGIApp, Receive, Scope, Send

from audience_contract import load, provider_keys
from audience_contract.faults import catalogue, find
from audience_contract.mock import MockServer
from audience_contract.mock.credentials import CLIENT_ID, CLIENT_SECRET

CORRECT, PROSE = "correct", "prose"
TIMEOUT, SLOW = 4.0, 5.0
"""Seconds: how long a tool waits for an answer, and how long a server with a slow fault takes for one."""


@dataclass
class Played:
    """A running server: its base URL, the environment variables for a client, and how many requests have arrived."""

    url: str
    environment: dict[str, str]
    requests: int = 0


def names(key: str) -> list[str]:
    """The names of all servers of a provider, the correct ones first."""
    return [f"{key}.{CORRECT}", f"{key}.{PROSE}", *(fault.name for fault in catalogue(key))]


def key_of(name: str) -> str:
    return name.partition(".")[0]


def is_correct(name: str) -> bool:
    return name.partition(".")[2] in (CORRECT, PROSE)


def every() -> list[str]:
    return [name for key in provider_keys() for name in names(key)]


@contextmanager
def played(name: str) -> Iterator[Played]:
    """Run the server of a name on a socket."""
    fault = None if is_correct(name) else find(name)
    if fault and fault.seconds:
        fault = replace(fault, seconds=SLOW)
    seen = Played("", {})

    def counted(app: ASGIApp) -> ASGIApp:
        async def around(scope: Scope, receive: Receive, send: Send) -> None:
            seen.requests += 1
            await app(scope, receive, send)

        return around

    with MockServer(fault=fault, prose=name.endswith(f".{PROSE}"), middleware=counted) as server:
        seen.url = server.base_url(load(key_of(name)).key)
        # A client of the token endpoint needs more settings than the mock gives to the library.
        own = {"ADOBE_CLIENT_ID": CLIENT_ID, "ADOBE_CLIENT_SECRET": CLIENT_SECRET, "ADOBE_SCOPES": "openid,AdobeID"}
        seen.environment = {**server.environment(), **own}
        yield seen
