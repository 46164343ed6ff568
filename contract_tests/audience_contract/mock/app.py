"""The mock server's application: paths to operations, credentials, the checker, then the provider's own file."""

import re
from collections.abc import Mapping
from dataclasses import asdict
from urllib.parse import urlsplit

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.endpoints import HTTPEndpoint
from starlette.requests import ClientDisconnect
from starlette.requests import Request as HttpRequest
from starlette.responses import JSONResponse
from starlette.responses import Response as HttpResponse
from starlette.routing import Mount, Route
from starlette.types import Receive, Scope, Send

from ..checker import check_request
from ..messages import Request, Response
from ..security import header
from ..spec import Operation, Spec, load, provider_keys
from . import credentials, provider
from .state import Exchange, State

MAX_BODY = 64 * 2**20
"""Bytes; a larger body is answered 413, which no provider documents."""

# Judging what is larger takes long enough to hold up other requests.
_SMALL = 2**20


class Application:
    """An ASGI application.

    - `/<provider><path of the spec's server><path of the operation>`: the provider.
    - `/_mock/respond/<status>` before such a path: that error (400 to 599), whatever the request's headers and body
      are. It is a path so that every client that lets its base URL be set can ask for an error.
    - `/_mock/audiences`: GET lists what was created, DELETE forgets it.
    - `/_mock/tokens`: DELETE makes every access token invalid that the mock has issued so far.

    `strict` also refuses what the specs' schemas allow without naming it: properties, parts, query parameters.
    """

    def __init__(self, *, strict: bool = False) -> None:
        self.state = State()
        self._strict = strict
        self._specs: Mapping[str, Spec] = {key: load(key) for key in provider_keys()}
        self._providers = {key: provider.load(key) for key in self._specs}
        self._app = Starlette(
            routes=[
                Route("/_mock/audiences", _Audiences),
                Route("/_mock/tokens", _Tokens),
                Mount("/", self._provider),
            ]
        )
        self._app.state.mock = self.state

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if not scope["path"].startswith("/"):
            # A request line may hold a whole URL (RFC 9112, 3.2.2).
            path, raw_path = urlsplit(scope["path"]).path, urlsplit(scope["raw_path"]).path
            scope = {**scope, "path": path, "raw_path": raw_path}
        await self._app(scope, receive, send)

    def environment(self, base_urls: Mapping[str, str]) -> dict[str, str]:
        """All providers' variables; `base_urls` by provider key."""
        found = {}
        for key, base_url in base_urls.items():
            found.update(self._providers[key].environment(base_url))
        return found

    async def _provider(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = HttpRequest(scope, receive)
        body, size = bytearray(), 0
        try:
            # Read to its end even when it is too large: a client that is still sending may never see an early answer.
            async for chunk in request.stream():
                size += len(chunk)
                if size <= MAX_BODY:
                    body += chunk
        except ClientDisconnect:
            return
        if size > MAX_BODY:
            answer = _said(413)
        elif size > _SMALL:
            answer = await run_in_threadpool(self._answer, scope, bytes(body))
        else:
            answer = self._answer(scope, bytes(body))
        sent = HttpResponse(answer.body, answer.status)
        sent.raw_headers += [(name.encode(), value.encode()) for name, value in answer.headers]
        await sent(scope, receive, send)

    def _answer(self, scope: Scope, body: bytes) -> Response:
        match = re.fullmatch(r"(?:/_mock/respond/([45]\d\d))?/([^/]+)(/.*)", scope["raw_path"].decode("latin-1"))
        spec = self._specs.get(match[2]) if match else None
        below = spec.below_base(match[3]) if spec and match else None
        if not match or not spec or below is None or not spec.methods(below):
            return _said(404)
        operation = spec.match(scope["method"], below)
        if not operation:
            return _said(405, ("allow", ", ".join(spec.methods(below))))
        query = scope["query_string"].decode("latin-1")
        target = match[3] + (f"?{query}" if query else "")
        headers = tuple((name.decode("latin-1"), value.decode("latin-1")) for name, value in scope["headers"])
        request = Request(scope["method"], target, headers, body)
        ours = self._providers[spec.key]
        response = ours.error(operation, int(match[1])) if match[1] else self._judge(ours, operation, request)
        self.state.log(Exchange(spec.key, operation.id, request, response))
        return response

    def _judge(self, ours: provider.Provider, operation: Operation, request: Request) -> Response:
        scheme = credentials.wrong(operation, request, ours.tokens(self.state))
        if scheme:
            missing = not request.values(header(scheme))
            return ours.unauthenticated(operation, header(scheme), missing=missing)
        violations = check_request(operation, request, undocumented=self._strict)
        if violations:
            return ours.refuse(operation, violations)
        handler = ours.handler(operation)
        return handler(provider.Call(operation, request, self.state)) if handler else _said(501)


class _Audiences(HTTPEndpoint):
    """What was created, for clients in another process."""

    async def get(self, request: HttpRequest) -> HttpResponse:
        return JSONResponse([asdict(record) for record in request.app.state.mock.records])

    async def delete(self, request: HttpRequest) -> HttpResponse:
        request.app.state.mock.clear()
        return HttpResponse(status_code=204)


class _Tokens(HTTPEndpoint):
    """The access tokens that were issued."""

    async def delete(self, request: HttpRequest) -> HttpResponse:
        request.app.state.mock.expire_tokens()
        return HttpResponse(status_code=204)


def _said(status: int, *headers: tuple[str, str]) -> Response:
    plain = provider.reply(status, {"message": provider.reason(status)})
    return Response(status, plain.headers + headers, plain.body)
