"""The report of an update: as Markdown on the terminal and for a pull request, as JSON for a program."""

import tempfile
from collections.abc import Iterable, Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

from .._errors import PipelineError
from ..documents import dump
from ..markdown import code, line
from .result import Change, Code, Report, Result, Use

_MOST_CHARACTERS = 300


def as_markdown(result: Result) -> str:
    return "\n".join(line(each) for each in ("# Update of the specs", *_lines(result))) + "\n"


def as_json(result: Result) -> str:
    """Without a time or a place: the same update gives the same bytes on every machine."""
    document = {
        "code": result.code,
        "class": result.code.words,
        "error": result.error,
        "providers": [_provider(report) for report in result.reports],
        "checks": [{"name": c.name, "ok": not c.said, "said": c.said} for c in result.checks],
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
        what = f"{version} (sha256 {report.sha256[:12]}), {report.code.words}"
        yield f"- The spec of `{report.key}`, {what}: {'; '.join(said)}{rest}."


def _provider(report: Report) -> dict[str, Any]:
    described = asdict(report)
    for page in described["pages"]:
        page["changed"] = page["found"] != page["recorded"]
    return {"key": report.key, "code": report.code, "class": report.code.words, **described}


def _worst(report: Report) -> list[Change]:
    return sorted([*report.changes, *report.claims], key=lambda change: -change.code)


def _lines(result: Result) -> Iterator[str]:
    for report in result.reports:
        yield from _heading(f"{report.key}: {report.code.words}")
        yield from _about(report)
    if result.checks:
        yield from _heading("Checks")
        for check in result.checks:
            yield f"- {check.name}: {'failed' if check.said else 'passed'}"
            yield from (f"  - {code(said)}" for said in check.said)
    if result.outdated:
        yield from _heading("Tests that the new page makes untrue; correct them, or our spec, or DEVIATIONS.md")
        yield from (f"- {code(test)}" for test in result.outdated)
    entries = list(changelog(result)) if not result.error else []
    if entries:
        yield from _heading("Proposed for CHANGELOG.md, below `### Changed`")
        yield from entries
    yield from _heading("Outcome")
    yield from (f"- error: {line}" for line in result.error.splitlines())
    files = len(result.written)
    left = "; the tree is as it was" if not files and result.code != Code.NOTHING else ""
    yield f"{result.code.value}: {result.code.words}{f'; {files} files written' if files else left}"


def _heading(text: str) -> tuple[str, str, str]:
    return "", f"## {text}", ""


def _about(report: Report) -> Iterator[str]:
    for page in report.pages:
        state = ("changed" if page.recorded else "fetched for the first time") if page.changed else "the same"
        if page.by_hand:
            state = "not fetched: it is compared by hand"
        elif page.missing:
            state = f"not there, what was reconstructed stays: {_cut(page.missing)}"
        kind = f" ({page.content_type})" if page.content_type and page.changed else ""
        yield f"- page {code(page.address)}: {state}{kind}"
        yield from (f"  - redirected to {code(address)}" for address in page.redirects)
    if report.version[0] != report.version[1]:
        yield f"- version {report.version[0]} → {report.version[1]}"
    for change in _worst(report):
        where = ", ".join(code(place) for place in (*change.lines, *change.pointers))
        yield f"- {change.kind}: {_cut(change.sentence)} ({where})"
    if any(claim.code > Code.DOCUMENTATION for claim in report.claims):
        yield "- the spec is ours: correct the lines above, and record its new hash in SOURCE.toml"
    yield from (f"- touched: {code(place)}" for place in _places(report.impact))


def _places(uses: Iterable[Use]) -> list[str]:
    """A line for a file and a word, with the lines that have it."""
    found: dict[tuple[str, str], list[str]] = {}
    for use in uses:
        found.setdefault((use.file, use.word), []).append(str(use.line))
    return [f"{file}:{','.join(lines)} {word}" for (file, word), lines in found.items()]


def _cut(text: str) -> str:
    text = " ".join(text.split())
    return text if len(text) <= _MOST_CHARACTERS else f"{text[:_MOST_CHARACTERS]}…"
