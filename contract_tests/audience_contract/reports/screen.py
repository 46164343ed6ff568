"""The report on a terminal: each finding, and at the end, where the eye is, the result with a line for each."""

import re
import sys
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
"""Findings that stand at the end."""
_ROOM = 23
"""Lines of the end, without the rule above."""
_Said = tuple[str, str, str]
"""What stands before a text on its first line, the text, and its style."""


def show(report: Report, console: Console, places: Sequence[str] = ()) -> None:
    """Prints the report. Every text of it is shown as text, never read as markup. `places` are files with all of it."""
    width = min(console.width, _WIDEST)
    if report.counted[1:]:
        _print_all(console, width, _headlines(report.counted))
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
    for title, findings in list(report.groups.items())[1:-1]:
        if findings:
            more = ", which does not count without --strict" if findings == report.advice else ""
            _list(console, width, f"{title}{more}", [one.message for one in findings])
    _end(report, console, width, places)


def _headlines(findings: Sequence[Finding]) -> list[_Said]:
    """Each finding, or the gravest of them."""
    said = [(f"{number:>2} ", each.message, "bold") for number, each in enumerate(findings[:_FINDINGS], 1)]
    return said + ([("   ", f"and {len(findings) - _FINDINGS} more", "bold")] if findings[_FINDINGS:] else [])


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
    said: list[_Said] = [(f"{symbol} ", report.summary, colour), *_headlines(report.counted)]
    if report.advice:
        advice = counted(len(report.advice), "advice", "pieces of advice")
        said.append(("   ", f"{advice} above; counts with --strict", "dim"))
    said += [("?  ", text, "yellow") for text in report.unfinished[:3]]
    said += [("   ", f"report: {where}", "dim") for where in places[:2]]
    last = _wrapped(f"{run(report)}, {report.seconds:.1f} s, started {report.started}", width - 3)[:2]
    _print_all(console, width, said, _ROOM - len(last))
    _print_all(console, width, [("   ", text, "dim") for text in last])


def _print_all(console: Console, width: int, said: Sequence[_Said], room: int = sys.maxsize) -> None:
    """Print each text on as many lines as it needs; if there is no room for these, shortened on one line."""
    room -= len(said)
    for mark, text, style in said:
        parts = _wrapped(text, width - 3) or [""]
        if len(parts) > room + 1:
            parts = [_shortened(text, width - 3)]
        room -= len(parts) - 1
        for number, part in enumerate(parts):
            _line(console, width, f"{'   ' if number else mark}{part}", style)


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
