"""The command line. Credentials come from the environment or a file, never as arguments."""

import inspect
import os
import re
import signal
import sys
import tomllib
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import nullcontext, suppress
from datetime import UTC, datetime
from enum import StrEnum
from functools import partial
from itertools import chain
from pathlib import Path
from typing import Annotated, Any, BinaryIO, NamedTuple, NoReturn, cast

from typer import Argument, Exit, FileBinaryRead, Option, Typer

from . import (
    Attribute,
    Audience,
    AudiencesError,
    ConfigurationError,
    InvalidError,
    Member,
    NotSentError,
    PhoneFile,
    Provider,
    Record,
    Reference,
    Request,
    UnknownOutcomeError,
    Url,
    _report,
)
from . import _operation as operation
from ._audience import LEAVABLE
from ._checks import LONGEST
from ._errors import OURS, Problem
from ._everywhere import create_everywhere
from ._member_file import KINDS, members_of
from ._terminal import note, say
from ._upload import state_of
from ._verbs import CHUNK_BYTES, NO_MEMBERS
from ._version import __version__

# Rich's tracebacks would print local variables, credentials among them.
app = Typer(
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode="markdown",
    context_settings={"help_option_names": ["-h", "--help"]},
)
PROVIDERS: dict[str, Any] = {provider.key: provider for provider in Provider.__subclasses__()}
Key = StrEnum("Key", {key: key for key in PROVIDERS})  # type: ignore[misc]
Field = StrEnum("Field", {name: name for name in sorted(LEAVABLE)})  # type: ignore[misc]
_URL, _FIELD, _FILE = "PROVIDER=URL", "PROVIDER.FIELD=VALUE", "A CSV or Excel file with a column phone1."
_ATTRIBUTE, _MEMBERS = "COLUMN[:KIND]", "A CSV file with a heading, or - for standard input."
_SECONDS: dict[str, Any] = {"metavar": "SECONDS", "min": 0.001, "max": LONGEST}
_VARIABLES = ", ".join(s.variable for p in PROVIDERS.values() for s in p.settings if s.required)
_HELP = f"""

Credentials come from the environment, or from a TOML file (`COMMBOX_API_KEY = "..."`), which wins: {_VARIABLES}.

Exit codes: {"; ".join(f"{code} {meaning}" for code, meaning in _report.EXIT_CODES.items())}."""
Call = Callable[[Provider, _report.Tell], object]
"""A function that makes the call at a provider (the first one, if there are several), and passes on each result."""


class Drafted(NamedTuple):
    """An audience that is to be created."""

    name: Annotated[str, Argument(help="The audience's name.")]
    description: Annotated[str | None, Option(help="The audience's description.")] = None
    file: Annotated[Path | None, Option(exists=True, dir_okay=False, help=_FILE)] = None
    unchecked: Annotated[bool, Option("--unchecked", help="Send the file without checking its first row.")] = False
    fields: Annotated[list[str], Option("--set", metavar=_FIELD, help="What one provider alone takes.")] = []
    leave_out: Annotated[list[Field], Option(help="Leave this out where it is not taken.")] = []  # pyright: ignore[reportInvalidTypeForm]

    def audience(self, keys: Sequence[str]) -> Audience:
        fields: Any = {key: {} for key in keys}
        for path, value in _pairs(self.fields, "--set", _FIELD, keys).items():
            key, _, name = path.partition(".")
            fields[key][name] = value
        members = PhoneFile(self.file, checked=not self.unchecked) if self.file else None
        return Audience(name=self.name, description=self.description, members=members, provider_fields=fields)


class Everywhere(NamedTuple):
    provider: Annotated[list[Key], Option("--provider", "-p", help="Repeatable; all providers by default.")] = []  # pyright: ignore[reportInvalidTypeForm]
    partial: Annotated[bool, Option("--partial", help="If some cannot take it, send to the others.")] = False


class At(NamedTuple):
    provider: Annotated[list[Key], Option("--provider", "-p", help="The provider.")]  # pyright: ignore[reportInvalidTypeForm]


