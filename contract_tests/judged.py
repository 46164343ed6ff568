"""Servers that are judged in tests: the mock server, right or with something put around it."""

from collections.abc import Callable, Iterable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any

from starlette.types import ASGIApp, Receive, Scope, Send

from audience_contract import Response, load
from audience_contract.facts import Effect
from audience_contract.mock import MockServer
from audience_contract.mock.credentials import CLIENT_ID, CLIENT_SECRET
from audience_contract.mock.provider import facts_of
from audience_contract.report import Finding, Report
from audience_contract.server import Options, Target, run

CLIENT = {"ADOBE_CLIENT_ID": CLIENT_ID, "ADOBE_CLIENT_SECRET": CLIENT_SECRET, "ADOBE_SCOPES": "openid,AdobeID"}


@dataclass
class AtRequest:
    """A watcher of a run, which does something before the request of that number."""

    left: int
    act: Callable[[], object]

    def phase(self, name: str) -> None:
        pass

    def request(self) -> None:
        self.left -= 1
        if self.left == 0:
            self.act()

    def finding(self, finding: Finding) -> None:
        pass


def target(server: MockServer, key: str, url: str = "", **changes: str) -> Target:
    """A provider's mock, maybe at another URL, with credentials that are right, apart from the variables changed."""
    return Target.of(key, url or server.base_url(key), {**server.environment(), **CLIENT, **changes})


def created(key: str) -> str:
    """The operation that creates audiences, or what stands for them, at a provider."""
    return next(each.id for each in load(key).operations if facts_of(each).effect is Effect.CREATES)


def judge(server: AbstractContextManager[MockServer], key: str, **options: Any) -> Report:
    """What is found out about a provider's mock, which is waited for half a second at most."""
    with server as started:
        return run(target(started, key), Options(**{"patience": 0.5, **options}))


def answering(*statuses: int, headers: Iterable[tuple[bytes, bytes]] = ()) -> Callable[[ASGIApp], ASGIApp]:
    """A server that answers everything with these statuses, in turn."""

    def around(_: ASGIApp) -> ASGIApp:
        count = 0

        async def app(scope: Scope, receive: Receive, send: Send) -> None:  # noqa: ARG001
            nonlocal count
            status = statuses[count % len(statuses)]
            count += 1
            await reply(Response(status, (("content-type", "application/json"),), b'{"a": 1}'), send, headers)

        return app

    return around


async def reply(response: Response, send: Send, headers: Iterable[tuple[bytes, bytes]] = ()) -> None:
    """Send an answer."""
    fields = [(name.encode(), value.encode()) for name, value in response.headers]
    length = (b"content-length", str(len(response.body)).encode())
    await send({"type": "http.response.start", "status": response.status, "headers": [*fields, length, *headers]})
    await send({"type": "http.response.body", "body": response.body})
