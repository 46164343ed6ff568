"""Writes the report of an update: as Markdown for the terminal and a pull request, as JSON for a program."""

import tempfile
from collections.abc import Iterable, Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

from .._errors import PipelineError
from ..diff import Change
from ..documents import dump
from ..markdown import code, line
from .result import Code, Page, Report, Result, Use, code_of

_MOST_CHARACTERS = 300
_MOST_LINES = 20
_FEW = 6
# What each class of change means to callers, in the order of the report.
_MEANS = {
    "breaking-caller": "a request that was right may be refused",
    "breaking-reader": "an answer may be one that its readers do not expect",
    "undecided": "nothing here can tell whether it breaks callers; a person has to",
    "compatible": "no caller breaks; see whether the adapter uses what is gone, or needs what is new",
    "documentation": "the same, told in other words",
}


def as_markdown(result: Result, *, so_far: bool = False) -> str:
    """The report as Markdown. `so_far`: only what has changed, and what the checks have found until now."""
    return "\n".join(line(each) for each in (*_known(result), *(() if so_far else _rest(result)))) + "\n"


def _known(result: Result) -> Iterator[str]:
    yield "# Update of the specs"
    for report in result.reports:
        yield from _heading(f"{report.key}: {_class(report, result) if report.compared else 'not compared'}")
        yield from _about(report)
    if result.checks:
        yield from _heading("Checks")
        for check in result.checks:
            yield f"- {check.name}: {'failed' if check.said else 'passed'}"
            yield from _some((code(said) for said in check.said), "  - ")


def as_json(result: Result) -> str:
    """The report as JSON. It has no time and no path of a machine: the same update always gives the same bytes."""
    document = {
        "code": result.code,
        "class": result.code.words,
        "error": result.error,
        "providers": [_provider(report) for report in result.reports],
        "checks": [{**asdict(check), "ok": not check.said} for check in result.checks],
        "outdated_tests": result.outdated,
        "written": result.written,
        "changelog": list(changelog(result)),
    }
    return dump(document).decode()


