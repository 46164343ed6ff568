"""Takes the spec and the samples out of downloaded pages, and checks them against SOURCE.toml."""

from collections.abc import Mapping
from pathlib import Path

from . import samples as sample_files
from ._errors import PipelineError
from .documents import content, sha256
from .folders import Document, Provider
from .pages import Sample, samples_of, spec_of, text_of
from .published import Json, as_spec, operations


def extract(provider: Provider, folder: Path) -> dict[Path, bytes]:
    """The vendored files that the provider's pages in `folder` give: the published documents, and the samples.

    The page of a reconstructed document may be missing. A page that only a browser shows is not read: the samples that
    a person wrote down for it are kept. Raises PipelineError where a page, or the document in it, is not the one that
    SOURCE.toml records.
    """
    files: dict[Path, bytes] = {}
    samples: list[Sample] = []
    for entry in provider.source["page"]:
        document = provider.document_of(entry)
        page = folder / str(entry["file"])
        if document and document.kind == "reconstructed" and not page.exists():
            continue
        if "by_hand" in entry:
            samples += sample_files.kept(provider, entry["file"])
            continue
        data = content(page)
        _compare(data, entry["sha256"], page, provider, "if the page has changed, review it and record the new hash")
        try:
            text = text_of(data)
            if document and document.kind != "authored":
                data = files[document.path] = spec_of(text, known(document)).encode("utf-8")
                advice = "record the hash of the page's spec"
                _compare(data, document.entry["sha256"], document.path, provider, advice)
            samples += [{"page": entry["file"], **sample} for sample in samples_of(text)]
        except PipelineError as error:
            raise PipelineError(f"{page}: {error}") from error
    return files | sample_files.files(provider, specs(provider, files), samples)


def specs(provider: Provider, files: Mapping[Path, bytes]) -> dict[str, Json]:
    """The provider's documents by name: from `files` if they are there, else as vendored."""
    texts = {document.name: files.get(document.path) or content(document.path) for document in provider.documents}
    return {name: as_spec(text.decode("utf-8")) or {} for name, text in texts.items()}


def known(document: Document) -> frozenset[str]:
    """The operations of a vendored document. On a page with several documents, ours is the one that has these."""
    file = document.path
    spec = as_spec(file.read_bytes().decode("utf-8", "replace")) if file.is_file() else None
    return operations(spec) if spec else frozenset()


def verify(provider: Provider) -> None:
    """Raises PipelineError where a vendored document is not the one that SOURCE.toml records: it is never edited."""
    for document in provider.documents:
        published = document.kind == "published"
        advice = "corrections belong in overlay.yaml" if published else "record the new hash with what was changed"
        _compare(content(document.path), document.entry["sha256"], document.path, provider, advice)


def _compare(data: bytes, recorded: str, file: Path, provider: Provider, advice: str) -> None:
    found = sha256(data)
    if found != recorded:
        says = f"sha256 is {found}, but {provider.source_file} records {recorded or 'none'}"
        raise PipelineError(f"{file}: {says}; {advice}")