class Asked(NamedTuple):
    """An audience that exists."""

    name: Annotated[str, Argument(help="The audience's name.", show_default=False)] = ""
    id: Annotated[str, Option(help="The provider's id of the audience, in place of its name.")] = ""

    def reference(self, token: str = "") -> Reference:
        if bool(self.name) is bool(self.id):
            _refuse("give the audience's NAME, or its --id")
        return Reference.of(self.name or None, self.id or None, token or None)


class Given(NamedTuple):
    """The members of a change."""

    file: Annotated[FileBinaryRead, Option(help=_MEMBERS)]
    column: Annotated[str | None, Option(help="The column that has the ids; id by default.")] = None
    attribute: Annotated[list[str], Option(metavar=_ATTRIBUTE, help="A column to send as an attribute.")] = []
    chunk_bytes: Annotated[int, Option(metavar="BYTES", min=1, help="The most bytes of one call.")] = CHUNK_BYTES

    @property
    def attributes(self) -> dict[str, str]:
        """The kind of each column."""
        found = dict((text if ":" in text else f"{text}:text").rsplit(":", 1) for text in self.attribute)
        if not {*found.values()} <= {*KINDS} or len(found) < len(self.attribute):
            _refuse(f"--attribute: must be {_ATTRIBUTE}, and each column once; a kind is one of {', '.join(KINDS)}")
        return found


class GoingOn(NamedTuple):
    go_on: Annotated[bool, Option("--go-on", help="Go on after a failed call.")] = False


class Replacing(NamedTuple):
    allow_empty: Annotated[bool, Option("--allow-empty", help="Allow that no members are left.")] = False
    unchecked: Annotated[bool, Option("--unchecked", help="Send a phone file without checking its first row.")] = False


class Change(NamedTuple):
    token: Annotated[str, Option(help="The token of a change, to ask about that change.")] = ""


class Patience(NamedTuple):
    within: Annotated[float, Option(**_SECONDS, help="How long to wait, in all.")] = 300


class Consent(NamedTuple):
    yes: Annotated[bool, Option("--yes", help="Do not ask.")] = False


class Shared(NamedTuple):
    """The options that all verbs have."""

    base_url: Annotated[list[str], Option(metavar=_URL, help="A base URL to use instead of the documented one.")] = []
    credentials: Annotated[Path | None, Option(metavar="FILE", help="A TOML file with credentials.")] = None
    tenant: Annotated[str, Option(help="A tenant of that file, or of audiences.toml.")] = ""
    timeout: Annotated[float | None, Option(**_SECONDS, help="The most seconds of each call, and of a step.")] = None
    allow_http: Annotated[bool, Option("--allow-http", help="Allow unencrypted http:// to other machines.")] = False
    allow_undocumented: Annotated[bool, Option("--allow-undocumented", help="Allow undocumented uses of calls.")] = (
        False
    )
    proxy_from_env: Annotated[bool, Option("--proxy-from-env", help="Use the proxies of the environment.")] = False
    as_json: Annotated[bool, Option("--json", help="Print JSON.")] = False
    dry_run: Annotated[bool, Option("--dry-run", help="Print the requests, and send nothing.")] = False
    curl: Annotated[bool, Option("--curl", help="With --dry-run, print them as curl commands.")] = False


def _verb(function: Callable[..., None]) -> None:
    """Make the function a command. Each of its parameters but the first, its run, is a group of options."""
    verb = function.__name__.rstrip("_")
    own = {name: kind for name, kind in function.__annotations__.items() if name not in {"run", "return"}}
    kinds: list[Any] = [*own.values(), *([] if Everywhere in own.values() else [At]), Shared]

    def command(**given: Any) -> None:
        made = {kind: kind(*map(given.get, kind._fields)) for kind in kinds}
        keys = given["provider"] or PROVIDERS
        if At in made and len(keys) > 1:
            _refuse(f"--provider is given {len(keys)} times, and {verb} takes one")
        run = _Run(verb, given.get("name") or "", given.get("id") or "", keys, made[Shared])
        try:
            function(run, *map(made.get, own.values()))
        except AudiencesError as error:  # wrong arguments; what a call raises is one of its results
            _refuse(str(_report.in_command_words(error, usage=True)))

    options = [each for kind in kinds for each in inspect.signature(kind).parameters.values()]
    keywords = [each.replace(kind=inspect.Parameter.KEYWORD_ONLY) for each in options]
    command.__signature__ = inspect.Signature(keywords)  # type: ignore[attr-defined]
    app.command(verb, help=inspect.cleandoc(function.__doc__ or "") + _HELP)(command)


