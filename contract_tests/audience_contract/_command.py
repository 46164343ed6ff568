"""The command `audience-contract`."""

import errno
import json
import os
import shlex
import time
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from importlib.metadata import version
from typing import Annotated, NoReturn

import typer

from . import _command_client, _command_replay, _command_server, _faults_command
from ._document_options import Auth, Overlay, Spec, opened
from ._outputs import refusals, refused
from .spec import load, provider_keys

app = typer.Typer(
    help="Judge servers, clients and recorded traffic by what audience providers document, or play the providers.",
    rich_markup_mode="markdown",
    no_args_is_help=True,
    add_completion=False,
    context_settings={"help_option_names": ["-h", "--help"]},
    pretty_exceptions_enable=False,
)

app.command()(_command_server.server)
app.command()(_command_replay.replay)
app.command(context_settings={"allow_interspersed_args": False})(_command_client.client)
app.command()(_command_client.traffic)
app.command(name="server-faults")(_faults_command.faults)


def _version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"audience-contract {version('audience-contract')}")
        raise typer.Exit


@app.callback()
def _root(
    _: Annotated[bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version.")] = False,
) -> None:
    pass


@app.command(context_settings={"allow_interspersed_args": False})
def mock(  # noqa: PLR0917 - a command line
    command: Annotated[
        list[str] | None, typer.Argument(help="A command and its arguments, after --.", metavar="-- COMMAND")
    ] = None,
    host: Annotated[str, typer.Option(help="A loopback address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="A port to listen on; 0 for a free one.", min=0, max=65535)] = 0,
    allow_remote: Annotated[
        bool,
        typer.Option("--allow-remote", help="Let --host be an address that other machines reach, such as 0.0.0.0."),
    ] = False,
    env: Annotated[bool, typer.Option("--env", help="Print the `export` lines only.")] = False,
    strict: Annotated[bool, typer.Option("--strict", help="Also refuse what the specs do not name.")] = False,
    prose: Annotated[
        bool, typer.Option("--prose", help="Also refuse what the documents forbid in words only.")
    ] = False,
    fault: Annotated[
        str | None, typer.Option(help="Play a server with this fault; `server-faults` lists them.")
    ] = None,
    setting: Annotated[
        list[str] | None,
        typer.Option(
            help="Decide what the documents leave open: --setting indexing=2 --setting absent_accepted=true.",
            metavar="NAME=VALUE",
        ),
    ] = None,
    spec: Spec = None,
    overlay: Overlay = None,
    auth: Auth = None,
) -> None:
    """Play all providers, and the services that they need, on one port until Ctrl-C, or until COMMAND has ended.

    COMMAND finds the base URLs, and the credentials that the mock server accepts, in its environment; its exit code is
    passed on. Without a command they are printed, as shell commands.

    To get an error as the answer, put /_mock/respond/STATUS (400 to 599) before the path of a base URL. GET
    /_mock/audiences lists what was created and is still there, DELETE forgets it. GET
    /_mock/batch/audiences/NAME/members shows the members of an audience. GET /_mock/settings shows what --setting
    takes, PATCH changes it. Adobe's token endpoint issues tokens to the client mock-client-id with the secret
    mock-client-secret; DELETE /_mock/tokens makes them invalid.

    With --spec, play what that document describes instead: what is created can be read, changed and removed.
    """
    from .mock import MockServer, Settings  # noqa: PLC0415 - --help has no need of the server
    from .running import heed_signals, run, signal_of  # noqa: PLC0415 - nor of this

    if env and command:
        raise refused("--env and a command exclude each other: each shows the variables")
    heed_signals()
    try:
        with refusals():
            chosen = Settings().but(**dict(map(_setting, setting or ())))
            own = opened(spec, overlay, auth)
            keys = (own,) if own else provider_keys()
            for text in load(own).unjudged if own else ():
                typer.echo(text, err=True)
            server = MockServer(
                keys=keys,
                host=host,
                port=port,
                allow_remote=allow_remote,
                strict=strict,
                prose=prose,
                fault=fault,
                settings=chosen,
            )
        with ExitStack() as stack:
            try:
                stack.enter_context(server)
            except OSError as error:
                said = f"cannot listen on {host}: {os.strerror(error.errno or 0)}"
                if error.errno == errno.EADDRINUSE:
                    said = f"{port} is already in use on {host}"
                raise refused(f"--port: {said}") from None
            if allow_remote:
                typer.echo("warning: other machines may reach this server, and its credentials are public", err=True)
            variables = {**server.environment(), **({} if own else _tokens(server.base_url))}
            if not command:
                _show({} if env else {key: server.base_url(key) for key in keys}, variables)
            with refusals(cannot="run"):
                code = run(command, variables, server.url)
    except KeyboardInterrupt as interrupt:
        code = -signal_of(interrupt) if command else 0
    raise typer.Exit(code if code >= 0 else 128 - code)


def _setting(text: str) -> tuple[str, object]:
    name, _, value = text.partition("=")
    try:
        return name, json.loads(value)
    except (ValueError, RecursionError):
        raise refused(f"--setting: {text}: NAME=VALUE is needed, and a number, true or false for a value") from None


def _show(base_urls: Mapping[str, str], variables: Mapping[str, str]) -> NoReturn:
    """Print what a client needs, and wait to be interrupted."""
    for provider, base_url in base_urls.items():
        typer.echo(f"# {provider}: {base_url}")
    for name, value in variables.items():
        typer.echo(f"export {name}={shlex.quote(value)}")
    while True:
        time.sleep(0.2)  # short: some platforms deliver no signal during a long sleep


def _tokens(base_url: Callable[[str], str]) -> dict[str, str]:
    """The variables of a client that requests its access tokens, and the base URLs of the services that issue them.

    ADOBE_ACCESS_TOKEN is printed beside these; the library prefers it.
    """
    from .mock.provider import load as provider_of  # noqa: PLC0415 - --help has no need of it

    found: dict[str, str] = {}
    for key in provider_keys():
        if login := provider_of(key).login():
            found |= {name: value for name, value in login.items() if value}
            found[f"{key.upper()}_BASE_URL"] = base_url(key)
    return found
