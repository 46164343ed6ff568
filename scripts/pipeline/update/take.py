"""One provider: fetch its pages, and take from what is new the files that `specs` should have."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import tomlkit

from .. import samples as samples_of_operations
from .. import vendor
from .._errors import PipelineError
from ..pages import samples_of, spec_of, text_of
from ..published import as_spec, suffix, version_of
from ..rooms import Provider
from .claims import Claim, claims_of, dump
from .fetch import Fetched, fetch
from .result import Page


@dataclass
class Taken:
    """The pages, and the files below the provider's folder that follow from them; None for one that goes."""

    provider: Provider
    pages: list[Page]
    files: dict[Path, bytes | None] = field(default_factory=dict)
    claims: list[Claim] = field(default_factory=list)


def take(provider: Provider, date: str) -> Taken:
    """Raises PipelineError, with the page's address, where a page is not one that can be used."""
    vendor.verify(provider)
    fetched: dict[str, Fetched] = {}
    taken = Taken(provider, [])
    for entry in provider.source["page"]:
        by_hand = "by_hand" in entry
        if not by_hand:
            fetched[entry["file"]] = fetch(entry["address"])
        taken.pages.append(_page(entry, fetched.get(entry["file"])))
    missing = fetched and provider.source["spec"]["kind"] == "authored" and not provider.claims.is_file()
    if missing or any(page.changed for page in taken.pages):
        _extract(taken, fetched, date)
    return taken


def _page(entry: Mapping[str, Any], got: Fetched | None) -> Page:
    about = entry["file"], entry["address"], entry["sha256"]
    if got is None:
        return Page(*about, found=entry["sha256"], by_hand=True)
    return Page(*about, hashlib.sha256(got.data).hexdigest(), got.content_type, got.redirects)


def _extract(taken: Taken, fetched: Mapping[str, Fetched], date: str) -> None:
    provider = taken.provider
    source: Any = tomlkit.parse(provider.source_file.read_text("utf-8"))
    recorded_samples = samples_of_operations.recorded(provider)
    before = [{**sample, "file": file.stem} for file, found in recorded_samples.items() for sample in found]
    samples: list[Any] = []
    for entry, recorded in zip(provider.source["page"], source["page"], strict=True):
        got = fetched.get(entry["file"])
        if got is None:
            samples += [sample for sample in before if sample["page"] == entry["file"]]
            continue
        try:
            text = text_of(got.data, got.charset)
            if "spec" in entry:
                _spec(taken, spec_of(text, vendor.known(provider)), source)
            elif provider.source["spec"]["kind"] == "authored":
                taken.claims += claims_of(text)
                taken.files[provider.claims] = dump(entry["file"], taken.claims)
            samples += [{"page": entry["file"], **sample} for sample in samples_of(text)]
        except PipelineError as error:
            kind = f" ({got.content_type})" if got.content_type else ""
            raise PipelineError(f"{entry['address']}{kind}: {error}") from error
        recorded["sha256"] = hashlib.sha256(got.data).hexdigest()
    source["vendored"] = tomlkit.date(date)
    new = [data for path, data in taken.files.items() if data and path.stem == provider.upstream.stem]
    spec = as_spec((new[0] if new else provider.upstream.read_bytes()).decode()) or {}
    taken.files |= dict.fromkeys(recorded_samples) | samples_of_operations.files(provider, spec, samples)
    taken.files[provider.source_file] = tomlkit.dumps(source).encode()


def _spec(taken: Taken, text: str, source: Any) -> None:
    upstream = taken.provider.upstream
    version = version_of(text)
    new = upstream.with_suffix(suffix(text))
    if new != upstream:
        taken.files[upstream] = None
    taken.files[new] = text.encode()
    source["spec"]["file"] = new.name
    source["spec"]["version"] = version
    source["spec"]["sha256"] = hashlib.sha256(text.encode()).hexdigest()
