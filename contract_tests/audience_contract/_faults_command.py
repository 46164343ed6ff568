"""The command `audience-contract server-faults`."""

from typing import Annotated

import typer

from ._outputs import refused
from .spec import provider_keys


def faults(
    provider: Annotated[str | None, typer.Argument(help="A provider or service; all of them without it.")] = None,
) -> None:
    """List the faults that the mock server can have: name, sentence and evidence, separated by tabs.

    Evidence is a JSON pointer into the effective spec of the provider, or a section of a standard.
    """
    from .faults import catalogue  # noqa: PLC0415 - --help has no need of it

    if provider not in (None, *provider_keys()):
        raise refused(f"no provider {provider!r}; there are {', '.join(provider_keys())}")
    for key in provider_keys():
        for fault in catalogue(key) if provider in (None, key) else ():
            typer.echo("\t".join((fault.name, fault.sentence, " ".join(f"[{each}]" for each in fault.evidence))))
