"""The command line. Credentials come from the environment or a file, never as arguments."""

import inspect
import os
import re
import signal
import sys
import tomllib
from collections.abc import Callable
from contextlib import nullcontext, suppress
from enum import StrEnum
from functools import partial
from pathlib import Path
from typing import Annotated, Any, NamedTuple, NoReturn

from typer import Argument, Exit, Option, Typer

from . import Audience, AudiencesError, ConfigurationError, PhoneFile, Provider, Reference, UnknownOutcomeError, _report
from ._bars import Bars
from ._checks import LONGEST
from ._draft import LEAVABLE
from ._everywhere import create_everywhere
from ._terminal import note, say
from ._verbs import Verbs
from ._version import __version__

# Rich's tracebacks would print local variables, credentials among them.
app = Typer(no_args_is_help=True, pretty_exceptions_enable=False, rich_markup_mode="markdown", add_completion=False)
_LARGE = 16 * 1024
"""Bytes of a file of credentials: the parser of TOML takes long for much larger ones."""
PROVIDERS: dict[str, Any] = {provider.key: provider for provider in Provider.__subclasses__()}
Key = StrEnum("Key", {key: key for key in PROVIDERS})  # type: ignore[misc]
Field = StrEnum("Field", {name: name for name in sorted(LEAVABLE)})  # type: ignore[misc]
_URL, _FIELD, _FILE = "PROVIDER=URL", "PROVIDER.FIELD=VALUE", "A CSV or Excel file with a column phone1."
_SECONDS: dict[str, Any] = {"metavar": "SECONDS", "min": 0.001, "max": LONGEST}
_VARIABLES = ", ".join(s.variable for p in PROVIDERS.values() for s in p.settings if s.required)
_HELP = f"""

Credentials come from the environment, or from a TOML file (`COMMBOX_API_KEY = "..."`), which wins: {_VARIABLES}.

Exit codes: {"; ".join(f"{code} {meaning}" for code, meaning in _report.EXIT_CODES.items())}."""
Preparing = Callable[[Verbs], Any]


class New(NamedTuple):
    """An audience to be created, and where."""

    name: Annotated[str, Argument(help="The audience's name.")]
    provider: Annotated[list[Key], Option("--provider", "-p", help="Repeatable; all, if none is given.")] = []  # pyright: ignore[reportInvalidTypeForm]
    description: Annotated[str | None, Option(help="The audience's description.")] = None
    file: Annotated[Path | None, Option(exists=True, dir_okay=False, help=_FILE)] = None
    unchecked: Annotated[bool, Option("--unchecked", help="Send the file without a look into it.")] = False
    fields: Annotated[list[str], Option("--set", metavar=_FIELD, help="A field of one provider.")] = []
    leave_out: Annotated[list[Field], Option(help="Leave a field out where it is unsupported.")] = []  # pyright: ignore[reportInvalidTypeForm]
    partial: Annotated[bool, Option("--partial", help="Send to those to whom it can be sent.")] = False


class Asked(NamedTuple):
    """An audience at one provider."""

    provider: Annotated[Key, Option("--provider", "-p", help="The provider.")]  # pyright: ignore[reportInvalidTypeForm]
    name: Annotated[str, Argument(help="The audience's name.", show_default=False)] = ""
    id: Annotated[str, Option(help="The provider's id of the audience, in place of its name.")] = ""


class Change(NamedTuple):
    token: Annotated[str, Option(help="The token of a change, to ask about that.")] = ""


class Patience(NamedTuple):
    within: Annotated[float, Option(**_SECONDS, help="How long to wait.")] = 300


class Consent(NamedTuple):
    yes: Annotated[bool, Option("--yes", help="Do not ask.")] = False


class Shared(NamedTuple):
    """The options that all verbs have."""

    base_url: Annotated[list[str], Option(metavar=_URL, help="Instead of the documented server.")] = []
    credentials: Annotated[Path | None, Option(metavar="FILE", help="A TOML file of variables.")] = None
    timeout: Annotated[float | None, Option(**_SECONDS, help="For each kind of wait, and in all.")] = None
    allow_http: Annotated[bool, Option("--allow-http", help="Permit unencrypted http:// to other machines.")] = False
    allow_undocumented: Annotated[bool, Option("--allow-undocumented", help="Permit undocumented uses.")] = False
    proxy_from_env: Annotated[bool, Option("--proxy-from-env", help="Use the proxies of the environment.")] = False
    as_json: Annotated[bool, Option("--json", help="Print JSON.")] = False
    dry_run: Annotated[bool, Option("--dry-run", help="Print the requests; send nothing.")] = False
    curl: Annotated[bool, Option("--curl", help="With --dry-run: as curl commands.")] = False


