"""Schemathesis as the engine: its examples, its deterministic coverage, its fuzzing, its checks.

Its requests are given the run's credentials and names that are new; each answer goes to the judge, and what its own
checks say beyond that becomes a finding too. Its hooks are global: one run at a time in a process.
"""

import sys
import threading
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from typing import Any
from urllib.parse import urlsplit

import requests
import schemathesis
import urllib3.connection
from schemathesis.core.failures import Failure
from schemathesis.engine import Status, from_schema
from schemathesis.engine.events import Interrupted
from schemathesis.hooks import GLOBAL_HOOK_DISPATCHER, HookContext

from .. import schemathesis_hooks as _formats  # noqa: F401 - registers how files are made
from ..connections import FinalAnswer
from ..facts import Effect, facts_of
from ..judging import Observation
from ..messages import Headers, Request, Response
from ..security import place
from ..spec import Operation
from ..strict_json import at, put
from ..violation import Violation
from .audiences import NotOursError
from .courier import Enough
from .names import Names
from .send import LATE, UNREACHABLE

# Which of our rules a check of Schemathesis is about, where the judge has not the last word (as it has on the status).
_RULES = {
    "content_type_conformance": "response.content-type",
    "response_schema_conformance": "response.body",
    "response_headers_conformance": "response.message",
    "allow_header_conformance": "response.message",
    "use_after_free": "case.refused",
    "ensure_resource_availability": "case.accepted",
}
_ONE_AT_A_TIME = threading.Lock()


class _Once:
    """What `requests` calls before it sends. Lets a request out once, over a connection that is not used again.

    Schemathesis would send it a second time where the connection ended without an answer: what may have been applied,
    and nobody would count it. `check` may raise NotOursError.
    """

    def __init__(self, check: Callable[[requests.PreparedRequest], None]) -> None:
        self._check, self._sent = check, False

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        if self._sent:
            raise requests.RequestException("not sent again")
        try:
            self._check(request)
        except NotOursError as error:
            raise requests.RequestException("not sent") from error
        self._sent = True
        request.headers["Connection"] = "close"
        return request


