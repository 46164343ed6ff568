"""The report on a terminal: each finding, and at the end, where the eye is, the result with a line for each."""

import re
import textwrap
from collections.abc import Sequence

from rich.cells import cell_len, chop_cells
from rich.console import Console
from rich.rule import Rule
from rich.text import Text

from ..report import Evidence, Finding, Report, Verdict, counted
from ..visible import for_github, line, shown
from .texts import came, curl, cut, facts, run, sections, sent

_VERDICTS = {
    Verdict.KEPT: ("✓", "bold green"),
    Verdict.VIOLATED: ("✗", "bold red"),
    Verdict.INCONCLUSIVE: ("?", "bold yellow"),
}
_WIDEST = 140
_LABEL = 10
_LISTED = 8
"""Lines of a list, such as what was created, that are shown."""
_FINDINGS = 12
"""Findings that have a line at the end."""


def show(report: Report, console: Console, places: Sequence[str] = ()) -> None:
    """Prints the report. Every text of it is shown as text, never read as markup. `places` are files with all of it."""
    width = min(console.width, _WIDEST)
    if report.counted[1:]:
        _headlines(console, width, report.counted)
        console.print()
    for number, finding in enumerate(report.counted, 1):
        _finding(console, width, finding, str(number), "red")
    for finding in report.accepted:
        _finding(console, width, finding, "accepted", "yellow")
    if report.stopped:
        console.print(Rule(Text("Every valid request got this answer"), align="left", style="yellow"))
        _evidence(console, width, report.stopped, whole=True)
    for title, lines in sections(report):
        _list(console, width, title, lines)
    if report.advice:
        _list(console, width, "Advice, which does not count without --strict", [one.message for one in report.advice])
    if report.unconfirmed:
        _list(console, width, "Seen once, not again by its story", [one.message for one in report.unconfirmed])
    _end(report, console, width, places)


def _headlines(console: Console, width: int, findings: Sequence[Finding]) -> None:
    """A line for each, or for the gravest of them."""
    listed = findings if len(findings) <= _FINDINGS else findings[:_FINDINGS]
    for number, finding in enumerate(listed, 1):
        _line(console, width, f"{number:>2} {_shortened(finding.message, width - 3)}", "bold")
    if findings[len(listed) :]:
        _line(console, width, f"   and {len(findings) - len(listed)} more")


def _shortened(headline: str, width: int) -> str:
    """A long headline without its page and its middle: it starts with the input, and ends with what is wrong."""
    text, start = line(headline), width // 3
    if len(text) > width:
        text = re.sub(r"; [^; ()]+\.(md|yaml|json)\)$", ")", text)
    return text if len(text) <= width else f"{text[:start]}…{text[start + 1 - width :]}"


def _end(report: Report, console: Console, width: int, places: Sequence[str]) -> None:
    """Print the result; it fits into the last 24 lines of a terminal of 80 columns."""
    console.print(Rule(style="dim"))
    symbol, colour = _VERDICTS[report.verdict]
    _line(console, width, f"{symbol} {report.summary}", colour)
    _headlines(console, width, report.counted)
    if report.advice:
        said = "counts with --strict"
        _line(console, width, f"   {counted(len(report.advice), 'advice', 'pieces of advice')} above; {said}", "dim")
    for text in report.unfinished[:3]:
        _line(console, width, f"?  {_shortened(text, width - 3)}", "yellow")
    for where in places[:2]:
        _line(console, width, f"   report: {where}", "dim")
    seconds = f"{report.seconds:.1f} s, started {report.started}"
    for text in _wrapped(f"{run(report)}, {seconds}", width - 3)[:2]:
        _line(console, width, f"   {text}", "dim")


def _line(console: Console, width: int, text: str, style: str = "") -> None:
    """One line, cut where the terminal ends."""
    shortened = Text(_safe(text), style)
    # Some characters take two cells.
    shortened.truncate(width, overflow="ellipsis")
    console.print(shortened, soft_wrap=True)


def _safe(text: str) -> str:
    indent = text[: len(text) - len(text.lstrip(" "))]
    return _held(indent + for_github(line(text)))


def _held(text: str) -> str:
    """The line, kept from starting with "::", which would make it a command to GitHub's runner."""
    return f"\N{ZERO WIDTH SPACE}{text}" if text.lstrip().startswith("::") else text


def _list(console: Console, width: int, title: str, lines: Sequence[str]) -> None:
    console.print(Rule(Text(title), align="left", style="dim"))
    for text in lines[:_LISTED]:
        for part in _wrapped(f"• {text}", width, "  "):
            console.print(Text(part), soft_wrap=True)
    if lines[_LISTED:]:
        _line(console, width, f"… {len(lines)} in all")


def _finding(console: Console, width: int, finding: Finding, number: str, colour: str) -> None:
    console.print(Rule(Text(f"{number} {finding.about.title}", "bold"), align="left", style=colour))
    for text in _wrapped(finding.message, width):
        console.print(Text(text, "bold"), soft_wrap=True)
    for name, text in facts(finding):
        _print(console, name.lower(), _wrapped(text, width - _LABEL))
    for evidence in finding.evidence[:1]:
        _evidence(console, width, evidence)
    console.print()


def _wrapped(text: str, width: int, indent: str = "") -> list[str]:
    said = for_github(line(text))
    # textwrap counts characters, and some take two cells.
    narrow = max(width - cell_len(said) + len(said), 20)
    parts = textwrap.wrap(said, narrow, subsequent_indent=indent, break_on_hyphens=False)
    return [_held(part) for part in parts]


def _evidence(console: Console, width: int, evidence: Evidence, *, whole: bool = False) -> None:
    for label, mark, said in (("sent", ">", sent(evidence)), ("came back", "<", came(evidence))):
        text = said.rstrip() if whole else cut(said.rstrip(), 1500, 24)
        lines = for_github(shown(text)).expandtabs(4).split("\n")
        wide = width - _LABEL - 2
        folded = [part for one in lines for part in chop_cells(one, wide) or [""]]
        _print(console, label, [f"{mark} {part}".rstrip() for part in folded])
    command = curl(evidence)
    if command:
        # Not folded, so that it can be copied from a terminal as one line.
        console.print(Text("\n".join(map(_held, for_github(shown(command)).split("\n"))), "magenta"), soft_wrap=True)


def _print(console: Console, label: str, lines: list[str]) -> None:
    for number, text in enumerate(lines):
        start = Text(f"{'' if number else label:<{_LABEL}}", "dim")
        console.print(start.append(text, "default not dim"), soft_wrap=True)
