"""JUnit XML, in the shape that Jenkins and GitLab read: a test case for each rule that an operation was tried by.

XML 1.0 cannot hold some characters; `shown` and `line` escape all of these.
"""

import xml.etree.ElementTree as ET
from collections.abc import Sequence
from itertools import groupby

from ..report import Finding, Report, Tried
from ..rules import RULES
from ..visible import line, shown
from .texts import came, curl, facts, sent

_SEPARATOR = "\n\n"


def render(report: Report) -> bytes:
    """The report as JUnit XML, in UTF-8."""
    root = ET.Element("testsuites", name="audience-contract", time="0")
    cases = [(one.provider, _tried(one, report)) for one in _cases(report)]
    cases += [("", _case("run", f"could be told {number}", "error", text)) for number, text in _untold(report)]
    for provider, group in groupby(sorted(cases, key=lambda found: found[0]), key=lambda found: found[0]):
        suite = ET.SubElement(root, "testsuite", name=line(provider) or "run", time="0")
        suite.extend(case for _, case in group)
        _count(suite)
    _count(root)
    for note in report.notes:
        ET.SubElement(root[0], "system-out").text = shown(note)
    ET.indent(root)
    made: bytes = ET.tostring(root, encoding="utf-8", xml_declaration=True)
    return made


def _cases(report: Report) -> list[Tried]:
    """What was tried, and what was found all the same."""
    known = {(one.provider, one.operation, one.rule): one for one in report.tried}
    for found in report.findings:
        for operation in found.operations or ("",):
            known.setdefault((found.provider, operation, found.rule), Tried(found.provider, operation, found.rule, 0))
    return list(known.values())


def _untold(report: Report) -> list[tuple[int, str]]:
    # A file without a test is green for most readers.
    empty = [] if report.tried or report.findings else ["nothing was tried"]
    return list(enumerate(report.unfinished or empty, 1))


def _tried(one: Tried, report: Report) -> ET.Element:
    case = _case(f"{one.provider}.{one.operation}", f"{one.rule}: {RULES[one.rule].title}")

    def of(findings: Sequence[Finding]) -> list[Finding]:
        here = [found for found in findings if (found.provider, found.rule) == (one.provider, one.rule)]
        return [found for found in here if one.operation in (found.operations or ("",))]

    found, accepted = of(report.counted), of(report.accepted)
    if found:
        # GitLab shows one failure of a case.
        more = f" (and {len(found) - 1} more)" if found[1:] else ""
        _say(case, "failure", found[0].message + more, _SEPARATOR.join(map(_text, found)), one.rule)
    elif accepted:
        _say(case, "skipped", f"accepted: {accepted[0].accepted}")
    told = [f"tried {one.count} times", *(_text(each) for those in report.beside.values() for each in of(those))]
    ET.SubElement(case, "system-out").text = shown(_SEPARATOR.join(told))
    return case


def _case(where: str, name: str, problem: str = "", message: str = "") -> ET.Element:
    case = ET.Element("testcase", classname=line(where).strip("."), name=line(name), time="0")
    if problem:
        _say(case, problem, message)
    return case


def _say(case: ET.Element, tag: str, message: str, text: str = "", kind: str = "") -> None:
    said = ET.SubElement(case, tag, message=line(message))
    if kind:
        said.set("type", kind)
    said.text = shown(text) or None


def _text(finding: Finding) -> str:
    told = [finding.message, "\n".join(f"{name.lower()}: {text}" for name, text in facts(finding))]
    for evidence in finding.evidence:
        told += [f"sent:\n{sent(evidence)}", f"came back:\n{came(evidence)}", curl(evidence)]
    return _SEPARATOR.join(filter(None, told))


def _count(parent: ET.Element) -> None:
    cases = list(parent.iter("testcase"))
    parent.set("tests", str(len(cases)))
    for name, tag in (("failures", "failure"), ("errors", "error"), ("skipped", "skipped")):
        parent.set(name, str(sum(case.find(tag) is not None for case in cases)))
