"""Runs Schemathesis through its engine, which its command line uses as well.

A plain run has the spec as published. A run with the overlay has what we know: the effective spec and our module of
hooks. Phases and checks are the defaults. The configuration has the credentials and the time-out, stops at the first
failure, and turns shrinking off, which would only add requests. Schemathesis raises false alarms on the correct server;
these are its baseline, so that it goes on to find something else on a faulty server.
"""

import json
from collections.abc import Iterator
from functools import cache
from importlib.resources import files
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import schemathesis
from schemathesis.baseline import Baseline, BaselineEntry
from schemathesis.core.failures import Failure
from schemathesis.engine import Status, events, from_schema

from audience_contract import load
from audience_contract.mock.provider import load as provider_of
from audience_contract.security import header
from pipeline.documents import read
from strength import servers
from strength.servers import Played

_SPECS = Path(__file__).parents[2] / "specs"
_STOP = {"max-failures": 1}
_GO_ON = {"continue-on-failure": True}


def judge(played: Played, server: str, seed: int, *, overlay: bool) -> tuple[str, ...]:
    """Run Schemathesis until its first failure; returns the titles of its failures and errors."""
    key, own = servers.key_of(server), dict[str, Any](_STOP)
    with TemporaryDirectory() as folder:
        if not servers.is_correct(server):
            own["baseline"] = str(Path(folder) / "baseline.json")
            Baseline(list(_false_alarms(key, seed, overlay=overlay))).save(Path(own["baseline"]))
        found = [title for title, _ in _found(played, key, seed, own, overlay=overlay)]
    return tuple(sorted(set(found)))


def prepare(key: str, seed: int, *, overlay: bool) -> None:
    """Collect the false alarms beforehand, so that `judge` needs no time for them."""
    _false_alarms(key, seed, overlay=overlay)


@cache
def _false_alarms(key: str, seed: int, *, overlay: bool) -> tuple[BaselineEntry, ...]:
    """All failures on the correct server, as the baseline entries that the command line would record."""
    with servers.played(f"{key}.{servers.CORRECT}") as played:
        found = [entry for _, entry in _found(played, key, seed, _GO_ON, overlay=overlay) if entry]
    return tuple(found)


def _found(
    played: Played, key: str, seed: int, own: dict[str, Any], *, overlay: bool
) -> Iterator[tuple[str, BaselineEntry | None]]:
    if overlay:
        import schemathesis_hooks  # noqa: F401, PLC0415 - its hooks are global
    document = _effective(key) if overlay else upstream(key)
    config = schemathesis.Config.from_dict(configuration(played, key, seed) | own)
    schema = schemathesis.openapi.from_dict(document, config=config)
    known = config.projects.get_default().load_baseline()
    for event in from_schema(schema).execute():
        for title, failure, check in _told(event):
            entry = BaselineEntry.from_failure(failure, check=check) if failure else None
            if not (known and failure and known.match(failure, check)):
                yield title, entry


def _told(event: events.EngineEvent) -> Iterator[tuple[str, Failure | None, str]]:
    """The failures and errors of an event that make the command line exit with an error.

    Each has its title, the failure (None for an error) and the name of the check. Raises what ended the engine.
    """
    if isinstance(event, events.ScenarioFinished):
        for checks in event.recorder.checks.values():
            for check in checks:
                if check.status == Status.FAILURE and check.failure_info:
                    yield f"{check.name}: {check.failure_info.failure.title}", check.failure_info.failure, check.name
    elif isinstance(event, events.NonFatalError):
        yield f"error: {type(event.value).__name__}", None, ""
    elif isinstance(event, events.FatalError):
        raise event.exception


def configuration(played: Played, key: str, seed: int) -> dict[str, Any]:
    """The options that differ from the command line's defaults."""
    headers, body = {}, {}
    components = load(key).node.get("components")
    schemes = components["securitySchemes"] if components else ()
    bearers = {header(scheme) for scheme in schemes if scheme.value["type"] == "http"}
    for place, variable in provider_of(key).settings.items():
        kind, _, name = place.partition(" ")
        value = played.environment[variable]
        if kind == "header":
            headers[name] = f"Bearer {value}" if name in bearers else value
        else:
            body[f"body.{name}"] = value
    return {
        "base-url": played.url,
        "seed": seed,
        "workers": 1,
        "headers": headers,
        "parameters": body,
        "request-timeout": servers.TIMEOUT,
        "generation": {"no-shrink": True, "database": "none"},
        # Off because a tool outside the server's process could not read the server's source.
        "analysis": {"constants": {"enabled": False}},
    }


def _effective(key: str) -> Any:
    return json.loads((files("audience_clients") / key / "openapi.json").read_text("utf-8"))


def upstream(key: str) -> Any:
    """The spec as published; if none is published, the spec that we wrote from the page."""
    return read(next((_SPECS / key).glob("openapi.*")))