def _verb(function: Callable[..., None]) -> None:
    """Make the function a command. Each of its parameters is a group of options."""
    groups = {name: kind for name, kind in function.__annotations__.items() if name != "return"}

    def command(**given: Any) -> None:
        function(**{name: kind(*map(given.get, kind._fields)) for name, kind in groups.items()})

    options = [each for kind in groups.values() for each in inspect.signature(kind).parameters.values()]
    keywords = [each.replace(kind=inspect.Parameter.KEYWORD_ONLY) for each in options]
    command.__signature__ = inspect.Signature(keywords)  # type: ignore[attr-defined]
    app.command(function.__name__, help=inspect.cleandoc(function.__doc__ or "") + _HELP)(command)


def _version(wanted: bool) -> None:
    if wanted:
        specs = [f"{each.title}: effective spec {each.spec_version()}" for each in PROVIDERS.values()]
        say("\n".join([f"audiences {__version__}", *specs]))
        raise Exit


Version = Annotated[bool, Option("--version", callback=_version, is_eager=True, help="Versions, of the specs too.")]


@app.callback(help=f"Audiences at {', '.join(provider.title for provider in PROVIDERS.values())}.")
def _root(version: Version = False) -> None: ...  # its callback does it


@_verb
def create(new: New, shared: Shared) -> None:
    """Create one audience at all providers, or at those named with --provider.

    Nothing is sent to anybody while one of the calls cannot be made; --partial sends to the rest.

        audiences create SPRING --provider batch --set batch.type=custom_ids

        audiences create SPRING --file phones.csv --set batch.type=emails --leave-out members

        audiences create SPRING --provider commbox --file phones.xlsx --dry-run --curl
    """
    keys = [*(new.provider or PROVIDERS)]
    pairs = {tuple(path.split(".", 1)): value for path, value in _pairs(new.fields, "--set", _FIELD, keys).items()}
    fields = {key: {name: value for (owner, name), value in pairs.items() if owner == key} for key in keys}
    try:
        members = PhoneFile(new.file, checked=not new.unchecked) if new.file else None
        audience = Audience(name=new.name, description=new.description, members=members, provider_fields=fields)
    except AudiencesError as error:
        _refuse(str(_report.in_command_words(error, usage=True)))
    bars = Bars()
    chosen = _providers(keys, shared, bars)

    def ask(tell: _report.Tell) -> None:
        with nullcontext() if bars.disable else bars:  # before rich 15, one that shows nothing ends a line
            create_everywhere(audience, chosen, leave_out=new.leave_out, partial=new.partial, on_result=tell)

    _end(chosen, new.name, shared, partial(Verbs.preparing, audience=audience, leave_out=new.leave_out), ask)


@_verb
def get(asked: Asked, change: Change, shared: Shared) -> None:
    """Show what a provider says of an audience.

    Example: audiences get SPRING --provider batch
    """
    _one("get", asked, shared, change.token)


@_verb
def wait(asked: Asked, change: Change, patience: Patience, shared: Shared) -> None:
    """Ask until an audience is no longer indexing, and show what the provider says then.

    Example: audiences wait SPRING --provider batch --within 60
    """
    _one("wait", asked, shared, change.token, within=patience.within)


@_verb
def delete(asked: Asked, consent: Consent, shared: Shared) -> None:
    """Delete an audience.

    Example: audiences delete SPRING --provider batch --yes
    """
    _one("delete", asked, shared, agreed=consent.yes)


def _one(verb: str, asked: Asked, shared: Shared, token: str = "", *, agreed: bool = True, **options: float) -> None:
    """Ask one provider about one audience."""
    name = asked.name or asked.id
    if not name or (asked.name and asked.id):
        _refuse("give the audience's NAME, or its --id")
    try:
        what = Reference.of(asked.name or None, asked.id or None, token or None)
    except AudiencesError as error:
        _refuse(str(_report.in_command_words(error, usage=True)))
    (provider,) = _providers([asked.provider], shared)
    entry: Any = provider.adapter.delete if verb == "delete" else provider.adapter.get
    prepare, call = partial(Verbs.referring, entry=entry, asked=what), getattr(provider, verb)
    if verb == "delete" and not shared.dry_run and isinstance(_prepared(provider, name, prepare), _report.Prepared):
        note(f"audiences: this deletes {name} at {provider.title}; {entry.consequence}")
        if not agreed:
            _ask()
    _end([provider], name, shared, prepare, lambda tell: tell(call(what, **options)))


def _ask() -> None:
    """Exits unless somebody agrees."""
    if not all(stream and stream.isatty() for stream in (sys.stdin, sys.stderr)):
        _refuse("there is no terminal to ask on; --yes does it without asking")
    note("Do it? [y/N]")
    with suppress(KeyboardInterrupt, OSError, ValueError):
        if sys.stdin.readline().strip().lower() in {"y", "yes"}:
            return
    raise Exit(130)


