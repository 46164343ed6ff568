"""The steps of an update, in order, on a copy of the tree; the tree is changed at the end, or not at all."""

import re
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from .. import client, diff, effective, folders, merge, registry, tree
from .._errors import PipelineError
from ..diff import Change, Kind
from ..documents import dump, fingerprint, read
from ..folders import Json, Provider
from . import checks, claimed
from .impact import impact
from .report import as_markdown
from .result import Check, Report, Result
from .stage import differing, stage, swap
from .take import Taken, take

_LOG = "tests.log"


def update(root: Path, found: Sequence[Provider], date: str, *, tests: bool, keep: bool) -> Result:
    """The result of updating the providers `found`. With `keep`, the tree is updated even if the library does not fit.

    A PipelineError, an OSError or an interrupt is not raised, but becomes the `error` of the result.
    """
    result, taken, against = Result(), list[Taken](), list[str]()
    try:
        for provider in found:
            # A page that cannot be used does not hide what has changed at other providers.
            try:
                taken.append(take(provider, date))
            except PipelineError as error:
                against.append(str(error))
        result.reports = [_report(each) for each in taken]
        if any(each.files for each in taken):
            with stage(root) as copy:
                against += _in_copy(root, copy, taken, result, tests=tests)
                if not against and (keep or not result.unfit):
                    paths = differing(root, copy)
                    swap(root, copy, paths)
                    result.written = tuple(paths)
        result.error = _within("\n".join(against), root)
    except PipelineError as error:
        result.error = _within(str(error), root)
    except OSError as error:
        result.error = _within(f"{error.filename2 or error.filename}: {error.strerror}", root)
    except KeyboardInterrupt:
        result.error = "interrupted"
    return result


def _within(text: str, folder: Path) -> str:
    """The text, with paths below a folder, or below a copy in it, made relative. URLs with such a path keep it."""
    return re.sub(rf"(?<![\w/]){re.escape(str(folder))}/(?:build/update/stage-\w+/)?", "", text)


def _report(taken: Taken) -> Report:
    version, sha256 = _version(taken.provider), fingerprint(read(taken.provider.effective))
    return Report(taken.provider.key, taken.pages, (version, version), sha256, compared=not taken.files)


def _version(provider: Provider) -> str:
    """The versions of a provider's documents, each once."""
    return ", ".join(dict.fromkeys(str(document.entry["version"]) for document in provider.documents))


def _in_copy(root: Path, copy: Path, taken: Sequence[Taken], result: Result, *, tests: bool) -> list[str]:
    """Take the documents into the copy, generate and check. Returns what stands against them."""
    against, specs = list[str](), dict[str, Json | None]()
    for each, report in zip(taken, result.reports, strict=True):
        if each.files:
            tree.write(copy, {copy / path.relative_to(root): data for path, data in each.files.items()})
            try:
                specs[report.key], wrong = _differences(copy, each, report)
            except PipelineError as error:
                specs[report.key], wrong = None, [str(error)]
            against += wrong
    valid = {key: spec for key, spec in specs.items() if spec is not None}
    try:
        if valid.keys() == specs.keys():
            against += _generated(copy, valid)
            _check(copy, taken, result, root / "build" / "update", tests=tests)
    except PipelineError as error:
        against.append(str(error))
    return against


def _generated(copy: Path, specs: Mapping[str, Json]) -> list[str]:
    """Generate from the specs, even those with problems. Returns why there is no new client, if there is none."""
    try:
        files = tree.expected(copy, list(folders.providers(copy)), specs)
        for key in specs:
            client.check(Provider(copy, key).generated, files)
    except PipelineError as error:
        # With the old client beside the new spec, the tests still tell what breaks.
        tree.write(copy, {Provider(copy, key).effective: dump(spec) for key, spec in specs.items()})
        return [str(error)]
    tree.write(copy, {path: files.get(path) for path in tree.differences(copy, files)})
    return []


def _check(copy: Path, taken: Sequence[Taken], result: Result, kept: Path, *, tests: bool) -> None:
    """Find the lines that the specs touch, and run the checks."""
    for each, report in zip(taken, result.reports, strict=True):
        before, after = read(each.provider.effective), read(Provider(copy, each.provider.key).effective)
        report.impact = impact(copy, report.key, [*report.changes, *report.claims], (before, after))
    result.checks = [checks.imported(copy)]
    # Unless the library can be imported, its adapters cannot be read, nor the tests run that import it.
    importable = not result.checks[0].said
    if importable:
        result.checks.append(_offered(copy))
    result.checks.append(checks.types(copy, kept / "mypy"))
    if tests and importable:
        words = f"The tests run now, which takes minutes; {kept / _LOG} says which fail."
        print(as_markdown(result, so_far=True), words, sep="\n", file=sys.stderr)
        checks.tests(copy, result, kept / _LOG)
    elif tests:
        result.checks.append(checks.importing(copy))


def _offered(copy: Path) -> Check:
    """Write README's table and the types of fields. The check fails if an adapter does not fit its spec."""
    name = "what the adapters offer can be told"
    try:
        if (copy / "README.md").is_file():
            tree.write(copy, registry.documents(copy))
    except PipelineError as error:
        return Check(name, (str(error),))
    return Check(name)


def _differences(copy: Path, taken: Taken, report: Report) -> tuple[Json | None, list[str]]:
    """The effective spec, or None if it is not valid, and its problems. The changes are put into the report."""
    old, new = taken.provider, Provider(copy, taken.provider.key)
    report.version = report.version[0], _version(new)
    recorded = read(old.claims) if old.claims.is_file() else {}
    for page in new.source["page"]:
        document, name = new.document_of(page), page["file"]
        if document and name in taken.claims:
            given = recorded.get(name, ()), taken.claims[name], effective.load(document.path), document.path
            report.claims += claimed.differences(*given)
    other = tree.changes({path: data for path, data in taken.files.items() if data is not None})
    names = {path.name for path in other}
    spec, against = effective.attempt(new, names)
    # The old effective spec is taken as it was generated, because a corrected overlay may not apply to the old page.
    # If the overlay leaves no valid spec, the documents are compared.
    before, after = read(old.effective), spec
    if after is None:
        before, after = (merge.decided(effective.upstream(each), names) for each in (old, new))
    report.sha256, report.compared = fingerprint(after), True
    report.changes = diff.compare(before, after)
    if before != after and not report.changes:
        gone, come = (next(effective.changed(*pair), None) for pair in ((after, before), (before, after)))
        report.changes = [Change(Kind.DOCUMENTATION, gone, come, "the specs differ in what means nothing")]
    report.changes += _samples(taken)
    return spec, against


def _samples(taken: Taken) -> Iterator[Change]:
    """A change for each file of samples that differs. It counts as documentation: tests compare them with the spec."""
    for path, data in taken.files.items():
        if path.parent == taken.provider.samples.parent and data != (path.read_bytes() if path.is_file() else None):
            name = path.relative_to(taken.provider.root).as_posix()
            yield Change(Kind.DOCUMENTATION, None, None, f"other samples in {name}")
