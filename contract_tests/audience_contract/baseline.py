"""Known deviations that are accepted: a TOML file, an entry for each finding, with a reason and a last day."""

import json
import tomllib
from collections.abc import Iterable
from dataclasses import astuple, dataclass, fields, replace
from datetime import date, timedelta
from pathlib import Path

from .report import Finding, Report
from .rules import RULES
from .visible import line

LASTS = timedelta(days=90)
"""How long an entry holds that `write` makes."""


class BaselineError(ValueError):
    """The file is no baseline; says where and why."""


@dataclass(frozen=True)
class Entry:
    """One accepted finding.

    The first six are those of a finding, and all of them have to be the same: what else goes wrong is no part of it.
    `reason` says why it is accepted, `expires` is the last day on which it is.
    """

    rule: str
    provider: str
    operation: str
    pointer: str
    place: str
    kind: str
    reason: str
    expires: date

    @property
    def cause(self) -> tuple[object, ...]:
        return astuple(self)[:6]


def read(path: Path) -> list[Entry]:
    """The entries of a file; raises BaselineError for what is none, and OSError where it can't be read."""
    try:
        found = tomllib.loads(path.read_text("utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise BaselineError(f"{path} is no TOML: {error}") from None
    accepted = found.get("accepted", [])
    if set(found) - {"accepted"} or not isinstance(accepted, list):
        raise BaselineError(f"{path}: it has tables [[accepted]] and nothing else")
    return [_entry(f"{path}, entry {number}", value) for number, value in enumerate(accepted, 1)]


def _entry(where: str, value: object) -> Entry:
    names = [field.name for field in fields(Entry)]
    if not isinstance(value, dict) or set(value) != set(names):
        raise BaselineError(f"{where}: it must have {', '.join(names)}, and nothing else")
    wrong = [name for name in names if type(value[name]) is not (date if name == "expires" else str)]
    if wrong:
        raise BaselineError(
            f"{where}: {wrong[0]} must be a {'date, such as 2030-01-31' if wrong == ['expires'] else 'text'}"
        )
    if value["rule"] not in RULES:
        raise BaselineError(f"{where}: there is no rule {value['rule']}")
    if not value["reason"].strip():
        raise BaselineError(f"{where}: its reason is empty; say why the deviation is accepted")
    return Entry(**value)


def apply(report: Report, entries: Iterable[Entry], today: date, *, whole: bool = True) -> Report:
    """The report with the findings marked that are accepted, and notes on entries that have expired or found nothing.

    `whole` says that the run was not ended early: only then is what did not occur known not to occur.
    """
    causes = {_cause(finding) for finding in report.findings}
    accepted, notes = {}, []
    for entry in entries:
        named = f"baseline: {entry.provider} {entry.operation}: {entry.rule}, {entry.place}, {entry.kind}"
        if entry.expires < today:
            notes.append(f"{named}: expired on {entry.expires}, and accepts nothing any more")
        else:
            accepted[entry.cause] = entry.reason
        if entry.cause not in causes and whole:
            notes.append(f"{named}: did not occur; remove the entry")
    findings = [replace(finding, accepted=accepted.get(_cause(finding), "")) for finding in report.findings]
    return replace(report, findings=tuple(findings), notes=(*report.notes, *notes))


def accepts(finding: Finding, entries: Iterable[Entry], today: date) -> bool:
    """Whether an entry that has not expired accepts a finding."""
    return any(entry.cause == _cause(finding) and entry.expires >= today for entry in entries)


def _cause(finding: Finding) -> tuple[object, ...]:
    return finding.rule, finding.provider, finding.operation, finding.pointer, finding.place, finding.kind


def render(findings: Iterable[Finding], today: date) -> str:
    """A file that accepts findings, once somebody has written its reasons."""
    lines = [
        "# Each entry accepts a rule at one place for one kind of input, until a day.",
        "# An empty reason is refused: write why.",
        "",
    ]
    for finding in findings:
        lines += ["[[accepted]]", f"# {line(finding.message)}"]
        names = ("rule", "provider", "operation", "pointer", "place", "kind")
        lines += [f"{name} = {_text(value)}" for name, value in zip(names, _cause(finding), strict=True)]
        lines += [f"reason = {_text(finding.accepted)}", f"expires = {today + LASTS}", ""]
    return "\n".join(lines)


def _text(value: object) -> str:
    # A JSON string is a TOML string, but for the escapes of characters beyond 16 bits, and DEL.
    text = json.dumps(str(value), ensure_ascii=False).encode("utf-8", "replace").decode()
    return "".join(c if c.isprintable() else f"\\U{ord(c):08x}" for c in text)
