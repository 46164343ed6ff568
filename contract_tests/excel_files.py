"""Workbooks as programs write them, each odd in one way; Excel opens all of them, and shows `phone1` in row 1."""

import io
import zipfile
from collections.abc import Callable, Mapping

from audience_contract.workbooks import workbook

RELATIONS, BOOK, BOOK_RELATIONS = "_rels/.rels", "xl/workbook.xml", "xl/_rels/workbook.xml.rels"
SHEET, STRINGS = "xl/worksheets/sheet1.xml", "xl/sharedStrings.xml"
PLAIN = workbook([["city", "phone1"], ["London", 447700900121]])
_PHONE1 = '<c t="str"><v>phone1</v></c>'


def changed(data: bytes, parts: Mapping[str, Callable[[str], str] | str], names: Callable[[str], str] = str) -> bytes:
    """A workbook with other parts, or other names of them."""
    made = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as new:
        contents = {name: old.read(name).decode() for name in old.namelist()}
        for name in [*contents, *(parts.keys() - contents.keys())]:
            part = parts.get(name, contents.get(name, ""))
            content = part if isinstance(part, str) else part(contents[name])
            info = zipfile.ZipInfo(names(name))
            info.filename = names(name)  # ZipInfo takes a backslash for a slash on some systems
            new.writestr(info, content)
    return made.getvalue()


def rows(xml: str, tail: str = "") -> bytes:
    """A workbook whose rows are this."""
    main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    return changed(PLAIN, {SHEET: f'<worksheet xmlns="{main}"><sheetData>{xml}</sheetData>{tail}</worksheet>'})


def cell(xml: str) -> bytes:
    """A workbook of one row and one cell."""
    return rows(f'<row r="1">{xml}</row>')


def strings(phone1: str) -> bytes:
    """A workbook whose second string, which is its second heading, is this."""
    return changed(PLAIN, {STRINGS: lambda xml: xml.replace('<t xml:space="preserve">phone1</t>', phone1)})


def sheets(xml: str, kind: str = "worksheet", target: str = "worksheets/sheet1.xml") -> bytes:
    """A workbook with these sheets, of which `other` is one without a column `phone1`."""
    known = 'Id="worksheet" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet"'
    other = known.replace("/worksheet", f"/{kind}").replace('"worksheet"', '"other"')
    more = f'<Relationship {other} Target="{kind}s/other.xml"/><Relationship {known} Target="{target}"/>'
    return changed(
        PLAIN,
        {
            BOOK: lambda book: book[: book.index("<sheets>")] + f"<sheets>{xml}</sheets></workbook>",
            BOOK_RELATIONS: lambda old: old.replace(f'<Relationship {known} Target="worksheets/sheet1.xml"/>', more),
            f"xl/{kind}s/other.xml": "<other/>",
        },
    )


def _strict(xml: str) -> str:
    office = "http://schemas.openxmlformats.org/officeDocument/2006"
    xml = xml.replace(office, "http://purl.oclc.org/ooxml/officeDocument")
    return xml.replace(
        "http://schemas.openxmlformats.org/spreadsheetml/2006", "http://purl.oclc.org/ooxml/spreadsheetml"
    )


def _prefixed(xml: str) -> str:
    return xml.replace("<", "<x:").replace("<x:/", "</x:").replace("<x:?", "<?").replace("xmlns=", "xmlns:x=")


_SHEET1, _OTHER = '<sheet name="a" sheetId="1" r:id="worksheet"/>', '<sheet name="b" sheetId="2" r:id="other"/>'
_PROPERTIES = "<p><created>2026-01-02</created></p>"

OPENED: dict[str, bytes] = {
    "plain": PLAIN,
    "a formula": cell('<c r="A1" t="str"><f>"phone"&amp;1</f><v>phone1</v></c>'),
    "a formula over several cells": cell('<c r="A1" t="str"><f t="array" ref="A1:B2">B!A1:B2</f><v>phone1</v></c>'),
    "a text in its cell": cell('<c r="A1" t="inlineStr"><is><t>phone1</t></is></c>'),
    "a text of several fonts in its cell": cell(
        '<c t="inlineStr"><is><r><rPr><b/></rPr><t>pho</t></r><r><t>ne1</t></r><rPh><t>x</t></rPh></is></c>'
    ),
    "a string of several fonts": strings("<r><rPr><rFont val='x'/></rPr><t>pho</t></r>\n<r><t>ne1</t></r>"),
    "a string with its pronunciation": strings('<t>phone1</t><rPh sb="0" eb="1"><t>ho</t></rPh><phoneticPr/>'),
    "strict": changed(PLAIN, dict.fromkeys((RELATIONS, BOOK, BOOK_RELATIONS, SHEET, STRINGS), _strict)),
    "prefixed": changed(PLAIN, {SHEET: _prefixed, STRINGS: lambda xml: _prefixed(xml).replace("x:phone", "phone")}),
    "parts in capitals": changed(PLAIN, {}, lambda name: name if "rels" in name else name.upper()),
    "strings in another case": changed(PLAIN, {}, lambda name: name.replace("sharedS", "SharedS")),
    "backslashes": changed(PLAIN, {}, lambda name: name.replace("/", "\\")),
    "an absolute target": sheets(_SHEET1, target="/xl/worksheets/sheet1.xml"),
    "a target with dots": sheets(_SHEET1, target="../xl/./worksheets/sheet1.xml"),
    "a hidden sheet": sheets(_SHEET1.replace("r:id", 'state="hidden" r:id')),
    "a second sheet": sheets(_SHEET1 + _OTHER),
    "a chart before the sheet": sheets(_OTHER + _SHEET1, kind="chartsheet"),
    "another prefix of the relations": changed(
        PLAIN, {BOOK: lambda xml: xml.replace("r:", "rel:").replace(":r=", ":rel=")}
    ),
    "a date without time": changed(PLAIN, {"docProps/core.xml": _PROPERTIES}),
    "a DDE link": changed(
        PLAIN, {"xl/externalLinks/externalLink1.xml": '<externalLink><ddeLink ddeService="S"/></externalLink>'}
    ),
    "empty fills": changed(PLAIN, {"xl/styles.xml": '<styleSheet><fills count="1"><fill/></fills></styleSheet>'}),
    "a style that there is not": cell(_PHONE1.replace("<c", '<c s="99"')),
    "cells and rows without references": rows(f"<row>{_PHONE1}</row>"),
    "references in lower case": cell('<c r="a1" t="str"><v>phone1</v></c>'),
    "cells out of order": cell('<c r="B1"><v>1</v></c><c r="A1" t="str"><v>phone1</v></c>'),
    "a cell far away": cell(_PHONE1.replace("<c", '<c r="XFD1"')),
    "a wrong size of the sheet": changed(
        PLAIN, {SHEET: lambda xml: xml.replace("<sheetD", '<dimension ref="A1"/><sheetD')}
    ),
    "a million rows": rows(f'<row r="1">{_PHONE1}</row><row r="1048576"><c r="XFD1048576"><v>1</v></c></row>'),
    "a date that is none": cell(
        f'<c t="d"><v>no</v></c><c t="b"><v>TRUE</v></c><c><v>abc</v></c><c t="s"><v/></c>{_PHONE1}'
    ),
    "nonsense below": rows(
        f'<row r="1">{_PHONE1}</row>', "<dataValidations><dataValidation type='nonsense'/></dataValidations>"
    ),
    "a size in the ZIP file's tail": PLAIN[:-2] + b"\2\0hi",
    "bytes before the ZIP file": b"junk" * 4 + PLAIN,
}
