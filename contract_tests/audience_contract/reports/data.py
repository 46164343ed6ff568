"""JSON: the whole report for programs. `report.schema.json` describes it."""

import base64
import json
import re
import zlib
from dataclasses import asdict
from typing import Any

from ..messages import Request, Response
from ..report import Evidence, Finding, Report, Step
from ..rules import RULES

FORMAT = 3
"""Raised when a reader of the last format would misread a new one."""
_ACTING = re.compile(r"[^ -~\n]")
"""Characters that may not be printable."""


def render(report: Report) -> bytes:
    """The report as JSON, in UTF-8."""
    return dump(value(report))


def dump(document: Any) -> bytes:
    """JSON in UTF-8; half a surrogate pair, which many readers refuse even if it is escaped, becomes "?".

    What would act on a screen is escaped: the file may be printed.
    """
    text = json.dumps(document, indent=2, ensure_ascii=False, allow_nan=False).encode("utf-8", "replace").decode()
    return f"{_ACTING.sub(_escaped, text)}\n".encode()


def _escaped(character: re.Match[str]) -> str:
    return character[0] if character[0].isprintable() else json.dumps(character[0])[1:-1]


def value(report: Report) -> dict[str, Any]:
    """The report as JSON values."""
    return {
        "format": FORMAT,
        "tool": {"name": "audience-contract", "version": report.version},
        "command": report.command,
        "target": report.target,
        "seed": report.seed,
        "run": report.run_id,
        "strict": report.strict,
        "verdict": str(report.verdict),
        "exit_code": report.verdict.exit_code,
        "requests": report.requests,
        "phases": report.phases,
        "findings": [_finding(found) for found in report.every],
        "tried": [asdict(one) for one in report.tried],
        "planned": report.planned,
        "untried": [{"rule": rule, "operation": operation} for rule, operation in report.untried],
        "unfinished": report.unfinished,
        "stopped": report.stopped and _evidence(report.stopped),
        "created": [asdict(created) for created in report.created],
        "notes": list(report.notes),
        "rules": [asdict(rule) for rule in RULES.values()],
    }


def _finding(finding: Finding) -> dict[str, Any]:
    plain = {name: found for name, found in vars(finding).items() if name not in ("evidence", "story", "longer")}
    stories = {"story": [*map(_step, finding.story)], "longer": [*map(_step, finding.longer)]}
    return {"key": finding.key, **plain, "evidence": [*map(_evidence, finding.evidence)], **stories}


def _step(step: Step) -> dict[str, Any]:
    # Compressed, because a request that tests a length may be very long.
    packed = base64.b64encode(zlib.compress(step.sent)).decode("ascii")
    return {**vars(step), "sent": packed, "answered": dict(step.answered)}


def _evidence(evidence: Evidence) -> dict[str, Any]:
    request, response = evidence.request, evidence.response
    return {
        **vars(evidence),
        "request": {"method": request.method, "target": request.target, **_content(request)},
        "response": response and {"status": response.status, **_content(response)},
    }


def _content(message: Request | Response) -> dict[str, Any]:
    headers = [{"name": name, "value": content} for name, content in message.headers]
    try:
        body = {"text": message.body.decode("utf-8")}
    except UnicodeDecodeError:
        body = {"base64": base64.b64encode(message.body).decode("ascii")}
    return {"headers": headers, "body": body}
