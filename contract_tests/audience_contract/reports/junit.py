"""JUnit XML, in the shape that Jenkins and GitLab read: a test case for each rule on an operation, and obligation.

XML 1.0 has no way to write some characters; what `shown` and `line` leave are none of them.
"""

import xml.etree.ElementTree as ET
from collections.abc import Mapping, Sequence
from itertools import groupby

from ..report import Finding, Obligation, Report
from ..visible import line, shown
from .matrix import Square, also, headline, others, squares
from .texts import came, curl, sent

_SEPARATOR = "\n\n"


def render(report: Report) -> bytes:
    root = ET.Element("testsuites", name="audience-contract")
    roots = others(report)
    cases = [(square.provider, _square(square, roots)) for square in squares(report)]
    cases += [(obligation.provider, _obligation(obligation)) for obligation in report.obligations]
    if not cases:
        # A file without a test is green for most readers.
        cases = [("", _case("run", "run", "error", headline(report)))]
    for provider, group in groupby(sorted(cases, key=lambda found: found[0]), key=lambda found: found[0]):
        suite = ET.SubElement(root, "testsuite", name=line(provider) or "run", time="0", timestamp=line(report.started))
        suite.extend(case for _, case in group)
        _count(suite)
    _count(root)
    root.set("time", f"{report.seconds:.3f}")
    for note in report.notes:
        ET.SubElement(root[0], "system-out").text = shown(note)
    ET.indent(root)
    made: bytes = ET.tostring(root, encoding="utf-8", xml_declaration=True)
    return made


def _square(square: Square, roots: Mapping[str, Sequence[Finding]]) -> ET.Element:
    name = f"{square.rule.id}: {square.rule.title}"
    case = _case(f"{square.provider}.{square.operation}", name)
    found = [finding for finding in square.findings if finding.key in roots]
    if found:
        # GitLab shows one failure of a case.
        more = f" (and {len(found) - 1} more)" if found[1:] else ""
        text = _SEPARATOR.join(_text(finding, roots[finding.key]) for finding in found)
        _say(case, "failure", found[0].message + more, text, square.rule.id)
    if square.state == "accepted":
        _say(case, "skipped", f"accepted: {square.findings[0].accepted}")
    elif square.state == "not exercised":
        _say(case, "skipped", "not exercised")
    elif not len(case) and square.state == "violated":
        _say(case, "failure", square.rule.help, f"{square.violated} of {square.exercised}", square.rule.id)
    accepted = [f"accepted: {finding.accepted}\n{_text(finding)}" for finding in square.findings if finding.accepted]
    tested = [
        f"{cell.detail or 'exercised'}: {cell.exercised} times, violated {cell.violated} times" for cell in square.cells
    ]
    ET.SubElement(case, "system-out").text = shown(_SEPARATOR.join(["\n".join(tested), *accepted]))
    return case


def _obligation(obligation: Obligation) -> ET.Element:
    case = _case(f"{obligation.provider}.{obligation.operation}", f"obligation: {obligation.text}")
    if not obligation.met:
        _say(case, "error", f"not met: {obligation.text}", obligation.detail, "obligation")
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


def _text(finding: Finding, alike: Sequence[Finding] = ()) -> str:
    facts = [
        finding.message,
        also(alike),
        f"place: {finding.place}\nkind: {finding.kind}\nseen: {finding.count} times\nkey: {finding.key}",
        f"rule: {finding.rule}: {finding.about.help}\npointer: {finding.pointer}\nsource: {finding.source}",
    ]
    for evidence in finding.evidence:
        facts += [f"sent:\n{sent(evidence)}", f"came back:\n{came(evidence)}", curl(evidence)]
    return _SEPARATOR.join(filter(None, facts))


def _count(parent: ET.Element) -> None:
    cases = list(parent.iter("testcase"))
    parent.set("tests", str(len(cases)))
    for name, tag in (("failures", "failure"), ("errors", "error"), ("skipped", "skipped")):
        parent.set(name, str(sum(case.find(tag) is not None for case in cases)))
