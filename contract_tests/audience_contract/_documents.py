"""The options of every command that takes an OpenAPI document of the user's own."""

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated

import typer

Spec = Annotated[
    Path | None,
    typer.Option("--spec", metavar="FILE", help="An OpenAPI 3 document, JSON or YAML, in place of a provider's."),
]
Overlay = Annotated[
    Path | None, typer.Option("--overlay", metavar="FILE", help="An OpenAPI overlay for it: more rules, or links.")
]
Auth = Annotated[
    list[str] | None,
    typer.Option(
        "--auth",
        metavar="SCHEME=VARIABLE",
        help="The environment variable with the credential of a security scheme of the document; for HTTP Basic, what "
        "follows that word. Without it, DOCUMENT_SCHEME in capitals.",
    ),
]


def opened(
    spec: Path | None,
    overlay: Path | None,
    auth: list[str] | None,
    provider: str = "",
    headers: Mapping[str, str] | None = None,
) -> str:
    """The key of the document, or of the provider where there is none; raises OSError and ValueError."""
    if spec and provider:
        raise ValueError("a provider and --spec exclude each other")
    if not spec:
        if overlay or auth or headers:
            raise ValueError("--overlay, --auth and --header belong to --spec")
        return provider
    from .documents import read  # noqa: PLC0415 - --help has no need of it

    pairs = [text.partition("=") for text in auth or ()]
    if not all(name and variable for name, _, variable in pairs):
        raise ValueError("--auth is the name of a security scheme, =, and that of a variable")
    return read(spec, overlay, {name: variable for name, _, variable in pairs}, headers).key
