"""Judging recorded traffic: its exchanges are matched to operations, and both sides judged."""

import re
import time
from collections.abc import Collection, Mapping
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from urllib.parse import urlsplit

from . import har
from .connections import A_BASE_URL, is_base_url
from .evidence import Redactor
from .judging import CREDENTIALS, REQUEST_BODY, SHOWN, Ledger, Observation
from .report import Report, counted, moment
from .security import place
from .spec import Operation, Spec, known_specs, load, provider_keys
from .urlencoded import pairs

_SECRET = re.compile("token|key|secret|password|signature|auth", re.IGNORECASE)
_NAMED = 10
"""How many addresses stand in the note on exchanges that belong to no operation."""


def judge(
    path: Path,
    *,
    base_urls: Mapping[str, str] | None = None,
    strict: bool = False,
    show_members: bool = False,
    key: str = "",
) -> Report:
    """Report what the exchanges of an HTTP Archive keep and break.

    An exchange belongs to the provider whose spec names its host and base path; or to the one whose key has its base
    URL in `base_urls`, for traffic with a mock server or through a proxy. `key` is that of the one provider, or of the
    registered document, whose traffic is judged. Raises `har.HarError`, OSError, ValueError for what is no base URL,
    and LookupError for an unknown provider.
    """
    started, clock = datetime.now(UTC), time.monotonic()
    if not all(map(is_base_url, (base_urls or {}).values())):
        raise ValueError(f"--base-url is a provider's key, =, and a URL: {A_BASE_URL}")
    bases = {url.rstrip("/"): load(each) for each, url in (base_urls or {}).items()}
    specs = [load(each) for each in ([key] if key else provider_keys())]
    entries, unreadable = har.read(path)
    matched = [(entry, _operation(entry, bases, specs)) for entry in entries]
    known = [(entry, operation) for entry, operation in matched if operation]
    redactor = Redactor(_secrets(entries), show_members=show_members)
    ledger = Ledger(redactor, strict=strict)
    for entry, operation in matched:
        # Before anything is judged: any answer may quote the members of any request.
        redactor.learn(operation, entry.request)
    for text in [*([SHOWN] if show_members else []), *(text for spec in specs for text in spec.unjudged)]:
        ledger.note(text)
    recorded = {name.lower() for entry in entries for name, _ in entry.request.headers}
    for entry, operation in known:
        _judge(ledger, entry, operation, recorded)
    if unreadable:
        have = "has" if unreadable == 1 else "have"
        ledger.note(f"{counted(unreadable, 'entry', 'entries')} {have} no method, URL and headers that can be read")
    if not entries:
        ledger.note("nothing to judge: the file has no exchange")
    elif not known:
        ledger.note("nothing to judge: no exchange belongs to a documented operation; see --base-url")
    others = dict.fromkeys(redactor.text(_address(entry.url)) for entry, operation in matched if not operation)
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
        version("audience-contract"),
        moment(started),
        time.monotonic() - clock,
        len(known),
        ledger.findings,
        ledger.tried,
        ledger.obligations(operations.values()),
        notes=ledger.notes,
    )


def _judge(ledger: Ledger, entry: har.Entry, operation: Operation, recorded: Collection[str]) -> None:
    name = f"{operation.spec.key} {operation.id}"
    seen = Observation(entry.url, entry.request, entry.response, entry.seconds)
    unknown = {f"header {taken_out}" for taken_out in entry.taken_out}
    if not entry.headers:
        ledger.note(f"{name}: the request's headers were not recorded, and are not judged")
        unknown |= {"request.header", *CREDENTIALS}
    elif operation.security:
        # What no exchange of the file has, the recorder may have left out.
        schemes = {name for kind, name in map(place, operation.spec.schemes) if kind == "header"}
        absent = {scheme for scheme in schemes if scheme.lower() not in recorded}
        unknown |= {f"header {scheme.lower()}" for scheme in absent} | (CREDENTIALS if absent == schemes else set())
        for scheme in sorted(absent):
            ledger.note(f"{name}: no exchange has the header {scheme}: it was not recorded, and is not judged")
    if not entry.request_body:
        ledger.note(f"{name}: the request's body was not recorded, and is not judged")
        unknown |= REQUEST_BODY
    broken = ledger.request(operation, seen, unknown=unknown)
    if not entry.response:
        ledger.note(f"{name}: no answer was recorded")
    elif not entry.response_body:
        ledger.note(f"{name}: the answer's body was not recorded, and is not judged")
    came = {name.lower() for name, _ in entry.response.headers} if entry.response else set()
    # Browsers leave out cookies, other recorders all headers but the type of what they kept.
    lost = set() if "set-cookie" in came else {"header set-cookie"}
    lost |= {"response.header"} if len(came) < 2 else set()
    kind = "invalid" if broken else "valid"
    ledger.response(operation, seen, kind=kind, body=entry.response_body, unknown=lost)


def _operation(entry: har.Entry, bases: Mapping[str, Spec], specs: Collection[Spec]) -> Operation | None:
    path = entry.request.target.partition("?")[0]
    for base, spec in bases.items():
        below = urlsplit(base).path
        if _origin(base) == _origin(entry.url) and path.startswith(f"{below}/"):
            return spec.match(entry.request.method, path.removeprefix(below))
    for spec in specs:
        below_base = spec.below_base(path)
        if below_base is not None and _origin(entry.url)[1] in spec.hosts:
            return spec.match(entry.request.method, below_base)
    return None


def _origin(url: str) -> tuple[str, str, int | None]:
    """Scheme, host and port, the ways to write them made one (RFC 3986, 6.2); raises ValueError for no such port."""
    parts = urlsplit(url)
    port = parts.port or {"http": 80, "https": 443}.get(parts.scheme)
    return parts.scheme, (parts.hostname or "").removesuffix("."), port


def _secrets(entries: list[har.Entry]) -> set[str]:
    """Every credential in the file: one exchange may show what another one carries."""
    redactor = Redactor()
    messages = (message for entry in entries for message in (entry.request, entry.response) if message)
    found = {secret for message in messages for secret in redactor.inside(message)}
    queries = (pair for entry in entries for pair in pairs(urlsplit(entry.url).query))
    named = {name for spec in known_specs() for kind, name in map(place, spec.schemes) if kind == "query"}
    return found | {value for name, value in queries if _SECRET.search(name) or name in named}


def _address(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.hostname}{parts.path}"
