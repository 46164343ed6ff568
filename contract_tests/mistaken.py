"""Servers of any OpenAPI document with a mistake: what is asked is changed before the server sees it, or its answer."""

import json
import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

from starlette.requests import Request as HttpRequest
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from audience_contract import Request, Response
from audience_contract.documents import read
from audience_contract.mock import MockServer
from audience_contract.mock.provider import facts_of
from audience_contract.report import Report
from audience_contract.server import Options, Target, run
from audience_contract.spec import Spec
from judged import reply

DOCUMENTS = Path(__file__).parent / "documents"
ADOBE = Path(__file__).parents[1] / "specs/adobe/segmentation.yaml"
HEADERS = {"x-api-key": "a", "x-gw-ims-org-id": "b", "x-sandbox-name": "c"}
Before = Callable[[Request], Request | Response]
After = Callable[[Request, Response], Response]


@dataclass(frozen=True)
class Mistake:
    """What a server does wrong, of requests whose method and path fit `at`."""

    name: str
    at: str
    before: Before = lambda request: request
    after: After = lambda _, response: response


def around(mistake: Mistake, middleware_of: ASGIApp) -> ASGIApp:
    """A server with the mistake."""

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        body = await HttpRequest(scope, receive).body()
        headers = tuple((name.decode("latin-1"), value.decode("latin-1")) for name, value in scope["headers"])
        query = scope["query_string"].decode("latin-1")
        asked = Request(
            scope["method"], scope["raw_path"].decode("latin-1") + (f"?{query}" if query else ""), headers, body
        )
        if not re.search(mistake.at, f"{asked.method} {asked.target.partition('?')[0]}"):
            await middleware_of(scope, _of(body), send)
            return
        changed = mistake.before(asked)
        answer = changed if isinstance(changed, Response) else await _answered(middleware_of, scope, changed)
        await reply(mistake.after(asked, answer), send)

    return app


def changing(before: Before = Mistake.before, after: After = Mistake.after) -> Callable[[ASGIApp], ASGIApp]:
    """A server that is asked something else, answers in place of it if `before` gives an answer, or answers else."""
    return partial(around, Mistake("", "", before, after))


def _of(body: bytes) -> Receive:
    async def receive() -> Message:
        return {"type": "http.request", "body": body, "more_body": False}

    return receive


async def _answered(app: ASGIApp, scope: Scope, request: Request) -> Response:
    said: list[Message] = []

    async def send(message: Message) -> None:
        said.append(message)

    path, _, query = request.target.partition("?")
    headers = [(name.encode("latin-1"), value.encode("latin-1")) for name, value in request.headers]
    changed = {"raw_path": path.encode(), "query_string": query.encode("latin-1"), "headers": headers}
    await app({**scope, **changed, "method": request.method}, _of(request.body), send)
    fields = tuple((n.decode(), v.decode()) for n, v in said[0]["headers"] if n != b"content-length")
    return Response(said[0]["status"], fields, said[1]["body"])


def check(file: Path, mistake: Mistake | None = None, **options: Any) -> Report:
    """What is found out about the mock of a document, with a mistake or without.

    With one, the operations are judged that it is about, and those that create what these need.
    """
    spec = read(file, headers=HEADERS if file == ADOBE else None)
    if mistake:
        about = [each for each in spec.operations if re.search(mistake.at, f"{each.method} {each.path}")]
        named = {each.id for each in about} | {facts_of(each).source for each in about} - {""}
        options = {"operations": named, **options}
    middleware = partial(around, mistake) if mistake else None
    with MockServer(keys=[spec.key], middleware=middleware) as server:
        return run(target(spec, server), Options(**{"requests": 60, "run_id": "any", "patience": 0.5, **options}))


def target(spec: Spec, server: MockServer) -> Target:
    """The mock of a document, with credentials that are right."""
    return Target.of(spec.key, server.base_url(spec.key), server.environment())


def with_header(name: str, value: str) -> Before:
    """As if a header had been sent."""

    def before(request: Request) -> Request:
        others = tuple(pair for pair in request.headers if pair[0].lower() != name)
        return replace(request, headers=(*others, (name, value)))

    return before


def with_query(name: str, value: str) -> Before:
    """As if a parameter of the query had been sent, and no other value of it."""

    def before(request: Request) -> Request:
        path, _, query = request.target.partition("?")
        others = [pair for pair in query.split("&") if pair and pair.partition("=")[0] != name]
        return replace(request, target=f"{path}?{'&'.join([*others, f'{name}={value}'])}")

    return before


def in_body(change: Callable[[dict[str, Any]], dict[str, Any]], instead: Any = None) -> Before:
    """As if another JSON object had been sent, `instead` of what is no JSON."""

    def changed(body: bytes) -> bytes:
        try:
            value = json.loads(body)
        except ValueError:
            value = instead
        return json.dumps(change(value) if isinstance(value, dict) else value).encode()

    return in_bytes(changed)


def in_bytes(change: Callable[[bytes], bytes]) -> Before:
    """As if another body had been sent."""

    def before(request: Request) -> Request:
        kept = tuple(pair for pair in request.headers if pair[0].lower() not in ("content-length", "transfer-encoding"))
        return replace(request, body=change(request.body), headers=kept)

    return before


def in_answer(change: Callable[[dict[str, Any]], Any], status: int = 0) -> After:
    """A success with another JSON value."""

    def after(_: Request, response: Response) -> Response:
        if response.status >= 300 or not response.body:
            return response
        body = json.dumps(change(json.loads(response.body))).encode()
        return Response(status or response.status, response.headers, body)

    return after


def answers(response: Response, instead_of: int) -> After:
    """Another answer instead of one with this status, or of its hundred."""
    return lambda _, own: response if own.status // 100 == instead_of or own.status == instead_of else own


def said(status: int, value: Any = None, media: str = "application/json") -> Response:
    """An answer with a JSON value, or none."""
    return Response(status, (("content-type", media),) if value else (), json.dumps(value).encode() if value else b"")
