"""The paths of a provider's files. Its folder in `specs` has a SOURCE.toml, which says where the others come from.

A SOURCE.toml without `class` is that of a service that a provider needs: it has a spec and a client, and no adapter.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from ._errors import PipelineError
from .documents import conform, read

ROOT = Path(__file__).resolve().parents[2]
Json = dict[str, Any]
_TEXT: Json = {"type": "string", "minLength": 1}
_TEXTS: Json = {"type": "array", "minItems": 1, "items": _TEXT}
_HASH: Json = {"type": "string", "pattern": "^([0-9a-f]{64})?$"}
"""Empty while it is not known: the comparison with it then fails, and the error has the hash to record."""
_DOCUMENT: Json = {
    "file": {"type": "string", "pattern": r"^[\w-]+\.(json|yaml)$"},
    "kind": {"enum": ["published", "reconstructed", "authored"]},
    "licence": _TEXT,
    "version": _TEXT,
    "sha256": _HASH,
}
# `below`: the path of this document's server, which is put before its paths, if the provider's documents have servers
# with different paths. `operations`: the operationIds that are used, if the document has others as well.
_CUT: Json = {"below": {"type": "string", "pattern": "^/.*[^/]$"}, "operations": _TEXTS}
# For a reconstructed document: where its parts were read, the JSON pointers of the parts that are as published, and
# what we wrote ourselves, because nobody has seen it.
RECONSTRUCTED = {
    **dict.fromkeys(("sources", "verbatim", "from_rendering", "not_seen"), _TEXTS), "confidence": _TEXT,
}  # fmt: skip
_PAGE: Json = {"file": _TEXT, "address": _TEXT, "sha256": _HASH}
# `by_hand`: a person copied what a browser shows. The bytes at the address differ from it, so it is not fetched.
_OF_PAGE: Json = {"document": _TEXT, "by_hand": {"const": True}}


def _tables(required: Json, optional: Json, **more: Any) -> Json:
    table = {"required": [*required], "properties": {**required, **optional}, "additionalProperties": False, **more}
    return {"type": "array", "minItems": 1, "items": {"type": "object", **table}}


_SOURCE = {
    "type": "object",
    "required": ["vendored", "document", "page"],
    "properties": {
        "class": {"type": "string", "pattern": "^[A-Z][A-Za-z0-9]*$"},
        "vendored": {"type": "string", "pattern": r"^\d{4}-\d\d-\d\d$"},
        "document": _tables(
            _DOCUMENT,
            {**_CUT, **RECONSTRUCTED},
            oneOf=[
                {"properties": {"kind": {"const": "reconstructed"}}, "required": [*RECONSTRUCTED]},
                {"properties": {"kind": {"not": {"const": "reconstructed"}}, **dict.fromkeys(RECONSTRUCTED, False)}},
            ],
        ),
        "page": _tables(_PAGE, _OF_PAGE),
    },
    "additionalProperties": False,
}


@dataclass(frozen=True)
class Document:
    """An upstream document in `path`, and what SOURCE.toml says of it."""

    path: Path
    entry: dict[str, Any]

    @property
    def name(self) -> str:
        return self.path.name

    @property
    def kind(self) -> str:
        return str(self.entry["kind"])


class Provider:
    """The files of one provider or service below `root`; `key` is its folder's name."""

    def __init__(self, root: Path, key: str) -> None:
        self.root, self.key = root, key
        self.specs = root / "specs" / key
        self.generated = root / "generated" / "audience_clients" / key
        self.source_file = self.specs / "SOURCE.toml"
        # Of the operation that creates; the samples of other operations are in files beside it.
        self.samples = self.specs / "samples" / "create.json"
        self.claims = self.specs / "claims.json"
        self.overlay = self.specs / "overlay.yaml"
        self.deviations = self.specs / "DEVIATIONS.md"
        self.effective = self.generated / "openapi.json"

    @cached_property
    def source(self) -> dict[str, Any]:
        """SOURCE.toml: `class` (not of a service), `vendored` (date), and lists of `document` and `page`."""
        source: dict[str, Any] = read(self.source_file)
        conform(source, _SOURCE, self.source_file)
        taken = [page["document"] for page in source["page"] if "document" in page]
        kinds = {entry["file"]: entry["kind"] for entry in source["document"]}
        for name in sorted({*kinds, *taken}):
            if name not in kinds or (kinds[name] != "authored" and taken.count(name) != 1):
                said = "a document that is not authored is taken from one page, and no page has another than those"
                raise PipelineError(f"{self.source_file}: /page: {said}: {name} is that of {taken.count(name)}")
        return source

    @cached_property
    def documents(self) -> "tuple[Document, ...]":
        """The documents, in the order of SOURCE.toml; it affects only the order of keys in the effective spec."""
        return tuple(Document(self.specs / entry["file"], entry) for entry in self.source["document"])

    def document_of(self, page: Mapping[str, Any]) -> Document | None:
        """The document that is taken from a page of SOURCE.toml, or was written from it."""
        return next((document for document in self.documents if document.name == page.get("document")), None)


def providers(root: Path = ROOT) -> Iterator[Provider]:
    """Every provider and service below `root`, by name."""
    specs = root / "specs"
    found = sorted(path.name for path in specs.iterdir() if path.is_dir()) if specs.is_dir() else []
    if not found:
        raise PipelineError(f"{specs}: no folder of a provider")
    for key in found:
        if not key.isidentifier() or key != key.lower():
            raise PipelineError(f"{specs / key}: a provider's folder gives its package the name, in lower case")
    return (Provider(root, key) for key in found)
