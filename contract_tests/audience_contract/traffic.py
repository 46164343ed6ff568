"""Judging recorded traffic: its exchanges are matched to operations, and both sides judged."""

import re
import time
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from urllib.parse import urlsplit

from . import har
from .evidence import Redactor
from .judging import CREDENTIALS, REQUEST_BODY, Ledger, Observation
from .report import Report, counted, moment
from .security import header
from .spec import Node, Operation, Spec, load, provider_keys
from .urlencoded import pairs

_SECRET = re.compile("token|key|secret|password|signature|auth", re.IGNORECASE)
_NAMED = 10
"""Addresses that the note on what belongs to no operation has."""


def judge(path: Path, *, base_urls: Mapping[str, str] | None = None, strict: bool = False) -> Report:
    """Report what the exchanges of an HTTP Archive keep and break.

    An exchange belongs to the provider whose spec names its host and base path; or to the one whose key has its base
    URL in `base_urls`, for traffic with a mock server or through a proxy. Raises `har.HarError`, OSError, and
    LookupError for an unknown provider.
    """
    started, clock = datetime.now(UTC), time.monotonic()
    bases = {url.rstrip("/"): load(key) for key, url in (base_urls or {}).items()}
    entries, unreadable = har.read(path)
    matched = [(entry, _operation(entry, bases)) for entry in entries]
    known = [(entry, operation) for entry, operation in matched if operation]
    ledger = Ledger(Redactor(_secrets(entries)), strict=strict)
    taken_out = _taken_out(known)
    if taken_out:
        ledger.note("no exchange has a credential, and some succeeded: taken out when recorded, and not judged")
    for entry, operation in known:
        _judge(ledger, entry, operation, CREDENTIALS if taken_out else frozenset())
    if unreadable:
        have = "has" if unreadable == 1 else "have"
        ledger.note(f"{counted(unreadable, 'entry', 'entries')} {have} no method, URL and headers that can be read")
    if not entries:
        ledger.note("nothing to judge: the file has no exchange")
    elif not known:
        ledger.note("nothing to judge: no exchange belongs to a documented operation; see --base-url")
    others = dict.fromkeys(_address(entry.url) for entry, operation in matched if not operation)
    if others:
        count = len(matched) - len(known)
        more = ["…"] if len(others) > _NAMED else []
        belong = "belongs" if count == 1 else "belong"
        named = ", ".join([*list(others)[:_NAMED], *more])
        ledger.note(f"{counted(count, 'exchange')} {belong} to no operation: {named}")
    operations = {(operation.spec.key, operation.id): operation for _, operation in known}
    return Report(
        "traffic",
        path.name,
        version("audiences"),
        moment(started),
        time.monotonic() - clock,
        len(known),
        ledger.findings,
        ledger.cells,
        ledger.obligations(operations.values()),
        notes=ledger.notes,
    )


def _judge(ledger: Ledger, entry: har.Entry, operation: Operation, unknown: frozenset[str]) -> None:
    name = f"{operation.spec.key} {operation.id}"
    seen = Observation(entry.url, entry.request, entry.response, entry.seconds)
    if not entry.request_body:
        ledger.note(f"{name}: the request's body was not recorded, and is not judged")
        unknown |= REQUEST_BODY
    broken = ledger.request(operation, seen, unknown=unknown)
    if not entry.response:
        ledger.note(f"{name}: no answer was recorded")
    elif not entry.response_body:
        ledger.note(f"{name}: the answer's body was not recorded, and is not judged")
    ledger.response(operation, seen, kind="invalid" if broken else "valid", body=entry.response_body)


def _operation(entry: har.Entry, bases: Mapping[str, Spec]) -> Operation | None:
    path = entry.request.target.partition("?")[0]
    for base, spec in bases.items():
        wanted, found = urlsplit(base), urlsplit(entry.url)
        if (wanted.scheme, wanted.netloc) == (found.scheme, found.netloc) and path.startswith(f"{wanted.path}/"):
            return spec.match(entry.request.method, path.removeprefix(wanted.path))
    for spec in map(load, provider_keys()):
        below = spec.below_base(path)
        if below is not None and urlsplit(entry.url).hostname in _hosts(spec):
            return spec.match(entry.request.method, below)
    return None


def _hosts(spec: Spec) -> Iterator[str | None]:
    return (urlsplit(server.value["url"]).hostname for server in spec.node["servers"])


def _secrets(entries: list[har.Entry]) -> set[str]:
    """Every credential in the file: one exchange may show what another one carries."""
    redactor = Redactor()
    messages = (message for entry in entries for message in (entry.request, entry.response) if message)
    found = {secret for message in messages for secret in redactor.inside(message)}
    queries = (pair for entry in entries for pair in pairs(urlsplit(entry.url).query))
    return found | {value for name, value in queries if _SECRET.search(name)}


def _taken_out(known: list[tuple[har.Entry, Operation]]) -> bool:
    """Whether the recorder left credentials out: none is there, and yet requests that need one succeeded."""
    needing = [(entry, operation) for entry, operation in known if operation.security]
    carried = any(
        entry.request.values(header(scheme)) for entry, operation in needing for scheme in _schemes(operation)
    )
    return not carried and any(entry.response and entry.response.status < 300 for entry, _ in needing)


def _schemes(operation: Operation) -> list[Node]:
    components = operation.spec.node.get("components")
    return list(components["securitySchemes"]) if components else []


def _address(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.hostname}{parts.path}"
