"""Adobe with OAuth, against the mock server, whose token endpoint can be made slow or wrong."""

import asyncio
from collections.abc import Callable
from typing import Any

from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

import audiences
from audience_contract.mock import MockServer
from callers import make
from cases import case

SCOPES = "openid,AdobeID"
CLIENT: dict[str, Any] = {"client_id": "mock-client-id", "client_secret": "mock-client-secret", "scopes": SCOPES}


class TokenEndpoint:
    """Middleware: counts what the token endpoint is asked, and can answer late, or in its place."""

    def __init__(self) -> None:
        self.asked = 0
        self.delay = 0.0
        self.answer: Callable[[int], Response | None] = lambda _: None
        """By the number of the request; None leaves it to the mock server."""

    def around(self, app: ASGIApp) -> ASGIApp:
        async def play(scope: Scope, receive: Receive, send: Send) -> None:
            answer: ASGIApp = app
            if "/adobe_ims/" in scope["path"]:
                self.asked += 1
                own = self.answer(self.asked)
                answer = own or app
                await asyncio.sleep(self.delay)
            await answer(scope, receive, send)

        return play


def adobe(server: MockServer, face: Any = audiences, **options: Any) -> Any:
    """A provider object that asks for its token."""
    known = server.environment()
    others = {name: known[f"ADOBE_{name.upper()}"] for name in case("adobe").ARGUMENTS if name != "access_token"}
    urls = {"token_url": known["ADOBE_TOKEN_URL"], "base_url": known["ADOBE_BASE_URL"]}
    cls = type(make("adobe", face))
    return cls(**{**others, **urls, **CLIENT, **options})
