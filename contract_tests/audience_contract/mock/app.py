"""The mock server's application: paths to operations, credentials, the checker, then the provider's own file."""

import asyncio
import re
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict
from typing import Any
from urllib.parse import urlsplit

import jsonschema  # noqa: F401 - judging imports it late, and the first request would wait for it
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect
from starlette.requests import Request as HttpRequest
from starlette.responses import JSONResponse
from starlette.responses import Response as HttpResponse
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from ..checker import check_request
from ..faults import Fault, Turn, find
from ..messages import Request, Response
from ..spec import Operation, Spec, load, provider_keys
from ..strict_json import loads
from . import answers, credentials, provider
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
    - `/_mock/audiences`: GET lists what was created and is still there, DELETE forgets it.
    - `/_mock/<provider>/audiences/<name>/members`: GET shows who is in an audience, by id and with attributes.
    - `/_mock/settings`: GET shows the settings (`Settings`), PATCH changes those that its JSON object has.
    - `/_mock/tokens`: DELETE makes every access token invalid that the mock has issued so far.

    `strict` also refuses what the specs' schemas allow without naming it: properties, parts, query parameters; `prose`
    what the documents' prose can be read to forbid (`Provider.forbids`). Both are correct servers. `fault` makes one
    provider's server a faulty one: a fault of the catalogue, or its name; raises LookupError for an unknown one. The
    requests that a fault counts are counted from here on, whatever is forgotten. `respond` is the status of every
    answer, as though each path began with `/_mock/respond`. `keys` are those of the providers that are played, or of
    documents that are registered; all providers without them.
    """

    def __init__(
        self,
        *,
        strict: bool = False,
        prose: bool = False,
        fault: Fault | str | None = None,
        respond: int | None = None,
        keys: Collection[str] = (),
    ) -> None:
        self.state, self._respond = State(), respond
        self._strict, self._prose = strict, prose
        self._fault = find(fault) if isinstance(fault, str) else fault
        self._turns: Counter[str] = Counter()
        self._memory: dict[str, Any] = {}
        self._specs: Mapping[str, Spec] = {key: load(key) for key in keys or provider_keys()}
        self._providers = {key: provider.load(key) for key in self._specs}
        self._app = Starlette(
            routes=[
                Route("/_mock/audiences", _audiences, methods=["GET", "DELETE"]),
                Route("/_mock/{provider}/audiences/{name:path}/members", _members),
                Route("/_mock/settings", _settings, methods=["GET", "PATCH"]),
                Route("/_mock/tokens", _tokens, methods=["DELETE"]),
            ]
        )
        # No route of Starlette's matches a path with a line break in it.
        self._app.router.default, self._app.router.redirect_slashes = self._provider, False
        self._app.state.mock = self.state

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if not scope["path"].startswith("/"):
            # A request line may hold a whole URL (RFC 9112, 3.2.2).
            path, raw_path = urlsplit(scope["path"]).path, urlsplit(scope["raw_path"]).path
            scope = {**scope, "path": path, "raw_path": raw_path}
        await self._app(scope, receive, send)

    def environment(self, base_urls: Mapping[str, str]) -> dict[str, str]:
        """All providers' variables; `base_urls` by provider key."""
        found = (self._providers[key].environment(base_url).items() for key, base_url in base_urls.items())
        return {name: value for each in found for name, value in each}

    async def _provider(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            body = await received(scope, receive)
        except ClientDisconnect:
            return
        delay = 0.0
        if body is None:
            answer = said(413)
        elif len(body) > _SMALL:
            answer, delay = await run_in_threadpool(self._answer, scope, body)
        else:
            answer, delay = self._answer(scope, body)
        await asyncio.sleep(delay)
        # A fault may announce more than comes: then the HTTP server closes the connection.
        declared = "".join(answer.values("content-length"))
        await respond(answer, send, cut=bool(declared) and int(declared) > len(answer.body))

    def _answer(self, scope: Scope, body: bytes) -> tuple[Response, float]:
        """The answer, and for how many seconds it waits."""
        match = re.fullmatch(r"(?:/_mock/respond/([45]\d\d))?/([^/]+)(/.*)", scope["raw_path"].decode("latin-1"))
        spec = self._specs.get(match[2]) if match else None
        path = spec.below_base(match[3]) if spec and match else None
        methods = spec.methods(path) if spec and path is not None else ()
        if not match or not spec or path is None or not methods:
            return said(404), 0.0
        asked, status = spec.match(scope["method"], path), int(match[1] or self._respond or 0)
        fault = None if status or not self._fault or self._fault.provider != spec.key else self._fault
        reached = [asked] if asked else [spec.match(method, path) for method in methods]
        at = next((each for each in reached if fault and each and fault.operation in ("", each.id)), None)
        operation = at or asked
        if not operation:
            return not_allowed(methods), 0.0
        request = request_of(scope, match[3], body)
        delay = 0.0
        if status:
            response = self.error(operation, status)
        elif at:
            response, delay = self._play_fault(operation, request)
        else:
            response = self.play(operation, request)
        self.state.log(Exchange(spec.key, operation.id, request, response))
        return response, delay

    def _play_fault(self, operation: Operation, request: Request) -> tuple[Response, float]:
        assert self._fault
        self._turns[operation.id] += 1
        turn = Turn(self, operation, request, self._turns[operation.id], self._memory, self._fault.seconds)
        return self._fault.act(turn), turn.delay

    def refusal(self, operation: Operation, request: Request) -> Response | None:
        """The answer to a request that is refused for its credentials or its form; None for any other."""
        ours = self._providers[operation.spec.key]
        if request.method != operation.method:
            return not_allowed(operation.spec.methods(operation.path))
        violations = credentials.wrong(operation, request, ours.tokens(self.state))
        violations = violations or check_request(operation, request, undocumented=self._strict)
        left_open = ours.left_open if self.state.settings.limit_accepted else ()
        violations = [each for each in violations if each.rule not in left_open]
        if violations:
            return provider.refusal(ours, operation, request, violations)
        return self.error(operation, 401) if any(ours.unbound(operation, request)) else None

    def play(self, operation: Operation, request: Request) -> Response:
        """The correct answer; what the request asks for is done."""
        ours = self._providers[operation.spec.key]
        refusal = self.refusal(operation, request)
        if refusal:
            return refusal
        call = provider.Call(operation, request, self.state)
        if self._prose and ours.forbids(call):
            return self.error(operation, 400)
        return ours.handler(operation)(call)

    def error(self, operation: Operation, status: int) -> Response:
        """The provider's error with a status."""
        return self._providers[operation.spec.key].error(operation, status)


async def _audiences(request: HttpRequest) -> HttpResponse:
    """What was created, for clients in another process."""
    state = request.app.state.mock
    if request.method == "DELETE":
        state.clear()
        return HttpResponse(status_code=204)
    return JSONResponse([record.as_json() for record in state.records])


async def _members(request: HttpRequest) -> HttpResponse:
    """Who is in an audience, which no provider tells."""
    state, asked = request.app.state.mock, request.path_params
    record = state.find(**asked)
    return JSONResponse(state.members(record)) if record else JSONResponse({"message": "no such audience"}, 404)


async def _settings(request: HttpRequest) -> HttpResponse:
    """The settings: what the server does that no document decides."""
    state = request.app.state.mock
    if request.method == "PATCH":
        try:
            changes = loads(await request.body())
            if not isinstance(changes, dict):
                raise ValueError("the settings are a JSON object")
            state.settings = state.settings.but(**changes)
        except ValueError as error:
            return JSONResponse({"message": str(error)}, 400)
    return JSONResponse(asdict(state.settings))


async def _tokens(request: HttpRequest) -> HttpResponse:
    """Make the access tokens invalid that were issued."""
    request.app.state.mock.expire_tokens()
    return HttpResponse(status_code=204)


async def received(scope: Scope, receive: Receive) -> bytes | None:
    """The body of a request, None for one of more than `MAX_BODY` bytes; raises ClientDisconnect."""
    body, size = bytearray(), 0
    # Read to its end even when it is too large: a client that is still sending may never see an early answer.
    async for chunk in HttpRequest(scope, receive).stream():
        size += len(chunk)
        if size <= MAX_BODY:
            body += chunk
    return bytes(body) if size <= MAX_BODY else None


def request_of(scope: Scope, path: str, body: bytes) -> Request:
    """The request, with another path."""
    query = scope["query_string"].decode("latin-1")
    headers = tuple((name.decode("latin-1"), value.decode("latin-1")) for name, value in scope["headers"])
    return Request(scope["method"], f"{path}?{query}" if query else path, headers, body)


async def respond(answer: Response, send: Send, *, cut: bool = False, add_length: bool = True) -> None:
    """Send an answer; without its end where it is `cut`: then the HTTP server closes the connection."""
    headers = [(name.encode("latin-1"), value.encode("latin-1")) for name, value in answer.headers]
    # A 204 has no length (RFC 9110, 8.6).
    if add_length and not answer.values("content-length") and answer.status != 204:
        headers.append((b"content-length", str(len(answer.body)).encode()))
    await send({"type": "http.response.start", "status": answer.status, "headers": headers})
    await send({"type": "http.response.body", "body": answer.body, "more_body": cut})


def said(status: int, *headers: tuple[str, str]) -> Response:
    """An error that comes from the mock and no provider: the status, its phrase as JSON, and `headers`."""
    plain = answers.reply(status, {"message": answers.reason(status)})
    return Response(status, plain.headers + headers, plain.body)


def not_allowed(methods: Sequence[str]) -> Response:
    """A 405 that names the methods of the path."""
    return said(405, ("allow", ", ".join(methods)))
