"""The HTML page, in a real browser."""

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from audience_contract import reports
from audience_contract.report import Report
from audience_contract.reports import texts
from browser import Browser, Page, chromium, expect
from report_values import REPORT

Open = Callable[..., Page]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as opened:
        yield opened


@pytest.fixture
def show(browser: Browser, tmp_path: Path) -> Iterator[Open]:
    """Opens the page of a report, in a context of its own; whatever it logs or asks the network for fails the test."""
    file = tmp_path / "report.html"
    contexts, heard = [], []

    def opened(*, width: int = 1280, report: Report = REPORT, **more: object) -> Page:
        reports.write(report, {"html": file})
        context = browser.new_context(viewport={"width": width, "height": 800}, **more)  # type: ignore[arg-type]
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(5000)
        page.on("console", lambda message: heard.append(message.text))
        page.on("pageerror", lambda error: heard.append(str(error)))
        page.on("request", lambda request: heard.append(request.url) if request.url != file.as_uri() else None)
        page.goto(file.as_uri())
        return page

    yield opened
    for context in contexts:
        context.close()
    assert heard == []


def test_the_gravest_finding_is_open_and_a_click_opens_another(show: Open) -> None:
    page = show()
    gravest, other = REPORT.counted[:2]
    for finding in (gravest, other):
        shown = page.locator(f"#f-{finding.key}")
        expect(shown.get_by_text(finding.pointer)).to_be_visible(visible=finding is gravest)
        if finding is other:
            shown.locator("summary").click()
        for evidence in finding.evidence:
            for text in (texts.sent(evidence), texts.came(evidence), texts.curl(evidence)):
                expect(shown.locator("pre", has_text=text.splitlines()[-1]).first).to_be_visible()


def test_the_page_has_what_could_not_be_told_created_audiences_notes_seed_and_exit_code(show: Open) -> None:
    text = show().locator("body").inner_text()
    for part in ("violated: ", "seed 1234", "exit code 1", "not met", "contract-7f3a", "0190-token"):
        assert part in text
    for part in (*REPORT.notes, REPORT.target):
        assert part in text


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_text_has_the_contrast_that_wcag_asks_for(show: Open, scheme: str) -> None:
    page = show(color_scheme=scheme)
    page.evaluate("document.querySelectorAll('details').forEach((details) => (details.open = true))")
    assert page.evaluate(_CONTRAST) == []


def test_no_id_is_there_twice_and_every_control_has_a_name(show: Open) -> None:
    page = show()
    ids = page.evaluate("[...document.querySelectorAll('[id]')].map((element) => element.id)")
    assert len(ids) == len(set(ids))
    tree = page.locator("body").aria_snapshot()
    assert not re.search(r"^\s*- (button|combobox|searchbox|checkbox|link|region|dialog)\s*$", tree, re.MULTILINE)


# Each text's colour against what is behind it, which may let more through; below 4.5 is listed, or 3 for large text.
_CONTRAST = """() => {
  // What the browser paints where nothing has a colour of its own.
  const bare = document.body.appendChild(document.createElement("i"));
  bare.style.backgroundColor = "Canvas";
  const canvas = getComputedStyle(bare).backgroundColor;
  bare.remove();
  const parts = (colour) => colour.match(/[\\d.]+/g).map(Number);
  const light = (colour) => {
    const [r, g, b] = parts(colour).map((v) => ((v /= 255) <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4));
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const behind = (element) => {
    const layers = [];
    for (; element; element = element.parentElement) layers.unshift(parts(getComputedStyle(element).backgroundColor));
    const over = (below, [r, g, b, alpha = 1]) => [r, g, b].map((v, at) => v * alpha + below[at] * (1 - alpha));
    return `rgb(${layers.reduce(over, parts(canvas)).join()})`;
  };
  const texts = [...document.querySelectorAll("body *:not(script)")].filter((element) =>
    element.checkVisibility() && [...element.childNodes].some((node) => node.nodeType === 3 && node.data.trim()));
  return texts.map((element) => {
    const style = getComputedStyle(element);
    const [a, b] = [light(style.color), light(behind(element))].sort((x, y) => y - x);
    return [(a + 0.05) / (b + 0.05), parseFloat(style.fontSize) >= 24 ? 3 : 4.5, element.outerHTML.slice(0, 80)];
  }).filter(([ratio, wanted]) => ratio < wanted);
}"""
