"""A respx router that plays the providers in process, and judges every request."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest_httpx2  # noqa: F401  # brings respx the router for httpx2
import respx
from respx.mocks import Mocker

from .judging import Ledger, Observation
from .messages import Request, Response
from .mock.answers import reason, reply
from .mock.provider import Call, load, refusal
from .mock.state import State
from .report import Finding, counted
from .rules import Weight
from .spec import Spec, provider_keys
from .spec import load as load_spec
from .visible import line


class Judge:
    """Plays the provider, or all; `respond` is a status that every request that keeps the contract is answered with."""

    def __init__(self, provider: str | None = None, *, respond: int | None = None, strict: bool = False) -> None:
        self._specs = [load_spec(key) for key in ([provider] if provider else provider_keys())]
        self._respond = respond
        self._ledger = Ledger(strict=strict)
        self._state = State()

    @contextmanager
    def routing(self) -> Iterator[respx.MockRouter]:
        """A new router, which takes the requests of httpx2 and httpx."""
        also = Mocker.registry["httpcore"]
        with self._router() as router:
            also.register(router)
            also.start()
            try:
                yield router
            finally:
                also.unregister(router)
                also.stop()

    def _router(self) -> respx.MockRouter:
        router = respx.mock(assert_all_called=False, using="httpcore2")
        for spec in self._specs:
            for host in spec.hosts:
                router.route(host=host, name=f"{spec.key} {host}").mock(side_effect=self._side_effect(spec))
        return router

    @property
    def findings(self) -> tuple[Finding, ...]:
        """What the requests so far broke."""
        return tuple(found for found in self._ledger.findings if found.weight is Weight.VIOLATION)

    def text(self) -> str:
        """The findings, for people."""
        lines = [f"{counted(len(self.findings), 'violation')} of the contract:"]
        for finding in self.findings:
            lines += [f"  {line(f'{finding.where}: {finding.message}')}"]
            lines += [f"    {line(f'{finding.rule}: {finding.pointer}: {finding.source}')}"]
        return "\n".join(lines)

    def _side_effect(self, spec: Spec) -> Any:
        def answer(sent: Any) -> respx.MockResponse:
            headers = tuple((name.decode("latin-1"), value.decode("latin-1")) for name, value in sent.headers.raw)
            request = Request(sent.method, sent.url.raw_path.decode("latin-1"), headers, sent.content)
            made = self._answer(spec, Observation(str(sent.url), request))
            return respx.MockResponse(made.status, content=made.body, headers=list(made.headers))

        return answer

    def _answer(self, spec: Spec, seen: Observation) -> Response:
        ours, below = load(spec.key), spec.below_base(seen.request.target.partition("?")[0])
        operation = self._ledger.find(spec, below, seen)
        if not operation:
            return reply(404, {"message": reason(404)})
        broken = self._ledger.request(operation, seen)
        if broken:
            return refusal(ours, operation, seen.request, broken)
        if self._respond:
            return ours.error(operation, self._respond)
        return ours.handler(operation)(Call(operation, seen.request, self._state))
