"""The steps of an update, in order, on a copy of the tree; the tree is changed at the end, or not at all."""

import re
from collections.abc import Sequence
from pathlib import Path

from .. import diff, effective, folders, overlay, registry, tree
from .._errors import PipelineError
from ..documents import fingerprint, read
from ..folders import Provider
from . import checks, claimed
from .impact import impact
from .result import Change, Check, Code, Report, Result
from .stage import differing, stage, swap, write
from .take import Taken, take


def update(root: Path, found: Sequence[Provider], date: str, *, tests: bool, keep: bool) -> Result:
    """What the update of the providers `found` comes to; with `keep`, the tree is updated if the wrapper misfits."""
    result = Result()
    try:
        taken = [take(provider, date) for provider in found]
        result.reports = [_report(each) for each in taken]
        if any(each.files for each in taken):
            with stage(root) as copy:
                try:
                    _in_copy(root, copy, taken, result, tests=tests)
                except PipelineError as error:
                    raise PipelineError(_within(str(error), copy)) from error
                if result.code != Code.FAILED and (keep or result.code != Code.UNFIT):
                    paths = differing(root, copy)
                    swap(root, copy, paths)
                    result.written = tuple(paths)
    except PipelineError as error:
        result.error = _within(str(error), root)
    except OSError as error:
        result.error = _within(f"{error.filename2 or error.filename}: {error.strerror}", root)
    return result


def _within(text: str, folder: Path) -> str:
    """The text with its paths relative to a folder. An address may have the same path in it, and keeps it."""
    return re.sub(rf"(?<![\w/]){re.escape(str(folder))}/(?:build/update/stage-\w+/)?", "", text)


def _report(taken: Taken) -> Report:
    version = _version(taken.provider)
    return Report(taken.provider.key, taken.pages, (version, version), fingerprint(read(taken.provider.effective)))


def _version(provider: Provider) -> str:
    """The version of its documents, or each that they have."""
    return ", ".join(dict.fromkeys(str(document.entry["version"]) for document in provider.documents))


def _in_copy(root: Path, copy: Path, taken: Sequence[Taken], result: Result, *, tests: bool) -> None:
    for each, report in zip(taken, result.reports, strict=True):
        if each.files:
            write(copy, {path.relative_to(root): data for path, data in each.files.items()})
            _differences(copy, each, report)
    wrong = [f"specs/{r.key}/overlay.yaml: {f.action}: {f.sentence}" for r in result.reports for f in r.overlay]
    if wrong:
        raise PipelineError("\n".join(wrong))
    providers = list(folders.providers(copy))
    files = tree.expected(copy, providers)
    tree.write(copy, files, tree.differences(copy, files))
    for each, report in zip(taken, result.reports, strict=True):
        specs = read(each.provider.effective), read(Provider(copy, each.provider.key).effective)
        report.impact = impact(copy, report.key, [*report.changes, *report.claims], specs)
    result.checks = checks.imports(copy)
    if any(check.said for check in result.checks):
        return
    result.checks.append(_readme(copy))
    result.checks.append(checks.types(copy, root / "build" / "update" / "mypy"))
    if tests:
        check, result.outdated = checks.tests(copy)
        result.checks.append(check)


def _readme(copy: Path) -> Check:
    """The README's table; an adapter that cannot be read for it does not fit its spec."""
    try:
        if (copy / "README.md").is_file():
            for file, data in registry.documents(copy).items():
                file.write_bytes(data)
    except PipelineError as error:
        return Check("the README's table", Code.UNFIT, (str(error),))
    return Check("the README's table", Code.NOTHING)


def _differences(copy: Path, taken: Taken, report: Report) -> None:
    old, new = taken.provider, Provider(copy, taken.provider.key)
    report.version = report.version[0], _version(new)
    recorded = read(old.claims) if old.claims.is_file() else {}
    for page in new.source["page"]:
        document, name = new.document_of(page), page["file"]
        if document and name in taken.claims:
            given = recorded.get(name, ()), taken.claims[name], effective.load(document.path), document.path
            report.claims += claimed.differences(*given)
    spec = effective.upstream(new)
    if new.overlay.exists():
        spec, report.overlay = overlay.review(spec, new.overlay)
    effective.agreed(new, spec)
    report.sha256 = fingerprint(spec)
    # A corrected overlay may no longer apply to the old page: its effective spec is compared with as it was generated.
    before = read(old.effective)
    report.changes = [_change(change) for change in diff.compare(before, spec)]
    if not report.changes and before != spec:
        report.changes = [Change("documentation", ("",), "the specs differ in what means nothing")]


def _change(found: diff.Change) -> Change:
    pointers = dict.fromkeys(at for at in (found.pointer_new, found.pointer_old) if at is not None)
    return Change(found.kind.value, tuple(pointers), found.sentence)
