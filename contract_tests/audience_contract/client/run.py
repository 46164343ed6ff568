"""A run of a client: the server, the command, and the report."""

import os
import time
from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from importlib.metadata import version

from ..evidence import Redactor
from ..judging import SHOWN, Ledger
from ..mock import MockServer
from ..mock.provider import load as provider
from ..report import Obligation, Report, moment
from ..running import run
from ..spec import Operation, Spec, load, provider_keys
from .answers import Varied
from .app import Application
from .choice import Answers
from .credentials import ThrowAway
from .upstream import Upstream


def judge(
    command: Sequence[str],
    *,
    providers: Collection[str] = (),
    answers: Answers = Answers.VARIED,
    seed: int = 0,
    strict: bool = False,
    upstream: str = "",
    production: bool = False,
    show_members: bool = False,
) -> Report:
    """Run a command against a validating server, and report what its requests keep and break.

    `providers` are keys; each of these providers must then be called. Without any, all are played, and at least one
    request must come. Each operation that is called needs a request that keeps the contract. `upstream` is the base URL
    of the one provider.
    Raises OSError where the command cannot be started, ValueError for an upstream that is no base URL, ProductionError
    for the provider's own host, unless `production`, and LookupError for an unknown provider.
    """
    specs = {key: load(key) for key in providers or provider_keys()}
    forward = Upstream(upstream) if upstream else None
    if forward and not production:
        _check_host(forward, specs)
    throw_away = ThrowAway(specs)
    ledger = Ledger(Redactor(throw_away.secrets, show_members=show_members), strict=strict)
    if show_members:
        ledger.note(SHOWN)
    app = Application(specs, ledger, Varied(answers, seed), throw_away, forward)
    started, clock = datetime.now(UTC), time.monotonic()
    for text in (text for spec in specs.values() for text in spec.unjudged):
        ledger.note(text)
    with MockServer(middleware=lambda _: app, own_headers=not upstream, keys=specs) as server:
        environment = _environment(server, specs, throw_away, chosen=bool(providers), upstream=bool(upstream))
        try:
            code: int | None = run(command, environment, server.url)
        except KeyboardInterrupt:
            code = None
    if app.failed:
        # Nobody can say of a client that it keeps the contract if one of its requests was not judged.
        raise app.failed
    seconds = time.monotonic() - clock
    for (key, name, status, shape), count in sorted(app.answered.items()):
        ledger.note(f"{key} {name} was answered {status}, {shape}: {count}")
    if code:
        said = f"ended with exit code {code}" if code > 0 else f"was ended by signal {-code}"
        ledger.note(f"the command {said}")
    obligations = ledger.obligations(_asked(specs, ledger, chosen=bool(providers)))
    if not app.requests and not obligations:
        obligations = (Obligation("", "", "at least one request", met=False),)
    if code is None:
        interrupted = Obligation("", "", "the command ends by itself", met=False, detail="interrupted")
        obligations = (*obligations, interrupted)
    return Report(
        "client",
        # Only the program: its arguments may be passwords.
        os.path.basename(command[0]),
        version("audience-contract"),
        moment(started),
        seconds,
        app.requests,
        ledger.findings,
        ledger.tried,
        obligations,
        notes=ledger.notes,
        seed=seed,
    )


def _check_host(upstream: Upstream, specs: Mapping[str, Spec]) -> None:
    """Raises ProductionError for a host that the specs name."""
    from ..server import ProductionError  # noqa: PLC0415 - brings along what judges servers

    host = upstream.host.removesuffix(".")
    for key, spec in specs.items():
        if host in spec.hosts:
            said = f"{host} is {key}'s production host: sending requests on to it needs --allow-production"
            raise ProductionError(said)


def _asked(specs: Mapping[str, Spec], ledger: Ledger, *, chosen: bool) -> Iterator[Operation]:
    """The operations that the command called; of a chosen provider that it never called, every one."""
    reached = {(one.provider, one.operation) for one in ledger.tried}
    called = {key for key, _ in reached}
    for key, spec in specs.items():
        for operation in spec.operations:
            if (key, operation.id) in reached or (chosen and key not in called):
                yield operation


def _environment(
    server: MockServer, specs: Mapping[str, Spec], throw_away: ThrowAway, *, chosen: bool, upstream: bool
) -> dict[str, str | None]:
    """The command's variables: base URLs, and credentials if no upstream has its own."""
    ours: dict[str, str | None] = {}
    for key in specs:
        base_url = server.base_url(key)
        variables = provider(key).environment(base_url)
        if upstream:
            ours |= {name: value for name, value in variables.items() if value.startswith(base_url)}
        else:
            ours |= throw_away.fill(key, variables)
    for key in specs if chosen and not upstream else ():
        login = provider(key).login()
        ours |= {name: value and throw_away.fill(key, {name: value})[name] for name, value in login.items()}
    return ours
