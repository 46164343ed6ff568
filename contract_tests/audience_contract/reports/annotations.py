"""Annotations of GitHub's workflows: one for each finding, where the rule stands in the spec."""

import sys

from ..report import Report
from ..rules import Weight
from ..visible import for_github, line
from .places import file_of


def show(report: Report) -> None:
    """Prints the workflow commands."""
    print(*annotations(report), sep="\n", file=sys.stdout, flush=True)


def annotations(report: Report) -> list[str]:
    """The workflow commands: errors for the violations that count, and nothing but notices for the rest."""
    commands = []
    for group, findings in report.groups.items():
        for found in findings:
            # Advice is no error, even where it counts.
            is_error = group == "Violations" and found.weight is Weight.VIOLATION
            reason = f" (accepted: {found.accepted})" if found.accepted else ""
            text = f"{found.message} [{found.place}; {found.rule}; {found.pointer}]{reason}"
            path, at = file_of(report, found)
            place: dict[str, object] = {"file": path, "line": at} if at else {}
            title = f"{found.about.title} at {found.where}"
            commands.append(command("error" if is_error else "notice", text, title=title, **place))
    commands += [command("error", text, title="Undecided") for text in report.unfinished]
    commands += [command("notice", note, title="Note") for note in report.notes]
    return [*commands, command("notice", report.summary, title="audience-contract")]


def command(level: str, text: str, **properties: object) -> str:
    """A workflow command; its texts cannot start another one."""
    named = ",".join(f"{name}={_escaped(str(value), ':,')}" for name, value in properties.items() if value)
    return f"::{level} {named}::{_escaped(text)}"


def _escaped(text: str, more: str = "") -> str:
    text = for_github(line(text))
    for character in "%" + more:
        text = text.replace(character, f"%{ord(character):02X}")
    return text
