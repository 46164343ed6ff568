"""The commands `client` and `traffic`."""

from pathlib import Path
from typing import Annotated

import typer

from ._document_options import Auth, Overlay, Spec, opened
from ._outputs import Baseline, Outputs, Reports, SarifRoot, ShowMembers, WriteBaseline, refusals, refused
from .client.choice import Answers


def client(
    *,
    command: Annotated[
        list[str], typer.Argument(help="The command and its arguments, after --.", metavar="-- COMMAND")
    ],
    providers: Annotated[
        str, typer.Option(help="Provider keys, with commas between: only these are played, and each must be called.")
    ] = "",
    answers: Annotated[
        Answers, typer.Option(help="Plain successes; all that is documented; or also what breaks the spec.")
    ] = Answers.VARIED,
    spec: Spec = None,
    overlay: Overlay = None,
    auth: Auth = None,
    seed: Annotated[int, typer.Option(help="Decides the order of the answers.")] = 0,
    strict: Annotated[bool, typer.Option("--strict", help="Nothing may be sent that the specs do not name.")] = False,
    report: Reports = None,
    sarif_root: SarifRoot = None,
    baseline: Baseline = None,
    write_baseline: WriteBaseline = None,
    show_members: ShowMembers = False,
    upstream: Annotated[
        str,
        typer.Option(
            metavar="URL",
            help="Send each request on to this base URL, with your own credentials, and judge the answers too; for one "
            "provider. What the command creates is then created there.",
        ),
    ] = "",
    allow_production: Annotated[
        bool, typer.Option("--allow-production", help="Let --upstream be the provider's own host.")
    ] = False,
) -> None:
    """Judge a client: run COMMAND against a server that judges each of its requests.

    The command finds the providers' base URLs and throw-away credentials in its environment, by the names that
    `audience-contract mock --env` prints. The first answer to each operation is a plain success, later ones are
    whatever the provider documents. A request that breaks the contract is refused as the provider refuses it.

    Exit code: 0 kept, 1 violated, 2 nothing to judge. The command's own exit code is a note in the report.
    """
    from .client.run import judge  # noqa: PLC0415 - --help has no need of it
    from .running import heed_signals  # noqa: PLC0415 - nor of this

    outputs = Outputs(report, baseline, write_baseline, sarif_root)
    with refusals():
        chosen = opened(spec, overlay, auth, providers)
    keys = [key.strip() for key in chosen.split(",") if key.strip()]
    if upstream and len(keys) != 1:
        raise refused("--upstream needs exactly one provider in --providers, or --spec")
    # A signal ends the command; the report is still printed.
    heed_signals()
    with refusals(cannot="run"):
        found = judge(
            command,
            providers=keys,
            answers=answers,
            seed=seed,
            strict=strict,
            upstream=upstream,
            production=allow_production,
            show_members=show_members,
        )
    # On standard error: standard output is the command's.
    outputs.end(found, stderr=True)


def traffic(
    file: Annotated[Path, typer.Argument(help="An HTTP Archive: of a browser, mitmproxy or Schemathesis.")],
    *,
    spec: Spec = None,
    overlay: Overlay = None,
    base_url: Annotated[
        list[str] | None,
        typer.Option(
            metavar="KEY=URL",
            help="The base URL of a provider's traffic, if it is not the provider's own; with --spec, URL alone.",
        ),
    ] = None,
    strict: Annotated[bool, typer.Option("--strict", help="Nothing may be sent that the specs do not name.")] = False,
    report: Reports = None,
    sarif_root: SarifRoot = None,
    baseline: Baseline = None,
    write_baseline: WriteBaseline = None,
    show_members: ShowMembers = False,
) -> None:
    """Judge recorded traffic: what its clients sent, and what its servers answered.

    An exchange belongs to the provider whose host and base path it went to. What the file does not have, such as a
    body that the browser left out, is not judged.

    Exit code: 0 kept, 1 violated, 2 nothing to judge.
    """
    from .har import HarError  # noqa: PLC0415 - --help has no need of these
    from .traffic import judge  # noqa: PLC0415

    outputs = Outputs(report, baseline, write_baseline, sarif_root)
    pairs = [text.partition("=") for text in base_url or ()]
    with refusals():
        own = opened(spec, overlay, None)
        base_urls = {key if url else own: url or key for key, _, url in pairs}
        if own and base_urls.keys() - {own}:
            raise ValueError("a provider and --spec exclude each other")
        try:
            found = judge(file, base_urls=base_urls, strict=strict, show_members=show_members, key=own)
        except HarError as error:
            raise refused(f"{file} is no HTTP Archive: {error}") from None
    outputs.end(found)
