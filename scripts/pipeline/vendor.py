"""Take the spec and the samples out of downloaded pages, and check them against SOURCE.toml."""

import hashlib
from pathlib import Path

from . import samples as sample_files
from ._errors import PipelineError
from .pages import Sample, samples_of, spec_of, text_of
from .published import as_spec, operations
from .rooms import Provider


def extract(provider: Provider, folder: Path) -> dict[Path, bytes]:
    """The vendored files that the provider's pages in `folder` give: the upstream spec, if published, and the samples.

    Raises PipelineError where a page, or the spec in it, is not the one that SOURCE.toml records.
    """
    files: dict[Path, bytes] = {}
    samples: list[Sample] = []
    for entry in provider.source["page"]:
        page = folder / str(entry["file"])
        data = _read(page)
        _compare(data, entry["sha256"], page, provider, "if the page has changed, review it and record the new hash")
        try:
            text = text_of(data)
            if "spec" in entry:
                files[provider.upstream] = spec_of(text, known(provider)).encode("utf-8")
            samples += [{"page": entry["file"], **sample} for sample in samples_of(text)]
        except PipelineError as error:
            raise PipelineError(f"{page}: {error}") from error
    for file, data in files.items():
        _compare(data, provider.source["spec"]["sha256"], file, provider, "record the hash of the page's spec")
    spec = files[provider.upstream] if provider.upstream in files else _read(provider.upstream)
    return files | sample_files.files(provider, as_spec(spec.decode("utf-8")) or {}, samples)


def known(provider: Provider) -> frozenset[str]:
    """The operations of the vendored spec: a page that has several specs has ours with these."""
    file = provider.upstream
    spec = as_spec(file.read_bytes().decode("utf-8", "replace")) if file.is_file() else None
    return operations(spec) if spec else frozenset()


def has_pages(provider: Provider, folder: Path) -> bool:
    """Whether any of the provider's pages is in `folder`; the others' need not be there to work on one."""
    return any((folder / str(entry["file"])).exists() for entry in provider.source["page"])


def verify(provider: Provider) -> None:
    """Raises PipelineError where the vendored spec is not the one that SOURCE.toml records: it is never edited."""
    spec = provider.source["spec"]
    published = spec["kind"] == "published"
    advice = "corrections belong in overlay.yaml" if published else "record the new hash with what was changed"
    _compare(_read(provider.upstream), spec["sha256"], provider.upstream, provider, advice)


def _read(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError as error:
        raise PipelineError(f"{file}: {error.strerror}") from error


def _compare(data: bytes, recorded: str, file: Path, provider: Provider, advice: str) -> None:
    found = hashlib.sha256(data).hexdigest()
    if found != recorded:
        recorded = recorded or "none"
        raise PipelineError(f"{file}: sha256 is {found}, but {provider.source_file} records {recorded}; {advice}")
