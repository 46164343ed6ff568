"""The server that a client is judged by: an ASGI application in the place of the mock's."""

import threading
import time
from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from functools import partial

from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect
from starlette.types import Receive, Scope, Send

from ..judging import Ledger, Observation
from ..messages import Request, Response
from ..mock.app import MAX_BODY, not_allowed, received, request_of, respond, said
from ..mock.provider import Call, load, refusal
from ..mock.state import State
from ..spec import Operation, Spec
from ..violation import Violation
from .answers import Varied
from .credentials import ThrowAway
from .upstream import Upstream, UpstreamError, readable

_NOT_ADMITTED = (401, 403)


class Application:
    """Judges every request, and answers it; or sends it on to `upstream`, whose answer it judges and returns."""

    def __init__(
        self,
        specs: Mapping[str, Spec],
        ledger: Ledger,
        answers: Varied,
        throw_away: ThrowAway,
        upstream: Upstream | None = None,
    ) -> None:
        self._specs, self._ledger, self._answers = specs, ledger, answers
        self._throw_away, self._upstream = throw_away, upstream
        self._providers = {key: load(key) for key in specs}
        self._state = State()
        self._lock = threading.Lock()
        self.requests = 0
        self.failed: Exception | None = None
        """Why a request could not be judged, though nothing is wrong with it: a mistake of the check's own."""
        self.answered: Counter[tuple[str, str, int, str]] = Counter()
        """By provider, operation, status and shape."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            body = await received(scope, receive)
        except ClientDisconnect:
            self._ledger.note("a request that ended before its body did was not judged")
            return
        with self._lock:
            self.requests += 1
        if body is None:
            self._ledger.note(f"a request of more than {MAX_BODY} bytes was answered 413, and not judged")
            answer, cut = said(413), False
        else:
            try:
                answer, cut = await run_in_threadpool(self._answer, scope, body)
            except Exception as error:
                self.failed = error
                raise
        await respond(answer, send, cut=cut, add_length=not self._upstream)

    def _answer(self, scope: Scope, body: bytes) -> tuple[Response, bool]:
        """The answer, and whether it was cut."""
        raw = scope["raw_path"].decode("latin-1")
        key, _, rest = raw.removeprefix("/").partition("/")
        spec, path = self._specs.get(key), f"/{rest}"
        request = request_of(scope, path if spec else raw, body)
        query = request.target[len(path if spec else raw) :]
        seen = Observation(f"http://{next(iter(request.values('host')), '')}{raw}{query}", request)
        if not spec:
            answer = said(404)
            self._ledger.unknown("", replace(seen, response=answer), "no provider is there")
            return answer, False
        below = spec.below_base(path)
        if self._upstream:
            return self._forward(self._upstream, spec, below, seen, query)
        known = spec.methods(below) if below is not None else ()
        answer = not_allowed(known) if known else said(404)
        # A finding on an unknown operation shows this answer.
        operation = self._ledger.find(spec, below, replace(seen, response=answer))
        return (self._play(operation, seen) if operation else answer), False

    def _play(self, operation: Operation, seen: Observation) -> Response:
        ours = self._providers[operation.spec.key]
        issued = self._state.tokens
        wrong = list(self._throw_away.violations(operation, seen.request, issued))
        refused = partial(refusal, ours, operation, seen.request)
        broken = self._ledger.request(operation, seen, credentials=wrong, refusal=refused)
        mocked = self._throw_away.mocked(operation.spec.key, seen.request)
        if broken:
            shape, answer = "refusal", refused(broken)
        else:
            first = ours.handler(operation)(Call(operation, mocked, self._state))
            if first.status in _NOT_ADMITTED:
                # Wrong credentials in a body: no schema and no prose forbids them, so only the handler sees them.
                fault = Violation("body", "", operation.node.pointer, "not the credentials that the environment gave")
                key, name = operation.spec.key, operation.id
                seen = replace(seen, response=first)
                self._ledger.check("request.credential", key, name, seen, [fault])
                shape, answer = "refusal", first
            elif first.status >= 400:
                shape, answer = "refusal", first
            else:
                given = self._answers.next(ours, operation, first)
                shape, answer = given.shape, given.response
        with self._lock:
            self.answered[operation.spec.key, operation.id, answer.status, shape] += 1
        return answer

    def _forward(
        self, upstream: Upstream, spec: Spec, below: str | None, seen: Observation, query: str
    ) -> tuple[Response, bool]:
        request = seen.request
        target = upstream.target(below) + query if below is not None else request.target
        started, response, cut, trouble = time.monotonic(), None, False, ""
        try:
            response, cut = upstream.send(Request(request.method, target, request.headers, request.body))
        except UpstreamError as error:
            trouble = f"no answer from {upstream.origin}: {error}"
        seconds = time.monotonic() - started
        plain, unread = readable(response, cut=cut) if response else (None, "")
        if unread:
            self._ledger.note(f"the body of an answer was not judged: {unread}")
        seen = Observation(upstream.origin + target, request, plain, seconds=seconds, trouble=trouble)
        operation = self._ledger.find(spec, below, seen)
        broken: list[Violation] = []
        if operation:
            status = response.status if response else 502
            if response and status in _NOT_ADMITTED:
                trouble = f"{upstream.origin} refused the credentials, with {status}"
            says_nothing = trouble or (f"{upstream.origin} answered {status}" if status == 429 or status >= 500 else "")
            broken = self._ledger.request(operation, seen, unjudged=says_nothing)
            # A refusal that is not documented says more of the credentials than of the server.
            if not trouble or operation.response(status) or broken:
                kind = "invalid" if broken else "valid"
                self._ledger.response(operation, seen, kind=kind, body=not unread)
            with self._lock:
                self.answered[spec.key, operation.id, status, "upstream"] += 1
        if trouble and not broken:
            self._ledger.note(f"could not be judged: {trouble}")
        return response or said(502), cut
