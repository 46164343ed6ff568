"""SARIF 2.1.0, for code scanning: a result for each root cause, where the rule stands in the effective spec."""

from typing import Any
from urllib.parse import quote

from ..report import Finding, Report, Verdict
from ..rules import RULES, Weight
from ..visible import shown
from .data import dump
from .places import file_of, page_of
from .texts import came, curl, sent, shown_by

_SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
_OF_URLS = ":/?#[]@!$&'()*+,;=%~"
_INDEX = {rule: index for index, rule in enumerate(RULES)}


def render(report: Report) -> bytes:
    """The report as SARIF, which is JSON in UTF-8."""
    run = {
        "tool": {"driver": {"name": "audience-contract", "version": report.version, "rules": [*map(_rule, RULES)]}},
        "automationDetails": {"id": f"audience-contract/{report.command}/"},
        "invocations": [_invocation(report)],
        "results": [_result(report, finding) for finding in report.every],
        "properties": {
            "target": report.target,
            "verdict": str(report.verdict),
            "requests": report.requests,
            "seed": report.seed,
            "run": report.run_id,
        },
    }
    return dump({"$schema": _SCHEMA, "version": "2.1.0", "runs": [run]})


def _rule(key: str) -> dict[str, Any]:
    rule = RULES[key]
    return {
        "id": rule.id,
        "name": "".join(word.capitalize() for word in rule.title.replace("-", " ").split()),
        "shortDescription": {"text": rule.title},
        "fullDescription": {"text": rule.help},
        "help": {"text": f"What a {rule.side} owes. {rule.help}"},
        "defaultConfiguration": {"level": "error" if rule.weight is Weight.VIOLATION else "note"},
        "properties": {"tags": [rule.side]},
    }


def _invocation(report: Report) -> dict[str, Any]:
    said = [("error", text) for text in report.unfinished] + [("note", note) for note in report.notes]
    return {
        # SARIF asks whether the analysis could be done: with results, it could.
        "executionSuccessful": report.verdict is not Verdict.INCONCLUSIVE,
        "exitCode": report.verdict.exit_code,
        "exitCodeDescription": report.summary,
        "toolExecutionNotifications": [{"level": level, "message": _message(text)} for level, text in said],
    }


def _result(report: Report, finding: Finding) -> dict[str, Any]:
    return {
        "ruleId": finding.rule,
        "ruleIndex": _INDEX[finding.rule],
        # Advice is no error, even where it counts.
        "level": "error" if finding.weight is Weight.VIOLATION else "note",
        "message": _message(f"{finding.message or finding.about.help} ({shown_by(finding)})"),
        "locations": [_location(report, finding)],
        "partialFingerprints": {"rule/v2": finding.key},
        "occurrenceCount": finding.count,
        # Where one result names its suppressions, all should.
        "suppressions": [{"kind": "external", "status": "accepted", "justification": finding.accepted}]
        if finding.accepted
        else [],
        "properties": {
            "place": finding.place,
            "operations": list(finding.operations),
            "inputs": list(finding.inputs),
            "pointer": finding.pointer,
            "source": finding.source,
            "evidence": [f"{sent(one)}\n\n{came(one)}\n\n{curl(one)}".rstrip() for one in finding.evidence],
        },
    }


def _message(text: str) -> dict[str, str]:
    # "[words](target)" would be a link.
    return {"text": shown(text).replace("](", "] (")}


def _location(report: Report, finding: Finding) -> dict[str, Any]:
    path, line = file_of(report, finding)
    page = page_of(finding)
    where = {"uri": quote(path or page, safe="/" if path else _OF_URLS, errors="replace")}
    where |= {"uriBaseId": "%SRCROOT%"} if path else {}
    region = {"region": {"startLine": line}} if line else {}
    name, qualified = (finding.operations or (finding.provider,))[0], f"{finding.provider}#{finding.pointer}"
    return {
        **({"physicalLocation": {"artifactLocation": where, **region}} if path or page else {}),
        "logicalLocations": [{"name": name, "fullyQualifiedName": qualified, "kind": "member"}],
    }
