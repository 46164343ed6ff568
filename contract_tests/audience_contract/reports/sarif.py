"""SARIF 2.1.0, for code scanning: a result for each root cause, where the rule stands in the effective spec."""

from typing import Any
from urllib.parse import quote

from ..messages import Request, Response
from ..report import Evidence, Finding, Report, Verdict
from ..rules import RULES, Weight
from ..visible import shown
from .data import body, dump
from .places import line_of, path_of
from .texts import curl, shown_by

_SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
_INDEX = {rule: index for index, rule in enumerate(RULES)}


def render(report: Report) -> bytes:
    run = {
        "tool": {
            "driver": {
                "name": "audience-contract",
                "version": report.version,
                "rules": [_rule(rule) for rule in RULES],
            }
        },
        "automationDetails": {"id": f"audience-contract/{report.command}/"},
        "invocations": [_invocation(report)],
        "results": [
            _result(finding, level)
            for level, findings in (("error", report.counted), ("note", report.advice), ("error", report.accepted))
            for finding in findings
        ],
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
        # "Whether the analysis could be done": with results it could.
        "executionSuccessful": report.verdict is not Verdict.INCONCLUSIVE,
        "exitCode": report.verdict.exit_code,
        "exitCodeDescription": report.summary,
        "toolExecutionNotifications": [{"level": level, "message": _message(text)} for level, text in said],
    }


def _result(finding: Finding, level: str) -> dict[str, Any]:
    result = {
        "ruleId": finding.rule,
        "ruleIndex": _INDEX[finding.rule],
        "level": level,
        "message": _message(f"{finding.message or finding.about.help} ({shown_by(finding)})"),
        "locations": [_location(finding)],
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
            "curl": [curl(evidence) for evidence in finding.evidence],
        },
    }
    return {**result, **(_exchange(finding.evidence[0]) if finding.evidence else {})}


def _message(text: str) -> dict[str, str]:
    # "[words](target)" would be a link.
    return {"text": shown(text).replace("](", "] (")}


def _location(finding: Finding) -> dict[str, Any]:
    line = line_of(finding.provider, finding.pointer)
    name = finding.operations[0] if finding.operations else finding.provider
    return {
        "physicalLocation": {
            "artifactLocation": {"uri": quote(path_of(finding.provider), errors="replace"), "uriBaseId": "%SRCROOT%"},
            **({"region": {"startLine": line}} if line else {}),
        },
        "logicalLocations": [
            {"name": name, "fullyQualifiedName": f"{finding.provider}#{finding.pointer}", "kind": "member"}
        ],
    }


def _exchange(evidence: Evidence) -> dict[str, Any]:
    request, response = evidence.request, evidence.response
    asked = {"method": request.method, "target": request.target, **_content(request)}
    if response is None:
        return {"webRequest": asked, "webResponse": {"noResponseReceived": True, "reasonPhrase": evidence.trouble}}
    came = _content(response)
    return {"webRequest": asked, "webResponse": {"statusCode": response.status, **came}}


def _content(message: Request | Response) -> dict[str, Any]:
    headers: dict[str, str] = {}
    for name, value in message.headers:
        headers[name] = f"{headers[name]}, {value}" if name in headers else value
    return {"headers": headers, "body": body(message.body, "binary")}