def _version(wanted: bool) -> None:
    if wanted:
        specs = [f"{each.title}: effective spec {each.spec_version()}" for each in PROVIDERS.values()]
        say("\n".join([f"audiences {__version__}", *specs]))
        raise Exit


Version = Annotated[
    bool, Option("--version", callback=_version, is_eager=True, help="Print the versions, also of the specs.")
]


@app.callback(help=f"Audiences at {', '.join(provider.title for provider in PROVIDERS.values())}.")
def _root(version: Version = False) -> None: ...  # its callback does it


class _HeldError(Exception):
    """Ends a call of a dry run: its request is shown, and not sent."""


class _Run:
    """One run of a verb: the providers that are asked, and what comes of it."""

    audience: Audience | None = None
    """What is to be created."""
    _sent = False

    def __init__(self, verb: str, name: str, id: str, keys: Iterable[str], shared: Shared) -> None:
        self.verb, self.name, self.id, self.keys, self._shared = verb, name, id, [*dict.fromkeys(keys)], shared
        self.dry = shared.dry_run
        self.bars, self._held = _report.Bars(), dict[str, Request]()
        for key in self.keys:  # before credentials are asked for
            try:
                PROVIDERS[key].adapter.check(verb, allow_undocumented=shared.allow_undocumented)
            except AudiencesError as error:
                error.provider = PROVIDERS[key].title
                self._print([error])
        self.chosen = self._providers()

    def _providers(self) -> list[Provider]:
        shared = self._shared
        if shared.curl and (shared.as_json or not shared.dry_run):
            _refuse("--curl goes with --dry-run, and not with --json")
        urls = _pairs(shared.base_url, "--base-url", _URL, self.keys)
        file = shared.credentials or (Path("audiences.toml") if shared.tenant else None)
        files = _load(file, shared.tenant) if file else {}
        options: dict[str, Any] = {"allow_http": shared.allow_http, "allow_undocumented": shared.allow_undocumented}
        options |= {"proxy": "environment"} if shared.proxy_from_env else {}
        options |= {"timeout": shared.timeout} if shared.timeout else {}
        made, faults = [], []
        for key in self.keys:
            title = PROVIDERS[key].title
            options |= {"base_url": urls.get(key), "on_progress": self.bars.of(title)}
            try:
                made.append(PROVIDERS[key](**options, on_request=partial(self._hold, title)))
            except ConfigurationError as error:
                faults.append(error)
        if faults:
            table = f"table [tenant.{shared.tenant}] of {file}"
            where = [f"they are read from the {table if shared.tenant else 'environment and the --credentials file'}"]
            said = [str(_report.in_command_words(each, files, usage=True)) for each in faults]
            _refuse(*said, *where * any(each.missing for each in faults))
        return made

    def _hold(self, title: str, request: Request) -> None:
        if self.dry:
            self._held[title] = request
            raise _HeldError
        self._sent = self.verb not in operation.READING

    def end(self, call: Call, *, then: Callable[[Provider], Request] | None = None) -> NoReturn:
        """Make the call, print what comes of it, and exit. A dry run prints the first request of the call; if that one
        only asks the provider something, `then` gives the request that would follow, which is printed instead.
        """
        results: list[_report.Shown] = []
        interrupted = 0

        def tell(result: _report.Shown) -> None:
            if request := self._held.pop(result.provider or "", None):
                (provider,) = (each for each in self.chosen if each.title == result.provider)
                unsupported = provider.adapter.draft.unsupported
                left_out = tuple(name for name in unsupported if getattr(self.audience, name, None) is not None)
                results.append(_report.Prepared(provider.title, then(provider) if then else request, left_out))
            elif self._shared.as_json and self.verb == "list" and isinstance(result, Record):
                _report.show([result], "", "", self.verb, {}, as_json=True, curl=False)
            else:
                results.append(result)

        signal.signal(signal.SIGTERM, _interrupt)
        bars = nullcontext() if self.bars.disable else self.bars  # before rich 15, hidden bars print an empty line
        try:
            with bars:
                call(self.chosen[0], tell)
        except AudiencesError as error:
            error.provider = error.provider or self.chosen[0].title
            tell(error)
        except KeyboardInterrupt as interrupt:
            interrupted = 128 + next(iter(interrupt.args), signal.SIGINT)
            cause, done = interrupt.__cause__, {each.provider for each in results}
            known = {cause.provider: cause} if isinstance(cause, AudiencesError) else {}
            kind = UnknownOutcomeError if self._sent else NotSentError
            left = [each.title for each in self.chosen if each.title not in done]
            results += [known.get(title) or kind("interrupted", provider=title) for title in left]
        self._print(results, interrupted=interrupted)

    def _print(self, results: list[_report.Shown], *, interrupted: int = 0) -> NoReturn:
        for number in (signal.SIGINT, signal.SIGTERM):  # a second one does not keep the results from being printed
            signal.signal(number, signal.SIG_IGN)
        order = [PROVIDERS[key].title for key in self.keys]
        results.sort(key=lambda each: order.index(each.provider or order[0]))
        shared = self._shared
        given = [f"--{name}={value}" for name in ("credentials", "tenant") if (value := getattr(shared, name))]
        given += ["--allow-http"] * shared.allow_http + ["--proxy-from-env"] * shared.proxy_from_env
        urls = {key: [f"--base-url={url}" for url in shared.base_url if url.startswith(f"{key}=")] for key in self.keys}
        more = {key: [*url, *given] for key, url in urls.items()}
        _report.show(results, self.name, self.id, self.verb, more, as_json=shared.as_json, curl=shared.curl)
        raise Exit(_report.exit_code(results, interrupted=interrupted))


