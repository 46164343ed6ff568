"""The command `server`."""

import math
import os
from typing import Annotated

import typer

from ._document_options import Auth, Certificates, Header, Overlay, Spec, headers_of, opened
from ._outputs import Baseline, Outputs, Reports, SarifRoot, WriteBaseline, refusals, refused


def _finite(value: float | None) -> float | None:
    if value is not None and not math.isfinite(value):
        raise refused("it must be a finite number")
    return value


def server(
    *,
    provider: Annotated[
        str,
        typer.Argument(
            help="batch, adobe, commbox, or a service such as adobe_ims; none with --spec.",
            metavar="PROVIDER",
            show_default=False,
        ),
    ] = "",
    url: Annotated[str, typer.Option(help="The base URL of the server that is judged.")],
    spec: Spec = None,
    overlay: Overlay = None,
    auth: Auth = None,
    header: Header = None,
    ca: Certificates = None,
    seed: Annotated[int, typer.Option(help="The seed of all that is random.")] = 1,
    deep: Annotated[bool, typer.Option("--deep", help="Send twice as much, then what Schemathesis generates.")] = False,
    run_id: Annotated[
        str, typer.Option(help="Put this into the names that are sent: 1 to 16 small letters and digits; else random.")
    ] = "",
    max_requests: Annotated[int, typer.Option(help="Send at most this many requests to an operation.", min=1)] = 400,
    max_time: Annotated[
        float | None,
        typer.Option(help="Seconds after which only the clean-up is done.", min=0, callback=_finite),
    ] = None,
    max_creates: Annotated[int | None, typer.Option(help="Create at most this many audiences.", min=0)] = None,
    rate: Annotated[
        float | None, typer.Option(help="Send at most this many requests a second.", min=0.01, callback=_finite)
    ] = None,
    jobs: Annotated[
        int, typer.Option(help="Send this many requests at once, where their order does not matter.", min=1, max=4)
    ] = 1,
    timeout: Annotated[
        float, typer.Option(help="Seconds in which each answer has to come.", min=0.1, callback=_finite)
    ] = 10.0,
    wait: Annotated[
        float, typer.Option(help="Seconds to wait for a server that is still starting.", min=0, callback=_finite)
    ] = 0.0,
    read_only: Annotated[bool, typer.Option("--read-only", help="Send only requests that read.")] = False,
    only: Annotated[
        list[str] | None,
        typer.Option(
            metavar="RULE|OPERATION",
            help="Try only this rule, by its id, or this operation, which must be served; with both, the "
            "rules on the operations. May be given more than once.",
        ),
    ] = None,
    stop_first: Annotated[
        bool, typer.Option("--stop-first", help="End at the first finding that is seen again, and not accepted.")
    ] = False,
    keep: Annotated[bool, typer.Option("--keep", help="Do not remove what was created.")] = False,
    strict: Annotated[bool, typer.Option("--strict", help="Count advice, too.")] = False,
    allow_production: Annotated[
        bool, typer.Option("--allow-production", help="Judge the provider's own host. It creates audiences there.")
    ] = False,
    report: Reports = None,
    sarif_root: SarifRoot = None,
    baseline: Baseline = None,
    write_baseline: WriteBaseline = None,
) -> None:
    """Judge a server: does it keep the contract of PROVIDER, or of the document that --spec names?

    Credentials and the other settings of a provider are read from the environment, by the names that the library uses;
    `audience-contract mock --env` prints them.

    Audiences that are created have contract-check- and the run's id in their names where it fits. Those are removed at
    the end, where the provider can; the report lists what is left. Requests that change or remove an audience name one
    that this run has created, or a made-up name that no audience has.

    What breaks the provider's documents is a violation. What breaks HTTP, JSON or forms alone is advice, which does not
    count without --strict.

    With --spec, an operation with an id in its path is judged if a link of the document gives the id, or a create whose
    answer has it; the report names what is not judged. --overlay may add rules and links, and say with `x-effect`
    (reads, creates, changes, removes) what an operation does.

    Exit code: 1 if a violation was seen, whether the run was finished or not; else 2 if a rule was never tried on an
    operation, or for wrong usage; else 0. An operation whose valid requests all get the same 404, 405 or 501 is not
    served, and not judged, unless --only names it.
    """
    from tempfile import TemporaryDirectory  # noqa: PLC0415 - --help has no need of these

    from rich.console import Console  # noqa: PLC0415

    from . import reports  # noqa: PLC0415
    from .rules import RULES  # noqa: PLC0415
    from .running import heed_signals  # noqa: PLC0415
    from .server import Options, Target, run  # noqa: PLC0415

    outputs = Outputs(report, baseline, write_baseline, sarif_root)
    with refusals():
        key = opened(spec, overlay, auth, provider, headers_of(header))
        target = Target.of(key, url, production=allow_production, ca=ca)
        options = Options(
            seed=seed,
            run_id=run_id,
            requests=None if deep else max_requests,
            seconds=max_time,
            timeout=timeout,
            creates=max_creates,
            rate=rate,
            jobs=jobs,
            read_only=read_only,
            stop_first=stop_first,
            keep=keep,
            strict=strict,
            accepted=outputs.accepts,
            operations=target.named([name for name in only or () if name not in RULES]),
            rules=[name for name in only or () if name in RULES],
        )
    target.wait(wait)
    # A signal ends the run early; the report still lists what was created.
    heed_signals()
    with TemporaryDirectory() as folder, reports.Progress(Console(stderr=True)) as progress:
        # Without this, Hypothesis would leave a folder where the command is run.
        os.environ.setdefault("HYPOTHESIS_STORAGE_DIRECTORY", folder)
        found = run(target, options, progress)
    outputs.end(found, whole=not (stop_first or found.ended))
