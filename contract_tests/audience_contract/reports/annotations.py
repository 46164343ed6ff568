"""Annotations of GitHub's workflows: one for each finding, where the rule stands in the spec."""

import sys

from ..report import Report
from ..visible import for_github, line
from .places import line_of, path_of


def show(report: Report) -> None:
    """Prints the workflow commands."""
    print(*annotations(report), sep="\n", file=sys.stdout, flush=True)


def annotations(report: Report) -> list[str]:
    """The workflow commands: errors for what counts, and nothing but notices for the rest."""
    commands = []
    for level, findings in (("error", report.counted), ("notice", [*report.advice, *report.accepted])):
        for found in findings:
            title = " ".join(filter(None, (found.about.title, "at", found.where)))
            reason = f" (accepted: {found.accepted})" if found.accepted else ""
            text = f"{found.message} [{found.place}; {found.rule}; {found.pointer}]{reason}"
            place = {"file": path_of(found.provider), "line": line_of(found.provider, found.pointer)}
            commands.append(command(level, text, title=title, **(place if place["line"] else {})))
    commands += [command("error", text, title="Could not be told") for text in report.unfinished]
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
