"""Builds the effective spec from the upstream spec and the overlay. It is valid OpenAPI, and has only keywords that the
library, the checker and the client generator can judge.
"""

from collections.abc import Collection, Iterator
from pathlib import Path
from typing import Any

from . import keywords, merge, overlay, validity
from ._errors import PipelineError
from .documents import ABSENT, pointer, read, resolve
from .folders import Document, Provider
from .published import each_operation
from .translate import LIMITING, cut, id_of, moved, translated, usable

Json = dict[str, Any]


def build(provider: Provider) -> Json:
    """The documents and the overlay as one checked spec. Raises PipelineError with file, JSON pointer and rule."""
    spec, against = attempt(provider)
    if spec is None or against:
        raise PipelineError("\n".join(against))
    return spec


def attempt(provider: Provider, new: Collection[str] = ()) -> tuple[Json | None, list[str]]:
    """The effective spec as far as it can be made, or None if it is not valid; and a list of all problems.

    Where documents disagree and the overlay does not decide, the value of a document in `new` is taken, or the first.
    """
    against: list[str] = []
    documents = documents_of(provider, against)
    spec = merge.merged(documents)
    if provider.overlay.exists():
        spec, wrong = overlay.review(spec, provider.overlay)
        against += wrong
    for at, said in merge.disputed(spec):
        against.append(f"{provider.specs}: {at}: the documents disagree ({said}); decide it in overlay.yaml")
    spec = merge.decided(spec, new)
    for problem in validity.problems(spec):
        return None, [*against, f"{provider.overlay}, applied: {problem}"]
    for _, schema in validity.schemas(spec, ""):
        if schema.get("format") not in LIMITING:
            schema.pop("format", None)
    known = spec.get("components", {}).get("securitySchemes", {})
    for part in ("", *(pointer(["paths", path, method]) for method, path, _ in each_operation(spec))):
        named = {name for way in resolve(spec, part).get("security", ()) for name in way}
        for name in sorted(named - known.keys()):
            against.append(f"{provider.specs}: {part}/security: there is no security scheme {name!r}")
    for at, problem in keywords.problems(spec):
        owners = (name for name, document in documents.items() if resolve(document, at) == resolve(spec, at))
        against.append(f"{provider.specs / next(owners, provider.overlay.name)}: {at or '(root)'}: {problem}")
    return spec, against


def upstream(provider: Provider) -> Json:
    """The provider's documents as one; a `merge.Disputed` stands where they disagree."""
    return merge.merged(documents_of(provider))


def documents_of(provider: Provider, against: list[str] | None = None) -> dict[str, Json]:
    """Each document by its file's name. Raises PipelineError for one that is not valid, or not as SOURCE.toml says.

    Operations that SOURCE.toml names, and that a document no longer has, are added to `against`.
    """
    found = {}
    for document in provider.documents:
        spec = read(document.path)
        if "operations" in document.entry and isinstance(spec, dict):
            # Before anything is judged: in a large document, what is not used may be as it likes.
            there = ", ".join(id_of(*each) for each in each_operation(spec))
            spec, missing = cut(spec, document.entry["operations"])
            if missing and against is not None:
                said = f"no operation {', '.join(missing)} among {there}; correct SOURCE.toml"
                against.append(f"{document.path}: /paths: {said}")
        spec = found[document.name] = usable(translated(_valid(spec, document.path)))
        recorded, version = document.entry["version"], spec["info"]["version"]
        if version != recorded:
            raise PipelineError(f"{document.path}: /info/version: it is {version}; SOURCE.toml records {recorded}")
        for at in document.entry.get("verbatim", ()):
            if resolve(spec, at) is ABSENT:
                raise PipelineError(f"{document.path}: {at}: nothing is there; SOURCE.toml calls it verbatim")
        if "below" in document.entry:
            found[document.name] = moved(spec, document.entry["below"], str(document.path))
    return found


def sources(provider: Provider) -> Json:
    """Where each part of the effective spec comes from, by JSON pointer: the pages, and the reasons of the overlay.

    The root has all pages. An operation or a component has the pages that it is on, unless these are all pages.
    """
    pages: dict[str, list[str]] = {}
    for document, spec in zip(provider.documents, documents_of(provider).values(), strict=True):
        addresses = [page["address"] for page in provider.source["page"] if page.get("document") == document.name]
        for at in ("", *_entries(spec)):
            pages.setdefault(at, []).append(f"{', '.join(addresses)} ({_taken(document)})")
    reasons: Json = {}
    before = upstream(provider)
    for action, after, _ in overlay.steps(before, provider.overlay) if provider.overlay.exists() else ():
        reasons |= dict.fromkeys(changed(before, after), action["description"])
        before = after
    kept = {at: "; ".join(sorted(told)) for at, told in pages.items() if not at or len(told) < len(pages[""])}
    return {"pages": kept, "overlay": reasons}


def _taken(document: Document) -> str:
    if document.kind == "authored":
        return "no spec is published; written from the page"
    return f"{'reconstructed, ' if document.kind == 'reconstructed' else ''}version {document.entry['version']}"


def _entries(spec: Json) -> Iterator[str]:
    """The JSON pointers of the parts by which documents are united: paths' operations, and components."""
    for part in ("paths", "components"):
        for kind, entries in spec.get(part, {}).items():
            yield from (pointer([part, kind, name]) for name in entries)


def changed(before: Any, after: Any, at: str = "") -> Iterator[str]:
    """The JSON pointers of what has been added or changed. What is left of a list of parameters is neither."""
    if isinstance(before, list) and isinstance(after, list) and len(before) == len(after):
        before, after = dict(enumerate(before)), dict(enumerate(after))
    if isinstance(before, dict) and isinstance(after, dict):
        for key, value in after.items():
            below = pointer([key], at)
            yield from changed(before[key], value, below) if key in before else [below]
    elif before != after and not (at.endswith("/parameters") and all(each in before for each in after)):
        yield at


def load(file: Path) -> Json:
    """The OpenAPI document in a file. Raises PipelineError if it is not valid."""
    return _valid(read(file), file)


def _valid(spec: Json, file: Path) -> Json:
    if problems := validity.problems(spec):
        raise PipelineError("\n".join(f"{file}: {problem}" for problem in problems))
    return spec