class Engine:
    """Runs phases of Schemathesis on one operation of a target.

    `before` is called before each request and may raise Enough; `ready` gives what says which audience a request is
    about; `check` with the request as it leaves, by its target
    below the base URL, and may raise NotOursError. `answered` is called with each exchange, and says whether the judge
    found it in order; `add` is given what only Schemathesis finds wrong.
    """

    def __init__(
        self,
        operation: Operation,
        names: Names,
        *,
        seed: int,
        timeout: float,
        before: Callable[[], None],
        ready: Callable[[], dict[str, str]],
        check: Callable[[Request], None],
        answered: Callable[[Observation], bool],
        add: Callable[[str, Observation, Violation], None],
    ) -> None:
        self._operation, self._names, self._seed, self._timeout = operation, names, seed, timeout
        self._before, self._ready, self._check, self._answered, self._add = before, ready, check, answered, add
        self._target, self._provider = names.target, names.provider
        self._last: tuple[Observation, bool] | None = None
        self._enough: Enough | None = None

    def run(self, phases: Collection[str]) -> None:
        """Send everything that the phases make."""
        config = schemathesis.Config.from_dict(self._configuration(phases))
        every = schemathesis.openapi.from_dict(self._target.spec.document(), config=config)
        schema = every.include(method=self._operation.method, path=self._operation.path)
        with _ONE_AT_A_TIME, self._hooked():
            for event in from_schema(schema).execute():
                # It takes an interrupt for its own, as it does Enough.
                interrupted = isinstance(event, Interrupted) or getattr(event, "status", None) is Status.INTERRUPTED
                if interrupted and not self._enough:
                    raise KeyboardInterrupt
        # A phase that may not create more is not the end of the run; a limit is.
        if self._enough and self._enough.args:
            raise self._enough

    def _configuration(self, phases: Collection[str]) -> dict[str, Any]:
        known = ("examples", "coverage", "fuzzing", "stateful")
        body = {p.replace("body ", "body."): v for p, v in self._target.settings.items() if p.startswith("body ")}
        named = {name for kind, name in map(place, self._target.schemes) if kind == "header"}
        credentials = {name: v for name, v in self._target.carried(self._operation)["header"].items() if name in named}
        return {
            "base-url": self._target.url,
            "seed": self._seed,
            "workers": 1,
            "continue-on-failure": True,
            "request-timeout": self._timeout,
            **({"tls-verify": str(self._target.ca)} if self._target.ca else {}),
            "headers": credentials,
            "parameters": body,
            "phases": {name: {"enabled": name in phases} for name in known},
            "generation": {"max-examples": 100, "no-shrink": True, "database": "none"},
            # It would send requests that are not counted; credentials are the business of our own cases.
            "checks": {"ignored_auth": {"enabled": False}},
            "analysis": {"constants": {"enabled": False}},
        }

    @contextmanager
    def _hooked(self) -> Iterator[None]:
        hooks: Sequence[tuple[str, Callable[..., Any]]] = (
            ("before_call", self._before_call),
            ("after_call", self._after_call),
            ("after_network_error", self._after_network_error),
            ("filter_failure", self._filter_failure),
        )
        for name, hook in hooks:
            GLOBAL_HOOK_DISPATCHER.register_hook_with_name(hook, name)
        # There is no hook for how an answer is read.
        urllib3.connection.HTTPConnection.response_class = FinalAnswer
        try:
            yield
        finally:
            del urllib3.connection.HTTPConnection.response_class
            for _, hook in hooks:
                GLOBAL_HOOK_DISPATCHER.unregister(hook)

    def _before_call(self, context: HookContext, case: Any, kwargs: dict[str, Any]) -> None:  # noqa: ARG002
        with self._noting_enough():
            self._before()
        kwargs |= {"allow_redirects": False, "auth": _Once(lambda sent: self._check(self._read(sent)))}
        for where, right in self._target.settings.items():
            name = where.removeprefix("header ")
            if where.startswith("header ") and name in case.headers:
                case.headers[name] = right
        named = self._provider.named
        if facts_of(self._operation).effect is Effect.CREATES:
            name = at(case.body, f"/{named}")
            if isinstance(name, str):
                case.body = put(case.body, named, self._renamed(name, self._kind(case)))
            return
        with self._noting_enough():
            fresh = self._ready()
        for fields in (case.body, case.query, case.path_parameters):
            if isinstance(fields, dict):
                fields.update({key: value for key, value in fresh.items() if isinstance(fields.get(key), str)})

    def _kind(self, case: Any) -> dict[str, Any]:
        found = case.operation.body
        below = self._provider.named.replace("/", "/properties/")
        kind = at(found[0].definition, f"/schema/properties/{below}") if found else None
        return kind if isinstance(kind, dict) else {}

    def _renamed(self, name: str, kind: dict[str, Any]) -> str:
        """A name that is new, as long and of as odd letters as the one that was made, where that is allowed."""
        limit = kind.get("maxLength")
        new = self._names.new()
        if (limit and len(name) > limit) or ("pattern" in kind and not _is_word(name)):
            return name
        if limit is None or len(new) + len(name) <= limit:
            return new + name
        return new[-len(name) :]

    def _after_call(self, context: HookContext, case: Any, response: Any) -> None:  # noqa: ARG002
        headers: Headers = tuple((name, value) for name, values in response.headers.items() for value in values)
        answer = Response(response.status_code, headers, response.content)
        self._judge(response.request, answer, response.elapsed, "")

    def _after_network_error(self, context: HookContext, case: Any, request: Any) -> None:  # noqa: ARG002
        # The hook is called while the error is handled, and is not given it.
        error = sys.exception()
        if not error or not isinstance(error.__cause__, NotOursError):
            self._judge(request, None, self._timeout, _trouble(error))

    def _judge(self, sent: Any, answer: Response | None, seconds: float, trouble: str) -> None:
        request = self._read(sent)
        whole = (("Host", urlsplit(sent.url).netloc), *request.headers)
        seen = Observation(str(sent.url), request, answer, seconds, trouble, operation=self._operation.id)
        seen = replace(seen, sent=replace(request, target=sent.path_url, headers=whole))
        with self._noting_enough():
            self._last = (seen, self._answered(seen))

    def _read(self, sent: Any) -> Request:
        body = sent.body or b""
        return Request(
            str(sent.method),
            sent.path_url.removeprefix(urlsplit(self._target.url).path),
            tuple((_text(name), _text(value)) for name, value in sent.headers.items()),
            body.encode() if isinstance(body, str) else bytes(body),
        )

    @contextmanager
    def _noting_enough(self) -> Iterator[None]:
        try:
            yield
        except Enough as enough:
            self._enough = enough
            raise

    def _filter_failure(self, context: HookContext, failure: Failure, case: Any, response: Any) -> bool:  # noqa: ARG002
        """Always False: findings are kept by us, and the engine goes on."""
        rule = next((_RULES[name] for name in failure.checks if name in _RULES), None)
        if rule and self._last and self._last[1] and self._last[0].request.method == self._operation.method:
            where = self._operation.node["responses"].pointer
            self._add(rule, self._last[0], Violation("body", "", where, failure.title))
        return False


def _trouble(error: BaseException | None) -> str:
    """Why there was no answer: what is at the root of an error of the engine's client."""
    while error and error.__context__:
        error = error.__context__
    if isinstance(error, ConnectionRefusedError):
        return f"{UNREACHABLE}{error.strerror}"
    return LATE if isinstance(error, TimeoutError) else "no answer"


def _is_word(text: str) -> bool:
    return text.isascii() and all(letter.isalnum() or letter in "_-" for letter in text)


def _text(value: str | bytes) -> str:
    return value.decode("latin-1") if isinstance(value, bytes) else value
