"""Known deviations that are accepted: a TOML file, an entry for each finding, with a reason and a last day."""

import json
import tomllib
from collections.abc import Iterable
from dataclasses import dataclass, fields, replace
from datetime import date, timedelta
from pathlib import Path

from .reading import contents
from .report import Finding, Report
from .rules import RULES
from .visible import line

LASTS = timedelta(days=90)
"""How long an entry is valid that `render` writes."""
# The keys of the old form, which is read for one more release: one operation, a place and a kind of input.
_OLD = {"operation", "place", "kind"}


class BaselineError(ValueError):
    """The file is no baseline; the text says where and why."""


@dataclass(frozen=True)
class Entry:
    """One accepted finding, on the operations that are named.

    `rule`, `provider`, `pointer` and `detail` are those of the finding. `reason` says why it is accepted, `expires` is
    the last day on which it is. `is_old` marks an entry in the old form.
    """

    rule: str
    provider: str
    pointer: str
    operations: frozenset[str]
    reason: str
    expires: date
    detail: str = ""
    is_old: bool = False

    def accepts(self, finding: Finding) -> bool:
        """Whether the entry is about the finding, and names all operations that show it."""
        return self.is_about(finding) and self.operations >= set(finding.operations)

    def is_about(self, finding: Finding) -> bool:
        """Whether the entry is about the finding, whatever operations it names."""
        # An entry in the old form has no detail, and has a pointer even for rules that have none any more.
        pointer = finding.pointer if not self.is_old else finding.pointer or self.pointer
        named = (self.rule, self.provider, self.pointer) == (finding.rule, finding.provider, pointer)
        # A finding about what is not read at all names each rule that is broken; some may not be broken any more.
        return named and (self.is_old or {*finding.detail.split(", ")} <= {*self.detail.split(", ")})


def read(path: Path) -> list[Entry]:
    """The entries of a file; raises BaselineError for one that is no baseline, and OSError if it can't be read."""
    try:
        found = tomllib.loads(contents(path).decode())
    except (ValueError, RecursionError) as error:
        raise BaselineError(f"{path} can't be read as TOML: {error}") from None
    accepted = found.get("accepted", [])
    if set(found) - {"accepted"} or not isinstance(accepted, list):
        raise BaselineError(f"{path}: it has tables [[accepted]] and nothing else")
    return [_entry(f"{path}, entry {number}", value) for number, value in enumerate(accepted, 1)]


def _entry(where: str, value: object) -> Entry:
    names = [field.name for field in fields(Entry) if field.name != "is_old"]
    old = isinstance(value, dict) and value.keys() >= _OLD
    wanted = {*names} - {"operations", "detail"} | _OLD if old else {*names}
    if not isinstance(value, dict) or set(value) != wanted:
        raise BaselineError(f"{where}: it must have {', '.join(names)}, and nothing else")
    kinds = {"expires": (date, "date, such as 2030-01-31"), "operations": (list, "list of operationIds")}
    for name in value:
        kind, said = kinds.get(name, (str, "text"))
        if type(value[name]) is not kind or (kind is list and not all(isinstance(each, str) for each in value[name])):
            raise BaselineError(f"{where}: {name} must be a {said}")
    if value["rule"] not in RULES:
        raise BaselineError(f"{where}: there is no rule {value['rule']}")
    if not value["reason"].strip():
        raise BaselineError(f"{where}: its reason is empty; say why the deviation is accepted")
    operations = list(filter(None, [value["operation"]])) if old else value["operations"]
    kept = {name: found for name, found in value.items() if name not in {*_OLD, "operations"}}
    return Entry(**kept, operations=frozenset(operations), is_old=old)


def apply(report: Report, entries: Iterable[Entry], today: date, *, whole: bool = True) -> Report:
    """The report with accepted findings marked, and with notes on entries that have expired or match no finding.

    `whole` says that the run was not ended early: only then can an entry be called needless.
    """
    entries, notes = list(entries), []
    for entry in entries:
        named = f"baseline: {entry.provider} {', '.join(sorted(entry.operations))}: {entry.rule} {entry.detail}".strip()
        about = [finding for finding in report.findings if entry.is_about(finding)]
        if entry.expires < today:
            notes.append(f"{named}: expired on {entry.expires}, and accepts nothing any more")
        elif entry.is_old:
            notes.append(f"{named}: an entry of the old form, which the next release does not read")
        for finding in about:
            if others := sorted(set(finding.operations) - entry.operations):
                notes.append(f"{named}: found on {', '.join(others)} too, which it does not accept")
        if not about and whole:
            notes.append(f"{named}: did not occur; remove the entry")
    findings = [replace(finding, accepted=_reason(finding, entries, today)) for finding in report.findings]
    return replace(report, findings=tuple(findings), notes=(*report.notes, *notes))


def accepts(finding: Finding, entries: Iterable[Entry], today: date) -> bool:
    """Whether an entry that has not expired accepts a finding."""
    return bool(_reason(finding, entries, today))


def _reason(finding: Finding, entries: Iterable[Entry], today: date) -> str:
    valid = (entry for entry in entries if entry.expires >= today and entry.accepts(finding))
    return next((entry.reason for entry in valid), "")


def render(findings: Iterable[Finding], today: date) -> str:
    """The text of a baseline that accepts the findings, once somebody has filled in its reasons."""
    lines = [
        "# Each entry accepts that a rule is broken by the operations that it names, until a day.",
        "# An empty reason is refused: write why.",
        "",
    ]
    for finding in findings:
        lines += ["[[accepted]]", f"# {line(finding.message)}"]
        lines += [f"{name} = {_text(getattr(finding, name))}" for name in ("rule", "provider", "pointer", "detail")]
        lines += [f"operations = [{', '.join(map(_text, finding.operations))}]"]
        lines += [f"reason = {_text(finding.accepted)}", f"expires = {today + LASTS}", ""]
    return "\n".join(lines)


def _text(value: object) -> str:
    # A JSON string is a TOML string, except for DEL and the escapes of characters beyond 16 bits.
    text = json.dumps(str(value), ensure_ascii=False).encode("utf-8", "replace").decode()
    return "".join(c if c.isprintable() else f"\\U{ord(c):08x}" for c in text)
