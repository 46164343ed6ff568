"""Markdown, for GitHub's step summary."""

import string

from ..report import Evidence, Finding, Report, Verdict
from ..visible import line
from .texts import came, curl, cut, facts, run, sections, sent

LIMIT = 900_000
"""Bytes: GitHub refuses a step's summary above 1 MiB."""
_VERDICTS = {Verdict.KEPT: "✅", Verdict.VIOLATED: "❌", Verdict.INCONCLUSIVE: "❔"}
# Character references are never structure in CommonMark, so no text can be markup, a link or a mention.
_REFERENCES = {ord(character): f"&#{ord(character)};" for character in string.punctuation}


def render(report: Report) -> bytes:
    """The report as Markdown, in UTF-8; findings for which `LIMIT` leaves no room are only counted."""
    head = [
        f"## {_VERDICTS[report.verdict]} {_text(report.summary)}",
        _text(cut(run(report), 1000, 1)),
        *([_list([found.message for found in report.counted])] if report.counted else []),
    ]
    tail = [part for title, lines in sections(report) for part in (f"### {title}", _list(lines))]
    blocks = [_evidence(report.stopped)] if report.stopped else []
    for title, findings in report.groups.items():
        blocks += [f"### {title}"] if findings else []
        blocks += map(_finding, findings)
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


def _finding(finding: Finding) -> str:
    lines = [f"- {name}: {_text(cut(text, 1000, 5))}" for name, text in facts(finding)]
    first = f"**{_text(cut(finding.message, 2000, 20))}**"
    return "\n".join([first, "", *lines]) + "".join(map(_evidence, finding.evidence[:1]))


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


def _text(text: str) -> str:
    return line(text).translate(_REFERENCES)
