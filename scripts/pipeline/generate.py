"""`generate` writes what follows from `specs`; `drift` only compares."""

from pathlib import Path

from . import client, registry, samples, tree, vendor
from ._errors import PipelineError
from .folders import ROOT, providers


def run(root: Path, pages: Path | None, *, only_compare: bool) -> int:
    found = list(providers(root))
    if pages:
        # The pages of some providers may be there, and those of others not.
        paged = [each for each in found if any((pages / page["file"]).exists() for page in each.source["page"])]
        if not paged:
            raise PipelineError(f"{pages}: none of the pages that the SOURCE.toml files name is there")
        vendored = {path: data for provider in paged for path, data in vendor.extract(provider, pages).items()}
        gone = [file for provider in paged for file in samples.recorded(provider) if file not in vendored]
        wrong = dict.fromkeys(gone, "stale") | tree.changes(vendored)
        if _bring_in_line(root, vendored, wrong, "vendored", only_compare=only_compare):
            return 1
    files = tree.expected(root, found)
    wrong = tree.differences(root, files)
    for provider in found if not only_compare else ():
        if any(provider.generated in path.parents for path in wrong):
            client.check(provider.generated, files)
    if _bring_in_line(root, files, wrong, "generated", only_compare=only_compare):
        return 1
    if root != ROOT:  # elsewhere the adapters are not the ones that are imported here
        return 0
    documents = registry.documents(root)
    return _bring_in_line(root, documents, tree.changes(documents), "documented", only_compare=only_compare)


def _bring_in_line(
    root: Path, files: dict[Path, bytes], wrong: dict[Path, str], kind: str, *, only_compare: bool
) -> int:
    """Report what differs, and write it unless only comparing; then 1 for any difference."""
    for path, why in wrong.items():
        done = why if only_compare else "removed" if why == "stale" else "wrote"
        print(f"{done}: {path.relative_to(root)}")
    if not wrong:
        print(f"nothing {kind} differs")
    if only_compare:
        return 1 if wrong else 0
    tree.write(root, {path: files.get(path) for path in wrong})
    return 0
