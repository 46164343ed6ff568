"""The effective spec: upstream and overlay, valid by OpenAPI's rules, made only of keywords that are judged here."""

import json
from pathlib import Path
from typing import Any

from . import keywords, overlay, validity
from ._errors import PipelineError
from .documents import read, resolve
from .rooms import Provider


def build(provider: Provider) -> dict[str, Any]:
    """Upstream spec and overlay, made one and checked; raises PipelineError with file, JSON pointer and rule."""
    upstream = load(provider.upstream)
    recorded, version = provider.source["spec"]["version"], upstream["info"]["version"]
    if version != recorded:
        raise PipelineError(f"{provider.upstream}: /info/version: it is {version}; SOURCE.toml records {recorded}")
    spec = overlay.apply(upstream, provider.overlay) if provider.overlay.exists() else upstream
    for problem in validity.problems(spec):
        raise PipelineError(f"{provider.overlay}, applied: {problem}")
    for at, problem in keywords.problems(spec):
        of_upstream = resolve(upstream, at) == resolve(spec, at)
        raise PipelineError(f"{provider.upstream if of_upstream else provider.overlay}: {at or '(root)'}: {problem}")
    return spec


def load(file: Path) -> dict[str, Any]:
    """The valid OpenAPI description in a file."""
    spec: dict[str, Any] = read(file)
    for problem in validity.problems(spec):
        raise PipelineError(f"{file}: {problem}")
    return spec


def dump(spec: dict[str, Any]) -> bytes:
    return (json.dumps(spec, indent=2, ensure_ascii=False) + "\n").encode("utf-8")
