"""The command line. Credentials come from the environment or a file, never as arguments."""

import json
import os
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any, NoReturn, cast

import typer
from rich.console import Console
from rich.markup import escape

from . import _report
from ._audience import Audience
from ._drivers import Blocking
from ._errors import AudiencesError
from ._everywhere import create_everywhere
from ._members import PhoneFile
from ._version import __version__
from ._wire import Request

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

Credentials: {variables}; from the environment, or from a TOML file of such names (--credentials).

Exit codes: 0 all created; 2 wrong usage, nothing sent; else by the gravest result: 5 outcome unknown, 6 created but the
answer breaks the spec, 3 rejected, 4 not sent.
""".format(variables=", ".join(s.variable for p in PROVIDERS.values() for s in p.settings if s.required))


def _version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"audiences {__version__}")
        for provider in PROVIDERS.values():
            typer.echo(f"{provider.title}: effective spec {provider.spec_version()}")
        raise typer.Exit


@app.callback(help="Create audiences at Batch, Adobe Experience Platform and CommBox.")
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
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Print the requests; send nothing.")] = False,
    curl: Annotated[bool, typer.Option("--curl", help="With --dry-run: as curl commands.")] = False,
) -> None:
    """See `_CREATE_HELP`."""
    if curl and not dry_run:
        _refuse("--curl goes with --dry-run")
    if credentials:
        _load(credentials)
    try:
        members = PhoneFile(file, checked=not unchecked) if file else None
        audience = Audience(name=name, description=description, members=members, provider_fields=_fields(fields))
        chosen = _providers(provider, _pairs(base_url, "--base-url"), timeout)
        if dry_run:
            requests = [each.prepare(audience, leave_out=leave_out) for each in chosen]
            _show(chosen, requests, curl=curl, as_json=as_json)
            return
    except AudiencesError as error:
        _refuse(str(error))
    results = create_everywhere(audience, chosen, leave_out=leave_out)
    if as_json:
        typer.echo(json.dumps([_report.as_json(result) for result in results], indent=2, ensure_ascii=False))
    else:
        # A table in a file or a pipe is not folded to the width of a terminal.
        console = Console()
        console.width = console.width if console.is_terminal else 200
        console.print(_report.as_table(results, escape(name)))
        for result in results:
            if isinstance(result, AudiencesError):
                said = f" - {result.provider_message}" if result.provider_message else ""
                typer.echo(f"{result}{said}", err=True)
            for deviation in result.deviations:
                typer.echo(f"{result.provider}: deviates from its spec: {deviation}", err=True)
    raise typer.Exit(_report.exit_code(results))


def _providers(names: list[str], urls: dict[str, str], timeout: float | None) -> list[Blocking]:
    unknown = [name for name in [*names, *urls] if name not in PROVIDERS]
    if unknown:
        _refuse(f"no provider {unknown[0]!r}; there are {', '.join(PROVIDERS)}")
    options: dict[str, Any] = {"timeout": timeout} if timeout is not None else {}
    made = []
    for key in dict.fromkeys(names or PROVIDERS):
        make = cast("Callable[..., Blocking]", PROVIDERS[key])
        made.append(make(**options, **({"base_url": urls[key]} if key in urls else {})))
    return made


def _fields(settings: list[str]) -> dict[str, dict[str, str]]:
    found: dict[str, dict[str, str]] = {}
    for path, value in _pairs(settings, "--set").items():
        provider, dot, field = path.partition(".")
        if not dot:
            _refuse(f"--set {path}: must be PROVIDER.FIELD=VALUE")
        found.setdefault(provider, {})[field] = value
    return found


def _pairs(texts: list[str], option: str) -> dict[str, str]:
    for text in texts:
        if "=" not in text:
            _refuse(f"{option} {text}: has no '='")
    return {name: value for name, _, value in (text.partition("=") for text in texts)}


def _load(file: Path) -> None:
    known = {setting.variable for provider in PROVIDERS.values() for setting in provider.all_settings()}
    try:
        values = tomllib.loads(file.read_text("utf-8"))
    except OSError as error:
        _refuse(f"{file}: {error.strerror}")
    except ValueError:
        _refuse(f'{file}: not TOML; a line is NAME = "value"')  # the parser's message might quote a secret
    for name, value in values.items():
        if name not in known or not isinstance(value, str):
            _refuse(f"{file}: {name}: must be a string, and one of {', '.join(sorted(known))}")
    os.environ.update(values)


def _show(providers: list[Blocking], requests: list[Request], *, curl: bool, as_json: bool) -> None:
    if as_json:
        typer.echo(
            json.dumps(
                [{"provider": p.title, **r.redacted()} for p, r in zip(providers, requests, strict=True)], indent=2
            )
        )
        return
    for provider, request in zip(providers, requests, strict=True):
        left_out = f" (left out: {', '.join(request.left_out)})" if request.left_out else ""
        typer.echo(f"# {provider.title}{left_out}")
        typer.echo(request.curl() if curl else request.text())


def _refuse(message: str) -> NoReturn:
    typer.echo(f"audiences: {message}", err=True)
    raise typer.Exit(2)
