"""The command line. Credentials come from the environment or a file, never as arguments."""

import os
import re
import signal
import tomllib
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Annotated, Any, NoReturn, cast

import typer

from . import _report
from ._audience import Audience
from ._bars import Bars
from ._draft import LEAVABLE
from ._drivers import Blocking
from ._errors import AudiencesError, UnknownOutcomeError
from ._everywhere import Result, create_everywhere
from ._members import PhoneFile
from ._terminal import note, say
from ._version import __version__

# Rich's tracebacks would print local variables, credentials among them.
app = typer.Typer(
    no_args_is_help=True, pretty_exceptions_enable=False, rich_markup_mode="markdown", add_completion=False
)
_LARGE = 16 * 1024
"""Bytes of a file of credentials: the parser of TOML takes long for much larger ones."""
PROVIDERS = {provider.key: provider for provider in Blocking.__subclasses__()}

_CREATE_HELP = """Create one audience at all providers, or at those named with --provider.

Examples:

    audiences create SPRING --provider batch --set batch.type=custom_ids

    audiences create SPRING --file phones.csv --set batch.type=emails --leave-out members

    audiences create SPRING --provider commbox --file phones.xlsx --dry-run --curl

Credentials: {variables}; from the environment, or from a TOML file (--credentials) with lines like COMMBOX_API_KEY =
"...", which wins, variable by variable. README.md has the optional ones. Proxy variables are used with
--proxy-from-env only.

Nothing is sent to anybody while one of the calls cannot be made; --partial sends to the rest.

Exit codes: {codes}.
""".format(
    variables=", ".join(s.variable for p in PROVIDERS.values() for s in p.settings if s.required),
    codes="; ".join(f"{code} {meaning}" for code, meaning in _report.EXIT_CODES.items()),
)


def _version(wanted: bool) -> None:
    if wanted:
        say(f"audiences {__version__}")
        for provider in PROVIDERS.values():
            say(f"{provider.title}: effective spec {provider.spec_version()}")
        raise typer.Exit


@app.callback(help=f"Create audiences at {', '.join(provider.title for provider in PROVIDERS.values())}.")
def _root(
    version: Annotated[  # its callback does it
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Versions, of the specs too.")
    ] = False,
) -> None: ...


@app.command(help=_CREATE_HELP)
def create(  # noqa: PLR0917  # a command line
    name: Annotated[str, typer.Argument(help="The audience's name.")],
    provider: Annotated[
        list[str], typer.Option("--provider", "-p", help=f"One of {', '.join(PROVIDERS)}; repeatable.")
    ] = [],  # noqa: B006
    description: Annotated[str | None, typer.Option(help="The audience's description.")] = None,
    file: Annotated[
        Path | None, typer.Option(exists=True, dir_okay=False, help="A CSV or Excel file with a column phone1.")
    ] = None,
    unchecked: Annotated[bool, typer.Option("--unchecked", help="Send the file without a look into it.")] = False,
    fields: Annotated[
        list[str], typer.Option("--set", metavar="PROVIDER.FIELD=VALUE", help="A field of one provider.")
    ] = [],  # noqa: B006
    leave_out: Annotated[
        list[str], typer.Option(metavar="FIELD", help="Leave a field out where it is unsupported.")
    ] = [],  # noqa: B006
    partial: Annotated[
        bool, typer.Option("--partial", help="Send to the rest, where a call to some cannot be made.")
    ] = False,
    base_url: Annotated[list[str], typer.Option(metavar="PROVIDER=URL", help="Instead of the documented server.")] = [],  # noqa: B006
    credentials: Annotated[
        Path | None, typer.Option(metavar="FILE", help="A TOML file of variables, which win over the environment's.")
    ] = None,
    timeout: Annotated[float | None, typer.Option(metavar="SECONDS", help="For each kind of wait, and in all.")] = None,
    allow_http: Annotated[
        bool, typer.Option("--allow-http", help="Permit plain http:// to other machines: credentials go unencrypted.")
    ] = False,
    proxy_from_env: Annotated[
        bool, typer.Option("--proxy-from-env", help="Use the proxy of HTTPS_PROXY, ALL_PROXY and NO_PROXY.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Print the requests; send nothing.")] = False,
    curl: Annotated[bool, typer.Option("--curl", help="With --dry-run: as curl commands.")] = False,
) -> None:
    """See `_CREATE_HELP`."""
    if curl and (as_json or not dry_run):
        _refuse("--curl goes with --dry-run, and not with --json")
    if set(leave_out) - LEAVABLE:
        _refuse(f"--leave-out takes {' or '.join(sorted(LEAVABLE))}, once each")
    loaded = _load(credentials) if credentials else {}
    try:
        members = PhoneFile(file, checked=not unchecked) if file else None
        audience = Audience(name=name, description=description, members=members, provider_fields=_fields(fields))
    except AudiencesError as error:
        _refuse(_wrong(error, loaded))
    bars = Bars()
    options: dict[str, Any] = {"allow_http": allow_http}
    if proxy_from_env:
        options["proxy"] = "environment"
    if timeout is not None:
        options["timeout"] = timeout
    chosen = _providers(provider, _pairs(base_url, "--base-url", "PROVIDER=URL"), options, loaded, bars)
    unused = [key for key in audience.provider_fields if key not in {each.key for each in chosen}]
    if unused:
        _refuse(f"--set {unused[0]}.…: {unused[0]} is not among the chosen providers")
    if dry_run:
        results: list[_report.Shown] = [_prepared(each, audience, leave_out) for each in chosen]
        interrupted = False
    else:
        created, interrupted = _created(chosen, audience, leave_out, bars, partial=partial)
        results = [*created]
    keys = {each.title: each.key for each in chosen}
    _report.show(results, name, keys, as_json=as_json, curl=curl)
    raise typer.Exit(_report.exit_code(results, interrupted=interrupted))


