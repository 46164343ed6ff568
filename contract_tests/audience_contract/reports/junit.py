"""JUnit XML, in the shape that Jenkins and GitLab read: a test case for each rule that an operation was tried by.

XML 1.0 cannot hold some characters; `shown` and `line` escape all of these.
"""

import xml.etree.ElementTree as ET
from collections.abc import Iterator

from ..report import Finding, Report
from ..rules import RULES
from ..visible import line, shown
from .texts import came, curl, facts, sent

_SEPARATOR = "\n\n"


def render(report: Report) -> bytes:
    """The report as JUnit XML, in UTF-8."""
    root = ET.Element("testsuites", name="audience-contract", time="0")
    suites: dict[str, ET.Element] = {}
    for provider, case in sorted(_cases(report), key=lambda found: found[0]):
        if provider not in suites:
            suites[provider] = ET.SubElement(root, "testsuite", name=line(provider) or "run", time="0")
        suites[provider].append(case)
    for parent in (*suites.values(), root):
        parent.set("tests", str(len(list(parent.iter("testcase")))))
        for name, tag in (("failures", "failure"), ("errors", "error"), ("skipped", "skipped")):
            parent.set(name, str(len(list(parent.iter(tag)))))
    for note in report.notes:
        ET.SubElement(root[0], "system-out").text = shown(note)
    ET.indent(root)
    made: bytes = ET.tostring(root, encoding="utf-8", xml_declaration=True)
    return made


def _cases(report: Report) -> Iterator[tuple[str, ET.Element]]:
    """What was tried, what was found all the same, and what stays undecided."""
    counts = {(one.provider, one.operation, one.rule): one.count for one in report.tried}
    for found in report.findings:
        for operation in found.operations or ("",):
            counts.setdefault((found.provider, operation, found.rule), 0)
    findings = report.counted, report.accepted, report.every[len(report.counted) :]
    for (provider, operation, rule), count in counts.items():
        case = _case(f"{provider}.{operation}", f"{rule}: {RULES[rule].title}")
        failed, accepted, beside = (_about(found, provider, operation, rule) for found in findings)
        if failed:
            # GitLab shows one failure of a case.
            more = f" (and {len(failed) - 1} more)" if failed[1:] else ""
            said = _say(case, "failure", failed[0].message + more)
            said.set("type", rule)
            said.text = shown(_SEPARATOR.join(map(_text, failed)))
        elif accepted:
            _say(case, "skipped", f"accepted: {accepted[0].accepted}")
        texts = [f"tried {count} times", *map(_text, beside)]
        ET.SubElement(case, "system-out").text = shown(_SEPARATOR.join(texts))
        yield provider, case
    # A file without a test is green for most readers.
    for number, text in enumerate(report.unfinished or ([] if counts else ["nothing was tried"]), 1):
        case = _case("run", f"undecided {number}")
        _say(case, "error", text)
        yield "", case


def _about(findings: list[Finding], provider: str, operation: str, rule: str) -> list[Finding]:
    here = [found for found in findings if (found.provider, found.rule) == (provider, rule)]
    return [found for found in here if operation in (found.operations or ("",))]


def _case(where: str, name: str) -> ET.Element:
    return ET.Element("testcase", classname=line(where).strip("."), name=line(name), time="0")


def _say(case: ET.Element, tag: str, message: str) -> ET.Element:
    return ET.SubElement(case, tag, message=line(message))


def _text(finding: Finding) -> str:
    texts = [finding.message, "\n".join(f"{name.lower()}: {text}" for name, text in facts(finding))]
    for evidence in finding.evidence:
        texts += [f"sent:\n{sent(evidence)}", f"came back:\n{came(evidence)}", curl(evidence)]
    return _SEPARATOR.join(filter(None, texts))