@_verb
def create(run: _Run, drafted: Drafted, where: Everywhere) -> None:
    """Create one audience at all providers, or at those named with --provider.

    If one of them cannot take it, nothing is sent to any; --partial sends to the rest.

        audiences create SPRING --provider batch --set batch.type=custom_ids

        audiences create SPRING --file phones.csv --set batch.type=custom_ids --leave-out members

        audiences create SPRING --provider commbox --file phones.xlsx --dry-run --curl
    """
    audience = run.audience = drafted.audience(run.keys)

    def call(_: Provider, tell: _report.Tell) -> None:
        options: Any = {"leave_out": drafted.leave_out, "partial": where.partial or run.dry}
        create_everywhere(audience, run.chosen, on_result=tell, **options)

    run.end(call)


@_verb
def ensure(run: _Run, drafted: Drafted) -> None:
    """Create an audience, unless the provider has one of that name.

    Example: audiences ensure SPRING --provider batch --set batch.type=custom_ids
    """
    audience = run.audience = drafted.audience(run.keys)
    run.end(
        lambda provider, tell: tell(provider.ensure(audience, leave_out=drafted.leave_out)),
        then=lambda provider: provider.prepare(audience, leave_out=drafted.leave_out),
    )


@_verb
def get(run: _Run, asked: Asked, change: Change) -> None:
    """Show what a provider says of an audience.

    Example: audiences get SPRING --provider batch
    """
    what = asked.reference(change.token)
    run.end(lambda provider, tell: tell(provider.get(what)))


@_verb
def list_(run: _Run) -> None:
    """Show what a provider says of all its audiences. With --json, each is a line, as soon as it is there.

    Example: audiences list --provider batch --json
    """

    def call(provider: Provider, tell: _report.Tell) -> None:
        out = sys.stdout
        for record in provider.list():
            tell(record)
            if sys.stdout is not out:  # the reader of the pipe went away
                return

    run.end(call)


