"""Texts of a report, safe to show on a screen and to copy into a shell."""

from collections import Counter
from collections.abc import Iterable

from ..evidence import is_absolute
from ..messages import Request, Response
from ..report import Created, Evidence, Finding, Report, counted
from ..visible import line, shown


def shown_by(finding: Finding) -> str:
    """The inputs that show a finding, and how often it was seen."""
    statuses = ", ".join(map(str, finding.statuses))
    parts = (counted(finding.count, "time"), statuses and f"answered {statuses}", "; ".join(finding.inputs))
    return line(": ".join(filter(None, (", ".join(filter(None, parts[:2])), parts[2]))))


def facts(finding: Finding) -> list[tuple[str, str]]:
    """What else is known of a finding: name and text."""
    found = (
        ("Where", finding.where),
        ("Place", finding.place),
        ("Detail", finding.detail),
        ("Shown by", shown_by(finding)),
        ("Rule", f"{finding.rule}: {finding.about.help}"),
        ("Pointer", finding.pointer),
        ("Source", finding.source),
        ("Accepted", finding.accepted),
        ("Key", finding.key),
    )
    return [(name, text) for name, text in found if text]


def tried(report: Report) -> list[str]:
    """How often rules were tried on each operation."""
    rules: dict[str, list[int]] = {}
    for one in report.tried:
        rules.setdefault(line(f"{one.provider} {one.operation}"), []).append(one.count)
    return [f"{at}: {counted(len(checks), 'rule')}, {counted(sum(checks), 'check')}" for at, checks in rules.items()]


def left(created: Iterable[Created]) -> list[str]:
    """What the server did not say that it removed; of what is alike, such as tokens, one with the number."""
    return [
        line(
            f"{one.provider}: {one.name or 'without a name'}"
            + (f" ({one.id})" if one.id else "")
            + (f", {n} of them" if n > 1 else "")
        )
        for one, n in Counter(created).items()
    ]


def sections(report: Report) -> list[tuple[str, list[str]]]:
    """The sections beside the findings, in every report for people: title and lines."""
    found = (
        ("Undecided", report.unfinished),
        ("Not tried", [f"{rule} of {operation}" for rule, operation in report.untried]),
        ("Tried", tried(report)),
        ("Not known to be removed", left(report.created)),
        ("Notes", list(report.notes)),
    )
    return [(title, lines) for title, lines in found if lines]


def run(report: Report) -> str:
    """What is needed to repeat a run."""
    parts = (
        f"{report.command} {report.target}",
        "" if report.seed is None else f"seed {report.seed}",
        report.run_id and f"run {report.run_id}",
        f"audience-contract {report.version}",
    )
    return ", ".join(filter(None, parts))


def sent(evidence: Evidence) -> str:
    """The request as text."""
    request = evidence.request
    whole = " (all of it in the request line)" if is_absolute(request) else ""
    first = f"{evidence.url or request.target}{whole}" if not evidence.as_sent else f"{request.target} HTTP/1.1"
    return _message(f"{request.method} {first}", request)


def came(evidence: Evidence) -> str:
    """The answer as text, or why there is none."""
    if evidence.response is None:
        return f"no answer: {shown(evidence.trouble) or 'none that was recorded or judged'}"
    first = str(evidence.response.status)
    return _message(f"{first}; {shown(evidence.trouble)}" if evidence.trouble else first, evidence.response)


def _message(first: str, message: Request | Response) -> str:
    head = [first, *(f"{name}: {value}" for name, value in message.headers)]
    return "\n".join([*map(line, head), "", *filter(None, (body(message.body),))])


def body(content: bytes) -> str:
    """A body as text; one that is not text in the notation of Python's bytes."""
    try:
        return shown(content.decode("utf-8"))
    except UnicodeDecodeError:
        return f"({len(content)} bytes that are not UTF-8) {content!r}"


def cut(text: str, characters: int, lines: int) -> str:
    """At most so many characters and lines of a text, and how many characters are missing."""
    kept = "\n".join(text.split("\n")[:lines])[:characters]
    missing = len(text) - len(kept)
    return f"{kept}\n… {missing:,} more characters" if missing else kept


def curl(evidence: Evidence) -> str:
    """The command that sends it again on one line, "" where there is none."""
    return evidence.curl if evidence.curl.isprintable() else line(evidence.curl)
