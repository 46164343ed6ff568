"""The report on a terminal: one block for each root cause, the result last, where the eye is."""

import textwrap
from collections import Counter

from rich.console import Console
from rich.rule import Rule
from rich.text import Text

from ..report import Evidence, Finding, Report, Verdict
from ..visible import for_github, line, shown
from .matrix import SYMBOLS, State, also, headline, others, split, squares
from .texts import came, curl, cut, left, obligation, sent

_COLOURS: dict[State, str] = {"violated": "bold red", "accepted": "yellow", "not exercised": "dim", "kept": "green"}
_VERDICTS = {
    Verdict.KEPT: ("✓", "bold green"),
    Verdict.VIOLATED: ("✗", "bold red"),
    Verdict.INCONCLUSIVE: ("?", "bold yellow"),
}
_WIDEST = 140
_LABEL = 10
_CREATED = 8
"""How many names of what was created fit between the findings and the verdict."""


def show(report: Report, console: Console) -> None:
    """Prints the report. Every text of it is shown as text, never read as markup."""
    counted, accepted = split(report)
    alike = others(report)
    for number, finding in enumerate(counted, 1):
        _finding(console, finding, str(number), also(alike[finding.key]))
    if accepted:
        console.print(Rule(Text("Accepted"), align="left", style="yellow"))
    for finding in accepted:
        _finding(console, finding, SYMBOLS["accepted"])
    if report.cells or report.findings:
        console.print(Rule(Text("Rules on operations"), align="left", style="dim"))
        _matrix(report, console)
    _lists(report, console)
    console.print(Rule(style="dim"))
    symbol, colour = _VERDICTS[report.verdict]
    ended = Text(f"{symbol} {report.verdict}", colour).append(f"  {headline(report)}", "default not bold")
    console.print(ended.append(f", exit code {report.verdict.exit_code}", "dim not bold"))
    asked = f"{report.command} {report.target}" + ("" if report.seed is None else f", seed {report.seed}")
    width = min(console.width, _WIDEST)
    for text in _wrapped(f"{asked}, started {report.started}, audience-contract {report.version}", width, "  "):
        console.print(Text(text, "dim"), soft_wrap=True)


def _finding(console: Console, finding: Finding, number: str, also: str = "") -> None:
    title = Text(f"{number} ", "bold").append(finding.about.title, "bold")
    title.append("  " + for_github(line(f"{finding.provider} {finding.operation}")), "cyan")
    console.print(Rule(title, align="left", style="yellow" if finding.accepted else "red"))
    width = min(console.width, _WIDEST)
    _row(console, width, "", finding.message, "bold")
    times = f"{finding.count} time{'s' * (finding.count != 1)}, {finding.kind}"
    _row(console, width, "where", f"{finding.place} ({times})")
    _row(console, width, "also", also)
    _row(console, width, "rule", f"{finding.rule}: {finding.about.help}")
    _row(console, width, "pointer", finding.pointer)
    _row(console, width, "source", finding.source)
    _row(console, width, "accepted", finding.accepted, "yellow")
    if finding.evidence:
        _evidence(console, width, finding.evidence[0])
    _row(console, width, "key", finding.key, "dim")
    console.print()


def _row(console: Console, width: int, label: str, text: str, style: str = "") -> None:
    if text:
        _print(console, label, _wrapped(text, width - _LABEL), style)


def _wrapped(text: str, width: int, indent: str = "") -> list[str]:
    # A line that starts with "::" is a command to GitHub's runner.
    parts = textwrap.wrap(for_github(line(text)), max(width, 20), subsequent_indent=indent, break_on_hyphens=False)
    return [f"\N{ZERO WIDTH SPACE}{part}" if part.lstrip().startswith("::") else part for part in parts]


def _evidence(console: Console, width: int, evidence: Evidence) -> None:
    for label, mark, text in (("sent", ">", sent(evidence)), ("came back", "<", came(evidence))):
        lines = for_github(shown(cut(text.rstrip(), 1500, 24))).expandtabs(4).split("\n")
        wide = width - _LABEL - 2
        folded = [part for one in lines for part in ([one[i : i + wide] for i in range(0, len(one), wide)] or [""])]
        _print(console, label, [f"{mark} {part}".rstrip() for part in folded])
    command = curl(evidence)
    if command.startswith("curl "):
        # Not folded: a terminal gives back a line as one line.
        console.print(Text(for_github(shown(command)), "magenta"), soft_wrap=True)


def _print(console: Console, label: str, lines: list[str], style: str = "") -> None:
    for number, text in enumerate(lines):
        start = Text(f"{'' if number else label:<{_LABEL}}", "dim")
        console.print(start.append(text, style or "default not dim"), soft_wrap=True)


def _matrix(report: Report, console: Console) -> None:
    counts = Counter(((square.provider, square.operation), square.state) for square in squares(report))
    for where in dict.fromkeys(where for where, _ in counts):
        for name in _wrapped(f"• {' '.join(where)}", min(console.width, _WIDEST), "  "):
            console.print(Text(name, "cyan"), soft_wrap=True)
        row = Text("  ")
        for state, symbol in SYMBOLS.items():
            count = counts[where, state]
            row.append(f"{symbol} {count:>2} {state}  ", _COLOURS[state] if count else "dim")
        console.print(row, soft_wrap=True)


def _lists(report: Report, console: Console) -> None:
    width = min(console.width, _WIDEST)
    obligations = [f"{'✓' if owed.met else '✗'} {obligation(owed)}" for owed in report.obligations]
    everything = left(report.created)
    created = [f"• {found}" for found in everything[:_CREATED]]
    if len(everything) > _CREATED:
        created.append(f"… {len(report.created)} in all: --report json=FILE has the whole list, html and markdown too")
    for title, texts in (
        ("Obligations", obligations),
        ("Left at the server", created),
        ("Notes", [f"• {note}" for note in report.notes]),
    ):
        if texts:
            console.print(Rule(Text(title), align="left", style="dim"))
        for text in texts:
            for part in _wrapped(text, width, "  "):
                console.print(Text(part), soft_wrap=True)