@_verb
def wait(run: _Run, asked: Asked, change: Change, patience: Patience) -> None:
    """Ask until an audience is no longer indexing, and show what the provider says then.

    Example: audiences wait SPRING --provider batch --within 60
    """
    what = asked.reference(change.token)
    run.end(lambda provider, tell: tell(provider.wait(what, within=patience.within)))


@_verb
def add(run: _Run, asked: Asked, given: Given, going: GoingOn) -> None:
    """Add members to an audience: one for each row of a CSV file, with the columns of --attribute as attributes.

    The whole file is checked before anything is sent, but for what comes through a pipe. COLUMN:date is sent as a time,
    COLUMN:url as a URL, any other column as text; an empty cell is not sent.

        audiences add SPRING --provider batch --file ids.csv --column id

        audiences add SPRING --provider batch --file - --column id --attribute city --attribute since:date < ids.csv
    """
    _change(run, asked, given, go_on=going.go_on and not run.dry)


@_verb
def remove(run: _Run, asked: Asked, given: Given, going: GoingOn) -> None:
    """Remove members from an audience; the audience stays.

    Example: audiences remove SPRING --provider batch --file ids.csv --column id
    """
    _change(run, asked, given, go_on=going.go_on and not run.dry)


@_verb
def replace(run: _Run, asked: Asked, given: Given, replacing: Replacing) -> None:
    """Replace all members of an audience.

    It is one call, so Batch takes 10,000 members at most. At CommBox, --file is a file of phone numbers, as for create.

        audiences replace SPRING --provider batch --file ids.csv --column id

        audiences replace SPRING --provider commbox --file phones.xlsx
    """
    adapter: Any = run.chosen[0].adapter
    if adapter.members:
        if replacing.unchecked:
            _refuse("--unchecked goes with a file of phone numbers")
        _change(run, asked, given, allow_empty=replacing.allow_empty)
    if given.file is getattr(sys.stdin, "buffer", None) or given != Given(given.file):
        others = "--column, --attribute and --chunk-bytes are for other providers"
        _refuse(f"--file must name a file of phone numbers for {adapter.title}, and cannot be -; {others}")
    what = asked.reference()
    file = PhoneFile(given.file.name, checked=not replacing.unchecked)
    change = operation.Change(Reference(id=what.id or "AUDIENCE_ID"), file=file)
    run.end(
        lambda provider, tell: tell(provider.replace(what, file, allow_empty=replacing.allow_empty)),
        then=lambda provider: provider._account.request(adapter.replace, change),
    )


@_verb
def delete(run: _Run, asked: Asked, consent: Consent) -> None:
    """Delete an audience.

    Example: audiences delete SPRING --provider batch --yes
    """
    what, entry = asked.reference(), cast("Any", run.chosen[0].adapter.delete)
    if not run.dry:
        follows = f"; {entry.consequence}" if entry.consequence else ""
        note(f"audiences: this deletes {run.name or run.id} at {run.chosen[0].title}{follows}")
        if not consent.yes:
            _ask()
    run.end(lambda provider, tell: tell(provider.delete(what)))


def _change(run: _Run, asked: Asked, given: Given, **options: bool) -> NoReturn:
    what, attributes = asked.reference(), given.attributes
    if given.column == "":
        _refuse("--column: must not be empty")

    def call(provider: Provider, tell: _report.Tell) -> None:
        change = partial(getattr(provider, run.verb), what, chunk_bytes=given.chunk_bytes, **options)
        read = partial(members_of, given.file, given.column or "id", attributes, run.bars.of(provider.title))
        members = read()
        if given.file.seekable():
            start, before = given.file.tell(), state_of(given.file)
            for _ in members:
                pass
            given.file.seek(start)
            members = _unchanged(given.file, before, read())
        try:
            changed = change(members)
            if not changed.chunks:
                raise InvalidError.of([NO_MEMBERS])
            tell(changed)
        except NotSentError:
            if not run.dry:
                raise
            # A dry run shows no members: this one stands for all.
            values: dict[str, Attribute] = {"text": "***", "date": datetime(2000, 1, 1, tzinfo=UTC), "url": Url("***")}
            change([Member("***", {name: values[kind] for name, kind in attributes.items()})])

    run.end(call)


