"""Markdown, for GitHub's step summary."""

import string

from ..report import Evidence, Finding, Report, Verdict
from ..rules import RULES
from ..visible import line
from .matrix import State, also, headline, others, split, squares
from .texts import came, curl, cut, left, obligation, sent

LIMIT = 900_000
"""Bytes: GitHub refuses a step's summary above 1 MiB."""
_VERDICTS = {Verdict.KEPT: "✅", Verdict.VIOLATED: "❌", Verdict.INCONCLUSIVE: "❔"}
_COLOURS: dict[State, str] = {"violated": "❌", "accepted": "⚠️", "not exercised": "○", "kept": "✅"}
# Character references are never structure in CommonMark, so no text can be markup, a link or a mention.
_REFERENCES = {ord(character): f"&#{ord(character)};" for character in string.punctuation}


def render(report: Report) -> bytes:
    counted, accepted = split(report)
    alike = others(report)
    head = [
        f"## {_VERDICTS[report.verdict]} Contract {report.verdict}: {_text(report.command)}",
        f"{_code(cut(report.target, 1000, 1))}: {_text(headline(report))}, exit code {report.verdict.exit_code}"
        + ("" if report.seed is None else f", seed {report.seed}"),
    ]
    tail = ["### Rules on operations", *_matrix(report)] if report.cells or report.findings else []
    for title, lines in (
        ("Obligations", [f"{'✓' if owed.met else '✗'} {obligation(owed)}" for owed in report.obligations]),
        ("Left at the server", left(report.created)),
        ("Notes", list(report.notes)),
    ):
        tail += [f"### {title}", _list(lines)] if lines else []
    tail.append(f"<sub>{_text(f'audience-contract {report.version}, started {report.started}')}</sub>")
    blocks = [_finding(finding, also(alike[finding.key])) for finding in counted]
    blocks += ["### Accepted", *map(_finding, accepted)] if accepted else []
    return _fitted(head, blocks, tail)


def _fitted(head: list[str], blocks: list[str], tail: list[str]) -> bytes:
    """As many findings as there is room for, and how many are not there."""
    room = LIMIT - sum(len(part.encode("utf-8", "replace")) + 2 for part in (*head, *tail))
    kept: list[str] = []
    for block in blocks:
        room -= len(block.encode("utf-8", "replace")) + 2
        if room < 0:
            kept.append(f"… and {len(blocks) - len(kept)} more, for which there is no room here.")
            break
        kept.append(block)
    return ("\n\n".join([*head, *kept, *tail]) + "\n").encode("utf-8", "replace")


def _list(lines: list[str]) -> str:
    shown = [f"- {_text(cut(text, 200, 1))}" for text in lines[:100]]
    return "\n".join([*shown, *([f"- … and {len(lines) - 100} more"] if len(lines) > 100 else [])])


def _finding(finding: Finding, also: str = "") -> str:
    where = _text(f"{finding.provider} {finding.operation}")
    facts = [
        f"**{_text(finding.about.title)}** · {where}: {_text(cut(finding.message, 2000, 20))}",
        f"- Where: {_text(cut(finding.place, 500, 1))} · {_text(cut(finding.kind, 500, 1))} · {finding.count} in all",
        f"- Also: {_text(cut(also, 1000, 5))}" if also else "",
        f"- Rule: {_code(finding.rule)} {_text(finding.about.help)}\n- Pointer: {_code(cut(finding.pointer, 1000, 1))}",
        f"- Source: {_text(cut(finding.source, 1000, 5))}" if finding.source else "",
        f"- Accepted: {_text(cut(finding.accepted, 1000, 5))}" if finding.accepted else "",
    ]
    return "\n".join(filter(None, facts)) + "".join(map(_evidence, finding.evidence[:1]))


def _evidence(evidence: Evidence) -> str:
    parts = [("Sent", sent(evidence)), ("Came back", came(evidence)), ("Again", curl(evidence))]
    blocks = [f"{title}:\n\n{_fence(text)}" for title, text in parts if text]
    return "\n\n<details><summary>Evidence</summary>\n\n" + "\n\n".join(blocks) + "\n\n</details>"


def _fence(text: str) -> str:
    text = cut(text.rstrip(), 4000, 60)
    fence = "```"
    while fence in text:
        fence += "`"
    return f"{fence}text\n{text}\n{fence}"


def _matrix(report: Report) -> list[str]:
    found = squares(report)
    wheres = list(dict.fromkeys((square.provider, square.operation) for square in found))
    cells = {(square.provider, square.operation, square.rule.id): square for square in found}
    rows = [f"| Rule | {' | '.join(_text(' '.join(where)) or 'run' for where in wheres)} |"]
    rows.append(f"| --- |{' --- |' * len(wheres)}")
    for rule in (rule for rule in RULES.values() if any(square.rule is rule for square in found)):
        states: list[State | None] = [
            cells[*where, rule.id].state if (*where, rule.id) in cells else None for where in wheres
        ]
        shown = " | ".join(f"{_COLOURS[state]} {state}" if state else "" for state in states)
        rows.append(f"| {_text(rule.title)} {_code(rule.id)} | {shown} |")
    return ["\n".join(rows)]


def _text(text: str) -> str:
    return line(text).translate(_REFERENCES)


def _code(text: str) -> str:
    return f"<code>{_text(text)}</code>"
