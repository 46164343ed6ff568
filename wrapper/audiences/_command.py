"""The command line. Credentials come from the environment or a file, never as arguments."""

import os
import re
import tomllib
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Annotated, Any, NoReturn, cast

import typer

from . import _report
from ._audience import Audience
from ._bars import Bars
from ._create import LEAVABLE
from ._drivers import Blocking
from ._errors import AudiencesError
from ._everywhere import Result, create_everywhere
from ._members import PhoneFile
from ._version import __version__

# Rich's tracebacks would print local variables, credentials among them.
app = typer.Typer(
    no_args_is_help=True, pretty_exceptions_enable=False, rich_markup_mode="markdown", add_completion=False
)
PROVIDERS = {provider.key: provider for provider in Blocking.__subclasses__()}

_CREATE_HELP = """Create one audience at all providers, or at those named with --provider.

Examples:

    audiences create SPRING --provider batch --set batch.type=custom_ids

    audiences create SPRING --file phones.csv --set batch.type=emails --leave-out members

    audiences create SPRING --provider commbox --file phones.xlsx --dry-run --curl

Credentials: {variables}; from the environment, or from a TOML file (--credentials) with lines like COMMBOX_API_KEY =
"...". README.md has the optional ones. Proxy variables are used with --proxy-from-env only.

Exit codes: 0 all created; 2 wrong usage, nothing sent; else by the gravest result: 5 outcome unknown (also after
Ctrl-C), 6 created but the answer breaks the spec, 3 rejected, 4 not sent.
""".format(variables=", ".join(s.variable for p in PROVIDERS.values() for s in p.settings if s.required))


def _version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"audiences {__version__}")
        for provider in PROVIDERS.values():
            typer.echo(f"{provider.title}: effective spec {provider.spec_version()}")
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
    file: Annotated[Path | None, typer.Option(help="A CSV or Excel file with a column phone1.")] = None,
    unchecked: Annotated[bool, typer.Option("--unchecked", help="Send the file without a look into it.")] = False,
    fields: Annotated[
        list[str], typer.Option("--set", metavar="PROVIDER.FIELD=VALUE", help="A field of one provider.")
    ] = [],  # noqa: B006
    leave_out: Annotated[
        list[str], typer.Option(metavar="FIELD", help="Leave a field out where it is unsupported.")
    ] = [],  # noqa: B006
    base_url: Annotated[list[str], typer.Option(metavar="PROVIDER=URL", help="Instead of the documented server.")] = [],  # noqa: B006
    credentials: Annotated[Path | None, typer.Option(metavar="FILE", help="A TOML file of variables.")] = None,
    timeout: Annotated[float | None, typer.Option(metavar="SECONDS", help="For each kind of wait.")] = None,
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
    if credentials:
        _load(credentials)
    try:
        members = PhoneFile(file, checked=not unchecked) if file else None
        audience = Audience(name=name, description=description, members=members, provider_fields=_fields(fields))
    except AudiencesError as error:
        _refuse(_wrong(error))
    bars = Bars()
    options: dict[str, Any] = {"allow_http": allow_http}
    if proxy_from_env:
        options["proxy"] = "environment"
    if timeout is not None:
        options["timeout"] = timeout
    chosen = _providers(provider, _pairs(base_url, "--base-url"), options, bars)
    unused = [key for key in audience.provider_fields if key not in {each.key for each in chosen}]
    if unused:
        _refuse(f"--set {unused[0]}.…: {unused[0]} is not among the chosen providers")
    if dry_run:
        results: list[_report.Shown] = [_prepared(each, audience, leave_out) for each in chosen]
    else:
        results = [*_created(chosen, audience, leave_out, bars)]
    _report.show(results, name, as_json=as_json, curl=curl)
    raise typer.Exit(_report.exit_code(results))


def _prepared(provider: Blocking, audience: Audience, leave_out: list[str]) -> _report.Shown:
    try:
        return _report.Prepared(provider.title, provider.prepare(audience, leave_out=leave_out))
    except AudiencesError as error:
        error.audience_name = audience.name
        return error


def _created(providers: list[Blocking], audience: Audience, leave_out: list[str], bars: Bars) -> list[Result]:
    """The results; after an interrupt, those that are there, and an unknown outcome for the rest."""
    results: dict[str | None, Result] = {}
    with suppress(KeyboardInterrupt), bars:
        create_everywhere(
            audience,
            providers,
            leave_out=leave_out,
            on_result=lambda result: results.update({result.provider: result}),
        )
    return [results[provider.title] for provider in providers]


def _providers(names: list[str], urls: dict[str, str], options: dict[str, Any], bars: Bars) -> list[Blocking]:
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
            faults.append(_wrong(error))
    if faults:
        if any("settings are missing" in fault for fault in faults):
            faults.append("they are read from the environment, and from the --credentials file")
        if not names:
            faults.append("--provider chooses some of the providers")
        _refuse("\n".join(faults))
    return made


def _fields(settings: list[str]) -> dict[str, dict[str, str]]:
    found: dict[str, dict[str, str]] = {}
    for path, value in _pairs(settings, "--set").items():
        provider, _, field = path.partition(".")
        if provider not in PROVIDERS or not field:
            _refuse(f"--set: must be PROVIDER.FIELD=VALUE; providers are {', '.join(PROVIDERS)}")
        found.setdefault(provider, {})[field] = value
    return found


def _pairs(texts: list[str], option: str) -> dict[str, str]:
    """No text is shown in a refusal: a mistyped one may hold a secret anywhere."""
    found: dict[str, str] = {}
    for text in texts:
        name, equals, value = text.partition("=")
        if not equals:
            _refuse(f"{option}: a value has no '='")
        if name in found:
            _refuse(f"{option}: the same name is given twice")
        found[name] = value
    return found


def _load(file: Path) -> None:
    known = {setting.variable for provider in PROVIDERS.values() for setting in provider.all_settings()}
    try:
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
    os.environ.update(values)


def _wrong(error: AudiencesError) -> str:
    """Without the outcome: of wrong usage, it goes without saying."""
    return _report.said(error).removesuffix(f" - outcome: {error.outcome}")


def _refuse(message: str) -> NoReturn:
    typer.echo(f"audiences: {message}", err=True)
    raise typer.Exit(2)
