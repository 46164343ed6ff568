"""The command `audience-contract`."""

import errno
import os
import shlex
import signal
import threading
from contextlib import ExitStack
from importlib.metadata import version
from typing import TYPE_CHECKING, Annotated

import typer

from . import _command_client, _command_server, _faults_command
from ._outputs import refused

if TYPE_CHECKING:
    from .mock import MockServer

app = typer.Typer(
    help="Checks clients and servers of audience providers against the providers' specs.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)

app.command()(_command_server.server)
app.command(context_settings={"allow_interspersed_args": False})(_command_client.client)
app.command()(_command_client.traffic)
app.command(name="faults")(_faults_command.faults)


def _version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"audience-contract {version('audiences')}")
        raise typer.Exit


@app.callback()
def _root(
    _: Annotated[bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version.")] = False,
) -> None:
    pass


@app.command()
def mock(  # noqa: PLR0917 - a command line
    host: Annotated[str, typer.Option(help="A loopback address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="A port to listen on; 0 for a free one.", min=0, max=65535)] = 0,
    env: Annotated[bool, typer.Option("--env", help="Print the `export` lines only.")] = False,
    strict: Annotated[
        bool, typer.Option("--strict", help="Refuse what the specs allow without naming it, too.")
    ] = False,
    prose: Annotated[
        bool, typer.Option("--prose", help="Refuse what the documents' prose can be read to forbid, too.")
    ] = False,
    fault: Annotated[str | None, typer.Option(help="Have one fault, of those that `faults` lists.")] = None,
) -> None:
    """Play all providers, and the services that they need, on one port until Ctrl-C.

    Prints each one's base URL, and the environment variables, with credentials that the mock server takes, as shell
    commands. Put /_mock/respond/STATUS (400 to 599) before the path of a base URL to be answered with that error; GET
    /_mock/audiences lists what was created, DELETE forgets it. Adobe's token endpoint issues tokens to the client
    mock-client-id with the secret mock-client-secret; DELETE /_mock/tokens makes them invalid.
    """
    from . import provider_keys  # noqa: PLC0415 - --help has no need of it
    from .mock import MockServer  # noqa: PLC0415 - nor of the server

    stop = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())
    with ExitStack() as stack:
        try:
            server = stack.enter_context(MockServer(host=host, port=port, strict=strict, prose=prose, fault=fault))
        except OSError as error:
            said = f"cannot listen on {host}: {os.strerror(error.errno or 0)}"
            if error.errno == errno.EADDRINUSE:
                said = f"{port} is already in use on {host}"
            raise refused(f"--port: {said}") from None
        except (ValueError, LookupError) as error:
            raise refused(str(error.args[0])) from None
        for provider in () if env else provider_keys():
            typer.echo(f"# {provider}: {server.base_url(provider)}")
        for name, value in {**server.environment(), **_tokens(server)}.items():
            typer.echo(f"export {name}={shlex.quote(value)}")
        # Short waits: some platforms deliver no signal during a long one.
        while not stop.wait(0.2):
            pass


def _tokens(server: "MockServer") -> dict[str, str]:
    """What a client that asks for its tokens needs, and where a service that issues them is judged.

    The library takes ADOBE_ACCESS_TOKEN first, which stands beside these.
    """
    from . import provider_keys  # noqa: PLC0415 - --help has no need of it
    from .mock.provider import load  # noqa: PLC0415 - nor of this

    found: dict[str, str] = {}
    for key in provider_keys():
        if login := load(key).login():
            found |= {name: value for name, value in login.items() if value}
            found[f"{key.upper()}_BASE_URL"] = server.base_url(key)
    return found