def prepare(folder: Path) -> None:
    """Make the folder; raises PipelineError where nothing can be written in it."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        tempfile.TemporaryFile(dir=folder).close()
    except OSError as error:
        raise PipelineError(f"--report {folder}: {error.strerror}") from error


def write(result: Result, folder: Path) -> None:
    (folder / "report.json").write_bytes(as_json(result).encode())
    (folder / "report.md").write_bytes(as_markdown(result).encode())


def changelog(result: Result) -> Iterator[str]:
    """A line for each provider that changed, to be put below `### Changed` and edited."""
    for report in result.reports:
        if report.code == Code.NOTHING:
            continue
        before, after = report.version
        version = f"{before} → {after}" if before != after else after
        said = [_cut(change.sentence) for change in _worst(report)[:3]] or ["its page's prose or samples"]
        more = len(report.changes) + len(report.claims) - len(said)
        rest = f"; and {more} more" if more > 0 else ""
        what = f"{version} (sha256 {report.sha256[:12]}), {_class(report, result)}"
        yield f"- The spec of `{report.key}`, {what}: {'; '.join(said)}{rest}."


def _provider(report: Report) -> dict[str, Any]:
    described = asdict(report)
    for page in described["pages"]:
        page["changed"] = page["found"] != page["recorded"]
    return {"key": report.key, "code": report.code, "class": report.code.words, **described}


def _worst(report: Report) -> list[Change]:
    return sorted([*report.changes, *report.claims], key=code_of, reverse=True)


def _class(report: Report, result: Result) -> str:
    """The class of the changes; what callers may take for compatible can still be too much for the wrapper."""
    return f"{report.code.words}{f', and {Code.UNFIT.words}' if report.code and result.unfit else ''}"


def _rest(result: Result) -> Iterator[str]:
    proposed = changelog(result) if not result.error else ()
    against = result.error.splitlines()
    for title, entries in (
        ("Tests that the new page makes untrue", [*_some(map(code, result.outdated))]),
        ("Proposed for CHANGELOG.md, below `### Changed`", [*proposed]),
        (f"What stands against it: {len(against)}", [*_some(against)]),
        ("What to do next", [f"{number}. {step}" for number, step in enumerate(_steps(result), 1)]),
    ):
        yield from (*_heading(title), *entries) if entries else ()
    yield from _heading("Outcome")
    files = len(result.written)
    left = "; the tree is as it was" if not files and result.code != Code.NOTHING else ""
    yield f"{result.code.value}: {result.code.words}{f'; {files} files written' if files else left}"


def _heading(text: str) -> tuple[str, str, str]:
    return "", f"## {text}", ""


def _some(entries: Iterable[str], before: str = "- ") -> Iterator[str]:
    """The first entries of a list, so that it stays readable, whatever a page says: report.json has all."""
    entries = list(entries)
    yield from (f"{before}{entry}" for entry in entries[:_MOST_LINES])
    if len(entries) > _MOST_LINES:
        yield f"{before}and {len(entries) - _MOST_LINES} more: report.json has them all"


def _about(report: Report) -> Iterator[str]:
    states: dict[str, list[str]] = {}
    for page in report.pages:
        states.setdefault(_state(page), []).append(code(page.address))
    yield from (f"- {state}: {', '.join(pages)}" for state, pages in states.items())
    if report.version[0] != report.version[1]:
        yield f"- version {report.version[0]} → {report.version[1]}"
    for kind, means in _MEANS.items():
        found = [change for change in _worst(report) if change.kind == kind]
        if found:
            yield from ("", f"**{kind}**, {len(found)}: {means}", "")
            yield from _some(", ".join([*map(code, change.lines), _cut(change.sentence)]) for change in found)
    if report.impact:
        yield from ("", "Our lines that name what changed:", "")
        yield from _some(_places(report.impact))


def _state(page: Page) -> str:
    if page.by_hand:
        return "not fetched, compare by hand"
    if page.missing:
        # Without the address, so that pages with the same reason share one line.
        return f"not there ({_cut(page.missing.removeprefix(f'{page.address}: '))}), what was reconstructed stays"
    return ("changed" if page.recorded else "fetched for the first time") if page.changed else "the same"


def _places(uses: Iterable[Use]) -> Iterator[str]:
    """A line for each file: the words in it that changed, with the numbers of their lines if those are few."""
    found: dict[str, dict[str, list[str]]] = {}
    for use in uses:
        found.setdefault(use.file, {}).setdefault(use.word, []).append(str(use.line))
    for file, words in found.items():
        told = {word: ", ".join(at) if len(at) <= _FEW else f"{len(at)} lines" for word, at in words.items()}
        yield f"{code(file)}: {', '.join(f'{code(word)} ({lines})' for word, lines in told.items())}"


def _steps(result: Result) -> Iterator[str]:
    keys = [report.key for report in result.reports if report.code]
    ours = [one.key for one in result.reports if any(code_of(each) > Code.DOCUMENTATION for each in one.claims)]
    again = f"make update PROVIDER={keys[0]}" if len(keys) == 1 else "make update"
    if result.error:
        yield f"Correct what stands against it, as each line says (docs/maintaining/update.md); then `{again}`."
    if result.unfit and not result.error and not result.written:
        yield f"`{again} UPDATE=--keep`: the tree then has the new spec."
    if result.unfit:
        yield "Correct the lines and tests named under Checks: the adapter, its cases and `wire/`, the mock server."
        if result.written:
            yield "Run `make check` until it passes: for another `make update`, nothing is new."
    if result.outdated:
        yield "Correct the tests that the page makes untrue, or what quotes the page (DEVIATIONS.md)."
    if ours:
        yield f"Ours is the spec of {', '.join(ours)}: correct the lines above, record its new hash, `make generate`."
    if result.code and not any(check.name.startswith("tests") for check in result.checks):
        why = "without `--no-tests`, those that break are named" if result.checks else "there is no valid new spec"
        yield f"The tests were not run: {why}."
    if result.written:
        yield "Read `git diff`, put the proposed line into CHANGELOG.md, and commit."


def _cut(text: str) -> str:
    text = " ".join(text.split())
    return text if len(text) <= _MOST_CHARACTERS else f"{text[:_MOST_CHARACTERS]}…"
