"""The effective spec: upstream and overlay, valid by OpenAPI's rules, made only of keywords that are judged here."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from . import keywords, overlay, validity
from ._errors import PipelineError
from .documents import pointer, read, resolve
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


def sources(provider: Provider) -> dict[str, Any]:
    """Where the effective spec comes from: the page, and by JSON pointer why the overlay adds to it."""
    spec, pages = provider.source["spec"], provider.source["page"]
    page = next((page for page in pages if page.get("spec")), pages[0])
    taken = (
        f"version {spec['version']}" if spec["kind"] == "published" else "no spec is published; written from the page"
    )
    reasons: dict[str, Any] = {}
    before = load(provider.upstream)
    for action, after in overlay.steps(before, provider.overlay) if provider.overlay.exists() else ():
        reasons |= dict.fromkeys(_changed(before, after), action["description"])
        before = after
    return {"page": f"{page['address']} ({taken})", "overlay": reasons}


def _changed(before: Any, after: Any, at: str = "") -> Iterator[str]:
    """The JSON pointers of what has been added or changed."""
    if isinstance(before, list) and isinstance(after, list) and len(before) == len(after):
        before, after = dict(enumerate(before)), dict(enumerate(after))
    if isinstance(before, dict) and isinstance(after, dict):
        for key, value in after.items():
            below = pointer([key], at)
            yield from _changed(before[key], value, below) if key in before else [below]
    elif before != after:
        yield at


def load(file: Path) -> dict[str, Any]:
    """The valid OpenAPI description in a file."""
    spec: dict[str, Any] = read(file)
    for problem in validity.problems(spec):
        raise PipelineError(f"{file}: {problem}")
    return spec


def dump(document: dict[str, Any]) -> bytes:
    return (json.dumps(document, indent=2, ensure_ascii=False) + "\n").encode("utf-8")
