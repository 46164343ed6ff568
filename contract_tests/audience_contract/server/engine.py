"""Cases that Schemathesis makes from a spec: those that cover it, and random ones.

Each gets the run's credentials and a new name. The run itself sends and judges them.
"""

from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

import requests
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import seed as seeded
from hypothesis import strategies as st
from schemathesis import GenerationMode

from .. import schemathesis_files as _formats  # noqa: F401 - registers how files are made
from ..messages import Request
from ..mock.provider import facts_of
from ..security import place
from ..spec import Operation
from ..strict_json import at, put
from .names import Names

_MODES = list(GenerationMode)
_ITS_OWN = "X-Schemathesis-TestCaseId"
"""A header that Schemathesis adds with another value each time, and that is left out here."""


class Engine:
    """Makes requests to an operation; `ready` returns the values that tell which audience the next one is about."""

    def __init__(self, operation: Operation, names: Names, ready: Callable[[], dict[str, str]]) -> None:
        self._operation, self._names, self._ready, self._target = operation, names, ready, names.target
        self._schema = schemathesis.openapi.from_dict(self._target.spec.document())
        self._schema.config.update(base_url=self._target.url)
        self._made_of = self._schema[operation.path][operation.method]

    def covering(self, send: Callable[[Request], None]) -> None:
        """Call `send` with requests that cover the spec, the same each time."""
        generation = self._schema.config.generation_for(operation=self._made_of)
        every = self._schema.iter_coverage_cases(self._made_of, generation_modes=_MODES, generation_config=generation)
        for case in every:
            send(self._request(case))

    def at_random(self, seed: int, send: Callable[[Request], None]) -> None:
        """Call `send` with random requests, a hundred by Hypothesis' default."""
        every: Any = [*HealthCheck]  # an iteration over it has no types

        @seeded(seed)
        @settings(database=None, deadline=None, phases=[Phase.generate], suppress_health_check=every)
        @given(st.one_of([self._made_of.as_strategy(generation_mode=mode) for mode in _MODES]))
        def draw(case: Any) -> None:
            send(self._request(case))

        draw()

    def _request(self, case: Any) -> Request:
        named = {name for kind, name in map(place, self._target.schemes) if kind == "header"}
        for name, right in self._target.carried(self._operation)["header"].items():
            if name in named or name in case.headers:
                case.headers[name] = right
        creates = facts_of(self._operation).creates
        known = {name.removeprefix("body "): right for name, right in self._target.settings.items()}
        fresh = known if creates else known | self._ready()
        for fields in (case.body, case.query, case.path_parameters):
            if isinstance(fields, dict):
                fields.update({key: value for key, value in fresh.items() if isinstance(fields.get(key), str)})
        name = at(case.body, f"/{self._names.provider.named}")
        if creates and isinstance(name, str):
            # A new name that keeps the odd letters of the generated one.
            case.body = put(case.body, self._names.provider.named, f"{self._names.new()}{name}")
        sent = requests.Request(**case.as_transport_kwargs()).prepare()
        body: Any = sent.body or b""
        return Request(
            str(sent.method),
            sent.path_url.removeprefix(urlsplit(self._target.url).path),
            tuple((_text(name), _text(value)) for name, value in sent.headers.items() if name != _ITS_OWN),
            body.encode() if isinstance(body, str) else bytes(body),
        )


def _text(value: str | bytes) -> str:
    return value.decode("latin-1") if isinstance(value, bytes) else value
