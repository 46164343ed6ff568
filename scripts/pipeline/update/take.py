"""Fetches the pages of one provider, and takes from them the files that `specs` should have."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import tomlkit

from .. import samples as sample_files
from .. import vendor
from .._errors import PipelineError
from ..documents import dump, sha256
from ..folders import RECONSTRUCTED, Document, Provider
from ..pages import samples_of, spec_of, text_of
from ..published import suffix, version_of
from .claims import Claim, claims_of
from .fetch import Fetched, fetch
from .result import Page


@dataclass
class Taken:
    """The pages, and the files below the provider's folder that follow from them: None for a file to be removed."""

    provider: Provider
    pages: list[Page]
    files: dict[Path, bytes | None] = field(default_factory=dict)
    claims: dict[str, list[Claim]] = field(default_factory=dict)
    """The claims by page, for pages from which we wrote a document ourselves."""


def take(provider: Provider, date: str) -> Taken:
    """The pages and files of a provider. Raises PipelineError, with its address, for a page that cannot be used."""
    vendor.verify(provider)
    fetched: dict[str, Fetched] = {}
    taken = Taken(provider, [])
    for entry in provider.source["page"]:
        document, missing = provider.document_of(entry), ""
        reconstructed = document is not None and document.kind == "reconstructed"
        try:
            if "by_hand" not in entry:
                got = fetch(entry["address"])
                if reconstructed:
                    spec_of(text_of(got.data, got.charset))
                fetched[entry["file"]] = got
        except PipelineError as error:
            # Nobody has ever been able to read this page: until it can be read, the reconstructed document stays.
            if not reconstructed:
                raise
            missing = str(error)
        taken.pages.append(_page(entry, fetched.get(entry["file"]), missing))
    authored = any(document.kind == "authored" for document in provider.documents)
    if (fetched and authored and not provider.claims.is_file()) or any(page.changed for page in taken.pages):
        _extract(taken, fetched, date)
    return taken


def _page(entry: Mapping[str, Any], got: Fetched | None, missing: str) -> Page:
    found = sha256(got.data) if got else entry["sha256"]
    return Page(entry["file"], entry["address"], entry["sha256"], found, "by_hand" in entry, missing)


def _extract(taken: Taken, fetched: Mapping[str, Fetched], date: str) -> None:
    provider = taken.provider
    source: Any = tomlkit.parse(provider.source_file.read_text("utf-8"))
    samples: list[Any] = []
    new: dict[Path, bytes] = {}
    for entry, recorded in zip(provider.source["page"], source["page"], strict=True):
        got = fetched.get(entry["file"])
        if got is None:
            samples += sample_files.kept(provider, entry["file"])
            continue
        try:
            text = text_of(got.data, got.charset)
            document = provider.document_of(entry)
            if document and document.kind == "authored":
                taken.claims[entry["file"]] = claims_of(text)
                taken.files[provider.claims] = dump(taken.claims)
            elif document:
                spec, place = spec_of(text, vendor.known(document)), provider.documents.index(document)
                new[document.path] = spec.encode()
                recorded["document"] = _document(taken, document, spec, source["document"][place])
            samples += [{"page": entry["file"], **sample} for sample in samples_of(text)]
        except (PipelineError, UnicodeError) as error:
            kind = f" ({got.content_type})" if got.content_type else ""
            raise PipelineError(f"{entry['address']}{kind}: {error}") from error
        recorded["sha256"] = sha256(got.data)
    source["vendored"] = tomlkit.date(date)
    specs = vendor.specs(provider, new)
    taken.files |= dict.fromkeys(sample_files.recorded(provider)) | sample_files.files(provider, specs, samples)
    taken.files[provider.source_file] = tomlkit.dumps(source).encode()


def _document(taken: Taken, document: Document, text: str, recorded: Any) -> str:
    """Take a document as its page has it, and record it as published. Returns the name of its file."""
    version = version_of(text)
    new = document.path.with_suffix(suffix(text))
    if new != document.path:
        taken.files[document.path] = None
    taken.files[new] = text.encode()
    for name in RECONSTRUCTED.keys() & recorded.keys():
        del recorded[name]
    recorded.update({"file": new.name, "kind": "published", "version": version, "sha256": sha256(text.encode())})
    return new.name