def _end(chosen: list[Provider], name: str, shared: Shared, prepare: Preparing, ask: _report.Asking) -> NoReturn:
    """Make the calls, or only show their requests; print what comes of it, and exit."""
    known = dict[str | None, Any]()
    lost: dict[str | None, Any] = dict.fromkeys(each.title for each in chosen)
    try:
        if shared.dry_run:
            known |= {each.title: _prepared(each, name, prepare) for each in chosen}
        else:
            ask(lambda result: known.update({result.provider: result}))
    except AudiencesError as error:
        known[error.provider] = error
    except KeyboardInterrupt as interrupt:
        lost = {title: UnknownOutcomeError("interrupted", provider=title) for title in lost}
        if isinstance(interrupt.__cause__, AudiencesError):
            known[interrupt.__cause__.provider] = interrupt.__cause__
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # what was created is told, however impatient somebody is
    results = [result for result in (lost | known).values() if result]
    _report.show(results, name, as_json=shared.as_json, curl=shared.curl)
    raise Exit(_report.exit_code(results, interrupted=any(lost.values())))


def _prepared(provider: Provider, name: str, prepare: Preparing) -> _report.Shown:
    verbs = provider._verbs({}, name)
    try:
        asked, request = provider._run(verbs, prepare(verbs))
    except AudiencesError as error:
        return error
    return _report.Prepared(provider.title, request, getattr(asked, "left_out", ()), request.warnings)


def _providers(keys: list[str], shared: Shared, bars: Bars | None = None) -> list[Provider]:
    if shared.curl and (shared.as_json or not shared.dry_run):
        _refuse("--curl goes with --dry-run, and not with --json")
    urls = _pairs(shared.base_url, "--base-url", _URL, keys)
    files = _load(shared.credentials) if shared.credentials else {}
    options: dict[str, Any] = {"allow_http": shared.allow_http, "allow_undocumented": shared.allow_undocumented}
    options |= {"proxy": "environment"} if shared.proxy_from_env else {}
    options |= {"timeout": shared.timeout} if shared.timeout else {}
    made, faults = [], []
    for key in dict.fromkeys(keys):
        bar = bars and bars.of(PROVIDERS[key].title)
        try:
            made.append(PROVIDERS[key](**options, base_url=urls.get(key), on_progress=bar))
        except ConfigurationError as error:
            faults.append(error)
    if faults:
        where = ["they are read from the environment, and from the --credentials file"]
        said = [str(_report.in_command_words(each, files, usage=True)) for each in faults]
        _refuse(*said, *where * any(each.missing for each in faults))
    return made


def _pairs(texts: list[str], option: str, form: str, chosen: list[str]) -> dict[str, str]:
    """No text is shown in a refusal: a mistyped one may hold a secret anywhere."""
    found: dict[str, str] = {}
    for text in texts:
        name, equals, value = text.partition("=")
        provider, _, field = name.partition(".")
        if not equals or provider not in PROVIDERS or bool(field) is not ("." in form):
            _refuse(f"{option}: must be {form}; providers are {', '.join(PROVIDERS)}")
        if provider not in chosen:
            _refuse(f"{option}: {provider} is not among the chosen providers")
        if name in found:
            _refuse(f"{option}: the same name is given twice")
        found[name] = value
    return found


def _load(file: Path) -> dict[str, str]:
    """Put a file's variables in the environment, where they win; gives back what those are called."""
    known = {setting.variable for provider in PROVIDERS.values() for setting in provider.all_settings()}
    try:
        if file.stat().st_size > _LARGE:
            _refuse(f"{file}: is too large for a file of credentials: more than {_LARGE // 1024} KiB")
        values = tomllib.loads(file.read_text("utf-8-sig"))
        for name in values.keys() - known:
            shown = name if re.fullmatch("[A-Z]+(_[A-Z]+)+", name) else "a name"  # may be a secret in the wrong place
            _refuse(f"{file}: {shown} is not one of {', '.join(sorted(known))}")
        beaten = [name for name, value in values.items() if os.environ.get(name, value) != value]
        os.environ.update(values)
    except OSError as error:
        _refuse(f"{file}: {error.strerror}")
    except (TypeError, ValueError, RecursionError, MemoryError):  # whose messages might quote a secret
        _refuse(f'{file}: not TOML, or a line is not NAME = "value"')
    if beaten:
        note(f"audiences: {', '.join(beaten)}: the value in {file} is used, not the other one in the environment")
    return {name: f"{name} in {file}" for name in values}


def _refuse(*messages: str) -> NoReturn:
    for message in messages:
        note(f"audiences: {message}")
    raise Exit(2)
