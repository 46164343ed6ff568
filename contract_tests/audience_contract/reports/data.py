"""JSON: the whole report for programs. `report.schema.json` describes it."""

import base64
import json
import re
from dataclasses import asdict
from typing import Any

from ..messages import Headers, Request, Response
from ..report import Cell, Created, Evidence, Finding, Obligation, Report
from ..rules import RULES
from .matrix import ordered

FORMAT = 1
"""Raised when a reader of the last format would misread a new one."""
_ACTING = re.compile(r"[^ -~\n]")
"""What may be no printable character."""


def render(report: Report) -> bytes:
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
        "started": report.started,
        "seconds": report.seconds,
        "seed": report.seed,
        "verdict": str(report.verdict),
        "exit_code": report.verdict.exit_code,
        "requests": report.requests,
        "phases": report.phases,
        "findings": [_finding(finding) for finding in ordered(report.findings)],
        "cells": [{**asdict(cell), "state": cell.state} for cell in report.cells],
        "obligations": [asdict(obligation) for obligation in report.obligations],
        "created": [asdict(created) for created in report.created],
        "notes": list(report.notes),
        "rules": [asdict(rule) for rule in RULES.values()],
    }


def _finding(finding: Finding) -> dict[str, Any]:
    plain = {name: found for name, found in vars(finding).items() if name != "evidence"}
    return {"key": finding.key, **plain, "evidence": [_evidence(evidence) for evidence in finding.evidence]}


def _evidence(evidence: Evidence) -> dict[str, Any]:
    request, response = evidence.request, evidence.response
    return {
        "url": evidence.url,
        "request": {"method": request.method, "target": request.target, **_content(request, evidence.request_left_out)},
        "response": response and {"status": response.status, **_content(response, evidence.response_left_out)},
        "seconds": evidence.seconds,
        "curl": evidence.curl,
        "trouble": evidence.trouble,
    }


def _content(message: Request | Response, left_out: int) -> dict[str, Any]:
    headers = [{"name": name, "value": content} for name, content in message.headers]
    cut = {"left_out": left_out} if left_out else {}
    return {"headers": headers, "body": {**body(message.body, "base64"), **cut}}


def body(content: bytes, other: str) -> dict[str, str]:
    """A body as `text` if it is UTF-8; otherwise as `other`, in Base64."""
    try:
        return {"text": content.decode("utf-8")}
    except UnicodeDecodeError:
        return {other: base64.b64encode(content).decode("ascii")}


def parse(text: str | bytes) -> Report:
    """The report that was rendered, findings in the order in which they are shown."""
    document = json.loads(text)
    if document["format"] != FORMAT:
        raise ValueError(f"format {document['format']!r} is not {FORMAT}, which this version reads")
    shared = ("command", "target", "started", "seconds", "requests", "seed", "phases")
    return Report(
        **{name: document[name] for name in shared},
        version=document["tool"]["version"],
        findings=tuple(
            _parsed_finding(**{name: found[name] for name in found if name != "key"}) for found in document["findings"]
        ),
        cells=tuple(Cell(**{name: cell[name] for name in cell if name != "state"}) for cell in document["cells"]),
        obligations=tuple(Obligation(**obligation) for obligation in document["obligations"]),
        created=tuple(Created(**created) for created in document["created"]),
        notes=tuple(document["notes"]),
    )


def _parsed_finding(*, evidence: list[dict[str, Any]], **plain: Any) -> Finding:
    return Finding(**plain, evidence=tuple(_parsed_evidence(**kept) for kept in evidence))


def _parsed_evidence(*, request: dict[str, Any], response: dict[str, Any] | None, **plain: Any) -> Evidence:
    return Evidence(
        request=Request(request["method"], request["target"], _headers(request), _body(request)),
        response=Response(response["status"], _headers(response), _body(response)) if response else None,
        request_left_out=request["body"].get("left_out", 0),
        response_left_out=response["body"].get("left_out", 0) if response else 0,
        **plain,
    )


def _headers(message: dict[str, Any]) -> Headers:
    return tuple((header["name"], header["value"]) for header in message["headers"])


def _body(message: dict[str, Any]) -> bytes:
    body = message["body"]
    return body["text"].encode("utf-8") if "text" in body else base64.b64decode(body["base64"])