def _prepared(provider: Blocking, audience: Audience, leave_out: list[str]) -> _report.Shown:
    try:
        draft, request = provider._account.drafted(audience, leave_out)
    except AudiencesError as error:
        error.audience_name = audience.name
        return error
    return _report.Prepared(provider.title, request, draft.left_out)


def _created(
    providers: list[Blocking], audience: Audience, leave_out: list[str], bars: Bars, *, partial: bool
) -> tuple[list[Result], bool]:
    """The results, after an interrupt what is known of each call; and whether there was one."""
    results: dict[str | None, Result] = {}
    interrupted = True
    with suppress(KeyboardInterrupt), bars:
        create_everywhere(
            audience,
            providers,
            leave_out=leave_out,
            partial=partial,
            on_result=lambda result: results.update({result.provider: result}),
        )
        interrupted = False
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # what was created is told, however impatient somebody is
    lost = [UnknownOutcomeError("interrupted", provider=provider.title) for provider in providers]
    return [results.get(error.provider, error) for error in lost], interrupted


def _providers(
    names: list[str], urls: dict[str, str], options: dict[str, Any], loaded: dict[str, Path], bars: Bars
) -> list[Blocking]:
    chosen = list(dict.fromkeys(names or PROVIDERS))
    for name in chosen:
        if name not in PROVIDERS:
            _refuse(f"no provider {name!r}; there are {', '.join(PROVIDERS)}")
    for name in urls:
        if name not in PROVIDERS:
            _refuse(f"--base-url: must be PROVIDER=URL; providers are {', '.join(PROVIDERS)}")
        if name not in chosen:
            _refuse(f"--base-url {name}=…: {name} is not among the chosen providers")
    made, faults = [], []
    for key in chosen:
        make = cast("Callable[..., Blocking]", PROVIDERS[key])
        try:
            own = {"base_url": urls[key]} if key in urls else {}
            made.append(make(**options, **own, on_progress=bars.of(PROVIDERS[key].title)))
        except AudiencesError as error:
            faults.append(_wrong(error, loaded))
    if faults:
        if any("settings are missing" in fault for fault in faults):
            faults.append("they are read from the environment, and from the --credentials file")
        if not names:
            faults.append("--provider chooses some of the providers")
        _refuse(*faults)
    return made


def _fields(settings: list[str]) -> dict[str, dict[str, str]]:
    found: dict[str, dict[str, str]] = {}
    for path, value in _pairs(settings, "--set", "PROVIDER.FIELD=VALUE").items():
        provider, _, field = path.partition(".")
        if provider not in PROVIDERS or not field:
            _refuse(f"--set: must be PROVIDER.FIELD=VALUE; providers are {', '.join(PROVIDERS)}")
        found.setdefault(provider, {})[field] = value
    return found


def _pairs(texts: list[str], option: str, form: str) -> dict[str, str]:
    """No text is shown in a refusal: a mistyped one may hold a secret anywhere."""
    found: dict[str, str] = {}
    for text in texts:
        name, equals, value = text.partition("=")
        if not equals:
            _refuse(f"{option}: must be {form}, and a value has no '='")
        if name in found:
            _refuse(f"{option}: the same name is given twice")
        found[name] = value
    return found


def _load(file: Path) -> dict[str, Path]:
    """Put a file's variables in the environment, where they win; gives back what came from where."""
    known = {setting.variable for provider in PROVIDERS.values() for setting in provider.all_settings()}
    try:
        if file.stat().st_size > _LARGE:
            _refuse(f"{file}: is too large for a file of credentials: more than {_LARGE // 1024} KiB")
        values = tomllib.loads(file.read_text("utf-8-sig"))
    except OSError as error:
        _refuse(f"{file}: {error.strerror}")
    except (ValueError, RecursionError, MemoryError):
        _refuse(f'{file}: not TOML; a line is NAME = "value"')  # the parser's message might quote a secret
    for name, value in values.items():
        if name not in known:
            shown = name if re.fullmatch("[A-Z]+(_[A-Z]+)+", name) else "a name"  # may be a secret in the wrong place
            _refuse(f"{file}: {shown} is not one of {', '.join(sorted(known))}")
        if not isinstance(value, str) or "\0" in value:
            _refuse(f"{file}: {name} must be a string in quotation marks")
    beaten = [name for name, value in values.items() if os.environ.get(name, value) != value]
    if beaten:
        note(f"audiences: {', '.join(beaten)}: the value in {file} is used, not the other one in the environment")
    os.environ.update(values)
    return dict.fromkeys(values, file)


def _wrong(error: AudiencesError, loaded: dict[str, Path]) -> str:
    """Without the outcome: of wrong usage, it goes without saying. With the file that a variable came from."""
    text = _report.said(error).replace(f" - outcome: {error.outcome}", "", 1)
    for name, file in loaded.items():
        text = text.replace(f"environment variable {name}", f"{name} in {file}")
    return text


def _refuse(*messages: str) -> NoReturn:
    for message in messages:
        note(f"audiences: {message}")
    raise typer.Exit(2)
