"""Take the spec and the samples out of downloaded pages, and check them against SOURCE.toml."""

import hashlib
import json
from pathlib import Path

from ._errors import PipelineError
from .pages import Sample, samples_of, spec_of
from .rooms import Provider


def sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def extract(provider: Provider, folder: Path) -> dict[Path, bytes]:
    """The vendored files that the provider's pages in `folder` give: the upstream spec, if published, and the samples.

    Raises PipelineError where a page is not the one that SOURCE.toml records.
    """
    source = provider.source
    files: dict[Path, bytes] = {}
    samples: list[Sample] = []
    for entry in source["page"]:
        page = folder / entry["file"]
        try:
            data = page.read_bytes()
        except OSError as error:
            raise PipelineError(f"{page}: {error.strerror}") from error
        if sha256(data) != entry["sha256"]:
            raise PipelineError(
                f"{page}: sha256 is {sha256(data)}, but {provider.specs / 'SOURCE.toml'} records {entry['sha256']}; "
                "if the page has changed, review it and record the new hash"
            )
        text = data.decode("utf-8")
        if entry.get("spec"):
            files[provider.upstream] = spec_of(text).encode("utf-8")
        samples += [{"page": entry["file"], **sample} for sample in samples_of(text)]
    files[provider.samples] = (json.dumps(samples, indent=2, ensure_ascii=False) + "\n").encode("utf-8")
    return files


def verify(provider: Provider) -> None:
    """Raises PipelineError where the vendored spec is not the one that SOURCE.toml records: it is never edited."""
    found, recorded = sha256(provider.upstream.read_bytes()), provider.source["spec"]["sha256"]
    if found != recorded:
        raise PipelineError(f"{provider.upstream}: sha256 is {found}, but SOURCE.toml records {recorded}")