def _unchanged(file: BinaryIO, before: object, members: Iterable[Member | str]) -> Iterator[Member | str]:
    """The members, as long as nobody writes to the file that was looked at."""
    for member in chain(members, [""]):
        if state_of(file) != before:
            raise InvalidError.of([Problem("members", "was changed after it was looked at", "file", OURS)])
        if member:
            yield member


def _ask() -> None:
    """Ask on the terminal for consent. Exits without it."""
    if not all(stream and stream.isatty() for stream in (sys.stdin, sys.stderr)):
        _refuse("there is no terminal to ask on; --yes does it without asking")
    with suppress(OSError, ValueError):
        note("Delete it? [y/N]")
        if sys.stdin.readline().strip().lower() in {"y", "yes"}:
            return
    note("audiences: nothing was deleted")
    raise Exit(4)


def _interrupt(number: int, _: object) -> NoReturn:
    """Ends a call as Ctrl-C does; the interrupt has the signal's number."""
    raise KeyboardInterrupt(number)


def _pairs(texts: list[str], option: str, form: str, chosen: Sequence[str]) -> dict[str, str]:
    """The values of an option NAME=VALUE, by name. A refusal shows none of them: a mistyped one may hold a secret."""
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


def _load(file: Path, tenant: str) -> dict[str, str]:
    """Put a file's variables in the environment, in place of those that are there. Returns what a message calls each
    variable. With a tenant, all other settings are removed from the environment, so that no call has the credentials of
    one tenant and the project of another.
    """
    known = {setting.variable: setting.secret for each in PROVIDERS.values() for setting in each.settings}
    try:
        names, values = _read(file, tenant)
        for name in {*names, *values} - {*known}:
            shown = name if re.fullmatch("[A-Z]+(_[A-Z]+)+", name) else "a name"  # may be a secret in the wrong place
            _refuse(f"{file}: {shown} is not one of {', '.join(sorted(known))}")
        for name, variable in names.items():
            if variable not in os.environ:
                _refuse(f"{file}: {name}: it must be the name of a variable that is set, never a value")
        if tenant and (secret := [name for name in values if known[name]]):
            _refuse(f"{file}: {secret[0]}: a secret has no default")
        values = {**values, **{name: os.environ[variable] for name, variable in names.items()}}
        for name in known if tenant else ():
            os.environ.pop(name, None)
        beaten = [name for name, value in values.items() if os.environ.get(name, value) != value]
        os.environ.update(values)
    except OSError as error:
        _refuse(f"{file}: {error.strerror}; --credentials says which file to read")
    except (TypeError, ValueError, RecursionError, MemoryError):  # whose messages might quote a secret
        _refuse(f'{file}: not TOML, or a line is not NAME = "value"')
    if beaten:
        note(f"audiences: {', '.join(beaten)}: the value in {file} is used, not the other one in the environment")
    return {name: f"{name} in {file}" for name in values}


def _read(file: Path, tenant: str) -> tuple[dict[str, str], dict[str, str]]:
    """The settings of a file, by variable, in two mappings: to the name of the variable that has the value (a tenant's
    only), and to the value itself.
    """
    values = tomllib.loads(file.read_text("utf-8-sig"))
    if not tenant and "tenant" not in values:
        return {}, values
    tables = values.get("tenant")
    if values.keys() != {"tenant"} or not isinstance(tables, dict) or not isinstance(tables.get(tenant), dict):
        _refuse(f"{file}: --tenant must be the NAME of a table [tenant.NAME], and the file may have no other settings")
    names = dict(tables[tenant])
    return names, names.pop("defaults", {})


def _refuse(*messages: str) -> NoReturn:
    for message in messages:
        note(f"audiences: {message}")
    raise Exit(2)
