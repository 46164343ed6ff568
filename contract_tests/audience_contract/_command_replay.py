"""The command `replay`."""

import json
import zlib
from pathlib import Path
from typing import Annotated

import typer

from ._document_options import Auth, Certificates, Header, Overlay, Spec, headers_of, opened
from ._outputs import refusals, refused
from .reading import contents
from .visible import line


def replay(  # noqa: PLR0917 - a command line
    report: Annotated[Path, typer.Argument(help="A report of `server`, as --report json=FILE writes it.")],
    key: Annotated[str, typer.Argument(help="The number of a finding in the summary, or how its key begins.")],
    url: Annotated[str, typer.Option(help="The base URL of the server, where it is not the report's.")] = "",
    timeout: Annotated[float, typer.Option(help="Seconds in which each answer has to come.", min=0.1)] = 10.0,
    spec: Spec = None,
    overlay: Overlay = None,
    auth: Auth = None,
    header: Header = None,
    ca: Certificates = None,
    keep: Annotated[bool, typer.Option("--keep", help="Do not remove what was created.")] = False,
    allow_production: Annotated[
        bool, typer.Option("--allow-production", help="Ask the provider's own host. It creates audiences there.")
    ] = False,
) -> None:
    """Repeat what showed a finding of REPORT, and say whether the server still fails.

    What the finding's request needs is created, and the request is sent. It is the same but for the run's id and the
    credentials, which come from the environment as for `server`. If the server does not fail, this is done once more
    with some earlier requests to the operation; and if the run had to, up to 20 times more.

    Exit code: 1 if it still fails, 0 if it does not, 2 if that stays undecided.
    """
    from .reports.data import FORMAT  # noqa: PLC0415 - --help has no need of these
    from .server import Options, StoryError, Target, replay  # noqa: PLC0415 - --help has no need of these

    try:
        with refusals("REPORT: "):
            text = contents(report)
        content = json.loads(text)
        if content["format"] != FORMAT:
            raise ValueError(content["format"])
        by_number = {str(number): [each] for number, each in enumerate(content["findings"], 1)}
        found = by_number.get(key) or [each for each in content["findings"] if each["key"].startswith(key)]
        if len(found) != 1:
            raise refused(f"KEY: none has this number, and {len(found)} have a key that begins with {key}")
        provider, base_url = found[0]["provider"], url or content["target"]
        with refusals():
            opened(spec, overlay, auth, headers=headers_of(header))
            target = Target.of(provider, base_url, production=allow_production, ca=ca)
        typer.echo(line(found[0]["message"]))
        still, exchanges = replay(target, found[0], content, Options(timeout=timeout, keep=keep))
        for seen in exchanges:
            answer = str(seen.response.status) if seen.response else f"no answer ({seen.trouble})"
            typer.echo(line(f"  {seen.operation}: {answer}"))
    except StoryError as error:
        typer.echo(line(f"undecided: {error}"))
        raise typer.Exit(2) from None
    except (KeyError, TypeError, ValueError, RecursionError, zlib.error):
        raise refused("REPORT: it is no report of this version, as --report json=FILE writes it") from None
    typer.echo(line(f"still fails: {still}" if still else "does not fail any more"))
    raise typer.Exit(1 if still else 0)
