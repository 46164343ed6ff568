"""The options of every command that takes an OpenAPI document of the user's own."""

import os
import re
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
        "follows the word Basic. Without it, the variable DOCUMENT_SCHEME, in capitals.",
    ),
]

Header = Annotated[
    list[str] | None,
    typer.Option(
        "--header", metavar="'NAME: VALUE'", help="Send this header; $VARIABLE in it is one of the environment."
    ),
]
Certificates = Annotated[
    Path | None, typer.Option("--ca", metavar="FILE", help="A file of CA certificates to trust, in PEM.")
]


def headers_of(texts: list[str] | None) -> dict[str, str]:
    """The headers of the options, by name; raises ValueError for a text without a colon, or for an unset variable."""
    return dict(map(_header, texts or ()))


def _header(text: str) -> tuple[str, str]:
    name, colon, value = text.partition(":")
    unknown = [each for each in re.findall(r"\$(\w+)", value) if each not in os.environ]
    if not colon or unknown:
        raise ValueError(f"set {unknown[0]} in the environment" if unknown else "a header is 'NAME: VALUE'")
    return name.strip(), re.sub(r"\$(\w+)", lambda found: os.environ[found[1]], value.strip())


def opened(
    spec: Path | None,
    overlay: Path | None,
    auth: list[str] | None,
    provider: str = "",
    headers: Mapping[str, str] | None = None,
) -> str:
    """Read and register the document at `spec`; return its key, or `provider` where there is no document.

    Raises OSError for a file that cannot be read, and ValueError for a document or options that are wrong.
    """
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
